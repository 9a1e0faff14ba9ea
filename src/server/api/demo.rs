//! The demo store's shoppers. The page signs them in with a shop token, as a real shop's own server would; these
//! routes exist with `--demo` alone.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ServerState, error::ApiError};
use crate::domain::ShopId;

/// The shop whose shoppers can be tried.
const DEMO_SHOP: &str = "demo";

#[derive(Deserialize)]
pub(in crate::server) struct Which {
    shop: Option<String>,
}

impl Which {
    fn id(self) -> ShopId {
        self.shop.unwrap_or_else(|| DEMO_SHOP.to_owned()).into()
    }
}

/// `GET /api/v1/demo/shoppers?shop=`
pub(in crate::server) async fn shoppers(
    State(state): State<ServerState>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, ApiError> {
    demo_only(&state)?;
    let shoppers = state.engine.parts().store.shoppers(&which.id()).await?;
    let list: Vec<Value> = shoppers
        .iter()
        .map(|shopper| json!({"id": shopper.id.as_str(), "name": shopper.name, "note": shopper.note}))
        .collect();
    Ok(Json(json!({"shoppers": list})))
}

/// `POST /api/v1/demo/shoppers/{id}/token?shop=`
pub(in crate::server) async fn token(
    State(state): State<ServerState>,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, ApiError> {
    demo_only(&state)?;
    let shop = which.id();
    let found = state.engine.parts().store.shopper(&shop, &id.into()).await?;
    let shopper = found.ok_or_else(|| ApiError::not_found("shopper"))?;
    let token = state
        .accounts
        .sign_shopper(&shop, &shopper.id, state.engine.now())
        .await
        .map_err(|error| ApiError::Internal(error.into()))?;
    Ok(Json(json!({"shopper": token, "name": shopper.name})))
}

fn demo_only(state: &ServerState) -> Result<(), ApiError> {
    if state.demo { Ok(()) } else { Err(ApiError::not_found("page")) }
}
