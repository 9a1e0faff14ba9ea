//! What Xiaoer keeps: conversations and their messages, the queue, staff, shop versions and the built-in
//! trade tables, behind one trait per concern with written semantics.
//!
//! A method is one use case and one transaction: when it returns `Ok`, what it did survives a crash and is seen
//! by every later call; when it returns an error, nothing of it happened. Nothing here decides what to say,
//! who may do what (beyond "the holder alone"), or when: times always come from the caller.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::{
    AgentId, Change, ChangeOutcome, ConversationId, DialogueState, Locale, Message, OrderId, ProductId,
    ShopId, ShopperId, TicketId, UploadId,
    trade::{Order, Product, Shopper, Ticket, WalletCoupon},
};

mod audit;
mod case;
mod changes;
mod claim;
pub mod error;
mod hands;
mod memory;
pub mod model;
mod open;
pub mod people;
pub mod privacy;
mod rules;
mod sign_in;
mod sql;

#[cfg(test)]
mod conformance;
#[cfg(test)]
pub(crate) mod samples;

pub use crate::domain::{Staff, Stint};
pub use audit::{Audit, AuditFilter, AuditStore, NewAudit};
pub use case::{
    AgentChange, AnsweredByPeople, CaseStore, Earlier, NewAgentChange, Notice, ProposalUse, TouchLog, Touched,
};
pub use claim::{Claim, claim, claim_database, claim_file};
pub use error::StoreError;
pub use model::{
    Agent, AgentSession, Appended, Carried, Committed, Conversation, Course, DueChange, Identity, NewAgent,
    NewAnswer, NewConversation, NewShopperMessage, Page, Pending, PendingMessage, PendingOutcome,
    PublishedVersion, Rating, Reader, Role, Seed, SignInFailures, TurnCommit, Upload, VersionFiles,
    VersionMark,
};
pub use people::{
    AgentAppended, AgentMessage, Board, Card, Closing, Destination, Duty, HandoffRecord, Missed, NewNote,
    Note, Noted, OnDuty, Onward, QueuePlace, Signs, Staffed, StintOf, Take, Taken, Taking,
};

pub use privacy::{
    Erased, Erasing, Forgotten, HeldUp, KeptChange, KeptConversation, KeptTrade, Namer, PrivacyStore, Within,
};

pub use memory::MemoryStore;
pub use open::open;
pub use sign_in::{MemberChange, MemberChanged, SecondStep, SignInStore, SignInTry};
pub use sql::{SqlStore, snapshot};

/// The result of every method.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A store whole. `Arc<dyn Store>` is what the rest of Xiaoer holds.
#[async_trait]
pub trait Store:
    ConversationStore
    + QueueStore
    + CaseStore
    + UploadStore
    + StaffStore
    + SignInStore
    + AuditStore
    + VersionStore
    + TradeStore
    + PrivacyStore
{
    /// Whether the store can be read and written now; for `/readyz`.
    async fn ping(&self) -> Result<()>;

    /// Notes the digest of a key file, the first time; whether it is the one that was noted.
    async fn mark_key(&self, name: &str, digest: &str) -> Result<bool>;
}

/// No change is put off for longer.
pub const FARTHEST_RETRY: std::time::Duration = std::time::Duration::from_secs(600);

/// A store that several tasks share.
pub type SharedStore = Arc<dyn Store>;

/// Conversations, their messages, their state and their outbox.
///
/// Invariants that every implementation keeps:
/// - `seq` of a conversation's messages runs 1, 2, 3 … without gaps, whoever wrote them.
/// - A shopper's message counts as unanswered from the commit that stored it until a [`TurnCommit`] reaches it
///   or a person takes the conversation. While a person holds it, new messages are theirs and never unanswered.
/// - `handed_at` is set by the first turn that brings the conversation to people, and never changes again.
/// - The state's version grows by one with every commit that changes state, mode, holder or identity, so a turn
///   computed before such a change can't be committed after it.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// Opens a conversation in mode `bot` with the default state in its locale, at version 0 and `last_seq` 0.
    async fn open(&self, new: NewConversation) -> Result<Conversation>;

    /// The conversation of a token; `None` when the token is unknown or has expired at `now`.
    async fn resume(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Conversation>>;

    /// Lets the conversation's token live until `expires_at`.
    async fn extend_token(&self, id: &ConversationId, expires_at: Timestamp) -> Result<()>;

    /// The conversation with an id.
    async fn conversation(&self, id: &ConversationId) -> Result<Option<Conversation>>;

    /// At most `limit` messages with `seq > after`, in order.
    async fn messages(&self, id: &ConversationId, after: u64, limit: usize) -> Result<Vec<Message>>;

    /// The last `limit` messages with `seq < before`, in order.
    async fn earlier(&self, id: &ConversationId, before: u64, limit: usize) -> Result<Vec<Message>>;

    /// The last `limit` messages, in order.
    async fn latest(&self, id: &ConversationId, limit: usize) -> Result<Vec<Message>> {
        self.earlier(id, u64::MAX, limit).await
    }

    /// Stores what the shopper said under the next `seq`, and marks it unanswered unless a person holds the
    /// conversation. A closed conversation opens again in mode `bot`. The same client id with equal content
    /// gives the first answer again and stores nothing; with other content, [`Appended::IdReused`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown conversation.
    async fn append_shopper(&self, id: &ConversationId, message: NewShopperMessage) -> Result<Appended>;

    /// The dialogue state and its version.
    async fn state(&self, id: &ConversationId) -> Result<(u64, DialogueState)>;

    /// Everything a turn starts from, as one consistent picture. No messages and no outcomes means there is
    /// nothing to do; outcomes are held back while a person holds the conversation.
    async fn pending(&self, id: &ConversationId) -> Result<Pending>;

    /// Conversations with something pending, with the `seq` of their last unanswered message (0 when only an
    /// outcome waits), longest waiting first.
    async fn unanswered(&self) -> Result<Vec<(ConversationId, u64)>>;

    /// Commits a turn, all or nothing: messages get the next numbers, the state the next version, messages up
    /// to `answered_up_to` and the named outcomes count as answered, mode and handoff change, changes enter the
    /// outbox. A change whose key the conversation has used before isn't carried out again: its outcome, once
    /// known, becomes pending again. Returns the messages as stored, and whether anything is pending still.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the version is stale, a person holds the conversation, an outcome named was
    /// already answered, or something was committed in the shop under one of its `once` keys; nothing is stored
    /// then.
    async fn commit_turn(&self, turn: TurnCommit) -> Result<Committed>;

    /// Takes at most `limit` conversations that are to be looked at by `now`, the longest due first: the bot answers
    /// there, and no message waits for an answer. Each is to be looked at again at `lease_until`, unless the turn that
    /// looks at it says otherwise: a crash of the caller loses no promise, and nobody else gets it meanwhile.
    async fn claim_silences(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<ConversationId>>;

    /// Those of the keys that a turn of the shop was committed under.
    async fn said_once(&self, shop: &ShopId, keys: &[String]) -> Result<Vec<String>>;

    /// Takes at most `limit` changes due at `now`, oldest first, none of them before an earlier one of its
    /// conversation that is not due yet, counts the attempt and makes each due again at
    /// `lease_until`, so that a crash of the caller repeats them and nobody else gets them meanwhile. What is due later
    /// than [`FARTHEST_RETRY`] from `now` is due: the clock that put it off has been set back since.
    async fn claim_changes(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueChange>>;

    /// Makes an unfinished change due at `next_at`, at most [`FARTHEST_RETRY`] away.
    async fn retry_change(&self, id: &ConversationId, key: &str, next_at: Timestamp) -> Result<()>;

    /// Keeps a change's outcome, which then is pending as a turn of its own. `false` when it had one already:
    /// the first stays.
    async fn finish_change(
        &self,
        id: &ConversationId,
        key: &str,
        outcome: ChangeOutcome,
        at: Timestamp,
    ) -> Result<bool>;

    /// Signs the shopper in or out. A new identity on a conversation that already has another is
    /// [`Identity::Other`] and changes nothing.
    async fn record_identity(
        &self,
        id: &ConversationId,
        shopper: Option<ShopperId>,
        at: Timestamp,
    ) -> Result<Identity>;

    /// Keeps the page that the shopper looks at.
    async fn record_page(&self, id: &ConversationId, page: Page) -> Result<()>;

    /// Keeps the language the shopper's widget speaks.
    async fn record_locale(&self, id: &ConversationId, locale: Locale) -> Result<()>;

    /// Moves a reader's mark forward, never back and never beyond the last message; returns where it stands.
    async fn mark_read(&self, id: &ConversationId, reader: Reader, seq: u64) -> Result<u64>;

    /// The texts that shoppers wrote in the shop's conversations touched last, `conversations` of them.
    async fn recent_said(&self, shop: &ShopId, conversations: usize) -> Result<Vec<String>>;

    /// The conversations of a shop that were touched since a time, the last `conversations` of them, as they went.
    async fn courses(&self, shop: &ShopId, since: Timestamp, conversations: usize) -> Result<Vec<Course>>;

    /// The conversations of a shop in which anything happened since a time, as they went: at most `limit` of them, in the
    /// order in which they were touched, after the place of one. A conversation that is touched meanwhile comes again.
    async fn courses_after(
        &self,
        shop: &ShopId,
        since: Timestamp,
        after: Option<&(Timestamp, ConversationId)>,
        limit: usize,
    ) -> Result<Vec<Course>>;

    /// Shoppers' words that a merchant needs no more of for learning.
    async fn dismiss_words(&self, shop: &ShopId, words: &[String], at: Timestamp) -> Result<()>;

    /// What was dismissed so.
    async fn dismissed_words(&self, shop: &ShopId) -> Result<BTreeSet<String>>;

    /// Keeps the shopper's rating; a later one replaces it.
    async fn rate(&self, id: &ConversationId, rating: Rating) -> Result<()>;
}

/// The queue and the people who work it off. Conversations enter it by [`ConversationStore::commit_turn`].
#[async_trait]
pub trait QueueStore: Send + Sync {
    /// Conversations of these shops that wait for a person, in the order they are served: mode `queue` before
    /// `message`, greater priority first, then who waits longest.
    async fn waiting(&self, shops: &[ShopId]) -> Result<Vec<Card>>;

    /// Conversations of these shops that a person holds, oldest first.
    async fn held(&self, shops: &[ShopId]) -> Result<Vec<Card>>;

    /// A conversation's place among those of its shop and group that wait; `None` when it isn't in mode `queue`.
    async fn queue_place(&self, id: &ConversationId) -> Result<Option<QueuePlace>>;

    /// Gives a waiting conversation to a person: of several who try, exactly one gets [`Taken::Yes`]. Mode becomes
    /// `agent`, everything pending from the shopper counts as answered, and the notice is stored as a system
    /// message, all in one transaction. Taking again what one already holds is `Yes` without a new message. With
    /// [`Taking::FromAnyone`] what another holds is taken from them.
    async fn take(&self, take: Take) -> Result<Taken>;

    /// From its holder on to another person, to a group's queue, or back into its own, with a notice. What the holder
    /// had to answer is the next one's to answer. To the holder is [`Staffed::Unchanged`], and so is one that was to
    /// be unanswered and isn't.
    async fn hand_on(&self, onward: Onward) -> Result<Staffed>;

    /// Stores what the holder said; same-id rules as for shoppers, in a number space of their own.
    async fn append_agent(&self, id: &ConversationId, message: AgentMessage) -> Result<AgentAppended>;

    /// Back to the bot, by the holder alone, with a notice; what was said before stays answered.
    async fn release(&self, closing: Closing) -> Result<Staffed>;

    /// Ends the conversation, by the holder, or by anyone of the staff while it waits, or by the engine; with a
    /// notice. The holder's name stays on it. Ending what is closed already is [`Staffed::Unchanged`].
    async fn close(&self, closing: Closing) -> Result<Staffed>;

    /// The shopper doesn't want to wait: from `queue` or `message` back to `bot`, with a notice.
    /// [`Staffed::Unchanged`] in any other mode.
    async fn leave_queue(
        &self,
        id: &ConversationId,
        notice: Vec<crate::domain::Part>,
        at: Timestamp,
    ) -> Result<Staffed>;

    /// Marks a conversation with these tags and no others.
    async fn tag(&self, id: &ConversationId, tags: Vec<String>) -> Result<()>;

    /// Stores an internal note, which no shopper sees and which has its own numbers from 1.
    async fn note(&self, id: &ConversationId, note: NewNote) -> Result<Noted>;

    /// A conversation's notes in order.
    async fn notes(&self, id: &ConversationId) -> Result<Vec<Note>>;

    /// One conversation as the desk's lists show it, to one reader.
    async fn card(&self, id: &ConversationId, reader: Option<&AgentId>) -> Result<Option<Card>>;

    /// The lists of a person's desk: who waits in these shops, whom they and whom others hold, and the last
    /// `closed_limit` that people had and that are closed.
    async fn board(&self, agent: &AgentId, shops: &[ShopId], closed_limit: usize) -> Result<Board>;

    /// The person has looked at the notes of a conversation that name them.
    async fn see_mentions(&self, agent: &AgentId, id: &ConversationId) -> Result<()>;

    /// A desk of this person is open; with a status, they want new conversations or don't. Returns the status.
    async fn be_present(&self, agent: &AgentId, duty: Option<Duty>, at: Timestamp) -> Result<Duty>;

    /// This person wants no new conversations; whether a desk of theirs is open stays as it was.
    async fn be_away(&self, agent: &AgentId) -> Result<()>;

    /// No desk of this person is open any more, until one says otherwise.
    async fn be_gone(&self, agent: &AgentId, at: Timestamp) -> Result<()>;

    /// Everyone who may hold conversations, by name.
    /// Whoever may not sign in any more was seen never.
    async fn on_duty(&self) -> Result<Vec<OnDuty>>;

    /// Stays with people in these shops that began to wait in `from..until`, in that order.
    async fn stints(&self, shops: &[ShopId], from: Timestamp, until: Timestamp) -> Result<Vec<StintOf>>;

    /// Conversations of these shops that were never brought to people, in which something last happened in
    /// `from..until`, and that show at least one of the signs; in the order of that moment.
    async fn missed(
        &self,
        shops: &[ShopId],
        from: Timestamp,
        until: Timestamp,
        signs: &Signs,
    ) -> Result<Vec<Missed>>;

    /// The last `limit` stays in a shop that a person had and that are over, the latest first.
    async fn last_stints(&self, shop: &ShopId, limit: usize) -> Result<Vec<Stint>>;
}

/// Pictures that were uploaded in conversations. One that is never said is forgotten after a while.
#[async_trait]
pub trait UploadStore: Send + Sync {
    /// Keeps a picture; `false`, and nothing kept, when its conversation has `most` already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown conversation.
    async fn add_upload(&self, upload: Upload, most: u32) -> Result<bool>;

    /// The picture with an id, whosever it is.
    async fn upload(&self, id: &UploadId) -> Result<Option<Upload>>;

    /// Binds a picture to what is said with it, so that it stays, and returns its width and height; `None` for one that
    /// is not of this conversation. Binding it again changes nothing.
    async fn bind_upload(&self, conversation: &ConversationId, id: &UploadId) -> Result<Option<(u32, u32)>>;

    /// Forgets pictures that were kept before `before` and never bound; how many.
    async fn forget_uploads(&self, before: Timestamp) -> Result<u64>;
}

/// Members of staff and their sign-ins. Passwords and tokens come here as hashes only.
#[async_trait]
pub trait StaffStore: Send + Sync {
    /// Adds the first member of staff; `false` when there is anyone already. Of two at once one wins.
    async fn bootstrap_owner(&self, owner: NewAgent) -> Result<bool>;

    /// Adds a member of staff.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name (case folded) or the sign-in service's subject is taken.
    async fn add_agent(&self, agent: NewAgent) -> Result<()>;

    /// The member with an id.
    async fn agent(&self, id: &AgentId) -> Result<Option<Agent>>;

    /// The member with a name, case folded.
    async fn agent_by_name(&self, name: &str) -> Result<Option<Agent>>;

    /// The member whom the shop's sign-in service knows by a subject.
    async fn agent_by_subject(&self, subject: &str) -> Result<Option<Agent>>;

    /// Everyone, by name.
    async fn agents(&self) -> Result<Vec<Agent>>;

    /// Sets what a member may do and how they are known.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown member.
    async fn change_member(&self, id: &AgentId, change: MemberChange) -> Result<MemberChanged>;

    /// Forbids a member to sign in, which ends every session of theirs, or allows it again with `None`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown member.
    async fn set_disabled(&self, id: &AgentId, since: Option<Timestamp>) -> Result<MemberChanged>;

    /// Sets a password's hash and whether it must be changed at the next sign-in; ends every session of theirs
    /// but the one kept.
    async fn set_password(
        &self,
        id: &AgentId,
        password_hash: &str,
        must_change: bool,
        keep_session: Option<&[u8; 32]>,
    ) -> Result<()>;

    /// Keeps a session.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a member who is unknown or may not sign in.
    async fn add_session(&self, session: AgentSession) -> Result<()>;

    /// Whose session it is; `None` when it is unknown or has expired at `now`. Whom another sign-in service
    /// vouched for has no password to change first.
    async fn session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Agent>>;

    /// A member's sessions that have not expired at `now`, the newest first.
    async fn sessions_of(&self, id: &AgentId, now: Timestamp) -> Result<Vec<AgentSession>>;

    /// Ends a session; ending none is fine.
    async fn remove_session(&self, token_hash: &[u8; 32]) -> Result<()>;

    /// Ends every session of a member but the one kept; returns how many had not been ended before.
    async fn end_sessions(&self, id: &AgentId, keep_session: Option<&[u8; 32]>) -> Result<u64>;

    /// Counts a failed sign-in for a name, known or not, and returns all since the last success. Names whose last
    /// failure is a day old are forgotten.
    async fn count_failure(&self, name: &str, at: Timestamp) -> Result<SignInFailures>;

    /// Failed sign-ins for a name since the last success.
    async fn failures(&self, name: &str) -> Result<SignInFailures>;

    /// Forgets a name's failed sign-ins.
    async fn clear_failures(&self, name: &str) -> Result<()>;
}

/// Published shop versions.
#[async_trait]
pub trait VersionStore: Send + Sync {
    /// Publishes a shop's files as its newest version and returns its number, from 1. The digest that is newest
    /// already gives its number again and stores nothing.
    async fn publish(&self, shop: &ShopId, digest: &str, files: &VersionFiles, at: Timestamp) -> Result<u64>;

    /// Every shop that has a version, with the number and the digest of its newest.
    async fn newest_versions(&self) -> Result<Vec<(ShopId, u64, String)>>;

    /// A shop's newest version.
    async fn latest_version(&self, shop: &ShopId) -> Result<Option<PublishedVersion>>;

    /// The version of a number.
    async fn version(&self, shop: &ShopId, number: u64) -> Result<Option<PublishedVersion>>;

    /// What versions there are, the newest first: at most `limit` of those older than `before`.
    async fn versions(&self, shop: &ShopId, before: Option<u64>, limit: usize) -> Result<Vec<VersionMark>>;

    /// The newest version older than `number`.
    async fn version_before(&self, shop: &ShopId, number: u64) -> Result<Option<PublishedVersion>>;
}

/// The built-in shop system: what `backend::builtin` reads and changes.
#[async_trait]
pub trait TradeStore: Send + Sync {
    /// Loads a shop's products, shoppers and orders if the shop has never been loaded; says whether it did.
    async fn seed(&self, shop: &ShopId, seed: Seed) -> Result<bool>;

    /// When a shop was loaded: the `at` of its seed. `None` for one that never was.
    async fn seeded_at(&self, shop: &ShopId) -> Result<Option<Timestamp>>;

    /// Replaces a shop's products, shoppers, wallets, orders, tickets and history by the seed's, all at once.
    async fn reset(&self, shop: &ShopId, seed: Seed) -> Result<()>;

    /// A shop's products in seed order.
    async fn products(&self, shop: &ShopId) -> Result<Vec<Product>>;

    /// The product with an id.
    async fn product(&self, shop: &ShopId, id: &ProductId) -> Result<Option<Product>>;

    /// A shop's shoppers in seed order.
    async fn shoppers(&self, shop: &ShopId) -> Result<Vec<Shopper>>;

    /// The shopper with an id.
    async fn shopper(&self, shop: &ShopId, id: &ShopperId) -> Result<Option<Shopper>>;

    /// A shopper's orders, newest first.
    async fn orders_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Order>>;

    /// The order with an id, whosever it is.
    async fn order(&self, shop: &ShopId, id: &OrderId) -> Result<Option<Order>>;

    /// The order with a parcel of this tracking number, whosever it is.
    async fn order_by_tracking(&self, shop: &ShopId, number: &str) -> Result<Option<Order>>;

    /// A shopper's tickets, newest first.
    async fn tickets_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Ticket>>;

    /// The ticket with an id.
    async fn ticket(&self, shop: &ShopId, id: &TicketId) -> Result<Option<Ticket>>;

    /// The coupons that a shopper has or had, in the order of their claims.
    async fn wallet(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<WalletCoupon>>;

    /// The shop's last orders, whosever they are, newest first.
    async fn recent_orders(&self, shop: &ShopId, limit: usize) -> Result<Vec<Order>>;

    /// What was changed in an order, oldest first.
    async fn history(&self, shop: &ShopId, order: &OrderId) -> Result<Vec<Carried>>;

    /// Carries a change out in one transaction, together with its place in the history. The same key changes
    /// nothing again and has the same outcome; a refusal is worked out anew. Its codes are described at
    /// [`ChangeRequest`](crate::domain::act::ChangeRequest); besides, every change of an order may be refused with
    /// `unknown_order` unless the order is the shopper's, and `unknown_line` for a line that isn't in it; a ticket
    /// with `no_units` when nothing is claimed, `units_claimed` when tickets that aren't cancelled claim more units
    /// of a line than it has, `already_open` when the same wish for a whole order is still being looked at, or what an
    /// order has once was given before.
    async fn carry_out(&self, shop: &ShopId, change: &Change, at: Timestamp) -> Result<ChangeOutcome>;
}
