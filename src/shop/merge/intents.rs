//! Examples of every pack and the shop by intent, and where they contradict each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::sameness;
use crate::domain::IntentId;
use crate::shop::document::fields::nearest;
use crate::shop::document::{Located, Place};
use crate::shop::load::Folder;
use crate::shop::model::{Example, IntentExamples};
use crate::shop::problem::{Problem, kinds};
use crate::shop::taxonomy;

/// The fewest examples that an intent can be told by.
const FEWEST: usize = 5;

/// All examples by intent; repeats within an intent are kept once.
pub(super) fn merge(folders: &[Folder], problems: &mut Vec<Problem>) -> BTreeMap<IntentId, IntentExamples> {
    let mut merged: BTreeMap<IntentId, IntentExamples> = BTreeMap::new();
    let mut first_places: BTreeMap<IntentId, Place> = BTreeMap::new();
    let mut seen: HashMap<String, (IntentId, &Place)> = HashMap::new();
    for block in folders.iter().flat_map(|folder| &folder.intents) {
        let id = IntentId::from(block.id.value.as_str());
        first_places.entry(id.clone()).or_insert_with(|| block.id.at.clone());
        let target = merged.entry(id.clone()).or_default();
        for example in &block.examples {
            if is_new(example, &id, &mut seen, problems) {
                target.examples.push(Example { text: example.value.clone() });
            }
        }
    }
    for block in folders.iter().flat_map(|folder| &folder.intents) {
        let id = IntentId::from(block.id.value.as_str());
        let target = merged.entry(id.clone()).or_default();
        for line in &block.not {
            // What a merchant gives as an example wins over a pack's counter-example.
            if seen.get(&sameness(&line.value)).is_some_and(|(owner, _)| *owner == id) {
                problems.push(line.at.problem(&kinds::EXAMPLE_AND_NOT, &[id.as_str()]));
            } else {
                target.not.push(Example { text: line.value.clone() });
            }
        }
    }
    for (id, examples) in &merged {
        check_intent(id, examples.examples.len(), &first_places[id], problems);
    }
    merged
}

/// An intent of the shop's own that no FAQ answers: it would be understood, and then nothing said about it. One that is
/// likely misspelt is told by that.
pub(super) fn check_answered(folders: &[Folder], problems: &mut Vec<Problem>) {
    let answers = folders.iter().flat_map(|folder| &folder.faq).filter_map(|entry| entry.intent.as_ref());
    let mut answered: BTreeSet<&str> = answers.map(|intent| intent.value.as_str()).collect();
    for block in folders.iter().flat_map(|folder| &folder.intents) {
        let id = block.id.value.as_str();
        let built_in = taxonomy::is_known(id) || nearest(id, taxonomy::INTENTS.into_iter()).is_some();
        if !built_in && answered.insert(id) {
            problems.push(block.id.at.problem(&kinds::INTENT_UNANSWERED, &[id]));
        }
    }
}

/// Whether an example is met for the first time in its intent; notes repeats, and the same words elsewhere.
fn is_new<'f>(
    example: &'f Located<String>,
    id: &IntentId,
    seen: &mut HashMap<String, (IntentId, &'f Place)>,
    problems: &mut Vec<Problem>,
) -> bool {
    let key = sameness(&example.value);
    let Some((other, place)) = seen.get(&key) else {
        seen.insert(key, (id.clone(), &example.at));
        return true;
    };
    if other == id {
        problems.push(example.at.problem(&kinds::EXAMPLE_REPEATED, &[&place.name()]));
        return false;
    }
    problems.push(example.at.problem(&kinds::EXAMPLE_CONFLICT, &[other.as_str(), &place.name()]));
    problems.push(place.problem(&kinds::EXAMPLE_CONFLICT, &[id.as_str(), &example.at.name()]));
    true
}

fn check_intent(id: &IntentId, examples: usize, place: &Place, problems: &mut Vec<Problem>) {
    if !taxonomy::is_known(id.as_str())
        && let Some(near) = nearest(id.as_str(), taxonomy::INTENTS.into_iter())
    {
        problems.push(place.problem(&kinds::NEW_INTENT_NEAR, &[id.as_str(), near]));
    }
    if examples < FEWEST && id.as_str() != taxonomy::OUT_OF_SCOPE {
        problems.push(place.problem(&kinds::INTENT_THIN, &[id.as_str(), &examples.to_string()]));
    }
}
