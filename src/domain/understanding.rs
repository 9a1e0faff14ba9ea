//! What `nlu` makes of an utterance: ranked intents, whether it is in scope, how sure, and why.

use super::{Entity, IntentId};

/// The result of understanding one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Understanding {
    /// BCP 47 tag of the message.
    pub language: String,
    /// The five likeliest in-scope intents by falling confidence; their confidences and the rest sum to 1.
    pub intents: Vec<RankedIntent>,
    /// Out of scope; decided separately from the ranking.
    pub oos: bool,
    /// What the message asks, most urgent first; empty when out of scope.
    pub stated: Vec<IntentId>,
    /// What to do with it.
    pub band: Band,
    /// What was named.
    pub entities: Vec<Entity>,
    /// The shopper's mood in this message.
    pub sentiment: Sentiment,
    /// Who decided, and on what grounds.
    pub why: Why,
    /// Time taken, all stages, in microseconds.
    pub micros: u64,
}

impl Understanding {
    /// The likeliest in-scope intent, if any.
    pub fn top(&self) -> Option<&RankedIntent> {
        self.intents.first()
    }
}

/// An intent and how likely it is, 0 to 1, calibrated.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedIntent {
    /// Which.
    pub id: IntentId,
    /// Calibrated probability.
    pub confidence: f32,
}

/// The three ways to go on from an understanding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// Sure enough to answer.
    Answer,
    /// Ask which of the likely meanings it is.
    Clarify,
    /// Admit it and offer a person.
    Unknown,
}

/// The mood of one message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sentiment {
    /// The class.
    pub label: SentimentLabel,
    /// From −1 (worst) to 1 (best).
    pub score: f32,
}

/// Classes of mood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SentimentLabel {
    Negative,
    Neutral,
    Positive,
}

/// Who decided and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// The tier that decided: `exact`, `head`, `words`, `context`, `none`.
    pub tier: &'static str,
    /// The nearest examples, best first.
    pub nearest: Vec<Nearest>,
    /// Confidence of the first intent less that of the second.
    pub margin: f32,
}

/// An example near to the message.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// The example as the merchant wrote it.
    pub text: String,
    /// The intent that it is an example of.
    pub intent: IntentId,
    /// Cosine similarity.
    pub score: f32,
}
