//! What a shop's system is given for an answer, and why its answer is none.

use std::time::Duration;

use crate::fetch::{self, Bytes, FetchError, Full, Reach, Request, RequestError, StatusCode};

/// What a shop's system is given for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a read, connecting included: less than the engine waits, so that the reason is known.
    pub read: Duration,
    /// For a change, connecting included. No shopper waits for it.
    pub change: Duration,
    /// The largest body that is read, in bytes.
    pub body: usize,
    /// Where it may be: an editor writes its address, the operator says how far that may lead.
    pub reach: Reach,
}

impl Default for Limits {
    /// 2.5 seconds for a read, 10 for a change, 8 MiB, on the internet.
    fn default() -> Self {
        Self {
            read: Duration::from_millis(2_500),
            change: Duration::from_secs(10),
            body: 8 << 20,
            reach: Reach::Public,
        }
    }
}

/// Why a system's answer is none. Texts hold no secret and nothing of a body.
#[derive(Debug, thiserror::Error)]
pub(super) enum SystemError {
    /// No whole answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It was silent before and is left alone for some seconds.
    #[error("it did not answer several times and is not asked for a moment")]
    Silent,
    /// Another status than those described. Redirects are among them: a token is for one place.
    #[error("it answered with status {}", .0.as_u16())]
    Status(StatusCode),
    /// A body that nobody could read.
    #[error("its answer broke off")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Not the JSON that is described.
    #[error("its answer is no {what} in the documented form (line {line}, column {column})")]
    Form {
        /// What it should have been.
        what: &'static str,
        /// Where it goes wrong, counted from 1.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// The documented form with a value out of bounds.
    #[error("its answer has {0}")]
    Bounds(&'static str),
    /// Its address, the token or the key can't be sent.
    #[error("the request can't be made")]
    Request(#[from] RequestError),
    /// The token can't be had.
    #[error("its token can't be had")]
    Token(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl SystemError {
    /// Whether the request was waited for in vain.
    pub(super) fn is_silence(&self) -> bool {
        match self {
            Self::Fetch(error) => error.is_silence(),
            other => matches!(other, Self::Broken(_)),
        }
    }
}

/// Connections to the systems of all shops; clones share them.
#[derive(Clone)]
pub(in crate::backend) struct Client {
    http: fetch::Client,
    pub(super) limits: Limits,
}

impl Client {
    pub(in crate::backend) fn new(limits: Limits) -> Self {
        Self { http: fetch::Client::new(limits.read, limits.body, limits.reach), limits }
    }

    /// The status of an answer, and its body if that is 200.
    pub(super) async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        within: Duration,
    ) -> Result<(StatusCode, Bytes), SystemError> {
        Ok(self.http.exchange(request, within).await?)
    }
}
