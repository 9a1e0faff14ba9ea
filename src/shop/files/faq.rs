//! `faq/*.toml`: questions in the ways shoppers ask them, each with its answer.

use super::{Terms, need_id, open, slots};
use crate::domain::Localized;
use crate::shop::document::fields::Fields;
use crate::shop::document::{Located, Place, Source, parse_toml};
use crate::shop::problem::kinds;

/// One question with its answer.
#[derive(Clone, Debug)]
pub(crate) struct FaqEntry {
    /// Its id.
    pub(crate) id: Located<String>,
    /// Ways of asking.
    pub(crate) ask: Vec<Located<String>>,
    /// The answer, its `{slots}` not filled yet.
    pub(crate) answer: Localized,
    /// Where the answer stands.
    pub(crate) answer_at: Place,
    /// The slots of the answer, in every language.
    pub(crate) slots: Vec<Located<String>>,
    /// The intent it answers.
    pub(crate) intent: Option<Located<String>>,
    /// Intents offered after it.
    pub(crate) follow: Vec<Located<String>>,
}

/// Reads a file of FAQ.
pub(crate) fn read(source: &mut Source<'_>, terms: &Terms) -> Vec<FaqEntry> {
    let root = parse_toml(source);
    let Some(mut fields) = open(source, &root) else { return Vec::new() };
    let tables = fields.tables(source, "faq");
    fields.finish(source);
    tables.into_iter().filter_map(|table| read_one(source, terms, table)).collect()
}

/// Reads one question with its answer.
pub(crate) fn read_one(source: &mut Source<'_>, terms: &Terms, mut fields: Fields<'_>) -> Option<FaqEntry> {
    let id = need_id(&mut fields, source, "id");
    let id_at = fields.span_of("id");
    let ask = fields.texts(source, "ask");
    if ask.is_empty() {
        source.report(&fields.span_of("ask"), &kinds::FAQ_NO_ASK, &[]);
    }
    let answer_at = source.place(&fields.span_of("answer"));
    let answer = read_answer(source, terms, &mut fields);
    let intent = fields.located_text(source, "intent");
    let follow = fields.texts(source, "follow");
    fields.finish(source);
    let (answer, slots) = answer?;
    Some(FaqEntry { id: source.locate(&id_at, id?), ask, answer, answer_at, slots, intent, follow })
}

fn read_answer(
    source: &mut Source<'_>,
    terms: &Terms,
    fields: &mut Fields<'_>,
) -> Option<(Localized, Vec<Located<String>>)> {
    let Some(mut languages) = fields.table(source, "answer") else {
        if !fields.has("answer") {
            source.report(&fields.span(), &kinds::FAQ_NO_ANSWER, &[terms.first_language()]);
        }
        return None;
    };
    let mut found = Vec::new();
    let mut texts = Vec::new();
    for language in ["zh", "en"] {
        if !languages.has(language) {
            if terms.first_language() == language {
                source.report(&fields.span_of("answer"), &kinds::FAQ_NO_ANSWER, &[language]);
            } else if terms.speaks(language) {
                source.report(&fields.span_of("answer"), &kinds::NO_TRANSLATION, &[language]);
            }
        }
        let text = languages.text(source, language);
        let span = languages.span_of(language);
        let names = text.as_ref().map(|text| slots(source, &span, text)).unwrap_or_default();
        found.extend(names.into_iter().map(|name| source.locate(&span, name)));
        texts.push(text);
    }
    languages.finish(source);
    let en = texts.pop().flatten();
    let zh = texts.pop().flatten().unwrap_or_default();
    (!zh.is_empty() || en.is_some()).then_some((Localized { zh, en }, found))
}
