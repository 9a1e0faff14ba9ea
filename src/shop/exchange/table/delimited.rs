//! CSV, whatever stands between its cells: commas, semicolons (Excel where the comma is for decimals) or tabs.
//!
//! A spreadsheet that opens CSV runs a cell that begins like a formula. Such a cell is written with an apostrophe in
//! front, which spreadsheets take for "a text follows", and reading takes it away again: nothing is run and nothing lost.

use super::{Builder, Cell, Grid};
use crate::shop::problem::Problem;

/// What cells are parted by, in the order of preference.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// What a formula begins with; spreadsheets of Chinese and Japanese take the wide forms as well.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// What hides the beginning of a formula from a reader, and not from every spreadsheet.
const HIDING: [char; 3] = ['\t', '\r', '\n'];

/// Reads a table of any delimiter.
pub(in crate::shop::exchange) fn read(name: &str, text: &str) -> Result<Grid, Problem> {
    let (delimiter, body) = delimiter_of(text);
    let mut builder = Builder::new(name);
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(&text.as_bytes()[body..]);
    let mut counted = 0;
    let mut line = 1;
    for record in reader.records() {
        // Only texts that are no UTF-8 fail, and this one is.
        let Ok(record) = record else { continue };
        let at = record.position().map_or(0, ::csv::Position::byte);
        let at = body + usize::try_from(at).unwrap_or_default();
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        // A record is told to begin at the end of the line before it, or at an empty line.
        let at = at + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = &text.as_bytes()[counted.min(at)..at];
        line += u32::try_from(passed.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX);
        counted = at;
        let cells = record.iter().map(|cell| Cell::of_text(unguarded(cell).to_owned()));
        builder.add(line, cells.collect())?;
    }
    Ok(builder.finish(true, Vec::new()))
}

/// The delimiter, and where the table begins: a first line `sep=;` is Excel's way of saying it.
fn delimiter_of(text: &str) -> (u8, usize) {
    let first = text.lines().next().unwrap_or_default();
    if let Some([delimiter]) = first.strip_prefix("sep=").map(str::as_bytes) {
        let body = text.find('\n').map_or(text.len(), |end| end + 1);
        return (*delimiter, body);
    }
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut is_quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted && counts != [0; DELIMITERS.len()] => break,
            byte if !is_quoted => {
                if let Some(which) = DELIMITERS.iter().position(|delimiter| *delimiter == byte) {
                    counts[which] += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let which = counts.iter().position(|count| *count == most).unwrap_or_default();
    (DELIMITERS[which], 0)
}

/// Records as CSV for a spreadsheet: the mark at the beginning makes it read UTF-8.
pub(in crate::shop::exchange) fn write(records: &[Vec<String>]) -> Vec<u8> {
    let mut writer = ::csv::WriterBuilder::new()
        .flexible(true)
        .terminator(::csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    for record in records {
        let cells = record.iter().map(|cell| guarded(cell));
        writer.write_record(cells).expect("writing to memory does not fail");
    }
    writer.into_inner().expect("writing to memory does not fail")
}

/// Whether a spreadsheet might run it, apostrophes in front or not.
pub(super) fn is_like_a_formula(text: &str) -> bool {
    let bare = text.trim_start_matches('\'');
    let shown = bare.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\'');
    bare.starts_with(HIDING) || shown.starts_with(FORMULA)
}

fn guarded(cell: &str) -> String {
    if is_like_a_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_like_a_formula(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(u32, Vec<String>)> {
        let grid = read("a.csv", text).expect("a table");
        let cells = |cells: &[Cell]| cells.iter().map(|cell| cell.text().to_owned()).collect();
        grid.rows.iter().map(|row| (row.number, cells(&row.cells))).collect()
    }

    #[test]
    fn every_delimiter_is_found_and_every_record_knows_its_line() {
        let expected = [(1, vec!["问题", "回答"]), (3, vec!["a", "b\nc; d"]), (5, vec!["e", "f"])];
        for text in [
            "问题,回答\n\na,\"b\nc; d\"\ne,f\n",
            "问题;回答\r\n\r\na;\"b\nc; d\"\r\ne;f",
            "问题\t回答\n,\na\t\"b\nc; d\"\ne\tf\n".replace(",\n", "\n").as_str(),
        ] {
            let read = cells(text);
            let read: Vec<(u32, Vec<&str>)> =
                read.iter().map(|(n, cells)| (*n, cells.iter().map(String::as_str).collect())).collect();
            assert_eq!(read, expected, "{text:?}");
        }
        assert_eq!(cells("sep=|\r\na|b,c"), [(2, vec!["a".to_owned(), "b,c".to_owned()])]);
        assert_eq!(cells("a title\nx;y\n").len(), 2, "a line without any says nothing");
    }

    #[test]
    fn what_is_like_a_formula_is_guarded_and_comes_back() {
        let records: Vec<Vec<String>> = [
            "=1+1", "+86", "-3d", "@a", "＝1", "\t=1", "\r\n=x", " =1", "'=1", "''=1", "'plain", "plain",
            "'", "00123", "a=b", "",
        ]
        .map(|text| vec!["x".to_owned(), text.to_owned()])
        .to_vec();
        let written = String::from_utf8(write(&records)).expect("UTF-8");
        let grid = read("a.csv", written.trim_start_matches('\u{feff}')).expect("a table");
        let back: Vec<&str> = grid.rows.iter().map(|row| row.cell(1).text()).collect();
        assert_eq!(back, records.iter().map(|record| record[1].as_str()).collect::<Vec<_>>());
        let mut raw = ::csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_bytes());
        for record in raw.records() {
            let cell = record.expect("UTF-8")[1].to_owned();
            assert!(!is_like_a_formula(&cell) || cell.starts_with('\''), "{cell:?} would be run");
        }
    }
}
