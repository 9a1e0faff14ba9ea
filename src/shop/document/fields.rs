//! Reads the keys of one table: each asked for once by name and type, what was never asked for is an unknown key.

use std::ops::RangeInclusive;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::{Entry, Located, Node, Source, Span, Value};
use crate::shop::problem::kinds;

/// The longest text a file may hold in one value, in Unicode scalar values.
const LONGEST_TEXT: usize = 10_000;

/// A table while it is read.
#[derive(Debug)]
pub(crate) struct Fields<'n> {
    span: Span,
    entries: &'n [Entry],
    known: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// The table in `node`, or a problem and nothing.
    pub(crate) fn of(source: &mut Source<'_>, node: &'n Node) -> Option<Self> {
        match &node.value {
            Value::Table(entries) => Some(Fields { span: node.span.clone(), entries, known: Vec::new() }),
            other => {
                wrong_type(source, &node.span, "table", other);
                None
            }
        }
    }

    /// Where the table starts.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Where the key's value stands; the table itself where the key is absent.
    pub(crate) fn span_of(&self, key: &str) -> Span {
        self.find(key).map_or_else(|| self.span(), |entry| entry.node.span.clone())
    }

    /// Whether the key is there, without counting as having read it.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.find(key).is_some_and(|entry| entry.node.value != Value::Null)
    }

    /// Whether a list with anything in it is there, without counting as having read it.
    pub(crate) fn has_elements(&self, key: &str) -> bool {
        self.find(key)
            .is_some_and(|entry| matches!(&entry.node.value, Value::List(items) if !items.is_empty()))
    }

    /// The text under a key as it was written, without counting as having read it.
    pub(crate) fn written(&self, key: &str) -> Option<&'n str> {
        match &self.find(key)?.node.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn find(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key of any type; null counts as absent.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'n Node> {
        self.known.push(key);
        self.find(key).map(|entry| &entry.node).filter(|node| node.value != Value::Null)
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<&'n Node> {
        let node = self.get(key);
        if node.is_none() {
            source.report(&self.span, &kinds::MISSING_KEY, &[key]);
        }
        node
    }

    /// A text that may be absent; one that is blank is a problem.
    pub(crate) fn text(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<String> {
        let node = self.get(key)?;
        text_of(source, node)
    }

    /// A text of a machine-made file, where a blank one means that there is none.
    pub(crate) fn free_text(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<String> {
        let node = self.get(key)?;
        match &node.value {
            Value::Text(text) if text.trim().is_empty() => None,
            _ => text_of(source, node),
        }
    }

    /// A text that may be absent, with its place.
    pub(crate) fn located_text(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
    ) -> Option<Located<String>> {
        let node = self.get(key)?;
        let value = text_of(source, node)?;
        Some(source.locate(&node.span, value))
    }

    /// A text that must be there.
    pub(crate) fn need_text(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<String> {
        let node = self.need(source, key)?;
        text_of(source, node)
    }

    /// true or false.
    pub(crate) fn boolean(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<bool> {
        let node = self.get(key)?;
        match &node.value {
            Value::Boolean(boolean) => Some(*boolean),
            other => {
                wrong_type(source, &node.span, "true/false", other);
                None
            }
        }
    }

    /// A whole number within a range.
    pub(crate) fn integer(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        let node = self.get(key)?;
        match &node.value {
            Value::Integer(number) if range.contains(number) => Some(*number),
            Value::Integer(number) => {
                let limits = (range.start().to_string(), range.end().to_string());
                source.report(&node.span, &kinds::OUT_OF_RANGE, &[&number.to_string(), &limits.0, &limits.1]);
                None
            }
            other => {
                wrong_type(source, &node.span, "whole number", other);
                None
            }
        }
    }

    /// A decimal written as a text, so that it is never a floating-point number; whole numbers are taken too.
    pub(crate) fn decimal(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<Decimal> {
        let node = self.get(key)?;
        decimal_of(source, node)
    }

    /// A list of texts, empty where the key is absent. Every element that is no text is a problem of its own.
    pub(crate) fn texts(&mut self, source: &mut Source<'_>, key: &'static str) -> Vec<Located<String>> {
        self.items(source, key)
            .into_iter()
            .filter_map(|node| {
                let value = text_of(source, node)?;
                Some(source.locate(&node.span, value))
            })
            .collect()
    }

    /// A list of texts without their places.
    pub(crate) fn plain_texts(&mut self, source: &mut Source<'_>, key: &'static str) -> Vec<String> {
        self.texts(source, key).into_iter().map(|located| located.value).collect()
    }

    /// The elements of a list, empty where the key is absent.
    pub(crate) fn items(&mut self, source: &mut Source<'_>, key: &'static str) -> Vec<&'n Node> {
        let Some(node) = self.get(key) else { return Vec::new() };
        items_of(source, node)
    }

    /// A table under a key.
    pub(crate) fn table(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<Fields<'n>> {
        let node = self.get(key)?;
        Fields::of(source, node)
    }

    /// The tables of a list of tables.
    pub(crate) fn tables(&mut self, source: &mut Source<'_>, key: &'static str) -> Vec<Fields<'n>> {
        self.items(source, key).into_iter().filter_map(|node| Fields::of(source, node)).collect()
    }

    /// Every key with its value, for tables whose keys the merchant chooses.
    pub(crate) fn entries(&self) -> &'n [Entry] {
        self.entries
    }

    /// Ends the reading: what was never asked for is unknown, what stands there twice is a mistake.
    pub(crate) fn finish(self, source: &mut Source<'_>) {
        for (index, entry) in self.entries.iter().enumerate() {
            if self.entries[..index].iter().any(|earlier| earlier.key == entry.key) {
                source.report(&entry.key_span, &kinds::REPEATED_KEY, &[&entry.key]);
            } else if !self.known.contains(&entry.key.as_str()) {
                report_unknown(source, &entry.key_span, &entry.key, &self.known);
            }
        }
    }
}

/// A text that is not blank and not longer than any file needs.
pub(crate) fn text_of(source: &mut Source<'_>, node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) if text.trim().is_empty() => {
            source.report(&node.span, &kinds::EMPTY_TEXT, &[]);
            None
        }
        Value::Text(text) if text.chars().count() > LONGEST_TEXT => {
            source.report(&node.span, &kinds::TEXT_TOO_LONG, &[&LONGEST_TEXT.to_string()]);
            None
        }
        Value::Text(text) => Some(text.clone()),
        other => {
            wrong_type(source, &node.span, "text", other);
            None
        }
    }
}

/// A decimal of at most 12 digits before the point.
pub(crate) fn decimal_of(source: &mut Source<'_>, node: &Node) -> Option<Decimal> {
    let parsed = match &node.value {
        Value::Text(text) => plain_decimal(text),
        Value::Integer(number) => Some(Decimal::from(*number)),
        Value::Number(number) => {
            source.report(&node.span, &kinds::NUMBER_NEEDS_QUOTES, &[number]);
            return None;
        }
        other => {
            wrong_type(source, &node.span, "text", other);
            return None;
        }
    };
    if parsed.is_none() {
        let written = match &node.value {
            Value::Text(text) => text.clone(),
            _ => String::new(),
        };
        source.report(&node.span, &kinds::NOT_A_DECIMAL, &[&written]);
    }
    parsed
}

/// Digits with at most one point: no exponent, no separators, no spaces, at most 12 digits and 6 places.
fn plain_decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(places) || whole.len() > 12 || places.len() > 6 {
        return None;
    }
    Decimal::from_str(text).ok()
}

/// The elements of a list.
pub(crate) fn items_of<'n>(source: &mut Source<'_>, node: &'n Node) -> Vec<&'n Node> {
    match &node.value {
        Value::List(items) => items.iter().collect(),
        other => {
            wrong_type(source, &node.span, "list", other);
            Vec::new()
        }
    }
}

/// Notes that a value has the wrong type.
pub(crate) fn wrong_type(source: &mut Source<'_>, span: &Span, expected: &str, found: &Value) {
    source.report(span, &kinds::WRONG_TYPE, &[expected, found.noun()]);
}

/// Notes an unknown name with the nearest known one.
pub(crate) fn report_unknown(source: &mut Source<'_>, span: &Span, name: &str, known: &[&str]) {
    match nearest(name, known.iter().copied()) {
        Some(near) => source.report(span, &kinds::UNKNOWN_KEY_NEAR, &[name, near]),
        None => {
            let mut sorted = known.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            source.report(span, &kinds::UNKNOWN_KEY, &[name, &sorted.join(", ")]);
        }
    }
}

/// One of several words, by name; anything else is a problem that lists them.
pub(crate) fn word_of<T: Copy>(
    source: &mut Source<'_>,
    span: &Span,
    written: &str,
    words: &[(&'static str, T)],
) -> Option<T> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == written) {
        return Some(*value);
    }
    let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    source.report(span, &kinds::UNKNOWN_WORD, &[written, &list.join(", ")]);
    None
}

/// The name most like `name`, where one is near enough to be what was meant.
pub(crate) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let most = (name.chars().count() / 3).max(1);
    known
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions and replacements of one character that turn one text into the other.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_plain() {
        for (text, fine) in [
            ("0", true),
            ("199.00", true),
            ("-3.5", true),
            ("", false),
            (".5", false),
            ("5.", false),
            ("1e3", false),
            ("1,000", false),
            (" 1", false),
            ("１", false),
            ("1234567890123", false),
            ("0.1234567", false),
        ] {
            assert_eq!(plain_decimal(text).is_some(), fine, "{text:?}");
        }
    }

    #[test]
    fn the_nearest_name_is_near() {
        let known = ["examples", "not", "answer"];
        for (name, expected) in [
            ("exampels", Some("examples")),
            ("example", Some("examples")),
            ("nto", None),
            ("nots", Some("not")),
            ("x", None),
        ] {
            assert_eq!(nearest(name, known.into_iter()), expected, "{name}");
        }
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "店小二"), 3);
    }
}
