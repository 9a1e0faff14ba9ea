//! Staff sign-in over HTTP: a session in a cookie that scripts can't read and other sites can't send.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ServerState, error::ApiError};
use crate::{accounts::AccountError, store::Agent};

const COOKIE: &str = "xiaoer_session";

#[derive(Deserialize)]
pub(super) struct Credentials {
    name: String,
    password: String,
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    old: String,
    new: String,
}

/// `POST /api/v1/session`
pub(super) async fn sign_in(
    State(state): State<ServerState>,
    headers: HeaderMap,
    Json(Credentials { name, password }): Json<Credentials>,
) -> Result<Response, ApiError> {
    let signed_in = state.accounts.sign_in(&name, &password, state.engine.now()).await?;
    // Behind a proxy that speaks HTTPS the cookie must not travel over anything else.
    let https = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    let secure = if https { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict{secure}", signed_in.token);
    let cookie = HeaderValue::from_str(&cookie).map_err(|error| ApiError::Internal(error.into()))?;
    Ok(([(header::SET_COOKIE, cookie)], Json(agent_form(&signed_in.agent))).into_response())
}

/// `GET /api/v1/session`
pub(super) async fn show(
    State(state): State<ServerState>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(agent_form(&signed_in(&state, &headers).await?)))
}

/// `DELETE /api/v1/session`
pub(super) async fn sign_out(
    State(state): State<ServerState>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some(token) = token(&headers) {
        state.accounts.sign_out(token).await?;
    }
    let gone = HeaderValue::from_static("xiaoer_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok(([(header::SET_COOKIE, gone)], StatusCode::NO_CONTENT).into_response())
}

/// `POST /api/v1/session/password`
pub(super) async fn change_password(
    State(state): State<ServerState>,
    headers: HeaderMap,
    Json(NewPassword { old, new }): Json<NewPassword>,
) -> Result<StatusCode, ApiError> {
    let agent = signed_in(&state, &headers).await?;
    let token = token(&headers).ok_or_else(ApiError::signed_out)?;
    state.accounts.change_password(&agent, token, &old, &new, state.engine.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is signed in.
pub(super) async fn signed_in(state: &ServerState, headers: &HeaderMap) -> Result<Agent, ApiError> {
    let token = token(headers).ok_or_else(ApiError::signed_out)?;
    state.accounts.session(token, state.engine.now()).await?.ok_or_else(ApiError::signed_out)
}

/// Who is signed in and has changed the first password: whoever may do more than that.
pub(super) async fn may_work(state: &ServerState, headers: &HeaderMap) -> Result<Agent, ApiError> {
    let agent = signed_in(state, headers).await?;
    if agent.must_change {
        let words = "change the password first".to_owned();
        return Err(ApiError::Said(StatusCode::FORBIDDEN, "must_change", words));
    }
    Ok(agent)
}

/// Cookies travel with any page's websocket, so the page itself has to be ours.
pub(super) fn same_site(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return true };
    origin.split_once("://").map(|(_, site)| site) == text(header::HOST)
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn agent_form(agent: &Agent) -> Value {
    let shops: Vec<&str> = agent.shops.iter().map(|shop| shop.as_str()).collect();
    json!({
        "agent": {"id": agent.id.as_str(), "name": agent.name, "role": agent.role.name(), "shops": shops},
        "must_change": agent.must_change,
    })
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        let words = error.to_string();
        match error {
            AccountError::BadCredentials => Self::Said(StatusCode::UNAUTHORIZED, "bad_credentials", words),
            AccountError::WeakPassword => {
                Self::Said(StatusCode::UNPROCESSABLE_ENTITY, "weak_password", words)
            }
            AccountError::Locked(retry) => Self::TooFast(retry),
            AccountError::Store(error) => error.into(),
            other => Self::Internal(other.into()),
        }
    }
}
