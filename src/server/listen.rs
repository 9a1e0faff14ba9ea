//! Connections of the listener, each on a task of its own: HTTP/1.1 whose heads have to arrive in time, and whose sockets
//! count against their address until they are closed, websockets included.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::Router;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_service::Service;

use super::doors::{Gate, Peer, Place};

/// After an error of the listener itself, most likely for want of file descriptors, others may close meanwhile.
const REST: Duration = Duration::from_millis(200);

/// Serves until `stop`, then until every request under way is answered. Websockets end by themselves.
pub(super) async fn serve(listener: TcpListener, router: Router, gate: Arc<Gate>, stop: CancellationToken) {
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                rest_after(&error).await;
                continue;
            }
        };
        let Some(place) = gate.enter(address.ip()) else {
            metrics::counter!("xiaoer_turned_away_total", "of" => "connections").increment(1);
            continue;
        };
        // An answer goes out behind its ack: without this it would wait until the client's system confirms the ack, 40 ms.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = %error, "a connection goes without TCP_NODELAY");
        }
        let socket = Socket { stream, _place: place };
        let head_within = gate.doors.head_within;
        connections.spawn(connection(socket, router.clone(), Peer(address.ip()), head_within, stop.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn rest_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    // Who has left before they were let in is no trouble of ours.
    if ![ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind()) {
        tracing::error!(error = %error, "no connection can be accepted");
        tokio::time::sleep(REST).await;
    }
}

async fn connection(
    socket: Socket,
    router: Router,
    peer: Peer,
    head_within: Duration,
    stop: CancellationToken,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        // A router is always ready.
        router.clone().call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_within);
    let serving = http.serve_connection(TokioIo::new(socket), service).with_upgrades();
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(error = %error, "a connection ended badly");
    }
}

/// A socket with its place; the place is free again when the socket is closed.
struct Socket {
    stream: TcpStream,
    _place: Place,
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
