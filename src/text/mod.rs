//! From a shopper's words to an [`Utterance`]: folded text, language, words and entities, each with its place.
//!
//! Pure and unable to fail: any string gives an utterance. Meaning is `nlu`'s business, and nothing here
//! looks at the conversation; only the shop's own words and today's date come in from outside.

mod entities;
mod language;
mod lexicon;
mod marks;
mod normal;
mod number;
mod script;
mod vocabulary;

pub use entities::read_as;
pub use language::answer_locale;
pub use lexicon::Lexicon;
pub(crate) use lexicon::{base_dictionary, is_whole};
pub use marks::marks;
pub use script::{to_simplified, to_traditional};
pub(crate) use vocabulary::GOODS;
pub use vocabulary::{color_name, region_name};

use jiff::ZonedDateTime;

use crate::domain::{Token, Utterance};

/// Reads a message. `now` is the present in the shop's time zone; relative dates count from it.
pub fn read(lexicon: &Lexicon, raw: &str, now: &ZonedDateTime) -> Utterance {
    let folded = normal::fold(raw);
    let language = language::language(raw, &folded.text);
    let words = lexicon.words(&folded.text).into_iter();
    let tokens = words
        .map(|range| Token { text: folded.text[range.clone()].to_owned(), span: folded.origin(range) })
        .collect();
    let entities = entities::find(lexicon, raw, &folded, now);
    Utterance {
        raw: raw.to_owned(),
        locale: language::locale(language, &folded.text),
        language: language.to_owned(),
        tokens,
        entities,
        normal: folded.text,
    }
}

/// The form of a text that everything is matched in: NFKC, half width, lower case, simplified, single spaces,
/// no control characters, repeated letters and punctuation shortened, emoji kept. Idempotent.
pub fn normalize(text: &str) -> String {
    normal::fold(text).text
}

#[cfg(test)]
mod tests;
