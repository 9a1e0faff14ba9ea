//! Where the way of an edit has come to, and its next step.

use serde_json::Value as Json;
use toml_edit::{Array, ArrayOfTables, Item, Table, TableLike, Value};

use super::{EditError, Step, list, value};

/// A table or a list of the document.
pub(super) enum Place<'d> {
    /// The document itself: its tables have headers of their own.
    Root(&'d mut Table),
    /// A table below it.
    Inner(&'d mut dyn TableLike),
    /// Entries with headers: `[[faq]]`.
    Entries(&'d mut ArrayOfTables),
    /// A list in brackets.
    List(&'d mut Array),
}

impl<'d> Place<'d> {
    pub(super) fn root(table: &'d mut Table) -> Self {
        Self::Root(table)
    }

    /// One step on. What is missing is made where it is told what the step after it enters.
    pub(super) fn enter(self, step: &Step, make_for: Option<&Step>) -> Result<Self, EditError> {
        match (self, step) {
            (Self::Root(table), Step::Key(key)) => {
                if let Some(next) = make_for {
                    make_missing(table, key, next, true);
                }
                Self::of(table.get_mut(key), step)
            }
            (Self::Inner(table), Step::Key(key)) => {
                if let Some(next) = make_for {
                    make_missing(table, key, next, false);
                }
                Self::of(table.get_mut(key), step)
            }
            (Self::Entries(entries), Step::Entry { .. } | Step::Index(_)) => {
                let index = match place_in(entries, step) {
                    None if make_for.is_some() => add_entry(entries, step)?,
                    found => found.ok_or_else(|| no_place(step))?,
                };
                let entry = entries.get_mut(index).ok_or_else(|| no_place(step))?;
                Ok(Self::Inner(entry))
            }
            (Self::List(items), Step::Entry { .. } | Step::Index(_)) => {
                let index = list::place_of(items, step).ok_or_else(|| no_place(step))?;
                match items.get_mut(index) {
                    Some(Value::InlineTable(table)) => Ok(Self::Inner(table)),
                    Some(Value::Array(items)) => Ok(Self::List(items)),
                    _ => Err(no_place(step)),
                }
            }
            _ => Err(no_place(step)),
        }
    }

    fn of(item: Option<&'d mut Item>, step: &Step) -> Result<Self, EditError> {
        match item {
            Some(Item::Table(table)) => Ok(Self::Inner(table)),
            Some(Item::ArrayOfTables(entries)) => Ok(Self::Entries(entries)),
            Some(Item::Value(Value::InlineTable(table))) => Ok(Self::Inner(table)),
            Some(Item::Value(Value::Array(items))) => Ok(Self::List(items)),
            _ => Err(no_place(step)),
        }
    }

    /// Writes a value at the last step, or removes what is there.
    pub(super) fn put(self, step: &Step, to: &Json) -> Result<(), EditError> {
        match (self, step) {
            (Self::Root(table), Step::Key(key)) => value::put(table, key, to, true),
            (Self::Inner(table), Step::Key(key)) => value::put(table, key, to, false),
            (Self::Entries(entries), Step::Entry { .. } | Step::Index(_)) => {
                let found = place_in(entries, step);
                match (to, found) {
                    (Json::Null, Some(index)) => {
                        entries.remove(index);
                        Ok(())
                    }
                    (Json::Null, None) => Err(no_place(step)),
                    (Json::Object(fields), _) => {
                        let index = found.map_or_else(|| add_entry(entries, step), Ok)?;
                        let entry = entries.get_mut(index).ok_or_else(|| no_place(step))?;
                        value::become_fields(entry, fields)
                    }
                    _ => Err(EditError::NoForm("an entry that is no table")),
                }
            }
            (Self::List(items), Step::Entry { .. } | Step::Index(_)) => list::put(items, step, to),
            (_, step) => Err(no_place(step)),
        }
    }
}

pub(super) fn no_place(step: &Step) -> EditError {
    EditError::NoPlace(step.to_string())
}

/// Makes what the step after this one enters: entries or a table.
fn make_missing(table: &mut dyn TableLike, key: &str, next: &Step, is_root: bool) {
    let into_entries = !matches!(next, Step::Key(_));
    let is_empty_list = |item: &Item| item.as_array().is_some_and(Array::is_empty);
    match table.get(key) {
        Some(item) if !(is_root && into_entries && is_empty_list(item)) => {}
        _ if into_entries && is_root => {
            table.insert(key, Item::ArrayOfTables(ArrayOfTables::new()));
        }
        _ if into_entries => {
            table.insert(key, toml_edit::value(Array::new()));
        }
        _ => {
            table.insert(key, Item::Table(value::new_table(is_root)));
        }
    }
}

fn place_in(entries: &ArrayOfTables, step: &Step) -> Option<usize> {
    match step {
        Step::Entry { by, is } => {
            entries.iter().position(|table| table.get(by).and_then(Item::as_str) == Some(is.as_str()))
        }
        Step::Index(index) => (*index < entries.len()).then_some(*index),
        Step::Key(_) => None,
    }
}

/// Adds an entry at the end, with what names it; its place.
fn add_entry(entries: &mut ArrayOfTables, step: &Step) -> Result<usize, EditError> {
    let end = entries.len();
    let mut entry = Table::new();
    match step {
        Step::Entry { by, is } => {
            entry.insert(by, toml_edit::value(is));
        }
        Step::Index(index) if *index == end => {}
        _ => return Err(no_place(step)),
    }
    entries.push(entry);
    Ok(end)
}
