//! Import and export of a shop's FAQ, products and orders: JSON lines, JSON, CSV and workbooks in, JSON lines, CSV and
//! workbooks out.
//!
//! Import reads rows and tells every one that cannot be taken; writing what it makes is the caller's. Rows replace what
//! has the same id and else join it. Nothing is taken when a row is an error. Of FAQ it says what each row states:
//! `workshop` puts that into the files, where comments stay.

mod apply;
mod columns;
mod export;
mod faq;
mod map;
mod table;
mod write;

pub use export::{ExportError, ExportForm, export};
pub use faq::FaqRow;

use std::borrow::Cow;
use std::collections::HashMap;

use super::document::fields::{Fields, wrong_type};
use super::document::{Node, Source, Value, json};
use super::files::{self, Terms};
use super::problem::{Problem, kinds, sort};
use super::times::Clock;
use super::tree::{LARGEST_FILE, Tree};
use crate::domain::ShopId;
use faq::Row;
use table::{Grid, delimited, encoding, package, workbook};

/// The shop's file that new questions are written to.
pub const FAQ_IMPORTED: &str = "faq/imported.toml";

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

    /// Its word.
    fn word(self) -> &'static str {
        match self {
            ExchangeKind::Faq => "faq",
            ExchangeKind::Products => "products",
            ExchangeKind::Orders => "orders",
        }
    }

    /// The shop's file that new rows are written to.
    fn target(self) -> &'static str {
        match self {
            ExchangeKind::Faq => FAQ_IMPORTED,
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
    /// How problems name it. Workbooks are known by their content; `.csv`, `.tsv` and `.txt` are tables, and so is
    /// anything else that does not begin like JSON.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// The mapping file's name and text, for rows in another shape than the shop's files.
    pub map: Option<(&'a str, &'a str)>,
}

/// What an import amounts to.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The files to write, each with its whole new text; none when a problem is an error, and none for FAQ.
    pub files: Tree,
    /// What each row of FAQ states; none when a problem is an error.
    pub faq: Vec<FaqRow>,
    /// How many rows were read.
    pub rows: usize,
    /// What is wrong in the file and its mapping, by place. In a table that is the row and the column of the cell.
    pub problems: Vec<Problem>,
}

impl Imported {
    fn refused(problems: Vec<Problem>) -> Self {
        Imported { files: Tree::default(), faq: Vec::new(), rows: 0, problems }
    }
}

/// Reads the rows of a file as they are to be in a shop's own files.
pub fn import(tree: &Tree, shop: &ShopId, file: &ImportFile<'_>, clock: &Clock) -> Imported {
    let folder = format!("shops/{shop}/");
    let shop_text = tree.get(&format!("{folder}shop.toml")).unwrap_or_default();
    let terms = files::shop_file::read(&mut Source::new("shop.toml", shop_text), clock).terms;
    let mut problems = Vec::new();
    let map = file.map.and_then(|(name, text)| map::read(name, text, &mut problems));
    if problems.iter().any(Problem::is_error) {
        return Imported::refused(problems);
    }
    let has_columns = |grid: &Grid| match (file.kind, &map) {
        (ExchangeKind::Faq, None) => faq::is_header(grid),
        _ => !grid.rows.is_empty(),
    };
    let content = match Content::of(file, &has_columns) {
        Ok(content) => content,
        Err(problem) => return Imported::refused(vec![problem]),
    };
    let (name, text) = content.place();
    let mut source = Source::new(name.unwrap_or(file.name), text);
    let present = match file.kind {
        ExchangeKind::Faq => export::rows(tree, shop, file.kind),
        ExchangeKind::Products | ExchangeKind::Orders => Vec::new(),
    };
    let rows = match (&content, file.kind, &map) {
        (Content::Table(grid), ExchangeKind::Faq, None) => {
            faq::read(&mut source, grid, terms.first_language(), &present)
        }
        (content, _, map) => {
            let nodes = match content {
                Content::Table(grid) => columns::read(&mut source, grid),
                Content::Text(_) => read_json(&mut source, file.name),
            };
            let nodes = map.as_ref().map(|map| apply::apply(map, &mut source, &nodes)).unwrap_or(nodes);
            nodes.into_iter().map(|node| Row::of(shaped(node))).collect()
        }
    };
    check_rows(&mut source, &terms, file.kind, &rows, &present);
    problems.extend(source.into_problems());
    sort(&mut problems);
    let mut imported = Imported { rows: rows.len(), ..Imported::refused(problems) };
    if imported.problems.iter().any(Problem::is_error) {
        return imported;
    }
    if file.kind == ExchangeKind::Faq {
        imported.faq = rows.iter().filter_map(Row::stated).collect();
    } else {
        let path = format!("{folder}{}", file.kind.target());
        let nodes: Vec<Node> = rows.into_iter().map(|row| row.node).collect();
        let present = tree.get(&path).unwrap_or_default();
        let text = write::merged(present, &nodes, file.kind == ExchangeKind::Orders);
        imported.files.insert(path, text);
    }
    imported
}

/// What a file turned out to be.
enum Content<'a> {
    /// JSON lines, or one JSON value.
    Text(Cow<'a, str>),
    /// A table.
    Table(Grid),
}

impl<'a> Content<'a> {
    /// Finds out by the content first: a name may be anything, and many a file named `.xls` is CSV.
    fn of(file: &ImportFile<'a>, has_columns: &dyn Fn(&Grid) -> bool) -> Result<Self, Problem> {
        let refused = |kind, argument: &str| Problem::new(file.name, 1, 1, kind, &[argument]);
        if LARGEST_FILE < file.bytes.len() as u64 {
            return Err(refused(&kinds::FILE_TOO_LARGE, &LARGEST_FILE.to_string()));
        }
        if package::is_workbook(file.bytes) {
            let kind = if file.kind == ExchangeKind::Faq {
                &kinds::IMPORT_NO_HEADER
            } else {
                &kinds::IMPORT_NO_ROWS
            };
            let sheet = workbook::read(file.name, file.bytes, has_columns)?;
            let missing = || Problem::new(file.name, 1, 1, kind, &["问题 / question", "回答 / answer"]);
            return sheet.map(Content::Table).ok_or_else(missing);
        }
        let name = file.name.to_ascii_lowercase();
        let ends = |extensions: &[&str]| extensions.iter().any(|extension| name.ends_with(extension));
        let named_workbook = ends(&[".xls", ".xlsx", ".xlsm", ".ods", ".et"]);
        let kind = if named_workbook { &kinds::IMPORT_NOT_A_SHEET } else { &kinds::IMPORT_ENCODING };
        let text = encoding::decode(file.bytes).ok_or_else(|| refused(kind, "?"))?;
        let begins = text.trim_start();
        if named_workbook && begins.starts_with('<') {
            return Err(refused(&kinds::IMPORT_NOT_A_SHEET, "HTML"));
        }
        let is_json = ends(&[".json", ".jsonl", ".ndjson"])
            || (begins.starts_with(['{', '[']) && !ends(&[".csv", ".tsv", ".tab", ".txt"]));
        if is_json { Ok(Content::Text(text)) } else { Ok(Content::Table(delimited::read(file.name, &text)?)) }
    }

    /// How problems name it, and the text that their places are in.
    fn place(&self) -> (Option<&str>, &str) {
        match self {
            Content::Text(text) => (None, text),
            Content::Table(grid) => (Some(&grid.name), grid.places()),
        }
    }
}

/// The rows of a file of JSON: the elements of an array, one object alone, or one object a line.
fn read_json(source: &mut Source<'_>, name: &str) -> Vec<Node> {
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

/// Reads every row as the shop's files are read, for its problems alone; FAQ together with what is `present` of them.
fn check_rows(source: &mut Source<'_>, terms: &Terms, kind: ExchangeKind, rows: &[Row], present: &[Node]) {
    let known: HashMap<&str, &Node> =
        present.iter().filter_map(|node| Some((text_under(node, "id")?, node))).collect();
    let mut orders = files::orders::OrdersFile::default();
    for row in rows {
        match kind {
            ExchangeKind::Faq => {
                let before = text_under(&row.node, "id").and_then(|id| known.get(id));
                let whole = before.map_or_else(|| row.node.clone(), |before| row.completed(before));
                if let Some(fields) = Fields::of(source, &whole) {
                    files::faq::read_one(source, terms, fields);
                }
            }
            ExchangeKind::Products => {
                files::products::read_one(source, terms, &row.node);
            }
            ExchangeKind::Orders => files::orders::read_line(source, terms, &row.node, &mut orders),
        }
    }
}

fn text_under<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    match &node.get(key)?.value {
        Value::Text(text) => Some(text),
        _ => None,
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
