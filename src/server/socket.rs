//! A websocket as this server uses it: text frames of bounded size, bounded waits, closes with a reason.

use std::time::Duration;

use axum::{
    Error,
    extract::ws::{CloseFrame, Message, WebSocket},
};
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use serde::Serialize;

/// The largest frame that is read, in bytes (CONTRACT section 3).
pub(super) const LARGEST_FRAME: usize = 64 * 1024;
/// A client that takes no data for so long is given up; it comes back and resumes.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// Close codes of RFC 6455 and the contract.
pub(super) mod close {
    pub(in crate::server) const AWAY: u16 = 1001;
    pub(in crate::server) const POLICY: u16 = 1008;
    pub(in crate::server) const TOO_LARGE: u16 = 1009;
    pub(in crate::server) const RESTART: u16 = 1012;
}

/// What came in.
pub(super) enum Incoming {
    /// A text frame.
    Text(String),
    /// A binary frame, which nobody sends us.
    Binary,
    /// A control frame; it shows that the client lives.
    Control,
    /// A frame over [`LARGEST_FRAME`].
    TooLarge,
    /// The connection has ended.
    Gone,
}

/// The writing half.
pub(super) struct Writer(SplitSink<WebSocket, Message>);
/// The reading half.
pub(super) struct Reader(SplitStream<WebSocket>);

/// The client is gone or too slow.
#[derive(Debug, thiserror::Error)]
#[error("the client is gone")]
pub(super) struct Gone;

/// Splits a socket so that reading and writing can be waited for side by side.
pub(super) fn split(socket: WebSocket) -> (Writer, Reader) {
    let (sink, stream) = socket.split();
    (Writer(sink), Reader(stream))
}

impl Writer {
    /// Sends a frame as JSON.
    pub(super) async fn send(&mut self, frame: &impl Serialize) -> Result<(), Gone> {
        let text = serde_json::to_string(frame).map_err(|_| Gone)?;
        self.write(Message::Text(text.into())).await
    }

    /// Says why and closes.
    pub(super) async fn close(&mut self, code: u16, reason: &'static str) {
        // A client that is gone already needs no goodbye.
        let _ = self.write(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    }

    async fn write(&mut self, message: Message) -> Result<(), Gone> {
        match tokio::time::timeout(WRITE_DEADLINE, self.0.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}

impl Reader {
    /// The next frame.
    pub(super) async fn next(&mut self) -> Incoming {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Incoming::Text(text.as_str().to_owned()),
            Some(Ok(Message::Binary(_))) => Incoming::Binary,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Control,
            Some(Err(error)) if is_too_large(&error) => Incoming::TooLarge,
            Some(Ok(Message::Close(_)) | Err(_)) | None => Incoming::Gone,
        }
    }
}

/// The protocol library reports a frame over the limit as a capacity error; it has no type of its own in axum.
fn is_too_large(error: &Error) -> bool {
    error.to_string().contains("too long") || error.to_string().contains("Space limit exceeded")
}
