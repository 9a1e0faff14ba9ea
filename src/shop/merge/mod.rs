//! Puts the files of a shop and its packs together, and sees what only shows when they are: what refers to nothing,
//! what says the same twice, what contradicts.

mod conversations;
mod faq;
mod goods;
mod handoff;
mod hours_text;
mod intents;
mod orders;
mod promotions;
mod replies;
pub(super) mod sayings;
mod trade;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::document::Located;
use super::document::fields::nearest;
use super::files::glossary::GlossaryFile;
use super::files::policy;
use super::files::shop_file::ShopFile;
use super::load::{Folder, Seed};
use super::model::{Glossary, Shop, Sticker};
use super::problem::{Problem, kinds};
use super::taxonomy;
use super::tests_file::ConversationTest;
use crate::domain::trade::Policy;
use crate::domain::{IntentId, ShopId};
use sayings::Sayings;

/// What files amount to together.
pub(super) struct Merged {
    /// The shop; not to be used where any problem is an error.
    pub(super) shop: Shop,
    /// What its store begins with.
    pub(super) seed: Seed,
    /// Its conversation tests.
    pub(super) tests: Vec<ConversationTest>,
    /// What shoppers are expected to say.
    pub(super) sayings: Sayings,
}

/// Puts the files of a shop together. The last folder is the shop's own, those before are packs'.
pub(super) fn merge(
    id: &ShopId,
    version: String,
    file: &ShopFile,
    mut folders: Vec<Folder>,
    problems: &mut Vec<Problem>,
) -> Merged {
    let policy = merged_policy(file, &folders);
    let examples = intents::merge(&folders, problems);
    let known = KnownIntents::of(&examples);
    let faq = faq::merge(file, &policy, &folders, &known, problems);
    let replies = replies::merge(file, &folders, problems);
    folders.iter().for_each(|folder| folder.policy.check_against(&policy, problems));
    intents::check_answered(&folders, problems);
    let rules = folders.last_mut().and_then(|own| own.handoff.take());
    let asked = faq::in_use(&folders);
    let rules = handoff::merge(rules, &known, &examples, &asked, problems);
    let sayings = sayings::collect(&folders, &asked);
    let own_words = folders.last_mut().map(|own| std::mem::take(&mut own.glossary)).unwrap_or_default();
    let glossary = glossary(own_words, problems);
    words::check(&glossary, &folders, problems);
    let own = folders.pop().unwrap_or_default();
    let catalog = trade::Catalog::of(own.products, &own.sizes, own.declared, problems);
    own.policy.named_goods().for_each(|goods| catalog.check_goods(goods, problems));
    let promotions = trade::promotions(own.promotions.entries, &catalog, problems);
    trade::check_agent_coupons(own.policy.agent_coupons(), &promotions, &catalog, problems);
    let stickers = stickers(own.stickers, &known, problems);
    let orders_known = own.orders.is_some();
    let seed = orders::seed(own.orders.unwrap_or_default(), &catalog, &promotions, problems);
    let known = Known { intents: &known, catalog: &catalog, stickers: &stickers, flows_off: &file.flows_off };
    conversations::check(&own.references, &known, orders_known.then_some(&seed), problems);
    let shop = Shop {
        id: id.clone(),
        name: file.name.clone(),
        version,
        locales: file.terms.locales.clone(),
        currency: file.terms.currency,
        time_zone: file.terms.zone.clone(),
        origins: file.origins.clone(),
        look: file.look.clone(),
        system: file.system.clone(),
        hours: file.hours.clone(),
        phone: file.phone.clone(),
        address: file.address.clone(),
        flow_resume_hours: file.resume_hours,
        flows_off: file.flows_off.clone(),
        search_limit: file.search_limit,
        intents: examples,
        faq,
        replies,
        glossary,
        promotions,
        threshold_base: own.promotions.threshold_base,
        policy,
        sizes: own.sizes.into_iter().map(|(id, chart)| (id.value, chart)).collect(),
        handoff: rules,
        stickers,
    };
    Merged { shop, seed, tests: own.tests, sayings }
}

/// What is wrong in a pack that no shop uses, seen together with the pack it builds on; `path` is its folder.
pub(super) fn check_pack(file: &ShopFile, folders: &[Folder], path: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let policy = merged_policy(file, folders);
    let examples = intents::merge(folders, &mut problems);
    faq::merge(file, &policy, folders, &KnownIntents::of(&examples), &mut problems);
    replies::merge(file, folders, &mut problems);
    intents::check_answered(folders, &mut problems);
    // What a shop has to state, a pack leaves open; and it adds to intents whose other examples a shop brings along.
    let left_open = [kinds::SLOT_UNSET.code, kinds::INTENT_THIN.code];
    problems.retain(|problem| problem.path.starts_with(path) && !left_open.contains(&problem.code));
    problems
}

fn merged_policy(file: &ShopFile, folders: &[Folder]) -> Policy {
    let mut policy = policy::defaults(&file.terms);
    folders.iter().for_each(|folder| folder.policy.apply(&mut policy));
    policy
}

/// Two texts with the same key say the same: width, case, space and punctuation do not count.
fn sameness(text: &str) -> String {
    let key: String =
        text.nfkc().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if key.is_empty() { text.trim().to_owned() } else { key }
}

/// What conversation tests may name.
struct Known<'a> {
    intents: &'a KnownIntents,
    catalog: &'a trade::Catalog,
    stickers: &'a BTreeMap<String, Sticker>,
    flows_off: &'a [String],
}

/// The intents that may be referred to: the taxonomy's, and those with examples.
pub(super) struct KnownIntents {
    own: BTreeSet<String>,
}

impl KnownIntents {
    fn of(examples: &BTreeMap<IntentId, super::model::IntentExamples>) -> Self {
        KnownIntents { own: examples.keys().map(|id| id.as_str().to_owned()).collect() }
    }

    fn any_begins(&self, beginning: &str) -> bool {
        let mut all = taxonomy::INTENTS.into_iter().chain(self.own.iter().map(String::as_str));
        all.any(|id| id.starts_with(beginning))
    }

    /// Notes a reference to an intent that is not there.
    fn check(&self, reference: &Located<String>, problems: &mut Vec<Problem>) {
        let id = reference.value.as_str();
        if taxonomy::is_known(id) || self.own.contains(id) {
            return;
        }
        let all = taxonomy::INTENTS.into_iter().chain(self.own.iter().map(String::as_str));
        problems.push(match nearest(id, all) {
            Some(near) => reference.at.problem(&kinds::UNKNOWN_INTENT, &[id, near]),
            None => reference.at.problem(&kinds::UNKNOWN_INTENT_ALONE, &[id]),
        });
    }
}

fn glossary(file: GlossaryFile, problems: &mut Vec<Problem>) -> Glossary {
    let GlossaryFile { terms, forbidden, tone } = file;
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for term in &terms {
        words::check_term(term, &forbidden, problems);
        let words = std::iter::once(&term.value.word).chain(&term.value.synonyms);
        for word in words {
            if let Some(earlier) = seen.insert(sameness(word), term.at.name()) {
                problems.push(term.at.problem(&kinds::TERM_REPEATED, &[word, &earlier]));
            }
        }
    }
    Glossary { terms: terms.into_iter().map(|term| term.value).collect(), forbidden, tone }
}

fn stickers(
    entries: Vec<super::files::stickers::StickerEntry>,
    known: &KnownIntents,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Sticker> {
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    let mut stickers = BTreeMap::new();
    for (place, entry) in entries.into_iter().enumerate() {
        if let Some(means) = &entry.means {
            known.check(means, problems);
        }
        once(&entry.id, &mut places, problems);
        let means = entry.means.map(|means| IntentId::from(means.value));
        stickers.insert(entry.id.value, Sticker { alt: entry.alt, means, place });
    }
    stickers
}

/// Notes an id that was used before; true the first time.
fn once(id: &Located<String>, places: &mut BTreeMap<String, String>, problems: &mut Vec<Problem>) -> bool {
    match places.get(&id.value) {
        Some(earlier) => {
            problems.push(id.at.problem(&kinds::REPEATED_ID, &[&id.value, earlier]));
            false
        }
        None => {
            places.insert(id.value.clone(), id.at.name());
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sameness_ignores_width_case_space_and_punctuation() {
        for (left, right, same) in [
            ("怎么退货？", "怎么 退货", true),
            ("ＡＢＣ", "abc", true),
            ("How do I return?", "how do i RETURN", true),
            ("怎么退货", "怎么换货", false),
            ("👍", "👎", false),
        ] {
            assert_eq!(sameness(left) == sameness(right), same, "{left} / {right}");
        }
    }
}
