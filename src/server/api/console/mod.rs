//! The console's view of the shops, and its test window.

pub(in crate::server) mod conversations;
pub(in crate::server) mod faq;
pub(in crate::server) mod figures;
pub(in crate::server) mod files;
pub(in crate::server) mod learning;
pub(in crate::server) mod trials;
pub(in crate::server) mod versions;

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ServerState, error::ApiError, rights::Editor};
use crate::{check, domain::ShopId, shop::Problem, store::Agent, wire::understanding::understanding_json};

/// The longest text that may be tried, in Unicode scalar values.
const LONGEST_TEXT: usize = 2000;

/// `GET /api/v1/console/shops`
pub(in crate::server) async fn shops(
    State(state): State<ServerState>,
    Editor(agent): Editor,
) -> Result<Json<Value>, ApiError> {
    let problems = state.problems.load();
    let mut list = Vec::new();
    for shop in state.engine.parts().shops.list() {
        if !may_see(&agent, &shop.id) {
            continue;
        }
        let products = state.engine.parts().store.products(&shop.id).await?.len();
        let assistant = state.engine.parts().shops.assistant(&shop.id).ok();
        let loaded = assistant.as_deref().map(|assistant| &assistant.shop);
        let folder = format!("shops/{}/", shop.id);
        let own = problems.iter().filter(|p| p.path.starts_with(&folder) || p.path.starts_with("packs/"));
        list.push(json!({
            "id": shop.id.as_str(), "name": shop.name.map(|name| name.zh), "version": shop.version,
            "open": shop.open, "ready": shop.ready, "products": products,
            "intents": loaded.map_or(0, |shop| shop.intents.len()), "faq": loaded.map_or(0, |shop| shop.faq.len()),
            "promotions": loaded.map_or(0, |shop| shop.promotions.len()),
            "problems": own.map(problem_form).collect::<Vec<_>>(),
        }));
    }
    Ok(Json(json!({"shops": list})))
}

#[derive(Deserialize)]
pub(in crate::server) struct Try {
    shop: String,
    text: String,
}

/// `POST /api/v1/console/understand`
pub(in crate::server) async fn understand(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Json(Try { shop, text }): Json<Try>,
) -> Result<Json<Value>, ApiError> {
    let shop = ShopId::from(shop);
    if !may_see(&agent, &shop) {
        return Err(ApiError::forbidden());
    }
    if LONGEST_TEXT < text.chars().count() {
        let words = "the text is longer than 2000 characters".to_owned();
        return Err(ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, "too_long", words));
    }
    let assistant = state.engine.parts().shops.assistant(&shop)?;
    let reading = assistant.read(&text, &state.engine.now_in(&assistant.shop)).await;
    Ok(Json(understanding_json(&text, &reading.understanding)))
}

fn problem_form(problem: &Problem) -> Value {
    serde_json::from_str(&check::json_line(problem)).unwrap_or_default()
}

fn may_see(agent: &Agent, shop: &ShopId) -> bool {
    agent.shops.is_empty() || agent.shops.contains(shop)
}

/// The shop, if an editor of it asks.
fn seen(agent: &Agent, shop: String) -> Result<ShopId, ApiError> {
    let shop = ShopId::from(shop);
    if may_see(agent, &shop) { Ok(shop) } else { Err(ApiError::forbidden()) }
}
