//! `xiaoer serve`: the server, until it is told to stop.

use std::{io::IsTerminal, process::ExitCode};

use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::{Outcome, complain, runtime, say, start_logging};
use crate::app::{
    serve,
    settings::{Flags, Settings},
};

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(flags: Flags) -> Outcome {
    start_logging("info");
    let settings = Settings::resolve(flags)?;
    runtime()?.block_on(async {
        let started = serve::start(&settings).await?;
        let at = &started.addresses;
        say(&json!({"ready": true, "store": at.store, "desk": at.desk, "console": at.console}).to_string());
        welcome(&started);
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        started
            .serve(async move {
                tokio::select! {
                    _ = term.recv() => {}
                    _ = int.recv() => {}
                }
            })
            .await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Tells a person where to look; the password only where a person reads.
fn welcome(started: &serve::Started) {
    let at = &started.addresses;
    complain(&format!("店小二在这里：商店 {}  客服台 {}  控制台 {}", at.store, at.desk, at.console));
    let Some(first) = &started.first_sign_in else { return };
    if std::io::stdout().is_terminal() || std::io::stderr().is_terminal() {
        complain(&format!("first sign-in: {} / {} (to be changed at first use)", first.name, first.password));
    }
    complain(&format!("the first sign-in is in {}", first.file.display()));
}
