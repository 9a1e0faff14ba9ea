//! Bodies, frames and paths that nobody means well with: nested, huge, compressed, odd.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::super::support::Server;

/// Values that a careful reader has to stand.
fn odd() -> Vec<(&'static str, String)> {
    let deep =
        |open: &str, close: &str, times: usize| format!("{}{}", open.repeat(times), close.repeat(times));
    vec![
        ("64 KiB of brackets", "[".repeat(60 * 1024)),
        ("brackets that close", deep("[", "]", 30_000)),
        ("objects in objects", format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000))),
        ("a number without end", format!(r#"{{"type":"say","id":"a","text":1{}}}"#, "0".repeat(50_000))),
        ("an exponent without end", r#"{"type":"read","seq":1e999999999}"#.to_owned()),
        ("a number of another kind", r#"{"type":"read","seq":-1}"#.to_owned()),
        ("half a letter", r#"{"type":"say","id":"a","text":"\ud83d"}"#.to_owned()),
        ("halves in the wrong order", r#"{"type":"say","id":"a","text":"\udc00\ud800"}"#.to_owned()),
        ("an unfinished text", r#"{"type":"say","id":"a","text":"#.to_owned()),
        ("nothing", String::new()),
        ("a mark of order", "\u{feff}{\"type\":\"ping\"}".to_owned()),
    ]
}

/// Texts that are fine, and stay what they are.
const FINE: [&str; 4] = ["a\u{0}b", "\u{202e}txt.exe", "\u{feff}你好", "😀\u{1f468}\u{200d}\u{1f469}"];

#[tokio::test]
async fn odd_frames_are_told_and_the_connection_goes_on() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let (mut shopper, _) = server.shopper(json!({})).await;
    let mut desk = super::super::case::desk(&server, &cookie).await;
    for (name, frame) in odd() {
        for (whose, client) in [("a shopper's", &mut shopper), ("a desk's", &mut desk)] {
            client.send_text(&frame).await;
            let answers = client.frames_until_pong().await;
            let error = answers.iter().find(|answer| answer["type"] == "error");
            let error = error.unwrap_or_else(|| panic!("{name}, {whose}: no error in {answers:?}"));
            assert_eq!(error["fatal"], false, "{name}, {whose}: {error}");
        }
    }
    // Of a field that is there twice one counts, and it is what everybody sees.
    shopper.send_text(r#"{"type":"say","id":"twice","text":"x","text":"y"}"#).await;
    let said = shopper.find(|frame| frame["from"] == "shopper" && frame["id"] == "twice").await;
    assert_eq!(said["parts"], json!([{"kind": "text", "text": "y"}]));
    shopper.message_from("bot").await;
    for (number, text) in FINE.into_iter().enumerate() {
        let id = format!("fine {number}");
        shopper.say(&id, text).await;
        let said = shopper.find(|frame| frame["from"] == "shopper" && frame["id"] == id.as_str()).await;
        assert_eq!(said["parts"][0]["text"], text);
        shopper.message_from("bot").await;
    }
}

/// Longer than this for a message on a busy machine means that time grows faster than the message.
const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn no_message_takes_long_to_read() {
    let server = Server::start().await;
    let (mut shopper, _) = server.shopper(json!({})).await;
    for (number, piece) in
        ["1", "一", "(", "a\u{301}", "@a.", "￥9", "13800", "退", "aaaaaaaaab", "20%", "- ", "😀"]
            .into_iter()
            .enumerate()
    {
        let text: String = piece.chars().cycle().take(2000).collect();
        let begun = Instant::now();
        // The pace of a conversation is five a second.
        let id = loop {
            let id = format!("{number} at {:?}", begun.elapsed());
            shopper.say(&id, &text).await;
            let told = shopper.find(|frame| frame["id"] == id.as_str()).await;
            if told["code"] != "too_fast" {
                break id;
            }
        };
        shopper.message_from("bot").await;
        assert!(begun.elapsed() < SOON, "{id}: {piece:?} took {:?}", begun.elapsed());
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = std::fs::read_to_string(folder).expect("it can be read");
    let product = manifest.split("[dev-dependencies]").next().expect("it begins");
    assert!(!product.lines().any(|line| line.starts_with("regex")), "the product has no regular expressions");
}

#[tokio::test]
async fn odd_bodies_are_refused() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let json = [("content-type", "application/json"), ("cookie", cookie.as_str())];
    for (name, body) in odd() {
        for (method, path) in [
            ("POST", "/api/v1/session"),
            ("POST", "/api/v1/console/understand"),
            ("PUT", "/api/v1/console/shops/demo/files"),
            ("POST", "/api/v1/console/shops/demo/talk"),
            ("POST", "/api/v1/desk/conversations/x/changes"),
        ] {
            let answer = server.http(method, path, &json, &body).await;
            // Fields that nobody knows are ignored, however deep or long they are.
            let empty = body.starts_with('{') && answer.status == 200;
            let refused = (400..500).contains(&answer.status);
            assert!(refused || empty, "{name}: {method} {path}: {} {}", answer.status, answer.body);
            assert!(empty || !answer.error_code().is_empty(), "{name}: {method} {path}: {}", answer.body);
        }
    }
}

/// `{"name":"owner","password":"x"}` and 64 KiB of blanks by gzip: whoever unpacks it can read it.
const PACKED: &str = "H4sIAAAAAAACA+3IsQ2AIBAAwFXM107gNiRQCgYKSIy7yyB35b1R013iijZr6XHGk8aYreddK74DAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAth8AoXsEHwABAA==";

#[tokio::test]
async fn what_is_compressed_is_not_unpacked() {
    let server = Server::start().await;
    let packed = STANDARD.decode(PACKED).expect("base64");
    assert!(packed.len() < 1024, "{} bytes", packed.len());
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let headers = [("content-type", "application/json"), ("content-encoding", encoding)];
        let answer = server.http_bytes("POST", "/api/v1/session", &headers, &packed).await;
        assert!([400, 415].contains(&answer.status), "{encoding}: {} {}", answer.status, answer.body);
    }
}

#[tokio::test]
async fn no_path_leads_out_of_its_folder() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let cookie = [("cookie", cookie.as_str())];
    for path in [
        "/../../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/widget.js/../../Cargo.toml",
        "/desk/%00",
        "/pictures/..%5c..%5cCargo.toml",
        "/api/v1/schema/..%2f..%2fsecret.json",
        "/api/v1/schema/files/..%2fshopper-in.json",
        "/api/v1/shops/..%2fdemo/products",
        "/api/v1/shops/demo%2f..%2fdemo/look",
        "/api/v1/console/shops/..%2f..%2fpacks/files",
        "/api/v1/console/shops/demo%2f..%2fdemo/files",
        "/api/v1/console/shops/demo/file?path=../../etc/passwd",
        "/api/v1/console/shops/demo/file?path=shops%2Fdemo%2F..%2F..%2F..%2Fdata%2Ffirst-sign-in",
        "/api/v1/console/shops/demo/file?path=%2Fetc%2Fpasswd",
        "/api/v1/console/shops/demo/file?path=shops/demo/shop.toml%00.txt",
        "/api/v1/uploads/..%2f..%2fdata%2fxiaoer.db",
    ] {
        let answer = server.http("GET", path, &cookie, "").await;
        assert!([400, 403, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
        assert!(!answer.body.contains("root:"), "{path}: {}", answer.body);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_the_folder_is_not_made_by_any_page_and_leads_no_reader_out() {
    let home = super::super::support::Home::in_memory();
    let outside = home.data().parent().expect("a folder").join("secret.toml");
    std::fs::write(&outside, "version = 1 # marker-outside").expect("it can be written");
    let server = Server::start_in(home).await;
    let cookie = server.owner().await;
    // A page names texts and paths, never links: what it saves is a plain file.
    let draft = json!({"path": "shops/demo/faq/link.toml", "text": "version = 1\n", "base": null});
    let headers = [("content-type", "application/json"), ("cookie", cookie.as_str())];
    let body = json!({"files": [draft]}).to_string();
    let saved = server.http("PUT", "/api/v1/console/shops/demo/files", &headers, &body).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let written = server.home.intents().join("shops/demo/faq/link.toml");
    assert!(std::fs::symlink_metadata(&written).expect("it is there").is_file());
    let outside = outside.to_string_lossy().into_owned();
    for path in [outside.as_str(), "shops/demo/../../../secret.toml", "../secret.toml"] {
        let address = format!("/api/v1/console/shops/demo/file?path={path}");
        let answer = server.http("GET", &address, &[("cookie", &cookie)], "").await;
        assert_eq!(answer.error(), (404, "not_found".to_owned()), "{path}");
    }
}
