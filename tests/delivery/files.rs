//! What a merchant edits on one node is in use on all: on those that run, on one that comes back with older files, and
//! on a new one.

use std::{fs, net::SocketAddr, sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::{connect_async, tungstenite::Message};

use super::{
    engines::Engines,
    ledger::Ledger,
    process::{Home, Shared},
    small_tree::write_small_tree,
};

const BEFORE: &str = "店小二演示店";
const AFTER: &str = "店小二二店";
/// Nodes agree within this, and far sooner as a rule.
const AGREE_WITHIN: Duration = Duration::from_secs(30);
const SHOP: &str = "intents/shops/demo/shop.toml";

/// The shop's name as a node tells it to a shopper.
async fn name_at(node: SocketAddr) -> String {
    let (mut socket, _) =
        connect_async(format!("ws://{node}/ws/chat?shop=demo")).await.expect("the node answers");
    let hello = Message::text(r#"{"type":"hello","v":1,"locale":"zh-Hans"}"#);
    socket.send(hello).await.expect("the hello is sent");
    let frame =
        timeout(AGREE_WITHIN, socket.next()).await.expect("in time").expect("a frame").expect("a sound one");
    let frame: Value = serde_json::from_str(frame.to_text().expect("text")).expect("JSON");
    frame["shop"]["name"].as_str().expect("a welcome").to_owned()
}

async fn becomes(node: SocketAddr, name: &str) {
    let until = Instant::now() + AGREE_WITHIN;
    while name_at(node).await != name {
        assert!(Instant::now() < until, "the node goes on with {}", name_at(node).await);
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and NATS, which tests/run installs"]
async fn nodes_serve_what_was_edited_on_one_of_them() {
    let folder = TempDir::new().expect("a folder can be made");
    let engines = Engines::start(folder.path());
    let shared = Shared { database: engines.database(), bus: engines.bus(), dies: false };
    let ledger = Arc::new(Ledger::default());
    let home = |name: &str| Home::new(&folder.path().join(name), Some(shared.clone()), Arc::clone(&ledger));
    let (first, second) = (home("first"), home("second"));
    for home in [&first, &second] {
        write_small_tree(&home.folder.join("intents"));
    }
    let (first_process, first_node, _) = first.start().ready().await;
    let (second_process, second_node, _) = second.start().ready().await;
    for node in [first_node, second_node] {
        assert_eq!(name_at(node).await, BEFORE);
    }

    let file = first.folder.join(SHOP);
    let text = fs::read_to_string(&file).expect("the shop's file");
    fs::write(&file, text.replace(BEFORE, AFTER)).expect("it can be edited");
    becomes(first_node, AFTER).await;
    becomes(second_node, AFTER).await;
    let copy = fs::read_to_string(second.folder.join(SHOP)).expect("the other copy");
    assert!(copy.contains(AFTER), "the copies are alike: {copy}");

    // A node whose files are of yesterday, and one that has none yet.
    let (older, new) = (home("older"), home("new"));
    write_small_tree(&older.folder.join("intents"));
    let (older_process, older_node, _) = older.start().ready().await;
    becomes(older_node, AFTER).await;
    let (new_process, new_node, _) = new.start().ready().await;
    becomes(new_node, AFTER).await;
    for node in [first_node, second_node] {
        assert_eq!(name_at(node).await, AFTER, "nobody went back to the older files");
    }
    drop((first_process, second_process, older_process, new_process));
    assert_eq!(ledger.findings(), Vec::<String>::new());
}
