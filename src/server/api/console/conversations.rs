//! Conversations with shoppers as merchants see them: what was asked, what was answered and why. Telephone numbers and
//! mail addresses in them are masked, and who looked at which is in the audit log.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::{ServerState, error::ApiError, rights::Editor};
use super::seen;
use crate::{
    domain::{Author, ConversationId, Message, masking},
    store::{Course, NewAudit},
    wire::frames::MessageForm,
};

/// Days looked back when nothing else is said, and at most.
const DAYS: u32 = 7;
const MOST_DAYS: u32 = 90;
/// Conversations of a list.
const LISTED: usize = 100;
/// What was said first, in a list.
const WORDS: usize = 3;
/// Messages of one.
const MESSAGES: usize = 400;

#[derive(Deserialize)]
pub(in crate::server) struct Asked {
    days: Option<u32>,
}

/// `GET /api/v1/console/shops/{shop}/conversations?days=`: the last ones in which a shopper said something.
pub(in crate::server) async fn list(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Query(Asked { days }): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    let shop = seen(&agent, shop)?;
    let days = days.unwrap_or(DAYS).clamp(1, MOST_DAYS);
    let since = state.engine.now() - Duration::from_secs(86400 * u64::from(days));
    let courses = state.engine.parts().store.courses(&shop, since, LISTED).await?;
    let mut list: Vec<(jiff::Timestamp, Value)> = courses.iter().filter_map(row).collect();
    list.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let list: Vec<Value> = list.into_iter().map(|(_, row)| row).collect();
    Ok(Json(json!({"days": days, "conversations": list})))
}

fn row(course: &Course) -> Option<(jiff::Timestamp, Value)> {
    let messages = || course.messages.iter().map(|(message, _)| message);
    let shoppers = || messages().filter(|message| message.from == Author::Shopper);
    let text = |message: &Message| message.parts.first().map(|part| masking::words(&part.text));
    let last = messages().next_back()?.at;
    shoppers().next()?;
    let said: Vec<String> = shoppers().filter_map(text).take(WORDS).collect();
    let people = messages().any(|message| matches!(message.from, Author::Agent { .. }));
    let unknown = messages()
        .filter_map(|message| message.trace.as_ref())
        .filter(|trace| matches!(trace.source.as_str(), "unknown" | "trouble" | "clarify"));
    let row = json!({
        "conversation": course.conversation.as_str(), "at": last.to_string(), "said": said,
        "asked": shoppers().count(), "people": people, "unknown": unknown.count(), "rating": course.rating.as_ref().map(|rating| rating.score),
    });
    Some((last, row))
}

/// `GET /api/v1/console/shops/{shop}/conversations/{id}`
pub(in crate::server) async fn show(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path((shop, id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let shop = seen(&agent, shop)?;
    let id = ConversationId::from(id);
    let store = &state.engine.parts().store;
    let conversation = store.conversation(&id).await?.filter(|it| it.shop == shop);
    let conversation = conversation.ok_or_else(|| ApiError::not_found("conversation"))?;
    let entry = NewAudit::by(&agent, "conversation.read", state.engine.now());
    store.record_audit(entry.in_conversation(&shop, &id)).await?;
    let mut messages = store.messages(&id, 0, MESSAGES).await?;
    for part in messages.iter_mut().flat_map(|message| &mut message.parts) {
        part.text = masking::words(&part.text);
    }
    let messages: Vec<_> = messages.iter().map(|message| MessageForm::of(message, true)).collect();
    Ok(Json(json!({
        "conversation": id.as_str(), "mode": conversation.mode.name(), "messages": messages,
        "rating": conversation.rating.map(|rating| rating.score),
    })))
}
