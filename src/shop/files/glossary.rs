//! `glossary.toml`: the shop's own words, what shoppers say instead, and what must never be said.

use super::open;
use crate::shop::document::{Located, Source, parse_toml};
use crate::shop::model::Term;

/// The file's content.
#[derive(Clone, Debug, Default)]
pub(crate) struct GlossaryFile {
    /// The terms.
    pub(crate) terms: Vec<Located<Term>>,
    /// Words that replies must never use.
    pub(crate) forbidden: Vec<String>,
}

impl GlossaryFile {
    /// Takes out what it says: the terms, and what must never be said.
    pub(crate) fn take(&mut self) -> (Vec<Located<Term>>, Vec<String>) {
        (std::mem::take(&mut self.terms), std::mem::take(&mut self.forbidden))
    }
}

/// Reads the glossary.
pub(crate) fn read(source: &mut Source<'_>) -> GlossaryFile {
    let root = parse_toml(source);
    let Some(mut fields) = open(source, &root) else { return GlossaryFile::default() };
    let forbidden = fields.plain_texts(source, "forbidden");
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
    GlossaryFile { terms, forbidden }
}
