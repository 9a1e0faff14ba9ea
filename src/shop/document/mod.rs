//! A file's content as values that know where they stand, whether it was written as TOML or JSON lines.
//!
//! Files are read by hand from these values instead of derived, because a derived reader stops at a file's first
//! mistake and a merchant wants all of them at once. This module knows nothing of what a file means.

pub(crate) mod fields;
pub(crate) mod json;
mod toml;

pub(in crate::shop) use self::toml::parse as parse_toml;

use std::ops::Range;
use std::sync::Arc;

use super::problem::{Kind, Problem, kinds};

/// Bytes of a file.
pub(crate) type Span = Range<usize>;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// The bytes it was written in.
    pub(crate) span: Span,
    /// The value itself.
    pub(crate) value: Value,
}

/// What TOML and JSON can both say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// JSON's null; TOML has none.
    Null,
    /// true or false.
    Boolean(bool),
    /// A whole number that fits 64 bits.
    Integer(i64),
    /// Any other number, as written: money must not pass through floating point.
    Number(String),
    /// A string.
    Text(String),
    /// TOML's own dates and times, as written.
    Time(String),
    /// An array.
    List(Vec<Node>),
    /// A table or object, in the order written.
    Table(Vec<Entry>),
}

/// One key of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// The key, unquoted.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) key_span: Span,
    /// Its value.
    pub(crate) node: Node,
}

impl Node {
    /// The value under a key of a table.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node),
            _ => None,
        }
    }
}

impl Value {
    /// What this is called in a sentence: Chinese and English.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Boolean(_) => "true/false",
            Value::Integer(_) | Value::Number(_) => "number",
            Value::Text(_) => "text",
            Value::Time(_) => "date/time",
            Value::List(_) => "list",
            Value::Table(_) => "table",
        }
    }
}

/// A place in a file, kept after the file was read, for what is only seen when files are put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file's path inside the tree.
    pub(crate) path: Arc<str>,
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column, from 1.
    pub(crate) column: u32,
}

impl Place {
    /// A problem here.
    pub(crate) fn problem(&self, kind: &'static Kind, arguments: &[&str]) -> Problem {
        Problem::new(&self.path, self.line, self.column, kind, arguments)
    }

    /// `path:line`, as sentences name another place.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Located<T> {
    /// Where it stands.
    pub(crate) at: Place,
    /// What stands there.
    pub(crate) value: T,
}

/// One file while it is read: what it says, and what was found wrong so far.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    path: Arc<str>,
    text: &'a str,
    line_starts: Vec<usize>,
    problems: Vec<Problem>,
    broken_lines: Vec<u32>,
    declared: Vec<String>,
}

impl<'a> Source<'a> {
    /// A file of the tree, nothing read yet.
    pub(crate) fn new(path: &str, text: &'a str) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1))
            .collect();
        Source {
            path: path.into(),
            text,
            line_starts,
            problems: Vec::new(),
            broken_lines: Vec::new(),
            declared: Vec::new(),
        }
    }

    /// The file's text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Line and column, counted from 1, of a byte; beyond the end means the end.
    pub(crate) fn line_column(&self, byte: usize) -> (u32, u32) {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start <= byte) - 1;
        let column = self.text[self.line_starts[line]..byte].chars().count();
        (count(line + 1), count(column + 1))
    }

    /// The place of the start of `span`.
    pub(crate) fn place(&self, span: &Span) -> Place {
        let (line, column) = self.line_column(span.start);
        Place { path: self.path.clone(), line, column }
    }

    /// A value with the place of the start of `span`.
    pub(crate) fn locate<T>(&self, span: &Span, value: T) -> Located<T> {
        Located { at: self.place(span), value }
    }

    /// Notes a problem at the start of `span`.
    pub(crate) fn report(&mut self, span: &Span, kind: &'static Kind, arguments: &[&str]) {
        let problem = self.place(span).problem(kind, arguments);
        self.problems.push(problem);
    }

    /// Notes a problem at a place of this file.
    pub(crate) fn report_at(&mut self, at: &Place, kind: &'static Kind, arguments: &[&str]) {
        self.problems.push(at.problem(kind, arguments));
    }

    /// Notes broken syntax. One mistake makes a reader stumble over the lines that follow, so what comes on the same or
    /// the next line is not told again.
    pub(crate) fn report_syntax(&mut self, byte: usize, what: &str) {
        let (line, _) = self.line_column(byte);
        if !self.broken_lines.iter().any(|broken| line == *broken || line == broken + 1) {
            self.report(&(byte..byte), &kinds::SYNTAX, &[what]);
        }
        self.broken_lines.push(line);
    }

    /// Remembers an id that the file gives to something, even if that turns out unusable: what refers to it is not
    /// wrong.
    pub(crate) fn declare(&mut self, id: &str) {
        self.declared.push(id.to_owned());
    }

    /// The ids given in this file.
    pub(crate) fn declared(&self) -> &[String] {
        &self.declared
    }

    /// The problems found, in the order met. Where syntax is broken, what only follows from that is left out.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let broken = self.broken_lines;
        let follows = |problem: &Problem| {
            let missing = [kinds::MISSING_KEY.code, kinds::FAQ_NO_ASK.code, kinds::FAQ_NO_ANSWER.code];
            problem.code != kinds::SYNTAX.code
                && (missing.contains(&problem.code) || broken.contains(&problem.line))
        };
        self.problems.into_iter().filter(|problem| broken.is_empty() || !follows(problem)).collect()
    }

    /// How many problems were found so far, to see whether a step found any.
    pub(crate) fn problem_count(&self) -> usize {
        self.problems.len()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let source = Source::new("a", "ab\n店小二\n\nx");
        let cases = [
            (0, (1, 1)),
            (2, (1, 3)),
            (3, (2, 1)),
            (6, (2, 2)),
            (7, (2, 2)),
            (13, (3, 1)),
            (14, (4, 1)),
            (99, (4, 2)),
        ];
        for (byte, expected) in cases {
            assert_eq!(source.line_column(byte), expected, "byte {byte}");
        }
        assert_eq!(Source::new("a", "").line_column(5), (1, 1));
    }
}
