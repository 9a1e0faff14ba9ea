//! The encoder: one message alone with each kind of instructions, and many waiting.
//!
//! `cargo bench --bench encoder [-- --text FILE] [--models FOLDER]`. Times include tokenizing.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use xiaoer::encoder::{
    BatchModel as _, CandleEncoder, Encoder as _, Instructions, ModelFiles, QueueOptions, QueuedEncoder,
};

/// Passes over the corpus; each message counts with its median.
const PASSES: usize = 15;

fn main() -> anyhow::Result<()> {
    let (mut file, mut models) = (PathBuf::from("benches/corpus/messages.txt"), PathBuf::from("models"));
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(flag) = arguments.next() {
        match (flag.as_str(), arguments.next()) {
            ("--text", Some(value)) => file = value.into(),
            ("--models", Some(value)) => models = value.into(),
            _ => anyhow::bail!("usage: encoder [--text FILE] [--models FOLDER]"),
        }
    }
    let text = std::fs::read_to_string(file)?;
    let messages: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let files = ModelFiles::from_dir(&models)?;
    for instructions in [Instructions::Vnni, Instructions::Avx2, Instructions::Portable] {
        if instructions.available() {
            alone(&CandleEncoder::load(&files)?.with_instructions(instructions), instructions, &messages)?;
        }
    }
    many(CandleEncoder::load(&files)?, &messages)
}

/// One message after another on this thread.
fn alone(model: &CandleEncoder, instructions: Instructions, messages: &[&str]) -> anyhow::Result<()> {
    let mut medians = Vec::new();
    for message in messages {
        let mut times = Vec::new();
        for _ in 0..PASSES {
            let started = Instant::now();
            std::hint::black_box(model.encode_batch(&[message])?);
            times.push(started.elapsed());
        }
        times.sort_unstable();
        medians.push(times[PASSES / 2]);
    }
    medians.sort_unstable();
    let at = |share: usize| medians[(medians.len() - 1) * share / 100];
    println!("alone, {instructions:?}: p50 {} p90 {} p99 {}", micro(at(50)), micro(at(90)), micro(at(99)));
    Ok(())
}

/// All messages at once, on the threads that a server has.
fn many(model: CandleEncoder, messages: &[&str]) -> anyhow::Result<()> {
    let options = QueueOptions::default();
    let threads = options.threads;
    let encoder = QueuedEncoder::start(model, options);
    let texts: Vec<String> = messages.iter().map(|&message| message.to_owned()).collect();
    encoder.encode_blocking(&texts)?;
    let started = Instant::now();
    for _ in 0..PASSES {
        encoder.encode_blocking(&texts)?;
    }
    let rate = (PASSES * texts.len()) as f64 / started.elapsed().as_secs_f64();
    println!("many waiting, {threads} threads: {rate:.0} messages a second");
    Ok(())
}

fn micro(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}
