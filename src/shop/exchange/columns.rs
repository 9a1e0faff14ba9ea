//! Rows of any shape as a table: a column is a dotted path, `tags[]` is a list of texts parted by `|`, `variants[].stock`
//! a key of the elements of a list, one element a row, and `shipments[].events{}` holds JSON.
//!
//! Rows of the same id belong together: the first states the plain columns, each adds one element to every list.

use super::apply::put;
use super::faq::moved;
use super::table::{Cell, Grid, GridRow};
use crate::shop::document::{Node, Source, Span, Value, json};
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
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Text,
    Texts,
    Json,
}

impl Column {
    fn parse(header: &str) -> Self {
        let (path, form) = match (header.strip_suffix("[]"), header.strip_suffix("{}")) {
            (Some(path), _) => (path, Form::Texts),
            (_, Some(path)) => (path, Form::Json),
            _ => (header, Form::Text),
        };
        let keys = |path: &str| path.split('.').map(str::to_owned).collect();
        match path.split_once("[].") {
            Some((list, element)) => Column { keys: keys(list), element: Some(keys(element)), form },
            None => Column { keys: keys(path), element: None, form },
        }
    }
}

/// The rows of a table as values, each at its cell.
pub(super) fn read(source: &mut Source<'_>, grid: &Grid) -> Vec<Node> {
    let Some((header, records)) = grid.rows.split_first() else {
        source.report(&(0..0), &kinds::IMPORT_NO_ROWS, &[]);
        return Vec::new();
    };
    let names: Vec<&str> = header.cells.iter().map(|cell| cell.text().trim_matches(is_no_name)).collect();
    let columns: Vec<Column> = names.iter().map(|name| Column::parse(name)).collect();
    let ids: Vec<usize> =
        ID_COLUMNS.iter().filter_map(|id| names.iter().position(|name| name == id)).collect();
    let mut rows: Vec<Node> = Vec::new();
    let mut last_id = String::new();
    for record in records {
        let has_more = record.filled().any(|(index, _)| names.get(index).is_none_or(|name| name.is_empty()));
        if has_more || (grid.is_even && record.cells.len() != columns.len()) {
            let counts = (record.cells.len().to_string(), columns.len().to_string());
            source.report(&record.span(0), &kinds::IMPORT_COLUMNS, &[&counts.0, &counts.1]);
            continue;
        }
        let id: String = ids.iter().map(|index| record.cell(*index).text()).collect();
        let continues = !rows.is_empty() && !ids.is_empty() && (id.is_empty() || id == last_id);
        if !continues {
            rows.push(table(&record.span(0)));
            last_id = id;
        }
        if let Some(row) = rows.last_mut() {
            fill(source, row, &columns, record, continues);
        }
    }
    rows
}

/// What stands around a name without being part of it.
fn is_no_name(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}

fn table(span: &Span) -> Node {
    Node { span: span.clone(), value: Value::Table(Vec::new()) }
}

fn fill(source: &mut Source<'_>, row: &mut Node, columns: &[Column], record: &GridRow, continues: bool) {
    let mut elements: Vec<(&[String], Node)> = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let span = record.span(index);
        let cell = match record.cell(index) {
            Cell::Text(text) => text,
            Cell::Fault(fault) => {
                fault.report(source, &span);
                continue;
            }
        };
        if cell.is_empty() || (continues && column.element.is_none()) {
            continue;
        }
        let Some(value) = read_cell(source, column.form, cell, &span) else { continue };
        match &column.element {
            None => put(row, &column.keys, value),
            Some(keys) => {
                if !elements.iter().any(|(list, _)| *list == column.keys) {
                    elements.push((&column.keys, table(&record.span(0))));
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

fn read_cell(source: &mut Source<'_>, form: Form, cell: &str, span: &Span) -> Option<Node> {
    let text = |text: &str| Node { span: span.clone(), value: Value::Text(text.to_owned()) };
    match form {
        Form::Text => Some(text(cell)),
        Form::Texts => {
            let items =
                cell.split(SEPARATOR).map(str::trim).filter(|part| !part.is_empty()).map(text).collect();
            Some(Node { span: span.clone(), value: Value::List(items) })
        }
        Form::Json => {
            let mut inner = Source::new("", cell);
            let parsed = json::parse(&mut inner, 0..cell.len());
            if parsed.is_none() {
                source.report(span, &kinds::SYNTAX, &[cell]);
            }
            parsed.map(|node| moved(node, span))
        }
    }
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

/// Rows as records, the names of the columns first: those that any row has, in the order first met.
pub(super) fn write(rows: &[Node]) -> Vec<Vec<String>> {
    let flat: Vec<Vec<Vec<(String, String)>>> = rows.iter().map(flatten).collect();
    let mut headers: Vec<&str> = Vec::new();
    for (header, _) in flat.iter().flatten().flatten() {
        if !headers.contains(&header.as_str()) {
            headers.push(header);
        }
    }
    headers.sort_by_key(|header| !ID_COLUMNS.contains(header));
    let mut records = vec![headers.iter().map(|&header| header.to_owned()).collect::<Vec<String>>()];
    for record in flat.iter().flatten() {
        let cell = |header: &&str| {
            let cell = record.iter().find(|(name, _)| name == header);
            cell.map_or(String::new(), |(_, cell)| cell.clone())
        };
        records.push(headers.iter().map(cell).collect());
    }
    records
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
