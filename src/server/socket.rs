//! A websocket as this server uses it: text frames of bounded size, bounded waits, closes with a reason.
//!
//! What the shopper's connection and the desk's have in common is here: the wait for the first frame, the bounds, the
//! drain, the silence. What the frames mean is theirs.

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
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The largest frame that is read, in bytes (CONTRACT section 3).
pub(super) const LARGEST_FRAME: usize = 64 * 1024;
/// What a connection reads at once, in bytes: most frames are far smaller, and most connections are silent.
pub(super) const READ_BUFFER: usize = 2 * 1024;
/// Written bytes that are gathered before they are sent; every frame is flushed at once anyway.
pub(super) const WRITE_BUFFER: usize = 0;
/// A client that takes no data for so long is given up; it comes back and resumes.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// How long a client has to take a goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// The first frame has to come within this.
const HELLO_DEADLINE: Duration = Duration::from_secs(10);
/// A connection that says nothing for so long is closed.
const SILENCE: Duration = Duration::from_secs(60);

// Close codes of RFC 6455 and the contract.
const AWAY: u16 = 1001;
const POLICY: u16 = 1008;
const TOO_LARGE: u16 = 1009;
const RESTART: u16 = 1012;

/// What a client sent.
pub(super) enum Incoming {
    /// A text frame.
    Text(String),
    /// A binary frame, which nobody sends us.
    Binary,
}

/// Why nothing more comes from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It has left.
    Gone,
    /// It sent a frame over [`LARGEST_FRAME`].
    TooLarge,
    /// It sent nothing for [`SILENCE`].
    Silent,
    /// The server drains.
    Draining,
    /// What it was about is no more: it has to begin anew.
    Over,
}

/// The writing half.
pub(super) struct Writer(SplitSink<WebSocket, Message>);

/// The reading half, which sees to the bounds of size and time.
pub(super) struct Reader {
    stream: SplitStream<WebSocket>,
    _counted: Counted,
    drain: CancellationToken,
    heard_at: Instant,
}

/// One of the open websockets, for as long as it is kept.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("xiaoer_websockets").increment(1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("xiaoer_websockets").decrement(1);
    }
}

/// The client is gone or too slow.
#[derive(Debug, thiserror::Error)]
#[error("the client is gone")]
pub(super) struct Gone;

/// Splits a socket so that reading and writing can be waited for side by side; reading ends when `drain` is called
/// for.
pub(super) fn split(socket: WebSocket, drain: CancellationToken) -> (Writer, Reader) {
    let (sink, stream) = socket.split();
    (Writer(sink), Reader { stream, _counted: Counted::new(), drain, heard_at: Instant::now() })
}

/// Ends a connection with the reason for which nothing more is read. Reads on until the client has taken the goodbye:
/// whatever lies unread when a socket is closed makes the system throw away what was sent last.
pub(super) async fn end(writer: &mut Writer, reader: &mut Reader, ending: Ending) {
    let (code, reason) = match ending {
        Ending::Gone => return,
        Ending::TooLarge => (TOO_LARGE, "frame too large"),
        Ending::Silent => (AWAY, "silent for too long"),
        Ending::Over => (RESTART, "begin anew"),
        Ending::Draining => (RESTART, "restarting"),
    };
    writer.close(code, reason).await;
    let taken = async { while matches!(reader.stream.next().await, Some(Ok(said)) if !is_close(&said)) {} };
    let _ = tokio::time::timeout(GOODBYE, taken).await;
}

fn is_close(message: &Message) -> bool {
    matches!(message, Message::Close(_))
}

impl Writer {
    /// Sends a frame as JSON.
    pub(super) async fn send(&mut self, frame: &impl Serialize) -> Result<(), Gone> {
        let text = serde_json::to_string(frame).map_err(|_| Gone)?;
        self.write(Message::Text(text.into())).await
    }

    /// Sends a fatal error and closes.
    pub(super) async fn refuse(&mut self, error: &impl Serialize) {
        if self.send(error).await.is_ok() {
            self.close(POLICY, "see the error before").await;
        }
    }

    async fn close(&mut self, code: u16, reason: &'static str) {
        // A client that is gone already needs no goodbye.
        let _ = self.write(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    }

    async fn write(&mut self, message: Message) -> Result<(), Gone> {
        metrics::counter!("xiaoer_frames_total", "direction" => "out").increment(1);
        match tokio::time::timeout(WRITE_DEADLINE, self.0.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}

impl Reader {
    /// The first frame; `None` when none of text came in time.
    pub(super) async fn first(&mut self) -> Result<Option<String>, Ending> {
        match tokio::time::timeout(HELLO_DEADLINE, self.next()).await {
            Ok(Ok(Incoming::Text(text))) => Ok(Some(text)),
            Ok(Ok(Incoming::Binary)) | Err(_) => Ok(None),
            Ok(Err(ending)) => Err(ending),
        }
    }

    /// The next frame. Cancelling it loses nothing.
    pub(super) async fn next(&mut self) -> Result<Incoming, Ending> {
        loop {
            let message = tokio::select! {
                biased;
                () = self.drain.cancelled() => return Err(Ending::Draining),
                message = self.stream.next() => message,
                () = tokio::time::sleep_until(self.heard_at + SILENCE) => return Err(Ending::Silent),
            };
            self.heard_at = Instant::now();
            metrics::counter!("xiaoer_frames_total", "direction" => "in").increment(1);
            match message {
                Some(Ok(Message::Text(text))) => return Ok(Incoming::Text(text.as_str().to_owned())),
                Some(Ok(Message::Binary(_))) => return Ok(Incoming::Binary),
                // A control frame shows that the client lives.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Err(error)) if is_too_large(&error) => return Err(Ending::TooLarge),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Ending::Gone),
            }
        }
    }
}

/// The protocol library reports a frame over the limit as a capacity error; it has no type of its own in axum.
fn is_too_large(error: &Error) -> bool {
    error.to_string().contains("too long") || error.to_string().contains("Space limit exceeded")
}
