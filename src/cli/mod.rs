//! The command line: one file a subcommand, machine output as JSON lines on stdout, everything else on stderr.
//!
//! Exit codes: 0 fine, 1 the check or test found problems, 2 wrong usage or configuration with one clear line.

mod backup;
mod chat;
mod check;
mod deploy;
mod eval;
mod health;
mod import;
mod restore;
mod search;
mod seed;
mod serve;
mod shop;
mod shopper;
mod supervisor;
mod test;
mod understand;
mod vectors;

use std::{io::Write, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::app::telemetry;

/// 店小二: a shop assistant that answers shoppers, or fetches a person.
#[derive(Debug, Parser)]
#[command(name = "xiaoer", version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The server: store page, chat, desk, console (what runs without a subcommand).
    Serve(serve::Options),
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
    /// All that is kept of a shopper, or their erasure.
    Shopper(shopper::Options),
    /// Put a shop's demo data back as it was.
    Seed(seed::Options),
    /// Back up database, keys, settings and the merchant's files while the server runs.
    Backup(backup::Options),
    /// Check a backup and put it into a data folder.
    Restore(restore::Options),
    /// Write a commented file for running the server: systemd, docker, kubernetes, or its Grafana dashboard.
    Deploy(deploy::Options),
    /// How a running server is: what `/readyz` says, exit code 0 when it is ready.
    Health(health::Options),
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
        Some(Command::Serve(options)) => serve::run(options),
        Some(Command::Chat(options)) => chat::run(options),
        Some(Command::Understand(options)) => understand::run(options),
        Some(Command::Search(options)) => search::run(options),
        Some(Command::Eval(options)) => eval::run(options),
        Some(Command::Check(options)) => check::run(options),
        Some(Command::Test(options)) => test::run(options),
        Some(Command::Import(options)) => import::run_import(options),
        Some(Command::Export(options)) => import::run_export(options),
        Some(Command::Shop(options)) => shop::run(options),
        Some(Command::Shopper(options)) => shopper::run(options),
        Some(Command::Seed(options)) => seed::run(options),
        Some(Command::Backup(options)) => backup::run(&options),
        Some(Command::Restore(options)) => restore::run(&options),
        Some(Command::Deploy(options)) => deploy::run(options),
        Some(Command::Health(options)) => health::run(&options),
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
    if let Err(error) = telemetry::start(default, telemetry::LogFormat::Text, None) {
        complain(&format!("xiaoer: {error:#}"));
    }
}

/// The runtime that asynchronous subcommands run on.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
