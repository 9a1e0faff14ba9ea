//! The bad line between clients and server: it works on frames, keeps its own address while the server comes and
//! goes, and does to a connection what a network, a proxy in a train or a phone in a pocket does.
//!
//! It cuts, falls silent, delays, delivers a frame twice, delivers it again on a later connection, and holds frames
//! back until the client's next connection has spoken: then frames of the old connection reach the server after
//! those of the new one. What happens to the n-th frame of a connection comes from a generator of that connection
//! and direction alone.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, accept_async, connect_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        http::{HeaderValue, header},
    },
};

use super::{fate::Fate, ledger::Ledger};

type ToServer = SplitSink<WebSocketStream<MaybeTlsStream<TcpStream>>, Message>;
type FromServer = SplitStream<WebSocketStream<MaybeTlsStream<TcpStream>>>;

/// Held frames wait no longer for the client's next connection.
const HELD_AT_MOST: Duration = Duration::from_secs(5);
/// An old connection stays open so long for the answers to its late frames.
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);
/// How a server that stops ends its connections.
const RESTART: u16 = 1012;
/// A silent connection that its client does not give up is cut.
const SILENT_AT_MOST: Duration = Duration::from_secs(15);

/// The proxy; clones are the same one.
#[derive(Clone)]
pub(crate) struct Proxy {
    shared: Arc<Shared>,
}

struct Shared {
    seed: u64,
    address: SocketAddr,
    ledger: Arc<Ledger>,
    /// Where the nodes are, while they are anywhere.
    nodes: watch::Sender<Vec<Option<SocketAddr>>>,
    /// Connections so far: they go to the nodes in turn.
    turn: AtomicU64,
    calm: AtomicBool,
    /// Servers die without a word.
    abrupt: AtomicBool,
    /// Frames that have reached the server.
    delivered: AtomicU64,
    /// Websockets to each server.
    open: Mutex<HashMap<SocketAddr, u64>>,
    /// Old connections that still have frames to deliver.
    holding: AtomicU64,
    clients: Mutex<HashMap<String, Arc<Lineage>>>,
}

/// What the connections of one client have in common.
struct Lineage {
    /// The newest connection that has spoken to the server, and how many frames it has delivered.
    spoken: watch::Sender<(u64, u64)>,
    /// Frames to deliver again on a later connection, with the number of the one they came by.
    again: Mutex<Vec<(u64, Message)>>,
}

/// One connection of one client.
struct Line {
    shared: Arc<Shared>,
    lineage: Arc<Lineage>,
    number: u64,
    delivered: u64,
    silent: Arc<AtomicBool>,
}

/// What becomes of a client's frame.
enum Up {
    Pass,
    Delay(u64),
    /// Delivered twice, with a moment between.
    Twice(u64),
    /// Delivered now, and again by a later connection.
    Again,
    /// The connection is cut before it.
    Lose,
    /// The connection is cut once it is delivered.
    DeliverAndCut,
    /// It and the next few are held back; then the connection is cut and they arrive late.
    Hold {
        frames: usize,
        within: u64,
    },
    /// Nothing passes any more; what the client says meanwhile arrives late.
    Silence,
}

impl Proxy {
    /// Listens on an address of its own.
    pub(crate) async fn open(seed: u64, ledger: Arc<Ledger>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let shared = Arc::new(Shared {
            seed,
            address: listener.local_addr().expect("an address"),
            ledger,
            nodes: watch::Sender::new(Vec::new()),
            turn: AtomicU64::new(0),
            calm: AtomicBool::new(false),
            abrupt: AtomicBool::new(false),
            delivered: AtomicU64::new(0),
            open: Mutex::default(),
            holding: AtomicU64::new(0),
            clients: Mutex::default(),
        });
        let proxy = Self { shared: Arc::clone(&shared) };
        tokio::spawn(async move {
            loop {
                if let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(Arc::clone(&shared), stream));
                }
            }
        });
        proxy
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// Where a node is from now on.
    pub(crate) fn lead_to(&self, node: usize, address: Option<SocketAddr>) {
        self.shared.nodes.send_modify(|nodes| {
            nodes.resize(nodes.len().max(node + 1), None);
            nodes[node] = address;
        });
    }

    /// Where a node is.
    pub(crate) fn node(&self, node: usize) -> Option<SocketAddr> {
        self.shared.nodes.borrow().get(node).copied().flatten()
    }

    /// How many websockets lead to a server.
    pub(crate) fn open_at(&self, server: SocketAddr) -> u64 {
        self.shared.open().get(&server).copied().unwrap_or_default()
    }

    /// Servers are killed and cut off: a connection may end without a word.
    pub(crate) fn expect_no_goodbyes(&self) {
        self.shared.abrupt.store(true, Ordering::Relaxed);
    }

    /// From now on everything passes.
    pub(crate) fn calm_down(&self) {
        self.shared.calm.store(true, Ordering::Relaxed);
    }

    /// How many frames have reached the server.
    pub(crate) fn delivered(&self) -> u64 {
        self.shared.delivered.load(Ordering::Relaxed)
    }

    /// Whether frames of old connections are still to be delivered.
    pub(crate) fn is_holding(&self) -> bool {
        self.shared.holding.load(Ordering::Relaxed) > 0
    }
}

/// A websocket is worked on, any other request goes through as it is.
async fn serve(shared: Arc<Shared>, mut client: TcpStream) {
    let Some(head) = head_of(&client).await else { return };
    let Some(server) = shared.next_node() else { return };
    if !head.to_ascii_lowercase().contains("upgrade: websocket") {
        if let Ok(mut server) = TcpStream::connect(server).await {
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        }
        return;
    }
    let path = head.split(' ').nth(1).unwrap_or_default();
    let address = server;
    let mut request = format!("ws://{server}{path}").into_client_request().expect("a request");
    if let Some(cookie) = head.lines().find_map(|line| line.strip_prefix("cookie: ")) {
        request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(cookie).expect("a cookie"));
    }
    let Ok((server, _)) = connect_async(request).await else { return };
    let Ok(client) = accept_async(client).await else { return };
    let field = |name: &str| path.split(['?', '&']).find_map(|field| field.strip_prefix(name));
    let (who, number) = (field("who=").unwrap_or_default(), field("line=").unwrap_or_default());
    let number = number.parse().unwrap_or_default();
    *shared.open().entry(address).or_default() += 1;
    relay(Arc::clone(&shared), client, server, who, number).await;
    *shared.open().entry(address).or_default() -= 1;
}

/// The head of a request, left where it is for whoever reads it next.
async fn head_of(stream: &TcpStream) -> Option<String> {
    let mut buffer = vec![0; 4096];
    let wait = async {
        loop {
            let read = stream.peek(&mut buffer).await.ok().filter(|read| 0 < *read)?;
            let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
            if text.contains("\r\n\r\n") || read == buffer.len() {
                return Some(text);
            }
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_secs(5), wait).await.ok().flatten()
}

async fn relay(
    shared: Arc<Shared>,
    client: WebSocketStream<TcpStream>,
    server: WebSocketStream<MaybeTlsStream<TcpStream>>,
    who: &str,
    number: u64,
) {
    shared.ledger.counts.lines.one();
    let lineage = shared.lineage(who);
    let silent = Arc::new(AtomicBool::new(false));
    let up = Fate::new(shared.seed, &format!("{who} line {number} up"));
    let down = Fate::new(shared.seed, &format!("{who} line {number} down"));
    let mut line =
        Line { shared: Arc::clone(&shared), lineage, number, delivered: 0, silent: Arc::clone(&silent) };
    let ((mut to_client, mut from_client), (mut to_server, mut from_server)) =
        (client.split(), server.split());
    let held = tokio::select! {
        held = line.upward(&mut from_client, &mut to_server, up) => held,
        () = downward(&shared, &mut from_server, &mut to_client, down, &silent) => Vec::new(),
    };
    // Without a goodbye, as a line breaks.
    drop((to_client, from_client));
    if !held.is_empty() {
        let _holding = Holding::new(&shared);
        line.deliver_late(held, to_server, from_server).await;
    }
}

impl Shared {
    /// The next node that is there: whatever it was before, a conversation goes on anywhere.
    fn next_node(&self) -> Option<SocketAddr> {
        let there: Vec<SocketAddr> = self.nodes.borrow().iter().flatten().copied().collect();
        let turn =
            usize::try_from(self.turn.fetch_add(1, Ordering::Relaxed)).expect("a count of connections");
        there.get(turn.checked_rem(there.len())?).copied()
    }

    fn lineage(&self, who: &str) -> Arc<Lineage> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Lineage { spoken: watch::Sender::new((0, 0)), again: Mutex::default() });
        Arc::clone(clients.entry(who.to_owned()).or_insert_with(new))
    }

    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<SocketAddr, u64>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    /// What becomes of a client's next frame. Only what is said may be delivered twice, and it suffers most.
    fn draw(&self, fate: &mut Fate, said: bool) -> Up {
        let drawn = fate.below(if said { 1000 } else { 3000 });
        let amount = fate.below(300);
        if self.is_calm() {
            return Up::Pass;
        }
        match drawn {
            0..15 => Up::Lose,
            15..35 => Up::DeliverAndCut,
            35..75 => Up::Hold { frames: fate.between(1, 4) as usize, within: 100 + amount },
            75..80 => Up::Silence,
            80..140 => Up::Delay(amount),
            140..180 if said => Up::Twice(amount / 10),
            180..230 if said => Up::Again,
            _ => Up::Pass,
        }
    }
}

impl Line {
    /// Client to server, until the connection ends; returns what is to be delivered late.
    async fn upward(
        &mut self,
        client: &mut SplitStream<WebSocketStream<TcpStream>>,
        server: &mut ToServer,
        mut fate: Fate,
    ) -> Vec<Message> {
        let shared = Arc::clone(&self.shared);
        let counts = &shared.ledger.counts;
        while let Some(frame) = next_text(client).await {
            let kind = kind_of(&frame);
            if is_small(&kind) {
                self.deliver(server, frame).await;
                continue;
            }
            let said = kind == "say" || kind == "note";
            match shared.draw(&mut fate, said) {
                Up::Pass => self.deliver(server, frame).await,
                Up::Delay(ms) => {
                    counts.delayed.one();
                    sleep(Duration::from_millis(ms)).await;
                    self.deliver(server, frame).await;
                }
                Up::Twice(ms) => {
                    self.deliver(server, frame.clone()).await;
                    sleep(Duration::from_millis(ms)).await;
                    self.deliver(server, frame).await;
                    counts.twice.one();
                }
                Up::Again => {
                    self.lineage.again().push((self.number, frame.clone()));
                    self.deliver(server, frame).await;
                }
                Up::Lose => {
                    counts.cuts.one();
                    counts.lost.one();
                    return Vec::new();
                }
                Up::DeliverAndCut => {
                    counts.cuts.one();
                    self.deliver(server, frame).await;
                    return Vec::new();
                }
                Up::Hold { frames, within } => {
                    counts.cuts.one();
                    let until = Instant::now() + Duration::from_millis(within);
                    return hold(client, frame, frames, until).await;
                }
                Up::Silence => {
                    counts.stalls.one();
                    self.silent.store(true, Ordering::Relaxed);
                    return hold(client, frame, usize::MAX, Instant::now() + SILENT_AT_MOST).await;
                }
            }
            self.deliver_again(server).await;
        }
        Vec::new()
    }

    async fn deliver(&mut self, server: &mut ToServer, frame: Message) {
        // A server that was killed is noticed by what is read from it.
        if server.send(frame).await.is_ok() {
            self.delivered += 1;
            self.shared.delivered.fetch_add(1, Ordering::Relaxed);
            let spoken = (self.number, self.delivered);
            self.lineage.spoken.send_if_modified(|newest| {
                let newer = *newest < spoken;
                if newer {
                    *newest = spoken;
                }
                newer
            });
        }
    }

    /// What an earlier connection delivered arrives once more.
    async fn deliver_again(&mut self, server: &mut ToServer) {
        let earlier: Vec<Message> = {
            let mut again = self.lineage.again();
            let (earlier, own) = again.drain(..).partition(|(number, _)| *number < self.number);
            *again = own;
            let earlier: Vec<(u64, Message)> = earlier;
            earlier.into_iter().map(|(_, frame)| frame).collect()
        };
        for frame in earlier {
            self.deliver(server, frame).await;
            self.shared.ledger.counts.resent.one();
        }
    }

    /// Waits until a newer connection has spoken, then delivers, and keeps the connection until all is answered.
    async fn deliver_late(&mut self, held: Vec<Message>, mut server: ToServer, mut answers: FromServer) {
        let mut spoken = self.lineage.spoken.subscribe();
        let number = self.number;
        // The hello and something more, if there is more.
        let newer = async {
            let _ = spoken.wait_for(|(line, frames)| number < *line && 1 < *frames).await;
        };
        let wait = async {
            let _ = timeout(HELD_AT_MOST, newer).await;
        };
        tokio::select! {
            () = wait => {}
            // The server was killed: what was held is lost.
            () = drain(&mut answers) => return,
        }
        let is_late = number < self.lineage.spoken.borrow().0;
        let mut open = held.len();
        for frame in held {
            if server.send(frame).await.is_ok() && is_late {
                self.shared.ledger.counts.late.one();
            }
        }
        let answered = async {
            while let Some(Ok(frame)) = answers.next().await {
                if matches!(kind_of(&frame).as_str(), "ack" | "error") {
                    open -= 1;
                    if open == 0 {
                        return;
                    }
                }
            }
        };
        let _ = timeout(ANSWERED_WITHIN, answered).await;
    }
}

impl Lineage {
    fn again(&self) -> std::sync::MutexGuard<'_, Vec<(u64, Message)>> {
        self.again.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Server to client, until the connection ends.
async fn downward(
    shared: &Shared,
    server: &mut FromServer,
    client: &mut SplitSink<WebSocketStream<TcpStream>, Message>,
    mut fate: Fate,
    silent: &AtomicBool,
) {
    let counts = &shared.ledger.counts;
    loop {
        let frame = match server.next().await {
            Some(Ok(Message::Close(Some(close)))) if u16::from(close.code) == RESTART => {
                return counts.goodbyes.one();
            }
            Some(Ok(frame)) => frame,
            Some(Err(_)) | None => {
                if !shared.abrupt.load(Ordering::Relaxed) {
                    shared.ledger.find("a server ended a connection without a word".to_owned());
                }
                return;
            }
        };
        if silent.load(Ordering::Relaxed) {
            continue;
        }
        let counted = matches!(kind_of(&frame).as_str(), "welcome" | "ack" | "message" | "conversation");
        let (drawn, amount) = if counted { (fate.below(1000), fate.below(300)) } else { (999, 0) };
        let drawn = if shared.is_calm() { 999 } else { drawn };
        match drawn {
            0..8 => return counts.cuts.one(),
            16..70 => {
                counts.delayed.one();
                sleep(Duration::from_millis(amount)).await;
            }
            _ => {}
        }
        if client.send(frame).await.is_err() {
            return;
        }
        if (8..16).contains(&drawn) {
            return counts.cuts.one();
        }
    }
}

/// Collects a client's frames until there are enough, it is time, or the client leaves.
async fn hold(
    client: &mut SplitStream<WebSocketStream<TcpStream>>,
    first: Message,
    most: usize,
    until: Instant,
) -> Vec<Message> {
    let mut held = vec![first];
    while held.len() < most {
        match timeout_at(until, next_text(client)).await {
            Ok(Some(frame)) if is_small(&kind_of(&frame)) => {}
            Ok(Some(frame)) => held.push(frame),
            Ok(None) | Err(_) => break,
        }
    }
    held
}

async fn drain(server: &mut FromServer) {
    while let Some(Ok(_)) = server.next().await {}
}

/// The client's next text; `None` when it has left.
async fn next_text(client: &mut SplitStream<WebSocketStream<TcpStream>>) -> Option<Message> {
    loop {
        match client.next().await {
            Some(Ok(frame @ Message::Text(_))) => return Some(frame),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(_)) => {}
        }
    }
}

fn kind_of(frame: &Message) -> String {
    let Message::Text(text) = frame else { return String::new() };
    let frame: Value = serde_json::from_str(text).unwrap_or_default();
    frame["type"].as_str().unwrap_or_default().to_owned()
}

/// How many of these there are depends on the machine's timing, so nothing is decided by them.
fn is_small(kind: &str) -> bool {
    matches!(kind, "ping" | "typing" | "read" | "status")
}

/// Counts an old connection as long as it has frames to deliver.
struct Holding<'a>(&'a Shared);

impl<'a> Holding<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.holding.fetch_add(1, Ordering::Relaxed);
        Self(shared)
    }
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        self.0.holding.fetch_sub(1, Ordering::Relaxed);
    }
}
