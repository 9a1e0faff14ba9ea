//! `xiaoer search`: each line of stdin is a query against a shop's products or FAQ.

use std::{io::BufRead, process::ExitCode, sync::Arc, time::Instant};

use serde_json::{Map, Value, json};

use super::{Outcome, runtime, say, start_logging};
use crate::{app::offline, engine::SystemClock, retrieval::Hit};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    which: offline::Which,
    /// What to search.
    #[arg(long, value_enum)]
    kind: Kind,
    /// Hits at most.
    #[arg(long, default_value_t = 10, value_name = "N")]
    limit: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Product,
    Faq,
}

pub(super) fn run(options: Options) -> Outcome {
    start_logging("error");
    let runtime = runtime()?;
    let opened = runtime.block_on(offline::open(&options.which, Arc::new(SystemClock)))?;
    for line in std::io::stdin().lock().lines() {
        let query = line?;
        let started = Instant::now();
        let now = opened.engine.now_in(&opened.assistant.shop);
        let reading = runtime.block_on(opened.assistant.read(&query, &now));
        let hits = match options.kind {
            Kind::Product => named(opened.assistant.product_hits(&reading, options.limit)),
            Kind::Faq => named(opened.assistant.faq_hits(&reading, options.limit)),
        };
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let hits: Vec<Value> = hits
            .into_iter()
            .map(|hit| {
                let why: Map<String, Value> =
                    hit.why.into_iter().map(|(leg, score)| (leg.to_owned(), json!(score))).collect();
                json!({"id": hit.id, "title": hit.title, "score": hit.score, "why": why})
            })
            .collect();
        say(&json!({"query": query, "hits": hits, "micros": micros}).to_string());
    }
    Ok(ExitCode::SUCCESS)
}

/// Hits with their ids as text.
fn named<I: std::fmt::Display>(hits: Vec<Hit<I>>) -> Vec<Hit<String>> {
    hits.into_iter().map(Hit::named).collect()
}
