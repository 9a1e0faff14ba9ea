//! What a silent connection costs: so many websockets on a server of its own, each with a conversation, which do nothing
//! but ping, while one shopper goes on talking.
//!
//! ```text
//! ulimit -n 120000; cargo bench --bench idle --profile release -- [--connections 50000] [--seconds 60]
//! ```
//!
//! Memory is the server's resident set, and what the kernel takes besides for all sockets of both sides.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "process/mod.rs"]
mod process;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use futures::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use tokio_tungstenite::tungstenite::Message;

use process::{Server, field};

/// Connections from one address: less than there are ports.
const FROM_ONE_ADDRESS: usize = 20_000;
/// Connections that are opened at the same time.
const AT_ONCE: usize = 64;
/// Between a connection's pings.
const PING_EVERY: Duration = Duration::from_secs(25);

fn main() -> anyhow::Result<()> {
    let (mut connections, mut seconds) = (50_000, 60);
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(flag) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--connections" => connections = value.parse()?,
            "--seconds" => seconds = value.parse()?,
            _ => anyhow::bail!("unknown flag {flag}"),
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(connections, Duration::from_secs(seconds)))
}

async fn measure(connections: usize, lasting: Duration) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (server, address) = Server::start(folder.path(), Path::new("intents"), &[])?;
    let alone = talk(address, Duration::from_secs(10)).await?;
    let (before, kernel_before) = (server.resident()?, unclaimed()?);
    let opened = Instant::now();
    let mut idle = open(address, connections).await?;
    let took = opened.elapsed().as_secs_f64();
    let talking = tokio::spawn(talk(address, lasting));
    let until = Instant::now() + lasting;
    let mut pinged = 0;
    let mut alive = idle.len();
    while Instant::now() < until {
        // A tenth of a second's share at a time, so that pings come as they do: evenly.
        let share = (idle.len() / (PING_EVERY.as_millis() as usize / 100)).max(1);
        for number in pinged..pinged + share {
            let count = idle.len();
            if idle[number % count].write_all(&frame(r#"{"type":"ping","t":1}"#)).await.is_err() {
                alive -= 1;
            }
        }
        pinged += share;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let among = talking.await??;
    let (after, kernel_after) = (server.resident()?, unclaimed()?);
    let each = |bytes: u64| bytes as f64 / connections as f64 / 1024.0;
    println!(
        "{connections} silent connections, opened in {took:.1} s, {alive} alive, {pinged} pings: {:.1} KiB each in the server; \
         all memory of the machine, both sides of every socket in it: {:.1} KiB each",
        each(after.saturating_sub(before)),
        each(kernel_before.saturating_sub(kernel_after)),
    );
    println!(
        "one shopper's answers: p50 {:.1} ms, p99 {:.1} ms alone; p50 {:.1} ms, p99 {:.1} ms among them",
        alone.0, alone.1, among.0, among.1
    );
    Ok(())
}

/// So many connections that have said hello. Nobody reads what comes: a welcome and some pongs wait in the kernel.
async fn open(address: SocketAddr, connections: usize) -> anyhow::Result<Vec<TcpStream>> {
    let opening = futures::stream::iter(0..connections).map(|number| async move {
        let socket = TcpSocket::new_v4()?;
        let from = Ipv4Addr::new(127, 0, 1, u8::try_from(2 + number / FROM_ONE_ADDRESS)?);
        socket.bind((from, 0).into())?;
        let mut stream = socket.connect(address).await?;
        let request = format!(
            "GET /ws/chat?shop=demo HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        anyhow::ensure!(answer.ends_with(b"101"), "refused: {}", String::from_utf8_lossy(&answer));
        stream.write_all(&frame(r#"{"type":"hello","v":1}"#)).await?;
        Ok(stream)
    });
    let opened: Vec<anyhow::Result<TcpStream>> = opening.buffer_unordered(AT_ONCE).collect().await;
    opened.into_iter().collect()
}

/// A client's text frame (RFC 6455), masked with zeros.
fn frame(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("a short frame");
    assert!(length < 126, "a short frame");
    let mut bytes = vec![0x81, 0x80 | length, 0, 0, 0, 0];
    bytes.extend(text.as_bytes());
    bytes
}

/// One shopper asks and waits, twice a second; the answers' p50 and p99 in milliseconds.
async fn talk(address: SocketAddr, lasting: Duration) -> anyhow::Result<(f64, f64)> {
    let (mut socket, _) =
        tokio_tungstenite::connect_async(format!("ws://{address}/ws/chat?shop=demo")).await?;
    socket.send(Message::text(r#"{"type":"hello","v":1}"#)).await?;
    let (until, mut times) = (Instant::now() + lasting, Vec::new());
    while Instant::now() < until {
        let (asked, id) = (Instant::now(), times.len());
        let say = serde_json::json!({"type": "say", "id": id.to_string(), "text": "满多少包邮"});
        socket.send(Message::text(say.to_string())).await?;
        while let Some(heard) = socket.next().await {
            if heard?.to_text().unwrap_or_default().contains(r#""from":"bot""#) {
                break;
            }
        }
        times.push(asked.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Ok((at(0.5), at(0.99)))
}

/// What the machine has left, in bytes.
fn unclaimed() -> anyhow::Result<u64> {
    field("/proc/meminfo", "MemAvailable:")
}
