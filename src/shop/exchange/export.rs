//! A shop's own FAQ, products and orders as JSON lines, CSV or a workbook, in the form that import takes back.

use super::table::{delimited, workbook_out};
use super::{ExchangeKind, columns, faq, write};
use crate::domain::ShopId;
use crate::shop::document::{Node, Source, Value, json, parse_toml};
use crate::shop::tree::Tree;

/// In what form rows are given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    /// One JSON object a line.
    JsonLines,
    /// CSV with a header, for spreadsheets and programs alike.
    Csv,
    /// A workbook of one sheet.
    Xlsx,
}

impl ExportForm {
    /// The form by how the names of its files end: `jsonl`, `csv`, `xlsx`.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "jsonl" => Some(ExportForm::JsonLines),
            "csv" => Some(ExportForm::Csv),
            "xlsx" => Some(ExportForm::Xlsx),
            _ => None,
        }
    }
}

/// Why rows can't be given out in a form.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A text or a table that is larger than a workbook can hold; CSV and JSON lines have no such bounds.
    #[error("this does not fit into a workbook")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

/// The rows of a shop's files, as written there. What cannot be read is left out; `check` tells it.
///
/// # Errors
/// A workbook can't hold them.
pub fn export(
    tree: &Tree,
    shop: &ShopId,
    kind: ExchangeKind,
    form: ExportForm,
) -> Result<Vec<u8>, ExportError> {
    let rows = rows(tree, shop, kind);
    let records = || match kind {
        ExchangeKind::Faq => faq::write(&rows, language(tree, shop)),
        ExchangeKind::Products | ExchangeKind::Orders => columns::write(&rows),
    };
    match form {
        ExportForm::JsonLines => {
            Ok(rows.iter().map(|row| write::json(row) + "\n").collect::<String>().into_bytes())
        }
        ExportForm::Csv => Ok(delimited::write(&records())),
        ExportForm::Xlsx => Ok(workbook_out::write(kind.word(), &records())?),
    }
}

/// The rows of one kind, as the shop's own files have them.
pub(super) fn rows(tree: &Tree, shop: &ShopId, kind: ExchangeKind) -> Vec<Node> {
    let folder = format!("shops/{shop}/");
    match kind {
        ExchangeKind::Faq => tree
            .below(&format!("{folder}faq/"))
            .flat_map(|(path, text)| {
                let root = parse_toml(&mut Source::new(path, text));
                match root.get("faq").map(|list| list.value.clone()) {
                    Some(Value::List(items)) => items,
                    _ => Vec::new(),
                }
            })
            .collect(),
        ExchangeKind::Products | ExchangeKind::Orders => {
            let path = format!("{folder}{}", kind.target());
            json::parse_lines(&mut Source::new(&path, tree.get(&path).unwrap_or_default()))
        }
    }
}

/// The language that a merchant reads: the first of the shop's.
fn language(tree: &Tree, shop: &ShopId) -> &'static str {
    let text = tree.get(&format!("shops/{shop}/shop.toml")).unwrap_or_default();
    let root = parse_toml(&mut Source::new("shop.toml", text));
    let first = root.get("locales").and_then(|locales| match &locales.value {
        Value::List(items) => items.first(),
        _ => None,
    });
    match first.map(|locale| &locale.value) {
        Some(Value::Text(locale)) if !locale.starts_with("zh") => "en",
        _ => "zh",
    }
}
