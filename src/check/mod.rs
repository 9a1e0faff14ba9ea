//! The merchant's lint: problems of the files as lines for people and for programs, and whether they fail the check.
//!
//! What is wrong in the files is found by `shop`; what only shows by the meaning of texts is found in `meaning`, which is
//! given their vectors.

mod meaning;
mod neighbours;

pub use meaning::{MeaningVectors, by_meaning};

use crate::shop::problem::{Problem, Severity};

/// The language of the sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The language of a terminal by the value of `LANG` (or `LC_ALL`): Chinese for `zh…`, English for all else.
    pub fn of_environment(lang: Option<&str>) -> Self {
        if lang.is_some_and(|lang| lang.to_ascii_lowercase().starts_with("zh")) {
            Language::Chinese
        } else {
            Language::English
        }
    }
}

/// `path:line:column: error|warning code: sentence`.
pub fn line(problem: &Problem, language: Language) -> String {
    let Problem { path, line, column, severity, code, message } = problem;
    let sentence = match language {
        Language::Chinese => &message.zh,
        Language::English => &message.en,
    };
    format!("{path}:{line}:{column}: {severity} {code}: {sentence}")
}

/// The same as one JSON object: `path`, `line`, `column`, `severity`, `code`, `message`, and `message_zh`, so that a
/// program need not choose a language.
pub fn json_line(problem: &Problem) -> String {
    serde_json::json!({
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity.to_string(),
        "code": problem.code,
        "message": problem.message.en,
        "message_zh": problem.message.zh,
    })
    .to_string()
}

/// How many errors and how many warnings there are.
pub fn count(problems: &[Problem]) -> (usize, usize) {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    (errors, problems.len() - errors)
}

/// One closing line: how many errors and warnings.
pub fn summary(problems: &[Problem], language: Language) -> String {
    let (errors, warnings) = count(problems);
    match language {
        Language::Chinese => format!("{errors} 个错误，{warnings} 个警告"),
        Language::English => format!("{errors} errors, {warnings} warnings"),
    }
}

/// What counts as failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Strictness {
    /// Errors fail.
    #[default]
    Errors,
    /// Warnings fail too.
    Warnings,
}

/// The exit code of the check: 1 when a problem fails it, else 0.
pub fn exit_code(problems: &[Problem], strictness: Strictness) -> u8 {
    let fails = |problem: &Problem| strictness == Strictness::Warnings || problem.is_error();
    u8::from(problems.iter().any(fails))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::problem::kinds;

    #[test]
    fn a_problem_is_one_line_in_either_form() {
        let problem = Problem::new("shops/a/faq/a.toml", 3, 7, &kinds::UNKNOWN_KEY_NEAR, &["aks", "ask"]);
        assert_eq!(
            line(&problem, Language::English),
            "shops/a/faq/a.toml:3:7: error key.unknown: there is no key aks; did you mean ask?"
        );
        assert_eq!(
            line(&problem, Language::Chinese),
            "shops/a/faq/a.toml:3:7: error key.unknown: 没有 aks 这一项；是不是 ask？"
        );
        let json: serde_json::Value = serde_json::from_str(&json_line(&problem)).expect("JSON");
        assert_eq!((&json["line"], &json["severity"]), (&3.into(), &"error".into()));
    }

    #[test]
    fn errors_fail_and_warnings_fail_when_strict() {
        let error = Problem::new("a", 1, 1, &kinds::EMPTY_TEXT, &[]);
        let warning = Problem::new("a", 1, 1, &kinds::HOURS_NO_DAYS, &[]);
        for (problems, plain, strict) in
            [(vec![], 0, 0), (vec![warning.clone()], 0, 1), (vec![warning, error], 1, 1)]
        {
            assert_eq!(exit_code(&problems, Strictness::Errors), plain);
            assert_eq!(exit_code(&problems, Strictness::Warnings), strict);
        }
    }

    #[test]
    fn the_language_follows_the_terminal() {
        for (lang, expected) in [
            (None, Language::English),
            (Some("C.UTF-8"), Language::English),
            (Some("zh_CN.UTF-8"), Language::Chinese),
            (Some("ZH"), Language::Chinese),
        ] {
            assert_eq!(Language::of_environment(lang), expected, "{lang:?}");
        }
    }
}
