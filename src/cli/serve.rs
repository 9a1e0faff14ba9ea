//! `xiaoer serve`: the server, until it is told to stop.

use std::{io::IsTerminal, process::ExitCode, time::Duration};

use serde_json::json;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};

use super::{Outcome, complain, runtime, say, supervisor};
use crate::app::{
    serve,
    settings::{Flags, Settings},
    telemetry::{self, LogFormat, Traces},
};

/// What threads that are still busy at the end may take.
const LAST_BREATH: Duration = Duration::from_secs(2);

/// How to serve, and how to tell of it.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) flags: Flags,
    /// How log lines on stderr look; `json` is one object a line. `XIAOER_LOG` (or `RUST_LOG`) says which there are.
    #[arg(long, env = "XIAOER_LOG_FORMAT", value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) log_format: LogFormat,
}

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(options: Options) -> Outcome {
    let (runtime, format) = (runtime()?, options.log_format);
    let traces = Traces::from_environment(runtime.handle())?;
    telemetry::start("info", format, traces.as_ref())?;
    telemetry::hush_panics();
    let outcome = serve_until_told(&runtime, options);
    if let Some(traces) = traces {
        traces.finish();
    }
    // A thread that waits for what never answers must not keep the program.
    runtime.shutdown_timeout(LAST_BREATH);
    match (outcome, format) {
        (Ok(()), _) => Ok(ExitCode::SUCCESS),
        (Err(error), LogFormat::Text) => Err(error),
        (Err(error), LogFormat::Json) => {
            tracing::error!(error = %format!("{error:#}"), "the server can't serve");
            Ok(ExitCode::from(2))
        }
    }
}

fn serve_until_told(runtime: &Runtime, options: Options) -> anyhow::Result<()> {
    let settings = Settings::resolve(options.flags)?;
    runtime.block_on(async {
        let started = serve::start(&settings).await?;
        let at = &started.addresses;
        let mut ready = json!({"ready": true, "store": at.store, "desk": at.desk, "console": at.console});
        if let Some(metrics) = &at.metrics {
            ready["metrics"] = json!(metrics);
        }
        say(&ready.to_string());
        welcome(&started, options.log_format);
        supervisor::tell("READY=1");
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        started
            .serve(async move {
                tokio::select! {
                    _ = term.recv() => {}
                    _ = int.recv() => {}
                }
                supervisor::tell("STOPPING=1");
            })
            .await?;
        Ok(())
    })
}

/// Tells a person where to look; the password only where a person reads.
fn welcome(started: &serve::Started, format: LogFormat) {
    let at = &started.addresses;
    if format == LogFormat::Json {
        tracing::info!(store = at.store, desk = at.desk, console = at.console, "serving");
        if let Some(first) = &started.first_sign_in {
            tracing::info!(file = %first.file.display(), "the first sign-in is in this file");
        }
        return;
    }
    complain(&format!("店小二在这里：商店 {}  客服台 {}  控制台 {}", at.store, at.desk, at.console));
    let Some(first) = &started.first_sign_in else { return };
    if std::io::stdout().is_terminal() || std::io::stderr().is_terminal() {
        complain(&format!("first sign-in: {} / {} (to be changed at first use)", first.name, first.password));
    }
    complain(&format!("the first sign-in is in {}", first.file.display()));
}
