//! More is said at once than can be answered: who is refused is told when to come back, and what was acknowledged is
//! answered.

use futures::future::join_all;
use serde_json::{Value, json};

use super::support::{Client, Server};

/// Shoppers who all say something at the same moment.
const SHOPPERS: usize = 400;

/// The ack of what was just said, or its refusal.
async fn verdict(client: &mut Client) -> Value {
    client.find(|frame| frame["id"] == "a" && (frame["type"] == "ack" || frame["type"] == "error")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_let_in_is_answered_and_the_rest_come_back() {
    let server = Server::start().await;
    let mut clients = Vec::new();
    for _ in 0..SHOPPERS {
        clients.push(server.shopper(json!({})).await.0);
    }
    join_all(clients.iter_mut().map(|client| client.say("a", "满多少包邮"))).await;
    let verdicts = join_all(clients.iter_mut().map(verdict)).await;
    let mut refused = Vec::new();
    for (mut client, verdict) in clients.into_iter().zip(verdicts) {
        if verdict["type"] == "ack" {
            assert_eq!(verdict["seq"], 1, "{verdict}");
            client.message_from("bot").await;
            continue;
        }
        assert_eq!((&verdict["code"], &verdict["fatal"]), (&json!("overloaded"), &json!(false)), "{verdict}");
        let retry = verdict["retry_ms"].as_u64().expect("when to come back");
        assert!((500..2_000).contains(&retry), "{verdict}");
        refused.push(client);
    }
    assert!(refused.len() < SHOPPERS, "somebody was let in");
    // Nothing of what was refused was kept: the same id is a new message, and finds a place now.
    for mut client in refused {
        client.say("a", "满多少包邮").await;
        assert_eq!(verdict(&mut client).await["seq"], 1);
        client.message_from("bot").await;
    }
}
