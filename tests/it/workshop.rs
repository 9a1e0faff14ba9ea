//! The merchant's files over the console: read, edited, checked, saved together, and what was live before.

use serde_json::{Value, json};

use super::support::{Answer, Home, Server, within};

const FILES: &str = "/api/v1/console/shops/demo/files";
const FAQ: &str = "shops/demo/faq/shop.toml";

/// The small demo shop with one of its FAQ files.
fn home() -> Home {
    let home = Home::on_disk();
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("intents").join(FAQ);
    let copy = home.intents().join(FAQ);
    std::fs::create_dir_all(copy.parent().expect("a folder")).expect("it can be made");
    std::fs::copy(shipped, copy).expect("it can be copied");
    home
}

async fn put(server: &Server, cookie: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json"), ("cookie", cookie)];
    server.http("PUT", FILES, &headers, &body.to_string()).await
}

async fn get(server: &Server, cookie: &str, path: &str) -> Value {
    let answer = server.http("GET", path, &[("cookie", cookie)], "").await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

/// A file with its text and revision.
async fn file(server: &Server, cookie: &str, path: &str) -> Value {
    get(server, cookie, &format!("/api/v1/console/shops/demo/file?path={path}")).await
}

/// Asks until the shop's version is this one.
async fn live(server: &Server, cookie: &str, version: &Value) {
    within(async {
        while get(server, cookie, FILES).await["version"] != *version {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// What the bot answers a new shopper.
async fn answer(server: &Server, words: &str) -> String {
    let (mut shopper, _) = server.shopper(json!({})).await;
    shopper.say("a", words).await;
    let message = shopper.message_from("bot").await;
    message["parts"][0]["text"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn an_edit_is_checked_saved_and_live_and_its_comments_stay() {
    let server = Server::start_in(home()).await;
    let owner = server.owner().await;
    let before = file(&server, &owner, FAQ).await;
    assert_eq!(
        (before["own"].clone(), before["value"]["faq"][0]["id"].clone()),
        (json!(true), json!("store.hours"))
    );
    let at = json!(["faq", {"by": "id", "is": "store.physical"}, "answer", "zh"]);
    let edits = json!({"text": before["text"], "edits": [{"at": at, "to": "只有网店，没有门店。"}]});
    let edited = server.post("/api/v1/console/edit", &owner, edits).await.json();
    let comments = |text: &Value| text.as_str().expect("a text").matches('#').count();
    assert_eq!(comments(&edited["text"]), comments(&before["text"]));

    let draft = json!({"path": FAQ, "text": edited["text"], "base": before["revision"]});
    let check = "/api/v1/console/shops/demo/check";
    let checked = server.post(check, &owner, json!({"files": [draft]})).await.json();
    let errors = |problems: &Value| {
        let list = problems.as_array().expect("problems");
        list.iter().filter(|problem| problem["severity"] == "error").count()
    };
    assert_eq!(errors(&checked["problems"]), 0, "{checked}");
    assert!(answer(&server, "有实体店吗").await.contains("体验店"), "a draft is nobody's but its editor's");

    let saved = put(&server, &owner, json!({"files": [draft], "note": "关了体验店"})).await;
    assert_eq!(
        (saved.status, saved.json()["version"].clone()),
        (200, checked["version"].clone()),
        "{}",
        saved.body
    );
    live(&server, &owner, &checked["version"]).await;
    assert_eq!(answer(&server, "有实体店吗").await, "只有网店，没有门店。");

    // Somebody who began before is told what is there now, and nothing of theirs is written.
    let late = json!({"path": FAQ, "text": "version = 1", "base": before["revision"]});
    let other = json!({"path": "shops/demo/faq/more.toml", "text": "version = 1", "base": null});
    let late = put(&server, &owner, json!({"files": [other, late]})).await;
    assert_eq!(late.error(), (409, "conflict".to_owned()));
    let told = &late.json()["error"]["files"];
    assert_eq!((&told[0]["path"], &told[0]["text"], &told[1]), (&json!(FAQ), &edited["text"], &Value::Null));
    assert_eq!(
        server
            .http(
                "GET",
                "/api/v1/console/shops/demo/file?path=shops/demo/faq/more.toml",
                &[("cookie", &owner)],
                ""
            )
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn what_has_errors_or_is_not_the_shops_is_not_saved() {
    let server = Server::start_in(home()).await;
    let owner = server.owner().await;
    let before = file(&server, &owner, FAQ).await;
    let broken = json!({"path": FAQ, "text": "version = 1\n[[faq]]\nid = 7\n", "base": before["revision"]});
    let refused = put(&server, &owner, json!({"files": [broken]})).await;
    assert_eq!(refused.error(), (422, "has_errors".to_owned()));
    let problems = refused.json()["error"]["problems"].clone();
    let lines = problems.as_array().expect("problems").iter().filter(|problem| problem["path"] == FAQ);
    let lines: Vec<&Value> = lines.map(|problem| &problem["line"]).collect();
    assert!(lines.contains(&&json!(3)), "{problems}");
    for path in [
        "packs/base/pack.toml",
        "shops/demo/../../x.toml",
        "shops/tea/shop.toml",
        "shops/demo/catalog/products.jsonl",
    ] {
        let refused = put(&server, &owner, json!({"files": [{"path": path, "text": "version = 1"}]})).await;
        assert_eq!(refused.error(), (422, "bad_path".to_owned()), "{path}");
    }
    let gone = json!({"path": "shops/demo/shop.toml", "base": file(&server, &owner, "shops/demo/shop.toml").await["revision"]});
    assert_eq!(
        put(&server, &owner, json!({"files": [gone]})).await.error().1,
        "has_errors",
        "a shop needs its own file"
    );
    assert_eq!(file(&server, &owner, FAQ).await, before);
    for (path, code) in [
        ("/api/v1/console/shops/none/files", 404),
        ("/api/v1/console/shops/demo/file?path=/etc/passwd", 404),
        ("/api/v1/console/shops/demo/file?path=shops/demo/orders/orders.jsonl", 404),
    ] {
        assert_eq!(server.http("GET", path, &[("cookie", &owner)], "").await.status, code, "{path}");
    }
    for (edits, code) in [
        (json!({"text": "a = ", "edits": []}), "not_toml"),
        (json!({"text": "a = 1", "edits": [{"at": ["a", "b"], "to": 1}]}), "no_place"),
        (json!({"text": "a = 1", "edits": [{"at": ["b"], "to": [null]}]}), "no_form"),
    ] {
        assert_eq!(server.post("/api/v1/console/edit", &owner, edits).await.error(), (422, code.to_owned()));
    }
    // A draft may be larger than other requests; not without a bound.
    let large = json!({"path": "shops/demo/faq/more.toml", "text": format!("version = 1\n# {}", "长".repeat(500_000))});
    assert_eq!(
        server.post("/api/v1/console/shops/demo/check", &owner, json!({"files": [large]})).await.status,
        200
    );
    let huge = json!({"text": "x".repeat(9 * 1024 * 1024)});
    assert_eq!(server.post("/api/v1/console/edit", &owner, huge).await.error().0, 413);
}

#[tokio::test]
async fn what_was_live_is_kept_with_its_author_and_brought_back() {
    let server = Server::start_in(home()).await;
    let owner = server.owner().await;
    let versions = "/api/v1/console/shops/demo/versions";
    let first = get(&server, &owner, versions).await;
    assert_eq!((&first["versions"][0]["number"], &first["versions"][0]["live"]), (&json!(1), &json!(true)));
    let before = file(&server, &owner, FAQ).await;
    let new = json!({"path": "shops/demo/faq/pets.toml", "text": "version = 1\n[[faq]]\nid = \"pets\"\nask = [\"店里能带狗吗\", \"可以带宠物吗\"]\nanswer.zh = \"可以的。\"\nanswer.en = \"Yes.\"\n"});
    let saved = put(&server, &owner, json!({"files": [new], "note": " 宠物 "})).await.json();
    live(&server, &owner, &saved["version"]).await;
    let list = get(&server, &owner, versions).await;
    let newest = &list["versions"][0];
    assert_eq!(
        (&newest["number"], &newest["by"], &newest["note"]),
        (&json!(2), &json!("owner"), &json!("宠物"))
    );
    assert_eq!((&newest["live"], &list["versions"][1]["live"]), (&json!(true), &json!(false)));
    let changed = get(&server, &owner, &format!("{versions}/2")).await;
    assert_eq!(
        changed["files"],
        json!([{"path": "shops/demo/faq/pets.toml", "before": null, "after": new["text"]}])
    );

    let back = server.post(&format!("{versions}/1/restore"), &owner, json!({})).await.json();
    live(&server, &owner, &back["version"]).await;
    assert_eq!(back["version"], first["versions"][0]["version"]);
    let list = get(&server, &owner, versions).await;
    assert_eq!((&list["versions"][0]["number"], &list["versions"][0]["live"]), (&json!(3), &json!(true)));
    assert_eq!(file(&server, &owner, FAQ).await, before);
    assert_eq!(server.post(&format!("{versions}/9/restore"), &owner, json!({})).await.status, 404);
}

#[tokio::test]
async fn a_draft_is_talked_to_tested_and_compared_and_no_shopper_hears_it() {
    let server = Server::start_in(home()).await;
    let owner = server.owner().await;
    assert!(answer(&server, "有实体店吗").await.contains("体验店"));
    let before = file(&server, &owner, FAQ).await;
    let at = |key: &str| json!(["faq", {"by": "id", "is": "store.physical"}, "answer", key]);
    let edits = json!({"text": before["text"], "edits": [{"at": at("zh"), "to": "没有门店。"}]});
    let edited = server.post("/api/v1/console/edit", &owner, edits).await.json();
    let files = json!([{"path": FAQ, "text": edited["text"], "base": before["revision"]}]);
    let ask = async |path: &str, body: Value| {
        let answer = server.post(&format!("/api/v1/console/shops/demo/{path}"), &owner, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    };

    let said = json!([{"text": "有实体店吗"}, {"text": "我的订单"}]);
    let talk = ask("talk", json!({"files": files, "said": said, "as": "lin"})).await;
    let texts: Vec<&str> = talk["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .filter_map(|m| m["parts"][0]["text"].as_str())
        .collect();
    assert_eq!(texts[1], "没有门店。", "{talk}");
    assert_eq!(talk["messages"][3]["intent"], "order.status", "{talk}");
    assert_eq!(talk["understood"][1]["stated"][0], "order.status");
    assert!(talk["flows"].is_array() && talk["mode"] == "bot", "{talk}");
    let refused = ask("talk", json!({"files": files, "said": [{"choice": "nobody:offered"}]})).await;
    assert_eq!(refused["refused"], 0);

    let compared = ask("compare", json!({"files": files})).await;
    assert_eq!(
        (&compared["changed"], &compared["answers"][0]["question"]),
        (&json!(1), &json!("有实体店吗")),
        "{compared}"
    );
    assert_eq!(
        (&compared["answers"][0]["change"], &compared["answers"][0]["then"]["text"]),
        (&json!("worded"), &json!("没有门店。"))
    );

    // A test of its own that can't hold is told with what was said.
    let test = "version = 1\n[[test]]\nname = \"门店\"\nturns = [{ shopper = \"有实体店吗\" }, { bot = { contains = [\"体验店\"] } }]\n";
    let mut with_test = files.as_array().expect("files").clone();
    with_test.push(json!({"path": "shops/demo/tests/own.toml", "text": test, "base": null}));
    let others = get(&server, &owner, FILES).await;
    let others = others["files"]
        .as_array()
        .expect("files")
        .iter()
        .filter(|it| it["path"].as_str().is_some_and(|path| path.starts_with("shops/demo/tests/")));
    with_test.extend(others.map(|it| json!({"path": it["path"], "text": null, "base": it["revision"]})));
    let tested = ask("tests", json!({"files": with_test})).await;
    assert_eq!((&tested["passed"], &tested["failures"][0]["name"]), (&json!(0), &json!("门店")), "{tested}");
    assert!(tested["failures"][0]["difference"].as_str().expect("words").contains("没有门店"));

    let broken =
        json!({"files": [{"path": FAQ, "text": "version = ", "base": before["revision"]}], "said": []});
    let refused = server.post("/api/v1/console/shops/demo/talk", &owner, broken).await;
    assert_eq!(refused.error(), (422, "has_errors".to_owned()));
    assert!(answer(&server, "有实体店吗").await.contains("体验店"), "nothing was saved");
}

#[tokio::test]
async fn what_was_not_understood_is_gathered_learnt_or_dismissed() {
    let server = Server::start_in(home()).await;
    let owner = server.owner().await;
    // Whatever answers them: whoever asked was not helped.
    for (words, times) in [("咕叽咕叽能装几只", 2), ("哞哞哞怎么飞", 1)] {
        for _ in 0..times {
            let (mut shopper, _) = server.shopper(json!({})).await;
            shopper.say("a", words).await;
            shopper.message_from("bot").await;
            shopper.send(json!({"type": "rate", "score": 1})).await;
            shopper.frames_until_pong().await;
        }
    }
    let learning = "/api/v1/console/shops/demo/learning";
    let queue = get(&server, &owner, learning).await;
    let texts = |queue: &Value| -> Vec<String> {
        let entries = queue["entries"].as_array().expect("entries").iter();
        entries
            .flat_map(|it| it["wordings"].as_array().expect("wordings"))
            .map(|it| it["text"].as_str().expect("a text").to_owned())
            .collect()
    };
    assert_eq!(texts(&queue), ["咕叽咕叽能装几只", "哞哞哞怎么飞"], "{queue}");
    let first = &queue["entries"][0];
    let whys: u64 =
        first["why"].as_array().expect("reasons").iter().filter_map(|it| it["count"].as_u64()).sum();
    assert_eq!((whys, &first["count"]), (2, &json!(2)), "{first}");
    assert!(first["intents"][0]["intent"].is_string() && first["faq"].is_array(), "{first}");

    // What becomes an ask of a FAQ is learnt, and gone from the queue; what is dismissed is gone as well.
    let new = json!({"path": "shops/demo/faq/own.toml", "text": "version = 1\n[[faq]]\nid = \"guji\"\nask = [\"咕叽咕叽能装几只\"]\nanswer.zh = \"三只。\"\nanswer.en = \"Three.\"\n"});
    let saved = put(&server, &owner, json!({"files": [new]})).await.json();
    live(&server, &owner, &saved["version"]).await;
    assert_eq!(texts(&get(&server, &owner, learning).await), ["哞哞哞怎么飞"]);
    let dismissed =
        server.post(&format!("{learning}/dismiss"), &owner, json!({"words": ["哞哞哞怎么飞"]})).await;
    assert_eq!(dismissed.status, 204);
    assert_eq!(get(&server, &owner, learning).await["entries"], json!([]));
}
