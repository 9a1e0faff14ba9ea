//! Pictures over the real server: who may send and see them, what is refused, and how they are said.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use super::{
    desk::{add_agent_of, desk, waiting},
    support::{Answer, Home, PASSWORD, Server},
};

const PATH: &str = "/api/v1/uploads";

fn photo(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(48, 32, |x, y| Rgb([x as u8 * 5, y as u8 * 7, 90]));
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("a picture can be written");
    bytes.into_inner()
}

fn bearer(welcome: &Value) -> String {
    format!("Bearer {}", welcome["token"].as_str().expect("a token"))
}

async fn upload(server: &Server, authorization: &str, file: &[u8]) -> Answer {
    server.http_bytes("POST", PATH, &[("authorization", authorization)], file).await
}

/// The id of a picture that is taken.
fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_picture_is_sent_said_and_seen_by_those_it_concerns() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let (mut shopper, welcome) = server.shopper(json!({})).await;
    let (mut other, others) = server.shopper(json!({})).await;
    let id = id(&upload(&server, &bearer(&welcome), &photo(ImageFormat::Png)).await);
    let address = format!("{PATH}/{id}");

    let seen = server.http("GET", &address, &[("authorization", &bearer(&welcome))], "").await;
    assert_eq!((seen.status, seen.header("content-type")), (200, "image/jpeg"));
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    assert_eq!(seen.header("content-disposition"), "inline");
    assert!(seen.header("content-security-policy").starts_with("sandbox"));
    assert!(seen.header("cache-control").starts_with("private"));
    let shown = image::load_from_memory(&seen.bytes).expect("a picture");
    assert_eq!((shown.width(), shown.height()), (48, 32));
    let by_staff = server.http("GET", &address, &[("cookie", &cookie)], "").await;
    assert_eq!((by_staff.status, by_staff.bytes == seen.bytes), (200, true));
    for headers in [
        &[][..],
        &[("authorization", bearer(&others).as_str())],
        &[("authorization", "Bearer unknown")],
        // A token is not helped by a cookie beside it.
        &[("authorization", bearer(&others).as_str()), ("cookie", cookie.as_str())],
        &[("cookie", "xiaoer_session=unknown")],
    ] {
        let refused = server.http("GET", &address, headers, "").await;
        assert_eq!(refused.error(), (404, "not_found".to_owned()), "{headers:?}");
    }

    shopper.send(json!({"type": "say", "id": "p", "image": id})).await;
    assert_eq!(shopper.next().await, json!({"type": "ack", "id": "p", "seq": 1}));
    let said = shopper.message_from("shopper").await;
    let part = json!({
        "kind": "image", "text": "[图片]", "url": address, "alt": "图片", "width": 48, "height": 32,
    });
    assert_eq!(said["parts"], json!([part]));
    let answer = shopper.message_from("bot").await;
    assert_eq!(answer["parts"][1]["kind"], "choices", "{answer}");
    shopper.send(json!({"type": "say", "id": "p", "image": id})).await;
    assert_eq!(shopper.until("ack").await["seq"], 1, "said again under its id it is the same");
    other.send(json!({"type": "say", "id": "q", "image": id})).await;
    assert_eq!(other.until("error").await["code"], "bad_choice");
}

#[tokio::test]
async fn what_a_picture_is_called_follows_the_reader() {
    let server = Server::start().await;
    for (locale, text) in [("en", "[picture]"), ("zh-TW", "[圖片]")] {
        let (mut shopper, welcome) = server.shopper(json!({"locale": locale})).await;
        let id = id(&upload(&server, &bearer(&welcome), &photo(ImageFormat::Jpeg)).await);
        shopper.send(json!({"type": "say", "id": "p", "image": id})).await;
        assert_eq!(shopper.message_from("shopper").await["parts"][0]["text"], text, "{locale}");
    }
}

#[tokio::test]
async fn every_refusal_has_its_code() {
    let server = Server::start().await;
    let (_, welcome) = server.shopper(json!({})).await;
    let bearer = bearer(&welcome);
    let whole = photo(ImageFormat::Jpeg);
    let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    huge.extend([0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50, 8, 6, 0, 0, 0, 0, 0, 0, 0]);
    let large = vec![0xFF; 8 * 1024 * 1024 + 1];
    for (name, headers, file, expected) in [
        ("no token", vec![], &whole[..], (401, "unauthorized")),
        ("an unknown token", vec![("authorization", "Bearer unknown")], &whole, (401, "unauthorized")),
        ("a word", vec![("authorization", "unknown")], &whole, (401, "unauthorized")),
        ("nothing", vec![("authorization", &bearer)], &[], (415, "unsupported_media")),
        ("a GIF", vec![("authorization", &bearer)], b"GIF89a", (415, "unsupported_media")),
        (
            "an SVG",
            vec![("authorization", &bearer), ("content-type", "image/png")],
            b"<svg/>",
            (415, "unsupported_media"),
        ),
        ("half a photo", vec![("authorization", &bearer)], &whole[..whole.len() / 2], (422, "bad_image")),
        ("50,000 x 50,000", vec![("authorization", &bearer)], &huge, (422, "too_many_pixels")),
        ("over 8 MB", vec![("authorization", &bearer)], &large, (413, "too_large")),
        (
            "another site",
            vec![("authorization", &bearer), ("origin", "https://other.example")],
            &whole,
            (403, "forbidden"),
        ),
    ] {
        let answer = server.http_bytes("POST", PATH, &headers, file).await;
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{name}");
    }
}

#[tokio::test]
async fn what_comes_without_a_length_is_bounded_too() {
    let server = Server::start().await;
    let (_, welcome) = server.shopper(json!({})).await;
    let mut body = Vec::new();
    for _ in 0..9 {
        body.extend(b"100000\r\n");
        body.extend(vec![0xFF; 0x10_0000]);
        body.extend(b"\r\n");
    }
    body.extend(b"0\r\n\r\n");
    let bearer = bearer(&welcome);
    let answer = server.chunked(PATH, &[("authorization", &bearer)], &body).await;
    assert_eq!(answer.error(), (413, "too_large".to_owned()));
}

#[tokio::test]
async fn pictures_have_a_pace_of_their_own() {
    let server = Server::start().await;
    let (_, welcome) = server.shopper(json!({})).await;
    let mut refused = None;
    for _ in 0..20 {
        let answer = upload(&server, &bearer(&welcome), b"no picture").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("twenty at once are too many");
    assert_eq!(refused.error(), (429, "too_fast".to_owned()));
    assert!(refused.json()["error"]["retry_ms"].as_u64().is_some_and(|wait| (1..=3_000).contains(&wait)));
    let (_, other) = server.shopper(json!({})).await;
    id(&upload(&server, &bearer(&other), &photo(ImageFormat::WebP)).await);
}

#[tokio::test]
async fn the_person_who_holds_a_conversation_sends_pictures_too() {
    let server = Server::start_in(Home::on_disk()).await;
    let cookie = server.owner().await;
    add_agent_of(&server, ("second", "小安"), Vec::new()).await;
    add_agent_of(&server, ("elsewhere", "小外"), vec!["another".into()]).await;
    let second = server.sign_in("小安", PASSWORD).await;
    let elsewhere = server.sign_in("小外", PASSWORD).await;
    let (mut shopper, conversation) = waiting(&server).await;
    let (_, stranger) = server.shopper(json!({})).await;
    let path = format!("{PATH}?conversation={conversation}");
    let file = photo(ImageFormat::Jpeg);
    let of = |cookie: &str| vec![("cookie".to_owned(), cookie.to_owned())];
    let sends = async |path: &str, headers: Vec<(String, String)>| {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        server.http_bytes("POST", path, &headers, &file).await
    };
    assert_eq!(sends(&path, of(&cookie)).await.error(), (403, "not_yours".to_owned()), "not taken yet");

    let (mut desk, _) = desk(&server, &cookie).await;
    desk.send(json!({"type": "take", "conversation": conversation})).await;
    shopper.mode("agent").await;
    let taken = id(&sends(&path, of(&cookie)).await);
    let mut from_another_site = of(&cookie);
    from_another_site.push(("origin".to_owned(), "https://other.example".to_owned()));
    let private = format!("{PATH}?conversation={}", stranger["conversation"].as_str().expect("an id"));
    for (name, path, headers, expected) in [
        ("a colleague", path.as_str(), of(&second), (403, "not_yours")),
        ("staff of another shop", &path, of(&elsewhere), (404, "not_found")),
        ("a conversation nobody was called into", &private, of(&cookie), (404, "not_found")),
        ("no conversation", PATH, of(&cookie), (404, "not_found")),
        ("another site's page", &path, from_another_site, (403, "forbidden")),
        ("nobody", &path, of("xiaoer_session=unknown"), (401, "unauthorized")),
    ] {
        assert_eq!(sends(path, headers).await.error(), (expected.0, expected.1.to_owned()), "{name}");
    }
    desk.send(json!({"type": "say", "id": "i", "conversation": conversation, "image": taken})).await;
    let said = shopper.message_from("agent").await;
    assert_eq!(said["parts"][0]["url"], format!("{PATH}/{taken}"));
    desk.send(json!({"type": "say", "id": "s", "conversation": conversation, "sticker": "thanks"})).await;
    assert_eq!(shopper.message_from("agent").await["parts"][0]["kind"], "sticker");
    desk.send(json!({"type": "say", "id": "n", "conversation": conversation, "image": "nobody's"})).await;
    let refused = desk.find(|frame| frame["type"] == "error").await;
    assert_eq!((&refused["code"], &refused["id"]), (&json!("bad_frame"), &json!("n")));
    for (name, cookie, expected) in
        [("a colleague", &second, 200), ("staff of another shop", &elsewhere, 404)]
    {
        let seen = server.http("GET", &format!("{PATH}/{taken}"), &[("cookie", cookie)], "").await;
        assert_eq!(seen.status, expected, "{name}");
    }
}

#[tokio::test]
async fn a_widget_on_another_site_may_ask() {
    let server = Server::start().await;
    let asks = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    for path in [PATH, "/api/v1/uploads/any", "/api/v1/conversations/any/messages"] {
        let allowed = server.http("OPTIONS", path, &asks, "").await;
        assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (200, "*"), "{path}");
        assert!(allowed.header("access-control-allow-headers").contains("authorization"), "{path}");
        assert_eq!(allowed.header("access-control-allow-credentials"), "", "{path}: cookies stay at home");
    }
    let closed = server.http("OPTIONS", "/api/v1/session", &asks, "").await;
    assert_eq!(closed.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_picture_outlives_the_server() {
    let home = Home::on_disk();
    let server = Server::start_in(home.clone()).await;
    let (mut shopper, welcome) = server.shopper(json!({})).await;
    let id = id(&upload(&server, &bearer(&welcome), &photo(ImageFormat::Jpeg)).await);
    shopper.send(json!({"type": "say", "id": "p", "image": id})).await;
    shopper.until("ack").await;
    server.die().await;
    let server = Server::start_in(home).await;
    let address = format!("{PATH}/{id}");
    let seen = server.http("GET", &address, &[("authorization", &bearer(&welcome))], "").await;
    assert_eq!((seen.status, seen.header("content-type")), (200, "image/jpeg"));
}
