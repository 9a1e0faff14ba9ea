//! An index of messages that was lost or damaged, before a start or while it is in use: made anew by itself.

use std::fs;

use serde_json::{Value, json};

use super::super::{
    machine::Running,
    support::{Home, PASSWORD, within},
};

async fn hits(running: &Running, cookie: &str) -> Value {
    let path = "/api/v1/desk/search?q=%E9%87%91%E4%B8%9D%E9%9B%80";
    let answer = running.http("GET", path, &[("cookie", cookie)], "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["hits"].clone()
}

/// Waits until so many messages are found.
async fn found(running: &Running, cookie: &str, count: usize) {
    within(async { while hits(running, cookie).await.as_array().map(Vec::len) != Some(count) {} }).await;
}

#[tokio::test]
async fn whatever_happens_to_the_index_it_is_made_anew() {
    let home = Home::on_disk();
    let running = Running::start(&home, &[]).await;
    let owner = running.owner().await;
    let (mut client, _) = running.shopper(json!({})).await;
    client.say("help", "转人工").await;
    client.mode("queue").await;
    client.say("a", "一只金丝雀").await;
    client.until("ack").await;
    found(&running, &owner, 1).await;

    // Lost while it is in use: the next thing said is found, and all that was said before.
    let folder = home.data().join("search");
    fs::remove_dir_all(&folder).expect("it is a folder of its own");
    client.say("b", "两只金丝雀").await;
    client.until("ack").await;
    found(&running, &owner, 2).await;
    running.line_with("made anew").await;
    running.stop().await;

    // Damaged in every way that its files can be.
    let files: Vec<_> =
        fs::read_dir(&folder).expect("it is there").flatten().map(|entry| entry.path()).collect();
    assert!(3 < files.len(), "{files:?}");
    let harms: [fn(&mut Vec<u8>); 4] = [
        Vec::clear,
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.fill(0xa5),
        |bytes| {
            if let Some(byte) = bytes.get_mut(0) {
                *byte ^= 1;
            }
        },
    ];
    for harm in harms {
        let files = fs::read_dir(&folder).expect("it is there").flatten().map(|entry| entry.path());
        for file in files.filter(|file| file.is_file()) {
            let mut bytes = fs::read(&file).expect("it can be read");
            harm(&mut bytes);
            fs::write(&file, bytes).expect("it can be written");
        }
        let running = Running::start(&home, &[]).await;
        let owner = running.sign_in("owner", PASSWORD).await;
        found(&running, &owner, 2).await;
        running.stop().await;
    }
    // A file where the folder should be.
    fs::remove_dir_all(&folder).expect("it is there");
    fs::write(&folder, "in the way").expect("it can be written");
    let running = Running::start(&home, &[]).await;
    let owner = running.sign_in("owner", PASSWORD).await;
    found(&running, &owner, 2).await;
}
