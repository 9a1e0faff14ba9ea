//! A server with two shops, and in one of them everything that nobody of the other, and no other shopper, may get at.

use std::fs;

use serde_json::{Value, json};
use xiaoer::store::{self, Role, SharedStore};

use super::super::{
    case::{add_staff, desk},
    support::{Client, Home, PASSWORD, Server},
};

/// An order of `lin`, and what is known of her in the demo shop alone.
pub(super) const ORDER: &str = "610027001024";
/// What the shopper said, and what a colleague noted.
const SAID: &str = "marker-said-4711";
const NOTED: &str = "marker-noted-4712";
/// Who holds the conversation.
pub(super) const HOLDER: &str = "小安";

/// The conversation that others are after.
pub(super) struct Prey {
    pub(super) server: Server,
    pub(super) store: SharedStore,
    pub(super) owner: String,
    pub(super) desk: Client,
    pub(super) shopper: Client,
    /// The conversation's id, its token, and the shop's word of who the shopper is.
    pub(super) id: String,
    pub(super) token: String,
    pub(super) proof: String,
    pub(super) upload: String,
    pub(super) ticket: String,
    /// The id of a session of the owner.
    pub(super) session: String,
}

/// Somebody who is after it: what they are called and the headers they send.
pub(super) struct Hunter {
    pub(super) name: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Hunter {
    pub(super) fn headers(&self) -> Vec<(&'static str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

/// A home with a second shop that works and sells the same goods, but has no orders.
pub(super) fn two_shops() -> Home {
    let home = Home::on_disk();
    let (demo, tea) = (home.intents().join("shops/demo"), home.intents().join("shops/tea"));
    fs::create_dir_all(tea.join("catalog")).expect("a folder can be made");
    for file in fs::read_dir(&demo).expect("the shop has files") {
        let file = file.expect("it can be read");
        if file.path().is_file() {
            fs::copy(file.path(), tea.join(file.file_name())).expect("it can be copied");
        }
    }
    fs::copy(demo.join("catalog/products.jsonl"), tea.join("catalog/products.jsonl")).expect("copied");
    let text = fs::read_to_string(tea.join("shop.toml")).expect("it was copied");
    let text = text.replace("id = \"demo\"", "id = \"tea\"").replace("店小二演示店", "茶店");
    fs::write(tea.join("shop.toml"), text).expect("it can be written");
    home
}

impl Prey {
    pub(super) async fn new() -> Self {
        let server = Server::start_in(two_shops()).await;
        let owner = server.owner().await;
        let store = store::open(server.home.database()).await.expect("the store opens");
        add_staff(&store, HOLDER, Role::Agent, &["demo"]).await;
        let holder = server.sign_in(HOLDER, PASSWORD).await;
        let mut desk = desk(&server, &holder).await;
        let proof = server.shopper_token("lin").await;
        let (mut shopper, welcome) =
            server.shopper(json!({"shopper": proof, "page": {"order": ORDER}})).await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let (id, token) = (text(&welcome["conversation"]), text(&welcome["token"]));
        shopper.say("help", "转人工").await;
        shopper.mode("queue").await;
        desk.send(json!({"type": "take", "conversation": id})).await;
        shopper.mode("agent").await;
        shopper.say("said", SAID).await;
        shopper.until("ack").await;
        desk.send(json!({"type": "note", "id": "n", "conversation": id, "text": NOTED})).await;
        desk.until("ack").await;

        let picture = picture();
        let address = format!("/api/v1/uploads?conversation={id}");
        let kept = server.http_bytes("POST", &address, &[("cookie", &holder)], &picture).await;
        assert_eq!(kept.status, 201, "{}", kept.body);
        let upload = text(&kept.json()["id"]);
        let change = json!({"kind": "ticket", "ticket": "return", "order": ORDER, "lines": [{"line": "1", "units": 1}], "reason": "fault"});
        let changes = format!("/api/v1/desk/conversations/{id}/changes");
        let done = server.post(&changes, &holder, json!({"id": "t", "change": change})).await;
        assert_eq!(done.status, 200, "{}", done.body);
        let ticket = text(&done.json()["ticket_id"]);
        let sessions = server.http("GET", "/api/v1/session/sessions", &[("cookie", &owner)], "").await.json();
        let session = text(&sessions["sessions"][0]["id"]);
        Self { server, store, owner, desk, shopper, id, token, proof, upload, ticket, session }
    }

    /// What nobody else may read.
    pub(super) fn secrets(&self) -> Vec<&str> {
        let known = ["林小满", "林**", "13800000131", "138****0131", ORDER, SAID, NOTED, HOLDER];
        known.into_iter().chain([self.token.as_str(), &self.ticket, &self.session]).collect()
    }

    /// Everybody who is after it and has no right to it.
    pub(super) async fn hunters(&self) -> Vec<Hunter> {
        let bearer = |welcome: &Value| format!("Bearer {}", welcome["token"].as_str().expect("a token"));
        let wang = self.server.shopper_token("wang").await;
        let (_, anonymous) = self.server.shopper(json!({})).await;
        let (_, signed_in) = self.server.shopper(json!({"shopper": wang})).await;
        let mut elsewhere = self.server.connect("/ws/chat?shop=tea", &[]).await.expect("the shop is open");
        elsewhere.send(super::super::support::hello(json!({}))).await;
        let elsewhere = elsewhere.until("welcome").await;
        let mut hunters = vec![
            Hunter { name: "nobody", headers: vec![] },
            Hunter { name: "another shopper", headers: vec![("authorization", bearer(&anonymous))] },
            Hunter {
                name: "another shopper, signed in",
                headers: vec![("authorization", bearer(&signed_in)), ("xiaoer-shopper", wang.clone())],
            },
            Hunter {
                name: "a shopper of another shop",
                headers: vec![("authorization", bearer(&elsewhere))],
            },
            // The token of the conversation without the word of who it is, and with another's.
            Hunter {
                name: "who found the token",
                headers: vec![("authorization", format!("Bearer {}", self.token))],
            },
            Hunter {
                name: "who found the token and is somebody else",
                headers: vec![("authorization", format!("Bearer {}", self.token)), ("xiaoer-shopper", wang)],
            },
        ];
        for (name, role) in
            [("agent of tea", Role::Agent), ("editor of tea", Role::Editor), ("owner of tea", Role::Owner)]
        {
            add_staff(&self.store, name, role, &["tea"]).await;
            hunters
                .push(Hunter { name, headers: vec![("cookie", self.server.sign_in(name, PASSWORD).await)] });
        }
        hunters
    }

    /// All there is of the conversation, the staff and the files, as those see it who may.
    pub(super) async fn state(&mut self) -> Value {
        self.desk.send(json!({"type": "open", "conversation": self.id})).await;
        let mut opened = self.desk.until("conversation").await;
        // A reader's own marks, and what changes with the clock.
        for field in ["unread", "mentioned", "due", "suggestions"] {
            opened["card"][field] = Value::Null;
        }
        let (server, owner) = (&self.server, [("cookie", self.owner.as_str())]);
        let get = async |path: &str| {
            let answer = server.http("GET", path, &owner, "").await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            answer.json()
        };
        let mut members = get("/api/v1/staff").await;
        for member in members["members"].as_array_mut().expect("members") {
            // When somebody was seen last.
            let kept = ["id", "name", "role", "shops", "disabled", "second_step"];
            member.as_object_mut().expect("an object").retain(|name, _| kept.contains(&name.as_str()));
        }
        let case = get(&format!("/api/v1/desk/conversations/{}/case", self.id)).await;
        let files = get("/api/v1/console/shops/demo/files").await;
        let versions = get("/api/v1/console/shops/demo/versions").await;
        json!({
            "opened": opened, "members": members["members"], "tickets": case["tickets"], "orders": case["orders"],
            "evidence": case["evidence"], "files": files["files"], "versions": versions,
        })
    }
}

fn picture() -> Vec<u8> {
    let image = image::RgbImage::from_fn(24, 24, |x, y| image::Rgb([x as u8 * 9, y as u8 * 9, 40]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture can be written");
    bytes.into_inner()
}
