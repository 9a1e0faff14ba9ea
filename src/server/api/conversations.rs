//! A conversation's messages, for clients that were away for long.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ServerState, bearer, error::ApiError};
use crate::wire::frames::MessageForm;

const PAGE: usize = 200;

#[derive(Deserialize)]
pub(in crate::server) struct After {
    #[serde(default)]
    after: u64,
}

/// `GET /api/v1/conversations/{id}/messages?after=`: at most 200 messages; bearer: the conversation's token, and
/// `xiaoer-shopper`, the shop's token of who it is, once somebody signed in to it.
pub(in crate::server) async fn messages(
    State(state): State<ServerState>,
    Path(id): Path<String>,
    Query(After { after }): Query<After>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    if !headers.contains_key(header::AUTHORIZATION) {
        return Err(ApiError::signed_out());
    }
    let store = &state.engine.parts().store;
    let conversation = bearer::conversation(&state, &headers)
        .await?
        .filter(|conversation| conversation.id.as_str() == id)
        .ok_or_else(|| ApiError::not_found("conversation"))?;
    let messages = store.messages(&conversation.id, after, PAGE).await?;
    let more = messages.last().is_some_and(|last| last.seq < conversation.last_seq);
    let forms: Vec<_> = messages.iter().map(|message| MessageForm::of(message, false)).collect();
    Ok(Json(json!({"messages": forms, "more": more})))
}
