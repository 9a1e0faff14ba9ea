//! Personal data through the public surface: what is exported, what is erased, what a shop keeps no longer, and that
//! nothing of it is left in any file.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use xiaoer::{
    domain::{Content, DialogueState, Locale, Part},
    store::{
        self, ConversationStore, NewAnswer, NewConversation, NewShopperMessage, Page, PrivacyStore, Role,
        SqlStore, TurnCommit,
    },
};

use super::{
    case::add_staff,
    desk::{about, desk},
    machine::{folder, run},
    support::{Answer, Client, Home, PASSWORD, Server, hello, within},
};

/// Words that nobody else says, and that no index cuts up.
const SECRET: &str = "zyxwvutsrq9471";
/// The shopper's telephone in the demo's orders.
const PHONE: &str = "13800000131";

/// The files below a folder that hold some bytes.
fn holding(folder: &Path, wanted: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(holding(&path, wanted));
            continue;
        }
        // A file that goes while it is looked for holds nothing any more.
        let bytes = std::fs::read(&path).unwrap_or_default();
        if bytes.windows(wanted.len()).any(|window| window == wanted) {
            found.push(path);
        }
    }
    found
}

/// Waits until no file below a folder holds some bytes: what deletes them is under way in the background.
async fn until_gone(folder: &Path, wanted: &[u8]) {
    within(async {
        while !holding(folder, wanted).is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

async fn get(server: &Server, cookie: &str, path: &str) -> Answer {
    server.http("GET", &format!("/api/v1/{path}"), &[("cookie", cookie)], "").await
}

async fn erase(server: &Server, cookie: &str, who: Value) -> Answer {
    let mut body = json!({"shop": "demo"});
    body.as_object_mut().expect("an object").extend(who.as_object().expect("fields").clone());
    server.post("/api/v1/privacy/erase", cookie, body).await
}

/// A shopper whom the shop knows, who has said something and sent a picture, and was handed to a person who noted it.
struct Told {
    shopper: Client,
    welcome: Value,
    desk: Client,
    id: String,
    proof: String,
    picture: Vec<u8>,
}

async fn told(server: &Server, owner: &str) -> Told {
    let proof = server.shopper_token("lin").await;
    let (mut shopper, welcome) = server.shopper(json!({"shopper": proof})).await;
    shopper.say("s", &format!("我的暗号是 {SECRET}")).await;
    shopper.message_from("bot").await;
    let id = welcome["conversation"].as_str().expect("an id").to_owned();
    let token = format!("Bearer {}", welcome["token"].as_str().expect("a token"));
    let image =
        image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([x as u8 * 3, y as u8 * 3, (x * y) as u8]));
    let mut file = std::io::Cursor::new(Vec::new());
    image.write_to(&mut file, image::ImageFormat::Png).expect("a picture can be written");
    // Whose conversation is somebody's takes their word as well.
    let keys = [("authorization", token.as_str()), ("xiaoer-shopper", proof.as_str())];
    let kept = server.http_bytes("POST", "/api/v1/uploads", &keys, &file.into_inner()).await;
    assert_eq!(kept.status, 201, "{}", kept.body);
    let upload = kept.json()["id"].as_str().expect("an id").to_owned();
    let picture = server.http("GET", &format!("/api/v1/uploads/{upload}"), &keys, "").await.bytes;
    shopper.send(json!({"type": "say", "id": "p", "image": upload})).await;
    shopper.message_from("bot").await;
    shopper.say("h", "转人工").await;
    shopper.mode("queue").await;
    let (mut desk, _) = desk(server, owner).await;
    desk.send(about("take", &id)).await;
    shopper.mode("agent").await;
    let note =
        json!({"type": "note", "id": "n", "conversation": id, "text": format!("暗号 {SECRET} 是真的")});
    desk.send(note).await;
    desk.until("ack").await;
    // The index of messages has it now.
    let found = get(server, owner, &format!("desk/search?q={SECRET}")).await.json();
    assert_eq!(found["hits"].as_array().expect("hits").len(), 2, "{found}");
    Told { shopper, welcome, desk, id, proof, picture }
}

#[tokio::test]
async fn whoever_is_erased_is_in_no_file_any_more() {
    let server = Server::start_in(Home::on_disk()).await;
    let owner = server.owner().await;
    let mut told = told(&server, &owner).await;
    let data = server.home.data();
    // What is looked for is really found where it is kept, or not to find it would say nothing.
    let before = holding(&data, SECRET.as_bytes());
    let is_in = |part: &str| before.iter().any(|path| path.to_string_lossy().contains(part));
    assert!(is_in("/search/") && is_in("xiaoer.db"), "{before:?}");
    let in_picture = told.picture[told.picture.len() / 2..][..48].to_vec();
    assert!(!holding(&data, &in_picture).is_empty() && !holding(&data, PHONE.as_bytes()).is_empty());

    let held = erase(&server, &owner, json!({"shopper": "lin"})).await;
    assert_eq!(held.error(), (409, "held".to_owned()));
    let kept = get(&server, &owner, "privacy/kept?shop=demo&shopper=lin").await.json();
    assert_eq!((&kept["conversations"], &kept["held_up"]), (&json!(1), &json!("held")), "{kept}");
    told.desk.send(about("close", &told.id)).await;
    told.shopper.mode("closed").await;

    let erased = erase(&server, &owner, json!({"shopper": "lin"})).await;
    assert_eq!(erased.status, 200, "{}", erased.body);
    let counts = erased.json();
    assert_eq!(
        (&counts["conversations"], &counts["pictures"], &counts["left"]),
        (&json!(1), &json!(1), &json!(0))
    );
    // The open widget begins anew, once.
    assert_eq!(told.shopper.close_code().await, 1012);
    let mut again = server.chat().await;
    let back = json!({"token": told.welcome["token"], "after": 3, "shopper": told.proof});
    again.send(hello(back)).await;
    assert_eq!(again.next().await["code"], "bad_token");
    let fresh = again.next().await;
    assert_eq!((&fresh["type"], &fresh["messages"]), (&json!("welcome"), &json!([])));
    assert_ne!(fresh["conversation"], told.welcome["conversation"]);
    again.say("a", "你好").await;
    again.message_from("bot").await;

    assert_eq!(get(&server, &owner, &format!("desk/search?q={SECRET}")).await.json()["hits"], json!([]));
    let gone = format!("desk/conversations/{}/case", told.id);
    assert_eq!(get(&server, &owner, &gone).await.status, 404);
    let log = get(&server, &owner, "audit?action=personal.erase").await;
    let entry = &log.json()["entries"][0];
    assert_eq!((&entry["shop"], &entry["detail"]["conversations"]), (&json!("demo"), &json!(1)));
    assert!(!log.body.contains("\"lin\"") && !log.body.contains(&told.id), "{}", log.body);

    for wanted in [SECRET.as_bytes(), PHONE.as_bytes(), &in_picture] {
        assert_eq!(holding(&data, wanted), Vec::<PathBuf>::new(), "while it runs");
    }
    drop(told);
    let home = server.home.clone();
    server.die().await;
    let data = home.data();
    for wanted in [SECRET.as_bytes(), PHONE.as_bytes(), &in_picture] {
        assert_eq!(holding(&data, wanted), Vec::<PathBuf>::new(), "when it has ended");
    }
}

#[tokio::test]
async fn an_export_has_everything_and_is_for_the_shops_owners() {
    let server = Server::start_in(Home::on_disk()).await;
    let owner = server.owner().await;
    let told = told(&server, &owner).await;
    let answer = get(&server, &owner, "privacy/export?shop=demo&shopper=lin").await;
    assert!(answer.header("content-disposition").starts_with("attachment"), "a file");
    assert_eq!(answer.header("cache-control"), "no-store");
    let document = answer.json();
    let conversation = &document["conversations"][0];
    assert_eq!(conversation["id"], told.id.as_str());
    assert!(conversation["messages"].to_string().contains(SECRET));
    assert!(conversation["internal"]["notes"].to_string().contains(SECRET), "apart from what was said");
    assert_eq!(document["pictures"][0]["mime"], "image/jpeg");
    assert_eq!(document["person"]["phone"], PHONE);
    assert!(!document["orders"].as_array().expect("orders").is_empty());
    let one =
        get(&server, &owner, &format!("privacy/export?shop=demo&conversation={}", told.id)).await.json();
    assert_eq!((&one["conversations"][0]["id"], &one["orders"]), (&json!(told.id), &json!([])));

    for (path, refused) in [
        ("privacy/export?shop=demo&shopper=nobody", (404, "not_found")),
        ("privacy/export?shop=tea&shopper=lin", (404, "not_found")),
        ("privacy/export?shop=demo", (422, "who")),
        ("privacy/export?shop=demo&shopper=lin&conversation=c", (422, "who")),
        ("privacy/kept?shop=demo&shopper=", (422, "who")),
    ] {
        let (status, code) = get(&server, &owner, path).await.error();
        assert_eq!((status, code.as_str()), refused, "{path}");
    }
    let store = store::open(server.home.database()).await.expect("the store opens");
    add_staff(&store, "茶主", Role::Owner, &["tea"]).await;
    let bound = server.sign_in("茶主", PASSWORD).await;
    for path in ["privacy/kept", "privacy/export"] {
        let refused = get(&server, &bound, &format!("{path}?shop=demo&shopper=lin")).await;
        assert_eq!(refused.error(), (403, "forbidden".to_owned()), "{path}");
    }
    assert_eq!(
        erase(&server, &bound, json!({"shopper": "lin"})).await.error(),
        (403, "forbidden".to_owned())
    );
    let log = get(&server, &owner, "audit?action=personal.export").await;
    assert_eq!(log.json()["entries"].as_array().expect("entries").len(), 2, "each that was given");
    assert!(!log.body.contains("\"lin\"") && !log.body.contains(SECRET), "{}", log.body);
}

/// A conversation of so many days ago, as a server of then left it.
async fn left_behind(home: &Home, id: &str, days: i64, text: &str) {
    let store = opened(home).await;
    let at = Timestamp::now() - SignedDuration::from_hours(24 * days);
    let new = NewConversation {
        id: id.into(),
        shop: "demo".into(),
        token_hash: std::array::from_fn(|place| id.as_bytes().get(place).copied().unwrap_or_default()),
        token_expires_at: at,
        shopper: None,
        locale: Locale::ZhHans,
        page: Page::default(),
        at,
    };
    let id = store.open(new).await.expect("it opens").id;
    let said = NewShopperMessage {
        client_id: "a".to_owned(),
        content: Content::Text(text.to_owned()),
        parts: vec![Part::text(text)],
        reopen_to: None,
        at,
    };
    store.append_shopper(&id, said).await.expect("it is kept");
    let answer =
        NewAnswer { from: xiaoer::domain::Author::Bot, parts: vec![Part::text("好的")], trace: None };
    let turn = TurnCommit {
        conversation: id,
        expected_version: 0,
        answered_up_to: 1,
        answered_outcomes: Vec::new(),
        state: DialogueState::default(),
        messages: vec![answer],
        mode: None,
        handoff: None,
        contact: None,
        outbox: Vec::new(),
        once: Vec::new(),
        look_again_at: None,
        at,
    };
    store.commit_turn(turn).await.expect("it is answered");
    store.close().await;
}

#[tokio::test]
async fn what_a_shop_keeps_no_longer_is_in_no_file_any_more() {
    let home = Home::on_disk();
    std::fs::create_dir_all(home.data()).expect("a data folder");
    let policy = home.intents().join("shops/demo/policy.toml");
    let text = std::fs::read_to_string(&policy).expect("a policy");
    std::fs::write(&policy, format!("{text}\n[privacy]\nkeep_conversations_days = 90\n"))
        .expect("it is saved");
    left_behind(&home, "old-one", 91, SECRET).await;
    left_behind(&home, "young-one", 89, "kept9471words").await;
    assert!(!holding(&home.data(), SECRET.as_bytes()).is_empty());

    let server = Server::start_in(home.clone()).await;
    until_gone(&home.data(), SECRET.as_bytes()).await;
    let owner = server.owner().await;
    let log = get(&server, &owner, "audit?action=retention.run").await.json();
    let entry = &log["entries"][0];
    assert_eq!(
        (&entry["shop"], &entry["detail"]),
        (&json!("demo"), &json!({"days": 90, "conversations": 1}))
    );
    let kept = get(&server, &owner, "privacy/kept?shop=demo&conversation=young-one").await;
    assert_eq!(kept.status, 200, "younger ones stay");
    let gone = get(&server, &owner, "privacy/kept?shop=demo&conversation=old-one").await;
    assert_eq!(gone.error(), (404, "not_found".to_owned()));
    server.die().await;
    assert_eq!(holding(&home.data(), SECRET.as_bytes()), Vec::<PathBuf>::new());
    assert!(!holding(&home.data(), b"kept9471words").is_empty());
}

fn command(home: &Home, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xiaoer"));
    command.args(arguments).arg("--data").arg(home.data());
    command.output().expect("the program runs")
}

#[tokio::test]
async fn the_command_line_exports_and_erases_beside_a_server_or_without() {
    let home = Home::on_disk();
    std::fs::create_dir_all(home.data()).expect("a data folder");
    left_behind(&home, "old-one", 3, SECRET).await;
    let export = command(&home, &["shopper", "export", "--shop", "demo", "old-one"]);
    assert!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
    let document: Value = serde_json::from_slice(&export.stdout).expect("one JSON document");
    assert!(document["conversations"][0]["messages"].to_string().contains(SECRET));
    let nobody = command(&home, &["shopper", "erase", "--shop", "demo", "nobody"]);
    let told = String::from_utf8_lossy(&nobody.stderr).into_owned();
    assert_eq!((nobody.status.code(), told.lines().count()), (Some(2), 1), "{told}");

    // Beside a server that has one of its conversations open.
    let server = Server::start_in(home.clone()).await;
    let (mut shopper, welcome) = server.shopper(json!({})).await;
    shopper.say("a", "你好").await;
    shopper.message_from("bot").await;
    let id = welcome["conversation"].as_str().expect("an id");
    let erased = command(&home, &["shopper", "erase", "--shop", "demo", id]);
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    shopper.say("b", "还在吗").await;
    assert_eq!(shopper.close_code().await, 1012);
    server.die().await;

    let erased = command(&home, &["shopper", "erase", "--shop", "demo", "old-one"]);
    let told: Value = serde_json::from_slice(&erased.stdout).expect("one JSON object");
    assert_eq!(told["erased"]["conversations"], 1);
    assert_eq!(holding(&home.data(), SECRET.as_bytes()), Vec::<PathBuf>::new());
}

/// The store of a home, to be closed before its files are touched.
async fn opened(home: &Home) -> Arc<SqlStore> {
    Arc::new(SqlStore::open_url(home.database()).await.expect("the store opens"))
}

#[tokio::test]
async fn an_older_backup_does_not_bring_them_back() {
    let home = Home::on_disk();
    std::fs::create_dir_all(home.data()).expect("a data folder");
    left_behind(&home, "old-one", 3, SECRET).await;
    let made = run(&home, &["backup", "backups"]).object();
    let backup = folder(&home).join(made["backup"].as_str().expect("a path"));
    assert!(!holding(&backup, SECRET.as_bytes()).is_empty(), "it was kept then");
    let erased = command(&home, &["shopper", "erase", "--shop", "demo", "old-one"]);
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));

    let backup = backup.to_str().expect("UTF-8");
    let told = run(&home, &["restore", backup, "--move-aside"]).object();
    assert_eq!(told["erased_again"], 1, "{told}");
    assert_eq!(holding(&home.data(), SECRET.as_bytes()), Vec::<PathBuf>::new());
    let store = opened(&home).await;
    assert!(store.conversation(&"old-one".into()).await.expect("the store").is_none());
    // The list came along, for the next time.
    assert_eq!(store.erasures().await.expect("a list").len(), 1);
    store.close().await;
    let told = run(&home, &["restore", backup, "--move-aside"]).object();
    assert_eq!(told["erased_again"], 2, "of the folder that was there and of the one before it: {told}");
    assert_eq!(holding(&home.data(), SECRET.as_bytes()), Vec::<PathBuf>::new());
}
