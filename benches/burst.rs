//! A burst: ten times as many shoppers for a minute, then as before. How long the answers of those who were there all the
//! time take, second by second, who is refused, when it is as before again, and what memory the server keeps.
//!
//! ```text
//! ulimit -n 20000; cargo bench --bench burst --profile release -- [--shoppers 200] [--times 10] [--seconds 60]
//! ```
//!
//! Everybody asks something new as soon as they have their answer and a second has passed since they asked. Who is refused
//! comes back when they were told to. The server is a process of its own; the shoppers share the machine with it.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "process/mod.rs"]
mod process;
#[path = "corpus/shoppers.rs"]
mod shoppers;

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use futures::{SinkExt, StreamExt};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tokio::{net::TcpStream, task::JoinHandle};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

use process::Server;

/// How long it is quiet before the burst, and how long we look on after it.
const BEFORE: Duration = Duration::from_secs(20);
const AFTER: Duration = Duration::from_secs(60);
/// Between a shopper's questions.
const PAUSE: Duration = Duration::from_secs(1);
/// An acknowledged message that has no answer by then is lost.
const PATIENCE: Duration = Duration::from_secs(60);
/// As before: within so much of the p99 before the burst.
const AS_BEFORE: f64 = 1.5;

/// What everybody writes down.
#[derive(Default)]
struct Notes {
    /// When an answer came and how long it had taken, of those who are there all the time.
    answers: Mutex<Vec<(Instant, Duration)>>,
    answered: AtomicUsize,
    refused: AtomicUsize,
    lost: AtomicUsize,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn main() -> anyhow::Result<()> {
    let (mut shoppers, mut times, mut seconds) = (200, 10, 60);
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(flag) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--shoppers" => shoppers = value.parse()?,
            "--times" => times = value.parse()?,
            "--seconds" => seconds = value.parse()?,
            _ => anyhow::bail!("unknown flag {flag}"),
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(shoppers, times, Duration::from_secs(seconds)))
}

async fn measure(count: usize, times: usize, lasting: Duration) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (server, address) = Server::start(folder.path(), Path::new("intents"), &[])?;
    let notes = Arc::new(Notes::default());
    let (always, burst) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(true)));
    let come = |numbers: std::ops::Range<usize>, going: &Arc<AtomicBool>, kept: bool| -> Vec<JoinHandle<_>> {
        let begin = |number| tokio::spawn(shop(address, number, kept, Arc::clone(&notes), Arc::clone(going)));
        numbers.map(begin).collect()
    };
    let regulars = come(0..count, &always, true);
    // The first seconds are those of caches that fill.
    tokio::time::sleep(BEFORE).await;
    let quiet = Instant::now();
    tokio::time::sleep(BEFORE).await;
    let (began, before) = (Instant::now(), server.resident()?);
    let crowd = come(count..count * times, &burst, false);
    let highest = highest_until(&server, began + lasting).await?;
    burst.store(false, Ordering::Relaxed);
    let ended = Instant::now();
    let mut after = Vec::new();
    for seconds in [5, 30, AFTER.as_secs()] {
        tokio::time::sleep_until((ended + Duration::from_secs(seconds)).into()).await;
        after.push(format!("{:.0} MB {seconds} s later", megabytes(server.resident()?)));
    }
    always.store(false, Ordering::Relaxed);
    for shopper in crowd.into_iter().chain(regulars) {
        shopper.await??;
    }
    let answers = notes.answers.lock().expect("nobody panics with it").clone();
    let calm = percentiles(&answers, quiet, began).context("answers before the burst")?;
    let busy = percentiles(&answers, began, ended).context("answers in the burst")?;
    println!(
        "{count} shoppers: p50 {:.0} ms, p99 {:.0} ms; {} of them for {} s: p50 {:.0} ms, p99 {:.0} ms",
        calm.0,
        calm.1,
        count * times,
        lasting.as_secs(),
        busy.0,
        busy.1
    );
    println!(
        "{} answers in all, {} refusals, {} acknowledged and not answered",
        notes.answered.load(Ordering::Relaxed),
        notes.refused.load(Ordering::Relaxed),
        notes.lost.load(Ordering::Relaxed)
    );
    match recovered(&answers, ended, calm.1) {
        Some(seconds) => println!("as before {seconds} s after the burst"),
        None => println!("not as before within {} s", AFTER.as_secs()),
    }
    println!(
        "resident: {:.0} MB before, {:.0} MB at most, {}",
        megabytes(before),
        megabytes(highest),
        after.join(", ")
    );
    Ok(())
}

/// The largest resident set until then.
async fn highest_until(server: &Server, until: Instant) -> anyhow::Result<u64> {
    let mut highest = 0;
    while Instant::now() < until {
        highest = highest.max(server.resident()?);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(highest)
}

/// The first whole second after which every second's p99 is as it was before.
fn recovered(answers: &[(Instant, Duration)], ended: Instant, before: f64) -> Option<u64> {
    let second = |number: u64| ended + Duration::from_secs(number);
    let calm = |number: &u64| {
        let found = percentiles(answers, second(*number), second(number + 1));
        found.is_some_and(|(_, p99)| p99 <= AS_BEFORE * before.max(20.0))
    };
    (0..AFTER.as_secs()).find(|from| (*from..AFTER.as_secs()).all(|number| calm(&number)))
}

/// p50 and p99 of the answers that came between, in milliseconds.
fn percentiles(answers: &[(Instant, Duration)], from: Instant, until: Instant) -> Option<(f64, f64)> {
    let mut times: Vec<f64> = answers
        .iter()
        .filter(|(at, _)| (from..until).contains(at))
        .map(|(_, took)| took.as_secs_f64() * 1e3)
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| Some(*times.get((times.len().checked_sub(1)? as f64 * share) as usize)?);
    Some((at(0.5)?, at(0.99)?))
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// One shopper, until told to go.
async fn shop(
    address: SocketAddr,
    number: usize,
    regular: bool,
    notes: Arc<Notes>,
    going: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let mut random = StdRng::seed_from_u64(number as u64);
    tokio::time::sleep(PAUSE.mul_f64(random.random_range(0.0..1.0))).await;
    while going.load(Ordering::Relaxed) {
        let url = format!("ws://{address}/ws/chat?shop=demo");
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await?;
        socket.send(Message::text(r#"{"type":"hello","v":1}"#)).await?;
        // Conversations end, and others begin.
        for turn in 0..20 {
            if !going.load(Ordering::Relaxed) {
                break;
            }
            let asked = Instant::now();
            let Some(answered) = ask(&mut socket, turn, &shoppers::sentence(&mut random), &notes).await?
            else {
                break;
            };
            notes.answered.fetch_add(1, Ordering::Relaxed);
            if regular {
                notes.answers.lock().expect("nobody panics with it").push((answered, answered - asked));
            }
            tokio::time::sleep_until((asked + PAUSE).into()).await;
        }
        socket.close(None).await?;
    }
    Ok(())
}

/// Asks until it is taken, and waits for the answer; `None` when people have the conversation, or none came.
async fn ask(socket: &mut Socket, turn: usize, said: &str, notes: &Notes) -> anyhow::Result<Option<Instant>> {
    let say = json!({"type": "say", "id": turn.to_string(), "text": said}).to_string();
    socket.send(Message::text(say.as_str())).await?;
    loop {
        let Ok(heard) = tokio::time::timeout(PATIENCE, socket.next()).await else {
            notes.lost.fetch_add(1, Ordering::Relaxed);
            return Ok(None);
        };
        let frame: Value =
            serde_json::from_str(heard.context("the server hangs up")??.to_text()?).unwrap_or_default();
        match frame["type"].as_str() {
            Some("message") if frame["from"] == "bot" => return Ok(Some(Instant::now())),
            Some("state") if frame["mode"] != "bot" => return Ok(None),
            Some("error") => {
                let retry = frame["retry_ms"].as_u64().with_context(|| format!("an error: {frame}"))?;
                notes.refused.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(retry)).await;
                socket.send(Message::text(say.as_str())).await?;
            }
            _ => {}
        }
    }
}
