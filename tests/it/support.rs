//! The real server in the process, on a port of its own, and clients for it. Frames are waited for, never slept for.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Runtime,
    sync::oneshot,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};
use xiaoer::{
    app::{serve, settings::Settings},
    engine::{Clock, SystemClock},
    fetch::Reach,
    server::Doors,
};

pub(crate) use super::small_tree::write_small_tree;

/// Nothing that is waited for may take longer.
const DEADLINE: Duration = Duration::from_secs(30);

/// The password that staff have after their first sign-in.
pub(crate) const PASSWORD: &str = "a long new password";

/// The folders a server lives in; they outlast it, so that another can go on from them.
#[derive(Clone)]
pub(crate) struct Home {
    folder: Arc<TempDir>,
    database: String,
}

impl Home {
    /// A home whose store is gone with the server.
    pub(crate) fn in_memory() -> Self {
        let home = Self::on_disk();
        Self { database: "memory:".to_owned(), ..home }
    }

    /// A home with a database file.
    pub(crate) fn on_disk() -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        write_small_tree(&folder.path().join("intents"));
        let database = format!("sqlite:{}", folder.path().join("data/xiaoer.db").display());
        Self { folder: Arc::new(folder), database }
    }

    pub(crate) fn intents(&self) -> PathBuf {
        self.folder.path().join("intents")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The address of the store.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }
}

/// A running server on threads of its own; dropping it is a crash.
pub(crate) struct Server {
    pub(crate) home: Home,
    address: String,
    runtime: Option<Runtime>,
    stop: Option<oneshot::Sender<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Server {
    /// A server whose store is gone with it.
    pub(crate) async fn start() -> Self {
        Self::start_in(Home::in_memory()).await
    }

    pub(crate) async fn start_in(home: Home) -> Self {
        Self::start_with(home, |_| {}).await
    }

    /// A server with other settings than the usual ones.
    pub(crate) async fn start_with(home: Home, change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_by(home, Arc::new(SystemClock), change).await
    }

    /// A server by another clock.
    pub(crate) async fn start_by(
        home: Home,
        clock: Arc<dyn Clock>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime can be made");
        let mut settings = Settings {
            listen: "127.0.0.1:0".parse().expect("an address"),
            metrics_listen: None,
            intents: home.intents(),
            models: None,
            bus: None,
            data: home.data(),
            database: home.database.clone(),
            demo: true,
            doors: Doors::default(),
            systems: Reach::Machine,
        };
        change(&mut settings);
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, is_ready) = oneshot::channel();
        runtime.spawn(async move {
            let started = serve::start_by(&settings, clock).await.expect("the server starts");
            let _ = ready.send(started.addresses.store.clone());
            let stopped = async move {
                let _ = stopped.await;
            };
            started.serve(stopped).await.expect("the server serves");
        });
        let store = within(is_ready).await.expect("the server starts");
        let address = store.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { home, address, runtime: Some(runtime), stop: Some(stop) }
    }

    /// A server that runs in another process, at host and port.
    pub(crate) fn elsewhere(home: Home, address: String) -> Self {
        Self { home, address, runtime: None, stop: None }
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Asks the server to drain.
    pub(crate) fn stop(&mut self) {
        self.stop.take().expect("it is stopped once").send(()).expect("the server still runs");
    }

    /// Ends the server in the middle of whatever it does, and waits until nothing of it runs: what a killed process
    /// can no longer do, this one must not do either.
    pub(crate) async fn die(mut self) {
        let runtime = self.runtime.take().expect("a server dies once");
        let ended = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(DEADLINE));
        ended.await.expect("its threads end");
    }

    /// Opens a websocket; the status when the server refuses.
    pub(crate) async fn connect(&self, path: &str, headers: &[(&'static str, &str)]) -> Result<Client, u16> {
        let url = format!("ws://{}{path}", self.address);
        let mut request = url.into_client_request().expect("a request");
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header"));
        }
        match within(connect_async(request)).await {
            Ok((socket, _)) => Ok(Client { socket, path: path.to_owned() }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// A shopper's connection before its hello.
    pub(crate) async fn chat(&self) -> Client {
        self.connect("/ws/chat?shop=demo", &[]).await.expect("anybody may chat")
    }

    /// A shopper's connection after hello, and the welcome.
    pub(crate) async fn shopper(&self, more: Value) -> (Client, Value) {
        let mut client = self.chat().await;
        client.send(hello(more)).await;
        let welcome = client.until("welcome").await;
        (client, welcome)
    }

    /// The token by which a shop proves who a shopper is.
    pub(crate) async fn shopper_token(&self, shopper: &str) -> String {
        let path = format!("/api/v1/demo/shoppers/{shopper}/token?shop=demo");
        let answer = self.http("POST", &path, &[], "").await;
        assert_eq!(answer.status, 200);
        answer.json()["shopper"].as_str().expect("a token").to_owned()
    }

    /// One request over a connection of its own.
    pub(crate) async fn http(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        request(&self.address, method, path, headers, body).await
    }

    /// One request with a body of any bytes.
    pub(crate) async fn http_bytes(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        request_bytes(&self.address, method, path, headers, body).await
    }

    /// Posts a body that is chunked already, so that its length is not told.
    pub(crate) async fn chunked(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let framing = "transfer-encoding: chunked";
        exchange(&self.address, &format!("POST {path}"), framing, headers, body).await
    }

    /// Posts JSON.
    pub(crate) async fn post(&self, path: &str, cookie: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json"), ("cookie", cookie)];
        self.http("POST", path, &headers, &body.to_string()).await
    }

    /// Signs in and returns the session's cookie.
    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> String {
        let answer = self.post("/api/v1/session", "", json!({"name": name, "password": password})).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
    }

    /// The first sign-in, from the file that keeps it.
    pub(crate) fn first_sign_in(&self) -> (String, String) {
        let text = fs::read_to_string(self.home.data().join("first-sign-in")).expect("the file is there");
        let line = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name));
            found.expect("the file has name and password").trim().to_owned()
        };
        (line("name:"), line("password:"))
    }

    /// The owner's cookie, the first password changed to [`PASSWORD`].
    pub(crate) async fn owner(&self) -> String {
        let (name, first) = self.first_sign_in();
        let cookie = self.sign_in(&name, &first).await;
        let new = json!({"old": first, "new": PASSWORD});
        assert_eq!(self.post("/api/v1/session/password", &cookie, new).await.status, 204);
        cookie
    }
}

/// One request over a connection of its own.
pub(crate) async fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    request_bytes(address, method, path, headers, body.as_bytes()).await
}

/// The same with a body of any bytes.
pub(crate) async fn request_bytes(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let framing = format!("content-length: {}", body.len());
    exchange(address, &format!("{method} {path}"), &framing, headers, body).await
}

async fn exchange(address: &str, line: &str, framing: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = within(TcpStream::connect(address)).await.expect("the server listens");
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request =
        format!("{line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{framing}\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.expect("the request is taken");
    // A server that refuses a body by its length may close before it was written.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    // A server that refuses a body does not read it, and may reset the connection after its answer.
    let _ = within(stream.read_to_end(&mut answer)).await;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("head and body");
    let (head, bytes) = (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec());
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head, body: String::from_utf8_lossy(&bytes).into_owned(), bytes }
}

/// What an HTTP request was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// A header's value, empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers(name).next().unwrap_or("")
    }

    /// Every value of a header.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// The code of an error; empty for what is none.
    pub(crate) fn error_code(&self) -> String {
        let body = serde_json::from_str::<Value>(&self.body).unwrap_or_default();
        body["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The code of an error, with its status.
    pub(crate) fn error(&self) -> (u16, String) {
        let body = self.json();
        assert!(body["error"]["message"].is_string(), "{body}");
        (self.status, body["error"]["code"].as_str().expect("a code").to_owned())
    }
}

/// A websocket's other end. What it is sent has to be as the published schema says.
pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    path: String,
}

impl Client {
    pub(crate) async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    /// Sends a frame as it is; a server that has closed meanwhile is told by what is read next.
    pub(crate) async fn send_text(&mut self, text: &str) {
        let _ = within(self.socket.send(Message::Text(text.to_owned().into()))).await;
    }

    pub(crate) async fn say(&mut self, id: &str, text: &str) {
        self.send(json!({"type": "say", "id": id, "text": text})).await;
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match within(self.socket.next()).await {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(&text).expect("frames are JSON");
                    super::schema::assert_published(&self.path, &frame);
                    return frame;
                }
                Some(Ok(Message::Close(frame))) => panic!("closed: {frame:?}"),
                Some(Ok(_)) => {}
                Some(Err(error)) => panic!("{error}"),
                None => panic!("the connection ended"),
            }
        }
    }

    /// The next frame of a type; others are left out.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        self.find(|frame| frame["type"] == kind).await
    }

    /// The next frame that is looked for; others are left out.
    pub(crate) async fn find(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self.next().await;
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// The next message of an author.
    pub(crate) async fn message_from(&mut self, author: &str) -> Value {
        self.find(|frame| frame["type"] == "message" && frame["from"] == author).await
    }

    /// The next state with a mode.
    pub(crate) async fn mode(&mut self, mode: &str) -> Value {
        self.find(|frame| frame["type"] == "state" && frame["mode"] == mode).await
    }

    /// Every frame until the answer to a ping that is sent now.
    pub(crate) async fn frames_until_pong(&mut self) -> Vec<Value> {
        self.send(json!({"type": "ping", "t": "mark"})).await;
        let mut frames = Vec::new();
        loop {
            let frame = self.next().await;
            if frame["type"] == "pong" {
                return frames;
            }
            frames.push(frame);
        }
    }

    /// The code the server closes with; frames before it are left out.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            match within(self.socket.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("no close frame: {other:?}"),
            }
        }
    }
}

/// A hello with further fields.
pub(crate) fn hello(more: Value) -> Value {
    let mut frame = json!({"type": "hello", "v": 1});
    let more = more.as_object().expect("fields").clone();
    frame.as_object_mut().expect("an object").extend(more);
    frame
}

/// Waits, but not for ever.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("it happens in time")
}
