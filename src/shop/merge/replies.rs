//! Reply templates of packs and shop: the shop's replace a pack's of the same key, language by language.

use std::collections::{BTreeMap, BTreeSet};

use super::once;
use crate::shop::document::fields::nearest;
use crate::shop::files::replies::ReplyEntry;
use crate::shop::files::shop_file::ShopFile;
use crate::shop::load::Folder;
use crate::shop::model::Replies;
use crate::shop::problem::{Problem, kinds};

/// The replies by key and language.
pub(super) fn merge(file: &ShopFile, folders: &[Folder], problems: &mut Vec<Problem>) -> Replies {
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
    check_left_out(folders, problems);
    if file.terms.speaks("zh") && file.terms.speaks("en") {
        check_languages(folders, problems);
    }
    // Of a file that cannot be read nothing is known, its packs neither.
    if file.id.is_some() && replies.zh.is_empty() && replies.en.is_empty() {
        problems.push(file.packs_at.problem(&kinds::NO_REPLIES, &[]));
    }
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

/// A slot that says who speaks and not what it is about: a shop's own wording may well do without.
const ORNAMENTAL: [&str; 4] = ["shop", "name", "shopper", "agent"];

/// What every wording of the pack tells and the shop's own never does.
fn check_left_out(folders: &[Folder], problems: &mut Vec<Problem>) {
    let Some((own, packs)) = folders.split_last() else { return };
    type Of = fn(&Folder) -> &Vec<ReplyEntry>;
    let of_language: [Of; 2] = [|folder| &folder.replies_zh, |folder| &folder.replies_en];
    for entries in of_language {
        let said: BTreeMap<&str, &ReplyEntry> =
            packs.iter().flat_map(entries).map(|entry| (entry.key.value.as_str(), entry)).collect();
        for entry in entries(own) {
            let Some(pack) = said.get(entry.key.value.as_str()) else { continue };
            let told: BTreeSet<&str> = pack.slots.iter().map(|slot| slot.value.as_str()).collect();
            let always = |slot: &&str| pack.say.iter().all(|words| words.contains(&format!("{{{slot}}}")));
            let left_out = |slot: &&str| !entry.slots.iter().any(|own| own.value == *slot);
            let vital = told.into_iter().filter(|slot| !ORNAMENTAL.contains(slot));
            for slot in vital.filter(always).filter(left_out) {
                problems.push(entry.key.at.problem(&kinds::REPLY_SLOT_LEFT_OUT, &[slot]));
            }
        }
    }
}

/// Replies that a shop in two languages has in one of them alone, or has rewritten in one alone.
fn check_languages(folders: &[Folder], problems: &mut Vec<Problem>) {
    let keys = |of: fn(&Folder) -> &Vec<ReplyEntry>| -> BTreeSet<&str> {
        folders.iter().flat_map(of).map(|entry| entry.key.value.as_str()).collect()
    };
    let (zh, en) = (keys(|folder| &folder.replies_zh), keys(|folder| &folder.replies_en));
    let Some((own, packs)) = folders.split_last() else { return };
    let known: BTreeSet<&str> = entries(packs).map(|entry| entry.key.value.as_str()).collect();
    for folder in folders {
        let is_own = std::ptr::eq(own, folder);
        let languages = [
            ("zh", &folder.replies_zh, &folder.replies_en, "en", &en),
            ("en", &folder.replies_en, &folder.replies_zh, "zh", &zh),
        ];
        for (language, entries, beside, other, said) in languages {
            for entry in entries {
                let key = entry.key.value.as_str();
                // One that no pack knows is never said, in whatever language.
                if is_own && !packs.is_empty() && !known.contains(key) {
                    continue;
                }
                if !said.contains(key) {
                    problems.push(entry.key.at.problem(&kinds::REPLY_UNTRANSLATED, &[key, other]));
                } else if is_own && !beside.iter().any(|one| one.key.value == key) {
                    let arguments = [key, language, other];
                    problems.push(entry.key.at.problem(&kinds::REPLY_ONE_LANGUAGE, &arguments));
                }
            }
        }
    }
}
