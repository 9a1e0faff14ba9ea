//! Tables for a spreadsheet: RFC 4180, in UTF-8 with the mark by which Excel knows it, and no cell that it would take for
//! a formula.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use csv::{Terminator, WriterBuilder};

/// A table as a file to be kept.
pub(super) fn file(name: &str, text: String) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, text).into_response()
}

/// A share in percent with one decimal; nothing of nothing.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let thousandths = (part * 2000 + whole) / (whole * 2);
    format!("{}.{}", thousandths / 10, thousandths % 10)
}

/// A table in the making.
pub(super) struct Table {
    writer: csv::Writer<Vec<u8>>,
}

impl Table {
    /// Without a row yet.
    pub(super) fn new() -> Self {
        Self { writer: WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new()) }
    }

    /// A row more.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let written = self.writer.write_record(cells.into_iter().map(harmless));
        written.expect("a vector takes what is written, and rows of a table are of one length");
    }

    /// All of it.
    pub(super) fn text(self) -> String {
        let bytes = self.writer.into_inner().expect("a vector takes what is written");
        let rows = String::from_utf8(bytes).expect("cells are texts");
        format!("\u{feff}{rows}")
    }
}

/// A cell that no spreadsheet takes for a formula: what begins like one is marked as text.
fn harmless(cell: String) -> String {
    let first = cell.trim_start().chars().next();
    let begins_like_one = first.is_some_and(|first| "=+-@＝＋－＠".contains(first));
    // A cell may not begin with a break either: behind it anything might.
    if begins_like_one || cell.starts_with(['\t', '\r', '\n']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("+86 138", "'+86 138"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =HYPERLINK(1)", "'  =HYPERLINK(1)"),
            ("＝1", "'＝1"),
            ("\tx", "'\tx"),
            ("小安", "小安"),
            ("", ""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(harmless(cell.to_owned()), expected);
        }
    }

    #[test]
    fn shares_have_one_decimal_and_are_rounded_to_the_nearest() {
        for (part, whole, expected) in [
            (0, 0, ""),
            (0, 3, "0.0"),
            (1, 3, "33.3"),
            (2, 3, "66.7"),
            (3, 3, "100.0"),
            (1, 8, "12.5"),
            (1, 16, "6.3"),
        ] {
            assert_eq!(percent(part, whole), expected, "{part}/{whole}");
        }
    }

    #[test]
    fn a_row_keeps_quotes_breaks_and_commas() {
        let mut table = Table::new();
        table.row(["a,b".to_owned(), "say \"hi\"".to_owned(), "two\nlines".to_owned()]);
        assert_eq!(table.text(), "\u{feff}\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n");
    }
}
