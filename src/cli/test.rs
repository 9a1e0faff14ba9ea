//! `xiaoer test`: the merchant's conversation tests, through the whole engine with the real encoder.

use std::{path::PathBuf, process::ExitCode};

use super::{Outcome, complain, runtime, say, start_logging};
use crate::{
    app::{self, files, rehearsal},
    encoder::Encoder,
};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The merchant's files.
    #[arg(long, default_value = "intents", value_name = "DIR")]
    intents: PathBuf,
    /// The model's files; those in the binary when not given.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Only tests of these files (their path ends so).
    files: Vec<String>,
}

pub(super) fn run(options: Options) -> Outcome {
    start_logging("error");
    let tree = files::read(&options.intents)?;
    let encoder: std::sync::Arc<dyn Encoder> = app::encoder(options.models.as_deref(), None)?.cached;
    let wanted = |path: &str| {
        options.files.is_empty()
            || options.files.iter().any(|file| path.ends_with(file.as_str()) || file.ends_with(path))
    };
    let outcome = runtime()?.block_on(rehearsal::run(&tree, &encoder, &wanted))?;
    for failure in &outcome.failures {
        say(failure);
    }
    if outcome.passed + outcome.failures.len() == 0 {
        complain("no test was found");
    }
    say(&format!("{} passed, {} failed", outcome.passed, outcome.failures.len()));
    Ok(if outcome.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
