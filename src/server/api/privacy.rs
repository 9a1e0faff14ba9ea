//! What is kept of a shopper, for owners: what there is, all of it as a file, and its end. Each is in the audit log under
//! a name that only this installation can make of the id: an entry must not keep whom it says is gone.

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ServerState, error::ApiError, rights::Owner};
use crate::{
    accounts::AccountError,
    domain::{DataSubject, ShopId},
    engine::PrivacyError,
    store::{Agent, Erasing, HeldUp, KeptTrade, Namer, NewAudit, privacy::export},
};

/// Ids are no longer than this, in bytes.
const LONGEST_ID: usize = 256;

/// Whose data: a shopper's of a shop, or those of one conversation.
#[derive(Deserialize)]
pub(in crate::server) struct Asked {
    shop: String,
    shopper: Option<String>,
    conversation: Option<String>,
}

impl Asked {
    /// Who it is about, where this owner may ask.
    fn read(self, owner: &Agent) -> Result<(ShopId, DataSubject), ApiError> {
        let shop = ShopId::from(self.shop);
        if !owner.shops.is_empty() && !owner.shops.contains(&shop) {
            return Err(ApiError::forbidden());
        }
        let given = |id: Option<String>| {
            id.map(|id| id.trim().to_owned()).filter(|id| (1..=LONGEST_ID).contains(&id.len()))
        };
        let whose = match (given(self.shopper), given(self.conversation)) {
            (Some(shopper), None) => DataSubject::Shopper(shopper.into()),
            (None, Some(conversation)) => DataSubject::Conversation(conversation.into()),
            _ => {
                let words = "say one of shopper and conversation".to_owned();
                return Err(ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, "who", words));
            }
        };
        Ok((shop, whose))
    }
}

fn nothing_kept() -> ApiError {
    let words = "nothing is kept of them in this shop".to_owned();
    ApiError::Said(StatusCode::NOT_FOUND, "not_found", words)
}

fn namer(state: &ServerState) -> Result<Namer, ApiError> {
    Ok(state.accounts.namer().map_err(AccountError::from)?)
}

/// `GET /api/v1/privacy/kept?shop=&shopper=|conversation=`: how much there is, and whether it can go.
pub(in crate::server) async fn kept(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    let (shop, whose) = asked.read(&owner)?;
    let (store, now) = (&state.engine.parts().store, state.engine.now());
    let conversations = store.conversations_of(&shop, &whose).await?;
    let trade = match &whose {
        DataSubject::Shopper(shopper) => store.kept_trade(&shop, shopper).await?,
        DataSubject::Conversation(_) => KeptTrade::default(),
    };
    if conversations.is_empty() && trade.rows() == 0 {
        return Err(nothing_kept());
    }
    let mut held_up = None;
    let mut owner_of = None;
    for id in &conversations {
        held_up = held_up.or(store.held_up(id, now).await?);
        owner_of = owner_of.or(store.conversation(id).await?.and_then(|it| it.owner));
    }
    let open = trade.tickets.iter().filter(|ticket| ticket.state.is_open()).count();
    Ok(Json(json!({
        "conversations": conversations.len(), "orders": trade.orders.len(), "tickets": trade.tickets.len(),
        "open_tickets": open, "coupons": trade.wallet.len(), "person": trade.shopper.is_some(),
        // A conversation of somebody who signed in: the rest of theirs goes by their id.
        "shopper": owner_of.map(|id| id.to_string()), "held_up": held_up.map(code),
    })))
}

/// `GET /api/v1/privacy/export?shop=&shopper=|conversation=`
pub(in crate::server) async fn file(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let (shop, whose) = asked.read(&owner)?;
    let (store, now) = (&state.engine.parts().store, state.engine.now());
    let document = export(store.as_ref(), &shop, &whose, now).await?.ok_or_else(nothing_kept)?;
    let count = |name: &str| document[name].as_array().map_or(0, Vec::len);
    let detail = json!({
        "who": namer(&state)?.name(&shop, &whose), "of": kind(&whose), "conversations": count("conversations"),
    });
    let entry = NewAudit::by(&owner, "personal.export", now).in_shop(&shop).with(detail);
    // First the entry: nothing leaves without one.
    store.record_audit(entry).await?;
    let attached = HeaderValue::from_static("attachment; filename=\"personal-data.json\"");
    Ok(([(header::CONTENT_DISPOSITION, attached)], Json(document)).into_response())
}

/// `POST /api/v1/privacy/erase {shop, shopper|conversation}`
pub(in crate::server) async fn erase(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Json(asked): Json<Asked>,
) -> Result<Json<Value>, ApiError> {
    let (shop, whose) = asked.read(&owner)?;
    let namer = namer(&state)?;
    let erasing = state.engine.erase(&namer, &shop, &whose).await;
    let erased = match erasing {
        Ok(Erasing::Done(erased)) => erased,
        Ok(Erasing::Unknown) => return Err(nothing_kept()),
        Ok(Erasing::HeldUp(why)) => {
            return Err(ApiError::Said(StatusCode::CONFLICT, code(why), sentence(why).to_owned()));
        }
        Err(PrivacyError::Store(error)) => return Err(error.into()),
        Err(error @ PrivacyError::Index(_)) => return Err(ApiError::Internal(error.into())),
    };
    let counts = json!({
        "conversations": erased.conversations.len(), "pictures": erased.pictures, "rows": erased.rows,
        "left": erased.left,
    });
    let mut detail = counts.clone();
    detail["who"] = namer.name(&shop, &whose).into();
    detail["of"] = kind(&whose).into();
    let entry = NewAudit::by(&owner, "personal.erase", state.engine.now()).in_shop(&shop).with(detail);
    state.engine.parts().store.record_audit(entry).await?;
    Ok(Json(counts))
}

fn kind(whose: &DataSubject) -> &'static str {
    match whose {
        DataSubject::Shopper(_) => "shopper",
        DataSubject::Conversation(_) => "conversation",
    }
}

fn code(why: HeldUp) -> &'static str {
    match why {
        HeldUp::ByPerson => "held",
        HeldUp::ByChange => "pending",
    }
}

fn sentence(why: HeldUp) -> &'static str {
    match why {
        HeldUp::ByPerson => "a person holds one of their conversations: end it first",
        HeldUp::ByChange => "a message or a change of theirs is still under way: try again when it is done",
    }
}
