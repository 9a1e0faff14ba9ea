//! Tables of texts, whatever they were kept in: CSV in any of its looks, or a sheet of a workbook.
//!
//! A [`Grid`] knows nothing of what its columns mean. For problems it makes a text of its own, a line for each row and a
//! character for each cell, so that a place in that text is the row and the column that a spreadsheet shows.

pub(super) mod delimited;
pub(super) mod encoding;
pub(super) mod package;
pub(super) mod workbook;
pub(super) mod workbook_out;

use crate::shop::document::{Source, Span};
use crate::shop::problem::{Kind, Problem, kinds};

/// The longest text of a cell in Unicode scalar values: what a spreadsheet can hold.
pub(super) const LONGEST_CELL: usize = 32_767;

/// Rows with anything in them.
const MOST_ROWS: usize = 100_000;

/// The last row a spreadsheet has.
const LAST_ROW: u32 = 1_048_576;

/// Columns, and cells of all rows.
const MOST_COLUMNS: usize = 256;
const MOST_CELLS: usize = 2_000_000;

/// Bytes of all texts: the same text may stand in many cells of a small file.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Merged areas that are looked at.
const MOST_MERGES: usize = 20_000;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// A text; empty for nothing.
    Text(String),
    /// Something that no text can be made of.
    Fault(Fault),
}

/// Why a cell has no text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// A formula went wrong: `#N/A`.
    Error(String),
    /// A formula whose result was never kept.
    NoResult,
    /// More than any cell may hold.
    TooLong,
}

impl Fault {
    /// Notes it as a problem of the row.
    pub(super) fn report(&self, source: &mut Source<'_>, span: &Span) {
        match self {
            Fault::Error(shown) => source.report(span, &kinds::IMPORT_CELL_ERROR, &[shown]),
            Fault::NoResult => source.report(span, &kinds::IMPORT_NO_RESULT, &[]),
            Fault::TooLong => source.report(span, &kinds::TEXT_TOO_LONG, &[&LONGEST_CELL.to_string()]),
        }
    }
}

impl Cell {
    /// A text, unless it is too long for a cell.
    fn of_text(text: String) -> Self {
        // Bytes are counted first: most cells are short.
        let too_long = LONGEST_CELL < text.len() && LONGEST_CELL < text.chars().count();
        if too_long { Cell::Fault(Fault::TooLong) } else { Cell::Text(text) }
    }

    /// The text; empty where there is none.
    pub(super) fn text(&self) -> &str {
        match self {
            Cell::Text(text) => text,
            Cell::Fault(_) => "",
        }
    }

    /// Whether nothing can be seen in it.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Cell::Text(text) if text.trim().is_empty())
    }
}

/// A row with anything in it.
#[derive(Clone, Debug)]
pub(super) struct GridRow {
    /// As a spreadsheet counts rows, or the line a record begins in.
    pub(super) number: u32,
    /// Its cells from the first column on.
    pub(super) cells: Vec<Cell>,
    start: usize,
}

impl GridRow {
    /// The cell of a column; beyond the last there is nothing.
    pub(super) fn cell(&self, column: usize) -> &Cell {
        static NOTHING: Cell = Cell::Text(String::new());
        self.cells.get(column).unwrap_or(&NOTHING)
    }

    /// Where a cell stands.
    pub(super) fn span(&self, column: usize) -> Span {
        let at = self.start + column.min(self.cells.len());
        at..at
    }

    /// The columns that have anything in them.
    pub(super) fn filled(&self) -> impl Iterator<Item = (usize, &Cell)> {
        self.cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank())
    }
}

/// Cells that look like one: rows by their number, columns from 0, the ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Merge {
    rows: (u32, u32),
    columns: (usize, usize),
}

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// How problems name it: the file, with its sheet where it may have several.
    pub(super) name: String,
    /// Rows by rising number.
    pub(super) rows: Vec<GridRow>,
    /// Whether every row has as many cells as the first, or something is wrong.
    pub(super) is_even: bool,
    merges: Vec<Merge>,
    places: String,
}

impl Grid {
    /// The text whose places are rows and columns.
    pub(super) fn places(&self) -> &str {
        &self.places
    }

    /// Whether a cell is part of one that begins in a row above.
    pub(super) fn belongs_above(&self, number: u32, column: usize) -> bool {
        self.merges_over(number)
            .any(|merge| merge.rows.0 < number && (merge.columns.0..=merge.columns.1).contains(&column))
    }

    /// Whether two columns of a row are one cell.
    pub(super) fn are_one(&self, number: u32, one: usize, other: usize) -> bool {
        self.merges_over(number).any(|merge| {
            let columns = merge.columns.0..=merge.columns.1;
            columns.contains(&one) && columns.contains(&other)
        })
    }

    /// The merged areas that a row is part of. They are sorted by their first row and do not overlap, except in files
    /// made to do harm: for those the nearest few count.
    fn merges_over(&self, number: u32) -> impl Iterator<Item = &Merge> {
        let end = self.merges.partition_point(|merge| merge.rows.0 <= number);
        let begin = end.saturating_sub(MOST_COLUMNS);
        self.merges[begin..end].iter().filter(move |merge| number <= merge.rows.1)
    }
}

/// A table while it is filled, row by row, within bounds.
struct Builder {
    name: String,
    rows: Vec<GridRow>,
    cells: usize,
    bytes: usize,
    places: String,
    line: u32,
}

impl Builder {
    fn new(name: &str) -> Self {
        // A name is part of a line; what would break the line is left out.
        let name = name.chars().filter(|letter| !letter.is_control()).collect();
        Builder { name, rows: Vec::new(), cells: 0, bytes: 0, places: String::new(), line: 1 }
    }

    fn problem(&self, number: u32, kind: &'static Kind, bound: usize) -> Problem {
        Problem::new(&self.name, number, 1, kind, &[&bound.to_string()])
    }

    /// Adds a row below the ones before; one with nothing in it is passed over.
    fn add(&mut self, number: u32, mut cells: Vec<Cell>) -> Result<(), Problem> {
        if cells.iter().all(Cell::is_blank) || number < self.line {
            return Ok(());
        }
        self.bytes += cells.iter().map(|cell| cell.text().len()).sum::<usize>();
        if MOST_COLUMNS < cells.len() {
            // Columns that were only formatted do not count.
            let filled = cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1);
            cells.truncate(filled);
        }
        self.cells += cells.len();
        if MOST_COLUMNS < cells.len() {
            return Err(self.problem(number, &kinds::IMPORT_TOO_WIDE, MOST_COLUMNS));
        }
        if self.rows.len() == MOST_ROWS || LAST_ROW < number {
            return Err(self.problem(number, &kinds::IMPORT_TOO_MANY, MOST_ROWS));
        }
        if MOST_CELLS < self.cells || MOST_BYTES < self.bytes {
            return Err(self.problem(number, &kinds::IMPORT_TOO_LARGE, MOST_BYTES));
        }
        let lines = usize::try_from(number - self.line).unwrap_or_default();
        self.places.extend(std::iter::repeat_n('\n', lines));
        self.line = number;
        let start = self.places.len();
        self.places.extend(std::iter::repeat_n('.', cells.len()));
        self.rows.push(GridRow { number, cells, start });
        Ok(())
    }

    fn finish(self, is_even: bool, mut merges: Vec<Merge>) -> Grid {
        merges.truncate(MOST_MERGES);
        merges.sort_unstable();
        Grid { name: self.name, rows: self.rows, is_even, merges, places: self.places }
    }
}
