//! `glossary.toml`: the shop's own words, what shoppers say instead, what must never be said, and the tone of replies.

use super::open;
use crate::shop::document::fields::Fields;
use crate::shop::document::{Located, Source, parse_toml};
use crate::shop::model::{Term, Tone};
use crate::shop::problem::kinds;

/// Unicode scalar values of each part of the tone.
const LONGEST_TONE: usize = 8;

/// The file's content.
#[derive(Clone, Debug, Default)]
pub(crate) struct GlossaryFile {
    /// The terms.
    pub(crate) terms: Vec<Located<Term>>,
    /// Words that replies must never use.
    pub(crate) forbidden: Vec<String>,
    /// How replies sound.
    pub(crate) tone: Tone,
}

/// Reads the glossary.
pub(crate) fn read(source: &mut Source<'_>) -> GlossaryFile {
    let root = parse_toml(source);
    let Some(mut fields) = open(source, &root) else { return GlossaryFile::default() };
    let forbidden = fields.plain_texts(source, "forbidden");
    let tone = fields.table(source, "tone").map(|table| read_tone(source, table)).unwrap_or_default();
    let tables = fields.tables(source, "term");
    fields.finish(source);
    let mut terms = Vec::new();
    for mut table in tables {
        let word = table.need_text(source, "word");
        let synonyms = table.plain_texts(source, "synonyms");
        let en = table.text(source, "en");
        let at = table.span_of("word");
        table.finish(source);
        terms.extend(word.map(|word| source.locate(&at, Term { word, synonyms, en })));
    }
    GlossaryFile { terms, forbidden, tone }
}

fn read_tone(source: &mut Source<'_>, mut table: Fields<'_>) -> Tone {
    let mut short = |key| {
        let at = table.span_of(key);
        let text = table.text(source, key)?;
        if LONGEST_TONE < text.chars().count() {
            source.report(&at, &kinds::TEXT_TOO_LONG, &[&LONGEST_TONE.to_string()]);
            return None;
        }
        Some(text)
    };
    let tone = Tone { you: short("you"), hail: short("hail"), tail: short("tail") };
    table.finish(source);
    tone
}
