//! The HTTP interface: health, pages, the catalog, sign-in, and the one form of errors.

use serde_json::{Value, json};

use super::support::{Home, Server};

#[tokio::test]
async fn health_is_told_to_machines() {
    let server = Server::start().await;
    let alive = server.http("GET", "/healthz", &[], "").await;
    assert_eq!((alive.status, alive.body.as_str()), (200, "ok"));
    let ready = server.http("GET", "/readyz", &[], "").await;
    let body = ready.json();
    assert_eq!((&body["store"], &body["shops"][0]["id"]), (&json!(true), &json!("demo")));
    let all = body["shops"].as_array().expect("shops").iter().all(|shop| shop["ready"] == true);
    assert_eq!(body["ready"], json!(all));
    assert_eq!(ready.status, if all { 200 } else { 503 });
}

#[tokio::test]
async fn pages_come_with_their_type_and_rules() {
    let server = Server::start().await;
    for (path, kind, is_page) in [
        ("/", "text/html; charset=utf-8", true),
        ("/desk", "text/html; charset=utf-8", true),
        ("/desk/report", "text/html; charset=utf-8", true),
        ("/console", "text/html; charset=utf-8", true),
        ("/widget.js", "text/javascript; charset=utf-8", false),
        ("/desk/style.css", "text/css; charset=utf-8", false),
        ("/pictures/cotton-tee.svg", "image/svg+xml", false),
    ] {
        let page = server.http("GET", path, &[], "").await;
        assert_eq!((page.status, page.header("content-type")), (200, kind), "{path}");
        assert_eq!(page.header("content-security-policy").contains("default-src 'self'"), is_page, "{path}");
        assert_eq!(page.header("access-control-allow-origin") == "*", !is_page, "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        let tag = page.header("etag").to_owned();
        let again = server.http("GET", path, &[("if-none-match", &tag)], "").await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
    }
    for path in ["/nothing", "/../Cargo.toml", "/desk/board.test.js", "/package.json"] {
        assert_eq!(server.http("GET", path, &[], "").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn errors_have_one_form() {
    let server = Server::start().await;
    for (method, path, expected) in [
        ("GET", "/api/v1/shops/nobodys/products", (404, "not_found")),
        ("GET", "/api/v1/shops/nobodys/promotions", (404, "not_found")),
        ("POST", "/api/v1/demo/shoppers/nobody/token?shop=demo", (404, "not_found")),
        ("GET", "/api/v1/session", (401, "signed_out")),
        ("GET", "/api/v1/console/shops", (401, "signed_out")),
        ("GET", "/api/v1/conversations/any/messages", (401, "signed_out")),
    ] {
        let answer = server.http(method, path, &[], "").await;
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{path}");
    }
    let document = server.http("GET", "/api/v1/openapi.json", &[], "").await.json();
    assert!(document["paths"]["/api/v1/session"].is_object());
}

#[tokio::test]
async fn errors_that_no_handler_makes_have_the_same_form() {
    let server = Server::start().await;
    let json = [("content-type", "application/json")];
    let long = json!({"name": "owner", "password": "a".repeat(256 * 1024)}).to_string();
    for (method, path, headers, body, expected) in [
        ("GET", "/api/v1", &[][..], "", (404, "not_found")),
        ("GET", "/api/v1/", &[], "", (404, "not_found")),
        ("GET", "/api/v1/nothing", &[], "", (404, "not_found")),
        ("POST", "/api/v1/nothing/at/all", &json, "{}", (404, "not_found")),
        ("PATCH", "/api/v1/session", &json, "{}", (405, "method_not_allowed")),
        ("GET", "/api/v1/session/password", &[], "", (405, "method_not_allowed")),
        ("POST", "/api/v1/session", &json, "{", (400, "bad_request")),
        ("POST", "/api/v1/session", &json, "", (400, "bad_request")),
        ("POST", "/api/v1/session", &json, r#"{"name": "owner"}"#, (422, "bad_request")),
        ("POST", "/api/v1/session", &json, r#"{"name": 1, "password": "x"}"#, (422, "bad_request")),
        ("POST", "/api/v1/session", &[], r#"{"name": "owner"}"#, (415, "unsupported_media_type")),
        ("POST", "/api/v1/session", &json, &long, (413, "too_large")),
        ("GET", "/api/v1/conversations/any/messages?after=soon", &[], "", (400, "bad_request")),
        ("GET", "/api/v1/shops/%FF/products", &[], "", (400, "bad_request")),
    ] {
        let answer = server.http(method, path, headers, body).await;
        let told = format!("{method} {path}: {}", answer.body);
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{told}");
        assert_eq!(answer.header("content-type"), "application/json", "{told}");
        assert_eq!(answer.header("allow").is_empty(), expected.0 != 405, "{told}");
    }
    let missing = server.post("/api/v1/session", "", json!({"name": "owner"})).await.json();
    assert!(missing.to_string().contains("password"), "the sentence names the field: {missing}");
    let page = server.http("GET", "/nothing", &[], "").await;
    assert!(page.header("content-type").starts_with("text/plain"), "pages are for people");
}

#[tokio::test]
async fn a_shop_whose_files_never_worked_is_told_and_harms_no_other() {
    let home = Home::in_memory();
    let folder = home.intents().join("shops/broken");
    std::fs::create_dir(&folder).expect("a folder can be made");
    std::fs::write(folder.join("shop.toml"), "version = ").expect("a file can be written");
    let server = Server::start_in(home).await;
    let cookie = server.owner().await;
    let shops = server.http("GET", "/api/v1/console/shops", &[("cookie", &cookie)], "").await.json();
    let shop = |id: &str| {
        let list = shops["shops"].as_array().expect("shops");
        list.iter().find(|shop| shop["id"] == id).unwrap_or_else(|| panic!("{id} in {shops}")).clone()
    };
    assert_eq!((&shop("broken")["open"], &shop("demo")["open"]), (&json!(false), &json!(true)));
    assert_eq!((&shop("broken")["name"], &shop("broken")["version"]), (&Value::Null, &Value::Null));
    let problem = &shop("broken")["problems"][0];
    assert_eq!((&problem["severity"], &problem["path"]), (&json!("error"), &json!("shops/broken/shop.toml")));
    let refused = server.http("GET", "/api/v1/shops/broken/products", &[], "").await;
    assert_eq!(refused.error(), (503, "shop_broken".to_owned()));
    assert_eq!(server.connect("/ws/chat?shop=broken", &[]).await.err(), Some(503));
    server.chat().await;
}

#[tokio::test]
async fn the_catalog_is_public() {
    let server = Server::start().await;
    let products = server.http("GET", "/api/v1/shops/demo/products", &[], "").await.json();
    let products = products["products"].as_array().expect("products");
    let tee = products.iter().find(|product| product["id"] == "cotton-tee").expect("the T-shirt");
    assert_eq!(tee["price"], json!({"amount": "99.00", "currency": "CNY"}));
    assert_eq!(tee["title"]["zh"], "精梳棉圆领短袖T恤 女款");
    assert_eq!(tee["variants"][0]["options"], json!({"颜色": "白色", "尺码": "S"}));
    let promotions = server.http("GET", "/api/v1/shops/demo/promotions", &[], "").await.json();
    for promotion in promotions["promotions"].as_array().expect("promotions") {
        assert!(promotion["id"].is_string() && promotion["text"]["zh"].is_string(), "{promotion}");
    }
    let shoppers = server.http("GET", "/api/v1/demo/shoppers", &[], "").await.json();
    let ids: Vec<&Value> =
        shoppers["shoppers"].as_array().expect("shoppers").iter().map(|s| &s["id"]).collect();
    assert!(ids.contains(&&json!("lin")), "{ids:?}");
}

#[tokio::test]
async fn messages_are_read_with_the_conversations_own_token() {
    let server = Server::start().await;
    let (mut client, welcome) = server.shopper(json!({})).await;
    let (_, other) = server.shopper(json!({})).await;
    client.say("a", "你好").await;
    client.message_from("bot").await;
    let id = welcome["conversation"].as_str().expect("an id");
    let bearer = |welcome: &Value| format!("Bearer {}", welcome["token"].as_str().expect("a token"));
    let path = format!("/api/v1/conversations/{id}/messages?after=1");
    let read = server.http("GET", &path, &[("authorization", &bearer(&welcome))], "").await.json();
    assert_eq!(
        (&read["messages"][0]["seq"], &read["messages"][1], &read["more"]),
        (&json!(2), &Value::Null, &json!(false))
    );
    let refused = server.http("GET", &path, &[("authorization", &bearer(&other))], "").await;
    assert_eq!(refused.error(), (404, "not_found".to_owned()));

    // Once somebody has signed in, the token alone tells nothing, whoever has gone since.
    let (lin, wang) = (server.shopper_token("lin").await, server.shopper_token("wang").await);
    client.send(json!({"type": "identify", "shopper": lin})).await;
    client.until("state").await;
    client.send(json!({"type": "identify"})).await;
    client.until("state").await;
    let token = bearer(&welcome);
    for (shopper, status) in
        [(None, 404), (Some(&wang), 404), (Some(&"nonsense".to_owned()), 404), (Some(&lin), 200)]
    {
        let mut headers = vec![("authorization", token.as_str())];
        headers.extend(shopper.map(|jwt| ("xiaoer-shopper", jwt.as_str())));
        assert_eq!(server.http("GET", &path, &headers, "").await.status, status, "{shopper:?}");
    }
}

#[tokio::test]
async fn staff_sign_in_and_out_and_guessing_has_to_wait() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let set = server
        .post("/api/v1/session", "", json!({"name": "owner", "password": super::support::PASSWORD}))
        .await;
    let flags = set.header("set-cookie").to_owned();
    assert!(flags.contains("HttpOnly") && flags.contains("SameSite=Strict"), "{flags}");
    let shops = server.http("GET", "/api/v1/console/shops", &[("cookie", &cookie)], "").await.json();
    assert_eq!((&shops["shops"][0]["id"], &shops["shops"][0]["problems"]), (&json!("demo"), &json!([])));
    let text = json!({"shop": "demo", "text": "转人工"});
    let understood = server.post("/api/v1/console/understand", &cookie, text).await.json();
    assert_eq!(understood["stated"], json!(["human.request"]));

    assert_eq!(server.http("DELETE", "/api/v1/session", &[("cookie", &cookie)], "").await.status, 204);
    assert_eq!(server.http("GET", "/api/v1/session", &[("cookie", &cookie)], "").await.status, 401);

    for name in ["owner", "nobody"] {
        let wrong = json!({"name": name, "password": "wrong"});
        for _ in 0..5 {
            let refused = server.post("/api/v1/session", "", wrong.clone()).await;
            assert_eq!(refused.error(), (401, "bad_credentials".to_owned()), "{name}");
        }
        let locked = server.post("/api/v1/session", "", wrong).await;
        assert_eq!(locked.error(), (429, "too_fast".to_owned()), "{name}");
        let wait = locked.json()["error"]["retry_ms"].as_u64();
        assert!(wait.is_some_and(|wait| (1..=1000).contains(&wait)), "{wait:?}");
    }
}
