//! The lint by meaning put together: a shop's sayings in the form that the assistant encodes them in, so that vectors
//! that ship or were kept are used, and the warnings that their vectors show.

use crate::{
    check::{self, MeaningVectors},
    encoder::{EncodeError, Encoder},
    nlu,
    shop::{LoadedTree, Problem, SayingGroup},
    text,
};

/// What the vectors show to be doubtful in any shop of a tree.
///
/// # Errors
/// An encoder that fails.
pub fn problems(loaded: &LoadedTree, encoder: &dyn Encoder) -> Result<Vec<Problem>, EncodeError> {
    let mut problems = Vec::new();
    for shop in loaded.shops.values() {
        let vectors = MeaningVectors {
            examples: vectors(&shop.sayings.intents, encoder, |line| {
                nlu::encoder_text(&text::normalize(line))
            })?,
            asks: vectors(&shop.sayings.faq, encoder, text::normalize)?,
        };
        problems.extend(check::by_meaning(&shop.sayings, &vectors));
    }
    Ok(problems)
}

fn vectors(
    groups: &[SayingGroup],
    encoder: &dyn Encoder,
    form: impl Fn(&str) -> String,
) -> Result<Vec<crate::encoder::Vector>, EncodeError> {
    let lines = groups.iter().flat_map(|group| &group.lines);
    let texts: Vec<String> = lines.map(|line| form(&line.text)).collect();
    if texts.is_empty() { Ok(Vec::new()) } else { encoder.encode_blocking(&texts) }
}
