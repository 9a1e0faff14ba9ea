//! Turns through real websockets: a server in this process on SQLite, so many shoppers, each waiting for its answer.
//!
//! `cargo bench --bench turns [-- --text FILE]`. Bounded: 10 seconds, 32 shoppers. Server and shoppers share the
//! machine. The corpus is small, so after the first seconds vectors come from the cache.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{Error, Message};
use xiaoer::app::{serve, settings::Settings};

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SHOPPERS: usize = 32;
const FOR: Duration = Duration::from_secs(10);

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let file = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--text"), Some(file)) => PathBuf::from(file),
        _ => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/corpus/messages.txt")),
    };
    let text = std::fs::read_to_string(file)?;
    let messages: Vec<String> =
        text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(Arc::new(messages)))
}

async fn measure(messages: Arc<Vec<String>>) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        intents: PathBuf::from("intents"),
        models: None,
        database: format!("sqlite:{}", data.join("bench.db").display()),
        data,
        demo: true,
        doors: xiaoer::server::Doors::default(),
        systems: xiaoer::fetch::Reach::Machine,
    };
    let started = serve::start(&settings).await?;
    let address = started.addresses.store.replace("http", "ws");
    let started_at = started.addresses.store.replace("http://", "").replace('/', "");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(started.serve(async move {
        let _ = stopped.await;
    }));
    until_learnt(&started_at).await?;
    let ending = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let shoppers = (0..SHOPPERS).map(|number| {
        tokio::spawn(shop(
            format!("{address}ws/chat?shop=demo"),
            number,
            Arc::clone(&messages),
            Arc::clone(&ending),
        ))
    });
    let shoppers: Vec<_> = shoppers.collect();
    tokio::time::sleep(FOR).await;
    ending.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for shopper in shoppers {
        times.extend(shopper.await??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_millis();
    println!(
        "{:.0} turns a second; answer p50 {} ms, p99 {} ms",
        times.len() as f64 / seconds,
        at(0.5),
        at(0.99)
    );
    let _ = stop.send(());
    server.await??;
    Ok(())
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
    const PATIENCE: Duration = Duration::from_secs(2);
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
    messages: Arc<Vec<String>>,
    ending: Arc<AtomicBool>,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    let mut place = number * 7;
    while !ending.load(Ordering::Relaxed) {
        let (mut socket, _) = tokio_tungstenite::connect_async(address.as_str()).await?;
        socket.send(Message::text(r#"{"type":"hello","v":1}"#)).await?;
        for turn in 0..8 {
            if ending.load(Ordering::Relaxed) {
                break;
            }
            let text = &messages[place % messages.len()];
            place += 1;
            let frame = serde_json::json!({"type": "say", "id": format!("{turn}"), "text": text});
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
