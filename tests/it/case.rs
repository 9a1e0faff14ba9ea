//! A case at the desk: what is known, what stays masked, and what is done for the shopper, over HTTP.

use serde_json::{Value, json};
use xiaoer::{
    domain::ShopId,
    store::{self, AuditFilter, NewAgent, Role, SharedStore},
};

use super::{
    shop_system::{ORDER, ShopSystem},
    support::{Answer, Client, Home, PASSWORD, Server},
    system::name_system,
};

/// A delivered order of `lin`: running shoes, paid 299.00.
const SHOES: &str = "610027001024";
/// An order of `lin` that is not sent yet.
const PAID: &str = "610027001062";
/// An order of `lin` that is not paid.
const UNPAID: &str = "610027001079";
/// An order of `wang`.
const WANGS: &str = "610027002038";

/// A conversation of `lin` that an agent holds.
pub(crate) struct Held {
    pub(crate) server: Server,
    pub(crate) store: SharedStore,
    pub(crate) shopper: Client,
    /// The owner's cookie, and the holder's.
    pub(crate) owner: String,
    pub(crate) agent: String,
    pub(crate) desk: Client,
    pub(crate) id: String,
}

impl Held {
    pub(crate) async fn new() -> Self {
        Self::in_home(Home::on_disk(), json!({"page": {"order": SHOES}})).await
    }

    pub(crate) async fn in_home(home: Home, hello: Value) -> Self {
        let server = Server::start_in(home).await;
        let owner = server.owner().await;
        let store = store::open(server.home.database()).await.expect("the store opens");
        add_staff(&store, "小安", Role::Agent, &["demo"]).await;
        let agent = server.sign_in("小安", PASSWORD).await;
        let mut desk = desk(&server, &agent).await;
        let token = server.shopper_token("lin").await;
        let mut hello = hello;
        hello["shopper"] = token.into();
        let (mut shopper, welcome) = server.shopper(hello).await;
        shopper.say("help", "转人工").await;
        shopper.mode("queue").await;
        let id = welcome["conversation"].as_str().expect("an id").to_owned();
        desk.send(json!({"type": "take", "conversation": id})).await;
        shopper.mode("agent").await;
        Self { server, store, shopper, owner, agent, desk, id }
    }

    fn path(&self, what: &str) -> String {
        format!("/api/v1/desk/conversations/{}/{what}", self.id)
    }

    async fn case_for(&self, cookie: &str) -> Answer {
        self.server.http("GET", &self.path("case"), &[("cookie", cookie)], "").await
    }

    async fn case(&self) -> Value {
        let answer = self.case_for(&self.agent).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    async fn post(&self, what: &str, cookie: &str, body: Value) -> Answer {
        self.server.post(&self.path(what), cookie, body).await
    }

    async fn change(&self, id: &str, change: Value) -> Answer {
        self.post("changes", &self.agent, json!({"id": id, "change": change})).await
    }

    async fn quote(&self, change: Value) -> Answer {
        self.post("quote", &self.agent, json!({"change": change})).await
    }

    async fn audited(&self, action: &str) -> Vec<Value> {
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        let entries = self.store.audit(&filter, None, 50).await.expect("the store answers");
        let detail = |entry: &store::Audit| {
            assert_eq!(
                (entry.shop.as_ref(), entry.agent_name.as_str()),
                (Some(&ShopId::from("demo")), "小安")
            );
            serde_json::from_str(&entry.detail).expect("details are JSON")
        };
        entries.iter().map(detail).collect()
    }
}

/// A desk that has said hello.
pub(crate) async fn desk(server: &Server, cookie: &str) -> Client {
    let mut desk = server.connect("/ws/desk", &[("cookie", cookie)]).await.expect("staff may connect");
    desk.send(json!({"type": "hello", "v": 1})).await;
    desk.until("welcome").await;
    desk
}

/// A member of staff with the owner's password.
pub(crate) async fn add_staff(store: &SharedStore, name: &str, role: Role, shops: &[&str]) {
    let owner = store.agent_by_name("owner").await.expect("the store answers").expect("the owner");
    let agent = NewAgent {
        id: name.into(),
        name: name.to_owned(),
        password_hash: owner.password_hash.clone(),
        role,
        shops: shops.iter().map(|shop| (*shop).into()).collect(),
        groups: Vec::new(),
        capacity: 0,
        must_change: false,
        oidc_subject: None,
        at: "2026-11-23T02:00:00Z".parse().expect("a moment"),
    };
    store.add_agent(agent).await.expect("the agent is kept");
}

fn yuan(amount: &str) -> Value {
    json!({"amount": amount, "currency": "CNY"})
}

fn refund(order: &str, amount: Option<&str>) -> Value {
    let mut change =
        json!({"kind": "refund", "order": order, "lines": [{"line": "1", "units": 1}], "reason": "fault"});
    if let Some(amount) = amount {
        change["amount"] = yuan(amount);
    }
    change
}

#[tokio::test]
async fn a_case_tells_what_helps_and_hides_who_it_is() {
    let held = Held::new().await;
    let case = held.case().await;
    let shopper = &case["shopper"];
    assert_eq!((&shopper["id"], &shopper["name"]), (&json!("lin"), &json!("林**")));
    assert_eq!((&shopper["phone"], &shopper["level"]), (&json!("138****0131"), &json!("gold")));
    assert_eq!((&case["about"]["order"], &case["unavailable"]), (&json!(SHOES), &json!(false)));
    let orders = case["orders"].as_array().expect("orders");
    assert_eq!(orders.len(), 10);
    let shoes = orders.iter().find(|order| order["id"] == SHOES).expect("the shoes");
    assert_eq!((&shoes["kind"], &shoes["total"]), (&json!("order"), &yuan("299.00")));
    assert_eq!(
        shoes["address"],
        json!({"name": "林**", "phone": "138****0131", "region": "浙江省杭州市", "detail": "****"})
    );
    assert_eq!(shoes["claimable"], json!([{"line": "1", "units": 1, "amount": yuan("299.00")}]));
    assert_eq!((&shoes["left"], &case["limits"]["refund_max"]), (&yuan("299.00"), &yuan("299.00")));
    assert_eq!(case["limits"]["refund_limit"], yuan("500.00"));
    assert_eq!((&case["tickets"], &case["earlier"]), (&json!([]), &json!([])));
    let text = case.to_string();
    for personal in ["13800000131", "林小满", "西湖区文演路"] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    let coupons = case["limits"]["coupons"].as_array().expect("coupons");
    assert!(coupons.iter().any(|coupon| coupon["id"] == "digital-coupon"), "{coupons:?}");
}

#[tokio::test]
async fn a_case_is_for_owners_and_the_shops_agents_alone() {
    let held = Held::new().await;
    add_staff(&held.store, "elsewhere", Role::Agent, &["other"]).await;
    add_staff(&held.store, "editor", Role::Editor, &["demo"]).await;
    let (elsewhere, editor) =
        (held.server.sign_in("elsewhere", PASSWORD).await, held.server.sign_in("editor", PASSWORD).await);
    assert_eq!(held.case_for(&held.owner).await.status, 200);
    assert_eq!(held.case_for("").await.error(), (401, "signed_out".to_owned()));
    assert_eq!(held.case_for(&editor).await.error(), (403, "forbidden".to_owned()));
    assert_eq!(held.case_for(&elsewhere).await.error(), (404, "not_found".to_owned()));
    for (what, body) in [
        ("reveal", json!({"field": "phone"})),
        ("quote", json!({"change": refund(SHOES, None)})),
        ("changes", json!({"id": "x", "change": refund(SHOES, None)})),
    ] {
        let answer = held.post(what, &elsewhere, body.clone()).await;
        assert_eq!(answer.error(), (404, "not_found".to_owned()), "{what}");
        assert_eq!(
            held.post(what, &editor, body.clone()).await.error(),
            (403, "forbidden".to_owned()),
            "{what}"
        );
        assert_eq!(held.post(what, "", body).await.error(), (401, "signed_out".to_owned()), "{what}");
    }
    // Nobody was ever called into this one.
    let (_, welcome) = held.server.shopper(json!({})).await;
    let private = welcome["conversation"].as_str().expect("an id");
    for id in [private, "nobody's", "%00", "..%2f..", &"x".repeat(2000)] {
        let path = format!("/api/v1/desk/conversations/{id}/case");
        let answer = held.server.http("GET", &path, &[("cookie", &held.owner)], "").await;
        assert_eq!(answer.error(), (404, "not_found".to_owned()), "{id}");
    }
}

#[tokio::test]
async fn of_a_guest_nothing_of_anyones_orders_is_told() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (mut shopper, welcome) =
        server.shopper(json!({"page": {"order": SHOES, "product": "cotton-tee"}})).await;
    shopper.say("help", "转人工").await;
    shopper.mode("queue").await;
    let path = |what: &str| {
        format!("/api/v1/desk/conversations/{}/{what}", welcome["conversation"].as_str().expect("an id"))
    };
    let case = server.http("GET", &path("case"), &[("cookie", &owner)], "").await.json();
    assert_eq!((&case["shopper"], &case["orders"], &case["coupons"]), (&Value::Null, &json!([]), &json!([])));
    assert_eq!((&case["product"]["id"], &case["unavailable"]), (&json!("cotton-tee"), &json!(false)));
    assert!(case["product"]["variants"][0]["stock"].is_u64(), "{case}");
    let revealed = server.post(&path("reveal"), &owner, json!({"field": "phone", "order": SHOES})).await;
    assert_eq!(revealed.error(), (404, "not_found".to_owned()));
    let quote = server.post(&path("quote"), &owner, json!({"change": refund(SHOES, None)})).await.json();
    assert_eq!(quote["refused"], "signed_out");
    let change = json!({"id": "x", "change": refund(SHOES, None)});
    let changed = server.post(&path("changes"), &owner, change).await.json();
    assert_eq!((&changed["outcome"], &changed["reason"]), (&json!("refused"), &json!("signed_out")));
}

#[tokio::test]
async fn each_look_behind_the_mask_is_in_the_audit_log() {
    let held = Held::new().await;
    for (field, order, expected) in [
        ("phone", Value::Null, "13800000131"),
        ("name", Value::Null, "林小满"),
        ("address", json!(SHOES), "浙江省杭州市西湖区文演路18号2幢501室"),
    ] {
        let answer = held.post("reveal", &held.agent, json!({"field": field, "order": order})).await;
        assert_eq!(answer.json()["value"], expected, "{field}");
    }
    let told = held.audited("personal.reveal").await;
    assert_eq!(told[0], json!({"field": "address", "order": SHOES}));
    assert_eq!(told.len(), 3);
    for (body, expected) in [
        (json!({"field": "phone", "order": WANGS}), (404, "not_found")),
        (json!({"field": "address"}), (404, "not_found")),
        (json!({"field": "password"}), (422, "bad_field")),
        (json!({}), (422, "bad_request")),
    ] {
        let answer = held.post("reveal", &held.agent, body.clone()).await;
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{body}");
    }
    assert_eq!(held.audited("personal.reveal").await.len(), 3, "what was not told is not in the log");
}

#[tokio::test]
async fn a_refund_is_quoted_done_once_and_told() {
    let mut held = Held::new().await;
    let quote = held.quote(refund(SHOES, None)).await.json();
    assert_eq!((&quote["refused"], &quote["amount"]), (&Value::Null, &yuan("299.00")));
    assert_eq!((&quote["limit"], &quote["most"]), (&yuan("500.00"), &yuan("299.00")));
    let lines = quote["lines"].as_array().expect("lines");
    assert!(lines.iter().any(|line| line["code"] == "line" && line["amount"] == yuan("299.00")), "{quote}");
    assert!(lines.iter().any(|line| line["code"] == "beyond" && line["rule"] == "refund_only"), "{quote}");

    let done = held.change("r1", refund(SHOES, Some("120.00"))).await.json();
    assert_eq!((&done["outcome"], &done["ticket"]["amount"]), (&json!("ticket"), &yuan("120.00")));
    assert_eq!(done["ticket"]["state"], "refunding");
    let message = held.shopper.message_from("system").await;
    let parts = message["parts"].as_array().expect("parts");
    assert_eq!(message["seq"], done["seq"]);
    assert!(parts[0]["text"].as_str().is_some_and(|text| text.contains("仅退款")), "{parts:?}");
    assert_eq!((&parts[1]["kind"], &parts[1]["id"]), (&json!("ticket"), &done["ticket_id"]));

    let again = held.change("r1", refund(SHOES, Some("120.00"))).await.json();
    assert_eq!((&again["ticket_id"], &again["seq"]), (&done["ticket_id"], &done["seq"]));
    let other = held.change("r1", refund(SHOES, Some("121.00"))).await;
    assert_eq!(other.error(), (409, "id_reused".to_owned()));
    let claimed = held.change("r2", refund(SHOES, None)).await.json();
    assert_eq!((&claimed["outcome"], &claimed["reason"]), (&json!("refused"), &json!("units_claimed")));
    let frames = held.shopper.frames_until_pong().await;
    assert!(frames.iter().all(|frame| frame["type"] != "message"), "told once: {frames:?}");

    let log = held.audited("case.refund").await;
    assert_eq!(log.len(), 1);
    assert_eq!((&log[0]["amount"], &log[0]["ticket"]), (&json!("120.00"), &done["ticket_id"]));
    let case = held.case().await;
    let ticket = &case["tickets"][0];
    assert_eq!((&ticket["id"], &ticket["order"]), (&done["ticket_id"], &json!(SHOES)));
    assert_eq!(ticket["history"][0]["state"], "refunding");
    assert_eq!(case["limits"]["refund_max"], yuan("179.00"));
}

#[tokio::test]
async fn amounts_keep_within_what_was_paid_and_the_shops_limit() {
    let held = Held::new().await;
    for (amount, expected) in [
        ("-1.00", (422, "bad_amount")),
        ("0.00", (422, "bad_amount")),
        ("299.01", (422, "over_paid")),
        ("99999999999.99", (422, "over_paid")),
    ] {
        for what in ["quote", "changes"] {
            let body = json!({"id": "x", "change": refund(SHOES, Some(amount))});
            let answer = held.post(what, &held.agent, body).await;
            assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{what} {amount}");
        }
    }
    let over = held.change("x", refund(SHOES, Some("300"))).await.json();
    assert_eq!(over["error"]["limit"], yuan("299.00"));
    let dollars = json!({"kind": "refund", "order": SHOES, "amount": {"amount": "1.00", "currency": "USD"}});
    assert_eq!(held.change("x", dollars).await.error(), (422, "bad_amount".to_owned()));
    let number = json!({"kind": "refund", "order": SHOES, "amount": 12.5});
    assert_eq!(held.change("x", number).await.error().0, 422);

    assert_eq!(held.audited("case.refund").await.len(), 0);
}

#[tokio::test]
async fn above_the_shops_limit_an_owner_has_to() {
    let home = Home::on_disk();
    let policy = home.intents().join("shops/demo/policy.toml");
    let text = std::fs::read_to_string(&policy).expect("the shop has a policy");
    let lower = text.replace("refund_up_to = \"500.00\"", "refund_up_to = \"100.00\"");
    std::fs::write(&policy, lower).expect("it can be written");
    let held = Held::in_home(home, json!({"page": {"order": SHOES}})).await;
    for what in ["quote", "changes"] {
        let body = json!({"id": "x", "change": refund(SHOES, None)});
        let refused = held.post(what, &held.agent, body).await;
        assert_eq!(refused.error(), (403, "over_limit".to_owned()), "{what}");
        assert_eq!(refused.json()["error"]["limit"], yuan("100.00"));
    }
    assert_eq!(held.quote(refund(SHOES, Some("100.00"))).await.json()["amount"], yuan("100.00"));
    let body = json!({"id": "x", "change": refund(SHOES, None)});
    assert_eq!(held.post("changes", &held.owner, body).await.json()["outcome"], "ticket");
}

#[tokio::test]
async fn only_the_holder_or_an_owner_acts() {
    let held = Held::new().await;
    add_staff(&held.store, "colleague", Role::Agent, &["demo"]).await;
    let colleague = held.server.sign_in("colleague", PASSWORD).await;
    let body = json!({"id": "x", "change": refund(SHOES, None)});
    for what in ["quote", "changes"] {
        let answer = held.post(what, &colleague, body.clone()).await;
        assert_eq!(answer.error(), (403, "not_yours".to_owned()), "{what}");
    }
    let by_owner = held.post("changes", &held.owner, body.clone()).await.json();
    assert_eq!(by_owner["outcome"], "ticket");
    let same_id = held.change("x", refund(SHOES, None)).await;
    assert_eq!(same_id.error(), (409, "id_reused".to_owned()), "another's id is taken");
}

#[tokio::test]
async fn coupons_addresses_variants_and_cancelling_go_the_bots_way() {
    let mut held = Held::new().await;
    let coupon = |id: &str| json!({"kind": "coupon", "coupon": id});
    let given = held.change("c1", coupon("digital-coupon")).await.json();
    assert_eq!(given["outcome"], "done", "{given}");
    let message = held.shopper.message_from("system").await;
    assert_eq!(message["parts"][1]["kind"], "coupon");
    for (id, expected) in [
        ("digital-coupon", "limit_reached"),
        ("winter-threshold", "unknown_coupon"),
        ("none", "unknown_coupon"),
    ] {
        let refused = held.change(&format!("again-{id}"), coupon(id)).await.json();
        assert_eq!((&refused["outcome"], &refused["reason"]), (&json!("refused"), &json!(expected)), "{id}");
    }
    assert!(
        held.case().await["coupons"]
            .as_array()
            .expect("coupons")
            .iter()
            .any(|it| it["id"] == "digital-coupon")
    );

    let address = |order: &str, fields: Value| json!({"kind": "address", "order": order, "address": fields});
    let moved = held.change("a1", address(PAID, json!({"detail": "滨江区江南大道88号"}))).await.json();
    assert_eq!(moved["outcome"], "done", "{moved}");
    let order = json!({"field": "address", "order": PAID});
    let now = held.post("reveal", &held.agent, order).await.json();
    assert_eq!(now["value"], "浙江省杭州市滨江区江南大道88号");
    for (order, fields, expected) in [
        (SHOES, json!({"detail": "别处"}), "too_late"),
        (WANGS, json!({"detail": "别处"}), "unknown_order"),
        (UNPAID, json!({"region": "香港"}), "not_delivered_to"),
        (UNPAID, json!({}), "as_it_is"),
    ] {
        let refused = held.change(&format!("a-{expected}"), address(order, fields)).await.json();
        assert_eq!(
            (&refused["outcome"], &refused["reason"]),
            (&json!("refused"), &json!(expected)),
            "{order}"
        );
    }
    for fields in [
        json!({"phone": "138****0131"}),
        json!({"phone": "none"}),
        json!({"detail": ""}),
        json!({"name": "a\nb"}),
    ] {
        let answer = held.change("bad", address(UNPAID, fields.clone())).await;
        assert_eq!(answer.error(), (422, "bad_change".to_owned()), "{fields}");
    }

    let cancel = |order: &str| json!({"kind": "cancel", "order": order});
    assert_eq!(held.change("k1", cancel(UNPAID)).await.json()["outcome"], "done");
    assert_eq!(held.change("k2", cancel(UNPAID)).await.json()["reason"], "too_late");
    assert_eq!(held.change("k3", cancel(SHOES)).await.json()["reason"], "too_late");
    let called_off = held.change("k4", cancel(PAID)).await.json();
    assert_eq!(
        (&called_off["outcome"], &called_off["ticket"]["ticket_kind"]),
        (&json!("ticket"), &json!("refund_only"))
    );
    let variant = json!({"kind": "variant", "order": PAID, "line": "1", "variant": "none"});
    assert_eq!(held.change("v1", variant).await.json()["reason"], "refunding");
    assert_eq!(held.audited("case.").await.len(), 4);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_a_code() {
    let held = Held::new().await;
    let lines = |lines: Value| json!({"kind": "ticket", "ticket": "return", "order": SHOES, "lines": lines});
    for (change, expected) in [
        (lines(json!([{"line": "9", "units": 1}])), "unknown_line"),
        (lines(json!([{"line": "1", "units": 0}])), "no_units"),
        (lines(json!([{"line": "1", "units": 2}])), "units_claimed"),
        (lines(json!([{"line": "1", "units": 1}, {"line": "1", "units": 1}])), "units_claimed"),
        (json!({"kind": "refund", "order": UNPAID}), "no_units"),
        (json!({"kind": "refund", "order": UNPAID, "lines": [{"line": "1", "units": 1}]}), "state"),
        (json!({"kind": "refund", "order": "1' or '1'='1"}), "unknown_order"),
    ] {
        let quote = held.quote(change.clone()).await.json();
        assert_eq!(quote["refused"], expected, "{change}");
    }
    for change in [
        json!({"kind": "gift"}),
        json!({"kind": "refund"}),
        json!({"kind": "refund", "order": SHOES, "lines": [{"line": "1", "units": -1}]}),
        json!({"kind": "refund", "order": SHOES, "lines": [{"line": "1", "units": 4_294_967_296_u64}]}),
        json!({"kind": "refund", "order": SHOES, "reason": "because"}),
        json!({"kind": "ticket", "ticket": "invoice", "order": SHOES}),
        json!([]),
        Value::Null,
    ] {
        let answer = held.change("bad", change.clone()).await;
        assert_eq!(answer.error().0, 422, "{change}: {}", answer.body);
    }
    for id in [String::new(), "x".repeat(65)] {
        assert_eq!(held.change(&id, refund(SHOES, None)).await.error(), (422, "bad_id".to_owned()));
    }
    let strange = "\u{1f9e5} 'x' \\ \u{0}";
    assert_eq!(held.change(strange, refund(SHOES, None)).await.json()["outcome"], "ticket");
    let returned = json!({"kind": "ticket", "ticket": "return", "order": SHOES});
    assert_eq!(held.change("late", returned).await.json()["reason"], "no_units");
}

#[tokio::test]
async fn earlier_conversations_and_a_restart_keep_what_was_done() {
    let mut held = Held::new().await;
    let done = held.change("r1", refund(SHOES, None)).await.json();
    held.desk.send(json!({"type": "close", "conversation": held.id})).await;
    held.shopper.mode("closed").await;
    let Held { server, id: first, .. } = held;
    let home = server.home.clone();
    server.die().await;
    let server = Server::start_in(home).await;
    let owner = server.sign_in("owner", PASSWORD).await;
    let token = server.shopper_token("lin").await;
    let (mut shopper, welcome) = server.shopper(json!({"shopper": token})).await;
    shopper.say("help", "转人工").await;
    shopper.mode("queue").await;
    let second = welcome["conversation"].as_str().expect("an id");
    let path = format!("/api/v1/desk/conversations/{second}/case");
    let case = server.http("GET", &path, &[("cookie", &owner)], "").await.json();
    assert_eq!(
        (&case["earlier"][0]["conversation"], &case["earlier"][0]["mode"]),
        (&json!(first), &json!("closed"))
    );
    assert!(case["earlier"][0]["closed_at"].is_string(), "{case}");
    assert_eq!(case["tickets"][0]["id"], done["ticket_id"]);
}

#[tokio::test]
async fn a_shops_own_system_is_asked_and_its_silence_is_told() {
    let system = ShopSystem::start();
    let home = Home::on_disk();
    name_system(&home, &system);
    let held = Held::in_home(home, json!({"page": {"order": ORDER}})).await;
    let case = held.case().await;
    assert_eq!((&case["unavailable"], &case["orders"][0]["id"]), (&json!(false), &json!(ORDER)));
    let change = refund(ORDER, Some("100.00"));
    let quote = held.quote(change.clone()).await.json();
    assert_eq!((&quote["amount"], &quote["computed"]), (&yuan("100.00"), &yuan("437.21")));

    system.changes("lose").await;
    let lost = held.change("r1", change.clone()).await;
    assert_eq!(lost.error(), (503, "unavailable".to_owned()));
    system.changes("fine").await;
    let done = held.change("r1", change.clone()).await.json();
    assert_eq!(done["outcome"], "ticket", "{done}");
    let tables = system.tables().await;
    assert_eq!(
        tables["tickets"].as_array().map(Vec::len),
        Some(1),
        "the same key is the same ticket: {tables}"
    );
    assert_eq!(held.audited("case.refund").await.len(), 1);

    system.reads("fail").await;
    let case = held.case().await;
    assert_eq!((&case["unavailable"], &case["orders"]), (&json!(true), &json!([])));
    assert_eq!((&case["shopper"]["id"], &case["shopper"]["name"]), (&json!("lin"), &Value::Null));
    let reveal = held.post("reveal", &held.agent, json!({"field": "phone"})).await;
    assert_eq!(reveal.error(), (503, "unavailable".to_owned()));
    assert_eq!(held.quote(change).await.error(), (503, "unavailable".to_owned()));
}
