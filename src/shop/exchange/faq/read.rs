//! The rows of a table as questions with their answers.
//!
//! A row is one, unless it goes on with the one above: by the same id, or because id or answer are one cell with those
//! above. Then its questions are further ways of asking the same. A question without an id is known by its words: it is
//! the shop's own that is asked so, or a new one whose id comes from them, the same whenever the file is read again.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::header::{Column, Header};
use super::{Listing, Row, look_up, set, text, texts};
use crate::shop::document::{Node, Source, Span, Value};
use crate::shop::exchange::table::{Cell, Grid, GridRow};
use crate::shop::problem::kinds;

/// Questions that are taken from one file.
const MOST_ROWS: usize = 5_000;

/// Reads every row below the header.
pub(in crate::shop::exchange) fn read(
    source: &mut Source<'_>,
    grid: &Grid,
    language: &'static str,
    present: &[Node],
) -> Vec<Row> {
    let Some(header) = Header::of(source, grid, language) else { return Vec::new() };
    let mut reading =
        Reading { header, grid, known: known_asks(present), rows: Vec::new(), ids: HashMap::new() };
    for row in &grid.rows[reading.header.first..] {
        if reading.header.columns.iter().all(|(index, _)| row.cell(*index).is_blank()) {
            continue;
        }
        if reading.rows.len() == MOST_ROWS {
            source.report(&row.span(0), &kinds::IMPORT_TOO_MANY, &[&MOST_ROWS.to_string()]);
            break;
        }
        reading.take(source, row);
    }
    reading.rows
}

/// The shop's own questions, and the ids of what answers them.
fn known_asks(present: &[Node]) -> HashMap<&str, &str> {
    let asks = present.iter().flat_map(|node| {
        let id = node.get("id").and_then(text);
        let asks = node.get("ask").map(texts).unwrap_or_default();
        asks.into_iter().filter_map(move |ask| Some((ask, id?)))
    });
    // Of two that are asked the same the first counts, as it does for shoppers.
    asks.fold(HashMap::new(), |mut known, (ask, id)| {
        known.entry(ask).or_insert(id);
        known
    })
}

/// The id of a question that has none, from its words.
fn id_of(ask: &str) -> String {
    format!("faq-{}", hex::encode(&Sha256::digest(ask.as_bytes())[..5]))
}

struct Reading<'g> {
    header: Header,
    grid: &'g Grid,
    known: HashMap<&'g str, &'g str>,
    rows: Vec<Row>,
    /// Where each id was first.
    ids: HashMap<String, Span>,
}

impl Reading<'_> {
    fn take(&mut self, source: &mut Source<'_>, row: &GridRow) {
        if self.is_heading(row) {
            source.report(&row.span(0), &kinds::IMPORT_HEADING, &[]);
            return;
        }
        let columns = self.header.columns.iter().map(|(index, _)| *index);
        let faults = columns.filter_map(|index| match row.cell(index) {
            Cell::Fault(fault) => Some((index, fault)),
            Cell::Text(_) => None,
        });
        let found = source.problem_count();
        faults.for_each(|(index, fault)| fault.report(source, &row.span(index)));
        if found < source.problem_count() {
            return;
        }
        let asks = self.asks(row);
        let id = self.header.find(Column::Id).map_or("", |column| row.cell(column).text().trim());
        if self.goes_on(row, id) {
            self.add_asks(asks);
            return;
        }
        let Some(id) = self.id_for(source, row, id, &asks) else { return };
        let span = row.span(0);
        let mut read = Row::of(Node { span: span.clone(), value: Value::Table(Vec::new()) });
        set(&mut read.node, &["id"], id);
        if let Some(first) = asks.first() {
            let span = first.span.clone();
            set(&mut read.node, &["ask"], Node { span, value: Value::List(asks) });
        }
        for (index, column) in &self.header.columns {
            let Some(way) = way_of(*column) else { continue };
            let written = row.cell(*index).text();
            let span = row.span(*index);
            let value = |text: &str| Node { span: span.clone(), value: Value::Text(text.to_owned()) };
            if row.cell(*index).is_blank() {
                read.cleared.push(way);
            } else if *column == Column::Follow {
                let items = Listing::Words.read(written).iter().map(|word| value(word)).collect();
                set(&mut read.node, way, Node { span: span.clone(), value: Value::List(items) });
            } else if *column == Column::Intent {
                set(&mut read.node, way, value(written.trim()));
            } else {
                set(&mut read.node, way, value(written));
            }
        }
        self.rows.push(read);
    }

    /// Whether question and answer are one cell: the heading of a group.
    fn is_heading(&self, row: &GridRow) -> bool {
        self.header.asks().any(|(ask, _)| {
            self.header.answers().any(|(answer, _)| self.grid.are_one(row.number, ask, answer))
        })
    }

    fn asks(&self, row: &GridRow) -> Vec<Node> {
        let mut asks = Vec::new();
        for (index, listing) in self.header.asks() {
            for ask in listing.read(row.cell(index).text()) {
                asks.push(Node { span: row.span(index), value: Value::Text(ask) });
            }
        }
        asks
    }

    /// Whether a row says more of the question above, and nothing else.
    fn goes_on(&self, row: &GridRow, id: &str) -> bool {
        let Some(last) = self.rows.last() else { return false };
        let above = |column: usize| self.grid.belongs_above(row.number, column);
        let same_id = !id.is_empty() && last.node.get("id").and_then(text) == Some(id);
        let joined = id.is_empty()
            && (self.header.find(Column::Id).is_some_and(above)
                || self.header.answers().any(|(column, _)| above(column)));
        let mut others =
            self.header.columns.iter().filter_map(|(index, column)| Some((*index, way_of(*column)?)));
        let is_same = |way: &[&str], cell: &str| look_up(&last.node, way).and_then(text) == Some(cell);
        let adds_nothing = |(index, way)| {
            let cell: &Cell = row.cell(index);
            cell.is_blank() || is_same(way, cell.text())
        };
        (same_id || joined) && others.all(adds_nothing)
    }

    fn add_asks(&mut self, asks: Vec<Node>) {
        let (Some(last), Some(first)) = (self.rows.last_mut(), asks.first()) else { return };
        let span = first.span.clone();
        let mut all = match look_up(&last.node, &["ask"]).map(|node| &node.value) {
            Some(Value::List(items)) => items.clone(),
            _ => Vec::new(),
        };
        all.extend(asks);
        set(&mut last.node, &["ask"], Node { span, value: Value::List(all) });
    }

    /// The id with its place, unless a row before has the same.
    fn id_for(&mut self, source: &mut Source<'_>, row: &GridRow, id: &str, asks: &[Node]) -> Option<Node> {
        let is_written = !id.is_empty();
        let first = asks.first().and_then(text);
        let id = match first {
            _ if is_written => id.to_owned(),
            Some(ask) => self.known.get(ask).map_or_else(|| id_of(ask), |id| (*id).to_owned()),
            None => {
                source.report(&row.span(0), &kinds::FAQ_NO_ASK, &[]);
                return None;
            }
        };
        let column = self.header.find(Column::Id).unwrap_or(0);
        if let Some(before) = self.ids.get(&id) {
            let place = source.place(before).name();
            if is_written {
                source.report(&row.span(column), &kinds::REPEATED_ID, &[&id, &place]);
            } else {
                source.report(&row.span(column), &kinds::IMPORT_ASK_REPEATED, &[&place]);
            }
            return None;
        }
        self.ids.insert(id.clone(), row.span(column));
        Some(Node { span: row.span(column), value: Value::Text(id) })
    }
}

/// The way to what a column holds, for those that hold one value of the question above.
fn way_of(column: Column) -> Option<&'static [&'static str]> {
    match column {
        Column::AnswerIn("zh") => Some(&["answer", "zh"]),
        Column::AnswerIn(_) => Some(&["answer", "en"]),
        Column::Intent => Some(&["intent"]),
        Column::Follow => Some(&["follow"]),
        Column::Id | Column::Ask(_) | Column::Answer => None,
    }
}
