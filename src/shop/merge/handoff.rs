//! The rules for people: what they name must be there, and no keyword may take what the assistant should answer.

use std::collections::BTreeMap;

use super::{KnownIntents, sameness};
use crate::domain::IntentId;
use crate::shop::files::faq::FaqEntry;
use crate::shop::files::handoff::HandoffFile;
use crate::shop::model::IntentExamples;
use crate::shop::people::HandoffRules;
use crate::shop::problem::{Problem, kinds};

/// So many examples with a keyword in them show that it is an everyday word.
const COMMON: usize = 5;
/// Intents whose messages are meant for a person anyway.
const FOR_PEOPLE: [&str; 3] = ["human.request", "complaint", "oos"];

/// The rules; a route names intents that there are, or beginnings of them.
pub(super) fn merge(
    file: Option<HandoffFile>,
    known: &KnownIntents,
    examples: &BTreeMap<IntentId, IntentExamples>,
    asked: &[&FaqEntry],
    problems: &mut Vec<Problem>,
) -> HandoffRules {
    let Some(file) = file else { return HandoffRules::standard() };
    for intent in &file.intents {
        if !(intent.value.ends_with('.') && known.any_begins(&intent.value)) {
            known.check(intent, problems);
        }
    }
    check_keywords(&file, examples, asked, problems);
    check_groups(&file, problems);
    file.rules
}

fn check_keywords(
    file: &HandoffFile,
    examples: &BTreeMap<IntentId, IntentExamples>,
    asked: &[&FaqEntry],
    problems: &mut Vec<Problem>,
) {
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    let asks: Vec<_> =
        asked.iter().flat_map(|entry| &entry.ask).map(|ask| (ask, ask.value.to_lowercase())).collect();
    let said = examples.iter().filter(|(id, _)| !FOR_PEOPLE.contains(&id.as_str()));
    let said: Vec<_> = said
        .flat_map(|(_, lines)| &lines.examples)
        .map(|line| (&line.text, line.text.to_lowercase()))
        .collect();
    for keyword in &file.keywords {
        if let Some(earlier) = places.get(&sameness(&keyword.value)) {
            problems.push(keyword.at.problem(&kinds::KEYWORD_REPEATED, &[&keyword.value, earlier]));
            continue;
        }
        places.insert(sameness(&keyword.value), keyword.at.name());
        let word = keyword.value.to_lowercase();
        for (ask, _) in asks.iter().filter(|(_, words)| has(words, &word)) {
            problems.push(ask.at.problem(&kinds::FAQ_KEYWORD, &[&keyword.value]));
        }
        let with: Vec<&String> =
            said.iter().filter(|(_, words)| has(words, &word)).map(|(text, _)| *text).collect();
        if with.len() >= COMMON {
            let arguments = [&keyword.value, &with.len().to_string(), with[0]];
            problems.push(keyword.at.problem(&kinds::KEYWORD_COMMON, &arguments.map(String::as_str)));
        }
    }
}

/// Whether a word occurs as the dialogue looks for it: a Latin one must stand alone.
fn has(words: &str, word: &str) -> bool {
    if !word.starts_with(|letter: char| letter.is_ascii_alphanumeric()) {
        return words.contains(word);
    }
    let alone = |letter: Option<char>| !letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    words.match_indices(word).any(|(start, found)| {
        alone(words[..start].chars().next_back()) && alone(words[start + found.len()..].chars().next())
    })
}

/// The first group has what no route leads elsewhere; any other needs a route.
fn check_groups(file: &HandoffFile, problems: &mut Vec<Problem>) {
    for group in file.groups.iter().skip(1) {
        if !file.rules.routes.iter().any(|route| route.group == group.value) {
            problems.push(group.at.problem(&kinds::GROUP_UNUSED, &[&group.value]));
        }
    }
}
