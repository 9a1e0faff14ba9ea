//! Reply templates of packs and shop: the shop's replace a pack's of the same key, language by language.

use std::collections::{BTreeMap, BTreeSet};

use super::once;
use crate::shop::document::fields::nearest;
use crate::shop::files::replies::ReplyEntry;
use crate::shop::load::Folder;
use crate::shop::model::Replies;
use crate::shop::problem::{Problem, kinds};

/// The replies by key and language.
pub(super) fn merge(folders: &[Folder], problems: &mut Vec<Problem>) -> Replies {
    let mut replies = Replies::default();
    for folder in folders {
        for (entries, target) in
            [(&folder.replies_zh, &mut replies.zh), (&folder.replies_en, &mut replies.en)]
        {
            let mut places = BTreeMap::new();
            for entry in entries {
                once(&entry.key, &mut places, problems);
                target.insert(entry.key.value.clone(), entry.say.clone());
            }
        }
    }
    check_slots(folders, problems);
    check_keys(folders, problems);
    replies
}

fn entries(folders: &[Folder]) -> impl Iterator<Item = &ReplyEntry> {
    folders.iter().flat_map(|folder| folder.replies_zh.iter().chain(&folder.replies_en))
}

/// Which slots a reply is given shows in its other languages and in the pack's version of it: a slot that no other
/// writing of the reply has is most likely misspelt.
fn check_slots(folders: &[Folder], problems: &mut Vec<Problem>) {
    let mut writings: BTreeMap<&str, Vec<BTreeSet<&str>>> = BTreeMap::new();
    for entry in entries(folders) {
        let slots = entry.slots.iter().map(|slot| slot.value.as_str()).collect();
        writings.entry(&entry.key.value).or_default().push(slots);
    }
    for entry in entries(folders) {
        let all = &writings[entry.key.value.as_str()];
        if all.len() < 2 {
            continue;
        }
        for slot in &entry.slots {
            let uses = all.iter().filter(|slots| slots.contains(slot.value.as_str())).count();
            if uses < 2 {
                problems.push(slot.at.problem(&kinds::REPLY_SLOT_DIFFERS, &[&slot.value]));
            }
        }
    }
}

/// A shop's reply that no pack knows is never said.
fn check_keys(folders: &[Folder], problems: &mut Vec<Problem>) {
    let Some((own, packs)) = folders.split_last() else { return };
    let known: BTreeSet<&str> = entries(packs).map(|entry| entry.key.value.as_str()).collect();
    if known.is_empty() {
        return;
    }
    for entry in entries(std::slice::from_ref(own)) {
        let key = entry.key.value.as_str();
        if !known.contains(key) {
            let near = nearest(key, known.iter().copied()).unwrap_or("-");
            problems.push(entry.key.at.problem(&kinds::REPLY_UNKNOWN, &[key, near]));
        }
    }
}
