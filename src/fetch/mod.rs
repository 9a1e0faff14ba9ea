//! One request to another server and its answer: in time, not too large, and without following it anywhere else.
//!
//! A shop's own system and the staff's sign-in service are asked through it. It knows no form of what is asked or
//! answered, retries nothing and sends nothing that the caller did not write. The types of a request are passed on, so
//! that nothing else has to name the library.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as Connections, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

pub use http_body_util::Full;
pub use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    header,
    http::{Error as RequestError, request::Builder},
};

/// Connections are given up before the other side closes them: many servers do so after five seconds.
const KEPT_OPEN: Duration = Duration::from_secs(4);

/// Why there is no answer. Texts hold no secret and nothing of a body.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No answer in time.
    #[error("it did not answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// No connection, or a connection that broke before the answer.
    #[error("it can't be reached")]
    Unreachable(#[source] hyper_util::client::legacy::Error),
    /// The answer broke off.
    #[error("its answer broke off")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// More than it may send.
    #[error("its answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl FetchError {
    /// Whether the request was waited for in vain.
    pub fn is_silence(&self) -> bool {
        !matches!(self, Self::TooLarge(_))
    }
}

type Http = Connections<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Connections to other servers; clones share them.
#[derive(Clone)]
pub struct Client {
    /// Made at the first request: reading the machine's certificates takes a moment, and many need none.
    http: Arc<OnceLock<Http>>,
    connecting: Duration,
    body: usize,
}

impl Client {
    /// A client that waits so long for a connection and reads bodies of so many bytes.
    pub fn new(connecting: Duration, body: usize) -> Self {
        Self { http: Arc::default(), connecting, body }
    }

    /// The status of an answer, and its body if that is 200.
    ///
    /// # Errors
    /// [`FetchError`], when there is no whole answer `within` the time.
    pub async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        within: Duration,
    ) -> Result<(StatusCode, Bytes), FetchError> {
        let exchange = async {
            let http = self.http.get_or_init(|| connections(self.connecting));
            let answer = http.request(request).await.map_err(FetchError::Unreachable)?;
            let status = answer.status();
            if status != StatusCode::OK {
                return Ok((status, Bytes::new()));
            }
            let body = Limited::new(answer.into_body(), self.body).collect().await;
            let body = body.map_err(|error| match error.downcast::<LengthLimitError>() {
                Ok(_) => FetchError::TooLarge(self.body),
                Err(error) => FetchError::Broken(error),
            })?;
            Ok((status, body.to_bytes()))
        };
        tokio::time::timeout(within, exchange).await.map_err(|_| FetchError::TimedOut(within))?
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
