//! What goes into the store and comes out of it, as plain values.

use jiff::Timestamp;

use crate::domain::{
    AgentId, Author, Change, ChangeOutcome, Content, ConversationId, DialogueState, Handoff, Locale, Message,
    Mode, OrderId, Part, ProductId, ShopId, ShopperId, Staff, Trace, UploadId,
    act::ChangeRequest,
    trade::{Order, Product, Shopper, WalletCoupon},
};

/// A conversation to open.
#[derive(Clone, Debug, PartialEq)]
pub struct NewConversation {
    /// Its id, random.
    pub id: ConversationId,
    /// The shop.
    pub shop: ShopId,
    /// SHA-256 of the token that resumes it.
    pub token_hash: [u8; 32],
    /// When the token stops resuming it.
    pub token_expires_at: Timestamp,
    /// Who it is, when signed in from the start.
    pub shopper: Option<ShopperId>,
    /// The language to begin in.
    pub locale: Locale,
    /// The page the shopper looks at.
    pub page: Page,
    /// Now.
    pub at: Timestamp,
}

/// A conversation as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The shop.
    pub shop: ShopId,
    /// Who it is, while signed in.
    pub shopper: Option<ShopperId>,
    /// Whoever signed in last, signed in now or not; resuming asks for the same person while this is set.
    pub owner: Option<ShopperId>,
    /// Who answers.
    pub mode: Mode,
    /// Who holds it, or held it last.
    pub agent: Option<Staff>,
    /// When it was first brought to people. Staff of its shop may see it from then on, also after it left them.
    pub handed_at: Option<Timestamp>,
    /// The number of its last message; 0 when there is none.
    pub last_seq: u64,
    /// The state's version.
    pub version: u64,
    /// The widget's language.
    pub locale: Locale,
    /// The page the shopper looks at.
    pub page: Page,
    /// How far the shopper has read.
    pub shopper_read: u64,
    /// How far staff have read.
    pub staff_read: u64,
    /// The shopper's rating.
    pub rating: Option<Rating>,
    /// What staff have marked it with.
    pub tags: Vec<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When anything last happened in it.
    pub touched_at: Timestamp,
}

/// The page that a shopper looks at.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Page {
    /// A product's page.
    pub product: Option<ProductId>,
    /// An order's page.
    pub order: Option<OrderId>,
    /// Its address.
    pub url: Option<String>,
}

/// Something the shopper said.
#[derive(Clone, Debug, PartialEq)]
pub struct NewShopperMessage {
    /// The client's id.
    pub client_id: String,
    /// What was sent; decides whether a repeated id is the same message.
    pub content: Content,
    /// How it is shown.
    pub parts: Vec<Part>,
    /// Who gets the conversation if it was closed and opens again with this; else the bot does.
    pub reopen_to: Option<Staff>,
    /// Now.
    pub at: Timestamp,
}

/// What became of something said.
#[derive(Clone, Debug, PartialEq)]
pub enum Appended {
    /// It is stored and survives a crash.
    Stored {
        /// The message as stored.
        message: Message,
        /// It was there before: ack, and nothing else.
        duplicate: bool,
        /// The conversation was closed and is open again.
        reopened: bool,
        /// Who answers it: in mode `agent` no turn is due.
        mode: Mode,
        /// What the turn that answers it starts from, where nothing else waits for one.
        pending: Option<Box<Pending>>,
    },
    /// The id was used for something else.
    IdReused,
}

/// What a turn starts from.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The conversation.
    pub conversation: Conversation,
    /// The state; its version is `conversation.version`.
    pub state: DialogueState,
    /// The shopper's unanswered messages in order.
    pub messages: Vec<PendingMessage>,
    /// Outcomes that nobody has told the shopper yet, oldest first.
    pub outcomes: Vec<PendingOutcome>,
}

/// A message without an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingMessage {
    /// Its number.
    pub seq: u64,
    /// What was sent.
    pub content: Content,
    /// When it was stored.
    pub at: Timestamp,
}

/// An outcome that waits to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingOutcome {
    /// The change.
    pub change: Change,
    /// What became of it.
    pub outcome: ChangeOutcome,
}

/// A turn that was committed.
#[derive(Clone, Debug, PartialEq)]
pub struct Committed {
    /// Its messages as they were stored.
    pub messages: Vec<Message>,
    /// Whether something is pending still.
    pub more: bool,
}

/// A turn to commit.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnCommit {
    /// The conversation.
    pub conversation: ConversationId,
    /// The version that the turn was computed from.
    pub expected_version: u64,
    /// The last shopper's message that it answers; 0 when it answers none.
    pub answered_up_to: u64,
    /// Keys of the outcomes that it tells.
    pub answered_outcomes: Vec<String>,
    /// The new state.
    pub state: DialogueState,
    /// What is said, in order; may be nothing.
    pub messages: Vec<NewAnswer>,
    /// The new mode, if it changes. A conversation that enters `queue` or `message` waits from `at` on.
    pub mode: Option<Mode>,
    /// Why a person is needed; replaces an earlier one.
    pub handoff: Option<Handoff>,
    /// How to reach the shopper, learnt while nobody was there.
    pub contact: Option<String>,
    /// What to change in the shop's system.
    pub outbox: Vec<Change>,
    /// Keys under which nothing may have been committed in the shop before, by whatever conversation.
    pub once: Vec<String>,
    /// When to look whether to speak first, if the shopper says nothing until then; replaces an earlier moment.
    pub look_again_at: Option<Timestamp>,
    /// Now.
    pub at: Timestamp,
}

/// A message of a turn.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAnswer {
    /// `Bot` or `System`.
    pub from: Author,
    /// Its parts, at least one.
    pub parts: Vec<Part>,
    /// Why it was said.
    pub trace: Option<Trace>,
}

/// A change to carry out.
#[derive(Clone, Debug, PartialEq)]
pub struct DueChange {
    /// Whose conversation.
    pub conversation: ConversationId,
    /// In which shop.
    pub shop: ShopId,
    /// What to do.
    pub change: Change,
    /// Attempts so far, this one included.
    pub attempts: u32,
}

/// What became of a change of identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// It was as asked already.
    Unchanged,
    /// It is now as asked.
    Changed,
    /// The conversation belongs to another shopper; nothing changed.
    Other,
}

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Reader {
    Shopper,
    Staff,
}

/// A conversation as it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Which.
    pub conversation: ConversationId,
    /// Whoever signed in last.
    pub owner: Option<ShopperId>,
    /// Its language.
    pub locale: Locale,
    /// The product on whose page it is.
    pub product: Option<ProductId>,
    /// When anything last happened in it.
    pub touched_at: Timestamp,
    /// The shopper's rating.
    pub rating: Option<Rating>,
    /// Every message, a shopper's with what it was.
    pub messages: Vec<(Message, Option<Content>)>,
}

/// A shopper's rating of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// 1 to 5.
    pub score: u8,
    /// In their words.
    pub comment: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What a member of staff may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Owner,
    /// Files and console.
    Editor,
    /// The desk.
    Agent,
}

impl Role {
    /// The name on the wire and in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Editor => "editor",
            Self::Agent => "agent",
        }
    }

    /// The role with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Owner, Self::Editor, Self::Agent].into_iter().find(|role| role.name() == name)
    }
}

/// A member of staff to add.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAgent {
    /// Their id, random.
    pub id: AgentId,
    /// The name they sign in with and shoppers see; unique without regard to case.
    pub name: String,
    /// An argon2 hash in PHC form.
    pub password_hash: String,
    /// What they may do.
    pub role: Role,
    /// In which shops; empty means all of them.
    pub shops: Vec<ShopId>,
    /// For which groups of people; empty means all of them.
    pub groups: Vec<String>,
    /// How many conversations at once; 0 is as the shop says.
    pub capacity: u32,
    /// The password has to be changed at first use.
    pub must_change: bool,
    /// Who they are to the shop's sign-in service.
    pub oidc_subject: Option<String>,
    /// Now.
    pub at: Timestamp,
}

/// A member of staff.
#[derive(Clone, PartialEq, Eq)]
pub struct Agent {
    /// Their id.
    pub id: AgentId,
    /// Their name.
    pub name: String,
    /// An argon2 hash in PHC form.
    pub password_hash: String,
    /// What they may do.
    pub role: Role,
    /// In which shops; empty means all of them.
    pub shops: Vec<ShopId>,
    /// For which groups of people; empty means all of them.
    pub groups: Vec<String>,
    /// How many conversations at once; 0 is as the shop says.
    pub capacity: u32,
    /// The password has to be changed before anything else.
    pub must_change: bool,
    /// Who they are to the shop's sign-in service.
    pub oidc_subject: Option<String>,
    /// Since when they may not sign in any more.
    pub disabled_at: Option<Timestamp>,
    /// Whether signing in with the password takes a second step.
    pub second_step: bool,
    /// Since when they are a member.
    pub created_at: Timestamp,
}

// Hashes stay out of logs, so `Debug` names the person and nothing else.
impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for NewAgent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAgent").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// A signed-in member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentSession {
    /// SHA-256 of the session's token.
    pub token_hash: [u8; 32],
    /// Who.
    pub agent: AgentId,
    /// Until when.
    pub expires_at: Timestamp,
    /// Where it was begun, as the browser calls itself.
    pub client: String,
    /// Another sign-in service vouched for them: such a session owes no change of a password.
    pub vouched: bool,
    /// Since when.
    pub at: Timestamp,
}

/// Failed sign-ins of one name since the last success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SignInFailures {
    /// How many.
    pub count: u32,
    /// The last one.
    pub last_at: Option<Timestamp>,
}

/// A published version of a shop's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedVersion {
    /// Its number within the shop, from 1.
    pub number: u64,
    /// The digest of the files.
    pub digest: String,
    /// The files: the shop's own without its seed, and its packs'.
    pub files: VersionFiles,
    /// When it was published.
    pub at: Timestamp,
}

/// Texts by path.
pub type VersionFiles = std::collections::BTreeMap<String, String>;

/// A published version without its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionMark {
    /// Its number within the shop, from 1.
    pub number: u64,
    /// The digest of the files.
    pub digest: String,
    /// When it was published.
    pub at: Timestamp,
}

/// What a shop's tables begin with.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Seed {
    /// When they are loaded; offsets in the shop's files count from it.
    pub at: Timestamp,
    /// Products, in the order they are listed.
    pub products: Vec<Product>,
    /// Shoppers.
    pub shoppers: Vec<Shopper>,
    /// Orders.
    pub orders: Vec<Order>,
    /// What is in whose wallet.
    pub wallets: Vec<(ShopperId, WalletCoupon)>,
}

/// A change that was carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// Its idempotency key.
    pub key: String,
    /// When.
    pub at: Timestamp,
    /// What was asked; missing for tickets of a time when only they were kept.
    pub request: Option<ChangeRequest>,
    /// What became of it; a refusal is not kept.
    pub outcome: ChangeOutcome,
}

/// A picture that was uploaded in a conversation, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id, random.
    pub id: UploadId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// Who of the staff uploaded it; `None` for the shopper.
    pub agent: Option<AgentId>,
    /// `image/jpeg` or `image/png`.
    pub mime: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The encoded picture.
    pub bytes: Vec<u8>,
    /// When.
    pub at: Timestamp,
}
