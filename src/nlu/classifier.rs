//! The classifier as a whole: head, words, how they are blended, what is out of scope, and how sure is sure enough.
//!
//! Everything that is decided by data rather than by rule is fitted here, on the shop's own examples alone. What is
//! fitted on top of the two classifiers is fitted on examples that were held out from them.

use std::{collections::HashSet, thread};

use crate::domain::IntentId;

use super::{
    NluError,
    blend::{Blend, Judged, Opinions},
    edit::Edit,
    head::{Head, Row, WhiteVectors},
    nearest::{Looked, NearestExamples},
    probability::{best, dot, ranked, softmax},
    random::Shuffle,
    scope::{Likeness, Scope, Signs, signs},
    training::TrainingSet,
    words::{Line, WordsHead},
};

/// A fitted classifier.
#[derive(Clone, Debug)]
pub(super) struct Classifier {
    parts: Parts,
    out_of_scope: Option<usize>,
    /// With a vector.
    full: Decision,
    /// Without one.
    words_only: Decision,
}

/// What one message comes to.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// Probabilities by class of what it means if it is in scope; that of the class out of scope is nought.
    pub probabilities: Vec<f32>,
    /// The probability that it is in scope, where lines out of scope were learnt from; else 1.
    pub inside: f32,
    /// Whether it is out of scope.
    pub rejected: bool,
    /// How far it looks out of scope; comparable between messages judged with a vector, or between those without.
    pub strangeness: f32,
    /// The levels of confidence that hold for it.
    pub levels: Levels,
    /// What its vector was found to have in common with examples.
    pub looked: Looked,
}

/// The confidences at which an answer is given, and below which no meaning is offered; and the one from which on
/// nothing better need be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Levels {
    pub answer: f32,
    pub unknown: f32,
    pub alone: f32,
}

/// What was fitted to examples.
#[derive(Clone, Debug)]
struct Parts {
    head: Option<Head>,
    words: WordsHead,
    nearest: NearestExamples,
    centres: Centres,
}

/// What the parts make of one message.
#[derive(Clone, Debug)]
struct Impression {
    opinions: Opinions,
    likeness: Likeness,
}

/// What was fitted to how the parts judged held-out examples.
#[derive(Clone, Debug)]
struct Decision {
    blend: Blend,
    scope: Scope,
    levels: Levels,
}

const FOLDS: usize = 5;
/// Held-out examples that suffice: with so many, the numbers fitted on them no longer move.
const ENOUGH_JUDGED: usize = 2_000;
/// Of them out of scope, where there are so many: what is turned away hangs on these.
const ENOUGH_OUTSIDE: usize = 50;
/// What a counter-example counts beside an example.
const NEGATIVE_WEIGHT: f32 = 0.5;

impl Classifier {
    /// Fits to a set. Where any example lacks its vector, words alone decide.
    pub(super) fn fit(set: &TrainingSet) -> Result<Self, NluError> {
        let everything: Vec<usize> = (0..set.examples.len()).collect();
        let white = whiten(set)?;
        let (parts, judged) = thread::scope(|scope| {
            let parts = scope.spawn(|| Parts::fit(set, &everything, white.as_ref()));
            let judged = judge_held_out(set, white.as_ref());
            (parts.join().map_err(|_| NluError::Panicked), judged)
        });
        let (parts, judged) = (parts??, judged?);
        let out_of_scope = set.out_of_scope();
        let without: Vec<Held> =
            judged.iter().map(|held| Held { class: held.class, seen: held.seen.without_vector() }).collect();
        Ok(Self {
            full: Decision::fit(&judged, out_of_scope),
            words_only: Decision::fit(&without, out_of_scope),
            parts,
            out_of_scope,
        })
    }

    /// One that has learnt nothing: every message is as likely to mean one thing as another.
    pub(super) fn untaught(set: &TrainingSet) -> Self {
        let everything: Vec<usize> = (0..set.examples.len()).collect();
        let parts = Parts {
            head: None,
            words: WordsHead::fit(&[], set.classes.len()),
            nearest: NearestExamples::new(set, &everything),
            centres: Centres::default(),
        };
        let out_of_scope = set.out_of_scope();
        // Of meanings that are all alike, none is worth offering.
        let levels = Levels { answer: 0.6, unknown: 0.6, alone: f32::INFINITY };
        let decision = Decision { levels, ..Decision::fit(&[], out_of_scope) };
        Self { parts, out_of_scope, full: decision.clone(), words_only: decision }
    }

    /// Learns what an edit has made new; everything that was fitted on top of the classifiers is taken over. `None`
    /// when the edit is too large. `known` is what was learnt from before.
    pub(super) fn edited(
        &self,
        set: &TrainingSet,
        classes: &[IntentId],
        known: &HashSet<(&str, &IntentId, bool)>,
    ) -> Option<Self> {
        let everything: Vec<usize> = (0..set.examples.len()).collect();
        let edit = Edit::new(set, &weights(set, &everything), classes, known)?;
        let Parts { head, words, .. } = &self.parts;
        let parts = Parts {
            head: head.as_ref().map(|head| head.edited(&edit.from, &edit.lines)),
            words: words.edited(&edit.from, &edit.lines),
            nearest: NearestExamples::new(set, &everything),
            centres: Centres::fit(set, &everything),
        };
        let (full, words_only) = (self.full.clone(), self.words_only.clone());
        Some(Self { parts, out_of_scope: set.out_of_scope(), full, words_only })
    }

    /// Judges a folded message.
    pub(super) fn judge(&self, normal: &str, vector: Option<&[f32]>) -> Verdict {
        let (seen, looked) = self.parts.judge(normal, vector, self.out_of_scope);
        let decision = if seen.opinions[0].is_empty() { &self.words_only } else { &self.full };
        let mut scores = decision.blend.scores(&seen.opinions);
        let signs = signs(&scores, self.out_of_scope, seen.likeness);
        let inside = split_off(&mut scores, self.out_of_scope);
        Verdict {
            probabilities: scores,
            inside,
            rejected: decision.scope.rejects(&signs),
            strangeness: decision.scope.score(&signs),
            levels: decision.levels,
            looked,
        }
    }

    /// The `count` examples of `classes` most like the message of a verdict, best first: their places in the set and
    /// their cosines.
    pub(super) fn nearest(&self, verdict: &Verdict, classes: &[usize], count: usize) -> Vec<(usize, f32)> {
        self.parts.nearest.find(&verdict.looked, classes, count)
    }

    /// Whether vectors are of use.
    pub(super) fn has_head(&self) -> bool {
        self.parts.head.is_some()
    }
}

impl Parts {
    fn fit(set: &TrainingSet, chosen: &[usize], white: Option<&WhiteVectors>) -> Result<Self, NluError> {
        let classes = set.classes.len();
        let weights = weights(set, chosen);
        let lines: Vec<Line<'_>> = chosen
            .iter()
            .zip(&weights)
            .map(|(&i, &weight)| {
                let example = &set.examples[i];
                Line { normal: &example.normal, class: example.class, negative: example.negative, weight }
            })
            .collect();
        let rows: Vec<Row> = chosen
            .iter()
            .zip(&lines)
            .map(|(&place, line)| Row {
                place,
                class: line.class,
                negative: line.negative,
                weight: line.weight,
            })
            .collect();
        thread::scope(|scope| {
            let words = scope.spawn(|| WordsHead::fit(&lines, classes));
            let head = white.map(|white| Head::fit(&rows, classes, white)).transpose()?;
            let (nearest, centres) = (NearestExamples::new(set, chosen), Centres::fit(set, chosen));
            Ok(Self { head, words: words.join().map_err(|_| NluError::Panicked)?, nearest, centres })
        })
    }

    /// Also what was seen of the nearest examples.
    fn judge(
        &self,
        normal: &str,
        vector: Option<&[f32]>,
        out_of_scope: Option<usize>,
    ) -> (Impression, Looked) {
        /// Meanings of which the nearest examples are asked: the others have no chance, and there are many examples.
        /// Being out of scope is asked always.
        const LIKELIEST: usize = 8;
        let words = self.words.scores(normal);
        let mut likeness = Likeness { words: self.words.familiarity(normal), ..Likeness::default() };
        match (&self.head, vector) {
            (Some(head), Some(vector)) if head.dimension() == vector.len() => {
                let head = head.scores(vector);
                let both: Vec<f32> = head.iter().zip(&words).map(|(h, w)| h + w).collect();
                let mut likeliest = ranked(&both);
                likeliest.retain(|&class| Some(class) != out_of_scope);
                likeliest.truncate(LIKELIEST);
                let inside = likeliest.clone();
                likeliest.extend(out_of_scope);
                let looked = self.nearest.look(vector, &likeliest);
                let nearest = self.nearest.scores(&looked, both.len());
                likeness.centre = self.centres.nearness(vector);
                likeness.examples = inside.iter().map(|&class| nearest[class]).fold(f32::MIN, f32::max);
                (Impression { opinions: [head, words, nearest], likeness }, looked)
            }
            _ => (Impression { opinions: [Vec::new(), words, Vec::new()], likeness }, Looked::default()),
        }
    }
}

impl Impression {
    /// What is left of it when the message has no vector.
    fn without_vector(&self) -> Self {
        let [_, words, _] = &self.opinions;
        let likeness = Likeness { words: self.likeness.words, ..Likeness::default() };
        Self { opinions: [Vec::new(), words.clone(), Vec::new()], likeness }
    }
}

/// All vectors, whitened; `None` where any is missing.
fn whiten(set: &TrainingSet) -> Result<Option<WhiteVectors>, NluError> {
    let vectors: Option<Vec<&[f32]>> = set.examples.iter().map(|example| example.vector.as_deref()).collect();
    Ok(vectors.map(|vectors| WhiteVectors::new(&vectors)).transpose()?)
}

/// What an example counts, so that every intent counts alike however many examples it has.
fn weights(set: &TrainingSet, chosen: &[usize]) -> Vec<f32> {
    let mut counts = vec![0usize; set.classes.len()];
    let positive = chosen.iter().filter(|&&i| !set.examples[i].negative);
    positive.for_each(|&i| counts[set.examples[i].class] += 1);
    let present = counts.iter().filter(|&&c| 0 < c).count().max(1);
    let mean = counts.iter().sum::<usize>() as f32 / present as f32;
    chosen
        .iter()
        .map(|&i| {
            let example = &set.examples[i];
            let balance = (mean / counts[example.class].max(1) as f32).clamp(0.25, 4.0);
            if example.negative { NEGATIVE_WEIGHT } else { balance }
        })
        .collect()
}

/// A held-out example, judged.
#[derive(Clone, Debug)]
struct Held {
    class: usize,
    seen: Impression,
}

/// Judges held-out examples, fold after fold, until there are enough.
fn judge_held_out(set: &TrainingSet, white: Option<&WhiteVectors>) -> Result<Vec<Held>, NluError> {
    let positives = set.positives();
    let mut fold_of = vec![FOLDS; set.examples.len()];
    for (place, &chosen) in Shuffle::seeded(positives.len(), 1).next_order().iter().enumerate() {
        fold_of[positives[chosen]] = place % FOLDS;
    }
    let mut judged = Vec::new();
    for fold in 0..FOLDS {
        let kept: Vec<usize> = (0..fold_of.len()).filter(|&i| fold_of[i] != fold).collect();
        let held: Vec<usize> = positives.iter().copied().filter(|&i| fold_of[i] == fold).collect();
        if held.is_empty() {
            continue;
        }
        let parts = Parts::fit(set, &kept, white)?;
        judged.extend(held.into_iter().map(|i| {
            let example = &set.examples[i];
            Held {
                class: example.class,
                seen: parts.judge(&example.normal, example.vector.as_deref(), set.out_of_scope()).0,
            }
        }));
        let outside = judged.iter().filter(|held: &&Held| Some(held.class) == set.out_of_scope()).count();
        let enough = set.out_of_scope().is_none() || ENOUGH_OUTSIDE <= outside;
        if ENOUGH_JUDGED <= judged.len() && enough {
            break;
        }
    }
    Ok(judged)
}

impl Decision {
    fn fit(judged: &[Held], out_of_scope: Option<usize>) -> Self {
        let messages: Vec<Judged> = judged
            .iter()
            .map(|held| Judged { opinions: held.seen.opinions.clone(), class: held.class })
            .collect();
        let blend = Blend::fit(&messages);
        let (mut inside, mut outside): (Vec<(Signs, bool)>, Vec<Signs>) = (Vec::new(), Vec::new());
        let mut outcomes = Vec::new();
        for held in judged {
            let mut scores = blend.scores(&held.seen.opinions);
            let signs = signs(&scores, out_of_scope, held.seen.likeness);
            if Some(held.class) == out_of_scope {
                outside.push(signs);
                continue;
            }
            let certainty = split_off(&mut scores, out_of_scope);
            let order = ranked(&scores);
            let place = order.iter().position(|&class| class == held.class).unwrap_or(usize::MAX);
            inside.push((signs, place == 0));
            outcomes.push((best(&scores).map_or(0.0, |class| scores[class] * certainty), place));
        }
        let levels = Levels::fit(&mut outcomes);
        let mut decision = Self { blend, scope: Scope::fit(&inside, &outside), levels };
        decision.levels.alone = decision.sure_alone(judged, out_of_scope);
        decision
    }

    /// The confidence from which on held-out messages, those out of scope among them, are nearly all understood rightly.
    fn sure_alone(&self, judged: &[Held], out_of_scope: Option<usize>) -> f32 {
        /// Of a hundred, so many.
        const RIGHT: f32 = 0.98;
        /// Fewer prove nothing.
        const ENOUGH: usize = 100;
        let mut outcomes: Vec<(f32, bool)> = Vec::new();
        for held in judged {
            let mut scores = self.blend.scores(&held.seen.opinions);
            let signs = signs(&scores, out_of_scope, held.seen.likeness);
            let certainty = split_off(&mut scores, out_of_scope);
            if let Some(class) = best(&scores).filter(|_| !self.scope.rejects(&signs)) {
                outcomes.push((scores[class] * certainty, class == held.class));
            }
        }
        outcomes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let (mut right, mut alone) = (0, f32::INFINITY);
        for (count, (confidence, is_right)) in outcomes.iter().enumerate() {
            right += usize::from(*is_right);
            if ENOUGH <= count && RIGHT * (count + 1) as f32 <= right as f32 {
                alone = *confidence;
            }
        }
        alone
    }
}

/// Turns scores into the probabilities of what a message means if it is in scope, and returns how likely that is.
fn split_off(scores: &mut [f32], out_of_scope: Option<usize>) -> f32 {
    let Some(outside) = out_of_scope else {
        softmax(scores);
        return 1.0;
    };
    let mut together = scores.to_vec();
    softmax(&mut together);
    scores[outside] = f32::NEG_INFINITY;
    softmax(scores);
    1.0 - together[outside]
}

impl Levels {
    /// Fits to (confidence in the first intent, place of the right one) of held-out messages in scope.
    fn fit(outcomes: &mut [(f32, usize)]) -> Self {
        /// Of the messages answered outright, so many are to be understood rightly.
        const RIGHT: f32 = 0.85;
        /// A choice of three is offered where the right one is among them so often.
        const OFFERED: f32 = 0.5;
        outcomes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let (mut right, mut answer) = (0, 1.0);
        for (count, (confidence, place)) in outcomes.iter().enumerate() {
            right += usize::from(*place == 0);
            if RIGHT * (count + 1) as f32 <= right as f32 {
                answer = *confidence;
            }
        }
        let (mut among, mut unknown) = (0, 0.0);
        for (count, (confidence, place)) in outcomes.iter().rev().enumerate() {
            among += usize::from(*place < 3);
            if (among as f32) < OFFERED * (count + 1) as f32 {
                unknown = *confidence;
            }
        }
        // Too few examples make wild levels; no shop wants an assistant that always or never asks.
        Self { answer: answer.clamp(0.35, 0.6), unknown: unknown.clamp(0.1, 0.25), alone: f32::INFINITY }
    }
}

/// The middle of each intent's vectors, as seen from the middle of all.
#[derive(Clone, Debug, Default)]
struct Centres {
    mean: Vec<f32>,
    centres: Vec<Vec<f32>>,
}

impl Centres {
    fn fit(set: &TrainingSet, chosen: &[usize]) -> Self {
        let examples = || chosen.iter().map(|&i| &set.examples[i]).filter(|example| !example.negative);
        let dimension = examples().find_map(|example| example.vector.as_ref()).map_or(0, |v| v.len());
        let mut counts = vec![0.0f32; set.classes.len()];
        let mut centres = vec![vec![0.0f32; dimension]; set.classes.len()];
        for example in examples() {
            let Some(vector) = &example.vector else { continue };
            counts[example.class] += 1.0;
            centres[example.class].iter_mut().zip(vector.iter()).for_each(|(c, v)| *c += v);
        }
        let total = counts.iter().sum::<f32>().max(1.0);
        let mean: Vec<f32> =
            (0..dimension).map(|i| centres.iter().map(|centre| centre[i]).sum::<f32>() / total).collect();
        for (centre, count) in centres.iter_mut().zip(counts).filter(|(_, count)| 0.0 < *count) {
            centre.iter_mut().zip(&mean).for_each(|(c, m)| *c = *c / count - m);
            to_unit(centre);
        }
        Self { mean, centres }
    }

    /// The highest cosine between a vector and a centre.
    fn nearness(&self, vector: &[f32]) -> f32 {
        let mut direction: Vec<f32> = vector.iter().zip(&self.mean).map(|(v, m)| v - m).collect();
        to_unit(&mut direction);
        self.centres.iter().map(|centre| dot(centre, &direction)).fold(-1.0, f32::max)
    }
}

fn to_unit(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt().max(f32::MIN_POSITIVE);
    vector.iter_mut().for_each(|v| *v /= length);
}
