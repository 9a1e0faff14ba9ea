//! What a store page shows: products and the promotions that run.

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Value, json};

use super::super::{ServerState, error::ApiError};
use crate::{
    domain::{Localized, Money, trade::Product},
    wire::Json as Form,
};

fn both(text: &Localized) -> Value {
    json!({"zh": text.zh, "en": text.en})
}

fn money(amount: Money) -> Value {
    json!(Form(amount))
}

/// `GET /api/v1/shops/{shop}/products`
pub(in crate::server) async fn products(
    State(state): State<ServerState>,
    Path(shop): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let shop = shop.into();
    state.engine.parts().shops.assistant(&shop)?;
    let products = state.engine.parts().store.products(&shop).await?;
    Ok(Json(json!({"products": products.iter().map(product).collect::<Vec<_>>()})))
}

/// A product with its variants and facts.
pub(super) fn product(product: &Product) -> Value {
    let variants: Vec<Value> = product
        .variants
        .iter()
        .map(|variant| {
            let options: serde_json::Map<String, Value> =
                variant.options.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
            json!({
                "id": variant.id.as_str(), "options": options, "price": money(variant.price), "stock": variant.stock,
            })
        })
        .collect();
    let attributes: Vec<Value> = product
        .attributes
        .iter()
        .map(|fact| json!({"name": both(&fact.name), "value": both(&fact.value)}))
        .collect();
    let words: serde_json::Map<String, Value> = product
        .option_words
        .iter()
        .filter_map(|word| Some((word.zh.clone(), word.en.clone()?.into())))
        .collect();
    json!({
        "id": product.id.as_str(), "title": both(&product.title), "subtitle": both(&product.subtitle),
        "brand": product.brand, "category": product.category.iter().map(both).collect::<Vec<_>>(),
        "price": money(product.price), "list_price": product.list_price.map(money), "image": product.image,
        "url": product.url, "attributes": attributes, "variants": variants, "option_words": words,
        "sales": product.sales, "size_chart": product.size_chart,
    })
}

/// `GET /api/v1/shops/{shop}/look`: how the widget looks.
pub(in crate::server) async fn look(
    State(state): State<ServerState>,
    Path(shop): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let assistant = state.engine.parts().shops.assistant(&shop.into())?;
    let look = &assistant.shop.look;
    Ok(Json(json!({"color": look.color, "side": look.side.name()})))
}

/// `GET /api/v1/shops/{shop}/promotions`: what runs now.
pub(in crate::server) async fn promotions(
    State(state): State<ServerState>,
    Path(shop): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let assistant = state.engine.parts().shops.assistant(&shop.into())?;
    let now = state.engine.now();
    let running: Vec<Value> = assistant
        .shop
        .promotions
        .iter()
        .filter(|promotion| promotion.from <= now && now < promotion.until)
        .map(|promotion| {
            json!({
                "id": promotion.id.as_str(), "kind": promotion.kind.name(), "title": both(&promotion.title),
                "text": both(&promotion.text), "from": promotion.from.to_string(),
                "until": promotion.until.to_string(),
            })
        })
        .collect();
    Ok(Json(json!({"promotions": running})))
}
