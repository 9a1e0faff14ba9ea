//! Who comes too often, and who takes too long: heads and bodies that drip, handshakes and sockets that go no further.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use xiaoer::server::{Doors, PerAddress, Rate};

use super::super::support::{Home, Server, hello, within};

/// Long enough for a request of this machine, short enough to wait for.
const SHORT: Duration = Duration::from_millis(300);
/// How far drops lie apart: many come within [`SHORT`].
const A_DROP: Duration = Duration::from_millis(20);

/// A server that waits no longer than [`SHORT`] for anything.
async fn hasty() -> Server {
    Server::start_with(Home::in_memory(), |settings| {
        settings.doors = Doors { head_within: SHORT, body_within: SHORT, ..Doors::default() };
    })
    .await
}

/// Few of everything, and this machine's own addresses are counted too.
fn few(behind_proxy: bool) -> Doors {
    let most = PerAddress { connections: 8, requests: Rate::new(1, 40), chats: Rate::new(1, 5) };
    Doors { behind_proxy, per_address: Some(most), counts_loopback: true, ..Doors::default() }
}

/// Sends the beginning, then a byte at a time for ever; what the server answers until it closes.
async fn drip(server: &Server, beginning: &str) -> String {
    let stream = within(TcpStream::connect(server.address())).await.expect("the server listens");
    let (mut reading, mut writing) = stream.into_split();
    writing.write_all(beginning.as_bytes()).await.expect("it is taken");
    let dripping = tokio::spawn(async move {
        let mut drops = tokio::time::interval(A_DROP);
        loop {
            drops.tick().await;
            if writing.write_all(b"x").await.is_err() {
                return;
            }
        }
    });
    let mut answer = Vec::new();
    // A server that closes on somebody who still writes may reset the connection.
    let _ = within(reading.read_to_end(&mut answer)).await;
    dripping.abort();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn who_drips_is_not_waited_for() {
    let server = hasty().await;
    for beginning in [
        "",
        "G",
        "GET / HTTP/1.1\r\nhost: x\r\nx-long: ",
        "GET /ws/chat?shop=demo HTTP/1.1\r\nupgrade: websocket\r\n",
    ] {
        let answer = drip(&server, beginning).await;
        assert!(!answer.contains("200 OK") && !answer.contains("101"), "{beginning:?}: {answer}");
    }
    for path in ["/api/v1/session", "/api/v1/nothing"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{{"
        );
        let answer = drip(&server, &head).await;
        let refused = answer.starts_with("HTTP/1.1 408") || answer.starts_with("HTTP/1.1 404");
        assert!(refused, "{path}: {answer}");
    }
    let head = "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{";
    assert!(drip(&server, head).await.contains("too_slow"));
    assert_eq!(server.http("GET", "/healthz", &[], "").await.status, 200, "nobody else has to wait");
}

#[tokio::test]
async fn a_connection_that_asks_nothing_more_is_closed_and_one_that_asks_is_kept() {
    let server = hasty().await;
    let mut stream = within(TcpStream::connect(server.address())).await.expect("the server listens");
    for _ in 0..2 {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("it is taken");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\nok") {
            let read = within(stream.read_buf(&mut answer)).await.expect("it answers");
            assert_ne!(read, 0, "{}", String::from_utf8_lossy(&answer));
        }
    }
    assert_eq!(within(stream.read(&mut [0; 16])).await.unwrap_or(0), 0, "it was closed");
}

#[tokio::test]
async fn a_socket_that_says_no_hello_is_closed() {
    let server = hasty().await;
    let mut silent = server.chat().await;
    // The deadline of a head does not count any more; that of a hello does.
    assert_eq!(silent.next().await["code"], "not_hello");
    assert_eq!(silent.close_code().await, 1008);
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_sockets_count() {
    let server = Server::start_with(Home::in_memory(), |settings| settings.doors = few(false)).await;
    let mut chats = Vec::new();
    for _ in 0..5 {
        chats.push(server.chat().await);
    }
    let mut idle = Vec::new();
    for _ in 0..3 {
        idle.push(within(TcpStream::connect(server.address())).await.expect("the server listens"));
    }
    let mut more = within(TcpStream::connect(server.address())).await.expect("the system takes it");
    assert_eq!(within(more.read(&mut [0; 16])).await.unwrap_or(0), 0, "the ninth is closed at once");
    // Those who are in are served as before, and a place that is left is free again.
    chats[0].send(hello(json!({}))).await;
    chats[0].until("welcome").await;
    drop(idle.pop());
    within(async {
        loop {
            let mut stream = TcpStream::connect(server.address()).await.expect("the server listens");
            let asked =
                stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
            let mut answer = String::new();
            if asked.is_ok() && stream.read_to_string(&mut answer).await.is_ok() && answer.ends_with("ok") {
                return;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn too_many_requests_of_an_address_have_to_wait_and_nobody_elses() {
    let server = Server::start_with(Home::in_memory(), |settings| settings.doors = few(true)).await;
    let ask = async |from: &str| {
        // What somebody writes in front does not make another address of them.
        let told = format!("198.51.100.{}, {from}", rand::random::<u8>());
        server.http("GET", "/api/v1/shops/demo/look", &[("x-forwarded-for", &told)], "").await
    };
    let mut refused = None;
    for _ in 0..60 {
        let answer = ask("203.0.113.9").await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("sixty are too many");
    assert_eq!(refused.error(), (429, "too_fast".to_owned()));
    let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
    let milliseconds = refused.json()["error"]["retry_ms"].as_u64().expect("milliseconds");
    assert!(1 <= seconds && milliseconds <= seconds * 1000, "{seconds} s, {milliseconds} ms");
    assert_eq!(ask("203.0.113.10").await.status, 200, "another address is another");
}

#[tokio::test]
async fn an_address_begins_so_many_conversations_and_a_shop_takes_so_many() {
    let server = Server::start_with(Home::in_memory(), |settings| {
        settings.doors = Doors { per_shop: Rate::new(1, 12), ..few(true) };
    })
    .await;
    let begin =
        async |from: &str| server.connect("/ws/chat?shop=demo", &[("x-forwarded-for", from)]).await.err();
    let mut begun = 0;
    while begin("203.0.113.9").await.is_none() {
        begun += 1;
        assert!(begun < 30, "an address begins as many as it likes");
    }
    assert!(5 <= begun, "{begun} only");
    assert_eq!(begin("203.0.113.9").await, Some(429));
    let mut came = 0;
    for last in 0..40 {
        came += usize::from(begin(&format!("203.0.114.{last}")).await.is_none());
    }
    assert!((1..40).contains(&came), "{came} of other addresses came in");
    assert_eq!(server.http("GET", "/healthz", &[], "").await.status, 200);
}
