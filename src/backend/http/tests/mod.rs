//! The client against what a shop's system may send, and the OpenAPI document against the client.

mod document;
mod hostile;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{
    backend::ShopSystem,
    wire::samples::{self, at, yuan},
};

/// What the system does with a request.
enum Reaction {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Never answers.
    Hang,
}

/// An answer of a status with a body.
fn answer(status: u16, body: &str) -> Reaction {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Word\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    Reaction::Bytes([head.as_bytes(), body.as_bytes()].concat())
}

/// Everything a request says: its head and its body.
type Requests = Arc<Mutex<Vec<String>>>;

/// A system that reacts to one request after the other, and keeps what it was sent.
async fn system(reactions: impl IntoIterator<Item = Reaction>) -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let requests = Requests::default();
    let (kept, mut reactions) = (Arc::clone(&requests), reactions.into_iter().collect::<VecDeque<_>>());
    tokio::spawn(async move {
        let mut hanging = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = read_request(&mut stream).await;
            kept.lock().expect("no test panics with it").push(request);
            match reactions.pop_front().expect("no more requests than reactions") {
                Reaction::Bytes(bytes) => {
                    // Who has read enough closes first.
                    let _ = stream.write_all(&bytes).await;
                    let _ = stream.shutdown().await;
                }
                Reaction::Hang => hanging.push(stream),
            }
        }
    });
    (format!("http://{address}/base"), requests)
}

async fn read_request(stream: &mut TcpStream) -> String {
    let (mut text, mut chunk) = (String::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut chunk).await.expect("the request is sent");
        text.push_str(std::str::from_utf8(&chunk[..length]).expect("requests are ASCII but for their body"));
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let wanted = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= wanted.map_or(0, |length| length.parse().expect("a number")) {
            return text;
        }
    }
}

/// A shop that has one token.
struct Token(Option<&'static str>);

impl Systems for Token {
    fn system_of(&self, _: &ShopId) -> Option<ShopSystem> {
        None
    }

    fn bearer(
        &self,
        _: &ShopId,
    ) -> std::result::Result<Option<String>, Box<dyn std::error::Error + Send + Sync>> {
        match self.0 {
            Some("none to be had") => Err("the key file is damaged".into()),
            token => Ok(token.map(str::to_owned)),
        }
    }
}

/// Limits that a busy machine does not reach by itself.
const PATIENT: Limits = Limits {
    read: Duration::from_secs(20),
    change: Duration::from_secs(20),
    body: 256 * 1024,
    reach: crate::fetch::Reach::Machine,
};
/// Limits for systems that never answer.
const HASTY: Limits =
    Limits { read: Duration::from_millis(50), change: Duration::from_millis(50), ..PATIENT };

fn client(url: String, token: Option<&'static str>, limits: Limits) -> HttpBackend {
    HttpBackend::new(HttpSystem { url, currency: Currency::CNY }, Arc::new(Token(token)), limits)
}

async fn client_of(reactions: impl IntoIterator<Item = Reaction>) -> (HttpBackend, Requests) {
    let (url, requests) = system(reactions).await;
    (client(url, None, PATIENT), requests)
}

fn shop() -> ShopId {
    ShopId::from("demo")
}

fn a_change(key: &str) -> Change {
    samples::change(key, 1)
}

/// What the operator reads of a failure.
fn told<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.expect_err("it is no answer").with_causes()
}
