//! A database that something else wrote to, and one that another server has.

use std::{
    fs::{self, OpenOptions},
    io::{Seek, SeekFrom, Write},
};

use serde_json::json;

use super::super::{
    machine::{Running, run},
    support::{Home, within},
};

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];
/// A page of the database.
const PAGE: u64 = 4096;

/// Overwrites part of a home's database in its place.
fn overwrite(home: &Home, from: u64, length: u64) {
    let file = home.data().join("xiaoer.db");
    let mut file = OpenOptions::new().write(true).open(file).expect("it is there");
    file.seek(SeekFrom::Start(from)).expect("it can be");
    let garbage = vec![0xa5; usize::try_from(length).expect("small")];
    file.write_all(&garbage).expect("it can be written");
}

/// A home in which somebody has talked, all of it in the database's one file, and the conversation's token.
async fn talked() -> (Home, String) {
    let home = Home::on_disk();
    let running = Running::start(&home, &[]).await;
    let (mut client, welcome) = running.shopper(json!({})).await;
    client.say("a", "你好").await;
    client.message_from("bot").await;
    let token = welcome["token"].as_str().expect("a token").to_owned();
    running.stop().await;
    // Its next start moves the log into the file.
    Running::start(&home, &[]).await.stop().await;
    run(&home, &["backup", "backups"]).object();
    (home, token)
}

#[tokio::test]
async fn a_damaged_database_is_named_at_the_start_with_what_to_do() {
    let (home, _) = talked().await;
    let file = home.data().join("xiaoer.db");
    let whole = fs::read(&file).expect("it can be read");
    let length = whole.len() as u64;
    for (what, from, much) in
        [("head", 0, 100), ("schema", 100, PAGE - 100), ("middle", 2 * PAGE, length / 2)]
    {
        fs::remove_file(home.data().join("xiaoer.db-wal")).ok();
        fs::write(&file, &whole).expect("it can be written");
        overwrite(&home, from, much);
        let told = run(&home, &SERVE);
        assert!(told.refusal().contains("data/xiaoer.db is damaged"), "{what}: {told:?}");
        assert!(told.err.contains("xiaoer restore"), "{what}: {told:?}");
        // Nor is what is damaged backed up as if it were not.
        let told = run(&home, &["backup", "others"]);
        assert!(told.refusal().contains("damaged"), "{what}: {told:?}");
    }
    fs::write(&file, "not a database at all").expect("it can be written");
    let told = run(&home, &SERVE);
    assert!(told.refusal().contains("data/xiaoer.db is damaged"), "{told:?}");

    // What the line says to do works.
    let backups = fs::read_dir(home.data().with_file_name("backups")).expect("it is there");
    let backup = backups.flatten().next().expect("there is one").path();
    run(&home, &["restore", backup.to_str().expect("UTF-8"), "--move-aside"]).object();
    Running::start(&home, &[]).await.stop().await;
}

#[tokio::test]
async fn damage_that_is_come_upon_while_serving_is_told_and_takes_the_node_away() {
    let (home, token) = talked().await;
    let running = Running::start(&home, &[]).await;
    let length = fs::metadata(home.data().join("xiaoer.db")).expect("it is there").len();
    overwrite(&home, 2 * PAGE, length - 2 * PAGE);
    // Whoever reads what has not been read lately comes upon it; nobody is told what it was.
    let mut client = running.chat().await;
    client.send(super::super::support::hello(json!({"token": token, "after": 0}))).await;
    let line = running.line_with("is damaged").await;
    assert!(line.contains("xiaoer.db") && line.contains("xiaoer restore"), "{line}");
    within(async { while running.ready().await.0 == 200 {} }).await;
    let (status, body) = running.ready().await;
    assert_eq!((status, &body["store"]), (503, &json!(false)), "{body}");
}

#[tokio::test]
async fn a_database_has_one_server() {
    let home = Home::on_disk();
    let first = Running::start(&home, &[]).await;
    let url = home.database().to_owned();
    // In the same folder, and from another one by its address.
    for more in [&["--data", "data"][..], &["--data", "other", "--database", &url]] {
        let told = run(&home, &[&SERVE[..], more].concat());
        assert!(told.refusal().contains("is in use by another xiaoer"), "{told:?}");
        assert!(told.err.contains(&first.process().to_string()), "{told:?}");
    }
    let (mut client, _) = first.shopper(json!({})).await;
    client.say("a", "你好").await;
    client.message_from("bot").await;
    // One that died holds nothing.
    first.kill();
    Running::start(&home, &[]).await.stop().await;
}
