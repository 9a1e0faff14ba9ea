//! The command line: one file a subcommand, machine output as JSON lines on stdout, everything else on stderr.
//!
//! Exit codes: 0 fine, 1 the check or test found problems, 2 wrong usage or configuration with one clear line.

mod chat;
mod check;
mod eval;
mod import;
mod search;
mod seed;
mod serve;
mod shop;
mod test;
mod understand;
mod vectors;

use std::{io::Write, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::app::settings::Flags;

/// 店小二: a shop assistant that answers shoppers, or fetches a person.
#[derive(Debug, Parser)]
#[command(name = "xiaoer", version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The server: store page, chat, desk, console (what runs without a subcommand).
    Serve(Flags),
    /// Talk to a shop's assistant in the terminal.
    Chat(chat::Options),
    /// What is understood of each line of stdin, one JSON object a line.
    Understand(understand::Options),
    /// Search products or FAQ with each line of stdin.
    Search(search::Options),
    /// Measure understanding on a data set of lines `text<TAB>label`.
    Eval(eval::Options),
    /// Everything wrong in the merchant's files, at once.
    Check(check::Options),
    /// Run the merchant's conversation tests.
    Test(test::Options),
    /// Take FAQ, products or orders into a shop's files.
    Import(import::ImportOptions),
    /// Write a shop's FAQ, products or orders out.
    Export(import::ExportOptions),
    /// Make a shop, show its key, or go back to its last published version.
    Shop(shop::Options),
    /// Put a shop's demo data back as it was.
    Seed(seed::Options),
    /// Make the vectors that ship beside the model.
    #[command(hide = true)]
    Vectors(vectors::Options),
}

/// What a subcommand ends with.
type Outcome = anyhow::Result<ExitCode>;

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let outcome = match arguments.command {
        None => serve::run(arguments.serve),
        Some(Command::Serve(flags)) => serve::run(flags),
        Some(Command::Chat(options)) => chat::run(options),
        Some(Command::Understand(options)) => understand::run(options),
        Some(Command::Search(options)) => search::run(options),
        Some(Command::Eval(options)) => eval::run(options),
        Some(Command::Check(options)) => check::run(options),
        Some(Command::Test(options)) => test::run(options),
        Some(Command::Import(options)) => import::run_import(options),
        Some(Command::Export(options)) => import::run_export(options),
        Some(Command::Shop(options)) => shop::run(options),
        Some(Command::Seed(options)) => seed::run(options),
        Some(Command::Vectors(options)) => vectors::run(options),
    };
    outcome.unwrap_or_else(|error| {
        complain(&format!("xiaoer: {error:#}"));
        ExitCode::from(2)
    })
}

/// Help and version go out whole; a wrong command line is one clear line.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        say(error.to_string().trim_end());
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    complain(&format!("xiaoer: {first} (see `xiaoer --help`)"));
    ExitCode::from(2)
}

/// Writes one line to stdout; a closed pipe ends the program quietly, as for any filter.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Writes one line to stderr.
fn complain(line: &str) {
    // Nothing is left to tell when stderr is closed.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Logs to stderr: warnings and what the operator asks for in `XIAOER_LOG`.
fn start_logging(default: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("XIAOER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    // A second call (in tests) keeps the first subscriber.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// The runtime that asynchronous subcommands run on.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
