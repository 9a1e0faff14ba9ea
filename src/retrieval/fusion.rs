//! Two legs, one score: words by BM25, meaning by vectors. A hit of one leg alone stays a hit.

use std::collections::BTreeMap;

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

/// The documents whose vectors are nearest, as a leg.
pub(super) fn nearest(vectors: &[(usize, crate::encoder::Vector)], vector: &[f32], limit: usize) -> Leg {
    let mut best: BTreeMap<usize, f32> = BTreeMap::new();
    for (document, known) in vectors {
        let cosine: f32 = known.iter().zip(vector).map(|(a, b)| a * b).sum();
        let score = from_cosine(cosine);
        if 0.0 < score {
            let kept = best.entry(*document).or_default();
            *kept = kept.max(score);
        }
    }
    let mut leg: Leg = best.into_iter().collect();
    leg.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    leg.truncate(limit);
    leg
}

/// Adds the legs up, `share` being the weight of the words.
pub(super) fn fuse(words: &Leg, vectors: Option<&Leg>, share: f32) -> Vec<Fused> {
    let share = if vectors.is_some() { share } else { 1.0 };
    let mut scores: BTreeMap<usize, (f32, f32)> = BTreeMap::new();
    for (document, score) in words {
        scores.entry(*document).or_default().0 = *score;
    }
    for (document, score) in vectors.into_iter().flatten() {
        scores.entry(*document).or_default().1 = *score;
    }
    let mut fused: Vec<Fused> = scores
        .into_iter()
        .map(|(document, (by_words, by_vectors))| Fused {
            document,
            score: share * by_words + (1.0 - share) * by_vectors,
            why: [("words", by_words), ("vectors", by_vectors)]
                .into_iter()
                .filter(|(_, s)| 0.0 < *s)
                .collect(),
        })
        .collect();
    fused.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.document.cmp(&right.document)));
    fused
}
