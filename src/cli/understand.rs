//! `xiaoer understand`: what is understood of each line of stdin, alone, one JSON object a line.

use std::{io::BufRead, process::ExitCode, sync::Arc};

use jiff::Timestamp;

use super::{Outcome, runtime, say, start_logging};
use crate::{
    app::offline,
    engine::{Clock, FixedClock, SystemClock},
    wire::understanding::understanding_json,
};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    which: offline::Which,
    /// The moment that “yesterday” counts from (RFC 3339).
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
    /// Encode every line anew, for timing.
    #[arg(long)]
    no_cache: bool,
}

/// One object for every line, empty ones too; a line that is no UTF-8 is read with replacement characters.
pub(super) fn run(options: Options) -> Outcome {
    start_logging("error");
    let clock: Arc<dyn Clock> = match options.now {
        Some(now) => Arc::new(FixedClock::at(now)),
        None => Arc::new(SystemClock),
    };
    let runtime = runtime()?;
    let opened = runtime.block_on(offline::open(&options.which, clock))?;
    if options.no_cache {
        opened.assistant.read_with(Arc::clone(&opened.bare));
    }
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let now = opened.engine.now_in(&opened.assistant.shop);
        let reading = runtime.block_on(opened.assistant.read(text, &now));
        say(&understanding_json(text, &reading.understanding).to_string());
    }
}
