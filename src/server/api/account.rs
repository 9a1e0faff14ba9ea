//! What members of staff do with their own account: sessions, and the second step of signing in.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ServerState, error::ApiError, rights::Signed, staff};
use crate::accounts::{MemberSession, tokens};

/// `GET /api/v1/session/sessions`: one's own.
pub(in crate::server) async fn sessions(
    State(state): State<ServerState>,
    Signed(agent): Signed,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let sessions = state.accounts.sessions(&agent, &agent.id, state.engine.now()).await?;
    Ok(Json(sessions_form(&sessions, staff::token(&headers))))
}

/// `DELETE /api/v1/session/sessions`: every one but this.
pub(in crate::server) async fn end_others(
    State(state): State<ServerState>,
    Signed(agent): Signed,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let (kept, now) = (staff::token(&headers), state.engine.now());
    let ended = state.accounts.end_sessions(&agent, &agent.id, None, kept, now).await?;
    Ok(Json(json!({"ended": ended})))
}

/// `DELETE /api/v1/session/sessions/{id}`
pub(in crate::server) async fn end_one(
    State(state): State<ServerState>,
    Signed(agent): Signed,
    Path(session): Path<String>,
) -> Result<StatusCode, ApiError> {
    let now = state.engine.now();
    state.accounts.end_sessions(&agent, &agent.id, Some(&session), None, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/session/second-step`
pub(in crate::server) async fn second_step(
    State(state): State<ServerState>,
    Signed(agent): Signed,
) -> Result<Json<Value>, ApiError> {
    let left = state.accounts.recovery_left(&agent).await?;
    Ok(Json(json!({"on": agent.second_step, "recovery_left": left})))
}

#[derive(Deserialize)]
pub(in crate::server) struct Password {
    password: String,
}

/// `POST /api/v1/session/second-step`
pub(in crate::server) async fn propose(
    State(state): State<ServerState>,
    Signed(agent): Signed,
    Json(Password { password }): Json<Password>,
) -> Result<Json<Value>, ApiError> {
    let proposal = state.accounts.propose_second_step(&agent, &password, state.engine.now()).await?;
    Ok(Json(json!({"secret": proposal.secret, "uri": proposal.address, "qr": proposal.picture})))
}

#[derive(Deserialize)]
pub(in crate::server) struct Code {
    code: String,
}

/// `POST /api/v1/session/second-step/confirm`
pub(in crate::server) async fn confirm(
    State(state): State<ServerState>,
    Signed(agent): Signed,
    Json(Code { code }): Json<Code>,
) -> Result<Json<Value>, ApiError> {
    let codes = state.accounts.confirm_second_step(&agent, &code, state.engine.now()).await?;
    Ok(Json(json!({"recovery": codes})))
}

#[derive(Deserialize)]
pub(in crate::server) struct Both {
    password: String,
    code: String,
}

/// `POST /api/v1/session/second-step/off`
pub(in crate::server) async fn turn_off(
    State(state): State<ServerState>,
    Signed(agent): Signed,
    Json(Both { password, code }): Json<Both>,
) -> Result<StatusCode, ApiError> {
    state.accounts.remove_second_step(&agent, &password, &code, state.engine.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sessions as JSON; the one with this token is told apart.
pub(super) fn sessions_form(sessions: &[MemberSession], token: Option<&str>) -> Value {
    let current = token.map(tokens::hash);
    let list: Vec<Value> = sessions
        .iter()
        .map(|MemberSession { id, session }| {
            json!({
                "id": id, "at": session.at.to_string(), "expires_at": session.expires_at.to_string(),
                "client": session.client, "by": if session.vouched { "oidc" } else { "password" },
                "current": Some(session.token_hash) == current,
            })
        })
        .collect();
    json!({"sessions": list})
}
