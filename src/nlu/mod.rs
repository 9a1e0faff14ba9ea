//! What a message means: ranked intents with calibrated confidences, whether it is in scope, what it states, its mood.
//!
//! [`Nlu`] is fitted to a shop's examples and then judges one message at a time, without IO and without failing. Tiers
//! take turns, the cheap ones first: a message that equals an example, or nearly does, is that example; words judge
//! alone what they are sure of, and whatever has no vector; head and words judge the rest together. What it refuses to
//! do: answer, remember, or guess at what `dialogue` knows, of which it is told no more than what the shopper was just
//! asked ([`Context`]).

mod blend;
mod classifier;
mod clauses;
mod edit;
mod essence;
pub mod eval;
mod head;
mod metrics;
mod mood;
mod near;
mod nearest;
mod packed;
mod probability;
mod random;
mod run_on;
mod scope;
mod sentiment;
mod spelling;
mod training;
mod whitening;
mod words;

use std::{borrow::Cow, collections::HashMap, time::Instant};

use crate::{
    domain::{Band, IntentId, Nearest, RankedIntent, Understanding, Utterance, Why},
    encoder::{EncodeError, Vector},
};

use classifier::{Classifier, Verdict};
use clauses::Claim;
use essence::essence;
use near::NearExamples;
use probability::{best, ranked};
use spelling::Spelling;
pub use training::{TrainingSet, encoder_text};

/// A shop's understanding, fitted to its examples. Immutable; a new version of the shop gets a new one.
#[derive(Clone, Debug)]
pub struct Nlu {
    classes: Vec<IntentId>,
    out_of_scope: Option<usize>,
    /// Folded examples and the classes that they are examples of.
    exact: HashMap<String, Vec<usize>>,
    /// Folded counter-examples and the classes that they are not.
    excluded: HashMap<String, Vec<usize>>,
    near: NearExamples,
    spelling: Spelling,
    classifier: Classifier,
    /// Every example as it was written, with its class.
    written: Vec<(String, usize)>,
    /// Whether the vectors that it gets tell a mood.
    moody: bool,
    options: NluOptions,
}

/// An example that a message is.
#[derive(Clone, Copy)]
struct Example<'a> {
    /// As it was folded.
    normal: &'a str,
    /// The classes that have it.
    classes: &'a [usize],
    tier: &'static str,
    confidence: f32,
}

/// A message as [`Nlu::understand`] judges it.
#[derive(Clone, Debug)]
pub struct Prepared<'a> {
    utterance: &'a Utterance,
    /// The texts whose vectors can be used: the example that the message is, or the whole message and then those of its
    /// clauses that words leave in doubt. None where words alone are sure.
    pub texts: Vec<String>,
    /// The form in which it is judged.
    normal: Cow<'a, str>,
    /// Its clauses if it has several, each with the place of its text in `texts` if it has one.
    clauses: Vec<(String, Option<usize>)>,
    /// Whether marks divide them; otherwise words do.
    by_marks: bool,
}

/// How to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NluOptions {
    /// Whether the cheap tiers decide what they are sure of: a message that equals an example or nearly does, and one
    /// whose words leave no doubt.
    pub tiers: bool,
}

impl Default for NluOptions {
    fn default() -> Self {
        Self { tiers: true }
    }
}

/// What the conversation makes likely, as far as it bears on a message's meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Intents that would answer what the shopper was just asked: `chat.affirm` and `chat.deny` after a yes-or-no
    /// question, say. Empty when nothing was asked.
    pub expecting: Vec<IntentId>,
}

/// Why there is no understanding.
#[derive(Debug, thiserror::Error)]
pub enum NluError {
    /// There is nothing to learn from.
    #[error("no intent has an example")]
    NoExamples,
    /// The messages have no vectors.
    #[error("the messages could not be encoded")]
    Encoder(#[source] EncodeError),
    /// A defect of the program, or memory ran out.
    #[error("the classifier could not be fitted")]
    Fitting(#[from] candle_core::Error),
    /// A defect of the program.
    #[error("fitting panicked")]
    Panicked,
}

/// The confidence in a message that equals an example, and in one that nearly does.
const EXACT: f32 = 0.99;
const NEAR: f32 = 0.97;
/// How much likelier an expected intent becomes.
const EXPECTED: f32 = 4.0;
/// How much the clauses of a message count beside the whole of it.
const CLAUSE_SHARE: f32 = 0.4;

impl Nlu {
    /// Knows the examples of a set by heart and nothing else: what there is while the rest is being learnt. A message
    /// that equals no example is understood as nothing in particular.
    ///
    /// # Errors
    /// When there are no examples.
    pub fn by_heart(set: &TrainingSet) -> Result<Self, NluError> {
        Self::with_classifier(set, || Ok(Classifier::untaught(set)))
    }

    /// Fits to a set, with its vectors if it has them. Takes about a second for the base pack: not for async code.
    ///
    /// # Errors
    /// When there are no examples.
    pub fn fit(set: &TrainingSet) -> Result<Self, NluError> {
        Self::with_classifier(set, || Classifier::fit(set))
    }

    fn with_classifier(
        set: &TrainingSet,
        fit: impl FnOnce() -> Result<Classifier, NluError>,
    ) -> Result<Self, NluError> {
        if set.positives().is_empty() {
            return Err(NluError::NoExamples);
        }
        let mut exact: HashMap<String, Vec<usize>> = HashMap::new();
        let mut excluded: HashMap<String, Vec<usize>> = HashMap::new();
        for example in &set.examples {
            let lines = if example.negative { &mut excluded } else { &mut exact };
            let classes = lines.entry(example.normal.clone()).or_default();
            if !classes.contains(&example.class) {
                classes.push(example.class);
            }
        }
        Ok(Self {
            classes: set.classes.clone(),
            out_of_scope: set.out_of_scope(),
            exact,
            excluded,
            near: NearExamples::new(set),
            spelling: Spelling::fit(set.positives().into_iter().map(|i| set.examples[i].normal.as_str())),
            classifier: fit()?,
            written: set.examples.iter().map(|example| (example.text.clone(), example.class)).collect(),
            moody: set.encoder.as_ref().is_some_and(mood::knows_vectors_of),
            options: NluOptions::default(),
        })
    }

    /// Learns a set that differs from the one before in a few lines, in some milliseconds: those lines are gone over a
    /// few times on top of what was fitted. [`Nlu::fit`] should follow when there is time. `None` when the sets differ
    /// in more than a few lines.
    ///
    /// # Errors
    /// When there are no examples.
    pub fn edited(&self, set: &TrainingSet) -> Result<Option<Self>, NluError> {
        let tables = [(&self.exact, false), (&self.excluded, true)];
        let known = tables.into_iter().flat_map(|(table, negative)| {
            let lines =
                table.iter().flat_map(|(line, classes)| classes.iter().map(move |class| (line, class)));
            lines.map(move |(line, class)| (line.as_str(), &self.classes[*class], negative))
        });
        let Some(classifier) = self.classifier.edited(set, &self.classes, &known.collect()) else {
            return Ok(None);
        };
        Self::with_classifier(set, || Ok(classifier)).map(|nlu| Some(nlu.with_options(self.options)))
    }

    /// The same understanding, judging otherwise.
    #[must_use]
    pub fn with_options(self, options: NluOptions) -> Self {
        Self { options, ..self }
    }

    /// Whether a message equals an example, or nearly does, so that nothing else need be asked.
    pub fn knows(&self, utterance: &Utterance) -> bool {
        self.options.tiers && self.example(&self.form(utterance)).is_some()
    }

    /// Whether vectors are of use to it: false where it was fitted without any.
    pub fn uses_vectors(&self) -> bool {
        self.classifier.has_head()
    }

    /// Reads a message once for all that follows: spelt as the examples are, and cut into clauses.
    pub fn prepare<'a>(&self, utterance: &'a Utterance) -> Prepared<'a> {
        let normal = self.form(utterance);
        if let Some(example) = self.example(&normal).filter(|_| self.options.tiers) {
            let texts = vec![encoder_text(example.normal)];
            return Prepared { utterance, texts, normal, clauses: Vec::new(), by_marks: false };
        }
        let by_marks = clauses::split(&normal);
        let (clauses, by_marks) = match by_marks.is_empty() {
            true => (self.cut_by_words(&normal), false),
            false => (by_marks, true),
        };
        if self.options.tiers && !by_marks && self.sure_by_words(&normal).is_some() {
            let clauses = clauses.into_iter().map(|clause| (clause.to_owned(), None)).collect();
            return Prepared { utterance, texts: Vec::new(), normal, clauses, by_marks };
        }
        let mut texts = vec![encoder_text(&normal)];
        let first = (!clauses.is_empty()).then(|| self.first_by_words(&normal)).flatten();
        let clauses = clauses.into_iter().map(|clause| {
            let sure = self.sure_by_words(clause).filter(|_| self.options.tiers);
            // A clause that would state something of its own is looked at twice.
            let sure =
                sure.is_some_and(|class| Some(class) == first || clauses::is_courtesy(&self.classes[class]));
            let place = (!sure).then(|| {
                texts.push(encoder_text(clause));
                texts.len() - 1
            });
            (clause.to_owned(), place)
        });
        let clauses = clauses.collect();
        Prepared { utterance, texts, normal, clauses, by_marks }
    }

    /// What a message means. `vectors` answers [`Prepared::texts`] one for one, holds the first alone, or is empty.
    #[tracing::instrument(level = "debug", skip_all)]
    pub fn understand(&self, message: &Prepared<'_>, vectors: &[Vector], context: &Context) -> Understanding {
        let start = Instant::now();
        let (utterance, normal) = (message.utterance, &*message.normal);
        let vector = vectors.first().map(|v| &**v);
        let mut whole = self.classifier.judge(normal, vector);
        let example = self.example(normal).filter(|_| self.options.tiers);
        let claims = self.judge_clauses(message, vectors, &mut whole);
        self.exclude(normal, &mut whole);
        let mut tier = if self.classifier.has_head() && vector.is_some() { "head" } else { "words" };
        if let Some(example) = example {
            self.settle(example, &mut whole);
            tier = example.tier;
        } else if self.expect(context, &mut whole) {
            tier = "context";
        }
        let intents = self.rank(&whole);
        let oos = whole.rejected || intents.is_empty();
        let first = intents.first().map_or(0.0, |i| i.confidence);
        let sure = first * whole.inside;
        Understanding {
            language: utterance.language.clone(),
            oos,
            stated: if oos { Vec::new() } else { clauses::stated(&intents, &claims) },
            band: match sure {
                _ if oos => Band::Unknown,
                _ if whole.levels.answer <= sure => Band::Answer,
                _ if sure < whole.levels.unknown => Band::Unknown,
                _ => Band::Clarify,
            },
            entities: utterance.entities.clone(),
            sentiment: mood::sentiment(&utterance.normal, vector.filter(|_| self.moody)),
            why: Why {
                tier: if intents.is_empty() { "none" } else { tier },
                nearest: self.nearest_to(&whole),
                margin: first - intents.get(1).map_or(0.0, |i| i.confidence),
            },
            micros: start.elapsed().as_micros() as u64,
            intents,
        }
    }

    /// The form in which a message is judged: without cards, and spelt as the examples are unless it is one.
    fn form<'a>(&self, utterance: &'a Utterance) -> Cow<'a, str> {
        let normal = essence(&utterance.normal);
        if self.exact.contains_key(&*normal) {
            return normal;
        }
        let spelt = match self.spelling.respell(&normal) {
            Cow::Owned(spelt) => Cow::Owned(spelt),
            Cow::Borrowed(_) => normal,
        };
        let request = self.request_in(&spelt).filter(|_| self.options.tiers).map(str::to_owned);
        request.map_or(spelt, Cow::Owned)
    }

    /// The one clause of a message that asks something beside greetings, forms of address and thanks: 你好,请问,发什么快递.
    /// It is judged, and encoded, in the place of the whole. What answers, as 好的,谢谢 does, is no such clause.
    fn request_in<'a>(&self, normal: &'a str) -> Option<&'a str> {
        let means = |clause: &str, is: &dyn Fn(&IntentId) -> bool| {
            let classes = self.exact.get(clause);
            classes.is_some_and(|classes| classes.iter().all(|class| is(&self.classes[*class])))
        };
        let polite = |id: &IntentId| matches!(id.as_str(), "chat.greet" | "chat.thanks");
        let is_courtesy = |clause: &str| near::is_opener(clause) || means(clause, &polite);
        let mut requests = clauses::split(normal).into_iter().filter(|clause| !is_courtesy(clause));
        let request = requests.next()?;
        let alone = requests.next().is_none() && !means(request, &clauses::is_courtesy);
        alone.then_some(request)
    }

    /// The example that a message in judged form equals or nearly equals.
    fn example<'a>(&'a self, normal: &'a str) -> Option<Example<'a>> {
        if let Some(classes) = self.exact.get(normal) {
            return Some(Example { normal, classes, tier: "exact", confidence: EXACT });
        }
        let near = self.near.find(normal)?;
        let classes = std::slice::from_ref(&near.class);
        Some(Example { normal: &near.normal, classes, tier: "near", confidence: NEAR })
    }

    /// What words alone are sure enough that a text means which has no example.
    fn sure_by_words(&self, normal: &str) -> Option<usize> {
        let verdict = self.classifier.judge(normal, None);
        let sure = |class: &usize| verdict.levels.alone <= verdict.probabilities[*class] * verdict.inside;
        best(&verdict.probabilities).filter(|class| !verdict.rejected && sure(class))
    }

    /// What a text means first by its words, however sure they are.
    fn first_by_words(&self, normal: &str) -> Option<usize> {
        best(&self.classifier.judge(normal, None).probabilities)
    }

    /// The two clauses that words tell apart in a message without marks, if there are two.
    fn cut_by_words<'a>(&self, normal: &'a str) -> Vec<&'a str> {
        let by_words = |piece: &str| {
            let verdict = self.classifier.judge(piece, None);
            let class = best(&verdict.probabilities).filter(|_| !verdict.rejected)?;
            let asks = !clauses::is_courtesy(&self.classes[class]);
            asks.then(|| (class, verdict.probabilities[class] * verdict.inside))
        };
        run_on::cut(normal, by_words).map_or(Vec::new(), |parts| parts.to_vec())
    }

    /// How far a message looks out of scope, for measuring.
    pub(crate) fn strangeness(&self, normal: &str, vector: Option<&Vector>) -> f32 {
        self.classifier.judge(&essence(normal), vector.map(|v| &**v)).strangeness
    }

    /// The nearest examples of the meanings weighed, being out of scope among them.
    fn nearest_to(&self, verdict: &Verdict) -> Vec<Nearest> {
        const SHOWN: usize = 3;
        const WEIGHED: usize = 5;
        let mut classes: Vec<usize> = ranked(&verdict.probabilities).into_iter().take(WEIGHED).collect();
        classes.extend(self.out_of_scope.filter(|class| !classes.contains(class)));
        let found = self.classifier.nearest(verdict, &classes, SHOWN);
        found
            .into_iter()
            .map(|(example, score)| {
                let (text, class) = &self.written[example];
                Nearest { text: text.clone(), intent: self.classes[*class].clone(), score }
            })
            .collect()
    }

    /// Judges the clauses of a message and lets those that ask for something speak for the whole.
    fn judge_clauses(&self, message: &Prepared<'_>, vectors: &[Vector], whole: &mut Verdict) -> Vec<Claim> {
        let parts = &message.clauses;
        // Without vectors for clauses that need one, in a message that has one, the two could not be compared.
        if parts.is_empty() || (!vectors.is_empty() && vectors.len() != message.texts.len()) {
            return Vec::new();
        }
        let mut claims = Vec::new();
        let mut sum = vec![0.0f32; self.classes.len()];
        let mut counted = 0.0;
        for (part, place) in parts {
            let vector = place.and_then(|place| vectors.get(place));
            let verdict = self.classifier.judge(part, vector.map(|v| &**v));
            let ranked = self.rank(&verdict);
            let Some(first) = ranked.first().filter(|_| !verdict.rejected) else { continue };
            // A clause counts by how sure it is: a scrap is unsure of everything.
            let weight = if first.id.as_str().starts_with("chat.") { 0.3 } else { 1.0 } * first.confidence;
            counted += weight;
            sum.iter_mut().zip(&verdict.probabilities).for_each(|(s, p)| *s += weight * p);
            claims.push(Claim { ranked, cut: !message.by_marks });
        }
        if 0.0 < counted {
            let share = CLAUSE_SHARE * (counted / parts.len() as f32).min(1.0).sqrt();
            for (whole, sum) in whole.probabilities.iter_mut().zip(&sum) {
                *whole = (1.0 - share) * *whole + share * sum / counted;
            }
        }
        claims
    }

    /// Takes a counter-example at its word: it is not what it is said not to be.
    fn exclude(&self, normal: &str, verdict: &mut Verdict) {
        let Some(classes) = self.excluded.get(normal) else { return };
        classes.iter().for_each(|&class| verdict.probabilities[class] = 0.0);
        let total: f32 = verdict.probabilities.iter().sum();
        verdict.probabilities.iter_mut().for_each(|p| *p /= total.max(f32::MIN_POSITIVE));
    }

    /// Settles a message that is an example. Of several intents with the same example, all are as likely.
    fn settle(&self, example: Example<'_>, verdict: &mut Verdict) {
        let Example { classes, confidence, .. } = example;
        let share = confidence / classes.len() as f32;
        let rest: f32 = (0..self.classes.len())
            .filter(|class| !classes.contains(class))
            .map(|class| verdict.probabilities[class])
            .sum();
        for (class, probability) in verdict.probabilities.iter_mut().enumerate() {
            *probability = match classes.contains(&class) {
                true => share,
                false if 0.0 < rest => *probability / rest * (1.0 - confidence),
                false => 0.0,
            };
        }
        verdict.rejected = classes.iter().all(|class| Some(*class) == self.out_of_scope);
        verdict.inside = if verdict.rejected { 1.0 - confidence } else { confidence };
    }

    /// Makes what was asked for likelier. True if that changed the first intent or brought the message into scope.
    fn expect(&self, context: &Context, verdict: &mut Verdict) -> bool {
        if context.expecting.is_empty() {
            return false;
        }
        let before = self.first_of(verdict);
        for (class, probability) in verdict.probabilities.iter_mut().enumerate() {
            if context.expecting.contains(&self.classes[class]) {
                *probability *= EXPECTED;
            }
        }
        let total: f32 = verdict.probabilities.iter().sum();
        verdict.probabilities.iter_mut().for_each(|p| *p /= total.max(f32::MIN_POSITIVE));
        let after = self.first_of(verdict);
        let expected = after.is_some_and(|class| context.expecting.contains(&self.classes[class]));
        let sure = after.is_some_and(|class| verdict.levels.answer <= verdict.probabilities[class]);
        let rescued = verdict.rejected && expected && sure;
        verdict.rejected &= !rescued;
        verdict.inside = if expected { 1.0 } else { verdict.inside };
        rescued || (expected && before != after)
    }

    fn first_of(&self, verdict: &Verdict) -> Option<usize> {
        ranked(&verdict.probabilities).into_iter().find(|class| Some(*class) != self.out_of_scope)
    }

    /// The five likeliest intents in scope.
    fn rank(&self, verdict: &Verdict) -> Vec<RankedIntent> {
        const RANKED: usize = 5;
        ranked(&verdict.probabilities)
            .into_iter()
            .filter(|class| Some(*class) != self.out_of_scope)
            .take(RANKED)
            .map(|class| RankedIntent {
                id: self.classes[class].clone(),
                confidence: verdict.probabilities[class].clamp(0.0, 1.0),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
