//! Looking for what was said: messages and notes of conversations that people had, for owners and agents of their shops.

use std::time::Instant;

use axum::{
    Json,
    extract::{Query, State},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ServerState, error::ApiError, rights::AtDesk};
use crate::{
    domain::{ShopId, masking},
    engine::{FoundMessage, SearchError},
};

/// Hits when nothing else is said, and at most.
const HITS: usize = 20;
const MOST: usize = 50;

#[derive(Deserialize)]
pub(in crate::server) struct Search {
    q: String,
    shop: Option<String>,
    limit: Option<usize>,
}

/// `GET /api/v1/desk/search?q=&shop=&limit=`
pub(in crate::server) async fn search(
    State(state): State<ServerState>,
    AtDesk(agent): AtDesk,
    Query(Search { q, shop, limit }): Query<Search>,
) -> Result<Json<Value>, ApiError> {
    let began = Instant::now();
    let shops = match shop.map(ShopId::from) {
        Some(shop) if agent.shops.is_empty() || agent.shops.contains(&shop) => vec![shop],
        Some(_) => return Err(ApiError::not_found("shop")),
        None => agent.shops,
    };
    let limit = limit.unwrap_or(HITS).clamp(1, MOST);
    let found = state.engine.search_messages(&q, &shops, limit).await?;
    metrics::histogram!("xiaoer_desk_search_seconds").record(began.elapsed().as_secs_f64());
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    let hits: Vec<Value> = found.found.iter().map(hit).collect();
    Ok(Json(json!({"hits": hits, "behind": found.behind, "micros": micros})))
}

fn hit(found: &FoundMessage) -> Value {
    let (hit, conversation) = (&found.hit, &found.conversation);
    let note = hit.from == "note";
    json!({
        "conversation": conversation.id.as_str(), "shop": conversation.shop.as_str(),
        "seq": hit.number.filter(|_| !note), "note": hit.number.filter(|_| note),
        "at": hit.at.to_string(), "from": Some(hit.from.as_str()).filter(|from| !from.is_empty()),
        "text": hit.text, "marks": marks(&hit.text, &hit.marks),
        "shopper": conversation.owner.as_ref().map(|id| {
            json!({"id": id.as_str(), "name": found.name.as_deref().map(masking::name)})
        }),
        "mode": conversation.mode.name(), "score": hit.score,
    })
}

/// Ranges as a browser counts them: in UTF-16 code units.
fn marks(text: &str, marks: &[std::ops::Range<usize>]) -> Vec<[usize; 2]> {
    let units = |bytes: usize| text[..bytes].encode_utf16().count();
    marks.iter().map(|range| [units(range.start), units(range.end)]).collect()
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Store(error) => error.into(),
            other => Self::Internal(other.into()),
        }
    }
}
