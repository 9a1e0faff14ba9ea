//! The classifier that needs no vectors: softmax regression over words and runs of characters.
//!
//! It answers alone while vectors are missing, and beside the head otherwise, because the two err on different
//! messages. It is fitted by stochastic gradient steps in a fixed order, so that the same lines give the same weights.

use std::collections::HashMap;

use super::{
    edit::{EDIT_PASSES, EditedLine, rearranged},
    packed::PackedRows,
    probability::{loss_gradient, softmax},
    random::Shuffle,
};

/// Weights by feature and class.
#[derive(Clone, Debug)]
pub(super) struct WordsHead {
    vocabulary: Vocabulary,
    /// A row of weights by class for each feature.
    weights: PackedRows,
    /// By class.
    bias: Vec<f32>,
}

/// The features that examples hold.
#[derive(Clone, Debug)]
struct Vocabulary {
    /// Numbers of the features.
    features: HashMap<u64, u32>,
    /// Inverse document frequency by feature.
    rarity: Vec<f32>,
}

/// What the classifier is fitted to.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// The folded message.
    pub normal: &'a str,
    pub class: usize,
    /// Whether the message is a counter-example of the class.
    pub negative: bool,
    pub weight: f32,
}

/// A message as (feature, value), of unit length.
type Sparse = Vec<(u32, f32)>;

const PASSES: usize = 4;
/// Steps that a small set is given at least: few examples need more passes over them.
const LEAST_STEPS: usize = 20_000;
const STEP: f32 = 1.0;
/// What Adagrad has summed up for a feature before it is first seen.
const UNSEEN: f32 = 1e-2;
/// More features than this teach nothing that a message would show again.
const MOST_FEATURES: usize = 80_000;

impl WordsHead {
    /// Fits to `lines`.
    pub(super) fn fit(lines: &[Line<'_>], classes: usize) -> Self {
        let hashed: Vec<Vec<u64>> = lines.iter().map(|line| features_of(line.normal)).collect();
        let vocabulary = Vocabulary::of(&hashed);
        let rows: Vec<Sparse> = hashed.iter().map(|hashes| vocabulary.sparse(hashes)).collect();
        let passes = PASSES.max(LEAST_STEPS / rows.len().max(1)).min(100);
        let mut descent = Descent {
            classes,
            weights: vec![0.0; vocabulary.len() * classes],
            bias: vec![0.0; classes],
            squares: vec![UNSEEN; vocabulary.len()],
            bias_squares: UNSEEN,
        };
        descent.run(&rows, lines, passes);
        descent.end(vocabulary)
    }

    /// The same classifier after a few steps on `lines`, with its classes in a new order: `from` tells of each what it
    /// was.
    pub(super) fn edited(&self, from: &[Option<usize>], lines: &[EditedLine<'_>]) -> Self {
        /// What Adagrad has summed up for a feature, and for the bias, by the end of fitting, about.
        const SEEN: f32 = 1.0;
        const OFTEN_SEEN: f32 = 100.0;
        let weights = self.weights.unpacked();
        let rows = weights.chunks_exact(self.bias.len().max(1));
        let mut vocabulary = self.vocabulary.clone();
        let mut descent = Descent {
            classes: from.len(),
            weights: rows.flat_map(|row| rearranged(row, 1, from)).collect(),
            bias: rearranged(&self.bias, 1, from),
            squares: vec![SEEN; vocabulary.len()],
            bias_squares: OFTEN_SEEN,
        };
        let hashed: Vec<Vec<u64>> = lines.iter().map(|line| features_of(line.normal)).collect();
        hashed.iter().flatten().for_each(|hash| vocabulary.add(*hash));
        descent.weights.resize(vocabulary.len() * from.len(), 0.0);
        descent.squares.resize(vocabulary.len(), UNSEEN);
        let rows: Vec<Sparse> = hashed.iter().map(|hashes| vocabulary.sparse(hashes)).collect();
        let lines: Vec<Line<'_>> = lines.iter().map(EditedLine::line).collect();
        descent.run(&rows, &lines, EDIT_PASSES);
        descent.end(vocabulary)
    }

    /// Unnormalised log-probabilities by class.
    pub(super) fn scores(&self, text: &str) -> Vec<f32> {
        let mut scores = self.bias.clone();
        for (feature, value) in self.vocabulary.sparse(&features_of(text)) {
            let (row, scale) = self.weights.row(feature as usize);
            scores.iter_mut().zip(row).for_each(|(s, w)| *s += value * scale * f32::from(*w));
        }
        scores
    }

    /// The share of a text's features that the examples hold, 0 to 1: how much this classifier has to go on.
    pub(super) fn familiarity(&self, text: &str) -> f32 {
        let hashes = features_of(text);
        let known = hashes.iter().filter(|hash| self.vocabulary.features.contains_key(hash)).count();
        known as f32 / hashes.len().max(1) as f32
    }
}

/// Weights on their way down.
struct Descent {
    classes: usize,
    /// `classes` weights for each feature in turn.
    weights: Vec<f32>,
    bias: Vec<f32>,
    /// What Adagrad has summed up for each feature, and for the bias: one seen rarely keeps long steps.
    squares: Vec<f32>,
    bias_squares: f32,
}

impl Descent {
    /// Steps over the lines, so many times.
    fn run(&mut self, rows: &[Sparse], lines: &[Line<'_>], passes: usize) {
        if rows.is_empty() || self.classes == 0 {
            return;
        }
        let steps = (passes * rows.len()) as f32;
        let mut shuffle = Shuffle::new(rows.len());
        let mut scores = vec![0.0; self.classes];
        let mut step = 0;
        for _ in 0..passes {
            for &index in shuffle.next_order() {
                let Line { class, negative, weight, .. } = lines[index];
                self.scores_into(&rows[index], &mut scores);
                softmax(&mut scores);
                loss_gradient(&mut scores, class, negative);
                let rate = STEP * weight * (1.0 - step as f32 / steps);
                self.step(&rows[index], &scores, weight, rate);
                step += 1;
            }
        }
    }

    fn step(&mut self, row: &Sparse, gradient: &[f32], weight: f32, rate: f32) {
        let size: f32 = gradient.iter().map(|g| g * g).sum::<f32>() * weight * weight;
        for &(feature, value) in row {
            let square = &mut self.squares[feature as usize];
            *square += size * value * value;
            let change = rate * value / square.sqrt();
            let weights = &mut self.weights[feature as usize * self.classes..][..self.classes];
            weights.iter_mut().zip(gradient).for_each(|(w, g)| *w -= change * g);
        }
        self.bias_squares += size;
        let change = rate / self.bias_squares.sqrt();
        self.bias.iter_mut().zip(gradient).for_each(|(b, g)| *b -= change * g);
    }

    fn scores_into(&self, row: &Sparse, scores: &mut [f32]) {
        scores.copy_from_slice(&self.bias);
        for &(feature, value) in row {
            let weights = &self.weights[feature as usize * self.classes..][..self.classes];
            scores.iter_mut().zip(weights).for_each(|(s, w)| *s += value * w);
        }
    }

    /// The classifier that it came to.
    fn end(self, vocabulary: Vocabulary) -> WordsHead {
        let mut weights = PackedRows::new(self.classes);
        self.weights.chunks_exact(self.classes.max(1)).for_each(|row| weights.push(row));
        WordsHead { vocabulary, weights, bias: self.bias }
    }
}

impl Vocabulary {
    /// The features of the examples, the commonest kept.
    fn of(lines: &[Vec<u64>]) -> Self {
        let mut counts: HashMap<u64, u32> = HashMap::new();
        for line in lines {
            let mut distinct = line.clone();
            distinct.sort_unstable();
            distinct.dedup();
            for hash in distinct {
                *counts.entry(hash).or_default() += 1;
            }
        }
        let mut common: Vec<(u64, u32)> = counts.into_iter().collect();
        // By frequency, then by hash, so that the numbering never depends on a map's order.
        common.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        common.truncate(MOST_FEATURES);
        let total = lines.len() as f32;
        let rarity =
            common.iter().map(|(_, count)| ((1.0 + total) / (1.0 + *count as f32)).ln() + 1.0).collect();
        let numbered = common.iter().enumerate();
        Self { features: numbered.map(|(number, (hash, _))| (*hash, number as u32)).collect(), rarity }
    }

    fn len(&self) -> usize {
        self.rarity.len()
    }

    /// Takes in a feature, as rare as the rarest where it is new.
    fn add(&mut self, hash: u64) {
        let next = self.rarity.len() as u32;
        if *self.features.entry(hash).or_insert(next) == next {
            self.rarity.push(self.rarity.iter().copied().fold(1.0, f32::max));
        }
    }

    fn sparse(&self, hashes: &[u64]) -> Sparse {
        let mut known: Vec<u32> = hashes.iter().filter_map(|hash| self.features.get(hash).copied()).collect();
        known.sort_unstable();
        let mut row: Sparse = Vec::with_capacity(known.len());
        for run in known.chunk_by(|a, b| a == b) {
            let feature = run[0];
            row.push((feature, self.rarity[feature as usize] * (1.0 + (run.len() as f32).ln())));
        }
        let length = row.iter().map(|(_, v)| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        row.iter_mut().for_each(|(_, v)| *v /= length);
        row
    }
}

/// The features of a folded text: its grams, and the trigrams of spelt words, by which words of one stem and slips of the
/// finger are like one another.
fn features_of(text: &str) -> Vec<u64> {
    let mut features = grams_of(text);
    words_of(text).for_each(|word| trigrams(word, &mut features));
    features
}

/// The grams of a folded text: its units, their pairs with both ends marked, and their triples.
///
/// A unit is a Latin word, a number (all numbers are one unit), or any other single character.
pub(super) fn grams_of(text: &str) -> Vec<u64> {
    let units = units(text);
    let mut grams = Vec::with_capacity(units.len() * 3 + 1);
    grams.extend(&units);
    let edge = hash("\u{2}");
    let mut previous = edge;
    for &unit in units.iter().chain(&[edge]) {
        grams.push(combine(previous, unit));
        previous = unit;
    }
    grams.extend(units.windows(3).map(|w| combine(combine(w[0], w[1]), w[2])));
    grams
}

fn units(text: &str) -> Vec<u64> {
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first == '[' {
            placeholder(rest)
        } else if first.is_ascii_digit() {
            rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
        } else if first.is_ascii_alphabetic() || (first.is_alphabetic() && is_spelt(first)) {
            rest.find(|c: char| !(c == '\'' || c.is_alphabetic() && is_spelt(c))).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (unit, after) = rest.split_at(length);
        rest = after;
        if first.is_ascii_digit() || matches!(unit, "[数字x]" | "[订单x]") {
            units.push(hash("#"));
        } else if !first.is_whitespace() {
            units.push(hash(unit));
        }
    }
    units
}

/// The words of a text that are spelt with several letters.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c == '\'' || c.is_alphabetic() && is_spelt(c))).filter(|word| !word.is_empty())
}

/// Adds the runs of three characters of a word whose two ends are marked.
fn trigrams(word: &str, features: &mut Vec<u64>) {
    const END: char = '\u{3}';
    let mut run = ['\0', '\0', END];
    for letter in word.chars().chain([END]) {
        run = [run[1], run[2], letter];
        if run[0] != '\0' {
            features.push(run.iter().fold(hash("\u{3}"), |sum, c| combine(sum, u64::from(u32::from(*c)))));
        }
    }
}

/// The length of a placeholder such as `[订单x]` at the start of `text`, or of the bracket alone.
fn placeholder(text: &str) -> usize {
    match text.find(']') {
        Some(end) if text[..end].chars().count() <= 6 => end + 1,
        _ => 1,
    }
}

/// Whether a letter belongs to a script whose words are spelt with several letters.
fn is_spelt(letter: char) -> bool {
    (letter as u32) < 0x2E80 || (0xAC00..=0xD7AF).contains(&(letter as u32))
}

/// FNV-1a, so that numbers are the same on every machine and in every build.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn combine(left: u64, right: u64) -> u64 {
    (left.rotate_left(23) ^ right).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17) ^ left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nlu::probability::best;

    #[test]
    fn units_are_words_numbers_and_single_characters() {
        for (text, count) in [
            ("", 0),
            ("什么时候", 4),
            ("iphone 15", 2),
            ("i don't", 2),
            ("[订单x]到哪", 3),
            ("[", 1),
            ("한국어 말", 2),
        ] {
            assert_eq!(units(text).len(), count, "{text}");
        }
        assert_eq!(units("买3件"), units("买25件"));
        assert_eq!(units("[订单x]"), units("20261101001"));
    }

    #[test]
    fn words_of_one_stem_are_alike() {
        let common = |a: &str, b: &str| {
            let of = features_of(b);
            features_of(a).iter().filter(|feature| of.contains(feature)).count()
        };
        // ‹de del eli liv ive ver
        assert_eq!(common("delivery", "delivered"), 6);
        assert_eq!(common("a", "i"), 0);
        assert_eq!(common("发货", "发票"), 2, "the first character, and that it begins");
    }

    #[test]
    fn learns_and_is_the_same_each_time() {
        let lines = [("什么时候发货", 0), ("几天发货", 0), ("我要退货", 1), ("退货退款", 1)]
            .map(|(normal, class)| Line { normal, class, negative: false, weight: 1.0 });
        let head = WordsHead::fit(&lines, 2);
        assert_eq!(best(&head.scores("今天发货吗")), Some(0));
        assert_eq!(best(&head.scores("要退")), Some(1));
        assert_eq!(WordsHead::fit(&lines, 2).weights, head.weights);
        assert!(head.familiarity("发货") > head.familiarity("天气"));
    }

    #[test]
    fn nothing_to_learn_from_is_no_failure() {
        assert_eq!(WordsHead::fit(&[], 3).scores("你好"), [0.0; 3]);
    }
}
