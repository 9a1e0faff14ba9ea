//! CSV in and out: a column is a dotted path, `tags[]` is a list of texts parted by `|`, `variants[].stock` a key of the
//! elements of a list, one element a row, and `shipments[].events{}` holds JSON.
//!
//! Rows of the same id belong together: the first states the plain columns, each adds one element to every list.

use super::apply::put;
use crate::shop::document::{Entry, Node, Source, Span, Value, json};
use crate::shop::problem::kinds;

/// What parts the texts of a list within one cell.
pub(super) const SEPARATOR: char = '|';

/// The columns that say which rows belong together, in the order they are looked for.
const ID_COLUMNS: [&str; 3] = ["id", "shopper.id", "order.id"];

/// A column by its header.
#[derive(Clone, Debug, PartialEq)]
struct Column {
    /// Keys up to the list, or all.
    keys: Vec<String>,
    /// Keys within the elements of a list of tables.
    element: Option<Vec<String>>,
    /// How the cell is read.
    cell: Cell,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Text,
    Texts,
    Json,
}

impl Column {
    fn parse(header: &str) -> Self {
        let header = header.trim().trim_start_matches('\u{feff}');
        let (path, cell) = match (header.strip_suffix("[]"), header.strip_suffix("{}")) {
            (Some(path), _) => (path, Cell::Texts),
            (_, Some(path)) => (path, Cell::Json),
            _ => (header, Cell::Text),
        };
        let keys = |path: &str| path.split('.').map(str::to_owned).collect();
        match path.split_once("[].") {
            Some((list, element)) => Column { keys: keys(list), element: Some(keys(element)), cell },
            None => Column { keys: keys(path), element: None, cell },
        }
    }
}

/// The rows of a CSV file as values; every value stands at the beginning of its record.
pub(super) fn read(source: &mut Source<'_>) -> Vec<Node> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(source.text().as_bytes());
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            source.report(&(0..0), &kinds::SYNTAX, &[&error.to_string()]);
            return Vec::new();
        }
    };
    let columns: Vec<Column> = headers.iter().map(Column::parse).collect();
    let ids: Vec<usize> = ID_COLUMNS
        .iter()
        .filter_map(|name| headers.iter().position(|header| header.trim() == *name))
        .collect();
    let mut rows: Vec<Node> = Vec::new();
    let mut last_id = String::new();
    for record in reader.records() {
        let Ok(record) = record else { continue };
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let span = start..start;
        if record.len() != columns.len() {
            let counts = (record.len().to_string(), columns.len().to_string());
            source.report(&span, &kinds::IMPORT_COLUMNS, &[&counts.0, &counts.1]);
            continue;
        }
        let id: String = ids.iter().filter_map(|index| record.get(*index)).collect();
        let continues = !rows.is_empty() && !ids.is_empty() && (id.is_empty() || id == last_id);
        if !continues {
            rows.push(table(&span));
            last_id = id;
        }
        if let Some(row) = rows.last_mut() {
            fill(source, row, &columns, &record, &span, continues);
        }
    }
    rows
}

fn table(span: &Span) -> Node {
    Node { span: span.clone(), value: Value::Table(Vec::new()) }
}

fn fill(
    source: &mut Source<'_>,
    row: &mut Node,
    columns: &[Column],
    record: &csv::StringRecord,
    span: &Span,
    continues: bool,
) {
    let mut elements: Vec<(&[String], Node)> = Vec::new();
    for (column, cell) in columns.iter().zip(record.iter()) {
        if cell.is_empty() || (continues && column.element.is_none()) {
            continue;
        }
        let Some(value) = read_cell(source, column.cell, cell, span) else { continue };
        match &column.element {
            None => put(row, &column.keys, value),
            Some(keys) => {
                if !elements.iter().any(|(list, _)| *list == column.keys) {
                    elements.push((&column.keys, table(span)));
                }
                let element = elements.iter_mut().find(|(list, _)| *list == column.keys);
                let (_, element) = element.expect("it was just put there");
                put(element, keys, value);
            }
        }
    }
    for (list, element) in elements {
        append(row, list, element);
    }
}

fn read_cell(source: &mut Source<'_>, form: Cell, cell: &str, span: &Span) -> Option<Node> {
    let text = |text: &str| Node { span: span.clone(), value: Value::Text(text.to_owned()) };
    match form {
        Cell::Text => Some(text(cell)),
        Cell::Texts => {
            let items =
                cell.split(SEPARATOR).map(str::trim).filter(|part| !part.is_empty()).map(text).collect();
            Some(Node { span: span.clone(), value: Value::List(items) })
        }
        Cell::Json => {
            let mut inner = Source::new("", cell);
            let parsed = json::parse(&mut inner, 0..cell.len());
            if parsed.is_none() {
                source.report(span, &kinds::SYNTAX, &[cell]);
            }
            parsed.map(|node| moved(node, span))
        }
    }
}

/// Puts every place inside a value to one span: the cell has no better one.
fn moved(node: Node, span: &Span) -> Node {
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

fn append(node: &mut Node, keys: &[String], element: Node) {
    let Some((key, rest)) = keys.split_first() else { return };
    if node.get(key).is_none() {
        let empty = if rest.is_empty() { Value::List(Vec::new()) } else { Value::Table(Vec::new()) };
        put(node, std::slice::from_ref(key), Node { span: element.span.clone(), value: empty });
    }
    let Value::Table(entries) = &mut node.value else { return };
    let Some(entry) = entries.iter_mut().find(|entry| entry.key == *key) else { return };
    match &mut entry.node.value {
        Value::List(items) if rest.is_empty() => items.push(element),
        _ => append(&mut entry.node, rest, element),
    }
}

/// Rows as CSV: the columns are those that any row has, in the order first met.
pub(super) fn write(rows: &[Node]) -> String {
    let flat: Vec<Vec<Vec<(String, String)>>> = rows.iter().map(flatten).collect();
    let mut headers: Vec<&str> = Vec::new();
    for (header, _) in flat.iter().flatten().flatten() {
        if !headers.contains(&header.as_str()) {
            headers.push(header);
        }
    }
    headers.sort_by_key(|header| !ID_COLUMNS.contains(header));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |record: Vec<&str>| writer.write_record(record).expect("writing to memory does not fail");
    write(headers.clone());
    for record in flat.iter().flatten() {
        let cell = |header: &&str| {
            let cell = record.iter().find(|(name, _)| name == header);
            cell.map_or("", |(_, cell)| cell.as_str())
        };
        write(headers.iter().map(cell).collect());
    }
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("only UTF-8 was written")
}

/// The records of one row: the first with the plain columns, one for each further element of the longest list.
fn flatten(row: &Node) -> Vec<Vec<(String, String)>> {
    let mut plain = Vec::new();
    let mut lists: Vec<(String, &[Node])> = Vec::new();
    flatten_into(row, "", &mut plain, Some(&mut lists));
    let count = lists.iter().map(|(_, items)| items.len()).max().unwrap_or(0).max(1);
    let ids: Vec<(String, String)> =
        plain.iter().filter(|(name, _)| ID_COLUMNS.contains(&name.as_str())).cloned().collect();
    let mut records = Vec::new();
    for index in 0..count {
        let mut record = if index == 0 { plain.clone() } else { ids.clone() };
        for (list, items) in &lists {
            if let Some(item) = items.get(index) {
                flatten_into(item, &format!("{list}[]."), &mut record, None);
            }
        }
        records.push(record);
    }
    records
}

fn flatten_into<'n>(
    node: &'n Node,
    prefix: &str,
    record: &mut Vec<(String, String)>,
    mut lists: Option<&mut Vec<(String, &'n [Node])>>,
) {
    let Value::Table(entries) = &node.value else { return };
    for entry in entries {
        let name = format!("{prefix}{}", entry.key);
        match &entry.node.value {
            Value::Null => {}
            Value::Text(text) | Value::Number(text) | Value::Time(text) => record.push((name, text.clone())),
            Value::Integer(number) => record.push((name, number.to_string())),
            Value::Boolean(boolean) => record.push((name, boolean.to_string())),
            // A key with a dot would be read back as two.
            Value::Table(inner) if inner.iter().all(|entry| !entry.key.contains(['.', '[', '{'])) => {
                flatten_into(&entry.node, &format!("{name}."), record, lists.as_deref_mut());
            }
            Value::List(items) if items.iter().all(is_listable) => {
                let texts: Vec<&str> = items.iter().filter_map(text_of).collect();
                if !texts.is_empty() {
                    record.push((format!("{name}[]"), texts.join(&SEPARATOR.to_string())));
                }
            }
            Value::List(items) if items.iter().all(is_table) && lists.is_some() => {
                if let Some(lists) = lists.as_deref_mut() {
                    lists.push((name, items));
                }
            }
            _ => record.push((format!("{name}{{}}"), super::write::json(&entry.node))),
        }
    }
}

fn text_of(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn is_listable(node: &Node) -> bool {
    text_of(node).is_some_and(|text| !text.contains(SEPARATOR))
}

fn is_table(node: &Node) -> bool {
    matches!(node.value, Value::Table(_))
}
