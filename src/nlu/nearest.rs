//! The examples most like a message, shown to whoever asks why it was understood so.
//!
//! Vectors are kept in one byte a number: the order of near neighbours needs no more, and a shop has many thousands.

use std::ops::Range;

use crate::domain::{IntentId, Nearest};

use super::training::TrainingSet;

/// Examples with their vectors.
#[derive(Clone, Debug, Default)]
pub(super) struct NearestExamples {
    dimension: usize,
    /// What all vectors have in common, taken off so that one byte resolves what differs.
    mean: Vec<f32>,
    bytes: Vec<i8>,
    scales: Vec<f32>,
    texts: Vec<(String, IntentId)>,
    /// Where the examples of each class stand.
    places: Vec<Range<usize>>,
}

impl NearestExamples {
    /// All examples that have vectors, counter-examples left out.
    pub(super) fn new(set: &TrainingSet) -> Self {
        let mut index = Self::default();
        let positives = set.positives();
        let vectors = || positives.iter().filter_map(|&i| set.examples[i].vector.as_ref());
        index.dimension = vectors().next().map_or(0, |v| v.len());
        index.mean = vec![0.0; index.dimension];
        let count = vectors().count().max(1) as f32;
        vectors().for_each(|v| index.mean.iter_mut().zip(v.iter()).for_each(|(m, x)| *m += x / count));
        for &i in &positives {
            let example = &set.examples[i];
            let Some(vector) = &example.vector else { continue };
            let rest: Vec<f32> = vector.iter().zip(&index.mean).map(|(x, m)| x - m).collect();
            let scale = rest.iter().fold(0.0f32, |high, x| high.max(x.abs())).max(f32::MIN_POSITIVE) / 127.0;
            index.bytes.extend(rest.iter().map(|x| (x / scale).round() as i8));
            index.scales.push(scale);
            // Examples come by class, so those of one class stand together.
            let place = index.texts.len();
            index.places.resize(index.places.len().max(example.class + 1), place..place);
            index.places[example.class].end = place + 1;
            index.texts.push((example.text.clone(), set.classes[example.class].clone()));
        }
        index
    }

    /// The `count` examples of `classes` most like a unit vector, best first, with their cosines.
    pub(super) fn find(&self, vector: &[f32], classes: &[usize], count: usize) -> Vec<Nearest> {
        if self.dimension == 0 || vector.len() != self.dimension {
            return Vec::new();
        }
        // x·v = (x − m)·v + m·v, and the last term is the same for every example.
        let common: f32 = vector.iter().zip(&self.mean).map(|(v, m)| v * m).sum();
        let scale = vector.iter().fold(0.0f32, |high, x| high.max(x.abs())).max(f32::MIN_POSITIVE) / 2047.0;
        let query: Vec<i16> = vector.iter().map(|x| (x / scale).round() as i16).collect();
        let mut best: Vec<(f32, usize)> = Vec::with_capacity(count + 1);
        let places = classes.iter().filter_map(|&class| self.places.get(class)).cloned().flatten();
        for index in places {
            let bytes = &self.bytes[index * self.dimension..][..self.dimension];
            let product: i32 = bytes.iter().zip(&query).map(|(b, q)| i32::from(*b) * i32::from(*q)).sum();
            let score = product as f32 * self.scales[index] * scale;
            if best.len() == count && best.last().is_none_or(|(lowest, _)| score <= *lowest) {
                continue;
            }
            let place = best.partition_point(|(other, _)| score <= *other);
            best.insert(place, (score, index));
            best.truncate(count);
        }
        best.into_iter()
            .map(|(score, index)| {
                let (text, intent) = self.texts[index].clone();
                Nearest { text, intent, score: (score + common).clamp(-1.0, 1.0) }
            })
            .collect()
    }
}
