//! `xiaoer backup FOLDER`: everything that can't be made anew, while the server runs.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, complain, say, start_logging};
use crate::app::{backup, settings::database};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Where backups are; each is a folder of its own in it, named by its time. A backup holds keys and what shoppers said.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// The data folder.
    #[arg(long, default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// The store's address; the SQLite file in the data folder when not given.
    #[arg(long, value_name = "URL", env = "XIAOER_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// The merchant's files; when not given, `intents` of the data folder or of this one.
    #[arg(long, value_name = "DIR")]
    intents: Option<PathBuf>,
    /// Afterwards remove the backups of FOLDER that are older than so many days: what was erased is gone from all of them
    /// then.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

/// Makes a backup and prints where it is.
pub(super) fn run(options: &Options) -> Outcome {
    start_logging("error");
    let database = database(options.database.clone(), &options.data);
    let intents = options.intents.as_deref();
    let source = backup::Source { data: &options.data, database: &database, intents };
    let now = Timestamp::now();
    let made = backup::make(&source, &options.folder, now)?;
    if !made.has_intents {
        complain("xiaoer: the merchant's files are not in the backup: --intents says where they are");
    }
    let removed = match options.keep {
        Some(days) => backup::forget_old(&options.folder, days, &made.folder, now)
            .with_context(|| format!("the backup {} is made", made.folder.display()))?,
        None => Vec::new(),
    };
    say(&json!({
        "backup": made.folder, "schema": made.schema, "files": made.files, "bytes": made.bytes, "removed": removed,
    })
    .to_string());
    Ok(ExitCode::SUCCESS)
}
