//! Words that must never be said, looked for wherever the shop says something.

use crate::shop::document::Located;
use crate::shop::files::promotions::PromotionEntry;
use crate::shop::load::Folder;
use crate::shop::model::{Glossary, Term};
use crate::shop::problem::{Problem, kinds};

/// Notes forbidden words in answers and replies of the packs and the shop, and in the shop's promotions: what is said
/// goes out without them, and the sentence around them may not.
pub(super) fn check(glossary: &Glossary, folders: &[Folder], problems: &mut Vec<Problem>) {
    let forbidden: Vec<&str> = glossary.forbidden.iter().map(String::as_str).collect();
    for folder in folders {
        for entry in &folder.faq {
            let texts = [Some(&entry.answer.zh), entry.answer.en.as_ref()];
            for word in said(&forbidden, texts.into_iter().flatten()) {
                problems.push(entry.answer_at.problem(&kinds::FORBIDDEN_WORD, &[word]));
            }
        }
        for reply in folder.replies_zh.iter().chain(&folder.replies_en) {
            for word in said(&forbidden, reply.say.iter()) {
                problems.push(reply.key.at.problem(&kinds::FORBIDDEN_WORD, &[word]));
            }
        }
        for entry in &folder.promotions.entries {
            check_promotion(entry, &forbidden, problems);
        }
    }
}

fn check_promotion(entry: &PromotionEntry, forbidden: &[&str], problems: &mut Vec<Problem>) {
    let (title, text) = (&entry.promotion.title, &entry.promotion.text);
    let texts = [Some(&title.zh), title.en.as_ref(), Some(&text.zh), text.en.as_ref()];
    for word in said(forbidden, texts.into_iter().flatten()) {
        problems.push(entry.id.at.problem(&kinds::FORBIDDEN_WORD, &[word]));
    }
}

/// Notes a term that the shop may not say itself.
pub(super) fn check_term(term: &Located<Term>, forbidden: &[String], problems: &mut Vec<Problem>) {
    let says = [Some(&term.value.word), term.value.en.as_ref()];
    for word in forbidden.iter().filter(|word| says.into_iter().flatten().any(|said| said == *word)) {
        problems.push(term.at.problem(&kinds::TERM_FORBIDDEN, &[word]));
    }
}

fn said<'w, 't>(forbidden: &[&'w str], texts: impl Iterator<Item = &'t String> + Clone) -> Vec<&'w str> {
    forbidden.iter().copied().filter(|word| texts.clone().any(|text| text.contains(word))).collect()
}
