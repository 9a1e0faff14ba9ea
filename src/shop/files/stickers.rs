//! `stickers.toml`: the pictures shoppers and the assistant may send instead of words.

use super::{Presence, Terms, localized, need_id, open};
use crate::domain::Localized;
use crate::shop::document::{Located, Source, parse_toml};

/// One sticker.
#[derive(Clone, Debug)]
pub(crate) struct StickerEntry {
    /// Its id.
    pub(crate) id: Located<String>,
    /// What it shows.
    pub(crate) alt: Localized,
    /// The intent it states.
    pub(crate) means: Option<Located<String>>,
}

/// Reads the stickers.
pub(crate) fn read(source: &mut Source<'_>, terms: &Terms) -> Vec<StickerEntry> {
    let root = parse_toml(source);
    let Some(mut fields) = open(source, &root) else { return Vec::new() };
    let tables = fields.tables(source, "sticker");
    fields.finish(source);
    let mut stickers = Vec::new();
    for mut table in tables {
        let id = need_id(&mut table, source, "id").map(|id| source.locate(&table.span_of("id"), id));
        let alt = localized(&mut table, source, terms, "alt", Presence::Needed);
        let means = table.located_text(source, "means");
        table.finish(source);
        if let (Some(id), Some(alt)) = (id, alt) {
            stickers.push(StickerEntry { id, alt, means });
        }
    }
    stickers
}
