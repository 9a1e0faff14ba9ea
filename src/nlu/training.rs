//! What is learnt from: messages with their intents, folded for matching, with or without vectors.
//!
//! This is where intents become numbers: classes are in order of their ids, and out of scope, when there are
//! lines of it, is one class among them. Nothing here reads files.

use std::collections::BTreeMap;

use crate::{
    domain::IntentId,
    encoder::{Fingerprint, Vector},
    shop::{Example, IntentExamples},
};

use super::essence::essence;

/// The id of what no shop's assistant handles.
pub(super) const OUT_OF_SCOPE: &str = "oos";

/// The messages that a shop's understanding is fitted to.
#[derive(Clone, Debug, Default)]
pub struct TrainingSet {
    /// Ids by class, in order, without repeats.
    pub(super) classes: Vec<IntentId>,
    /// Every example, by class and then in the order of the files.
    pub(super) examples: Vec<TrainingExample>,
    /// The encoder that made the vectors, if there are any.
    pub(super) encoder: Option<Fingerprint>,
}

/// One message and what it means.
#[derive(Clone, Debug)]
pub(super) struct TrainingExample {
    /// As the merchant wrote it.
    pub text: String,
    /// Folded for matching, as `text` folds a shopper's words.
    pub normal: String,
    /// The class that it belongs to, or, where `negative`, the one that it is kept out of.
    pub class: usize,
    /// Whether it is a counter-example.
    pub negative: bool,
    /// Its vector, if there is one.
    pub vector: Option<Vector>,
}

impl TrainingSet {
    /// The examples of a shop, each folded by `fold`. Empty examples teach nothing and are left out.
    pub fn new(intents: &BTreeMap<IntentId, IntentExamples>, fold: impl Fn(&str) -> String) -> Self {
        let classes: Vec<IntentId> = intents
            .iter()
            .filter(|(_, lines)| !lines.examples.is_empty())
            .map(|(id, _)| id.clone())
            .collect();
        let mut set = Self { classes, examples: Vec::new(), encoder: None };
        for (class, id) in set.classes.clone().iter().enumerate() {
            let lines = &intents[id];
            if id.as_str() != OUT_OF_SCOPE {
                set.push(&Example { text: spelt_out(id) }, class, false, &fold);
            }
            for (line, negative) in
                lines.examples.iter().map(|l| (l, false)).chain(lines.not.iter().map(|l| (l, true)))
            {
                set.push(line, class, negative, &fold);
            }
        }
        set
    }

    fn push(&mut self, line: &Example, class: usize, negative: bool, fold: impl Fn(&str) -> String) {
        let normal = essence(&fold(&line.text)).into_owned();
        if !normal.is_empty() {
            self.examples.push(TrainingExample {
                text: line.text.clone(),
                normal,
                class,
                negative,
                vector: None,
            });
        }
    }

    /// The texts whose vectors `attach` wants, in its order.
    pub fn texts(&self) -> Vec<String> {
        self.examples.iter().map(|example| encoder_text(&example.normal)).collect()
    }

    /// Gives every example its vector; `vectors` are an encoder's answer to `texts`, one for one.
    pub fn attach(&mut self, vectors: Vec<Vector>, encoder: Fingerprint) {
        self.encoder = Some(encoder);
        for (example, vector) in self.examples.iter_mut().zip(vectors) {
            example.vector = Some(vector);
        }
    }

    /// The class of out of scope, if any line teaches it.
    pub(super) fn out_of_scope(&self) -> Option<usize> {
        self.classes.iter().position(|id| id.as_str() == OUT_OF_SCOPE)
    }

    /// Indices of the examples that say what something is.
    pub(super) fn positives(&self) -> Vec<usize> {
        (0..self.examples.len()).filter(|&i| !self.examples[i].negative).collect()
    }
}

/// An intent's id as words: whoever named it said what it means, which counts when examples are few.
pub(super) fn spelt_out(id: &IntentId) -> String {
    id.as_str().replace(['.', '_', '-'], " ")
}

/// The form of a folded message that goes to the encoder, without cards (see `essence`): long numbers, which mean nothing to it, become the
/// placeholder that the examples use, so that every order number gives the same vector.
pub fn encoder_text(normal: &str) -> String {
    const LONG: usize = 8;
    let normal = essence(normal);
    let mut text = String::with_capacity(normal.len());
    let mut rest = &*normal;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        let length = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        text.push_str(before);
        text.push_str(if LONG <= length { "[订单x]" } else { &number[..length] });
        rest = &number[length..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_become_a_placeholder() {
        for (normal, expected) in [
            ("订单20261101001到哪了", "订单[订单x]到哪了"),
            ("身高165体重110", "身高165体重110"),
            ("2026110100120261101001", "[订单x]"),
            ("", ""),
            ("买2件", "买2件"),
        ] {
            assert_eq!(encoder_text(normal), expected);
        }
    }

    #[test]
    fn classes_are_in_order_and_empty_lines_teach_nothing() {
        let line = |text: &str| Example { text: text.to_owned() };
        let intents = BTreeMap::from([
            (
                IntentId::from("b"),
                IntentExamples { examples: vec![line("x"), line(" ")], not: vec![line("y")] },
            ),
            (IntentId::from("a"), IntentExamples { examples: vec![line("z")], not: vec![] }),
            (IntentId::from("c"), IntentExamples::default()),
        ]);
        let set = TrainingSet::new(&intents, |text| text.trim().to_owned());
        assert_eq!(set.classes.iter().map(IntentId::as_str).collect::<Vec<_>>(), ["a", "b"]);
        let lines: Vec<_> = set.examples.iter().map(|e| (e.text.as_str(), e.class, e.negative)).collect();
        assert_eq!(
            lines,
            [("a", 0, false), ("z", 0, false), ("b", 1, false), ("x", 1, false), ("y", 1, true)],
            "an intent's id is its first example"
        );
        assert_eq!(set.positives(), [0, 1, 2, 3]);
    }
}
