//! `xiaoer restore BACKUP`: a backup checked and put into a data folder.

use std::{path::PathBuf, process::ExitCode};

use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, complain, say, start_logging};
use crate::app::backup;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The backup: one of the folders that `xiaoer backup` made.
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// The data folder that it is put into; one that a server uses, or that is not empty, is refused.
    #[arg(long, default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// Where the merchant's files are put, unless there are some; where they were when not given.
    #[arg(long, value_name = "DIR")]
    intents: Option<PathBuf>,
    /// Move what is in the data folder aside, into a folder in it, rather than refuse.
    #[arg(long)]
    move_aside: bool,
}

/// Restores and prints what is where.
pub(super) fn run(options: &Options) -> Outcome {
    start_logging("error");
    let target = backup::Target {
        data: &options.data,
        intents: options.intents.as_deref(),
        moves_aside: options.move_aside,
    };
    let restored = backup::restore(&options.backup, &target, Timestamp::now())?;
    if restored.intents.is_none() {
        complain("xiaoer: the merchant's files are left as they were");
    }
    for database in &restored.unasked {
        complain(&format!(
            "xiaoer: {} can't be read: what was erased after the backup has to be erased again by hand",
            database.display()
        ));
    }
    say(&json!({
        "restored": options.data, "made_at": restored.made_at.to_string(), "schema": restored.schema,
        "intents": restored.intents, "before": restored.aside, "erased_again": restored.erased_again,
    })
    .to_string());
    Ok(ExitCode::SUCCESS)
}
