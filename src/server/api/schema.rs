//! The schemas of the websockets' frames, for those who write clients.

use axum::{
    Json,
    extract::Path,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::super::error::ApiError;
use crate::wire::schema::{SCHEMAS, Schema};

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
    Json(json!({"schemas": list}))
}

/// `GET /api/v1/schema/{name}.json`
pub(in crate::server) async fn document(Path(file): Path<String>) -> Result<Response, ApiError> {
    let found = file.strip_suffix(".json").and_then(Schema::named);
    let schema = found.ok_or_else(|| ApiError::not_found("schema"))?;
    Ok(([(CONTENT_TYPE, "application/json")], schema.text).into_response())
}
