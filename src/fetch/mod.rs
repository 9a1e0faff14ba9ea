//! One request to another server and its answer: in time, not too large, only where it may reach, and without following
//! it anywhere else.
//!
//! A shop's own system and the staff's sign-in service are asked through it. It knows no form of what is asked or
//! answered, retries nothing and sends nothing that the caller did not write. The types of a request are passed on, so
//! that nothing else has to name the library.

mod reach;

use std::{
    error::Error,
    net::IpAddr,
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

pub use reach::Reach;
use reach::{OutOfReach, Resolver};

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
    /// The operator does not let requests reach this address.
    #[error("its address is one that this server may not ask (`serve --systems` says which it may)")]
    OutOfReach,
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
        !matches!(self, Self::TooLarge(_) | Self::OutOfReach)
    }
}

type Http = Connections<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>;

/// Connections to other servers; clones share them.
#[derive(Clone)]
pub struct Client {
    /// Made at the first request: reading the machine's certificates takes a moment, and many need none.
    http: Arc<OnceLock<Http>>,
    connecting: Duration,
    body: usize,
    reach: Reach,
}

impl Client {
    /// A client that waits so long for a connection, reads bodies of so many bytes and reaches so far.
    pub fn new(connecting: Duration, body: usize, reach: Reach) -> Self {
        Self { http: Arc::default(), connecting, body, reach }
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
        // An address that is written out is looked up by nobody.
        let written = request.uri().host().map(|host| host.trim_start_matches('[').trim_end_matches(']'));
        let written = written.and_then(|host| host.parse::<IpAddr>().ok());
        if written.is_some_and(|address| !self.reach.covers(address)) {
            return Err(FetchError::OutOfReach);
        }
        let exchange = async {
            let http = self.http.get_or_init(|| connections(self.connecting, self.reach));
            let answer = http.request(request).await.map_err(unreachable)?;
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

/// Why nothing answers: a name may lead out of reach.
fn unreachable(error: hyper_util::client::legacy::Error) -> FetchError {
    let causes = std::iter::successors(Some(&error as &(dyn Error + 'static)), |error| (*error).source());
    let mut inner = causes.filter_map(|cause| cause.downcast_ref::<std::io::Error>()?.get_ref());
    if inner.any(|cause| cause.is::<OutOfReach>()) {
        return FetchError::OutOfReach;
    }
    FetchError::Unreachable(error)
}

/// Plain HTTP or TLS with the certificates that the machine trusts, a merchant's own authority among them; a machine
/// that has none gets the public ones.
fn connections(connecting: Duration, reach: Reach) -> Http {
    let mut tcp = HttpConnector::new_with_resolver(Resolver::new(reach));
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

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    /// Somebody on this machine who answers the first request with these bytes, and their port.
    async fn answering(bytes: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody comes");
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(bytes.as_bytes()).await;
        });
        port
    }

    async fn ask(reach: Reach, address: &str) -> Result<StatusCode, FetchError> {
        let request = Request::builder().uri(address).body(Full::default()).expect("an address");
        Client::new(SOON, 1024, reach).exchange(request, SOON).await.map(|(status, _)| status)
    }

    #[tokio::test]
    async fn neither_an_address_nor_a_name_leads_out_of_reach() {
        for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"] {
            for reach in [Reach::Public, Reach::Network] {
                let refused = ask(reach, &format!("http://{host}:1/")).await;
                assert!(
                    matches!(refused, Err(FetchError::OutOfReach)),
                    "{host} within {reach:?}: {refused:?}"
                );
            }
        }
        for address in ["http://169.254.169.254/latest/meta-data/", "http://0.0.0.0/", "http://[fe80::1]/"] {
            let refused = ask(Reach::Machine, address).await;
            assert!(matches!(refused, Err(FetchError::OutOfReach)), "{address}: {refused:?}");
        }
        let port = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        let answer = ask(Reach::Machine, &format!("http://localhost:{port}/")).await;
        assert!(matches!(answer, Ok(StatusCode::OK)), "{answer:?}");
    }

    #[tokio::test]
    async fn nobody_is_followed_anywhere_else() {
        let elsewhere = "HTTP/1.1 307 Go\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let port = answering(elsewhere).await;
        let answer = ask(Reach::Machine, &format!("http://127.0.0.1:{port}/")).await;
        assert!(matches!(answer, Ok(StatusCode::TEMPORARY_REDIRECT)), "{answer:?}");
    }
}
