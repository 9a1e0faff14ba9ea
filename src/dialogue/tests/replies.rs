//! The base pack words every key, with its slots, in both languages; and nothing words a key that nobody says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::builder;
use crate::dialogue::keys;

/// Keys made at run time from a name; each name is covered by a match with all its cases.
const MADE: &[&str] =
    &["corrected.", "handoff.reason.", "label.", "kind.", "reason.", "ticket.next.", "payer."];
/// Said so often that one variant would be a refrain.
const FREQUENT: &[&str] = &[
    "chat.greet",
    "chat.thanks",
    "chat.affirm",
    "unknown.first",
    "unknown.topic",
    "oos.limit",
    "clarify.which",
    "flow.again",
    "flow.back_to",
    "handoff.queued",
    "auth.sign_in",
    "product.attribute",
    "price.is",
    "search.found",
    "return.ask_reason",
    "return.summary_money",
    "order.ask_which",
    "product.not_written",
];

fn slots(template: &str) -> BTreeSet<String> {
    template.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
}

#[test]
fn every_declared_reply_is_worded_with_its_slots_in_both_languages() {
    let replies = builder::replies();
    for (name, file) in [("zh", &replies.zh), ("en", &replies.en)] {
        let worded: BTreeMap<&str, BTreeSet<String>> = file
            .iter()
            .map(|(key, variants)| (key.as_str(), variants.iter().flat_map(|it| slots(it)).collect()))
            .collect();
        let declared: BTreeMap<&str, BTreeSet<String>> = keys::KEYS
            .iter()
            .map(|(key, slots)| (*key, slots.iter().map(|slot| (*slot).to_owned()).collect()))
            .collect();
        for (key, slots) in &declared {
            assert_eq!(worded.get(key), Some(slots), "{name}: {key}");
        }
        let extra: Vec<_> = worded.keys().filter(|key| !declared.contains_key(*key)).collect();
        assert!(extra.is_empty(), "{name}: nobody says {extra:?}");
        for key in FREQUENT {
            assert!(file[*key].len() >= 2, "{name}: {key} has one variant");
        }
    }
}

#[test]
fn every_declared_reply_is_said_somewhere() {
    let mut source = String::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = ["dialogue", "engine", "reply"].map(|folder| root.join(folder)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "keys.rs" && name != "tests.rs" {
                source.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    for (key, _) in keys::KEYS {
        let made = MADE.iter().any(|prefix| key.starts_with(prefix));
        assert!(made || source.contains(&format!("\"{key}\"")), "nobody says {key}");
    }
}
