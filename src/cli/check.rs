//! `xiaoer check`: everything wrong in the merchant's files, at once.

use std::{path::PathBuf, process::ExitCode};

use super::{Outcome, complain, say, start_logging};
use crate::{
    app::{self, files, meaning},
    check, shop,
};

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
    /// Only what the files show by themselves: no examples and questions compared by meaning.
    #[arg(long, conflicts_with = "models")]
    without_encoder: bool,
    /// The model's files; those in the binary when not given.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// The data folder, if there is one: vectors that are kept there are not made again.
    #[arg(long, default_value = "data", value_name = "DIR")]
    data: PathBuf,
}

pub(super) fn run(options: Options) -> Outcome {
    start_logging("error");
    let tree = files::read(&options.intents)?;
    let loaded = shop::load_all(&tree, &shop::Clocks::now());
    let mut problems = loaded.problems.clone();
    if !options.without_encoder {
        // A check makes no data folder: where no server has run, nothing is kept.
        let data = Some(options.data.as_path()).filter(|folder| folder.is_dir());
        let encoder = app::encoder(options.models.as_deref(), data)?.cached.lasting();
        problems.extend(meaning::problems(&loaded, encoder.as_ref())?);
        shop::problem::sort(&mut problems);
    }
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
