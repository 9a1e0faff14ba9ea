//! How a conversation changes hands, as pure functions on its row: into the queue, to a person, on to the next, to its
//! end, and back to the bot.

use jiff::Timestamp;

use super::{
    AgentMessage, Closing, Destination, Onward, Staffed, Take, Taken, Taking,
    rules::{Record, waits},
};
use crate::domain::{AgentId, Author, Ended, Message, Mode, Part, Staff, Stint};

impl Record {
    pub(super) fn hand_over(&mut self, at: Timestamp) {
        self.conversation.handed_at.get_or_insert(at);
    }

    pub(super) fn enter(&mut self, mode: Mode, at: Timestamp) {
        if waits(mode) {
            self.hand_over(at);
        }
        match mode {
            Mode::Bot => {
                self.handoff = None;
                self.waiting_since = None;
            }
            Mode::Queue | Mode::Message if !waits(self.conversation.mode) => {
                self.waiting_since = Some(at);
                self.begin_stint(at);
            }
            Mode::Closed => self.closed_at = Some(at),
            _ => {}
        }
        self.conversation.mode = mode;
    }

    fn back_to_bot(&mut self) {
        self.conversation.mode = Mode::Bot;
        self.conversation.agent = None;
        self.conversation.version += 1;
        self.handoff = None;
        self.waiting_since = None;
        self.closed_at = None;
    }

    /// A closed conversation opens: for the bot, or for the person who had it.
    pub(super) fn open_again(&mut self, person: Option<Staff>, at: Timestamp) {
        self.back_to_bot();
        let Some(person) = person else { return };
        self.waiting_since = Some(at);
        self.begin_stint(at);
        self.give(person, at);
    }

    /// A person takes it, and with it every message that has no answer yet.
    pub(super) fn take(&mut self, take: Take) -> Taken {
        match (self.conversation.mode, &self.conversation.agent) {
            (Mode::Agent, Some(holder)) if holder.id == take.agent.id => return Taken::Yes(None),
            (Mode::Agent, Some(holder)) if take.from == Taking::Waiting => {
                return Taken::AlreadyTaken(holder.clone());
            }
            (Mode::Agent, _) => {
                self.end_stint(Ended::Transferred, take.at);
                self.begin_stint(take.at);
            }
            (mode, _) if !waits(mode) => return Taken::NotWaiting(mode),
            _ => {}
        }
        self.give(take.agent, take.at);
        let notice = self.say(Author::System, take.notice, None, take.at);
        self.answered_up_to = notice.seq;
        Taken::Yes(Some(notice))
    }

    /// Whether a person holds it.
    pub(super) fn is_held_by(&self, agent: &AgentId) -> bool {
        self.conversation.mode == Mode::Agent
            && self.conversation.agent.as_ref().is_some_and(|holder| holder.id == *agent)
    }

    /// The holder says something; the caller has asked [`Self::is_held_by`] before.
    pub(super) fn speak(&mut self, new: AgentMessage) -> Message {
        let author = Author::Agent { name: new.agent.name };
        let mut message = self.say(author, new.parts, None, new.at);
        message.client_id = Some(new.client_id);
        self.conversation.staff_read = message.seq;
        if let Some(stint) = &mut self.stint {
            stint.first_reply_at.get_or_insert(new.at);
            stint.replies += 1;
            stint.awaiting_since = None;
        }
        self.keep_stint();
        message
    }

    /// On to another person, to a group, or back into the queue.
    pub(super) fn hand_on(&mut self, onward: Onward) -> Staffed {
        let may = onward.holder.as_ref().is_none_or(|holder| self.is_held_by(holder));
        let Some(before) = self.stint.clone().filter(|_| may && self.conversation.mode == Mode::Agent) else {
            return Staffed::NotHolder;
        };
        if onward.only_unanswered && before.awaiting_since.is_none() {
            return Staffed::Unchanged;
        }
        let to_oneself = matches!(&onward.to, Destination::Agent(to) if self.is_held_by(&to.id));
        if to_oneself {
            return Staffed::Unchanged;
        }
        if let Some(stint) = &mut self.stint {
            stint.note = onward.note;
        }
        let ended = if onward.to == Destination::Queue { Ended::Requeued } else { Ended::Transferred };
        self.end_stint(ended, onward.at);
        match onward.to {
            Destination::Agent(person) => {
                self.begin_stint(onward.at);
                self.give(person, onward.at);
            }
            Destination::Group(group) => {
                if let Some(handoff) = &mut self.handoff {
                    handoff.group.clone_from(&group);
                }
                self.begin_stint(onward.at);
                self.wait_again(|stint| stint.group = group);
            }
            Destination::Queue => {
                // The wait goes on: neither the place nor the clock begins anew.
                self.begin_stint(before.queued_at);
                self.wait_again(|stint| {
                    stint.passed = before.passed;
                    stint.passed.extend(before.agent.map(|agent| agent.id));
                });
            }
        }
        let notice = self.say(Author::System, onward.notice, None, onward.at);
        self.answered_up_to = notice.seq;
        Staffed::Done(notice)
    }

    pub(super) fn release(&mut self, closing: Closing) -> Staffed {
        let may = closing.agent.as_ref().is_none_or(|agent| self.is_held_by(agent));
        if !may || self.conversation.mode != Mode::Agent {
            return Staffed::NotHolder;
        }
        self.wrap_up(&closing);
        self.end_stint(Ended::Released, closing.at);
        self.back_to_bot();
        Staffed::Done(self.say(Author::System, closing.notice, None, closing.at))
    }

    pub(super) fn close(&mut self, closing: Closing) -> Staffed {
        if self.conversation.mode == Mode::Closed {
            return Staffed::Unchanged;
        }
        let awaits = self.stint.as_ref().is_some_and(|stint| stint.awaiting_since.is_some());
        let busy =
            |since| self.conversation.mode != Mode::Agent || awaits || self.conversation.touched_at != since;
        if closing.untouched_since.is_some_and(busy) {
            return Staffed::Unchanged;
        }
        let may = |agent| waits(self.conversation.mode) || self.is_held_by(agent);
        if !closing.agent.as_ref().is_none_or(may) {
            return Staffed::NotHolder;
        }
        self.wrap_up(&closing);
        self.end_stint(Ended::Closed, closing.at);
        self.conversation.mode = Mode::Closed;
        self.conversation.version += 1;
        self.closed_at = Some(closing.at);
        let notice = self.say(Author::System, closing.notice, None, closing.at);
        self.answered_up_to = notice.seq;
        Staffed::Done(notice)
    }

    pub(super) fn leave_queue(&mut self, notice: Vec<Part>, at: Timestamp) -> Staffed {
        if !waits(self.conversation.mode) {
            return Staffed::Unchanged;
        }
        self.end_stint(Ended::Left, at);
        self.back_to_bot();
        Staffed::Done(self.say(Author::System, notice, None, at))
    }

    /// The shopper waits for the holder's words.
    pub(super) fn await_words(&mut self, at: Timestamp) {
        if let Some(stint) = &mut self.stint {
            stint.awaiting_since.get_or_insert(at);
        }
        self.keep_stint();
    }

    /// Notes the stay as it is now, to be stored.
    pub(super) fn keep_stint(&mut self) {
        self.stints.extend(self.stint.clone());
    }

    fn give(&mut self, person: Staff, at: Timestamp) {
        self.conversation.mode = Mode::Agent;
        self.conversation.agent = Some(person.clone());
        self.conversation.version += 1;
        if let Some(stint) = &mut self.stint {
            stint.taken_at = Some(at);
            stint.agent = Some(person);
            stint.awaiting_since = Some(at);
        }
        self.keep_stint();
    }

    fn wait_again(&mut self, how: impl FnOnce(&mut Stint)) {
        self.conversation.mode = Mode::Queue;
        self.conversation.agent = None;
        self.conversation.version += 1;
        if let Some(stint) = &mut self.stint {
            how(stint);
        }
        self.keep_stint();
    }

    fn begin_stint(&mut self, queued_at: Timestamp) {
        let before = self.stint.as_ref();
        let number = before.map_or(0, |stint| stint.number) + 1;
        let group = before.map(|stint| stint.group.clone()).unwrap_or_default();
        let stint = match &self.handoff {
            Some(handoff) => Stint::waiting(
                number,
                handoff.group.clone(),
                Some(handoff.reason),
                handoff.priority,
                queued_at,
            ),
            None => Stint::waiting(number, group, None, 0, queued_at),
        };
        self.stint = Some(stint);
        self.keep_stint();
    }

    fn end_stint(&mut self, ended: Ended, at: Timestamp) {
        if let Some(stint) = self.stint.as_mut().filter(|stint| stint.ended.is_none()) {
            stint.ended = Some(ended);
            stint.ended_at = Some(at);
            stint.awaiting_since = None;
            self.keep_stint();
        }
    }

    fn wrap_up(&mut self, closing: &Closing) {
        if let Some(stint) = self.stint.as_mut().filter(|stint| stint.ended.is_none()) {
            stint.wrap_up.clone_from(&closing.wrap_up);
            stint.note.clone_from(&closing.note);
            stint.summary.clone_from(&closing.summary);
        }
    }
}
