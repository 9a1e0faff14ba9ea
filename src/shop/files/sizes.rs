//! `sizes.toml`: size charts, each size with whom it fits.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Presence, Terms, localized, need_id, open};
use crate::domain::trade::{SizeChart, SizeRow};
use crate::shop::document::fields::{Fields, decimal_of, text_of};
use crate::shop::document::{Located, Node, Source, Span, Value, parse_toml};
use crate::shop::problem::kinds;

/// Reads the charts.
pub(crate) fn read(source: &mut Source<'_>, terms: &Terms) -> Vec<(Located<String>, SizeChart)> {
    let root = parse_toml(source);
    let Some(mut fields) = open(source, &root) else { return Vec::new() };
    let tables = fields.tables(source, "chart");
    fields.finish(source);
    tables.into_iter().filter_map(|table| read_chart(source, terms, table)).collect()
}

fn read_chart(
    source: &mut Source<'_>,
    terms: &Terms,
    mut fields: Fields<'_>,
) -> Option<(Located<String>, SizeChart)> {
    let id = need_id(&mut fields, source, "id").map(|id| source.locate(&fields.span_of("id"), id));
    super::word(&mut fields, source, "unit", &[("cm", ())]);
    localized(&mut fields, source, terms, "title", Presence::Free);
    localized(&mut fields, source, terms, "note", Presence::Free);
    let written = fields.items(source, "sizes");
    let mut rows: Vec<SizeRow> = Vec::new();
    for node in written {
        let Some(row) = read_row(source, node) else { continue };
        if rows.iter().any(|earlier| earlier.size == row.size) {
            source.report(&node.span, &kinds::REPEATED_KEY, &[&row.size]);
        }
        rows.push(row);
    }
    let sizes_at = fields.span_of("sizes");
    fields.finish(source);
    let id = id?;
    if rows.is_empty() {
        source.report(&sizes_at, &kinds::CHART_EMPTY, &[&id.value]);
    }
    check_gaps(source, &sizes_at, &rows);
    Some((id, SizeChart { rows }))
}

/// Bodies between two sizes that fit neither.
fn check_gaps(source: &mut Source<'_>, at: &Span, rows: &[SizeRow]) {
    let mut ranges: BTreeMap<&str, Vec<(Decimal, Decimal)>> = BTreeMap::new();
    for (measure, range) in rows.iter().flat_map(|row| &row.ranges) {
        ranges.entry(measure).or_default().push(*range);
    }
    for (measure, mut ranges) in ranges {
        ranges.sort_unstable();
        for pair in ranges.windows(2).filter(|pair| pair[0].1 < pair[1].0) {
            let ends = (pair[0].1.to_string(), pair[1].0.to_string());
            source.report(at, &kinds::SIZE_GAP, &[measure, &ends.0, &ends.1]);
        }
    }
}

fn read_row(source: &mut Source<'_>, node: &Node) -> Option<SizeRow> {
    let mut fields = Fields::of(source, node)?;
    let size = fields.need_text(source, "size");
    let mut ranges = BTreeMap::new();
    let mut measures = BTreeMap::new();
    for entry in fields.entries().iter().filter(|entry| entry.key != "size") {
        match &entry.node.value {
            Value::List(ends) => {
                if let Some(range) = read_range(source, &entry.node, ends) {
                    ranges.insert(entry.key.clone(), range);
                }
            }
            Value::Integer(number) => {
                measures.insert(entry.key.clone(), number.to_string());
            }
            _ => {
                let text = text_of(source, &entry.node);
                measures.extend(text.map(|text| (entry.key.clone(), text)));
            }
        }
    }
    Some(SizeRow { size: size?.to_uppercase(), ranges, measures })
}

/// Two numbers, the smaller first, both within what a body or a foot can measure.
fn read_range(source: &mut Source<'_>, node: &Node, ends: &[Node]) -> Option<(Decimal, Decimal)> {
    let numbers: Vec<Decimal> = ends.iter().filter_map(|end| number_of(source, end)).collect();
    if numbers.len() < ends.len() {
        return None;
    }
    let name = |index: usize| numbers.get(index).map_or_else(|| "?".to_owned(), Decimal::to_string);
    match numbers[..] {
        [from, to] if from < to && from >= Decimal::ZERO && to <= Decimal::from(300) => Some((from, to)),
        _ => {
            source.report(&node.span, &kinds::SIZE_RANGE, &[&name(0), &name(1)]);
            None
        }
    }
}

/// Measures are no money, so that 22.5 may be written without quotes.
fn number_of(source: &mut Source<'_>, node: &Node) -> Option<Decimal> {
    match &node.value {
        Value::Number(written) => match written.parse() {
            Ok(number) => Some(number),
            Err(_) => {
                source.report(&node.span, &kinds::NOT_A_DECIMAL, &[written]);
                None
            }
        },
        _ => decimal_of(source, node),
    }
}
