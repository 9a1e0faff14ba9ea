//! Questions with their answers as a table that people can read, and that reads back as the same.

use super::{Listing, look_up, text, texts};
use crate::shop::document::Node;

/// How much of the ways of asking goes into one cell, in UTF-16 code units; a spreadsheet holds 32,767. The others
/// follow in rows of the same id.
const CELL: usize = 30_000;

/// What columns are called, and the way to what they hold.
const COLUMNS: [([&str; 2], &[&str]); 6] = [
    (["编号", "id"], &["id"]),
    (["问题", "ask"], &["ask"]),
    (["回答（中文）", "answer.zh"], &["answer", "zh"]),
    (["回答（英文）", "answer.en"], &["answer", "en"]),
    (["意图", "intent"], &["intent"]),
    (["接着问", "follow"], &["follow"]),
];

/// The records, the names of the columns first. Columns that nothing stands in are left out, but for what a merchant
/// fills in: id, questions, and the answer in the shop's first language.
pub(in crate::shop::exchange) fn write(rows: &[Node], language: &str) -> Vec<Vec<String>> {
    let is_needed = |way: &&[&str]| match way {
        ["id"] | ["ask"] => true,
        ["answer", other] if *other == language => true,
        way => rows.iter().any(|row| look_up(row, way).is_some()),
    };
    let columns: Vec<&([&str; 2], &[&str])> = COLUMNS.iter().filter(|(_, way)| is_needed(way)).collect();
    let name = |names: &[&str; 2]| names[usize::from(language != "zh")].to_owned();
    let mut records = vec![columns.iter().map(|(names, _)| name(names)).collect::<Vec<String>>()];
    for row in rows {
        let asks = row.get("ask").map(texts).unwrap_or_default();
        for (part, asks) in parts(&asks).into_iter().enumerate() {
            let cell = |way: &[&str]| match (way, look_up(row, way)) {
                (["ask"], _) => Listing::Lines.write(asks),
                (["id"], Some(value)) => text(value).unwrap_or_default().to_owned(),
                (_, None) => String::new(),
                _ if part > 0 => String::new(),
                (["follow"], Some(value)) => Listing::Words.write(&texts(value)),
                (_, Some(value)) => text(value).unwrap_or_default().to_owned(),
            };
            records.push(columns.iter().map(|(_, way)| cell(way)).collect());
        }
    }
    records
}

/// Ways of asking in parts that each fit into a cell; at least one part, if an empty one.
fn parts<'a>(asks: &'a [&'a str]) -> Vec<&'a [&'a str]> {
    let mut parts = Vec::new();
    let (mut begin, mut length) = (0, 0);
    for (index, ask) in asks.iter().enumerate() {
        let units = ask.encode_utf16().count() + 4;
        if begin < index && CELL < length + units {
            parts.push(&asks[begin..index]);
            (begin, length) = (index, 0);
        }
        length += units;
    }
    parts.push(&asks[begin..]);
    parts
}
