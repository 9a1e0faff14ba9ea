//! Turns through real websockets: a server in this process on SQLite, so many shoppers, each waiting for its answer.
//!
//! ```text
//! cargo bench --bench turns --profile release -- [--shoppers 64] [--seconds 15] [--mix unique|zipf] [--text FILE]
//! cargo bench --bench turns --profile release -- --nodes 3 --database postgres://… --bus nats://… [the same]
//! ```
//!
//! With `--nodes` so many servers are processes of their own on one database and one bus, and shoppers are spread over
//! them, one after the other. `--nodes 1` is what one node does by itself, on its own SQLite file when no database is
//! named. Then the processor time is told too that a turn takes in the servers and in the shoppers.
//!
//! `--more faq` and `--more products` give the shop ten times as many of them, `--silent N` opens so many conversations
//! beside, in which nobody says anything.
//!
//! `unique` says every sentence once. `zipf` takes two thirds from a thousand sentences by Zipf's law and a third that
//! nobody has said. Sentences are made up (`corpus/shoppers.rs`) or the lines of a file. Server and shoppers share the
//! machine and the process; the encoder is the real one, the database is on disk and written through.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "process/mod.rs"]
mod process;
#[path = "corpus/shoppers.rs"]
mod shoppers;
#[path = "tenfold/mod.rs"]
mod tenfold;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_tungstenite::tungstenite::{Error, Message};
use xiaoer::app::{serve, settings::Settings};

use process::Server;
use tenfold::More;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sentences of the mix's head.
const HEAD: usize = 1000;
/// Sentences that are said once, at most.
const NEW: usize = 200_000;
const SEED: u64 = 1111;

/// What is measured.
struct Plan {
    shoppers: usize,
    seconds: u64,
    zipf: bool,
    database: Option<String>,
    bus: Option<String>,
    /// Servers as processes; without a number one server within this process.
    nodes: Option<usize>,
    text: Option<PathBuf>,
    more: Option<More>,
    silent: usize,
}

impl Plan {
    fn from_arguments() -> anyhow::Result<Self> {
        let mut plan = Self {
            shoppers: 64,
            seconds: 15,
            zipf: false,
            database: None,
            bus: None,
            nodes: None,
            text: None,
            more: None,
            silent: 0,
        };
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(flag) = arguments.next() {
            let value = arguments.next().ok_or_else(|| anyhow::anyhow!("{flag} needs a value"))?;
            match flag.as_str() {
                "--shoppers" => plan.shoppers = value.parse()?,
                "--seconds" => plan.seconds = value.parse()?,
                "--mix" => plan.zipf = value == "zipf",
                "--database" => plan.database = Some(value),
                "--bus" => plan.bus = Some(value),
                "--nodes" => plan.nodes = Some(value.parse()?),
                "--text" => plan.text = Some(value.into()),
                "--more" if value == "faq" => plan.more = Some(More::Faq),
                "--more" if value == "products" => plan.more = Some(More::Products),
                "--silent" => plan.silent = value.parse()?,
                _ => anyhow::bail!("unknown flag {flag}"),
            }
        }
        let shared = plan.database.is_some() && plan.bus.is_some();
        if plan.nodes.is_some_and(|nodes| nodes == 0 || (1 < nodes && !shared)) {
            anyhow::bail!(
                "--nodes N, at least one; several share --database postgres://… and --bus nats://…"
            );
        }
        Ok(plan)
    }
}

/// What is said, shared by all shoppers.
struct Talk {
    zipf: bool,
    head: Vec<String>,
    new: Vec<String>,
    said: AtomicUsize,
}

impl Talk {
    fn of(plan: &Plan) -> anyhow::Result<Self> {
        let mut sentences = match &plan.text {
            Some(file) => std::fs::read_to_string(file)?.lines().map(str::to_owned).collect(),
            None => distinct(SEED, HEAD + NEW),
        };
        sentences.retain(|said| !said.trim().is_empty());
        let new = sentences.split_off(HEAD.min(sentences.len() / 2));
        Ok(Self { zipf: plan.zipf, head: sentences, new, said: AtomicUsize::new(0) })
    }

    fn next(&self, random: &mut StdRng) -> &str {
        if self.zipf && random.random_bool(2.0 / 3.0) {
            return &self.head[zipf(random, self.head.len())];
        }
        let number = self.said.fetch_add(1, Ordering::Relaxed);
        &self.new[number % self.new.len()]
    }
}

fn main() -> anyhow::Result<()> {
    let plan = Plan::from_arguments()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(plan))
}

/// Servers that serve until they are dropped or stopped.
enum Servers {
    Here { stop: oneshot::Sender<()>, server: JoinHandle<std::io::Result<()>> },
    Nodes(Vec<Server>),
}

impl Servers {
    /// Starts them; where they listen.
    async fn start(plan: &Plan, folder: &Path) -> anyhow::Result<(Self, Vec<String>)> {
        let intents = match plan.more {
            Some(more) => {
                tenfold::files(Path::new("intents"), &folder.join("intents"), more)?;
                folder.join("intents")
            }
            None => PathBuf::from("intents"),
        };
        let Some(nodes) = plan.nodes else { return Self::here(plan, folder, intents).await };
        let shared = [("XIAOER_DATABASE", &plan.database), ("XIAOER_BUS", &plan.bus)];
        let shared: Vec<(&str, &str)> =
            shared.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect();
        let start = |number| Server::start(&folder.join(format!("node{number}")), &intents, &shared);
        let started: Vec<(Server, _)> = (0..nodes).map(start).collect::<anyhow::Result<_>>()?;
        let (running, addresses): (Vec<_>, Vec<_>) = started.into_iter().unzip();
        Ok((Self::Nodes(running), addresses.iter().map(ToString::to_string).collect()))
    }

    /// One within this process.
    async fn here(plan: &Plan, folder: &Path, intents: PathBuf) -> anyhow::Result<(Self, Vec<String>)> {
        let data = folder.join("data");
        let database = plan.database.clone();
        let settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            metrics_listen: None,
            intents,
            models: None,
            bus: plan.bus.clone(),
            database: database.unwrap_or_else(|| format!("sqlite:{}", data.join("bench.db").display())),
            data,
            demo: true,
            doors: xiaoer::server::Doors::default(),
            systems: xiaoer::fetch::Reach::Machine,
        };
        let started = serve::start(&settings).await?;
        let address = started.addresses.store.replace("http://", "").replace('/', "");
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(started.serve(async move {
            let _ = stopped.await;
        }));
        Ok((Self::Here { stop, server }, vec![address]))
    }

    /// What the processors did for servers that are processes of their own, and the bytes that these hold.
    fn costs(&self) -> anyhow::Result<Option<(Duration, u64)>> {
        let Self::Nodes(nodes) = self else { return Ok(None) };
        let (mut time, mut held) = (Duration::ZERO, 0);
        for node in nodes {
            time += processor_time(Some(node))?;
            held += node.resident()?;
        }
        Ok(Some((time, held)))
    }

    async fn stop(self) -> anyhow::Result<()> {
        if let Self::Here { stop, server } = self {
            let _ = stop.send(());
            server.await??;
        }
        Ok(())
    }
}

async fn measure(plan: Plan) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (servers, addresses) = Servers::start(&plan, folder.path()).await?;
    for address in &addresses {
        until_learnt(address).await?;
    }
    let talk = Arc::new(Talk::of(&plan)?);
    let ending = Arc::new(AtomicBool::new(false));
    let chat = |number: usize| format!("ws://{}/ws/chat?shop=demo", addresses[number % addresses.len()]);
    let mut silent = Vec::with_capacity(plan.silent);
    for number in 0..plan.silent {
        let (mut socket, _) = tokio_tungstenite::connect_async(chat(number)).await?;
        socket.send(Message::text(r#"{"type":"hello","v":1}"#)).await?;
        silent.push(socket);
    }
    let (begun, idle) = (Instant::now(), (servers.costs()?, processor_time(None)?));
    let shoppers = (0..plan.shoppers).map(|number| {
        let (talk, ending) = (Arc::clone(&talk), Arc::clone(&ending));
        tokio::spawn(shop(chat(number), number, talk, ending))
    });
    let shoppers: Vec<_> = shoppers.collect();
    tokio::time::sleep(Duration::from_secs(plan.seconds)).await;
    ending.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for shopper in shoppers {
        times.extend(shopper.await??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    if let (Some((after, held)), Some((before, _))) = (servers.costs()?, idle.0) {
        let each = |time: Duration| time.as_secs_f64() * 1e3 / times.len() as f64;
        println!(
            "a turn takes {:.2} ms of a processor in the servers, {:.2} ms in the shoppers; the servers hold {:.0} MB",
            each(after - before),
            each(processor_time(None)? - idle.1),
            held as f64 / 1e6
        );
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{}{} shoppers, {}: {:.0} turns a second; answer p50 {:.0} ms, p99 {:.0} ms",
        plan.nodes.map(|nodes| format!("{nodes} nodes, ")).unwrap_or_default(),
        plan.shoppers,
        if plan.zipf { "zipf" } else { "unique" },
        times.len() as f64 / seconds,
        at(0.5),
        at(0.99)
    );
    servers.stop().await
}

/// Waits until the shop answers with the model: before that, turns wait for it.
async fn until_learnt(address: &str) -> anyhow::Result<()> {
    loop {
        let mut connection = tokio::net::TcpStream::connect(address).await?;
        connection.write_all(b"GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await?;
        if answer.starts_with("HTTP/1.1 200") {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What came of a message.
enum Heard {
    /// The bot answered.
    Answer,
    /// The conversation went to people: what is said now waits for one.
    People,
    /// Nothing, for too long.
    Nothing,
}

/// Listens until it is clear what came of a message.
async fn hear(socket: &mut (impl StreamExt<Item = Result<Message, Error>> + Unpin)) -> Heard {
    const PATIENCE: Duration = Duration::from_secs(5);
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(PATIENCE, socket.next()).await {
        let text = frame.to_text().unwrap_or_default();
        if text.contains(r#""type":"state""#) && !text.contains(r#""mode":"bot""#) {
            return Heard::People;
        }
        if text.contains(r#""from":"bot""#) {
            return Heard::Answer;
        }
    }
    Heard::Nothing
}

/// Says one message after the other, waiting for each answer; a new conversation every eight, as the pace allows
/// bursts of ten, and whenever people were called.
async fn shop(
    address: String,
    number: usize,
    talk: Arc<Talk>,
    ending: Arc<AtomicBool>,
) -> anyhow::Result<Vec<Duration>> {
    let mut random = StdRng::seed_from_u64(SEED + number as u64);
    let mut times = Vec::new();
    while !ending.load(Ordering::Relaxed) {
        let (mut socket, _) = tokio_tungstenite::connect_async(address.as_str()).await?;
        socket.send(Message::text(r#"{"type":"hello","v":1}"#)).await?;
        for turn in 0..8 {
            if ending.load(Ordering::Relaxed) {
                break;
            }
            let said = talk.next(&mut random);
            let frame = serde_json::json!({"type": "say", "id": format!("{turn}"), "text": said});
            let asked = Instant::now();
            socket.send(Message::text(frame.to_string())).await?;
            match hear(&mut socket).await {
                Heard::Answer => times.push(asked.elapsed()),
                Heard::People => break,
                Heard::Nothing => anyhow::bail!("a message got no answer"),
            }
        }
        socket.close(None).await?;
    }
    Ok(times)
}

/// So many sentences, each once.
fn distinct(seed: u64, number: usize) -> Vec<String> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut seen = std::collections::HashSet::new();
    let mut sentences = Vec::with_capacity(number);
    while sentences.len() < number {
        let said = shoppers::sentence(&mut random);
        if seen.insert(said.clone()) {
            sentences.push(said);
        }
    }
    sentences
}

/// Which of `number` sentences is said: Zipf's law with exponent 1, by inverting its sum's logarithm.
fn zipf(random: &mut StdRng, number: usize) -> usize {
    let most = (number as f64 + 1.0).ln();
    let rank = (random.random_range(0.0..most)).exp() as usize;
    rank.clamp(1, number) - 1
}

/// The time that this process, or another, has had a processor for.
fn processor_time(process: Option<&Server>) -> anyhow::Result<Duration> {
    /// Ticks a second in the kernel's tables, on every machine that Linux runs on.
    const TICKS: f64 = 100.0;
    let who = process.map_or("self".to_owned(), |server| server.0.id().to_string());
    let text = std::fs::read_to_string(format!("/proc/{who}/stat"))?;
    // The name in brackets may hold anything; user and system time are the twelfth and thirteenth field behind it.
    let (_, fields) = text.rsplit_once(')').ok_or_else(|| anyhow::anyhow!("a name in brackets"))?;
    let ticks: Vec<f64> =
        fields.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(Duration::from_secs_f64(ticks.iter().sum::<f64>() / TICKS))
}
