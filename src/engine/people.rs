//! What people of the shop do with a conversation: take it, talk, note, hand it on, give it back, close it.

use super::{Engine, EngineError};
use crate::{
    bus::Event,
    domain::{AgentId, Author, Message, Mode, Part, Shown, Staff},
    store::{
        AgentAppended, AgentMessage, Closing, Conversation, Destination, Duty, NewNote, Noted, OnDuty,
        Onward, Role, Staffed, StoreError, Take, Taken, Taking,
    },
};

/// Why a person could not do it.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// Somebody else was first.
    #[error("{0} has taken it")]
    Taken(String),
    /// It waits for nobody.
    #[error("the conversation does not wait for anyone")]
    NotWaiting,
    /// Somebody else holds it, or nobody.
    #[error("the conversation is not yours")]
    NotHolder,
    /// The colleague is not there, or not for this shop.
    #[error("the colleague can't take it")]
    Away,
    /// The shop has no such group.
    #[error("there is no such group")]
    NoGroup,
    /// The id was used for something else.
    #[error("the id was used for something else")]
    IdReused,
    /// The engine's errors.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for PeopleError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// Where a person hands a conversation on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A colleague.
    Agent(AgentId),
    /// A group.
    Group(String),
}

/// How a person leaves a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// One of the shop's wrap-up reasons.
    pub wrap_up: Option<String>,
    /// In the person's words.
    pub note: Option<String>,
    /// What the bot is to know when it goes on.
    pub topic: Option<Shown>,
}

impl Engine {
    /// Gives a waiting conversation to a person; of two at once one gets it.
    ///
    /// # Errors
    /// [`PeopleError::Taken`] names who was first.
    pub async fn take(&self, conversation: &Conversation, agent: &Staff) -> Result<(), PeopleError> {
        self.take_from(conversation, agent, Taking::Waiting).await
    }

    /// Gives a conversation to a person, whoever holds it; for those who look after the others.
    ///
    /// # Errors
    /// [`PeopleError::NotWaiting`]: the bot has it.
    pub async fn take_over(&self, conversation: &Conversation, agent: &Staff) -> Result<(), PeopleError> {
        self.take_from(conversation, agent, Taking::FromAnyone).await
    }

    async fn take_from(
        &self,
        conversation: &Conversation,
        agent: &Staff,
        from: Taking,
    ) -> Result<(), PeopleError> {
        let notice = self.notice(conversation, "handoff.joined", &[("agent", &agent.name)])?;
        let (conversation_id, agent, at) = (conversation.id.clone(), agent.clone(), self.now());
        let take = Take { conversation: conversation_id, agent, from, notice, at };
        match self.parts.store.take(take).await? {
            Taken::Yes(message) => {
                self.changed_hands(conversation, message).await;
                Ok(())
            }
            Taken::AlreadyTaken(other) => Err(PeopleError::Taken(other.name)),
            Taken::NotWaiting(_) => Err(PeopleError::NotWaiting),
        }
    }

    /// What the holder says; returns its number.
    ///
    /// # Errors
    /// Not the holder; an id used for something else.
    pub async fn say_as_agent(
        &self,
        conversation: &Conversation,
        agent: &Staff,
        client_id: &str,
        parts: Vec<Part>,
    ) -> Result<u64, PeopleError> {
        let message =
            AgentMessage { agent: agent.clone(), client_id: client_id.to_owned(), parts, at: self.now() };
        match self.parts.store.append_agent(&conversation.id, message).await? {
            AgentAppended::Stored { message, duplicate } => {
                let seq = message.seq;
                if !duplicate {
                    self.publish(&conversation.id, Event::Message(message));
                    self.publish_board(&conversation.shop);
                }
                Ok(seq)
            }
            AgentAppended::IdReused => Err(PeopleError::IdReused),
            AgentAppended::NotHolder => Err(PeopleError::NotHolder),
        }
    }

    /// Keeps an internal note; returns its number. Colleagues whom it names with `@` are told.
    ///
    /// # Errors
    /// An id used for something else.
    pub async fn note(
        &self,
        conversation: &Conversation,
        agent: &Staff,
        client_id: &str,
        text: &str,
    ) -> Result<u64, PeopleError> {
        let mut people = if text.contains('@') { self.parts.store.on_duty().await? } else { Vec::new() };
        people.retain(|person| super::assigning::person(person).serves(&conversation.shop));
        let mut mentions = named_in(text, &people);
        mentions.retain(|named| *named != agent.id);

        let names_somebody = !mentions.is_empty();
        let note = NewNote {
            agent: agent.clone(),
            client_id: client_id.to_owned(),
            text: text.to_owned(),
            mentions,
            at: self.now(),
        };
        match self.parts.store.note(&conversation.id, note).await? {
            Noted::Stored { note, duplicate } => {
                let number = note.number;
                if !duplicate {
                    let (agent, text, at) = (note.agent.name, note.text, note.at);
                    self.publish(&conversation.id, Event::Note { number, agent, text, at });
                    if names_somebody {
                        self.publish_board(&conversation.shop);
                    }
                }
                Ok(number)
            }
            Noted::IdReused => Err(PeopleError::IdReused),
        }
    }

    /// Hands a conversation on to a colleague who is there, or to a group's queue. By its holder; with `over`, whoever
    /// holds it. A note is kept with the stay, and told to the next person as an internal note.
    ///
    /// # Errors
    /// Not the holder; a colleague who is away; a group that the shop has not.
    pub async fn transfer(
        &self,
        conversation: &Conversation,
        agent: &Staff,
        to: Recipient,
        note: Option<String>,
        over: bool,
    ) -> Result<(), PeopleError> {
        let (to, notice) = match to {
            Recipient::Agent(id) => {
                let colleague = self.colleague(conversation, &id).await?;
                let notice = self.notice(conversation, "handoff.passed_on", &[("agent", &colleague.name)])?;
                (Destination::Agent(colleague), notice)
            }
            Recipient::Group(id) => {
                let assistant = self.parts.shops.assistant(&conversation.shop)?;
                let group = assistant.shop.handoff.groups.iter().find(|group| group.id == id);
                let name = group.ok_or(PeopleError::NoGroup)?.name.get(conversation.locale).to_owned();
                let notice = self.notice(conversation, "handoff.passed_to_group", &[("group", &name)])?;
                (Destination::Group(id), notice)
            }
        };
        let onward = Onward {
            conversation: conversation.id.clone(),
            holder: (!over).then(|| agent.id.clone()),
            only_unanswered: false,
            to,
            note,
            notice,
            at: self.now(),
        };
        let staffed = self.parts.store.hand_on(onward).await?;
        self.staffed(conversation, staffed).await
    }

    /// A colleague who is at their desk and serves the conversation's shop.
    async fn colleague(&self, conversation: &Conversation, id: &AgentId) -> Result<Staff, PeopleError> {
        let people = self.parts.store.on_duty().await?;
        let there = people.into_iter().find(|person| {
            person.agent.id == *id
                && (person.shops.is_empty() || person.shops.contains(&conversation.shop))
                && self.is_there(person, conversation)
        });
        there.map(|person| person.agent).ok_or(PeopleError::Away)
    }

    fn is_there(&self, person: &OnDuty, conversation: &Conversation) -> bool {
        let Ok(assistant) = self.parts.shops.assistant(&conversation.shop) else { return false };
        person.is_there(self.now(), assistant.shop.handoff.assignment.away_after)
    }

    /// Back to the bot, by the holder.
    ///
    /// # Errors
    /// Not the holder.
    pub async fn release(
        &self,
        conversation: &Conversation,
        agent: &Staff,
        leaving: Leaving,
    ) -> Result<(), PeopleError> {
        let notice = self.notice(conversation, "handoff.released", &[("agent", &agent.name)])?;
        let closing = self.closing(conversation, Some(agent), notice, leaving).await?;
        let staffed = self.parts.store.release(closing).await?;
        self.staffed(conversation, staffed).await
    }

    /// Ends the conversation.
    ///
    /// # Errors
    /// Not the holder.
    pub async fn close(
        &self,
        conversation: &Conversation,
        agent: &Staff,
        leaving: Leaving,
    ) -> Result<(), PeopleError> {
        let notice = self.notice(conversation, "handoff.closed", &[("agent", &agent.name)])?;
        let closing = self.closing(conversation, Some(agent), notice, leaving).await?;
        let staffed = self.parts.store.close(closing).await?;
        self.staffed(conversation, staffed).await
    }

    /// Marks a conversation with tags of its shop; others are left out.
    ///
    /// # Errors
    /// The store's.
    pub async fn tag(&self, conversation: &Conversation, tags: Vec<String>) -> Result<(), PeopleError> {
        let assistant = self.parts.shops.assistant(&conversation.shop)?;
        let mut known = assistant.shop.handoff.tags.clone();
        known.retain(|tag| tags.contains(tag));
        self.parts.store.tag(&conversation.id, known).await?;
        self.publish_board(&conversation.shop);
        Ok(())
    }

    /// The shopper doesn't want to wait any longer.
    ///
    /// # Errors
    /// The store's.
    pub async fn leave_queue(&self, conversation: &Conversation) -> Result<(), PeopleError> {
        let notice = self.notice(conversation, "handoff.left_queue", &[])?;
        let staffed = self.parts.store.leave_queue(&conversation.id, notice, self.now()).await?;
        self.staffed(conversation, staffed).await
    }

    /// The person who had a closed conversation last, if it ended a short while ago and they are there with room: who
    /// writes again does not begin anew.
    pub(super) async fn same_person(
        &self,
        conversation: &Conversation,
    ) -> Result<Option<Staff>, EngineError> {
        let Some(last) = conversation.agent.as_ref().filter(|_| conversation.mode == Mode::Closed) else {
            return Ok(None);
        };
        let rules = self.parts.shops.assistant(&conversation.shop)?.shop.handoff.assignment;
        let card = self.parts.store.card(&conversation.id, None).await?;
        let ended = card.and_then(|card| card.stint).and_then(|stint| stint.ended_at);
        if ended.is_none_or(|ended| rules.reopen_within <= self.now().duration_since(ended)) {
            return Ok(None);
        }
        let people = self.parts.store.on_duty().await?;
        let there = people.into_iter().find(|person| {
            person.agent.id == last.id
                && person.duty == Duty::Here
                && super::assigning::person(person).serves(&conversation.shop)
                && self.is_there(person, conversation)
        });
        Ok(there
            .filter(|person| super::assigning::person(person).room(&rules) > 0)
            .map(|person| person.agent))
    }

    pub(super) async fn closing(
        &self,
        conversation: &Conversation,
        agent: Option<&Staff>,
        notice: Vec<Part>,
        leaving: Leaving,
    ) -> Result<Closing, EngineError> {
        let assistant = self.parts.shops.assistant(&conversation.shop)?;
        let wrap_ups = &assistant.shop.handoff.wrap_ups;
        Ok(Closing {
            conversation: conversation.id.clone(),
            agent: agent.map(|agent| agent.id.clone()),
            notice,
            wrap_up: leaving.wrap_up.filter(|id| wrap_ups.iter().any(|one| one.id == *id)),
            note: leaving.note,
            summary: self.summary(conversation).await?,
            topic: leaving.topic,
            untouched_since: None,
            at: self.now(),
        })
    }

    /// What a conversation was about, a line each: why it came to people, what the shopper wrote first and last, and
    /// what they were told last.
    async fn summary(&self, conversation: &Conversation) -> Result<Vec<String>, EngineError> {
        const LINES: usize = 100;
        const LETTERS: usize = 80;
        let card = self.parts.store.card(&conversation.id, None).await?;
        let mut lines: Vec<String> = Vec::new();
        if let Some(record) = card.as_ref().and_then(|card| card.handoff.as_ref()) {
            lines.push(self.reason_words(&conversation.shop, record.handoff.reason));
            lines.extend(record.handoff.summary.iter().take(3).cloned());
        }
        let said = self.parts.store.latest(&conversation.id, LINES).await?;
        let words = |message: &Message| {
            let text = message.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ");
            text.chars().take(LETTERS).collect::<String>()
        };
        let from = |author: fn(&Author) -> bool| said.iter().rev().find(|message| author(&message.from));
        let shopper = from(|author| *author == Author::Shopper).map(words);
        let agent = from(|author| matches!(author, Author::Agent { .. })).map(words);
        lines.extend(shopper.map(|words| format!("“{words}”")));
        lines.extend(agent.map(|words| format!("→ {words}")));
        lines.dedup();
        Ok(lines)
    }

    pub(super) async fn staffed(
        &self,
        conversation: &Conversation,
        staffed: Staffed,
    ) -> Result<(), PeopleError> {
        match staffed {
            Staffed::Done(message) => {
                self.changed_hands(conversation, Some(message)).await;
                Ok(())
            }
            Staffed::Unchanged => Ok(()),
            Staffed::NotHolder => Err(PeopleError::NotHolder),
        }
    }

    async fn changed_hands(&self, conversation: &Conversation, notice: Option<Message>) {
        if let Some(message) = notice {
            self.publish(&conversation.id, Event::Message(message));
        }
        self.publish_state(&conversation.id).await;
        self.queue_changed(&conversation.shop);
    }

    /// A notice to the shopper, in their language, from the shop's replies.
    pub(super) fn notice(
        &self,
        conversation: &Conversation,
        key: &str,
        slots: &[(&str, &str)],
    ) -> Result<Vec<Part>, EngineError> {
        let assistant = self.parts.shops.assistant(&conversation.shop)?;
        Ok(vec![Part::text(assistant.notice(key, slots, conversation.locale))])
    }
}

/// Whom a note names with `@`: where one name begins another, the longer one is meant.
fn named_in(text: &str, people: &[OnDuty]) -> Vec<AgentId> {
    let name_at = |after: &str| {
        let named = people.iter().filter(|person| after.starts_with(&person.agent.name));
        named.max_by_key(|person| person.agent.name.len()).map(|person| person.agent.id.clone())
    };
    let mut named: Vec<AgentId> = text.split('@').skip(1).filter_map(name_at).collect();
    named.sort_unstable();
    named.dedup();
    named
}

/// Whether somebody looks after the others: takes over, hands on what is not theirs.
pub fn supervises(role: Role) -> bool {
    role == Role::Owner
}
