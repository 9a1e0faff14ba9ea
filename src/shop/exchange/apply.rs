//! Makes rows in the shape of a shop's files out of another system's rows. Every value keeps the place it came from,
//! so that a problem found later still points into the imported file.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::map::{Change, From, Map, Path, Piece, Rule, Step};
use super::not_a_row;
use crate::shop::document::{Entry, Node, Source, Span, Value, json};
use crate::shop::problem::kinds;

/// A row with its key, where rows are the values of an object.
struct Row<'n> {
    key: Option<&'n str>,
    node: &'n Node,
}

/// The mapped rows.
pub(super) fn apply(map: &Map, source: &mut Source<'_>, nodes: &[Node]) -> Vec<Node> {
    let mut made = Vec::new();
    for node in nodes {
        for row in rows_within(map, node) {
            if matches!(row.node.value, Value::Table(_)) {
                made.push(make(map, source, &row));
            } else {
                not_a_row(source, row.node);
            }
        }
    }
    made
}

/// The rows that `rows` leads to; `"*"` takes the file itself as an object of rows.
fn rows_within<'n>(map: &Map, node: &'n Node) -> Vec<Row<'n>> {
    let Some(path) = &map.rows else { return vec![Row { key: None, node }] };
    let mut found = vec![node];
    for step in &path.steps {
        found = found.into_iter().filter_map(|node| step_into(node, step)).collect();
    }
    found.into_iter().flat_map(children).collect()
}

fn children(node: &Node) -> Vec<Row<'_>> {
    match &node.value {
        Value::List(items) => items.iter().map(|node| Row { key: None, node }).collect(),
        Value::Table(entries) => {
            entries.iter().map(|entry| Row { key: Some(&entry.key), node: &entry.node }).collect()
        }
        _ => Vec::new(),
    }
}

fn step_into<'n>(node: &'n Node, step: &Step) -> Option<&'n Node> {
    let found = match (step, &node.value) {
        (Step::Key(key), Value::Table(_)) => node.get(key),
        (Step::At(index), Value::List(items)) => items.get(*index),
        _ => None,
    };
    found.filter(|node| node.value != Value::Null)
}

fn make(map: &Map, source: &mut Source<'_>, row: &Row<'_>) -> Node {
    let span = row.node.span.start..row.node.span.start;
    let mut made = Node { span: span.clone(), value: Value::Table(Vec::new()) };
    let mut lists: Vec<&[String]> = Vec::new();
    for rule in &map.rules {
        if rule.element.is_none() {
            if let Some(value) = single(source, row, rule, None) {
                put(&mut made, &rule.target, value);
            }
        } else if !lists.contains(&rule.target.as_slice()) {
            lists.push(&rule.target);
        }
    }
    for target in lists {
        let elements = elements(map, source, row, target);
        put(&mut made, target, Node { span: span.clone(), value: Value::List(elements) });
    }
    made
}

/// The elements of one list of the result: as many as the longest list they come from, or one when none does.
fn elements(map: &Map, source: &mut Source<'_>, row: &Row<'_>, target: &[String]) -> Vec<Node> {
    let rules: Vec<&Rule> =
        map.rules.iter().filter(|rule| rule.element.is_some() && rule.target == target).collect();
    let lists = rules.iter().filter_map(|rule| match &rule.from {
        From::Path(path) if path.is_list() => Some(path),
        _ => None,
    });
    let count = lists.map(|path| list_length(row, path)).max().unwrap_or(1);
    let mut elements = Vec::new();
    for index in 0..count {
        let mut element = Node { span: row.node.span.clone(), value: Value::Table(Vec::new()) };
        for rule in &rules {
            let Some(value) = single(source, row, rule, Some(index)) else { continue };
            match rule.element.as_deref() {
                Some([]) | None => element = value,
                Some(keys) => put(&mut element, keys, value),
            }
        }
        elements.push(element);
    }
    elements
}

fn list_length(row: &Row<'_>, path: &Path) -> usize {
    let mut before = path.steps.iter().take_while(|step| **step != Step::Each);
    let list = before.try_fold(row.node, step_into);
    match list.map(|node| &node.value) {
        Some(Value::List(items)) => items.len(),
        _ => 0,
    }
}

/// The value of a rule, for one element of a list or for the row.
fn single(source: &mut Source<'_>, row: &Row<'_>, rule: &Rule, index: Option<usize>) -> Option<Node> {
    let start = row.node.span.start;
    let at_row = |value| Node { span: start..start, value };
    let found = match &rule.from {
        From::Constant(value) => return Some(at_row(value.clone())),
        From::Path(path) => lookup(row, path, index),
        From::Sum(path) => Some(at_row(Value::Text(sum(row, path).normalize().to_string()))),
        From::Template(pieces) => Some(at_row(Value::Text(filled(row, pieces, index)))),
    };
    let found = found.or_else(|| {
        let default = rule.change.default.clone()?;
        Some(at_row(Value::Text(default)))
    });
    changed(source, found?, &rule.change, &rule.from)
}

fn lookup(row: &Row<'_>, path: &Path, index: Option<usize>) -> Option<Node> {
    let start = row.node.span.start;
    let mut node = row.node;
    for step in &path.steps {
        node = match step {
            Step::RowKey => {
                let key = row.key?.to_owned();
                return Some(Node { span: start..start, value: Value::Text(key) });
            }
            Step::Index => {
                let number = index.map_or(1, |index| index + 1).to_string();
                return Some(Node { span: start..start, value: Value::Text(number) });
            }
            Step::Each => match (&node.value, index) {
                (Value::List(items), Some(index)) => items.get(index)?,
                _ => return None,
            },
            step => step_into(node, step)?,
        };
    }
    Some(node.clone()).filter(|node| node.value != Value::Null)
}

fn sum(row: &Row<'_>, path: &Path) -> Decimal {
    (0..list_length(row, path))
        .filter_map(|index| lookup(row, path, Some(index)))
        .filter_map(|node| Decimal::from_str(&plain_text(&node.value)?).ok())
        .fold(Decimal::ZERO, |total, number| total.checked_add(number).unwrap_or(total))
}

fn filled(row: &Row<'_>, pieces: &[Piece], index: Option<usize>) -> String {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Words(words) => words.clone(),
        Piece::Path(path) => {
            lookup(row, path, index).and_then(|node| plain_text(&node.value)).unwrap_or_default()
        }
    });
    texts.collect::<String>().trim().to_owned()
}

fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) | Value::Number(text) | Value::Time(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(boolean) => Some(boolean.to_string()),
        Value::Null | Value::List(_) | Value::Table(_) => None,
    }
}

fn changed(source: &mut Source<'_>, node: Node, change: &Change, from: &From) -> Option<Node> {
    let span = node.span.clone();
    if let Some(join) = &change.join {
        let joined = joined(source, &node, join);
        return Some(Node { span, value: Value::Text(joined) });
    }
    let Some(mut text) = plain_text(&node.value) else { return Some(node) };
    if let Some(strip) = &change.strip {
        text = text.strip_prefix(strip.as_str()).map(str::to_owned).unwrap_or(text);
    }
    if !change.words.is_empty() {
        text = other_word(source, &span, &text, change, from)?;
    }
    let value = match &change.split {
        Some(separator) => {
            let parts = text.split(separator.as_str()).map(str::trim).filter(|part| !part.is_empty());
            let item = |part: &str| Node { span: span.clone(), value: Value::Text(part.to_owned()) };
            Value::List(parts.map(item).collect())
        }
        None => Value::Text(text),
    };
    Some(Node { span, value })
}

/// The mapping's word for a word; `None` for one that means absent, or (with a problem) that is not listed.
fn other_word(
    source: &mut Source<'_>,
    span: &Span,
    text: &str,
    change: &Change,
    from: &From,
) -> Option<String> {
    let find = |key: &str| change.words.iter().find(|(word, _)| word == key);
    let Some((_, other)) = find(text).or_else(|| find("*")) else {
        let name = match from {
            From::Path(path) => path.written.as_str(),
            _ => "-",
        };
        source.report(span, &kinds::IMPORT_WORD, &[name, text]);
        return None;
    };
    Some(other.clone()).filter(|other| !other.is_empty())
}

/// A list's texts joined; a text that holds a JSON list is taken for that list.
fn joined(source: &mut Source<'_>, node: &Node, join: &str) -> String {
    let items = match &node.value {
        Value::List(items) => items.clone(),
        Value::Text(text) if text.trim_start().starts_with('[') => {
            let mut inner = Source::new("", text);
            match json::parse(&mut inner, 0..text.len()) {
                Some(Node { value: Value::List(items), .. }) => items,
                _ => {
                    source.report(&node.span, &kinds::SYNTAX, &[text]);
                    Vec::new()
                }
            }
        }
        other => return plain_text(other).unwrap_or_default(),
    };
    items.iter().filter_map(|item| plain_text(&item.value)).collect::<Vec<_>>().join(join)
}

/// Puts a value under a path of keys, making tables on the way.
pub(super) fn put(node: &mut Node, keys: &[String], value: Node) {
    let Some((key, rest)) = keys.split_first() else { return };
    let Value::Table(entries) = &mut node.value else { return };
    let index = match entries.iter().position(|entry| entry.key == *key) {
        Some(index) => index,
        None => {
            let node = Node { span: value.span.clone(), value: Value::Table(Vec::new()) };
            entries.push(Entry { key: key.clone(), key_span: value.span.clone(), node });
            entries.len() - 1
        }
    };
    if rest.is_empty() {
        entries[index].node = value;
    } else {
        put(&mut entries[index].node, rest, value);
    }
}
