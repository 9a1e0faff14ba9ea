//! A case for the person who has it: what is known, personal data one field at a time, and changes for the shopper.
//!
//! Owners, and agents of the conversation's shop, see a conversation that was handed to people once; for anybody else it
//! does not exist. Personal data is masked; each look behind the mask is in the audit log before it is answered.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{ServerState, error::ApiError, rights::AtDesk},
    case_forms,
    case_wishes::{self, WishForm},
};
use crate::{
    domain::OrderId,
    engine::{CaseError, Personal},
    store::{Agent, Conversation, NewAudit},
};

/// The longest id that a client may give, in Unicode scalar values.
const LONGEST_ID: usize = 64;

/// `GET /api/v1/desk/conversations/{id}/case`
pub(in crate::server) async fn show(
    State(state): State<ServerState>,
    AtDesk(agent): AtDesk,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let conversation = seen(&state, &agent, &id).await?;
    let case = state.engine.case(&conversation).await?;
    Ok(Json(case_forms::case(&case)))
}

#[derive(Deserialize)]
pub(in crate::server) struct Reveal {
    field: String,
    order: Option<String>,
}

/// `POST /api/v1/desk/conversations/{id}/reveal`
pub(in crate::server) async fn reveal(
    State(state): State<ServerState>,
    AtDesk(agent): AtDesk,
    Path(id): Path<String>,
    Json(Reveal { field, order }): Json<Reveal>,
) -> Result<Json<Value>, ApiError> {
    let conversation = seen(&state, &agent, &id).await?;
    let field =
        Personal::from_name(&field).ok_or_else(|| bad("bad_field", "field is phone, address or name"))?;
    let order = order.map(OrderId::from);
    let value = state.engine.personal(&conversation, field, order.as_ref()).await;
    let value = value.map_err(CaseError::from)?.ok_or_else(|| ApiError::not_found("value"))?;
    let entry = NewAudit::by(&agent, "personal.reveal", state.engine.now());
    let detail = json!({"field": field.name(), "order": order.as_ref().map(OrderId::as_str)});
    let entry = entry.in_conversation(&conversation.shop, &conversation.id).with(detail);
    state.engine.parts().store.record_audit(entry).await?;
    Ok(Json(json!({"value": value})))
}

#[derive(Deserialize)]
pub(in crate::server) struct Quote {
    change: WishForm,
}

/// `POST /api/v1/desk/conversations/{id}/quote`: what a change would come to; nothing is done.
pub(in crate::server) async fn quote(
    State(state): State<ServerState>,
    AtDesk(agent): AtDesk,
    Path(id): Path<String>,
    Json(Quote { change }): Json<Quote>,
) -> Result<Json<Value>, ApiError> {
    let conversation = seen(&state, &agent, &id).await?;
    let wish = case_wishes::read(change)?;
    let planned = state.engine.quote_for_shopper(&conversation, &agent, &wish).await?;
    Ok(Json(case_forms::quote(&planned)))
}

#[derive(Deserialize)]
pub(in crate::server) struct Change {
    id: String,
    change: WishForm,
}

/// `POST /api/v1/desk/conversations/{id}/changes`: does it, once by the id.
pub(in crate::server) async fn change(
    State(state): State<ServerState>,
    AtDesk(agent): AtDesk,
    Path(id): Path<String>,
    Json(Change { id: client_id, change }): Json<Change>,
) -> Result<Json<Value>, ApiError> {
    let conversation = seen(&state, &agent, &id).await?;
    if !(1..=LONGEST_ID).contains(&client_id.chars().count()) {
        return Err(bad("bad_id", "an id has 1 to 64 characters"));
    }
    let wish = case_wishes::read(change)?;
    // The wish as it was understood: the same fields in another order are the same wish.
    let asked = format!("{wish:?}");
    let changed = state.engine.change_for_shopper(&conversation, &agent, &client_id, &asked, &wish).await?;
    Ok(Json(case_forms::changed(&changed)))
}

/// The conversation, if this person may see it.
async fn seen(state: &ServerState, agent: &Agent, id: &str) -> Result<Conversation, ApiError> {
    let found = state.engine.parts().store.conversation(&id.into()).await?;
    let theirs = |conversation: &Conversation| {
        let bound = agent.shops.is_empty() || agent.shops.contains(&conversation.shop);
        bound && conversation.handed_at.is_some()
    };
    found.filter(theirs).ok_or_else(|| ApiError::not_found("conversation"))
}

pub(super) fn bad(code: &'static str, sentence: &str) -> ApiError {
    ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, code, sentence.to_owned())
}

impl From<CaseError> for ApiError {
    fn from(error: CaseError) -> Self {
        let words = error.to_string();
        match error {
            CaseError::NotHolder => Self::Said(StatusCode::FORBIDDEN, "not_yours", words),
            CaseError::IdReused => Self::Said(StatusCode::CONFLICT, "id_reused", words),
            CaseError::OverLimit(limit) => Self::With(
                StatusCode::FORBIDDEN,
                "over_limit",
                words,
                json!({"limit": case_forms::money(limit)}),
            ),
            CaseError::OverPaid(most) => Self::With(
                StatusCode::UNPROCESSABLE_ENTITY,
                "over_paid",
                words,
                json!({"limit": case_forms::money(most)}),
            ),
            CaseError::BadAmount => Self::Said(StatusCode::UNPROCESSABLE_ENTITY, "bad_amount", words),
            CaseError::Unavailable => Self::Said(StatusCode::SERVICE_UNAVAILABLE, "unavailable", words),
            CaseError::Engine(error) => error.into(),
        }
    }
}
