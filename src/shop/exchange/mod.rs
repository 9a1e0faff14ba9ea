//! Import and export of a shop's FAQ, products and orders: JSON lines, JSON and CSV in, JSON lines and CSV out.
//!
//! Import makes new texts for the shop's files and tells every row that cannot be taken; writing them is the caller's.
//! Rows replace what has the same id and else join it. Nothing is taken when a row is an error.

mod apply;
mod csv_form;
mod export;
mod map;
mod write;

pub use export::{ExportForm, export};

use super::document::fields::{Fields, wrong_type};
use super::document::{Node, Source, Value, json};
use super::files::{self, Terms};
use super::problem::{Problem, sort};
use super::times::Clock;
use super::tree::Tree;
use crate::domain::ShopId;

/// What is brought in or given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeKind {
    /// Questions and answers.
    Faq,
    /// The catalog.
    Products,
    /// Shoppers and orders.
    Orders,
}

impl ExchangeKind {
    /// The kind by its word on the command line: `faq`, `products`, `orders`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "faq" => Some(ExchangeKind::Faq),
            "products" => Some(ExchangeKind::Products),
            "orders" => Some(ExchangeKind::Orders),
            _ => None,
        }
    }

    /// The shop's file that rows are written to.
    fn target(self) -> &'static str {
        match self {
            ExchangeKind::Faq => "faq/imported.toml",
            ExchangeKind::Products => "catalog/products.jsonl",
            ExchangeKind::Orders => "orders/orders.jsonl",
        }
    }
}

/// A file to bring in.
#[derive(Clone, Copy, Debug)]
pub struct ImportFile<'a> {
    /// What its rows are.
    pub kind: ExchangeKind,
    /// How problems name it. `.csv` means CSV; anything else is JSON lines or one JSON value.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The mapping file's name and text, for rows in another shape than the shop's files.
    pub map: Option<(&'a str, &'a str)>,
}

/// What an import amounts to.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The files to write, each with its whole new text; none when a problem is an error.
    pub files: Tree,
    /// How many rows were read.
    pub rows: usize,
    /// What is wrong in the file and its mapping, by place.
    pub problems: Vec<Problem>,
}

/// Brings the rows of a file into a shop's own files.
pub fn import(tree: &Tree, shop: &ShopId, file: &ImportFile<'_>, clock: &Clock) -> Imported {
    let folder = format!("shops/{shop}/");
    let shop_text = tree.get(&format!("{folder}shop.toml")).unwrap_or_default();
    let terms = files::shop_file::read(&mut Source::new("shop.toml", shop_text), clock).terms;
    let mut problems = Vec::new();
    let map = file.map.and_then(|(name, text)| map::read(name, text, &mut problems));
    if problems.iter().any(Problem::is_error) {
        return Imported { files: Tree::default(), rows: 0, problems };
    }
    let mut source = Source::new(file.name, file.text);
    let mut rows = read_rows(&mut source, file.name);
    if let Some(map) = &map {
        rows = apply::apply(map, &mut source, &rows);
    }
    let rows: Vec<Node> = rows.into_iter().map(shaped).collect();
    check_rows(&mut source, &terms, file.kind, &rows);
    problems.extend(source.into_problems());
    sort(&mut problems);
    let mut files = Tree::default();
    if !problems.iter().any(Problem::is_error) {
        let path = format!("{folder}{}", file.kind.target());
        let text = write::merged(file.kind, tree.get(&path).unwrap_or_default(), &rows);
        files.insert(path, text);
    }
    Imported { files, rows: rows.len(), problems }
}

/// The rows of a file: CSV records, the elements of a JSON array, one JSON object alone, or JSON lines.
fn read_rows(source: &mut Source<'_>, name: &str) -> Vec<Node> {
    if name.to_ascii_lowercase().ends_with(".csv") {
        return csv_form::read(source);
    }
    let text = source.text();
    let first_line = text.trim_start().lines().next().unwrap_or_default();
    let first_is_whole = serde_json::from_str::<serde::de::IgnoredAny>(first_line).is_ok();
    if name.ends_with(".jsonl") || (first_is_whole && text.trim().lines().count() > 1) {
        return json::parse_lines(source);
    }
    match json::parse(source, 0..text.len()) {
        Some(Node { value: Value::List(items), .. }) => items,
        Some(node) => vec![node],
        None => Vec::new(),
    }
}

/// Reads every row as the shop's files are read, for its problems alone.
fn check_rows(source: &mut Source<'_>, terms: &Terms, kind: ExchangeKind, rows: &[Node]) {
    let mut orders = files::orders::OrdersFile::default();
    for row in rows {
        match kind {
            ExchangeKind::Faq => {
                if let Some(fields) = Fields::of(source, row) {
                    files::faq::read_one(source, terms, fields);
                }
            }
            ExchangeKind::Products => {
                files::products::read_one(source, terms, row);
            }
            ExchangeKind::Orders => files::orders::read_line(source, terms, row, &mut orders),
        }
    }
}

/// Whole numbers by their key, wherever they stand in a row.
const INTEGERS: [&str; 6] = ["stock", "units", "sales", "warranty_days", "points", "points_spent"];

/// true or false by their key.
const BOOLEANS: [&str; 2] = ["gift", "no_reason_waived"];

/// Lists of texts by their key.
const TEXT_LISTS: [&str; 7] = ["ask", "follow", "category", "aliases", "tags", "for", "coupons"];

/// Tables whose values stay as they are.
const FREE_TABLES: [&str; 2] = ["attributes", "options"];

/// Gives values the types of the shop's files: other systems write numbers as texts and amounts as numbers.
fn shaped(node: Node) -> Node {
    let mut node = node;
    if let Value::Table(entries) = &mut node.value {
        for entry in entries.iter_mut().filter(|entry| !FREE_TABLES.contains(&entry.key.as_str())) {
            let value = std::mem::replace(&mut entry.node.value, Value::Null);
            entry.node.value = typed(&entry.key, value, &entry.node.span);
            let inner = std::mem::replace(&mut entry.node.value, Value::Null);
            entry.node.value = match inner {
                Value::List(items) => Value::List(items.into_iter().map(shaped).collect()),
                other => shaped(Node { span: entry.node.span.clone(), value: other }).value,
            };
        }
    }
    node
}

fn typed(key: &str, value: Value, span: &super::document::Span) -> Value {
    match value {
        Value::Text(text) if INTEGERS.contains(&key) => {
            text.trim().parse().map_or(Value::Text(text), Value::Integer)
        }
        Value::Text(text) if BOOLEANS.contains(&key) => match text.as_str() {
            "true" | "1" => Value::Boolean(true),
            "false" | "0" | "" => Value::Boolean(false),
            _ => Value::Text(text),
        },
        Value::Text(text) if TEXT_LISTS.contains(&key) => {
            let item = Node { span: span.clone(), value: Value::Text(text) };
            Value::List(vec![item])
        }
        Value::Number(number) => Value::Text(number),
        Value::Integer(number) if !INTEGERS.contains(&key) => Value::Text(number.to_string()),
        other => other,
    }
}

/// Notes that a row is no object.
fn not_a_row(source: &mut Source<'_>, row: &Node) {
    wrong_type(source, &row.span, "table", &row.value);
}

#[cfg(test)]
mod tests;
