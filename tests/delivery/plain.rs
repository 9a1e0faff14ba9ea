//! A client that does one thing after the other, on a line that nobody disturbs.

use std::{net::SocketAddr, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        http::{HeaderValue, header},
    },
};

/// Whatever is waited for comes within this.
pub(crate) const WITHIN: Duration = Duration::from_secs(20);

/// An open websocket.
pub(crate) struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Line {
    async fn open(node: SocketAddr, path: &str, cookie: &str) -> Self {
        let mut request = format!("ws://{node}{path}").into_client_request().expect("a request");
        if !cookie.is_empty() {
            request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(cookie).expect("a cookie"));
        }
        let (socket, _) = connect_async(request).await.expect("the node answers");
        Self { socket }
    }

    /// A desk, and its welcome.
    pub(crate) async fn desk(node: SocketAddr, cookie: &str) -> (Self, Value) {
        let mut line = Self::open(node, "/ws/desk", cookie).await;
        line.send(&json!({"type": "hello", "v": 1})).await;
        let welcome = line.hear(|frame| frame["type"] == "welcome").await;
        (line, welcome)
    }

    /// A shopper, and the welcome: to a new conversation, or to that of a token, of which everything has been seen.
    pub(crate) async fn shopper(node: SocketAddr, resumed: Option<(&str, u64)>) -> (Self, Value) {
        let mut line = Self::open(node, "/ws/chat?shop=demo", "").await;
        line.send(&match resumed {
            None => json!({"type": "hello", "v": 1}),
            Some((token, after)) => json!({"type": "hello", "v": 1, "token": token, "after": after}),
        })
        .await;
        let welcome = line.hear(|frame| frame["type"] == "welcome").await;
        (line, welcome)
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.socket.send(Message::text(frame.to_string())).await.expect("the connection is open");
    }

    /// The next frame of those that are waited for.
    pub(crate) async fn hear(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = timeout(WITHIN, self.socket.next()).await.expect("in time");
            let frame = frame.expect("the connection is open").expect("a sound frame");
            let Message::Text(frame) = frame else { continue };
            let frame: Value = serde_json::from_str(&frame).expect("JSON");
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// With which code the other end closes.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            match timeout(WITHIN, self.socket.next()).await.expect("in time") {
                Some(Ok(Message::Close(Some(close)))) => return close.code.into(),
                Some(Ok(_)) => {}
                other => panic!("it ended without a word: {other:?}"),
            }
        }
    }

    /// Says something and waits for its ack and its answer.
    pub(crate) async fn converse(&mut self, id: &str) {
        self.send(&json!({"type": "say", "id": id, "text": "你好"})).await;
        self.hear(|frame| {
            assert_ne!(frame["type"], "error", "{frame}");
            frame["type"] == "ack"
        })
        .await;
        self.hear(|frame| frame["type"] == "message" && frame["from"] == "bot").await;
    }
}
