//! What happens to a conversation's row in each use case, as pure functions that every store shares.
//!
//! A store loads the [`Record`], applies one of these, and writes back record and messages in one transaction.
//! Nothing here reads a clock or touches a database.

use jiff::Timestamp;

use super::{
    Agent, Card, Conversation, Earlier, HandoffRecord, Identity, NewConversation, NewShopperMessage, Notice,
    Rating, Reader, Result, Role, StoreError, TurnCommit,
};
use crate::domain::{Author, Handoff, Message, Mode, Part, ShopperId, Stint, Trace};

/// A conversation's row: what callers see, and what only stores need.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) conversation: Conversation,
    /// Shopper's messages up to this number have their answer.
    pub(super) answered_up_to: u64,
    /// The number of the shopper's last message.
    pub(super) last_shopper_seq: u64,
    /// Why it came to people; stays until it leaves them for the bot.
    pub(super) handoff: Option<Handoff>,
    /// Since when it waits or waited.
    pub(super) waiting_since: Option<Timestamp>,
    /// When it was closed last.
    pub(super) closed_at: Option<Timestamp>,
    /// When to look whether to speak first.
    pub(super) look_again_at: Option<Timestamp>,
    /// The stay with people, or the last one.
    pub(super) stint: Option<Stint>,
    /// Stays as they were left by what happened, for the store to keep.
    pub(super) stints: Vec<Stint>,
}

impl Record {
    pub(super) fn open(new: NewConversation) -> Self {
        let conversation = Conversation {
            id: new.id,
            shop: new.shop,
            owner: new.shopper.clone(),
            shopper: new.shopper,
            mode: Mode::Bot,
            agent: None,
            handed_at: None,
            last_seq: 0,
            version: 0,
            locale: new.locale,
            page: new.page,
            shopper_read: 0,
            staff_read: 0,
            rating: None,
            tags: Vec::new(),
            created_at: new.at,
            touched_at: new.at,
        };
        Self {
            conversation,
            answered_up_to: 0,
            last_shopper_seq: 0,
            handoff: None,
            waiting_since: None,
            closed_at: None,
            look_again_at: None,
            stint: None,
            stints: Vec::new(),
        }
    }

    /// Gives a message the next number.
    pub(super) fn say(
        &mut self,
        from: Author,
        parts: Vec<Part>,
        trace: Option<Trace>,
        at: Timestamp,
    ) -> Message {
        let conversation = &mut self.conversation;
        conversation.last_seq += 1;
        conversation.touched_at = at;
        Message { seq: conversation.last_seq, from, client_id: None, at, parts, trace }
    }

    /// Whether a message of the shopper has no answer yet.
    pub(super) fn is_unanswered(&self) -> bool {
        self.conversation.mode != Mode::Agent && self.last_shopper_seq > self.answered_up_to
    }

    /// Whether the bot may tell what became of a change: not while a person speaks, nor below a person's goodbye.
    pub(super) fn hears_outcomes(&self) -> bool {
        !matches!(self.conversation.mode, Mode::Agent | Mode::Closed)
    }

    /// Whether it is to be looked at by now.
    pub(super) fn is_silent(&self, now: Timestamp) -> bool {
        self.conversation.mode == Mode::Bot
            && !self.is_unanswered()
            && self.look_again_at.is_some_and(|at| at <= now)
    }

    /// The shopper says something; also says whether that opened the conversation again.
    pub(super) fn hear(&mut self, new: NewShopperMessage) -> (Message, bool) {
        let reopened = self.conversation.mode == Mode::Closed;
        if reopened {
            self.open_again(new.reopen_to, new.at);
        }
        let mut message = self.say(Author::Shopper, new.parts, None, new.at);
        message.client_id = Some(new.client_id);
        self.last_shopper_seq = message.seq;
        if self.conversation.mode == Mode::Agent {
            // No turn follows that would set it anew; it counts again once the bot has the conversation back.
            self.answered_up_to = message.seq;
            self.await_words(new.at);
        } else {
            self.look_again_at = None;
        }
        (message, reopened)
    }

    /// Whether a turn may still be committed.
    pub(super) fn admits(&self, turn: &TurnCommit) -> Result<()> {
        let current = turn.expected_version == self.conversation.version;
        if current && self.conversation.mode != Mode::Agent { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// The bot answers; the caller has asked [`Self::admits`] before.
    pub(super) fn answer(&mut self, turn: &TurnCommit) -> Vec<Message> {
        let said = turn.messages.iter().cloned();
        let messages = said.map(|new| self.say(new.from, new.parts, new.trace, turn.at)).collect();
        self.conversation.version += 1;
        self.conversation.touched_at = turn.at;
        self.look_again_at = turn.look_again_at;
        self.answered_up_to = self.answered_up_to.max(turn.answered_up_to.min(self.last_shopper_seq));
        if let Some(handoff) = &turn.handoff {
            self.handoff = Some(self.asked_again(handoff));
            self.hand_over(turn.at);
        }
        if let (Some(contact), Some(handoff)) = (&turn.contact, &mut self.handoff) {
            handoff.contact = Some(contact.clone());
        }
        if let Some(mode) = turn.mode {
            self.enter(mode, turn.at);
        }
        messages
    }

    /// Whoever waits already and asks again keeps what brings them on, and how they can be reached.
    fn asked_again(&self, new: &Handoff) -> Handoff {
        let mut handoff = new.clone();
        let before = self.handoff.as_ref().filter(|_| waits(self.conversation.mode));
        if let Some(before) = before {
            handoff.contact = handoff.contact.or_else(|| before.contact.clone());
            if new.priority < before.priority {
                (handoff.reason, handoff.priority) = (before.reason, before.priority);
                handoff.group.clone_from(&before.group);
            }
        }
        handoff
    }

    pub(super) fn identify(&mut self, shopper: Option<ShopperId>, at: Timestamp) -> Identity {
        let conversation = &mut self.conversation;
        match (&shopper, &conversation.owner) {
            (Some(new), Some(owner)) if new != owner => return Identity::Other,
            _ if shopper == conversation.shopper => return Identity::Unchanged,
            _ => {}
        }
        if shopper.is_some() {
            conversation.owner.clone_from(&shopper);
        }
        conversation.shopper = shopper;
        conversation.version += 1;
        conversation.touched_at = at;
        Identity::Changed
    }

    pub(super) fn mark_read(&mut self, reader: Reader, seq: u64) -> u64 {
        let last = self.conversation.last_seq;
        let mark = match reader {
            Reader::Shopper => &mut self.conversation.shopper_read,
            Reader::Staff => &mut self.conversation.staff_read,
        };
        *mark = (*mark).max(seq.min(last));
        *mark
    }

    /// The shopper rates the conversation, and with it the last stay with people, if there was one.
    pub(super) fn rate(&mut self, rating: Rating) {
        if let Some(stint) = &mut self.stint {
            stint.rating = Some(rating.score);
        }
        self.conversation.rating = Some(rating);
        self.keep_stint();
    }

    /// A notice under an id of its own, whoever answers.
    pub(super) fn tell(&mut self, notice: Notice) -> Message {
        let mut message = self.say(Author::System, notice.parts, None, notice.at);
        message.client_id = Some(notice.client_id);
        message
    }

    /// What a later conversation is told of it.
    pub(super) fn earlier(self) -> Earlier {
        let closed_at = self.closed_at.filter(|_| self.conversation.mode == Mode::Closed);
        let stint = self.stint.as_ref();
        let (wrap_up, note) =
            (stint.and_then(|stint| stint.wrap_up.clone()), stint.and_then(|stint| stint.note.clone()));
        let ended = self.stint.map(|stint| stint.summary).filter(|summary| !summary.is_empty());
        let summary = ended.or(self.handoff.map(|handoff| handoff.summary)).unwrap_or_default();
        Earlier { conversation: self.conversation, closed_at, summary, wrap_up, note }
    }

    /// The desk's view of it.
    pub(super) fn card(self, last: Option<Message>, unread: u64, mentioned: bool) -> Card {
        let since = self.waiting_since.unwrap_or(self.conversation.created_at);
        let handoff = self.handoff.map(|handoff| HandoffRecord { handoff, since });
        Card { conversation: self.conversation, handoff, stint: self.stint, last, unread, mentioned }
    }
}

/// Whether a mode waits for a person.
pub(super) fn waits(mode: Mode) -> bool {
    matches!(mode, Mode::Queue | Mode::Message)
}

/// Whether a member may do everything everywhere; one such has to be left always.
pub(super) fn governs(agent: &Agent) -> bool {
    agent.role == Role::Owner && agent.shops.is_empty() && agent.disabled_at.is_none()
}

/// Failed sign-ins of names whose last one was before this are forgotten.
pub(super) fn stale_before(now: Timestamp) -> Timestamp {
    now.saturating_sub(std::time::Duration::from_secs(24 * 3600)).unwrap_or(Timestamp::MIN)
}

/// How names of staff are compared.
pub(super) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}
