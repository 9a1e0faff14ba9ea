//! One request to a shop's system and its answer: in time, not too large, and without following it anywhere else.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{Request, StatusCode, body::Bytes};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as Connections, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

/// Connections are given up before the system closes them: many servers do so after five seconds.
const KEPT_OPEN: Duration = Duration::from_secs(4);

/// What a shop's system is given for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a read, connecting included: less than the engine waits, so that the reason is known.
    pub read: Duration,
    /// For a change, connecting included. No shopper waits for it.
    pub change: Duration,
    /// The largest body that is read, in bytes.
    pub body: usize,
}

impl Default for Limits {
    /// 2.5 seconds for a read, 10 for a change, 8 MiB.
    fn default() -> Self {
        Self { read: Duration::from_millis(2_500), change: Duration::from_secs(10), body: 8 << 20 }
    }
}

/// Why a system's answer is none. Texts hold no secret and nothing of a body.
#[derive(Debug, thiserror::Error)]
pub(super) enum SystemError {
    /// No answer in time.
    #[error("it did not answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// No connection, or a connection that broke before the answer.
    #[error("it can't be reached")]
    Unreachable(#[source] hyper_util::client::legacy::Error),
    /// The answer broke off.
    #[error("its answer broke off")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It was silent before and is left alone for some seconds.
    #[error("it did not answer several times and is not asked for a moment")]
    Silent,
    /// Another status than those described. Redirects are among them: a token is for one place.
    #[error("it answered with status {}", .0.as_u16())]
    Status(StatusCode),
    /// More than it may send.
    #[error("its answer is larger than {0} bytes")]
    TooLarge(usize),
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
    Request(#[from] hyper::http::Error),
    /// The token can't be had.
    #[error("its token can't be had")]
    Token(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl SystemError {
    /// Whether the request was waited for in vain.
    pub(super) fn is_silence(&self) -> bool {
        matches!(self, Self::TimedOut(_) | Self::Unreachable(_) | Self::Broken(_))
    }
}

type Http = Connections<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Connections to the systems of all shops; clones share them.
#[derive(Clone)]
pub(in crate::backend) struct Client {
    /// Made at the first request: reading the machine's certificates takes a moment, and most shops need none.
    http: Arc<OnceLock<Http>>,
    pub(super) limits: Limits,
}

impl Client {
    pub(in crate::backend) fn new(limits: Limits) -> Self {
        Self { http: Arc::default(), limits }
    }

    /// The status of an answer, and its body if that is 200.
    pub(super) async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        within: Duration,
    ) -> Result<(StatusCode, Bytes), SystemError> {
        let exchange = async {
            let http = self.http.get_or_init(|| connections(self.limits.read));
            let answer = http.request(request).await.map_err(SystemError::Unreachable)?;
            let status = answer.status();
            if status != StatusCode::OK {
                return Ok((status, Bytes::new()));
            }
            let body = Limited::new(answer.into_body(), self.limits.body).collect().await;
            let body = body.map_err(|error| match error.downcast::<LengthLimitError>() {
                Ok(_) => SystemError::TooLarge(self.limits.body),
                Err(error) => SystemError::Broken(error),
            })?;
            Ok((status, body.to_bytes()))
        };
        tokio::time::timeout(within, exchange).await.map_err(|_| SystemError::TimedOut(within))?
    }
}

/// Plain HTTP or TLS with the certificates that the machine trusts, a merchant's own authority among them; a machine
/// that has none gets the public ones.
fn connections(connecting: Duration) -> Http {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connecting));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = match HttpsConnectorBuilder::new().with_provider_and_native_roots(Arc::clone(&provider)) {
        Ok(tls) => tls,
        Err(error) => {
            tracing::warn!(error = %error, "this machine trusts no certificates: the public ones are used");
            HttpsConnectorBuilder::new()
                .with_provider_and_webpki_roots(provider)
                .expect("ring speaks the versions that are asked for")
        }
    };
    let connector = tls.https_or_http().enable_http1().wrap_connector(tcp);
    Connections::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(KEPT_OPEN)
        .build(connector)
}
