//! What an operator sees of the program: logs on stderr, figures for Prometheus, traces for a collector.
//!
//! Nothing here names a shopper's words: log lines and spans carry ids, names of parts and durations. Libraries print
//! whole frames at their finest level, so theirs is never on, and a panic is told by its place alone.

mod figures;
mod traces;

use std::io::IsTerminal;

use anyhow::Context;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, FilterFn, LevelFilter},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

pub use figures::{recorder, tidy_up};
pub use traces::Traces;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Where the filter of log lines is read from, the first that is set.
const FILTERS: [&str; 2] = ["XIAOER_LOG", "RUST_LOG"];

/// Logs to stderr from now on, and gives spans to a collector if there is one. A second call changes nothing.
///
/// # Errors
/// A filter in the environment that can't be read.
pub fn start(default: &str, format: LogFormat, traces: Option<&Traces>) -> anyhow::Result<()> {
    let filter = filter(default)?.and(ours_or_coarse());
    // Colours are for people: a journal or a file would show their codes.
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let lines = match format {
        LogFormat::Text => lines.with_filter(filter).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).with_filter(filter).boxed(),
    };
    // A second call (in tests) keeps the first subscriber.
    let _ = Registry::default().with(lines).with(traces.map(Traces::layer)).try_init();
    Ok(())
}

/// From now on a panic is a log line without the words that it was about.
pub fn hush_panics() {
    std::panic::set_hook(Box::new(tell_panic));
}

fn filter(default: &str) -> anyhow::Result<EnvFilter> {
    for name in FILTERS {
        if let Some(filter) = std::env::var(name).ok().filter(|filter| !filter.is_empty()) {
            return EnvFilter::try_new(filter).with_context(|| format!("{name} is no filter of log lines"));
        }
    }
    Ok(EnvFilter::new(default))
}

/// Our own lines as the operator asks for them; those of libraries no finer than `debug`, since their `trace` has the
/// bytes of every frame, a shopper's words among them.
fn ours_or_coarse() -> FilterFn {
    let kept: fn(&Metadata<'_>) -> bool =
        |metadata| metadata.target().starts_with("xiaoer") || *metadata.level() <= Level::DEBUG;
    FilterFn::new(kept).with_max_level_hint(LevelFilter::TRACE)
}

/// A panic as a log line. What it says may quote the text that it was about, so only words that stand in the program
/// are told; its place says the rest.
fn tell_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let words = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("its words are not logged");
    let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
    let backtrace = std::backtrace::Backtrace::capture();
    if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
        tracing::error!(panic.at = %place, panic.words = words, thread, %backtrace, "a defect of the program");
    } else {
        tracing::error!(panic.at = %place, panic.words = words, thread, "a defect of the program");
    }
}
