//! People of the shop: who they are, and what a conversation's stay with them was like.

use jiff::Timestamp;

use super::{AgentId, Reason};

/// A member of staff as a conversation names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Which.
    pub id: AgentId,
    /// The name shown to shoppers.
    pub name: String,
}

/// One stay of a conversation with people: from the queue to whatever ended it. Waiting times, handling times and
/// service levels are read from these.
#[derive(Clone, Debug, PartialEq)]
pub struct Stint {
    /// Its number within the conversation, from 1.
    pub number: u64,
    /// The group it is for; empty in a shop without groups.
    pub group: String,
    /// Why a person was needed; `None` when a person brought it back to people.
    pub reason: Option<Reason>,
    /// What it is put before: a greater one is served first.
    pub priority: i32,
    /// Since when it waits or waited, moments with others before included.
    pub queued_at: Timestamp,
    /// Since when a person has it.
    pub taken_at: Option<Timestamp>,
    /// Who has it, or had it.
    pub agent: Option<Staff>,
    /// The person's first words.
    pub first_reply_at: Option<Timestamp>,
    /// How often the person spoke.
    pub replies: u32,
    /// Since when the shopper waits for the person's words; `None` while it is the shopper's turn.
    pub awaiting_since: Option<Timestamp>,
    /// Who had it in the same wait before and let it go unanswered.
    pub passed: Vec<AgentId>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How.
    pub ended: Option<Ended>,
    /// What it was about in the end: one of the shop's wrap-up reasons.
    pub wrap_up: Option<String>,
    /// What the person wrote about its end, or about its transfer.
    pub note: Option<String>,
    /// What happened, a line each, in the shop's first language.
    pub summary: Vec<String>,
    /// The shopper's rating of it, 1 to 5.
    pub rating: Option<u8>,
}

impl Stint {
    /// A stay that begins with waiting.
    pub fn waiting(
        number: u64,
        group: String,
        reason: Option<Reason>,
        priority: i32,
        queued_at: Timestamp,
    ) -> Self {
        Self {
            number,
            group,
            reason,
            priority,
            queued_at,
            taken_at: None,
            agent: None,
            first_reply_at: None,
            replies: 0,
            awaiting_since: None,
            passed: Vec::new(),
            ended_at: None,
            ended: None,
            wrap_up: None,
            note: None,
            summary: Vec::new(),
            rating: None,
        }
    }
}

/// How a stay with people ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// The conversation was closed.
    Closed,
    /// The person gave it back to the bot.
    Released,
    /// It went to another person or group.
    Transferred,
    /// It went back to the queue: the person was gone or did not answer.
    Requeued,
    /// The shopper did not want to wait.
    Left,
}
