//! Trying files that are not live: a conversation with them, their tests, and what they would answer. Shoppers and what
//! is kept of them are never touched.

use async_trait::async_trait;

use super::{coverage::Coverage, record::RecordError};
use crate::{
    domain::{Content, ConversationId, DialogueState, Message, Mode, ShopperId, Understanding},
    shop::{Problem, Tree},
};

/// Files of a shop as they are or would be.
#[derive(Clone, Debug)]
pub struct Draft {
    /// All files.
    pub tree: Tree,
    /// The shop.
    pub shop: crate::domain::ShopId,
}

/// What a shopper says, one thing after another.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Who is signed in.
    pub shopper: Option<ShopperId>,
    /// The product whose page they are on.
    pub product: Option<String>,
    /// What they say.
    pub said: Vec<Content>,
}

/// How a text was read, and what was found by it.
#[derive(Clone, Debug)]
pub struct ReadText {
    /// The text.
    pub text: String,
    /// Its words.
    pub tokens: Vec<String>,
    /// What it was understood as.
    pub understanding: Understanding,
    /// FAQ that it found, the best first.
    pub faq: Vec<Hit>,
    /// Products that it found, the best first.
    pub products: Vec<Hit>,
}

/// Something found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Its score.
    pub score: f32,
    /// What each leg of the retrieval gave it.
    pub legs: Vec<(&'static str, f32)>,
}

/// What is to become a test.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What the test is to be called.
    pub name: String,
    /// Which conversation.
    pub from: RecordedFrom,
}

/// A conversation that becomes a test.
#[derive(Clone, Debug)]
pub enum RecordedFrom {
    /// One that was held with a shopper.
    Conversation(ConversationId),
    /// One with the draft.
    Script(Script),
}

/// A conversation with a draft.
#[derive(Clone, Debug)]
pub struct Talk {
    /// Everything said, by both.
    pub messages: Vec<Message>,
    /// How each text that was said was read, in order.
    pub read: Vec<ReadText>,
    /// What the assistant remembers at the end.
    pub state: DialogueState,
    /// Who would answer then.
    pub mode: Mode,
    /// The number of something said that was not offered or does not exist: the conversation ends before it.
    pub refused: Option<usize>,
}

/// What came of the tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tested {
    /// The tests, in the order of the files.
    pub tests: Vec<Case>,
    /// How much of the shop they touch.
    pub coverage: Coverage,
}

/// A test that was held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its file.
    pub path: String,
    /// Its line.
    pub line: u32,
    /// Its name.
    pub name: String,
    /// What was said and the first thing that differed, if anything did.
    pub difference: Option<String>,
}

/// What a question by itself is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The intent acted upon.
    pub intent: Option<String>,
    /// What answered: `faq:store.hours`, `flow:return`, `unknown`.
    pub source: String,
    /// The words, part by part.
    pub text: String,
}

/// Why a draft can't be tried.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// Its files have errors.
    #[error("the files have errors")]
    Broken(Vec<Problem>),
    /// There is no such conversation in the shop.
    #[error("there is no such conversation")]
    NoConversation,
    /// It can't become a test.
    #[error(transparent)]
    NoTest(#[from] RecordError),
    /// Ours.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// Where drafts are tried.
#[async_trait]
pub trait Rehearse: Send + Sync {
    /// Holds a conversation from its beginning.
    async fn talk(&self, draft: Draft, script: Script) -> Result<Talk, RehearsalError>;

    /// The file of recorded tests with a conversation at its end: its path and its text.
    async fn record(&self, draft: Draft, recorded: Recorded) -> Result<(String, String), RehearsalError>;

    /// Holds the tests of the draft.
    async fn test(&self, draft: Draft) -> Result<Tested, RehearsalError>;

    /// Answers questions, each by itself, of a guest.
    async fn answer(&self, draft: Draft, questions: &[String]) -> Result<Vec<Answer>, RehearsalError>;
}
