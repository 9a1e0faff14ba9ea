//! What can be wrong in a merchant's files: a place, a stable code, and a sentence that says how to mend it.
//!
//! Every kind of problem is one constant in [`kinds`], with its severity and its sentence in Chinese and English.
//! This module formats nothing for a terminal and decides no exit code; `check` does.

pub mod kinds;

use std::fmt;

/// Whether a problem keeps a shop's files from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The version in use stays until this is mended.
    Error,
    /// Worth mending; never blocks.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// A sentence in both languages of the tools.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sentence {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// One kind of problem: its code is what tests, tools and merchants' notes may rely on.
///
/// `{0}`, `{1}`, … in the sentences stand for the arguments of the single problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Stable name, `<topic>.<what>`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// The sentence in Chinese.
    pub zh: &'static str,
    /// The sentence in English.
    pub en: &'static str,
}

/// One thing wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path inside the tree, with forward slashes.
    pub path: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in Unicode scalar values, counted from 1.
    pub column: u32,
    /// Error or warning.
    pub severity: Severity,
    /// Stable code of the kind.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: Sentence,
}

impl Problem {
    /// A problem of `kind` at a place, its sentences filled with `arguments`.
    pub fn new(path: &str, line: u32, column: u32, kind: &'static Kind, arguments: &[&str]) -> Self {
        Problem {
            path: path.to_owned(),
            line,
            column,
            severity: kind.severity,
            code: kind.code,
            message: Sentence { zh: fill(kind.zh, arguments), en: fill(kind.en, arguments) },
        }
    }

    /// Whether this problem keeps the files from being used.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Replaces `{0}`, `{1}`, … by the arguments; a place without an argument stays as written.
fn fill(template: &str, arguments: &[&str]) -> String {
    let mut filled = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let argument = after.find('}').and_then(|close| {
            let index: usize = after[..close].parse().ok()?;
            Some((arguments.get(index)?, close))
        });
        match argument {
            Some((argument, close)) => {
                filled.push_str(&shortened(argument));
                rest = &after[close + 1..];
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// Arguments come from the merchant's files and may be pages long; a sentence stays one line. The program's own lists of
/// what may be written are shorter than this.
fn shortened(argument: &str) -> String {
    const LONGEST: usize = 400;
    let one_line = argument.replace(['\n', '\r', '\t'], " ");
    if one_line.chars().count() <= LONGEST {
        return one_line;
    }
    let mut short: String = one_line.chars().take(LONGEST).collect();
    short.push('…');
    short
}

/// Sorts problems by path, line, column and code, and drops exact repeats.
pub fn sort(problems: &mut Vec<Problem>) {
    problems.sort_by(|left, right| {
        (&left.path, left.line, left.column, left.code, &left.message).cmp(&(
            &right.path,
            right.line,
            right.column,
            right.code,
            &right.message,
        ))
    });
    problems.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_filled_once_and_stay_one_line() {
        let cases: &[(&str, &[&str], &str)] = &[
            ("no argument", &[], "no argument"),
            ("key {0} of {1}", &["a", "b"], "key a of b"),
            ("{0} is not {0}", &["{0}"], "{0} is not {0}"),
            ("{1} missing", &["a"], "{1} missing"),
            ("open { brace {0}", &["x"], "open { brace x"),
            ("{0}", &["two\nlines"], "two lines"),
        ];
        for (template, arguments, expected) in cases {
            assert_eq!(&fill(template, arguments), expected);
        }
        assert_eq!(fill("{0}", &[&"长".repeat(1000)]).chars().count(), 401);
    }

    #[test]
    fn a_code_has_one_severity_and_the_same_arguments_in_both_languages() {
        let mut codes = std::collections::BTreeMap::new();
        for kind in kinds::ALL {
            assert_eq!(*codes.entry(kind.code).or_insert(kind.severity), kind.severity, "{}", kind.code);
            for argument in ["{0}", "{1}", "{2}", "{3}"] {
                assert_eq!(
                    kind.zh.contains(argument),
                    kind.en.contains(argument),
                    "{}: {argument}",
                    kind.code
                );
            }
        }
    }
}
