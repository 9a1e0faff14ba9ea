//! The server: chat, desk, console, sign-in, static pages, health and metrics over one listener.
//!
//! Every route stands in `router` and `api`. The server owns protocols and nothing else: what is said, kept and decided
//! happens in the engine and the services.

mod api;
mod bearer;
mod chat;
mod desk;
mod doors;
mod error;
mod figures;
mod health;
mod limits;
mod listen;
mod pages;
mod rights;
mod socket;
mod speech;
mod staff;

use std::{path::Path, sync::Arc, time::Duration};

use axum::{Router, middleware, routing::get};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use doors::{Doors, PerAddress};
pub use limits::Rate;
pub use staff::cookie;

use crate::{
    accounts::Accounts,
    engine::{Engine, LAST_TURNS},
    shop::Problem,
    workshop::{folder::Folder, rehearsal::Rehearse},
};

/// How long open connections may take to end after a stop was asked for.
pub const DRAIN_DEADLINE: Duration = Duration::from_secs(10);

/// A server that was told to stop has ended within this: its goodbyes, then the turns under way, then a breath. Whoever
/// would kill it (systemd, Kubernetes) has to wait longer.
pub const STOPPED_WITHIN: Duration = Duration::from_secs(DRAIN_DEADLINE.as_secs() + LAST_TURNS.as_secs() + 5);

/// Pictures that may be on their way in at once, over all conversations.
const UPLOAD_PLACES: usize = 48;

/// What the server serves; `app` makes it.
#[derive(Clone)]
pub struct ServerState {
    /// The engine.
    pub engine: Engine,
    /// Staff sign-in and shopper tokens.
    pub accounts: Arc<Accounts>,
    /// Whether this is a demo: its shoppers can be signed in by the page, traces are shown.
    pub demo: bool,
    /// What the merchant's files have wrong, as of the last load.
    pub problems: Arc<arc_swap::ArcSwap<Vec<Problem>>>,
    /// The merchant's files.
    pub files: Arc<Folder>,
    /// Where drafts of them are tried.
    pub studio: Arc<dyn Rehearse>,
    trying: Arc<Semaphore>,
    /// Renders the metrics.
    pub metrics: metrics_exporter_prometheus::PrometheusHandle,
    speech: Arc<speech::Speech>,
    upload_pace: Arc<limits::PicturePace>,
    /// Pictures on their way in, or waiting to be decoded.
    upload_places: Arc<Semaphore>,
    parts: Arc<health::Parts>,
    gate: Arc<doors::Gate>,
    drain: CancellationToken,
    /// Websockets that are open; what they began they finish, and say goodbye.
    sockets: TaskTracker,
}

impl ServerState {
    /// A state of these parts.
    pub fn new(
        engine: Engine,
        accounts: Arc<Accounts>,
        (demo, doors): (bool, Doors),
        problems: Arc<arc_swap::ArcSwap<Vec<Problem>>>,
        (files, studio): (Folder, Arc<dyn Rehearse>),
        metrics: metrics_exporter_prometheus::PrometheusHandle,
    ) -> Self {
        Self {
            engine,
            accounts,
            demo,
            problems,
            files: Arc::new(files),
            studio,
            trying: Arc::new(Semaphore::new(1)),
            metrics,
            speech: Arc::default(),
            upload_pace: Arc::new(limits::PicturePace::of_pictures()),
            upload_places: Arc::new(Semaphore::new(UPLOAD_PLACES)),
            parts: Arc::default(),
            gate: Arc::new(doors::Gate::new(doors)),
            drain: CancellationToken::new(),
            sockets: TaskTracker::new(),
        }
    }

    /// The same, telling of a data folder whether it can be written.
    #[must_use]
    pub fn with_data_folder(self, folder: &Path) -> Self {
        Self { parts: Arc::new(health::Parts::of(folder)), ..self }
    }
}

/// Every route; those of the HTTP interface stand in `api`. Metrics are here, or have a listener of their own.
fn router(state: ServerState, with_metrics: bool) -> Router {
    let routes = if with_metrics { metrics_route() } else { Router::new() };
    routes
        .route("/", get(pages::store))
        .route("/desk", get(pages::desk))
        .route("/desk/report", get(pages::report))
        .route("/console", get(pages::console))
        .route("/ws/chat", get(chat::connect))
        .route("/ws/desk", get(desk::connect))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .nest_service("/api/v1", api::service(state.clone()))
        .fallback_service(get(pages::file))
        .layer(middleware::from_fn_with_state(state.clone(), doors::watch))
        .layer(middleware::from_fn(figures::measure))
        .with_state(state)
}

/// What is for whoever watches over the server.
fn metrics_route() -> Router<ServerState> {
    Router::new().route("/metrics", get(health::metrics))
}

/// Serves until `stop`, then drains: connections are closed with 1012, within [`DRAIN_DEADLINE`], and turns under way are
/// finished, within [`LAST_TURNS`].
///
/// # Errors
/// The listener's.
pub async fn serve(
    state: ServerState,
    (listener, metrics): (TcpListener, Option<TcpListener>),
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (engine, drain, gate) = (state.engine.clone(), state.drain.clone(), Arc::clone(&state.gate));
    let sockets = state.sockets.clone();
    let background = tokio::spawn({
        let (engine, drain) = (engine.clone(), drain.clone());
        async move { engine.run(drain.cancelled()).await }
    });
    tokio::spawn({
        let drain = drain.clone();
        async move {
            stop.await;
            drain.cancel();
        }
    });
    let with_metrics = metrics.is_none();
    if let Some(listener) = metrics {
        // Watched over to the end: its own doors, and no wait for it.
        let gate = Arc::new(doors::Gate::new(Doors { per_address: None, ..gate.doors.clone() }));
        let routes = metrics_route().with_state(state.clone());
        tokio::spawn(listen::serve(listener, routes, gate, CancellationToken::new()));
    }
    tokio::select! {
        () = async {
            listen::serve(listener, router(state, with_metrics), gate, drain.clone()).await;
            sockets.close();
            sockets.wait().await;
        } => {}
        () = async { drain.cancelled().await; tokio::time::sleep(DRAIN_DEADLINE).await } => {
            tracing::warn!(left = sockets.len(), "connections are cut that did not end in time");
        }
    }
    drain.cancel();
    let (looking, ()) = tokio::join!(tokio::time::timeout(LAST_TURNS, background), engine.drain());
    if let Ok(Err(_)) = looking {
        tracing::error!("the engine's background task ended badly");
    }
    Ok(())
}
