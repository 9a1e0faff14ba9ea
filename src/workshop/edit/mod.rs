//! Edits of a merchant's file by what they mean: one value at a place, with every comment, the order and the look of all
//! else as they were. Pure: a text and edits go in, a text comes out.

mod list;
mod place;
#[cfg(test)]
mod tests;
mod value;

use serde_json::Value as Json;
use toml_edit::DocumentMut;

use place::Place;

/// One edit.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct Edit {
    /// The way from the document's root to the value.
    pub at: Vec<Step>,
    /// What is to be there; `null` removes it.
    #[serde(default)]
    pub to: Json,
}

/// A step of the way to a value.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(untagged)]
pub enum Step {
    /// Into a table, by a key.
    Key(String),
    /// Into a list, to the entry at a place, from 0; at the end of the list a new one.
    Index(usize),
    /// Into a list, to the entry whose value at a key is this: `{"by":"id","is":"store.hours"}`. One that is not there is
    /// added at the end.
    Entry {
        /// The key that names entries: `id` of FAQ and promotions, `word` of terms, `name` of tests.
        by: String,
        /// The entry's own.
        is: String,
    },
}

impl std::fmt::Display for Step {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(key) => out.write_str(key),
            Self::Index(index) => write!(out, "[{index}]"),
            Self::Entry { by, is } => write!(out, "[{by} = {is}]"),
        }
    }
}

/// Why an edit can't be made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The file is no TOML; what is wrong with it is to be mended as text.
    #[error("the file can't be read as it is: {0}")]
    NotToml(String),
    /// The way leads through a value that holds no others, or a list is entered by a key.
    #[error("there is no place {0}")]
    NoPlace(String),
    /// A value that the files have no form for.
    #[error("{0} can't be written")]
    NoForm(&'static str),
}

/// What a new file begins with: the version of the format.
const NEW_FILE: &str = "version = 1\n";

/// Makes edits, one after another, all or none.
///
/// # Errors
/// The first edit that can't be made.
pub fn edit(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let text = if text.trim().is_empty() { NEW_FILE } else { text };
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| EditError::NotToml(error.message().to_owned()))?;
    for one in edits {
        match make(&mut document, one) {
            // What is not there need not be removed.
            Err(EditError::NoPlace(_)) if one.to.is_null() => {}
            made => made?,
        }
    }
    Ok(document.to_string())
}

fn make(document: &mut DocumentMut, Edit { at, to }: &Edit) -> Result<(), EditError> {
    let (last, before) = at.split_last().ok_or_else(|| EditError::NoPlace("/".to_owned()))?;
    let mut place = Place::root(document.as_table_mut());
    for (n, step) in before.iter().enumerate() {
        let next = before.get(n + 1).unwrap_or(last);
        place = place.enter(step, (!to.is_null()).then_some(next))?;
    }
    place.put(last, to)
}

/// A file's values as JSON, for whoever shows them; dates are their text.
///
/// # Errors
/// The file is no TOML.
pub fn read(text: &str) -> Result<Json, EditError> {
    let document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| EditError::NotToml(error.message().to_owned()))?;
    Ok(value::json_of_table(document.as_table()))
}
