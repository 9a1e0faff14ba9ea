//! The row that names the columns, in Chinese or English, in the words that shops and other systems use.

use super::Listing;
use crate::shop::document::Source;
use crate::shop::exchange::table::{Cell, Grid, GridRow};
use crate::shop::problem::kinds;

/// How far down the header may stand: titles and notes come before it.
const LAST_HEADER: usize = 20;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    /// Ways of asking; there may be several such columns.
    Ask(Listing),
    /// The answer in the shop's first language.
    Answer,
    AnswerIn(&'static str),
    Intent,
    Follow,
}

/// What columns are called; the first of each kind is what export writes. Case, spaces, marks of what must be filled in
/// and the width of brackets do not count.
const NAMES: [(&[&str], Column); 8] = [
    (&["编号", "id", "问题编号", "faqid", "知识编号"], Column::Id),
    (
        &[
            "问题",
            "ask",
            "question",
            "questions",
            "q",
            "问",
            "问法",
            "提问",
            "常见问题",
            "标准问题",
            "标准问",
            "相似问题",
            "相似问法",
            "相似问",
            "其他问法",
            "扩展问",
            "顾客问题",
            "用户问题",
            "asks",
            "alternativequestions",
            "variants",
        ],
        Column::Ask(Listing::Lines),
    ),
    (&["ask[]"], Column::Ask(Listing::Bars)),
    (
        &[
            "回答",
            "answer",
            "answers",
            "a",
            "答",
            "答案",
            "答复",
            "回复",
            "标准答案",
            "标准回答",
            "reply",
            "response",
        ],
        Column::Answer,
    ),
    (
        &[
            "回答(中文)",
            "answer.zh",
            "answer(zh)",
            "中文回答",
            "中文答案",
            "答案(中文)",
            "answer(chinese)",
            "chineseanswer",
        ],
        Column::AnswerIn("zh"),
    ),
    (
        &[
            "回答(英文)",
            "answer.en",
            "answer(en)",
            "英文回答",
            "英文答案",
            "答案(英文)",
            "answer(english)",
            "englishanswer",
        ],
        Column::AnswerIn("en"),
    ),
    (&["意图", "intent"], Column::Intent),
    (&["接着问", "follow", "follow[]", "后续意图", "相关意图"], Column::Follow),
];

/// The columns of a table, and the rows below their names.
#[derive(Debug)]
pub(in crate::shop::exchange) struct Header {
    pub(super) columns: Vec<(usize, Column)>,
    /// Where in the table's rows the first question may stand.
    pub(super) first: usize,
}

/// A name without what does not count in it.
fn plain(name: &str) -> String {
    let letters = name.trim_start_matches('\u{feff}').chars().filter_map(|letter| match letter {
        '（' => Some('('),
        '）' => Some(')'),
        '*' | '＊' | ':' | '：' | '_' => None,
        letter if letter.is_whitespace() => None,
        letter => Some(letter),
    });
    letters.flat_map(char::to_lowercase).collect()
}

fn column_of(cell: &Cell) -> Option<Column> {
    let name = plain(cell.text());
    NAMES.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, column)| *column)
}

fn columns(row: &GridRow) -> Vec<(usize, Column)> {
    row.filled().filter_map(|(index, cell)| Some((index, column_of(cell)?))).collect()
}

/// Whether these are the columns of FAQ: questions with answers, or answers to questions that are known by their ids.
fn are_enough(columns: &[(usize, Column)]) -> bool {
    let has = |wanted: fn(&Column) -> bool| columns.iter().any(|(_, column)| wanted(column));
    let answers = has(|column| matches!(column, Column::Answer | Column::AnswerIn(_)));
    let asks = has(|column| matches!(column, Column::Ask(_)));
    let ids = has(|column| *column == Column::Id);
    (answers && asks) || (ids && (answers || asks))
}

/// Whether a table has a row that names the columns of FAQ.
pub(in crate::shop::exchange) fn is_header(grid: &Grid) -> bool {
    find(grid).is_some()
}

fn find(grid: &Grid) -> Option<usize> {
    grid.rows.iter().take(LAST_HEADER).position(|row| are_enough(&columns(row)))
}

impl Header {
    /// Finds the columns, and notes those that are not known and those that are there twice.
    pub(in crate::shop::exchange) fn of(
        source: &mut Source<'_>,
        grid: &Grid,
        language: &'static str,
    ) -> Option<Self> {
        let Some(at) = find(grid) else {
            let names = if language == "zh" { ["问题", "回答"] } else { ["question", "answer"] };
            source.report(&(0..0), &kinds::IMPORT_NO_HEADER, &names);
            return None;
        };
        let row = &grid.rows[at];
        let mut columns: Vec<(usize, Column)> = Vec::new();
        for (index, cell) in row.filled() {
            let Some(column) = column_of(cell) else {
                let known: Vec<&str> =
                    NAMES.iter().flat_map(|(names, _)| names.iter().take(2)).copied().collect();
                source.report(
                    &row.span(index),
                    &kinds::IMPORT_UNKNOWN_COLUMN,
                    &[cell.text(), &known.join(", ")],
                );
                continue;
            };
            let column = if column == Column::Answer { Column::AnswerIn(language) } else { column };
            let is_known = columns.iter().any(|(_, known)| *known == column);
            if is_known && !matches!(column, Column::Ask(_)) {
                source.report(&row.span(index), &kinds::REPEATED_KEY, &[cell.text()]);
            } else {
                columns.push((index, column));
            }
        }
        Some(Header { columns, first: at + 1 })
    }

    /// The column of one kind.
    pub(super) fn find(&self, wanted: Column) -> Option<usize> {
        self.columns.iter().find(|(_, column)| *column == wanted).map(|(index, _)| *index)
    }

    /// The columns of questions, each with how they stand in it.
    pub(super) fn asks(&self) -> impl Iterator<Item = (usize, Listing)> {
        self.columns.iter().filter_map(|(index, column)| match column {
            Column::Ask(listing) => Some((*index, *listing)),
            _ => None,
        })
    }

    /// The columns of answers.
    pub(super) fn answers(&self) -> impl Iterator<Item = (usize, &'static str)> {
        self.columns.iter().filter_map(|(index, column)| match column {
            Column::AnswerIn(language) => Some((*index, *language)),
            _ => None,
        })
    }
}
