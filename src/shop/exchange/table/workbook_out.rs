//! Records as a workbook of one sheet. Every cell is a text: nothing in it is run, and what somebody types beside it
//! stays as typed, leading zeros and all.

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::delimited::is_like_a_formula;

/// Widths of columns in characters of a plain Latin font; those of Chinese take two.
const NARROWEST: usize = 10;
const WIDEST: usize = 60;

/// Records that a column's width is made from.
const MEASURED: usize = 200;

/// The workbook; the first record is its header.
pub(in crate::shop::exchange) fn write(sheet: &str, records: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(sheet)?;
    worksheet.set_freeze_panes(1, 0)?;
    let plain = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    let looks = Looks { bold: plain.clone().set_bold(), guarded: plain.clone().set_quote_prefix(), plain };
    let columns = records.first().map_or(0, Vec::len);
    for (column, index) in (0..columns).zip(0_u16..) {
        worksheet.set_column_width(index, width(records, column) as f64)?;
        worksheet.set_column_format(index, &looks.plain)?;
    }
    for (record, row) in records.iter().zip(0_u32..) {
        for (text, column) in record.iter().zip(0_u16..) {
            put(worksheet, (row, column), text, &looks)?;
        }
    }
    workbook.save_to_buffer()
}

struct Looks {
    bold: Format,
    /// Whoever edits such a cell and leaves it has still a text.
    guarded: Format,
    plain: Format,
}

fn put(sheet: &mut Worksheet, (row, column): (u32, u16), text: &str, looks: &Looks) -> Result<(), XlsxError> {
    let look = match text {
        _ if row == 0 => &looks.bold,
        text if is_like_a_formula(text) => &looks.guarded,
        _ => &looks.plain,
    };
    if text.is_empty() {
        return Ok(());
    }
    if text.starts_with("<r>") && text.ends_with("</r>") {
        // The writer would take this for its own markup, unless it comes in pieces; and what is like one of its escapes
        // is told from one by being parted.
        let usual = Format::default();
        let pieces = pieces(text).map(|piece| (&usual, piece)).collect::<Vec<_>>();
        sheet.write_rich_string_with_format(row, column, &pieces, look)?;
    } else {
        sheet.write_string_with_format(row, column, text, look)?;
    }
    Ok(())
}

/// A text cut between `_` and `x`.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.find("_x").map_or(rest.len(), |at| at + 1);
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

fn width(records: &[Vec<String>], column: usize) -> usize {
    let lines =
        records.iter().take(MEASURED).filter_map(|record| record.get(column)).flat_map(|text| text.lines());
    let widths =
        lines.map(|line| line.chars().take(WIDEST).map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum());
    widths.max().unwrap_or(0_usize).saturating_add(2).clamp(NARROWEST, WIDEST)
}
