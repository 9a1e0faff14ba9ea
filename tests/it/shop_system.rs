//! A shop's own system as a process of its own: what a merchant would write against the OpenAPI document, in plain JSON
//! and without a type of ours. This binary starts itself again for it.
//!
//! It keeps orders, tickets, wallets and a table of keys, and can be told to fail in the ways that systems fail.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::support::{Answer, request, within};

/// Set in the process that is to be the system.
const ROLE: &str = "XIAOER_TEST_SHOP_SYSTEM";
/// What the process prints before its address.
const LISTENS: &str = "the shop's system listens on ";

/// The order of the shopper `lin`, which no file of the shop knows.
pub(crate) const ORDER: &str = "880099001133";
/// The order of the shopper `wang`.
pub(crate) const OTHER_ORDER: &str = "880099001144";

/// A running system; it ends when this is dropped, or when this process does.
pub(crate) struct ShopSystem {
    pub(crate) address: String,
    process: Child,
    _stdin: Option<ChildStdin>,
}

impl Drop for ShopSystem {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl ShopSystem {
    pub(crate) fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this binary has a path"))
            .args(["shop_system::serves_as_a_process_of_its_own", "--exact", "--nocapture", "--ignored"])
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this binary can be started again");
        let lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let mut lines = lines.map(|line| line.expect("it prints text"));
        let address = lines.find_map(|line| line.split_once(LISTENS).map(|(_, address)| address.to_owned()));
        let stdin = process.stdin.take();
        Self { address: address.expect("it says where it listens"), process, _stdin: stdin }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    async fn ask(&self, method: &str, path: &str) -> Answer {
        let answer = request(&self.address, method, path, &[], "").await;
        assert_eq!(answer.status, 200, "{path}");
        answer
    }

    /// How it answers reads from now on: `fine`, `hang`, `fail` or `garbage`.
    pub(crate) async fn reads(&self, mood: &str) {
        self.ask("POST", &format!("/control/reads/{mood}")).await;
    }

    /// How it answers changes from now on: `fine`, `fail`, `busy`, or `lose`: it is carried out and never answered.
    pub(crate) async fn changes(&self, mood: &str) {
        self.ask("POST", &format!("/control/changes/{mood}")).await;
    }

    /// Waits until so many requests of a kind (`reads`, `changes`) have come in all.
    pub(crate) async fn until(&self, kind: &str, count: usize) {
        within(self.ask("GET", &format!("/control/until/{kind}/{count}"))).await;
    }

    /// Its tables.
    pub(crate) async fn tables(&self) -> Value {
        self.ask("GET", "/control/tables").await.json()
    }
}

/// Everything the system keeps.
#[derive(Default)]
struct Tables {
    orders: Vec<Value>,
    tickets: Vec<Value>,
    wallets: BTreeMap<String, Vec<Value>>,
    /// Outcomes by the key of their change.
    outcomes: BTreeMap<String, Value>,
    /// The key of every change that came in.
    asked: Vec<String>,
    authorizations: Vec<String>,
    moods: BTreeMap<String, String>,
}

#[derive(Clone)]
struct System {
    tables: Arc<Mutex<Tables>>,
    counts: Arc<watch::Sender<BTreeMap<String, usize>>>,
}

impl System {
    fn tables(&self) -> std::sync::MutexGuard<'_, Tables> {
        self.tables.lock().expect("no handler panics with it")
    }

    /// Notes a request and returns the mood for it.
    fn enter(&self, kind: &str, headers: &HeaderMap) -> String {
        let mut tables = self.tables();
        let shown = headers.get("authorization").and_then(|value| value.to_str().ok());
        tables.authorizations.push(shown.unwrap_or("none").to_owned());
        self.counts.send_modify(|counts| *counts.entry(kind.to_owned()).or_default() += 1);
        tables.moods.get(kind).cloned().unwrap_or_default()
    }
}

/// An order of one jacket, delivered three days ago.
fn an_order(id: &str, shopper: &str) -> Value {
    let ago = |hours| (Timestamp::now() - SignedDuration::from_hours(hours)).to_string();
    let yuan = |amount: &str| json!({"amount": amount, "currency": "CNY"});
    json!({
        "id": id, "shopper": shopper, "placed_at": ago(144),
        "address": {"name": "林小满", "phone": "13800000131", "region": "浙江省杭州市", "detail": "演示路1号"},
        "lines": [{
            "id": "1", "product": "women-down-jacket", "variant": "women-down-jacket-black-m",
            "title": {"zh": "轻薄羽绒服"}, "variant_text": {"zh": "黑色 M"}, "units": 1,
            "unit_price": yuan("499.00"), "paid": yuan("437.21"), "state": "delivered", "delivered_at": ago(72),
            "return_class": "normal", "gift": false, "colour_code": "of our own",
        }],
        "shipments": [{
            "carrier": "顺丰", "number": "SF1", "lines": ["1"], "state": "delivered", "shipped_at": ago(120),
            "delivered_at": ago(72), "events": [{"at": ago(72), "place": "杭州", "text": "已签收"}],
        }],
        "shipping_fee": yuan("0.00"), "discounts": [], "total": yuan("437.21"), "coupons": [], "points_spent": 0,
        "refund": null,
    })
}

/// A read: in the system's mood, else what `found` finds; nothing is 404.
async fn read(system: System, headers: HeaderMap, found: impl FnOnce(&Tables) -> Option<Value>) -> Response {
    match system.enter("reads", &headers).as_str() {
        "hang" => std::future::pending().await,
        "fail" => (StatusCode::INTERNAL_SERVER_ERROR, "database is locked").into_response(),
        "garbage" => "<html>Under maintenance</html>".into_response(),
        _ => found(&system.tables())
            .map_or(StatusCode::NOT_FOUND.into_response(), |it| Json(it).into_response()),
    }
}

fn of(rows: &[Value], field: &str, value: &str) -> Vec<Value> {
    rows.iter().filter(|row| row[field] == value).cloned().collect()
}

/// What a read finds of an id.
type Finds = fn(&Tables, &str) -> Option<Value>;

fn shopper(_: &Tables, id: &str) -> Option<Value> {
    Some(json!({"id": id, "name": "林小满", "phone": "", "level": "", "points": 0, "note": ""}))
}

fn api() -> Router<System> {
    let finds: [(&str, Finds); 6] = [
        ("/shoppers/{id}", shopper),
        ("/shoppers/{id}/orders", |tables, id| Some(of(&tables.orders, "shopper", id).into())),
        ("/shoppers/{id}/tickets", |tables, id| Some(of(&tables.tickets, "shopper", id).into())),
        ("/shoppers/{id}/wallet", |tables, id| {
            Some(tables.wallets.get(id).cloned().unwrap_or_default().into())
        }),
        ("/orders/{id}", |tables, id| of(&tables.orders, "id", id).pop()),
        ("/tickets/{id}", |tables, id| of(&tables.tickets, "id", id).pop()),
    ];
    let mut router = Router::new().route("/changes", post(change));
    for (path, find) in finds {
        let handler =
            async move |State(system): State<System>, Path(id): Path<String>, headers: HeaderMap| {
                read(system, headers, |tables| find(tables, &id)).await
            };
        router = router.route(path, get(handler));
    }
    router
}

/// `POST /changes`: once by its key.
async fn change(State(system): State<System>, headers: HeaderMap, Json(request): Json<Value>) -> Response {
    let mood = system.enter("changes", &headers);
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).expect("a key").to_owned();
    system.tables().asked.push(key.clone());
    match mood.as_str() {
        "fail" => return (StatusCode::BAD_GATEWAY, "\"done\"").into_response(),
        "busy" => return StatusCode::CONFLICT.into_response(),
        _ => {}
    }
    let outcome = {
        let mut tables = system.tables();
        match tables.outcomes.get(&key) {
            Some(outcome) => outcome.clone(),
            None => {
                let outcome = carry_out(&mut tables, &request);
                tables.outcomes.insert(key, outcome.clone());
                outcome
            }
        }
    };
    if mood == "lose" {
        return std::future::pending().await;
    }
    Json(outcome).into_response()
}

fn carry_out(tables: &mut Tables, request: &Value) -> Value {
    let Some(wish) = request["open_ticket"].as_object() else { return json!({"refused": "too_late"}) };
    let order = of(&tables.orders, "id", wish["order"].as_str().unwrap_or_default());
    if !order.iter().any(|order| order["shopper"] == wish["shopper"]) {
        return json!({"refused": "unknown_order"});
    }
    let (id, now) = (format!("ERP-{}", 7001 + tables.tickets.len()), Timestamp::now().to_string());
    let mut ticket = Value::Object(wish.clone());
    ticket["id"] = json!(id);
    ticket["opened_at"] = json!(now);
    ticket["history"] = json!([{"at": now, "state": wish["state"]}]);
    tables.tickets.push(ticket);
    json!({"ticket_opened": id})
}

fn control() -> Router<System> {
    let mood = async |State(system): State<System>, Path((kind, mood)): Path<(String, String)>| {
        system.tables().moods.insert(kind, mood);
    };
    let until = async |State(system): State<System>, Path((kind, count)): Path<(String, usize)>| {
        let mut counts = system.counts.subscribe();
        let enough = |counts: &BTreeMap<String, usize>| count <= counts.get(&kind).copied().unwrap_or(0);
        counts.wait_for(enough).await.expect("the sender lives as long as the process");
    };
    let tables = async |State(system): State<System>| {
        let tables = system.tables();
        Json(
            json!({"tickets": tables.tickets, "asked": tables.asked, "authorizations": tables.authorizations}),
        )
    };
    Router::new()
        .route("/until/{kind}/{count}", get(until))
        .route("/tables", get(tables))
        .route("/{kind}/{mood}", post(mood))
}

#[tokio::test]
#[ignore = "not a test: the process that other tests start"]
async fn serves_as_a_process_of_its_own() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let tables =
        Tables { orders: vec![an_order(ORDER, "lin"), an_order(OTHER_ORDER, "wang")], ..Tables::default() };
    let system =
        System { tables: Arc::new(Mutex::new(tables)), counts: Arc::new(watch::channel(BTreeMap::new()).0) };
    let router = Router::new().nest("/api", api()).nest("/control", control()).with_state(system);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    writeln!(std::io::stdout(), "{LISTENS}{address}").expect("somebody reads it");
    // Whoever started it holds the other end; when that process is gone, so is this one.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    axum::serve(listener, router).await.expect("it serves");
}
