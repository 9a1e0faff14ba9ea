//! The conversation that a request speaks for, by its token; one that somebody signed in to takes their word as well, as
//! on the websocket: a token that lies about in a browser tells nothing of a shopper who has left.

use axum::http::{HeaderMap, HeaderName, header};

use super::{ServerState, error::ApiError};
use crate::{accounts::tokens, store::Conversation};

/// Carries the shop's token of who the shopper is, where a conversation is somebody's.
pub(super) const SHOPPER: HeaderName = HeaderName::from_static("xiaoer-shopper");

/// The conversation of the bearer's token, if the bearer may read it.
pub(super) async fn conversation(
    state: &ServerState,
    headers: &HeaderMap,
) -> Result<Option<Conversation>, ApiError> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(token) = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")) else {
        return Ok(None);
    };
    let now = state.engine.now();
    let Some(found) = state.engine.parts().store.resume(&tokens::hash(token), now).await? else {
        return Ok(None);
    };
    let Some(owner) = &found.owner else { return Ok(Some(found)) };
    let Some(jwt) = text(SHOPPER) else { return Ok(None) };
    let shopper = state.accounts.shopper(&found.shop, jwt, now).await.ok();
    Ok((shopper.as_ref() == Some(owner)).then_some(found))
}
