//! The shopper's websocket: who may connect, and one task a connection.

mod connection;
mod frames;
mod hello;

use axum::{
    extract::{Query, State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    ServerState,
    error::ApiError,
    socket::{LARGEST_FRAME, READ_BUFFER, WRITE_BUFFER},
};
use crate::domain::ShopId;

#[derive(Deserialize)]
pub(super) struct Address {
    shop: Option<String>,
}

/// `GET /ws/chat?shop=ID`: 404 for an unknown shop, 503 for a broken one, 403 for a site that may not embed it.
pub(super) async fn connect(
    State(state): State<ServerState>,
    Query(address): Query<Address>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let shop = ShopId::from(address.shop.unwrap_or_default());
    let assistant = state.engine.parts().shops.assistant(&shop)?;
    if !origin_allowed(&assistant.shop.origins, &headers) {
        return Ok((StatusCode::FORBIDDEN, "this site may not embed the shop's chat").into_response());
    }
    let staff = super::staff::signed_in(&state, &headers).await.ok();
    let open = state.sockets.token();
    Ok(upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(LARGEST_FRAME)
        .max_frame_size(LARGEST_FRAME)
        .on_upgrade(async move |socket| {
            let _open = open;
            connection::run(state, shop, staff.is_some(), socket).await;
        }))
}

/// A browser names the page's site in `Origin`; a client without one is no browser and is accepted. The server's
/// own pages are always allowed.
pub(super) fn origin_allowed(allowed: &[String], headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let own = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let site = origin.split_once("://").map(|(_, site)| site);
    allowed.iter().any(|site| site == "*" || site.eq_ignore_ascii_case(origin))
        || (own.is_some() && site == own)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_named_sites_and_our_own_pages_may_connect() {
        let shop = ["https://shop.example".to_owned()];
        for (origin, expected) in [
            (None, true),
            (Some("https://shop.example"), true),
            (Some("https://SHOP.example"), true),
            (Some("http://127.0.0.1:8080"), true), // our own
            (Some("http://shop.example"), false),
            (Some("https://shop.example.evil"), false),
            (Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8080"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(origin_allowed(&shop, &headers), expected, "{origin:?}");
            assert!(origin_allowed(&["*".to_owned()], &headers), "{origin:?} with any site allowed");
        }
    }
}
