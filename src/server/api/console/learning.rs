//! The learning queue for the console.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::{ServerState, error::ApiError, rights::Editor};
use super::seen;
use crate::{engine::ToLearn, store::NewAudit};

/// Days looked back when nothing else is said, and at most.
const DAYS: u32 = 14;
const MOST_DAYS: u32 = 90;
/// Wordings dismissed at once, at most.
const MOST_WORDS: usize = 500;
/// Wordings of an entry that are shown, and answers.
const SHOWN: usize = 12;

#[derive(Deserialize)]
pub(in crate::server) struct Asked {
    days: Option<u32>,
}

/// `GET /api/v1/console/shops/{shop}/learning?days=`
pub(in crate::server) async fn list(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Query(Asked { days }): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    let shop = seen(&agent, shop)?;
    let days = days.unwrap_or(DAYS).clamp(1, MOST_DAYS);
    let queue = state.engine.to_learn(&shop, days).await?;
    Ok(Json(json!({"days": days, "entries": queue.iter().map(entry).collect::<Vec<_>>()})))
}

fn entry(it: &ToLearn) -> Value {
    let cluster = &it.cluster;
    let wordings: Vec<Value> = cluster
        .wordings
        .iter()
        .take(SHOWN)
        .map(|(text, count)| json!({"text": text, "count": count}))
        .collect();
    let why: Vec<Value> =
        cluster.why.iter().map(|(why, count)| json!({"why": why.name(), "count": count})).collect();
    let meant: Vec<Value> =
        cluster.meant.iter().map(|(id, count)| json!({"intent": id.as_str(), "count": count})).collect();
    let intents: Vec<Value> = it
        .intents
        .iter()
        .map(|(id, confidence)| json!({"intent": id.as_str(), "confidence": confidence}))
        .collect();
    let faq: Vec<Value> =
        it.faq.iter().map(|(id, score)| json!({"faq": id.as_str(), "score": score})).collect();
    json!({
        "wordings": wordings, "count": cluster.count, "different": cluster.wordings.len(), "why": why, "meant": meant,
        "answers": cluster.answers.iter().take(SHOWN).collect::<Vec<_>>(),
        "first": cluster.span.0.to_string(), "last": cluster.span.1.to_string(),
        "trend": {"earlier": cluster.trend.0, "later": cluster.trend.1}, "intents": intents, "faq": faq,
    })
}

#[derive(Deserialize)]
pub(in crate::server) struct Dismissed {
    words: Vec<String>,
}

/// `POST /api/v1/console/shops/{shop}/learning/dismiss`: these need no looking at any more.
pub(in crate::server) async fn dismiss(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Json(Dismissed { words }): Json<Dismissed>,
) -> Result<StatusCode, ApiError> {
    let shop = seen(&agent, shop)?;
    if MOST_WORDS < words.len() || words.iter().any(|text| super::LONGEST_TEXT < text.chars().count()) {
        let words = format!("at most {MOST_WORDS} wordings at once");
        return Err(ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, "too_long", words));
    }
    let (store, now) = (&state.engine.parts().store, state.engine.now());
    store.dismiss_words(&shop, &words, now).await?;
    let entry = NewAudit::by(&agent, "learning.dismiss", now).in_shop(&shop);
    store.record_audit(entry.with(json!({"wordings": words.len()}))).await?;
    Ok(StatusCode::NO_CONTENT)
}
