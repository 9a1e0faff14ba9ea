//! What an operator sees of a server that is a process of its own: log lines, figures, traces, health.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader},
    os::unix::net::UnixDatagram,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use super::support::{Answer, Home, Server, hello, request, within, write_small_tree};

/// Words that stand nowhere else, and that the assistant doesn't know by heart.
const MARKER: &str = "我想找一件名叫金丝雀四七一一的大衣";

/// A server as a process; it ends with this.
pub(crate) struct Process {
    child: Child,
    folder: TempDir,
    pub(crate) address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has stopped by itself needs no ending.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// A server with more flags and variables, as soon as it is ready with its model.
    pub(crate) async fn start(flags: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        write_small_tree(&folder.path().join("intents"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_xiaoer"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--intents", "intents", "--data", "data"])
            .args(flags);
        command.current_dir(folder.path()).envs(variables.iter().copied());
        let lines = File::create(folder.path().join("stderr")).expect("a file can be made");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(lines)
            .spawn()
            .expect("the server starts");
        let out = child.stdout.take().expect("stdout");
        let line = tokio::task::spawn_blocking(move || BufReader::new(out).lines().next()).await;
        let line = line.expect("it is read").expect("a line").expect("UTF-8");
        let ready: Value = serde_json::from_str(&line).expect("an object");
        let store = ready["store"].as_str().expect("an address");
        let address = store.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let process = Self { child, folder, address };
        within(async { while process.get("/readyz").await.status != 200 {} }).await;
        process
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        request(&self.address, "GET", path, &[], "").await
    }

    /// A shopper's connection and its welcome.
    async fn shopper(&self) -> (WebSocketStream<MaybeTlsStream<TcpStream>>, Value) {
        let url = format!("ws://{}/ws/chat?shop=demo", self.address);
        let (mut socket, _) = within(connect_async(url)).await.expect("anybody may chat");
        let frame = hello(json!({})).to_string();
        within(socket.send(Message::Text(frame.into()))).await.expect("it is taken");
        let welcome = frame_of(&mut socket, |frame| frame["type"] == "welcome").await;
        (socket, welcome)
    }

    /// One conversation: something said, and answered by the bot. What its shopper keeps secret is returned.
    pub(crate) async fn converse(&self, words: &str) -> String {
        let (mut socket, welcome) = self.shopper().await;
        let said = json!({"type": "say", "id": "a", "text": words}).to_string();
        within(socket.send(Message::Text(said.into()))).await.expect("it is taken");
        frame_of(&mut socket, |frame| frame["type"] == "message" && frame["from"] == "bot").await;
        within(socket.close(None)).await.expect("it is closed");
        welcome["token"].as_str().expect("a token").to_owned()
    }

    /// The value of a figure on the page of metrics.
    async fn figure(&self, name: &str) -> Option<f64> {
        let page = self.get("/metrics").await.body;
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?.parse();
        Some(line.expect("a number"))
    }

    /// Asks it to stop, and returns everything that it wrote to stderr.
    pub(crate) async fn stop(mut self) -> String {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success());
        let (status, process) =
            within(tokio::task::spawn_blocking(move || (self.child.wait(), self))).await.expect("it ends");
        assert_eq!(status.expect("it ends").code(), Some(0));
        std::fs::read_to_string(process.folder.path().join("stderr")).expect("it can be read")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

/// The next frame that is looked for.
async fn frame_of(
    socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    loop {
        if let Message::Text(text) = within(socket.next()).await.expect("it is open").expect("it works") {
            let frame = serde_json::from_str(&text).expect("frames are JSON");
            if wanted(&frame) {
                return frame;
            }
        }
    }
}

#[tokio::test]
async fn log_lines_hold_neither_words_nor_secrets_at_any_level() {
    for (format, variable, level) in [
        ("text", "RUST_LOG", "debug"),
        ("text", "XIAOER_LOG", "trace"),
        ("json", "RUST_LOG", "debug"),
        ("json", "XIAOER_LOG", "trace"),
    ] {
        let server = Process::start(&["--log-format", format], &[(variable, level)]).await;
        let token = server.converse(MARKER).await;
        let sign_in = std::fs::read_to_string(server.data().join("first-sign-in")).expect("it is kept");
        let password = sign_in
            .lines()
            .find_map(|line| line.strip_prefix("password:"))
            .expect("a password")
            .trim()
            .to_owned();
        let lines = server.stop().await;
        assert!(lines.contains("DEBUG"), "{variable}={level} counts");
        for secret in [MARKER, "金丝雀", &token, &password] {
            let told = lines.lines().find(|line| line.contains(secret));
            assert!(told.is_none(), "{format}, {variable}={level}: {told:?}");
        }
        if format == "json" {
            for line in lines.lines() {
                let object: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
                for field in ["timestamp", "level", "target"] {
                    assert!(object[field].is_string(), "{field} of {line}");
                }
                // Libraries may tell of something by its fields alone.
                let ours = object["target"].as_str().is_some_and(|target| target.starts_with("xiaoer"));
                assert!(!ours || object["message"].is_string(), "{line}");
            }
        }
    }
}

#[tokio::test]
async fn what_keeps_the_server_from_starting_is_json_too() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xiaoer"));
    let output = command.args(["--log-format", "json", "--database", "mysql://nowhere", "--data"]);
    let folder = TempDir::new().expect("a folder can be made");
    let output = output.arg(folder.path()).current_dir(folder.path()).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    let last = told.lines().last().unwrap_or_default();
    let object: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("no JSON: {told}"));
    assert_eq!((output.status.code(), &object["level"]), (Some(2), &json!("ERROR")), "{told}");
}

#[tokio::test]
async fn figures_count_by_route_and_never_by_address() {
    let server = Process::start(&[], &[]).await;
    assert_eq!(server.figure("xiaoer_websockets").await, Some(0.0));
    let (mut socket, _) = server.shopper().await;
    assert_eq!(server.figure("xiaoer_websockets").await, Some(1.0));
    within(socket.close(None)).await.expect("it is closed");
    within(async { while server.figure("xiaoer_websockets").await != Some(0.0) {} }).await;

    for path in [
        "/api/v1/shops/demo/products",
        "/api/v1/shops/nobody-knows-it/products",
        "/secret-of-somebody",
        "/desk",
    ] {
        server.get(path).await;
    }
    let page = server.get("/metrics").await;
    assert_eq!(page.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for (route, status) in [
        ("/api/v1/shops/{shop}/products", 200),
        ("/api/v1/shops/{shop}/products", 404),
        ("other", 404),
        ("/desk", 200),
    ] {
        let line =
            format!("xiaoer_http_requests_total{{method=\"GET\",route=\"{route}\",status=\"{status}\"}} 1");
        assert!(page.body.contains(&line), "{line} in {}", page.body);
    }
    assert!(!page.body.contains("nobody-knows-it") && !page.body.contains("secret-of-somebody"));
    assert!(page.body.contains("xiaoer_shops{state=\"ready\"} 1"), "{}", page.body);
    for name in ["xiaoer_ready", "xiaoer_store_up", "xiaoer_disk_writable", "xiaoer_model_up"] {
        assert_eq!(server.figure(name).await, Some(1.0), "{name}");
    }
    let now = jiff::Timestamp::now().as_second() as f64;
    let started = server.figure("process_start_time_seconds").await.expect("it is told");
    assert!((now - 300.0..=now + 1.0).contains(&started), "{started}");
    #[cfg(target_os = "linux")]
    for (name, least) in
        [("process_resident_memory_bytes", 1e7), ("process_open_fds", 5.0), ("process_max_fds", 64.0)]
    {
        assert!(server.figure(name).await.is_some_and(|value| least < value), "{name}");
    }
}

#[tokio::test]
async fn ready_names_the_part_that_is_not() {
    let home = Home::in_memory();
    let server = Server::start_in(home.clone()).await;
    let ready = async || {
        let answer = server.http("GET", "/readyz", &[], "").await;
        (answer.status, answer.json())
    };
    within(async { while ready().await.0 != 200 {} }).await;
    let (_, body) = ready().await;
    for part in ["ready", "store", "disk", "model"] {
        assert_eq!(body[part], true, "{part} in {body}");
    }
    assert_eq!((&body["draining"], &body["shops"][0]["state"]), (&json!(false), &json!("ready")));

    let elsewhere = home.data().with_file_name("elsewhere");
    std::fs::rename(home.data(), &elsewhere).expect("a folder can be moved");
    within(async { while ready().await.0 == 200 {} }).await;
    let (status, body) = ready().await;
    assert_eq!(
        (status, &body["ready"], &body["disk"], &body["store"]),
        (503, &json!(false), &json!(false), &json!(true))
    );
    assert_eq!(server.http("GET", "/healthz", &[], "").await.status, 200, "the process is alive");
    std::fs::rename(elsewhere, home.data()).expect("a folder can be moved");
    within(async { while ready().await.0 != 200 {} }).await;
}

#[tokio::test]
async fn a_shop_that_never_worked_takes_no_node_away_from_the_others() {
    let home = Home::in_memory();
    let folder = home.intents().join("shops/broken");
    std::fs::create_dir(&folder).expect("a folder can be made");
    std::fs::write(folder.join("shop.toml"), "version = ").expect("a file can be written");
    let server = Server::start_in(home).await;
    within(async { while server.http("GET", "/readyz", &[], "").await.status != 200 {} }).await;
    let body = server.http("GET", "/readyz", &[], "").await.json();
    assert_eq!(
        (&body["shops"][0]["state"], &body["shops"][1]["state"]),
        (&json!("broken files"), &json!("ready"))
    );
}

#[tokio::test]
async fn a_program_without_a_shell_can_ask_how_the_server_is() {
    let server = Process::start(&[], &[]).await;
    let ask = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xiaoer"));
        let output = command.args(["health", "--at", &server.address]).args(more).output().expect("it runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
    };
    let (code, told) = ask(&[]);
    let told: Value = serde_json::from_str(&told).expect("an object");
    assert_eq!((code, &told["ready"]), (Some(0), &json!(true)));
    assert_eq!(ask(&["--alive"]), (Some(0), "ok\n".to_owned()));
    std::fs::rename(server.data(), server.data().with_file_name("elsewhere")).expect("a folder can be moved");
    within(async { while server.get("/readyz").await.status == 200 {} }).await;
    let (code, told) = ask(&[]);
    let told: Value = serde_json::from_str(&told).expect("an object");
    assert_eq!((code, &told["disk"]), (Some(1), &json!(false)));
    assert_eq!(ask(&["--alive"]).0, Some(0));
    let address = server.address.clone();
    drop(server);
    let gone = Command::new(env!("CARGO_BIN_EXE_xiaoer"))
        .args(["health", "--at", &address])
        .output()
        .expect("it runs");
    assert_eq!((gone.status.code(), gone.stdout.len()), (Some(1), 0));
}

#[tokio::test]
async fn a_supervisor_is_told_when_the_server_answers_and_when_it_stops() {
    let folder = TempDir::new().expect("a folder can be made");
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket can be made");
    socket.set_read_timeout(Some(Duration::from_secs(30))).expect("it has a timeout");
    let told = || {
        let mut bytes = [0; 64];
        let length = socket.recv(&mut bytes).expect("it is told");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    let server = Process::start(&[], &[("NOTIFY_SOCKET", path.to_str().expect("UTF-8"))]).await;
    assert_eq!(told(), "READY=1");
    server.stop().await;
    assert_eq!(told(), "STOPPING=1");
}

/// A collector of traces on this machine: the requests that came, and its address.
async fn collector() -> (String, mpsc::UnboundedReceiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    let (came, requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let came = came.clone();
            tokio::spawn(async move {
                while let Some(request) = next_request(&mut stream).await {
                    let _ = came.send(request);
                    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, requests)
}

/// Head and body of the next request on a connection that is kept open.
async fn next_request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

/// Fields of a protobuf message that hold bytes, in their order; others are passed over.
fn fields(mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
    fn number(bytes: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let (first, rest) = bytes.split_first().expect("a number ends");
            *bytes = rest;
            value |= u64::from(first & 0x7f) << shift;
            shift += 7;
            if *first < 0x80 {
                return value;
            }
        }
    }
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = number(&mut bytes);
        let length = match key & 7 {
            0 => {
                number(&mut bytes);
                0
            }
            1 => 8,
            2 => usize::try_from(number(&mut bytes)).expect("a length"),
            5 => 4,
            kind => panic!("no such kind of field: {kind}"),
        };
        let (value, rest) = bytes.split_at(length);
        bytes = rest;
        if key & 7 == 2 {
            found.push((key >> 3, value));
        }
    }
    found
}

/// The parts of a message below a path of field numbers.
fn below<'a>(bytes: &'a [u8], path: &[u64]) -> Vec<&'a [u8]> {
    let Some((first, rest)) = path.split_first() else { return vec![bytes] };
    let inner = fields(bytes).into_iter().filter(|(number, _)| number == first);
    inner.flat_map(|(_, value)| below(value, rest)).collect()
}

#[tokio::test]
async fn spans_go_to_the_collector_that_the_environment_names() {
    let (address, mut requests) = collector().await;
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ("OTEL_SERVICE_NAME", "shop-nine"),
    ];
    let server = Process::start(&[], &variables).await;
    let token = server.converse(MARKER).await;
    let lines = server.stop().await;
    let wanted = BTreeSet::from(
        [
            "http.request",
            "receive",
            "read",
            "turn",
            "reply",
            "commit",
            "send",
            "understand",
            "encode",
            "retrieve",
        ]
        .map(str::to_owned),
    );
    let mut names = BTreeSet::new();
    while !wanted.is_subset(&names) {
        let (head, body) =
            within(requests.recv()).await.unwrap_or_else(|| panic!("only {names:?} came; {lines}"));
        assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
        assert!(head.contains("\r\ncontent-type: application/x-protobuf\r\n"), "{head}");
        // ExportTraceServiceRequest.resource_spans (1) .resource (1) .attributes (1): key (1), value (2) as a text (1).
        let attributes = below(&body, &[1, 1, 1]);
        let service = attributes.iter().find(|pair| below(pair, &[1]) == [b"service.name"]);
        assert_eq!(below(service.expect("a name"), &[2, 1]), [b"shop-nine"]);
        // .resource_spans (1) .scope_spans (2) .spans (2) .name (5).
        let found =
            below(&body, &[1, 2, 2, 5]).into_iter().map(|name| String::from_utf8_lossy(name).into_owned());
        names.extend(found);
        for secret in [MARKER, "金丝雀", &token] {
            assert!(!String::from_utf8_lossy(&body).contains(secret), "spans hold no {secret}");
        }
    }
}

#[tokio::test]
async fn a_collector_that_is_away_costs_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    drop(listener);
    let server = Process::start(
        &[],
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "50")],
    )
    .await;
    server.converse(MARKER).await;
    server.stop().await;
}
