//! The published schemas: served whole, and true of every frame that the tests of this binary are sent.

use serde_json::{Value, json};
use xiaoer::wire::schema::SCHEMAS;

use super::{checker::Documents, support::Server};

/// The server sends what it publishes: frames to a shopper's client or a desk, told by the websocket's path.
pub(crate) fn assert_published(websocket: &str, frame: &Value) {
    let document = if websocket.starts_with("/ws/desk") { "desk-out" } else { "shopper-out" };
    let documents =
        Documents::published(SCHEMAS.iter().map(|schema| (schema.name.to_owned(), schema.document())));
    assert_eq!(documents.closed().check(document, frame), Ok(()), "{document}: {frame}");
}

#[tokio::test]
async fn the_schemas_are_served() {
    let server = Server::start().await;
    let index = server.http("GET", "/api/v1/schema/", &[], "").await.json();
    let mut documents = Vec::new();
    for entry in index["schemas"].as_array().expect("a list") {
        let (name, url) =
            (entry["name"].as_str().expect("a name"), entry["url"].as_str().expect("an address"));
        assert_eq!(url, format!("/api/v1/schema/{name}.json"));
        let document = server.http("GET", url, &[], "").await;
        assert_eq!((document.status, document.header("content-type")), (200, "application/json"), "{url}");
        let document = document.json();
        assert_eq!((&document["title"], document["title"].is_string()), (&entry["title"], true), "{url}");
        documents.push((name.to_owned(), document));
    }
    let names: Vec<&str> = documents.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["shopper-in", "shopper-out", "desk-in", "desk-out", "message", "part", "common"]);
    let documents = Documents::published(documents);
    assert_eq!(documents.check("shopper-in", &json!({"type": "hello", "v": 1})), Ok(()));
    assert!(documents.check("shopper-in", &json!({"type": "hello", "v": 2})).is_err());

    for path in ["/api/v1/schema/nothing.json", "/api/v1/schema/part"] {
        assert_eq!(server.http("GET", path, &[], "").await.error(), (404, "not_found".to_owned()), "{path}");
    }
    let openapi = server.http("GET", "/api/v1/openapi.json", &[], "").await.json();
    assert!(openapi["paths"]["/api/v1/schema/"].is_object());
    assert!(openapi["info"]["description"].as_str().is_some_and(|words| words.contains("/api/v1/schema/")));
}
