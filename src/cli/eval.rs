//! `xiaoer eval`: how well a data set is understood, fitted as a shop's intents are fitted.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

use super::{Outcome, say, start_logging};
use crate::{
    app,
    nlu::eval::{EvalFigures, EvalOptions, EvalReport, LabelledMessage, evaluate},
    text::{self, Lexicon},
};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Lines `text<TAB>label` to learn from (`oos` = out of scope).
    #[arg(long, value_name = "TSV")]
    train: PathBuf,
    /// Lines to judge.
    #[arg(long, value_name = "TSV")]
    test: PathBuf,
    /// Draw training sets of so many lines a label.
    #[arg(long, value_name = "N")]
    per_intent: Option<usize>,
    /// How many sets are drawn, with seeds from 0.
    #[arg(long, default_value_t = 5, value_name = "K", requires = "per_intent")]
    seeds: u64,
    /// Let exact matches decide too.
    #[arg(long)]
    tiers: bool,
    /// The model's files; those in the binary when not given.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
}

pub(super) fn run(options: Options) -> Outcome {
    start_logging("error");
    let (train, test) = (lines(&options.train)?, lines(&options.test)?);
    let model = app::encoder(options.models.as_deref(), None)?;
    let lexicon = Lexicon::general();
    let now = jiff::ZonedDateTime::now();
    let how = EvalOptions { per_intent: options.per_intent, seeds: options.seeds, tiers: options.tiers };
    let report =
        evaluate(&train, &test, model.bare.as_ref(), |message| text::read(&lexicon, message, &now), how)?;
    say(&object(&report).to_string());
    Ok(ExitCode::SUCCESS)
}

/// The labelled lines of a file; empty lines are left out.
fn lines(path: &Path) -> anyhow::Result<Vec<LabelledMessage>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    let mut messages = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut fields = line.split('\t');
        let (Some(text), Some(label)) = (fields.next(), fields.next()) else {
            bail!("{}:{}: a line is a text, a tab and a label", path.display(), number + 1);
        };
        messages.push(LabelledMessage { text: text.to_owned(), label: label.trim().to_owned() });
    }
    Ok(messages)
}

fn object(report: &EvalReport) -> Value {
    let mut all = figures(&report.mean);
    all.insert("encode_p50_micros".to_owned(), report.encode_p50_micros.into());
    if report.runs.len() > 1 || report.mean.seed.is_some() {
        all.insert("runs".to_owned(), report.runs.iter().map(figures).map(Value::Object).collect());
    }
    Value::Object(all)
}

fn figures(figures: &EvalFigures) -> Map<String, Value> {
    let worst: Vec<Value> = figures
        .worst
        .iter()
        .map(|label| {
            json!({
                "label": label.label, "f1": label.f1, "recall": label.recall, "lines": label.lines,
                "mistaken_for": label.mistaken_for,
            })
        })
        .collect();
    let object = json!({
        "seed": figures.seed, "train_lines": figures.train_lines, "test_lines": figures.test_lines,
        "accuracy": figures.accuracy, "macro_f1": figures.macro_f1, "accuracy_forced": figures.accuracy_forced,
        "oos_recall": figures.oos_recall, "oos_false_alarm": figures.oos_false_alarm,
        "oos_auroc": figures.oos_auroc, "ece": figures.ece, "fit_seconds": figures.fit_seconds, "worst": worst,
    });
    match object {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
