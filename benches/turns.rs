//! Turns through real websockets: a server in this process on SQLite, so many shoppers, each waiting for its answer.
//!
//! ```text
//! cargo bench --bench turns --profile release -- [--shoppers 64] [--seconds 15] [--mix unique|zipf] [--text FILE]
//! cargo bench --bench turns --profile release -- --nodes 3 --database postgres://… --bus nats://… [the same]
//! ```
//!
//! With `--nodes` so many servers are processes of their own on one database and one bus, and shoppers are spread over
//! them, one after the other. `--nodes 1` is what one node of several does by itself.
//!
//! `unique` says every sentence once. `zipf` takes two thirds from a thousand sentences by Zipf's law and a third that
//! nobody has said. Sentences are made up (`corpus/shoppers.rs`) or the lines of a file. Server and shoppers share the
//! machine and the process; the encoder is the real one, the database is on disk and written through.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "corpus/shoppers.rs"]
mod shoppers;

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{Error, Message};
use xiaoer::app::{serve, settings::Settings};

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
                _ => anyhow::bail!("unknown flag {flag}"),
            }
        }
        if plan.nodes == Some(0) || plan.nodes.is_some_and(|_| plan.database.is_none() || plan.bus.is_none())
        {
            anyhow::bail!("--nodes N, at least one, shares --database postgres://… and --bus nats://…");
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
            None => shoppers::distinct(SEED, HEAD + NEW),
        };
        sentences.retain(|said| !said.trim().is_empty());
        let new = sentences.split_off(HEAD.min(sentences.len() / 2));
        Ok(Self { zipf: plan.zipf, head: sentences, new, said: AtomicUsize::new(0) })
    }

    fn next(&self, random: &mut StdRng) -> &str {
        if self.zipf && random.random_bool(2.0 / 3.0) {
            return &self.head[shoppers::zipf(random, self.head.len())];
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
    Here { stop: tokio::sync::oneshot::Sender<()>, server: tokio::task::JoinHandle<std::io::Result<()>> },
    Nodes(Vec<Node>),
}

/// A server as a process, which ends with the bench.
struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Servers {
    /// Starts them; where they listen.
    async fn start(plan: &Plan, folder: &Path) -> anyhow::Result<(Self, Vec<String>)> {
        let Some(nodes) = plan.nodes else { return Self::here(plan, folder).await };
        let (mut running, mut addresses) = (Vec::new(), Vec::new());
        for number in 0..nodes {
            let own = folder.join(format!("node{number}"));
            let mut child = Command::new(env!("CARGO_BIN_EXE_xiaoer"))
                .args(["serve", "--listen", "127.0.0.1:0", "--data"])
                .arg(own.join("data"))
                .arg("--intents")
                .arg(own.join("intents"))
                .env("XIAOER_DATABASE", plan.database.as_deref().unwrap_or_default())
                .env("XIAOER_BUS", plan.bus.as_deref().unwrap_or_default())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()?;
            let said = child.stdout.take().ok_or_else(|| anyhow::anyhow!("its output is piped"))?;
            running.push(Node(child));
            let mut line = String::new();
            BufReader::new(said).read_line(&mut line)?;
            let ready: serde_json::Value = serde_json::from_str(&line)?;
            let store = ready["store"].as_str().unwrap_or_default();
            addresses.push(store.trim_start_matches("http://").trim_end_matches('/').to_owned());
        }
        Ok((Self::Nodes(running), addresses))
    }

    /// One within this process.
    async fn here(plan: &Plan, folder: &Path) -> anyhow::Result<(Self, Vec<String>)> {
        let data = folder.join("data");
        let database = plan.database.clone();
        let settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            metrics_listen: None,
            intents: PathBuf::from("intents"),
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
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(started.serve(async move {
            let _ = stopped.await;
        }));
        Ok((Self::Here { stop, server }, vec![address]))
    }

    async fn stop(self) -> anyhow::Result<()> {
        match self {
            Self::Here { stop, server } => {
                let _ = stop.send(());
                server.await??;
            }
            Self::Nodes(nodes) => drop(nodes),
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
    let begun = Instant::now();
    let shoppers = (0..plan.shoppers).map(|number| {
        let (talk, ending) = (Arc::clone(&talk), Arc::clone(&ending));
        let address = format!("ws://{}/ws/chat?shop=demo", addresses[number % addresses.len()]);
        tokio::spawn(shop(address, number, talk, ending))
    });
    let shoppers: Vec<_> = shoppers.collect();
    tokio::time::sleep(Duration::from_secs(plan.seconds)).await;
    ending.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for shopper in shoppers {
        times.extend(shopper.await??);
    }
    let seconds = begun.elapsed().as_secs_f64();
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
