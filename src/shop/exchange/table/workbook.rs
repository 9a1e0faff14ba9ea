//! A sheet of an XLSX workbook as a table. What a cell shows is what is read: a formula's result, a date as a date.
//!
//! Rows that are hidden or filtered away are read like the others: hiding is a way of looking, and what somebody filtered
//! must not be lost. Hidden sheets are looked at last.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::package::{look_through, not_a_sheet};
use super::{Builder, Cell, Fault, Grid, LAST_ROW, MOST_BYTES, MOST_CELLS, MOST_COLUMNS, MOST_MERGES, Merge};
use crate::shop::problem::{Problem, kinds};

/// Sheets that are looked at.
const MOST_SHEETS: usize = 50;

/// The first sheet that is `wanted`; `None` when there is none.
pub(in crate::shop::exchange) fn read(
    name: &str,
    bytes: &[u8],
    wanted: &dyn Fn(&Grid) -> bool,
) -> Result<Option<Grid>, Problem> {
    look_through(name, bytes)?;
    // The reader is not ours, and files are whatever anybody sends.
    let reading = catch_unwind(AssertUnwindSafe(|| first_sheet(name, bytes, wanted)));
    reading.unwrap_or_else(|_| Err(not_a_sheet(name, "XLSX")))
}

fn first_sheet(name: &str, bytes: &[u8], wanted: &dyn Fn(&Grid) -> bool) -> Result<Option<Grid>, Problem> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| told(name, &error))?;
    let mut sheets: Vec<(bool, String)> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.visible != SheetVisible::Visible, sheet.name.clone()))
        .collect();
    sheets.sort_by_key(|(is_hidden, _)| *is_hidden);
    for (_, sheet) in sheets.iter().take(MOST_SHEETS) {
        let grid = read_sheet(name, &mut workbook, sheet)?;
        if wanted(&grid) {
            return Ok(Some(grid));
        }
    }
    Ok(None)
}

fn told(name: &str, error: &XlsxError) -> Problem {
    match error {
        XlsxError::Password => Problem::new(name, 1, 1, &kinds::IMPORT_ENCRYPTED, &[]),
        error => not_a_sheet(name, &error.to_string()),
    }
}

fn read_sheet(name: &str, workbook: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Grid, Problem> {
    let mut builder = Builder::new(&format!("{name}[{sheet}]"));
    let mut rows: BTreeMap<u32, Vec<(usize, Cell)>> = BTreeMap::new();
    let (mut cells, mut bytes) = (0, 0);
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(|error| told(name, &error))?;
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(|error| told(name, &error))? {
        let (row, column) = record.pos;
        let cell = cell_of(&record.value, record.formula.is_some());
        if cell == Cell::Text(String::new()) {
            continue;
        }
        let number = row.saturating_add(1);
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if MOST_COLUMNS <= column {
            return Err(builder.problem(number.min(LAST_ROW), &kinds::IMPORT_TOO_WIDE, MOST_COLUMNS));
        }
        cells += 1;
        bytes += cell.text().len();
        if MOST_CELLS < cells || MOST_BYTES < bytes {
            return Err(builder.problem(number.min(LAST_ROW), &kinds::IMPORT_TOO_LARGE, MOST_BYTES));
        }
        rows.entry(number).or_default().push((column, cell));
    }
    drop(reader);
    for (number, filled) in rows {
        let width = filled.iter().map(|(column, _)| column + 1).max().unwrap_or_default();
        let mut cells = vec![Cell::Text(String::new()); width];
        for (column, cell) in filled {
            cells[column] = cell;
        }
        builder.add(number, cells)?;
    }
    // A sheet whose merged areas can't be read is read as if it had none.
    let merged = workbook.merge_cells_by_sheet_name(sheet).unwrap_or_default();
    let merges = merged.iter().take(MOST_MERGES).map(|area| Merge {
        rows: (area.start.0.saturating_add(1), area.end.0.saturating_add(1)),
        columns: (index(area.start.1), index(area.end.1)),
    });
    Ok(builder.finish(false, merges.collect()))
}

fn index(column: u32) -> usize {
    usize::try_from(column).unwrap_or(usize::MAX)
}

fn cell_of(value: &DataRef<'_>, is_formula: bool) -> Cell {
    match value {
        DataRef::Empty if is_formula => Cell::Fault(Fault::NoResult),
        DataRef::Empty => Cell::Text(String::new()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cell::of_text(text.clone())
        }
        DataRef::SharedString(text) => Cell::of_text((*text).to_owned()),
        DataRef::Int(number) => Cell::Text(number.to_string()),
        DataRef::Float(number) => Cell::Text(shown(*number)),
        DataRef::Bool(truth) => Cell::Text(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::DateTime(time) => Cell::Text(time_of(time)),
        DataRef::Error(error) => Cell::Fault(Fault::Error(error.to_string())),
    }
}

/// A number with the fifteen digits that a spreadsheet shows: what is stored of 0.1 + 0.2 has more.
fn shown(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// A moment as a date, a time of day, or both; a length of time in hours, minutes and seconds.
fn time_of(time: &ExcelDateTime) -> String {
    const DAY: f64 = 24.0 * 60.0 * 60.0;
    let days = time.as_f64();
    if time.is_duration() {
        let seconds = (days * DAY).round().clamp(0.0, 1e12);
        let (minutes, seconds) = ((seconds / 60.0).floor(), seconds % 60.0);
        return format!("{}:{:02}:{seconds:02}", (minutes / 60.0).floor(), minutes % 60.0);
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let seconds = if second == 0 { String::new() } else { format!(":{second:02}") };
    let clock = format!("{hour:02}:{minute:02}{seconds}");
    if (0.0..1.0).contains(&days) {
        clock
    } else if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date} {clock}")
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn numbers_and_times_are_read_as_they_are_shown() {
        for (number, expected) in [
            (0.0, "0"),
            (-12.0, "-12"),
            (0.1 + 0.2, "0.3"),
            (13_800_138_000.0, "13800138000"),
            (19.9, "19.9"),
            (1e15, "1000000000000000"),
        ] {
            assert_eq!(shown(number), expected);
        }
        for (days, kind, expected) in [
            (46113.0, ExcelDateTimeType::DateTime, "2026-04-01"),
            (46_113.395_833_333_3, ExcelDateTimeType::DateTime, "2026-04-01 09:30"),
            (0.375, ExcelDateTimeType::DateTime, "09:00"),
            (1.5, ExcelDateTimeType::TimeDelta, "36:00:00"),
            (f64::NAN, ExcelDateTimeType::DateTime, "1899-12-31"),
            (f64::MAX, ExcelDateTimeType::TimeDelta, "277777777:46:40"),
        ] {
            let time = time_of(&ExcelDateTime::new(days, kind, false));
            assert!(time == expected || days.is_nan(), "{days}: {time}");
        }
    }
}
