//! `xiaoer check`: everything wrong in the merchant's files, at once.

use std::{path::PathBuf, process::ExitCode};

use super::{Outcome, complain, say};
use crate::{app::files, check, shop};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The merchant's files.
    #[arg(long, default_value = "intents", value_name = "DIR")]
    intents: PathBuf,
    /// One JSON object a line instead of text.
    #[arg(long)]
    json: bool,
    /// Warnings fail too.
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(options: Options) -> Outcome {
    let tree = files::read(&options.intents)?;
    let problems = shop::load_all(&tree, &shop::Clocks::now()).problems;
    let language = language();
    for problem in &problems {
        if options.json {
            say(&check::json_line(problem));
        } else {
            say(&check::line(problem, language));
        }
    }
    complain(&check::summary(&problems, language));
    let strictness = if options.strict { check::Strictness::Warnings } else { check::Strictness::Errors };
    Ok(ExitCode::from(check::exit_code(&problems, strictness)))
}

/// The language of the terminal.
pub(super) fn language() -> check::Language {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    check::Language::of_environment(variable("LC_ALL").or_else(|| variable("LANG")).as_deref())
}
