//! An edit of a few examples, learnt by a few steps on top of what was fitted, in some milliseconds.
//!
//! It is not the same as fitting anew, which has to follow: what was taken out is still believed in, though no longer
//! known by heart. What it refuses: an edit so large that steps on it would wash away the rest.

use std::collections::HashSet;

use crate::domain::IntentId;

use super::{
    random::Shuffle,
    training::{TrainingExample, TrainingSet},
    words::Line,
};

/// Times that the lines of an edit are gone over.
pub(super) const EDIT_PASSES: usize = 5;
/// Lines beyond which an edit is too large.
const MOST: usize = 60;
/// Unchanged lines gone over beside each new one, so that the rest is not forgotten; and how many at least.
const KEPT: usize = 10;
const LEAST_KEPT: usize = 100;

/// What changed between two sets of examples, as lines to go over.
pub(super) struct Edit<'a> {
    /// Of each class now, which one it was; `None` for a new one.
    pub from: Vec<Option<usize>>,
    /// New lines and some that stand for all others, shuffled.
    pub lines: Vec<EditedLine<'a>>,
}

/// A line to go over.
#[derive(Clone, Copy)]
pub(super) struct EditedLine<'a> {
    /// The folded message.
    pub normal: &'a str,
    pub vector: Option<&'a [f32]>,
    pub class: usize,
    /// Whether the message is a counter-example of the class.
    pub negative: bool,
    pub weight: f32,
}

impl<'a> EditedLine<'a> {
    fn of(example: &'a TrainingExample, weight: f32) -> Self {
        let TrainingExample { normal, class, negative, vector, .. } = example;
        Self { normal, vector: vector.as_deref(), class: *class, negative: *negative, weight }
    }

    /// As the classifier by words takes it.
    pub(super) fn line(&self) -> Line<'a> {
        Line { normal: self.normal, class: self.class, negative: self.negative, weight: self.weight }
    }
}

impl<'a> Edit<'a> {
    /// What is new in `set` to someone who knows `classes`, and `known` examples as (folded message, id, whether a
    /// counter-example). `None` when that is too much.
    pub(super) fn new(
        set: &'a TrainingSet,
        weights: &[f32],
        classes: &[IntentId],
        known: &HashSet<(&str, &IntentId, bool)>,
    ) -> Option<Self> {
        let is_known = |example: &TrainingExample| {
            known.contains(&(example.normal.as_str(), &set.classes[example.class], example.negative))
        };
        let (old, new): (Vec<usize>, Vec<usize>) =
            (0..set.examples.len()).partition(|&i| is_known(&set.examples[i]));
        if MOST < new.len() {
            return None;
        }
        let kept = if new.is_empty() { 0 } else { LEAST_KEPT.max(new.len() * KEPT) };
        let mut chosen: Vec<usize> =
            Shuffle::seeded(old.len(), 2).next_order().iter().take(kept).map(|&place| old[place]).collect();
        chosen.extend(new);
        let order = Shuffle::seeded(chosen.len(), 3).next_order().to_vec();
        Some(Self {
            from: set.classes.iter().map(|id| classes.iter().position(|old| old == id)).collect(),
            lines: order
                .into_iter()
                .map(|place| EditedLine::of(&set.examples[chosen[place]], weights[chosen[place]]))
                .collect(),
        })
    }
}

/// Weights, `width` to a class, in a new order of classes. A new class begins as the mean of all.
pub(super) fn rearranged(weights: &[f32], width: usize, from: &[Option<usize>]) -> Vec<f32> {
    let classes = (weights.len() / width.max(1)).max(1);
    let mean: Vec<f32> = (0..width)
        .map(|i| weights.iter().skip(i).step_by(width.max(1)).sum::<f32>() / classes as f32)
        .collect();
    let row = |old: usize| &weights[old * width..][..width];
    from.iter().flat_map(|old| old.map_or(mean.as_slice(), row)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_move_with_their_weights() {
        let weights = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(rearranged(&weights, 2, &[Some(1), None, Some(0)]), [3.0, 4.0, 2.0, 3.0, 1.0, 2.0]);
        assert_eq!(rearranged(&weights, 1, &[Some(3)]), [4.0]);
        assert_eq!(rearranged(&[], 2, &[None]), [0.0, 0.0]);
    }
}
