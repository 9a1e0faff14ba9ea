//! FAQ of packs and shop: the shop's replaces a pack's of the same id, slots of shop and policy are filled in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{KnownIntents, hours_text, once, sameness};
use crate::domain::trade::Policy;
use crate::domain::{Locale, Localized, Money};
use crate::shop::files::faq::FaqEntry;
use crate::shop::files::shop_file::ShopFile;
use crate::shop::load::Folder;
use crate::shop::model::Faq;
use crate::shop::problem::{Problem, kinds};

/// The FAQ, those of the shop before those of its packs.
pub(super) fn merge(
    file: &ShopFile,
    policy: &Policy,
    folders: &[Folder],
    known: &KnownIntents,
    problems: &mut Vec<Problem>,
) -> Vec<Faq> {
    let slots = slot_values(file, policy);
    for (from_end, folder) in folders.iter().rev().enumerate() {
        let mut places = BTreeMap::new();
        for entry in &folder.faq {
            once(&entry.id, &mut places, problems);
            entry.intent.iter().chain(&entry.follow).for_each(|intent| known.check(intent, problems));
            check_follow(entry, problems);
            check_slots(entry, &slots, from_end == 0, problems);
        }
    }
    let kept = in_use(folders);
    check_asks(&kept, problems);
    kept.into_iter().filter_map(|entry| filled(entry, &slots)).collect()
}

/// The FAQ that are used, the shop's before its packs': of the same id the first.
pub(super) fn in_use(folders: &[Folder]) -> Vec<&FaqEntry> {
    let mut seen = BTreeSet::new();
    let all = folders.iter().rev().flat_map(|folder| &folder.faq);
    all.filter(|entry| seen.insert(entry.id.value.as_str())).collect()
}

/// Every slot an answer may use; `None` where the shop states nothing.
type Slots = BTreeMap<&'static str, Option<Localized>>;

fn check_slots(entry: &FaqEntry, slots: &Slots, own: bool, problems: &mut Vec<Problem>) {
    for slot in &entry.slots {
        match slots.get(slot.value.as_str()) {
            None => {
                let known: Vec<&str> = slots.keys().copied().collect();
                problems.push(slot.at.problem(&kinds::UNKNOWN_SLOT, &[&slot.value, &known.join(", ")]));
            }
            // A pack's answer that the shop cannot give is left out without a word; the shop's own is not.
            Some(None) if own => problems.push(slot.at.problem(&kinds::SLOT_UNSET, &[&slot.value])),
            Some(_) => {}
        }
    }
}

/// What is offered after an answer must lead on from it.
fn check_follow(entry: &FaqEntry, problems: &mut Vec<Problem>) {
    for (index, intent) in entry.follow.iter().enumerate() {
        let named = intent.value.as_str();
        if entry.intent.as_ref().is_some_and(|own| own.value == named) {
            problems.push(intent.at.problem(&kinds::FAQ_FOLLOWS_ITSELF, &[named]));
        }
        if entry.follow[..index].iter().any(|earlier| earlier.value == named) {
            problems.push(intent.at.problem(&kinds::FAQ_FOLLOWS_TWICE, &[named]));
        }
    }
}

/// The same words asked of two answers or twice of one, and an answer all of whose words are asked of others.
fn check_asks(kept: &[&FaqEntry], problems: &mut Vec<Problem>) {
    let mut seen: HashMap<String, (&str, String)> = HashMap::new();
    for entry in kept {
        let mut own = 0;
        for ask in &entry.ask {
            let key = sameness(&ask.value);
            match seen.get(&key) {
                Some((other, place)) if *other != entry.id.value => {
                    problems.push(ask.at.problem(&kinds::FAQ_ASK_REPEATED, &[other, place]));
                }
                Some((_, place)) => problems.push(ask.at.problem(&kinds::FAQ_ASK_TWICE, &[place])),
                None => {
                    own += 1;
                    seen.insert(key, (&entry.id.value, ask.at.name()));
                }
            }
        }
        if own == 0 && !entry.ask.is_empty() {
            problems.push(entry.id.at.problem(&kinds::FAQ_UNREACHABLE, &[&entry.id.value]));
        }
    }
}

fn filled(entry: &FaqEntry, slots: &Slots) -> Option<Faq> {
    let zh = fill(&entry.answer.zh, slots, Locale::ZhHans)?;
    let en = match &entry.answer.en {
        Some(en) => Some(fill(en, slots, Locale::En)?),
        None => None,
    };
    Some(Faq {
        id: entry.id.value.as_str().into(),
        ask: entry.ask.iter().map(|ask| ask.value.clone()).collect(),
        answer: Localized { zh, en },
        intent: entry.intent.as_ref().map(|intent| intent.value.as_str().into()),
        follow: entry.follow.iter().map(|intent| intent.value.as_str().into()).collect(),
    })
}

/// The template with its slots filled; `None` when the shop states nothing for one of them.
fn fill(template: &str, slots: &Slots, locale: Locale) -> Option<String> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}')?;
        text.push_str(&rest[..open]);
        let value = slots.get(&rest[open + 1..close])?.as_ref()?;
        text.push_str(value.get(locale));
        rest = &rest[close + 1..];
    }
    text.push_str(rest);
    Some(text)
}

fn slot_values(file: &ShopFile, policy: &Policy) -> Slots {
    let plain = |text: String| Some(Localized { en: Some(text.clone()), zh: text });
    let number = |number: u32| plain(number.to_string());
    let amount = |money: Money| plain(money.to_string());
    let list = |words: &[String]| {
        let texts = Localized::new(words.join("、"), words.join(", "));
        (!words.is_empty()).then_some(texts)
    };
    let present = |text: &Localized| (!text.get(Locale::ZhHans).is_empty()).then(|| text.clone());
    BTreeMap::from([
        ("shop.name", present(&file.name)),
        ("shop.phone", file.phone.clone().and_then(plain)),
        ("shop.address", file.address.clone()),
        ("hours.text", Some(hours_text::describe(&file.hours))),
        ("hours.from", plain(hours_text::clock(file.hours.from))),
        ("hours.to", plain(hours_text::clock(file.hours.to))),
        ("policy.no_reason_days", number(policy.no_reason_days)),
        ("policy.fault_return_days", number(policy.fault_return_days)),
        ("policy.fault_exchange_days", number(policy.fault_exchange_days)),
        ("policy.refund_within_days", number(policy.refund_within_days)),
        ("policy.freight_insurance_cap", policy.freight_insurance_cap.and_then(amount)),
        ("policy.small_amount_limit", amount(policy.small_amount_limit)),
        ("policy.return_address", present(&policy.return_address)),
        ("policy.ship_promise_hours", number(policy.ship_promise_hours)),
        ("policy.shipping_fee", amount(policy.shipping_fee)),
        ("policy.free_shipping_over", policy.free_shipping_over.and_then(amount)),
        ("policy.carriers", list(&policy.carriers)),
        ("policy.excluded_regions", list(&policy.excluded_regions)),
        ("policy.late_compensation", policy.late_compensation.and_then(amount)),
        ("policy.complete_after_days", number(policy.complete_after_days)),
        ("policy.price_protection_days", number(policy.price_protection_days)),
        ("policy.warranty_days", number(policy.warranty_days)),
    ])
}
