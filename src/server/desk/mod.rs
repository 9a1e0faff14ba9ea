//! The desk's websocket: people of the shop see who waits, take conversations and talk.

mod connection;
mod forms;
mod frames;

use axum::{
    extract::{State, WebSocketUpgrade, ws::WebSocket},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use super::{ServerState, error::ApiError, socket::LARGEST_FRAME, staff};
use crate::store::Agent;

/// `GET /ws/desk`: 401 without a session, 403 for an editor, for a page of another site, or before the password was
/// changed. Once the session is over, or its member may do something else than before, the connection ends as at a
/// drain: the page connects again and begins anew, or is told to sign in.
pub(super) async fn connect(
    State(state): State<ServerState>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let agent = staff::at_desk(&state, &headers).await?;
    let session = staff::token(&headers).ok_or_else(ApiError::signed_out)?.to_owned();
    if !staff::same_site(&headers) {
        return Ok((StatusCode::FORBIDDEN, "the desk is opened from its own page only").into_response());
    }
    let open = state.sockets.token();
    Ok(upgrade.max_message_size(LARGEST_FRAME).max_frame_size(LARGEST_FRAME).on_upgrade(
        async move |socket| {
            let _open = open;
            serve(state, agent, session, socket).await;
        },
    ))
}

/// Serves a desk as long as its session lasts.
async fn serve(state: ServerState, agent: Agent, session: String, socket: WebSocket) {
    let own = ServerState { drain: state.drain.child_token(), ..state.clone() };
    let over = state.accounts.until_over(&session, &agent, || state.engine.now());
    let serving = connection::run(own.clone(), agent.clone(), socket);
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => return,
        () = over => own.drain.cancel(),
    }
    serving.await;
}
