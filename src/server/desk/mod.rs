//! The desk's websocket: people of the shop see who waits, take conversations and talk.

mod connection;
mod forms;
mod frames;

use axum::{
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use super::{ServerState, error::ApiError, socket::LARGEST_FRAME, staff};

/// `GET /ws/desk`: 401 without a session, 403 for a page of another site or before the password was changed.
pub(super) async fn connect(
    State(state): State<ServerState>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let agent = staff::may_work(&state, &headers).await?;
    if !staff::same_site(&headers) {
        return Ok((StatusCode::FORBIDDEN, "the desk is opened from its own page only").into_response());
    }
    Ok(upgrade
        .max_message_size(LARGEST_FRAME)
        .max_frame_size(LARGEST_FRAME)
        .on_upgrade(move |socket| connection::run(state, agent, socket)))
}
