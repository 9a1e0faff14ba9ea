//! FAQ in and out: each question with its answer as what it states, and as a row of a table that people can read.

mod header;
mod read;
mod write;

pub(super) use header::is_header;
pub(super) use read::read;
pub(super) use write::write;

use serde_json::{Value as Json, json};

use super::apply::put;
use crate::shop::document::{Entry, Node, Span, Value};

/// A question with its answer, as a row states it.
#[derive(Clone, Debug, PartialEq)]
pub struct FaqRow {
    /// Its id.
    pub id: String,
    /// What the row says, by the way to it (`["answer", "zh"]`); null for what is not to be there. What it says nothing
    /// of stays as it is.
    pub stated: Vec<(&'static [&'static str], Json)>,
}

/// The ways to everything a question with its answer may state, in the order of columns.
const STATED: [&[&str]; 5] = [&["ask"], &["answer", "zh"], &["answer", "en"], &["intent"], &["follow"]];

/// A row while it is read: the values it gives, at their places, and what it says is not to be there.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) node: Node,
    cleared: Vec<&'static [&'static str]>,
}

impl Row {
    /// A row that says no more than its values.
    pub(super) fn of(node: Node) -> Self {
        Row { node, cleared: Vec::new() }
    }

    /// What it states, once it was found to be right.
    pub(super) fn stated(&self) -> Option<FaqRow> {
        let id = text(self.node.get("id")?)?.to_owned();
        let value = |way: &&'static [&'static str]| {
            let found = look_up(&self.node, way).and_then(json_of);
            let cleared = self.cleared.contains(way).then_some(Json::Null);
            Some((*way, found.or(cleared)?))
        };
        Some(FaqRow { id, stated: STATED.iter().filter_map(value).collect() })
    }

    /// The question with its answer as it will be: with what the shop's own says of it and the row does not.
    pub(super) fn completed(&self, present: &Node) -> Node {
        let mut node = self.node.clone();
        let span = node.span.clone();
        for way in STATED.iter().filter(|way| !self.cleared.contains(way)) {
            let missing = look_up(&node, way).is_none();
            if let Some(value) = look_up(present, way).filter(|_| missing) {
                set(&mut node, way, moved(value.clone(), &span));
            }
        }
        node
    }
}

/// Puts every place inside a value to one span: it was written in another file, or the cell has no better one.
pub(super) fn moved(node: Node, span: &Span) -> Node {
    let value = match node.value {
        Value::List(items) => Value::List(items.into_iter().map(|item| moved(item, span)).collect()),
        Value::Table(entries) => {
            let moved_entry = |entry: Entry| Entry {
                key: entry.key,
                key_span: span.clone(),
                node: moved(entry.node, span),
            };
            Value::Table(entries.into_iter().map(moved_entry).collect())
        }
        other => other,
    };
    Node { span: span.clone(), value }
}

fn set(node: &mut Node, way: &[&str], value: Node) {
    let keys: Vec<String> = way.iter().map(|key| (*key).to_owned()).collect();
    put(node, &keys, value);
}

fn look_up<'n>(node: &'n Node, way: &[&str]) -> Option<&'n Node> {
    let found = way.iter().try_fold(node, |node, key| node.get(key))?;
    (found.value != Value::Null).then_some(found)
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn texts(node: &Node) -> Vec<&str> {
    match &node.value {
        Value::List(items) => items.iter().filter_map(text).collect(),
        _ => text(node).into_iter().collect(),
    }
}

fn json_of(node: &Node) -> Option<Json> {
    match &node.value {
        Value::Text(text) => Some(json!(text)),
        Value::List(_) => Some(json!(texts(node))),
        _ => None,
    }
}

/// How the texts of a list stand in one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listing {
    /// Each on a line of its own.
    Lines,
    /// Words, parted by whatever people part words by.
    Words,
    /// Lines, parted by `|` as well: how the column `ask[]` was written once.
    Bars,
}

impl Listing {
    /// The texts of a cell.
    fn read(self, cell: &str) -> Vec<String> {
        let trimmed = cell.trim();
        if trimmed.starts_with('[')
            && self != Listing::Bars
            && let Ok(list) = serde_json::from_str::<Vec<String>>(trimmed)
        {
            return list;
        }
        let parts = |letter: char| match self {
            Listing::Lines => matches!(letter, '\n' | '\r'),
            Listing::Bars => matches!(letter, '\n' | '\r' | '|'),
            Listing::Words => letter.is_whitespace() || ",，、;；|".contains(letter),
        };
        cell.split(parts).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// A cell that reads as these texts: as people would write it, or as JSON where that would read as others.
    fn write(self, texts: &[&str]) -> String {
        let plain = texts.join("\n");
        if self.read(&plain) == texts { plain } else { json!(texts).to_string() }
    }
}

#[cfg(test)]
mod tests;
