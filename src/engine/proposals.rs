//! What a person could answer: the bot's own draft, the merchant's answers, what colleagues said to questions alike.
//!
//! A draft is the dialogue's pure step as if the bot had the conversation; nothing of it is committed, and one that would
//! change something, hand over or remember something is none.

use std::collections::BTreeSet;

use super::{
    Engine, EngineError,
    assistant::Assistant,
    turn::{self, Due},
};
use crate::{
    domain::{Author, Content, Locale, Message, Mode, Part, PartKind},
    store::{Conversation, Pending, ProposalUse},
    text,
};

/// Proposals at most.
const PROPOSALS: usize = 3;
/// A merchant's answer has to fit at least so well.
const FITS: f32 = 0.5;
/// Messages looked back for the shopper's last words.
const LOOKED_BACK: usize = 30;
/// Of several unanswered messages the last ones are drafted on.
const DRAFTED_ON: usize = 5;
/// A longer proposal was none of ours.
const LONGEST: usize = 8_000;
/// What the dialogue says when it has nothing to say.
const NO_ANSWER: [&str; 7] = ["", "unknown", "clarify", "oos", "handoff", "silence", "trouble"];

/// Where a proposal comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalSource {
    /// What the bot would say.
    Bot,
    /// The merchant's answer.
    Faq,
    /// What a colleague said before.
    Similar,
}

impl ProposalSource {
    /// The name on the wire and in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Faq => "faq",
            Self::Similar => "similar",
        }
    }

    /// The source with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Bot, Self::Faq, Self::Similar].into_iter().find(|source| source.name() == name)
    }
}

/// An answer that a person may give, as it is or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Where it comes from.
    pub source: ProposalSource,
    /// Its words.
    pub text: String,
}

impl Engine {
    /// At most three answers to the shopper's last words, none twice; none where they were answered, or nothing fits.
    /// Nothing is stored and nobody is told.
    ///
    /// # Errors
    /// The store's; a shop that is not served.
    pub async fn proposals(&self, conversation: &Conversation) -> Result<Vec<Proposal>, EngineError> {
        let assistant = self.parts.shops.assistant(&conversation.shop)?;
        let recent = self.parts.store.latest(&conversation.id, LOOKED_BACK).await?;
        let open = unanswered(&recent);
        let Some(last) = open.last() else { return Ok(Vec::new()) };
        let question = words(&last.parts);
        let mut found = Vec::new();
        if let Some(text) = self.draft(&assistant, conversation, &open).await? {
            found.push(Proposal { source: ProposalSource::Bot, text });
        }
        for text in self.merchants_answers(&assistant, conversation.locale, &question).await {
            found.push(Proposal { source: ProposalSource::Faq, text });
        }
        for text in self.answered_before(&conversation.shop, &conversation.id, &question, PROPOSALS).await {
            let text = if conversation.locale == Locale::ZhHant { text::to_traditional(&text) } else { text };
            found.push(Proposal { source: ProposalSource::Similar, text });
        }
        Ok(chosen(found))
    }

    /// Keeps what a person made of a proposal, for whoever improves the answers. It is said already: what can't be kept
    /// is told to the log alone.
    pub async fn proposal_used(
        &self,
        conversation: &Conversation,
        seq: u64,
        source: &str,
        proposed: &str,
        said: &str,
    ) {
        let known = ProposalSource::from_name(source);
        let Some(source) = known.filter(|_| proposed.chars().count() <= LONGEST) else { return };
        let used = ProposalUse {
            conversation: conversation.id.clone(),
            seq,
            source: source.name().to_owned(),
            proposed: proposed.to_owned(),
            said: said.to_owned(),
            at: self.now(),
        };
        if let Err(error) = self.parts.store.record_proposal_use(used).await {
            tracing::error!(error = %error, "the use of a suggestion can't be kept");
        }
    }

    /// What the bot would say to messages that nobody has answered.
    async fn draft(
        &self,
        assistant: &Assistant,
        conversation: &Conversation,
        open: &[&Message],
    ) -> Result<Option<String>, EngineError> {
        let (_, state) = self.parts.store.state(&conversation.id).await?;
        let conversation = Conversation { mode: Mode::Bot, ..conversation.clone() };
        let mut pending = Pending { conversation, state, messages: Vec::new(), outcomes: Vec::new() };
        let mut said = Vec::new();
        for message in &open[open.len().saturating_sub(DRAFTED_ON)..] {
            let Some(content) = content(&message.parts) else { return Ok(None) };
            let turn =
                turn::take(self, assistant, &pending, &Due::Message { seq: message.seq, content }).await;
            let source =
                turn.messages.first().and_then(|answer| answer.trace.as_ref()).map(|trace| &trace.source);
            let answers = source.is_some_and(|source| !NO_ANSWER.contains(&source.as_str()));
            if !turn.outbox.is_empty() || turn.handoff.is_some() || !turn.once.is_empty() {
                return Ok(None);
            }
            if answers {
                said = turn.messages.into_iter().map(|answer| words(&answer.parts)).collect();
            }
            pending.state = turn.state;
        }
        let text = said.join("\n");
        Ok(Some(text).filter(|text| !text.trim().is_empty()))
    }

    /// Merchant's answers that fit.
    async fn merchants_answers(&self, assistant: &Assistant, locale: Locale, question: &str) -> Vec<String> {
        let reading = assistant.read(question, &self.now_in(&assistant.shop)).await;
        let fitting = assistant.faq_hits(&reading, PROPOSALS).into_iter().filter(|hit| FITS <= hit.score);
        fitting
            .filter_map(|hit| assistant.shop.faq.iter().find(|faq| faq.id == hit.id))
            .map(|faq| faq.answer.get(locale).to_owned())
            .map(|answer| if locale == Locale::ZhHant { text::to_traditional(&answer) } else { answer })
            .collect()
    }
}

/// The shopper's messages since somebody last answered; notices answer nothing.
fn unanswered(recent: &[Message]) -> Vec<&Message> {
    let answered = |message: &&Message| matches!(message.from, Author::Agent { .. });
    let from = recent.iter().rposition(|message| answered(&message)).map_or(0, |place| place + 1);
    let mut open: Vec<&Message> = Vec::new();
    for message in &recent[from..] {
        match message.from {
            Author::Shopper => open.push(message),
            // What the bot answered before a person came is answered.
            Author::Bot => open.clear(),
            Author::Agent { .. } | Author::System => {}
        }
    }
    open
}

/// A message's words, the choices below it left out.
fn words(parts: &[Part]) -> String {
    let said = parts.iter().filter(|part| !matches!(part.kind, PartKind::Choices { .. }));
    said.map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// What was sent, from how it is shown; `None` for what says nothing to a draft.
fn content(parts: &[Part]) -> Option<Content> {
    let part = parts.first()?;
    Some(match &part.kind {
        PartKind::Text => Content::Text(part.text.clone()),
        PartKind::Product { id, .. } => Content::Product(id.clone()),
        PartKind::Order { id, .. } => Content::Order(id.clone()),
        PartKind::Sticker { id, .. } => Content::Sticker(id.clone()),
        _ => return None,
    })
}

/// The first of each source before the second of any, none twice.
fn chosen(found: Vec<Proposal>) -> Vec<Proposal> {
    let sources = [ProposalSource::Bot, ProposalSource::Faq, ProposalSource::Similar];
    let nth = |n: usize| sources.into_iter().map(move |source| (source, n));
    let mut known = BTreeSet::new();
    let mut chosen = Vec::new();
    for (source, n) in (0..PROPOSALS).flat_map(nth) {
        let of_source = found.iter().filter(|proposal| proposal.source == source);
        let Some(proposal) = of_source.into_iter().nth(n) else { continue };
        let letters: String =
            text::normalize(&proposal.text).chars().filter(|c| c.is_alphanumeric()).collect();
        if known.insert(letters) && chosen.len() < PROPOSALS {
            chosen.push(proposal.clone());
        }
    }
    chosen
}
