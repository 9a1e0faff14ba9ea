//! What people at the desk know and do about a case: earlier conversations, changes to the shop's system, notices, what
//! a search has to look at again, and what is learnt from their words.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Conversation, Result, Staff};
use crate::domain::{Change, ChangeOutcome, ConversationId, Message, Part, ShopId, ShopperId};

/// A conversation that a shopper had with people before.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// The conversation.
    pub conversation: Conversation,
    /// When it was closed last, if it is closed.
    pub closed_at: Option<Timestamp>,
    /// What it was about, as far as that is still known.
    pub summary: Vec<String>,
    /// What it was about in the end: one of the shop's wrap-up reasons.
    pub wrap_up: Option<String>,
    /// What the person wrote about its end.
    pub note: Option<String>,
}

/// A change that a person asks for on a shopper's behalf.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAgentChange {
    /// The client's id.
    pub client_id: String,
    /// Who asks.
    pub agent: Staff,
    /// A digest of what is asked; decides whether a repeated id is the same change.
    pub asked: String,
    /// What to do; `None` for what is refused before anything is sent.
    pub change: Option<Change>,
    /// Its outcome, where that is known from the start.
    pub outcome: Option<ChangeOutcome>,
    /// Now.
    pub at: Timestamp,
}

/// A change that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentChange {
    /// Who asked.
    pub agent: Staff,
    /// The digest of what was asked.
    pub asked: String,
    /// What to do.
    pub change: Option<Change>,
    /// What became of it; `None` while nobody knows.
    pub outcome: Option<ChangeOutcome>,
}

/// Something that the shopper is told beside what people say.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The id under which it is said once.
    pub client_id: String,
    /// What.
    pub parts: Vec<Part>,
    /// Now.
    pub at: Timestamp,
}

/// A conversation in which something was said or noted.
#[derive(Clone, Debug, PartialEq)]
pub struct Touched {
    /// Its place in the order of the last change.
    pub number: u64,
    /// Which.
    pub id: ConversationId,
    /// The conversation; `None` for one that was deleted, which is its last change.
    pub conversation: Option<Conversation>,
}

/// Which order the numbers of [`Touched`] belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TouchLog {
    /// The store's own random name for it.
    pub id: String,
    /// The last number given; 0 for none.
    pub last: u64,
    /// The last number given to a conversation that was deleted; 0 for none.
    pub last_gone: u64,
}

/// What a person made of a proposed answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalUse {
    /// Where.
    pub conversation: ConversationId,
    /// The message that was said.
    pub seq: u64,
    /// What proposed it: `bot`, `faq`, `similar`.
    pub source: String,
    /// What was proposed.
    pub proposed: String,
    /// What was said.
    pub said: String,
    /// When.
    pub at: Timestamp,
}

/// A question that a person answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnsweredByPeople {
    /// Where.
    pub conversation: ConversationId,
    /// The answer's number.
    pub seq: u64,
    /// When it was answered.
    pub at: Timestamp,
    /// The shopper's last words before it.
    pub question: String,
    /// What the person said.
    pub answer: String,
}

/// What people know and do about a case.
#[async_trait]
pub trait CaseStore: Send + Sync {
    /// A shopper's conversations that people had, but for one, the last touched first.
    async fn earlier_conversations(
        &self,
        shop: &ShopId,
        shopper: &ShopperId,
        but: &ConversationId,
        limit: usize,
    ) -> Result<Vec<Earlier>>;

    /// The change asked for under a client's id.
    async fn agent_change(&self, id: &ConversationId, client_id: &str) -> Result<Option<AgentChange>>;

    /// Notes a change before anything of it is done. An id that was used before keeps what it was used for: the caller
    /// compares. Returns what stands under the id from now on.
    async fn begin_agent_change(&self, id: &ConversationId, new: NewAgentChange) -> Result<AgentChange>;

    /// Keeps a change's outcome; the first one stays.
    async fn finish_agent_change(
        &self,
        id: &ConversationId,
        client_id: &str,
        outcome: ChangeOutcome,
    ) -> Result<()>;

    /// Tells the shopper something as a system message, whoever answers them now. Under an id that was told before
    /// nothing is stored, and the first message comes back with `true`.
    async fn tell(&self, id: &ConversationId, notice: Notice) -> Result<(Message, bool)>;

    /// At most `limit` conversations that people had, whose number is above `after`, in order. A conversation has the
    /// number of its last change alone: each message, each note, the first handoff and its end for good give it the next
    /// one.
    async fn touched_since(&self, after: u64, limit: usize) -> Result<Vec<Touched>>;

    /// Which order those numbers belong to, and how far it has come.
    async fn touch_log(&self) -> Result<TouchLog>;

    /// Keeps what a person made of a proposal; once a message.
    async fn record_proposal_use(&self, new: ProposalUse) -> Result<()>;

    /// At most `limit` uses of proposals in a shop with their numbers, those after a number, in order.
    async fn proposal_uses(&self, shop: &ShopId, after: u64, limit: usize)
    -> Result<Vec<(u64, ProposalUse)>>;

    /// At most `limit` questions of a shop's shoppers with what a person answered first, in the order of the answers,
    /// those after one of them.
    async fn answered_by_people(
        &self,
        shop: &ShopId,
        after: Option<&AnsweredByPeople>,
        limit: usize,
    ) -> Result<Vec<AnsweredByPeople>>;
}

/// A message's text, a line a part.
pub(super) fn words_of(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n")
}
