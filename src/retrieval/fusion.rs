//! Two legs, one score: words by BM25, meaning by vectors. A hit of one leg alone stays a hit.

use std::collections::BTreeMap;

use crate::encoder::{PackedVectors, Vector};

/// What one leg found: document and score from 0 to 1.
pub(super) type Leg = Vec<(usize, f32)>;

/// Cosines of this encoder's unrelated texts lie around this; it counts as 0.
const UNRELATED: f32 = 0.80;
/// Cosines of paraphrases lie around this; it counts as 1.
const SAME: f32 = 0.96;

/// Scores of a document: fused, by words, by vectors.
pub(super) struct Fused {
    pub(super) document: usize,
    pub(super) score: f32,
    pub(super) why: Vec<(&'static str, f32)>,
}

/// A cosine as a score from 0 to 1.
pub(super) fn from_cosine(cosine: f32) -> f32 {
    ((cosine - UNRELATED) / (SAME - UNRELATED)).clamp(0.0, 1.0)
}

/// Vectors of documents, some of which may have several. One byte a number tells them apart well enough.
pub(super) struct Neighbours {
    documents: Vec<usize>,
    vectors: PackedVectors,
}

impl Neighbours {
    pub(super) fn new(vectors: &[(usize, Vector)]) -> Self {
        let (documents, vectors): (Vec<usize>, Vec<&[f32]>) =
            vectors.iter().map(|(document, vector)| (*document, &**vector)).unzip();
        let dimension = vectors.first().map_or(0, |vector| vector.len());
        Self { documents, vectors: PackedVectors::new(&vectors, dimension) }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The documents whose vectors are nearest, as a leg.
    pub(super) fn nearest(&self, vector: &[f32], limit: usize) -> Leg {
        let mut best: BTreeMap<usize, f32> = BTreeMap::new();
        for (document, cosine) in self.documents.iter().zip(self.vectors.products(vector)) {
            let score = from_cosine(cosine);
            if 0.0 < score {
                let kept = best.entry(*document).or_default();
                *kept = kept.max(score);
            }
        }
        best_first(best.into_iter().collect(), limit)
    }
}

/// Adds the legs up, `share` being the weight of the words.
pub(super) fn fuse(words: &Leg, vectors: Option<&Leg>, share: f32) -> Vec<Fused> {
    let share = if vectors.is_some() { share } else { 1.0 };
    let score = |_, by_words, by_vectors| share * by_words + (1.0 - share) * by_vectors;
    joined(words, vectors.map_or(&[], Vec::as_slice), score)
}

/// How far a product's cosine stands out of the catalog's, in deviations, to count as 0 and as 1.
const ORDINARY: f32 = 2.0;
const OUTSTANDING: f32 = 4.5;
/// What the vectors add to words that cover the query already, and take from those they contradict.
const VECTORS_BESIDE: f32 = 0.1;
/// What a product is worth that vectors find and words hardly do: meaning without a shared word is never sure.
const VECTORS_ALONE: f32 = 0.5;
const WORDS_IN_SUPPORT: f32 = 0.45;
/// And where the query names its goods: then words that find nothing are an answer too.
const GOODS_UNFOUND: f32 = 0.85;
/// Between products that fit alike the better sold one comes first.
pub(super) const POPULARITY: f32 = 0.02;

/// The products whose vectors stand out of the whole catalog's: short texts of one shop all lie near each other, and
/// how near differs from query to query.
pub(super) fn outstanding(vectors: &[(usize, Vector)], vector: &[f32], limit: usize) -> Leg {
    let cosines: Vec<(usize, f32)> =
        vectors.iter().map(|(document, known)| (*document, cosine(known, vector))).collect();
    let count = cosines.len().max(1) as f32;
    let mean = cosines.iter().map(|(_, cosine)| cosine).sum::<f32>() / count;
    let deviation = (cosines.iter().map(|(_, cosine)| (cosine - mean).powi(2)).sum::<f32>() / count).sqrt();
    let scored = cosines.into_iter().map(|(document, cosine)| {
        let out = (cosine - mean) / deviation.max(f32::MIN_POSITIVE);
        (document, ((out - ORDINARY) / (OUTSTANDING - ORDINARY)).clamp(0.0, 1.0))
    });
    best_first(scored.filter(|(_, score)| 0.0 < *score).collect(), limit)
}

/// Products by the share of the query that they cover, with what their vectors say beside it.
pub(super) fn products(
    words: &Leg,
    vectors: &Leg,
    named: bool,
    popularity: impl Fn(usize) -> f32,
) -> Vec<Fused> {
    let beside = if vectors.is_empty() { 0.0 } else { VECTORS_BESIDE };
    joined(words, vectors, |document, by_words, by_vectors| {
        let both = (1.0 - beside) * by_words + beside * by_vectors;
        let near = VECTORS_ALONE * by_vectors + WORDS_IN_SUPPORT * by_words;
        let score = both.max(if named { GOODS_UNFOUND * near } else { near });
        (1.0 - POPULARITY) * score.clamp(0.0, 1.0) + POPULARITY * popularity(document)
    })
}

/// Numbers multiplied at once.
const LANES: usize = 16;

fn cosine(left: &[f32], right: &[f32]) -> f32 {
    // Sums beside each other, so that they are added at once.
    let (mut sums, lanes) = ([0.0_f32; LANES], left.chunks_exact(LANES).zip(right.chunks_exact(LANES)));
    for (some, others) in lanes {
        for lane in 0..LANES {
            sums[lane] += some[lane] * others[lane];
        }
    }
    let done = left.len().min(right.len()) / LANES * LANES;
    let rest: f32 = left.iter().zip(right).skip(done).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// The best of a leg, best first; equals in the order of their documents.
fn best_first(mut leg: Leg, limit: usize) -> Leg {
    leg.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    leg.truncate(limit);
    leg
}

/// What either leg found, scored from document, words and vectors, best first.
fn joined(
    words: &[(usize, f32)],
    vectors: &[(usize, f32)],
    score: impl Fn(usize, f32, f32) -> f32,
) -> Vec<Fused> {
    let mut scores: BTreeMap<usize, (f32, f32)> = BTreeMap::new();
    for (document, score) in words {
        scores.entry(*document).or_default().0 = *score;
    }
    for (document, score) in vectors {
        scores.entry(*document).or_default().1 = *score;
    }
    let mut fused: Vec<Fused> = scores
        .into_iter()
        .map(|(document, (by_words, by_vectors))| Fused {
            document,
            score: score(document, by_words, by_vectors),
            why: [("words", by_words), ("vectors", by_vectors)]
                .into_iter()
                .filter(|(_, score)| 0.0 < *score)
                .collect(),
        })
        .collect();
    fused.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.document.cmp(&right.document)));
    fused
}
