//! The schemas of the websockets' frames, for those who write clients, and of the merchant's files, for editors.

use axum::{
    Json,
    extract::Path,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::super::error::ApiError;
use crate::{
    shop::schema as files,
    wire::schema::{SCHEMAS, Schema},
};

/// `GET /api/v1/schema/`: what there is.
pub(in crate::server) async fn index() -> Json<Value> {
    let list: Vec<Value> = SCHEMAS
        .iter()
        .map(|schema| {
            let document = schema.document();
            json!({
                "name": schema.name, "url": format!("/api/v1/schema/{}.json", schema.name),
                "title": document["title"], "description": document["description"],
            })
        })
        .collect();
    let files: Vec<Value> = files::KINDS.iter().map(|kind| described(kind)).collect();
    Json(json!({"schemas": list, "files": files}))
}

/// A kind of file, where its schema is, and what that says it is.
fn described(kind: &str) -> Value {
    let text = files::schema(kind).expect("a kind has its schema");
    let document: Value =
        serde_json::from_str(text).expect("the documents are JSON, which a test reads whole");
    json!({
        "kind": kind, "url": format!("/api/v1/schema/files/{kind}.schema.json"),
        "title": document["title"], "description": document["description"],
    })
}

/// `GET /api/v1/schema/{name}.json`
pub(in crate::server) async fn document(Path(file): Path<String>) -> Result<Response, ApiError> {
    let found = file.strip_suffix(".json").and_then(Schema::named);
    let schema = found.ok_or_else(|| ApiError::not_found("schema"))?;
    Ok(([(CONTENT_TYPE, "application/json")], schema.text).into_response())
}

/// `GET /api/v1/schema/files/{kind}.schema.json`
pub(in crate::server) async fn file(Path(file): Path<String>) -> Result<Response, ApiError> {
    let found = file.strip_suffix(".schema.json").and_then(files::schema);
    let text = found.ok_or_else(|| ApiError::not_found("schema"))?;
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}
