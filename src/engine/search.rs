//! Messages of conversations that people had, searchable: the index follows the store, a little before each question and
//! the rest in the background.
//!
//! The store says which conversations were touched since the index looked last; each of them is read and indexed whole.
//! Another store, or an older state of it, empties the index first. What is found is judged again by the store before it
//! is told: which shop, and that people had the conversation.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{Engine, EngineError};
use crate::{
    domain::{Author, ConversationId, Message, Mode, PartKind, ShopId},
    retrieval::{IndexedConversation, IndexedLine, Mark, MessageHit, MessageIndex, RetrievalError},
    store::{Conversation, StoreError, Touched},
    wire::message::author_name,
};

/// Conversations indexed at once.
const BATCH: usize = 100;
/// Messages read at once.
const PAGE: usize = 500;
/// Messages of one conversation that are indexed: the last ones.
const MOST_MESSAGES: u64 = 5_000;
/// What a question waits for the index to follow.
const PATIENCE: Duration = Duration::from_millis(500);
/// The notes' author.
const NOTE: &str = "note";
/// Answers proposed to others have so many characters.
const ANSWER: std::ops::RangeInclusive<usize> = 4..=400;

/// The messages' index and who fills it.
pub(super) struct Messages {
    index: Arc<MessageIndex>,
    /// One at a time; the others find it done.
    filling: tokio::sync::Mutex<()>,
    /// Up to which deletion nothing is left in the files.
    purged: AtomicU64,
}

/// Something found, with what the desk shows beside it.
#[derive(Clone, Debug)]
pub struct FoundMessage {
    /// What was found.
    pub hit: MessageHit,
    /// Where.
    pub conversation: Conversation,
    /// The shopper's name, as the built-in tables know it.
    pub name: Option<String>,
}

/// An answer to a search.
#[derive(Clone, Debug, Default)]
pub struct FoundMessages {
    /// Best first.
    pub found: Vec<FoundMessage>,
    /// The index has not followed everything yet: what was said last may be missing.
    pub behind: bool,
}

/// Why nothing could be searched.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index failed.
    #[error(transparent)]
    Index(#[from] RetrievalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A search ended badly: a defect.
    #[error("a search ended badly")]
    Panicked,
}

impl Messages {
    pub(super) fn new(index: Arc<MessageIndex>) -> Self {
        Self { index, filling: tokio::sync::Mutex::default(), purged: AtomicU64::new(0) }
    }
}

impl Engine {
    /// What fits the words among messages and notes of conversations that people had, in these shops alone (none: in
    /// all), best first.
    ///
    /// # Errors
    /// The index's and the store's.
    pub async fn search_messages(
        &self,
        words: &str,
        shops: &[ShopId],
        limit: usize,
    ) -> Result<FoundMessages, SearchError> {
        let behind = match self.follow(Some(PATIENCE)).await {
            Ok(whole) => !whole,
            // What is in the index can be found however the disk is.
            Err(SearchError::Index(error)) => {
                tracing::warn!(error = %error, "the index of messages can't follow now");
                true
            }
            Err(error) => return Err(error),
        };
        let (index, words, within) = (Arc::clone(&self.messages.index), words.to_owned(), shops.to_vec());
        let searched = tokio::task::spawn_blocking(move || index.search(&words, &within, limit)).await;
        let mut found: Vec<FoundMessage> = Vec::new();
        for hit in searched.map_err(|_| SearchError::Panicked)?? {
            let known = found.iter().find(|one| one.conversation.id == hit.conversation);
            let (conversation, name) = match known {
                Some(known) => (Some(known.conversation.clone()), known.name.clone()),
                None => {
                    let conversation = self.parts.store.conversation(&hit.conversation).await?;
                    let name = match &conversation {
                        Some(conversation) => self.name_of(conversation).await?,
                        None => None,
                    };
                    (conversation, name)
                }
            };
            let may_be_told = |one: &Conversation| {
                one.handed_at.is_some() && (shops.is_empty() || shops.contains(&one.shop))
            };
            if let Some(conversation) = conversation.filter(may_be_told) {
                found.push(FoundMessage { hit, conversation, name });
            }
        }
        Ok(FoundMessages { found, behind })
    }

    async fn name_of(&self, conversation: &Conversation) -> Result<Option<String>, StoreError> {
        let Some(shopper) = &conversation.owner else { return Ok(None) };
        Ok(self.parts.store.shopper(&conversation.shop, shopper).await?.map(|shopper| shopper.name))
    }

    /// Lets the index follow the store until it has caught up, in a task of its own.
    pub(super) fn follow_soon(&self) {
        let engine = self.clone();
        self.tasks.spawn(async move {
            if let Err(error) = engine.follow(None).await {
                tracing::error!(error = %error, "the index of messages can't follow");
            }
        });
    }

    /// Follows the store, at most for so long; `false` when there is more. One batch is always done, so that questions
    /// alone bring the index up to date too.
    async fn follow(&self, patience: Option<Duration>) -> Result<bool, SearchError> {
        let began = Instant::now();
        let _alone = match patience {
            None => self.messages.filling.lock().await,
            Some(patience) => {
                let Ok(alone) = tokio::time::timeout(patience, self.messages.filling.lock()).await else {
                    return Ok(false);
                };
                alone
            }
        };
        let mut mark = self.first_mark().await?;
        loop {
            if self.tasks.is_closed() {
                return Ok(false);
            }
            let touched = self.parts.store.touched_since(mark.number, BATCH).await?;
            let Some(last) = touched.last() else { return Ok(true) };
            mark.number = last.number;
            let whole = touched.len() < BATCH;
            let (mut conversations, mut gone) = (Vec::with_capacity(touched.len()), Vec::new());
            for Touched { id, conversation, .. } in touched {
                match conversation {
                    Some(conversation) => conversations.push(self.indexed(&conversation).await?),
                    None => gone.push(id),
                }
            }
            let (index, done) = (Arc::clone(&self.messages.index), mark.clone());
            let changed = tokio::task::spawn_blocking(move || {
                index.replace(&conversations, &done)?;
                if gone.is_empty() { Ok(()) } else { index.forget(&gone, &done) }
            });
            changed.await.map_err(|_| SearchError::Panicked)??;
            if whole {
                return Ok(true);
            }
            if patience.is_some_and(|patience| patience < began.elapsed()) {
                return Ok(false);
            }
        }
    }

    /// Lets the index forget what was deleted since it looked last, and its files too. Of a process before nobody knows how
    /// far it came: the first look writes the files anew.
    pub(super) async fn forget_in_index(&self) -> Result<(), SearchError> {
        let log = self.parts.store.touch_log().await?;
        let index = Arc::clone(&self.messages.index);
        let mark = tokio::task::spawn_blocking(move || index.mark()).await;
        let mark = mark.map_err(|_| SearchError::Panicked)?;
        let followed = mark.is_some_and(|mark| mark.log == log.id && log.last_gone <= mark.number);
        let purged = self.messages.purged.load(Ordering::Acquire);
        if log.last_gone == 0 || followed && log.last_gone <= purged {
            return Ok(());
        }
        self.follow(None).await?;
        let index = Arc::clone(&self.messages.index);
        tokio::task::spawn_blocking(move || index.purge()).await.map_err(|_| SearchError::Panicked)??;
        self.messages.purged.fetch_max(log.last_gone, Ordering::AcqRel);
        Ok(())
    }

    /// Where the index goes on; from the beginning, emptied, where its mark is not of this store or ahead of it.
    async fn first_mark(&self) -> Result<Mark, SearchError> {
        let log = self.parts.store.touch_log().await?;
        let index = Arc::clone(&self.messages.index);
        let marked = tokio::task::spawn_blocking(move || {
            let mark = index.mark();
            match mark.filter(|mark| mark.log == log.id && mark.number <= log.last) {
                Some(mark) => Ok(mark),
                None => {
                    let mark = Mark { log: log.id, number: 0 };
                    index.empty(&mark).map(|()| mark)
                }
            }
        });
        Ok(marked.await.map_err(|_| SearchError::Panicked)??)
    }

    /// A conversation with everything that was said and noted in it.
    async fn indexed(&self, conversation: &Conversation) -> Result<IndexedConversation, SearchError> {
        let store = &self.parts.store;
        let mut messages: Vec<Message> = Vec::new();
        let mut after = conversation.last_seq.saturating_sub(MOST_MESSAGES);
        loop {
            let page = store.messages(&conversation.id, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            messages.extend(page);
        }
        let name = self.name_of(conversation).await?;
        let mut lines = lines(conversation, &messages, name.as_deref());
        lines.extend(store.notes(&conversation.id).await?.into_iter().map(|note| IndexedLine {
            number: note.number,
            from: NOTE,
            at: note.at,
            text: note.text,
            answer: None,
        }));
        let names =
            [Some(conversation.id.to_string()), conversation.owner.as_ref().map(ToString::to_string), name];
        Ok(IndexedConversation {
            id: conversation.id.clone(),
            shop: conversation.shop.clone(),
            exact: names.into_iter().flatten().collect(),
            lines,
        })
    }

    /// What colleagues answered to questions like one, in the same shop.
    pub(super) async fn answered_before(
        &self,
        shop: &ShopId,
        but: &ConversationId,
        question: &str,
        limit: usize,
    ) -> Vec<String> {
        let (index, question) = (Arc::clone(&self.messages.index), question.to_owned());
        let (shop, but) = (shop.clone(), but.clone());
        let asked = move || index.answered_before(&question, &shop, &but, limit);
        match tokio::task::spawn_blocking(asked).await {
            Ok(Ok(found)) => found.into_iter().map(|one| one.answer).collect(),
            Ok(Err(error)) => {
                tracing::warn!(error = %error, "earlier answers can't be looked for");
                Vec::new()
            }
            Err(_) => Vec::new(),
        }
    }
}

impl From<SearchError> for EngineError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Store(error) => error.into(),
            other => Self::Store(StoreError::Unavailable(Box::new(other))),
        }
    }
}

/// Messages as lines; the shopper's carry a person's answer once the conversation has left the person.
fn lines(conversation: &Conversation, messages: &[Message], name: Option<&str>) -> Vec<IndexedLine> {
    let ended = conversation.mode != Mode::Agent;
    let mut lines: Vec<IndexedLine> = Vec::with_capacity(messages.len());
    // The shopper's last words that nobody has answered yet.
    let mut asked: Option<usize> = None;
    for message in messages {
        let text = message.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n");
        match message.from {
            Author::Shopper => asked = Some(lines.len()),
            Author::Agent { .. } => {
                let plain = message.parts.iter().all(|part| part.kind == PartKind::Text);
                let question =
                    asked.take().filter(|_| ended && plain && may_be_repeated(&text, message, name));
                if let Some(question) = question {
                    lines[question].answer = Some(text.clone());
                }
            }
            Author::Bot | Author::System => {}
        }
        let from = author_name(&message.from);
        lines.push(IndexedLine { number: message.seq, from, at: message.at, text, answer: None });
    }
    lines
}

/// Whether an answer says nothing of the one it was given to: no numbers, no names, no addresses of any kind.
fn may_be_repeated(answer: &str, message: &Message, name: Option<&str>) -> bool {
    let mut digits = 0;
    let numbered = answer.chars().any(|character| {
        digits = if character.is_numeric() { digits + 1 } else { 0 };
        // Long enough to be a number of something: an order, a parcel, a telephone.
        3 < digits
    });
    let agent = match &message.from {
        Author::Agent { name } => Some(name.as_str()),
        _ => None,
    };
    // Mr Lin is as much a name as 林小满 is.
    let surname = name.and_then(|name| name.chars().next()).map(|first| first.to_string());
    let titles = ["先生", "女士", "小姐", "太太", "同学"];
    let addressed = surname
        .iter()
        .any(|surname| titles.iter().any(|title| answer.contains(&format!("{surname}{title}"))));
    let named = [name, agent].into_iter().flatten().any(|name| !name.is_empty() && answer.contains(name));
    let reached = answer.contains('@') || answer.contains("://");
    ANSWER.contains(&answer.chars().count()) && !numbered && !named && !addressed && !reached
}
