//! The mood of a message: what was learnt from reviews and shop talk, and the words that carry one, weighed together.
//!
//! The weights are those of `models/mood.safetensors`, which `models/recipe/mood.py` makes. They speak of features of
//! the words and, where there is a vector of the encoder they were learnt with, of the vector as well.

use std::{collections::HashMap, sync::LazyLock};

use half::f16;
use safetensors::SafeTensors;

use super::{
    probability::{dot, softmax},
    sentiment::leaning,
    words::grams_of,
};
use crate::{
    domain::{Sentiment, SentimentLabel},
    encoder::Fingerprint,
};

/// Weights on top of nought for neutral: towards negative, towards positive.
struct Weights {
    words: Vec<[f32; 2]>,
    bias: [f32; 2],
}

/// The learnt model.
struct Mood {
    /// Where there is no vector.
    alone: Weights,
    /// Beside a vector.
    beside: Weights,
    /// One row towards negative, one towards positive.
    vector: [Vec<f32>; 2],
    /// The encoder whose vectors these are.
    fingerprint: Option<Fingerprint>,
}

/// What a step of the word lists counts beside a vector, in logits.
const LEANING: f32 = 0.5;
/// What they count without one, beside what was learnt.
const LISTS: f32 = 2.0;
/// From this score on a mood is one, with a vector and without.
const CLEAR: f32 = 0.3;
const CLEAR_ALONE: f32 = 0.2;

static MOOD: LazyLock<Mood> = LazyLock::new(|| {
    let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/mood.safetensors"));
    Mood::parse(bytes).expect("the file in the binary is whole, as a test shows")
});

/// Whether an encoder's vectors tell a mood.
pub(super) fn knows_vectors_of(encoder: &Fingerprint) -> bool {
    MOOD.fingerprint.as_ref() == Some(encoder)
}

/// The mood of a folded message; `vector` is its own and of an encoder that [`knows_vectors_of`] knows, or absent.
pub(super) fn sentiment(normal: &str, vector: Option<&[f32]>) -> Sentiment {
    let mood = &*MOOD;
    let leaning = leaning(normal);
    let (score, clear) = match vector.filter(|vector| vector.len() == mood.vector[0].len()) {
        Some(vector) => {
            let [negative, positive] = mood.beside.logits(normal);
            let negative = negative + dot(&mood.vector[0], vector) - LEANING * leaning;
            let positive = positive + dot(&mood.vector[1], vector) + LEANING * leaning;
            (score([negative, positive]), CLEAR)
        }
        // Without a vector, lists are the better judges of short messages.
        None => ((LISTS * leaning.tanh() + score(mood.alone.logits(normal))) / (LISTS + 1.0), CLEAR_ALONE),
    };
    let label = match score {
        s if s <= -clear => SentimentLabel::Negative,
        s if clear <= s => SentimentLabel::Positive,
        _ => SentimentLabel::Neutral,
    };
    Sentiment { label, score }
}

/// From logits towards negative and positive, neutral being nought, to a number between −1 and 1.
fn score([negative, positive]: [f32; 2]) -> f32 {
    let mut shares = [negative, 0.0, positive];
    softmax(&mut shares);
    (shares[2] - shares[0]).clamp(-1.0, 1.0)
}

impl Weights {
    fn logits(&self, normal: &str) -> [f32; 2] {
        let mut buckets: Vec<usize> =
            grams_of(normal).into_iter().map(|feature| self.bucket(feature)).collect();
        buckets.sort_unstable();
        buckets.dedup();
        let scale = 1.0 / (buckets.len().max(1) as f32).sqrt();
        let mut logits = [0.0; 2];
        for bucket in buckets {
            logits.iter_mut().zip(self.words[bucket]).for_each(|(logit, weight)| *logit += weight);
        }
        std::array::from_fn(|i| logits[i] * scale + self.bias[i])
    }

    /// As the recipe has it: the highest bits of a product that mixes all of them.
    fn bucket(&self, feature: u64) -> usize {
        let bits = self.words.len().trailing_zeros();
        (feature.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)) as usize
    }
}

impl Mood {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (_, head) = SafeTensors::read_metadata(bytes).ok()?;
        let about: &HashMap<String, String> = head.metadata().as_ref()?;
        let file = SafeTensors::deserialize(bytes).ok()?;
        let numbers = |name: &str| -> Option<Vec<f32>> {
            let (values, _) = file.tensor(name).ok()?.data().as_chunks::<2>();
            Some(values.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect())
        };
        let weights = |words: &str, bias: &str| {
            let (words, rest) = (numbers(words)?, numbers(bias)?);
            let words: Vec<[f32; 2]> = words.as_chunks().0.to_vec();
            let bias = rest.try_into().ok()?;
            words.len().is_power_of_two().then_some(Weights { words, bias })
        };
        let vector = numbers("vector")?;
        let (negative, positive) = vector.split_at(vector.len() / 2);
        Some(Self {
            alone: weights("words_alone", "bias_alone")?,
            beside: weights("words", "bias")?,
            vector: [negative.to_vec(), positive.to_vec()],
            fingerprint: about.get("encoder").and_then(|hex| Fingerprint::from_hex(hex)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recipe's features are this program's: the same words give the same logits.
    #[test]
    fn weighs_words_as_the_recipe_does() {
        #[derive(serde::Deserialize)]
        struct Reference {
            text: String,
            logits: [f32; 2],
        }
        let rows = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/recipe/mood.json"));
        let rows: Vec<Reference> = serde_json::from_str(rows).expect("the recipe writes JSON");
        for Reference { text, logits } in rows {
            let found = MOOD.alone.logits(&text);
            assert!(
                found.iter().zip(logits).all(|(a, b)| (a - b).abs() < 0.02),
                "{text}: {found:?}, {logits:?}"
            );
        }
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/mood.safetensors"));
        assert!(Mood::parse(bytes).is_some());
        for end in [0, 7, 100, bytes.len() - 1] {
            assert!(Mood::parse(&bytes[..end]).is_none());
        }
        assert!(Mood::parse(&[0xff; 64]).is_none());
    }

    #[test]
    fn tells_moods_apart() {
        use SentimentLabel::{Negative, Neutral, Positive};
        for (text, expected) in [
            ("你们家质量太差了", Negative),
            ("垃圾客服", Negative),
            ("很喜欢,下次还来", Positive),
            ("一点都不满意", Negative),
            ("怎么退差价", Neutral),
            ("好的", Neutral),
            ("多少钱", Neutral),
            ("", Neutral),
            ("this is terrible", Negative),
            ("not good at all", Negative),
            ("great service", Positive),
            ("where is my parcel", Neutral),
            ("goodness", Neutral),
            ("我用银行卡付", Neutral),
            ("服务真好👍", Positive),
        ] {
            let found = sentiment(text, None);
            assert_eq!(found.label, expected, "{text}: {}", found.score);
        }
    }

    #[test]
    fn scores_stay_within_bounds() {
        let long = "垃圾骗子".repeat(500);
        assert!((-1.0..=1.0).contains(&sentiment(&long, None).score));
    }
}
