//! The people's side of the store, as plain values: waiting, taken, handed on, ended; who is there; the desk's lists.

use jiff::{SignedDuration, Timestamp};

use super::model::{Conversation, Role};
use crate::domain::{AgentId, ConversationId, Handoff, Message, Mode, Part, ShopId, Shown, Staff, Stint};

/// Why a conversation waits for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct HandoffRecord {
    /// Reason, summary, slots and what it is about.
    pub handoff: Handoff,
    /// Since when it waits.
    pub since: Timestamp,
}

/// A place in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// From 1, among those of the same group.
    pub position: u32,
    /// Since when.
    pub since: Timestamp,
    /// The group it waits for.
    pub group: String,
}

/// How a person comes to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// Out of the queue, by the person or by assignment.
    Waiting,
    /// From whoever holds it, or out of the queue.
    FromAnyone,
}

/// A person takes a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Take {
    /// Which.
    pub conversation: ConversationId,
    /// Who.
    pub agent: Staff,
    /// From where.
    pub from: Taking,
    /// What the shopper is told, as a system message.
    pub notice: Vec<Part>,
    /// Now.
    pub at: Timestamp,
}

/// A conversation that a person holds goes on to another, or back into the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Onward {
    /// Which.
    pub conversation: ConversationId,
    /// Who must hold it; `None` for whoever does.
    pub holder: Option<AgentId>,
    /// Only while the shopper waits for the holder's words.
    pub only_unanswered: bool,
    /// Where to.
    pub to: Destination,
    /// What the next person is told.
    pub note: Option<String>,
    /// What the shopper is told, as a system message.
    pub notice: Vec<Part>,
    /// Now.
    pub at: Timestamp,
}

/// Where a conversation goes on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To a person.
    Agent(Staff),
    /// To a group's queue, as a transfer.
    Group(String),
    /// Back to its own queue, at its old place: whoever held it is passed over.
    Queue,
}

/// What became of taking a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// It is theirs. The message is the notice; `None` when they held it before.
    Yes(Option<Message>),
    /// Somebody else was first.
    AlreadyTaken(Staff),
    /// It doesn't wait for anyone.
    NotWaiting(Mode),
}

/// Something a person says.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentMessage {
    /// Who.
    pub agent: Staff,
    /// The client's id.
    pub client_id: String,
    /// What; decides whether a repeated id is the same message.
    pub parts: Vec<Part>,
    /// Now.
    pub at: Timestamp,
}

/// What became of something a person said.
#[derive(Clone, Debug, PartialEq)]
pub enum AgentAppended {
    /// It is stored.
    Stored {
        /// As stored.
        message: Message,
        /// It was there before.
        duplicate: bool,
    },
    /// The id was used for something else.
    IdReused,
    /// They don't hold the conversation.
    NotHolder,
}

/// A person ends their part in a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Closing {
    /// Which.
    pub conversation: ConversationId,
    /// Who; `None` for the engine itself.
    pub agent: Option<AgentId>,
    /// What the shopper is told, as a system message.
    pub notice: Vec<Part>,
    /// What it was about in the end.
    pub wrap_up: Option<String>,
    /// What the person wrote about it.
    pub note: Option<String>,
    /// What happened, a line each.
    pub summary: Vec<String>,
    /// What the bot is to know when it goes on: the order in question, say.
    pub topic: Option<Shown>,
    /// Only if a person still has it, waits for the shopper, and nothing has happened in it since then.
    pub untouched_since: Option<Timestamp>,
    /// Now.
    pub at: Timestamp,
}

/// What became of a change of hands.
#[derive(Clone, Debug, PartialEq)]
pub enum Staffed {
    /// Done; the notice as stored.
    Done(Message),
    /// It was so already; nothing is stored.
    Unchanged,
    /// Somebody else holds the conversation, or nobody.
    NotHolder,
}

/// An internal note to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNote {
    /// Who writes it.
    pub agent: Staff,
    /// The client's id.
    pub client_id: String,
    /// The note.
    pub text: String,
    /// Colleagues whom it names.
    pub mentions: Vec<AgentId>,
    /// Now.
    pub at: Timestamp,
}

/// An internal note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its number, from 1.
    pub number: u64,
    /// Who wrote it.
    pub agent: Staff,
    /// The note.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// What became of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It is stored.
    Stored {
        /// As stored.
        note: Note,
        /// It was there before.
        duplicate: bool,
    },
    /// The id was used for something else.
    IdReused,
}

/// A conversation as the desk's lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The conversation.
    pub conversation: Conversation,
    /// Why it came to people, and since when.
    pub handoff: Option<HandoffRecord>,
    /// Its stay with people, or the last one.
    pub stint: Option<Stint>,
    /// Its last message.
    pub last: Option<Message>,
    /// Shopper's messages that staff have not read.
    pub unread: u64,
    /// A note of it names the reader of the list, who has not looked yet.
    pub mentioned: bool,
}

/// A person's desk.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Board {
    /// Who waits, in the order they are served.
    pub waiting: Vec<Card>,
    /// Who left a message out of hours, in the order they are served.
    pub messages: Vec<Card>,
    /// Whom they hold, oldest first.
    pub mine: Vec<Card>,
    /// Whom others hold, oldest first.
    pub others: Vec<Card>,
    /// What people had and closed, last closed first.
    pub closed: Vec<Card>,
}

/// Whether new conversations come to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Duty {
    /// They do.
    Here,
    /// They don't; what the person takes by hand is theirs all the same.
    #[default]
    Away,
}

impl Duty {
    /// The name on the wire and in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Away => "away",
        }
    }

    /// The one with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Here, Self::Away].into_iter().find(|duty| duty.name() == name)
    }
}

/// A member of staff who may hold conversations, and how they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct OnDuty {
    /// Who.
    pub agent: Staff,
    /// What they may do.
    pub role: Role,
    /// In which shops; empty means all of them.
    pub shops: Vec<ShopId>,
    /// For which groups; empty means all of them.
    pub groups: Vec<String>,
    /// How many conversations at once; 0 is as the shop says.
    pub capacity: u32,
    /// Whether they want more.
    pub duty: Duty,
    /// When a desk of theirs was last heard.
    pub seen_at: Option<Timestamp>,
    /// When the last of their desks was closed, if none is open since.
    pub left_at: Option<Timestamp>,
    /// When they were last given a conversation.
    pub given_at: Option<Timestamp>,
    /// When one of theirs last ended.
    pub freed_at: Option<Timestamp>,
    /// How many they hold.
    pub load: u32,
}

impl OnDuty {
    /// Whether a desk of theirs is open, which was heard within `patience`.
    pub fn is_there(&self, now: Timestamp, patience: SignedDuration) -> bool {
        self.left_at.is_none() && self.seen_at.is_some_and(|seen| now.duration_since(seen) < patience)
    }
}

/// A stay with people, and whose it was.
#[derive(Clone, Debug, PartialEq)]
pub struct StintOf {
    /// The conversation.
    pub conversation: ConversationId,
    /// The shop.
    pub shop: ShopId,
    /// The stay.
    pub stint: Stint,
}

/// By what a conversation that nobody was fetched for shows that somebody should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    /// A rating of so many points or fewer.
    pub rated_at_most: u8,
    /// The intent by which a shopper asks for a person.
    pub asks: &'static str,
    /// Sources of answers that answer nothing.
    pub no_answer: &'static [&'static str],
}

/// A conversation that a person should have come to, and nobody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Which.
    pub conversation: ConversationId,
    /// When something last happened in it.
    pub touched_at: Timestamp,
    /// The shopper rated it badly.
    pub rated_badly: bool,
    /// The shopper asked for a person.
    pub asked: bool,
    /// The last thing that the bot said was no answer.
    pub unanswered: bool,
}
