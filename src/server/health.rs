//! Health for machines: alive, ready, and figures for Prometheus.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::ServerState;

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// `GET /readyz`: 200 when every open shop answers with the model and the store can be written; 503 else, with
/// what is missing. Before that, exact matches and BM25 answer.
pub(super) async fn ready(State(state): State<ServerState>) -> Response {
    let shops = state.engine.parts().shops.list();
    let store = state.engine.parts().store.ping().await.is_ok();
    let fine = store && shops.iter().all(|shop| shop.open && shop.ready);
    let shops: Vec<_> = shops
        .iter()
        .map(|shop| {
            let words = match (shop.open, shop.ready) {
                (false, _) => "broken files",
                (true, false) => "learning: exact matches and BM25 answer meanwhile",
                (true, true) => "ready",
            };
            json!({"id": shop.id.as_str(), "state": words, "ready": shop.open && shop.ready})
        })
        .collect();
    let status = if fine { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({"ready": fine, "store": store, "shops": shops}))).into_response()
}

/// `GET /metrics`.
pub(super) async fn metrics(State(state): State<ServerState>) -> String {
    state.metrics.render()
}
