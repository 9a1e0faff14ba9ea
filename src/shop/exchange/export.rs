//! A shop's own FAQ, products and orders as JSON lines or CSV, in the form that import takes back.

use super::{ExchangeKind, csv_form, write};
use crate::domain::ShopId;
use crate::shop::document::{Node, Source, Value, json, parse_toml};
use crate::shop::tree::Tree;

/// In what form rows are given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    /// One JSON object a line.
    JsonLines,
    /// CSV with a header.
    Csv,
}

/// The rows of a shop's files, as written there. What cannot be read is left out; `check` tells it.
pub fn export(tree: &Tree, shop: &ShopId, kind: ExchangeKind, form: ExportForm) -> String {
    let rows = rows(tree, shop, kind);
    match form {
        ExportForm::JsonLines => rows.iter().map(|row| write::json(row) + "\n").collect(),
        ExportForm::Csv => csv_form::write(&rows),
    }
}

fn rows(tree: &Tree, shop: &ShopId, kind: ExchangeKind) -> Vec<Node> {
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
