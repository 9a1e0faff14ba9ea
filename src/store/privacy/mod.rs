//! Personal data: what is kept of somebody, and how it goes for good.
//!
//! A conversation is deleted whole, with all that hangs on it; rows of trade lose the person and keep amounts and
//! dates, which a shop has to account for. An erasure leaves a name that only a key tells ([`Namer`]), so that a backup
//! from before it loses the person again ([`erase_again`]).

mod blank;
mod export;
#[cfg(test)]
pub(super) mod tables;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use ring::hmac;

use super::{Carried, Conversation, Note, Result, Stint, Store, Upload};
use crate::domain::{
    Change, ChangeOutcome, ConversationId, DataSubject, DialogueState, Erasure, Handoff, Message, ShopId,
    ShopperId, Staff,
    trade::{Order, Shopper, Ticket, WalletCoupon},
};

pub(super) use blank::{blank_order, blank_ticket, stand_in_key};
pub use export::export;

/// Why something can't be deleted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldUp {
    /// A person holds the conversation.
    ByPerson,
    /// A message waits for its answer, or a change to the shop's system for its outcome.
    ByChange,
}

/// What became of a conversation that was to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forgotten {
    /// It is gone, and with it so many pictures.
    Yes {
        /// How many.
        pictures: u64,
    },
    /// It stays for now.
    HeldUp(HeldUp),
    /// There is no such conversation in the shop, or it is newer than was asked for.
    No,
}

/// Which conversations are meant: begun by then, and untouched since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Within {
    /// Only one that was begun by then.
    pub begun_by: Option<Timestamp>,
    /// Only one in which nothing has happened since then.
    pub untouched_since: Option<Timestamp>,
}

impl Within {
    /// Whether a conversation is meant.
    pub(super) fn admits(&self, it: &Conversation) -> bool {
        self.begun_by.is_none_or(|begun| it.created_at <= begun)
            && self.untouched_since.is_none_or(|since| it.touched_at < since)
    }
}

/// A change that a conversation asked for, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptChange {
    /// Who of the staff asked; `None` for the shopper.
    pub by: Option<Staff>,
    /// What; `None` where nothing was sent to the shop's system.
    pub change: Option<Change>,
    /// What became of it.
    pub outcome: Option<ChangeOutcome>,
}

/// Everything that is kept of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptConversation {
    /// The conversation.
    pub conversation: Conversation,
    /// What the assistant remembers.
    pub state: DialogueState,
    /// Every message.
    pub messages: Vec<Message>,
    /// Every internal note.
    pub notes: Vec<Note>,
    /// Why it went to people.
    pub handoff: Option<Handoff>,
    /// Its stays with people.
    pub stints: Vec<Stint>,
    /// Its pictures.
    pub uploads: Vec<Upload>,
    /// What was changed for it in the shop's system.
    pub changes: Vec<KeptChange>,
}

/// Everything that the built-in tables keep of a shopper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptTrade {
    /// Who.
    pub shopper: Option<Shopper>,
    /// Their orders, newest first.
    pub orders: Vec<Order>,
    /// Their tickets, newest first.
    pub tickets: Vec<Ticket>,
    /// Their coupons.
    pub wallet: Vec<WalletCoupon>,
    /// What they had changed, oldest first.
    pub changes: Vec<Carried>,
}

impl KeptTrade {
    /// How many rows.
    pub fn rows(&self) -> usize {
        usize::from(self.shopper.is_some())
            + self.orders.len()
            + self.tickets.len()
            + self.wallet.len()
            + self.changes.len()
    }
}

/// Personal data. What is deleted here is gone from the tables with the commit, and from the disk with
/// [`scrub`](PrivacyStore::scrub).
#[async_trait]
pub trait PrivacyStore: Send + Sync {
    /// The conversations of somebody in a shop, the oldest first.
    async fn conversations_of(&self, shop: &ShopId, whose: &DataSubject) -> Result<Vec<ConversationId>>;

    /// Everything that is kept of a conversation, as one picture.
    async fn kept_conversation(&self, id: &ConversationId) -> Result<Option<KeptConversation>>;

    /// Everything that the built-in tables keep of a shopper.
    async fn kept_trade(&self, shop: &ShopId, shopper: &ShopperId) -> Result<KeptTrade>;

    /// What keeps a conversation from being deleted at `now`.
    async fn held_up(&self, id: &ConversationId, now: Timestamp) -> Result<Option<HeldUp>>;

    /// Deletes a conversation of a shop with everything that hangs on it, unless something holds it up: messages,
    /// notes and who they name, state, outbox, pictures, stays with people, changes by people, proposals, and its
    /// shopper's words where a merchant set them aside. An index that follows
    /// [`touched_since`](super::CaseStore::touched_since) hears of it.
    async fn forget_conversation(
        &self,
        shop: &ShopId,
        id: &ConversationId,
        within: Within,
        now: Timestamp,
    ) -> Result<Forgotten>;

    /// At most `limit` conversations of a shop in which nothing has happened since a time and that nothing seems to hold
    /// up, after the place of one, the longest untouched first.
    async fn untouched_since(
        &self,
        shop: &ShopId,
        since: Timestamp,
        after: Option<&(Timestamp, ConversationId)>,
        limit: usize,
    ) -> Result<Vec<(Timestamp, ConversationId)>>;

    /// Forgets the words that a merchant set aside before a time.
    async fn forget_dismissed(&self, shop: &ShopId, before: Timestamp) -> Result<u64>;

    /// Takes the person out of a shop's built-in tables, where a row is no younger than `until`: `stand_in` has their
    /// orders, tickets and changes from now on, without address, parcel or evidence; who they were and their coupons
    /// are deleted. Returns how many rows it was. A shop that was filled after `until` is left as it is.
    async fn forget_trade(
        &self,
        shop: &ShopId,
        shopper: &ShopperId,
        stand_in: &ShopperId,
        until: Timestamp,
    ) -> Result<u64>;

    /// Adds erasures to the list; one that is there keeps the later time.
    async fn note_erasures(&self, list: &[Erasure]) -> Result<()>;

    /// Every erasure, the oldest first.
    async fn erasures(&self) -> Result<Vec<Erasure>>;

    /// Every shopper of whom a shop keeps anything.
    async fn shoppers_kept(&self, shop: &ShopId) -> Result<Vec<ShopperId>>;

    /// Every conversation of a shop.
    async fn conversations_kept(&self, shop: &ShopId) -> Result<Vec<ConversationId>>;

    /// Sees to it that nothing of what was deleted is left in the store's files; `false` when that has to wait, as it
    /// would hold up those who write. With `wait_no_more` it is done whoever is held up.
    async fn scrub(&self, wait_no_more: bool) -> Result<bool>;
}

/// Makes names that tell nobody who is meant, and that are the same for the same person.
pub struct Namer {
    key: hmac::Key,
    id: String,
}

impl std::fmt::Debug for Namer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Namer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Namer {
    /// Names by a secret.
    pub fn new(secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let id = short(&key, "which key this is");
        Self { key, id }
    }

    /// What the key is called; says nothing of it.
    pub fn key_id(&self) -> &str {
        &self.id
    }

    /// Somebody's name in a shop.
    pub fn name(&self, shop: &ShopId, whose: &DataSubject) -> String {
        let (kind, id) = match whose {
            DataSubject::Shopper(id) => ("shopper", id.as_str()),
            DataSubject::Conversation(id) => ("conversation", id.as_str()),
        };
        // No id holds a zero byte, so no two are joined alike.
        let text = [shop.as_str(), kind, id].join("\0");
        hex::encode(&hmac::sign(&self.key, text.as_bytes()).as_ref()[..16])
    }

    fn erasure(&self, shop: &ShopId, whose: &DataSubject, at: Timestamp) -> Erasure {
        Erasure { shop: shop.clone(), who: self.name(shop, whose), key: self.id.clone(), at }
    }
}

fn short(key: &hmac::Key, text: &str) -> String {
    hex::encode(&hmac::sign(key, text.as_bytes()).as_ref()[..4])
}

/// What an erasure took away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Conversations that are gone.
    pub conversations: Vec<ConversationId>,
    /// How many pictures with them.
    pub pictures: u64,
    /// Rows of orders, tickets, coupons and who they were, deleted or without the person.
    pub rows: u64,
    /// Conversations that somebody took in the very moment: they go as soon as they are free.
    pub left: u64,
    /// Erasures that another key named: nobody here can tell whom they mean.
    pub unknown: u64,
}

/// What became of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erasing {
    /// It is done.
    Done(Erased),
    /// Nothing was touched.
    HeldUp(HeldUp),
    /// Nothing is kept of them.
    Unknown,
}

/// Erases somebody: everything or, where something holds it up, nothing. It is noted first, so that what a crash leaves
/// is erased at the next start.
///
/// # Errors
/// The store's.
pub async fn erase(
    store: &dyn Store,
    namer: &Namer,
    (shop, whose): (&ShopId, &DataSubject),
    now: Timestamp,
) -> Result<Erasing> {
    let conversations = store.conversations_of(shop, whose).await?;
    let rows = match whose {
        DataSubject::Shopper(shopper) => store.kept_trade(shop, shopper).await?.rows(),
        DataSubject::Conversation(_) => 0,
    };
    if conversations.is_empty() && rows == 0 {
        return Ok(Erasing::Unknown);
    }
    for id in &conversations {
        if let Some(why) = store.held_up(id, now).await? {
            return Ok(Erasing::HeldUp(why));
        }
    }
    // A backup may have a conversation from before its shopper signed in: it has a name of its own.
    let each = conversations.iter().map(|id| DataSubject::Conversation(id.clone()));
    let noted: Vec<Erasure> =
        std::iter::once(whose.clone()).chain(each).map(|whose| namer.erasure(shop, &whose, now)).collect();
    store.note_erasures(&noted).await?;
    let mut erased = Erased::default();
    for id in conversations {
        erased.forget(store, shop, id, (now, now)).await?;
    }
    if let DataSubject::Shopper(shopper) = whose {
        erased.rows += store.forget_trade(shop, shopper, &stand_in(), now).await?;
    }
    Ok(Erasing::Done(erased))
}

/// Erases again whom the list names and the store keeps: after a backup from before came back, or a crash. What is
/// younger than its erasure stays.
///
/// # Errors
/// The store's.
pub async fn erase_again(store: &dyn Store, namer: &Namer, now: Timestamp) -> Result<Erased> {
    let mut erased = Erased::default();
    let mut of_shops: BTreeMap<ShopId, BTreeMap<String, Timestamp>> = BTreeMap::new();
    for Erasure { shop, who, key, at } in store.erasures().await? {
        if key == namer.key_id() {
            of_shops.entry(shop).or_default().insert(who, at);
        } else {
            erased.unknown += 1;
        }
    }
    for (shop, list) in of_shops {
        let at = |whose: &DataSubject| list.get(&namer.name(&shop, whose)).copied();
        for shopper in store.shoppers_kept(&shop).await? {
            let whose = DataSubject::Shopper(shopper.clone());
            let Some(at) = at(&whose) else { continue };
            for id in store.conversations_of(&shop, &whose).await? {
                erased.forget(store, &shop, id, (at, now)).await?;
            }
            erased.rows += store.forget_trade(&shop, &shopper, &stand_in(), at).await?;
        }
        for id in store.conversations_kept(&shop).await? {
            if let Some(at) = at(&DataSubject::Conversation(id.clone())) {
                erased.forget(store, &shop, id, (at, now)).await?;
            }
        }
    }
    Ok(erased)
}

impl Erased {
    async fn forget(
        &mut self,
        store: &dyn Store,
        shop: &ShopId,
        id: ConversationId,
        (begun_by, now): (Timestamp, Timestamp),
    ) -> Result<()> {
        let within = Within { begun_by: Some(begun_by), untouched_since: None };
        match store.forget_conversation(shop, &id, within, now).await? {
            Forgotten::Yes { pictures } => {
                self.pictures += pictures;
                self.conversations.push(id);
            }
            Forgotten::HeldUp(_) => self.left += 1,
            Forgotten::No => {}
        }
        Ok(())
    }
}

/// Who has the orders of somebody who was erased: nobody, and each time another.
fn stand_in() -> ShopperId {
    format!("erased-{:016x}", rand::random::<u64>()).into()
}
