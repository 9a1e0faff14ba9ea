//! Which conversations that people hold go on to somebody else, and which are over.

use jiff::Timestamp;

use crate::{
    domain::{AgentId, ConversationId},
    shop::Assignment,
};

/// A conversation that a person holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub conversation: ConversationId,
    /// Who holds it.
    pub agent: AgentId,
    /// Since when the shopper waits for their words.
    pub awaiting_since: Option<Timestamp>,
    /// Whether they have said anything yet.
    pub has_replied: bool,
    /// When anything last happened in it.
    pub touched_at: Timestamp,
    /// When a desk of the holder was last heard.
    pub seen_at: Option<Timestamp>,
    /// Whether anybody else could take it now.
    pub has_others: bool,
}

/// What is to become of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Back into the queue: the holder is gone.
    HolderGone,
    /// Back into the queue: the holder does not answer, and somebody else could.
    NotAnswered,
    /// It is over: the shopper has said nothing for long.
    Over,
}

/// Looks after one conversation. `None`: it is in good hands.
///
/// A holder who is gone keeps what waits for nobody: it comes back when the shopper writes. A holder who is there keeps
/// what nobody else could answer either.
pub fn attend(held: &Held, rules: &Assignment, now: Timestamp) -> Option<Move> {
    let since = |at: Timestamp| now.duration_since(at);
    let Some(awaiting) = held.awaiting_since else {
        return (rules.close_after <= since(held.touched_at)).then_some(Move::Over);
    };
    let gone = held.seen_at.is_none_or(|seen| rules.away_after <= since(seen));
    // Whoever was only just given it has time to come.
    if gone && rules.away_after <= since(awaiting) {
        return Some(Move::HolderGone);
    }
    let within = if held.has_replied { rules.reply_within } else { rules.answer_within };
    (rules.by_itself && held.has_others && within <= since(awaiting)).then_some(Move::NotAnswered)
}
