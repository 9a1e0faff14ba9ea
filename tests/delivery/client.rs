//! A client's line: it comes back by itself, later after each failure in a row, with jitter, and notices when it has
//! fallen silent, as `web/shared/connection.js` does, only faster. What the frames mean is its owner's.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        http::{HeaderValue, header},
    },
};

use super::{fate::Fate, ledger::Ledger};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const FIRST_WAIT_MS: u64 = 60;
const LONGEST_WAIT_MS: u64 = 1500;
const PING_AFTER: Duration = Duration::from_secs(2);
const PONG_WITHIN: Duration = Duration::from_secs(4);
/// How often an owner that waits for others looks again.
const LOOK: Duration = Duration::from_millis(50);

/// What an owner wants done.
pub(crate) enum Command {
    Send(Value),
    /// Fetch the messages after a number, which a welcome could not hold.
    Fetch {
        after: u64,
    },
}

/// Whoever a line belongs to: frames and time come in, commands go out.
pub(crate) trait Owner: Send {
    /// The address without the proxy's fields.
    fn path(&self) -> &str;
    /// The cookie to send.
    fn cookie(&self) -> Option<&str>;
    /// A line is open; its first frame.
    fn opened(&mut self, line: u64) -> Value;
    /// The line is gone.
    fn offline(&mut self);
    /// A frame has come.
    fn receive(&mut self, frame: &Value) -> Vec<Command>;
    /// What was fetched; `None` when it could not be.
    fn fetched(&mut self, page: Option<&Value>) -> Vec<Command>;
    /// Where fetched messages are: path and token.
    fn pages(&self) -> (String, String);
    /// When it wants to do something by itself.
    fn due(&self) -> Option<Instant>;
    /// The time has come.
    fn act(&mut self) -> Vec<Command>;
    /// Whether it wants no line now.
    fn is_away(&self) -> bool;
}

/// Where clients connect to, and until when.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) seed: u64,
    pub(crate) proxy: SocketAddr,
    pub(crate) ledger: Arc<Ledger>,
    /// Whether what nodes share dies too.
    pub(crate) engines_die: bool,
    pub(crate) stop: watch::Receiver<bool>,
}

/// Keeps a line for its owner until the end.
pub(crate) async fn run(surroundings: Surroundings, who: String, mut owner: impl Owner) {
    let mut stop = surroundings.stop.clone();
    let mut client = Client {
        fate: Fate::new(surroundings.seed, &format!("{who} waits")),
        surroundings,
        who,
        line: 0,
        failures: 0,
    };
    tokio::select! {
        () = client.keep(&mut owner) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

struct Client {
    surroundings: Surroundings,
    who: String,
    fate: Fate,
    line: u64,
    failures: u32,
}

impl Client {
    async fn keep(&mut self, owner: &mut impl Owner) {
        loop {
            if owner.is_away() {
                wait(owner, Instant::now() + LOOK).await;
                continue;
            }
            self.line += 1;
            if let Some(mut socket) = self.connect(owner).await {
                self.surroundings.ledger.counts.reconnects.add(u64::from(1 < self.line));
                let hello = owner.opened(self.line);
                if socket.send(text(&hello)).await.is_ok() {
                    self.serve(owner, &mut socket).await;
                }
                owner.offline();
            }
            self.failures += 1;
            let most = (FIRST_WAIT_MS << (self.failures - 1).min(10)).min(LONGEST_WAIT_MS);
            let pause = most / 2 + self.fate.below(most / 2);
            wait(owner, Instant::now() + Duration::from_millis(pause)).await;
        }
    }

    async fn connect(&self, owner: &impl Owner) -> Option<Socket> {
        let (proxy, path, who, line) = (self.surroundings.proxy, owner.path(), &self.who, self.line);
        let mark = if path.contains('?') { '&' } else { '?' };
        let url = format!("ws://{proxy}{path}{mark}who={who}&line={line}");
        let mut request = url.into_client_request().expect("a request");
        if let Some(cookie) = owner.cookie() {
            request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(cookie).expect("a cookie"));
        }
        let connected = timeout(PONG_WITHIN, connect_async(request)).await;
        connected.ok()?.ok().map(|(socket, _)| socket)
    }

    /// Frames in, commands out, until the line is gone.
    async fn serve(&mut self, owner: &mut impl Owner, socket: &mut Socket) {
        let (mut heard, mut pinged) = (Instant::now(), false);
        loop {
            let patience = heard + if pinged { PING_AFTER + PONG_WITHIN } else { PING_AFTER };
            let due = owner.due().unwrap_or(patience);
            let commands = tokio::select! {
                frame = socket.next() => match frame {
                    Some(Ok(Message::Text(text))) => {
                        (heard, pinged) = (Instant::now(), false);
                        let frame: Value = serde_json::from_str(&text).unwrap_or_default();
                        if frame["type"] == "welcome" {
                            self.failures = 0;
                        }
                        owner.receive(&frame)
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => Vec::new(),
                },
                () = sleep_until(due.min(patience)) => {
                    let now = Instant::now();
                    if patience <= now && pinged {
                        return;
                    } else if patience <= now {
                        pinged = true;
                        vec![Command::Send(json!({"type": "ping", "t": "anyone?"}))]
                    } else {
                        owner.act()
                    }
                }
            };
            if self.carry_out(owner, socket, commands).await.is_none() || owner.is_away() {
                return;
            }
        }
    }

    async fn carry_out(
        &self,
        owner: &mut impl Owner,
        socket: &mut Socket,
        commands: Vec<Command>,
    ) -> Option<()> {
        let mut commands = std::collections::VecDeque::from(commands);
        while let Some(command) = commands.pop_front() {
            match command {
                Command::Send(frame) => socket.send(text(&frame)).await.ok()?,
                Command::Fetch { after } => {
                    let page = self.fetch(owner, after).await;
                    let more = owner.fetched(page.as_ref());
                    page?;
                    commands.extend(more);
                }
            }
        }
        Some(())
    }

    async fn fetch(&self, owner: &impl Owner, after: u64) -> Option<Value> {
        let (path, token) = owner.pages();
        let headers = format!("authorization: Bearer {token}\r\n");
        let path = format!("{path}?after={after}");
        let answer = super::http::request(self.surroundings.proxy, "GET", &path, &headers, "").await.ok()?;
        if answer.status != 200 {
            self.surroundings.ledger.find(format!("{}: {path} was answered {}", self.who, answer.status));
            return None;
        }
        self.surroundings.ledger.counts.fetched.one();
        serde_json::from_str(&answer.body).ok()
    }
}

/// Waits without a line; what its owner does meanwhile reaches nobody yet.
async fn wait(owner: &mut impl Owner, until: Instant) {
    while Instant::now() < until {
        let due = owner.due().filter(|due| *due < until);
        match due {
            Some(due) => {
                sleep_until(due).await;
                owner.act();
            }
            None => sleep(until - Instant::now()).await,
        }
    }
}

fn text(frame: &Value) -> Message {
    Message::Text(frame.to_string().into())
}
