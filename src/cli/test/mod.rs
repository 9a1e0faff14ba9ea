//! `xiaoer test`: the merchant's conversation tests, through the whole engine with the real encoder.

mod junit;

use std::{path::PathBuf, process::ExitCode};

use serde_json::json;

use super::{complain, runtime, say, start_logging};
use crate::{
    app::{
        self, files,
        rehearsal::{self, Case, Outcome},
    },
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
    /// How it is told: for people, as JSON lines, or as JUnit XML for build servers.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Also what the tests touch of each shop, and what no test touches.
    #[arg(long)]
    coverage: bool,
    /// Only tests of these files (their path ends so).
    files: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Junit,
}

pub(super) fn run(options: Options) -> super::Outcome {
    start_logging("error");
    let tree = files::read(&options.intents)?;
    let encoder: std::sync::Arc<dyn Encoder> = app::encoder(options.models.as_deref(), None)?.cached;
    let wanted = |path: &str| {
        options.files.is_empty()
            || options.files.iter().any(|file| path.ends_with(file.as_str()) || file.ends_with(path))
    };
    let outcome = runtime()?.block_on(rehearsal::run(&tree, &encoder, &wanted))?;
    match options.format {
        Format::Text => tell(&outcome, options.coverage),
        Format::Json => tell_as_json(&outcome, options.coverage),
        Format::Junit => say(&junit::report(&outcome)?),
    }
    if outcome.tests.is_empty() && outcome.broken.is_empty() {
        complain("no test was found");
    }
    Ok(if outcome.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn tell(outcome: &Outcome, coverage: bool) {
    for shop in &outcome.broken {
        say(&broken(shop));
    }
    for Case { path, line, name, difference, .. } in &outcome.tests {
        if let Some(difference) = difference {
            say(&format!("{path}:{line} {name}\n{difference}"));
        }
    }
    if coverage {
        for (shop, coverage) in &outcome.coverage {
            for (kind, share) in coverage.shares() {
                say(&format!("{shop}: {} of {} {kind} touched", share.touched(), share.of));
                for id in &share.untouched {
                    say(&format!("    {id}"));
                }
            }
        }
    }
    say(&format!("{} passed, {} failed", outcome.passed(), outcome.failed()));
}

fn tell_as_json(outcome: &Outcome, coverage: bool) {
    for shop in &outcome.broken {
        say(&json!({"shop": shop.as_str(), "passed": false, "difference": broken(shop)}).to_string());
    }
    for Case { shop, path, line, name, difference, took } in &outcome.tests {
        let line = json!({
            "shop": shop.as_str(), "path": path, "line": line, "name": name,
            "passed": difference.is_none(), "difference": difference, "seconds": took.as_secs_f64(),
        });
        say(&line.to_string());
    }
    if coverage {
        for (shop, coverage) in &outcome.coverage {
            say(&json!({"shop": shop.as_str(), "coverage": coverage.as_json()}).to_string());
        }
    }
    say(&json!({"passed": outcome.passed(), "failed": outcome.failed()}).to_string());
}

/// What is said of a shop whose tests can't be held.
fn broken(shop: &crate::domain::ShopId) -> String {
    format!("shop {shop}: its files have errors (see `xiaoer check`)")
}
