//! Health for machines: alive, ready, and figures for Prometheus.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{ServerState, figures};
use crate::engine::ShopStatus;

/// What was found counts for so long: anybody may ask, and a look writes to the store and to the disk.
const FRESH: Duration = Duration::from_secs(1);
/// A store or a disk that takes longer is as good as none.
const PATIENCE: Duration = Duration::from_secs(2);
/// What is written to find out whether the disk takes it: a page.
const A_PAGE: [u8; 4096] = [0; 4096];

/// `GET /healthz`: the process answers. Whoever starts it again when it doesn't must not do so because a database or a
/// disk is in trouble, so nothing else counts.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// Looks after the parts that take a moment to look at.
#[derive(Default)]
pub(super) struct Parts {
    data: Option<PathBuf>,
    seen: Mutex<Option<(Instant, Seen)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    store: bool,
    disk: bool,
}

impl Parts {
    /// The parts of a server with this data folder.
    pub(super) fn of(data: &Path) -> Self {
        figures::begin();
        Self { data: Some(data.to_owned()), seen: Mutex::default() }
    }

    /// Looks, unless somebody has a moment ago. Whoever asks meanwhile waits for the same look.
    async fn look(&self, state: &ServerState) -> Seen {
        let mut seen = self.seen.lock().await;
        if let Some((at, found)) = *seen
            && at.elapsed() < FRESH
        {
            return found;
        }
        let store = &state.engine.parts().store;
        let (store, disk) = tokio::join!(tokio::time::timeout(PATIENCE, store.ping()), self.disk());
        let found = Seen { store: matches!(store, Ok(Ok(()))), disk };
        *seen = Some((Instant::now(), found));
        found
    }

    /// Whether the data folder takes a page; a full disk does not.
    async fn disk(&self) -> bool {
        let Some(folder) = self.data.clone() else { return true };
        let writing = tokio::task::spawn_blocking(move || {
            let mut file = tempfile::tempfile_in(folder)?;
            file.write_all(&A_PAGE)
        });
        matches!(tokio::time::timeout(PATIENCE, writing).await, Ok(Ok(Ok(()))))
    }
}

/// How every part is.
struct Health {
    store: bool,
    disk: bool,
    model: bool,
    draining: bool,
    shops: Vec<ShopStatus>,
}

impl Health {
    async fn of(state: &ServerState) -> Self {
        let Seen { store, disk } = state.parts.look(state).await;
        let parts = state.engine.parts();
        Self {
            store,
            disk,
            model: parts.encoder.is_alive(),
            draining: state.drain.is_cancelled(),
            shops: parts.shops.list(),
        }
    }

    /// Whether requests may be sent here. A shop whose files never worked answers 503 by itself and keeps nobody from
    /// the others; but where no shop is served there is nothing to send.
    fn is_ready(&self) -> bool {
        let mut open = self.shops.iter().filter(|shop| shop.open).peekable();
        let served = open.peek().is_some() && open.all(|shop| shop.ready);
        self.store && self.disk && self.model && !self.draining && served
    }

    fn document(&self) -> Value {
        let shops = self.shops.iter().map(|shop| {
            json!({"id": shop.id.as_str(), "state": standing(shop).1, "ready": shop.open && shop.ready})
        });
        json!({
            "ready": self.is_ready(),
            "store": self.store,
            "disk": self.disk,
            "model": self.model,
            "draining": self.draining,
            "shops": shops.collect::<Vec<_>>(),
        })
    }
}

/// A shop's standing as a label, and for people.
fn standing(shop: &ShopStatus) -> (&'static str, &'static str) {
    match (shop.open, shop.ready) {
        (false, _) => ("broken", "broken files"),
        (true, false) => ("learning", "learning: exact matches and BM25 answer meanwhile"),
        (true, true) => ("ready", "ready"),
    }
}

/// `GET /readyz`: 200 when the store and the data folder can be written, the model works, every open shop answers with
/// it, and the server is not about to stop; 503 else. The body names each part.
pub(super) async fn ready(State(state): State<ServerState>) -> Response {
    let health = Health::of(&state).await;
    let status = if health.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health.document())).into_response()
}

/// `GET /metrics`: what was counted, and how things stand now.
pub(super) async fn metrics(State(state): State<ServerState>) -> Response {
    let mut page = state.metrics.render();
    let health = Health::of(&state).await;
    let now = |page: &mut String, name: &str, help: &str, fine: bool| {
        figures::line(page, (name, "gauge", help), "", u8::from(fine));
    };
    now(&mut page, "xiaoer_ready", "Whether /readyz is 200.", health.is_ready());
    now(&mut page, "xiaoer_store_up", "Whether the store can be written.", health.store);
    now(&mut page, "xiaoer_disk_writable", "Whether the data folder can be written.", health.disk);
    now(&mut page, "xiaoer_model_up", "Whether the model works.", health.model);
    for label in ["ready", "learning", "broken"] {
        let count = health.shops.iter().filter(|shop| standing(shop).0 == label).count();
        let figure = ("xiaoer_shops", "gauge", "Shops of this node, by state.");
        figures::line(&mut page, figure, &format!("{{state=\"{label}\"}}"), count);
    }
    figures::process(&mut page);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop(open: bool, ready: bool) -> ShopStatus {
        ShopStatus { id: "demo".into(), name: None, version: None, ready, open }
    }

    fn health(shops: Vec<ShopStatus>) -> Health {
        Health { store: true, disk: true, model: true, draining: false, shops }
    }

    #[test]
    fn each_part_alone_keeps_requests_away() {
        assert!(health(vec![shop(true, true)]).is_ready());
        for part in ["store", "disk", "model", "draining"] {
            let mut health = health(vec![shop(true, true)]);
            let broken = match part {
                "store" => &mut health.store,
                "disk" => &mut health.disk,
                "model" => &mut health.model,
                _ => &mut health.draining,
            };
            *broken = !*broken;
            let document = health.document();
            assert_eq!(document["ready"], false, "{part}");
            let told = ["store", "disk", "model"].iter().filter(|name| document[**name] == false).count();
            assert_eq!(
                (told, document["draining"] == true),
                (usize::from(part != "draining"), part == "draining")
            );
        }
    }

    #[test]
    fn a_broken_shop_keeps_nobody_from_the_others() {
        assert!(health(vec![shop(true, true), shop(false, false)]).is_ready());
        assert!(!health(vec![shop(true, true), shop(true, false)]).is_ready(), "one is still learning");
        assert!(!health(vec![shop(false, false)]).is_ready(), "none is served");
        assert!(!health(Vec::new()).is_ready(), "there is none");
    }
}
