//! Rows into the texts of a shop's files of JSON lines: products and orders.

use std::collections::HashMap;

use crate::shop::document::{Node, Source, Value, json as reader};

/// What a row is known by: its id, and for orders' files whether it is a shopper or an order.
fn identity(row: &Node) -> Option<(String, String)> {
    for kind in ["shopper", "order"] {
        if let Some(inner) = row.get(kind) {
            return inner.get("id").and_then(text).map(|id| (kind.to_owned(), id.to_owned()));
        }
    }
    row.get("id").and_then(text).map(|id| (String::new(), id.to_owned()))
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// The file's new text: rows replace what has their id, the others follow in their order.
pub(super) fn merged(present: &str, rows: &[Node], shoppers_first: bool) -> String {
    let mut source = Source::new("", present);
    let mut lines = reader::parse_lines(&mut source);
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let known = lines.iter().enumerate().filter_map(|(index, line)| Some((identity(line)?, index)));
    places.extend(known);
    for row in rows {
        let Some(id) = identity(row) else { continue };
        match places.get(&id) {
            Some(index) => lines[*index] = row.clone(),
            None => {
                places.insert(id, lines.len());
                lines.push(row.clone());
            }
        }
    }
    if shoppers_first {
        lines.sort_by_key(|line| line.get("shopper").is_none());
    }
    lines.iter().map(|line| json(line) + "\n").collect()
}

/// A value as JSON on one line, keys in their order.
pub(super) fn json(node: &Node) -> String {
    let mut out = String::new();
    write_json(node, &mut out);
    out
}

fn write_json(node: &Node, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Boolean(boolean) => out.push_str(if *boolean { "true" } else { "false" }),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Number(number) => out.push_str(number),
        Value::Text(text) | Value::Time(text) => out.push_str(&quoted(text)),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_json(item, out);
            }
            out.push(']');
        }
        Value::Table(entries) => {
            out.push('{');
            for (index, entry) in entries.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                out.push_str(&quoted(&entry.key));
                out.push(':');
                write_json(&entry.node, out);
            }
            out.push('}');
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
