//! Staff sign-in over HTTP: a session in a cookie that scripts can't read and other sites can't send. Who may do what is
//! in `rights`.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ServerState, error::ApiError, rights::Known};
use crate::{
    accounts::{AccountError, Credentials, SignedIn},
    store::{Agent, Role},
};

const COOKIE: &str = "xiaoer_session";

#[derive(Deserialize)]
pub(super) struct Given {
    name: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
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
    Json(Given { name, password, code }): Json<Given>,
) -> Result<Response, ApiError> {
    let given =
        Credentials { name: &name, password: &password, code: code.as_deref(), client: client(&headers) };
    let now = state.engine.now();
    let signed_in = state.accounts.sign_in(given, now).await?;
    // A session of before has no use any more, whoever left it here.
    if let Some(before) = token(&headers) {
        state.accounts.sign_out(before, now).await?;
    }
    let cookie = session_cookie(&signed_in, &headers)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(agent_form(&signed_in.agent))).into_response())
}

/// What carries a session from then on. Behind a proxy that speaks HTTPS it must not travel over anything else.
pub(super) fn session_cookie(signed_in: &SignedIn, headers: &HeaderMap) -> Result<HeaderValue, ApiError> {
    let secure = if is_https(headers) { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict{secure}", signed_in.token);
    HeaderValue::from_str(&cookie).map_err(|error| ApiError::Internal(error.into()))
}

/// Whether the browser speaks HTTPS, as the proxy before us says.
pub(super) fn is_https(headers: &HeaderMap) -> bool {
    let told = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    told.and_then(|schemes| schemes.split(',').next()).is_some_and(|scheme| scheme.trim() == "https")
}

/// What the browser calls itself.
pub(super) fn client(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// `GET /api/v1/session`
pub(super) async fn show(Known(agent): Known) -> Result<Json<Value>, ApiError> {
    Ok(Json(agent_form(&agent)))
}

/// `DELETE /api/v1/session`
pub(super) async fn sign_out(
    State(state): State<ServerState>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some(token) = token(&headers) {
        state.accounts.sign_out(token, state.engine.now()).await?;
    }
    let gone = HeaderValue::from_static("xiaoer_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok(([(header::SET_COOKIE, gone)], StatusCode::NO_CONTENT).into_response())
}

/// `POST /api/v1/session/password`
pub(super) async fn change_password(
    State(state): State<ServerState>,
    Known(agent): Known,
    headers: HeaderMap,
    Json(NewPassword { old, new }): Json<NewPassword>,
) -> Result<StatusCode, ApiError> {
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

/// Owners and agents: the desk.
pub(super) async fn at_desk(state: &ServerState, headers: &HeaderMap) -> Result<Agent, ApiError> {
    with_role(state, headers, &[Role::Owner, Role::Agent]).await
}

/// Whoever has one of these roles.
pub(super) async fn with_role(
    state: &ServerState,
    headers: &HeaderMap,
    roles: &[Role],
) -> Result<Agent, ApiError> {
    let agent = may_work(state, headers).await?;
    if roles.contains(&agent.role) { Ok(agent) } else { Err(ApiError::forbidden()) }
}

/// The session's token.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE)
}

/// A cookie's value.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Lets a page of ours change things, and no page of another site: cookies travel with any page's request. What is no
/// page sends no `Origin`.
pub(super) async fn from_our_pages(request: Request, next: Next) -> Response {
    if request.method().is_safe() || same_site(request.headers()) {
        next.run(request).await
    } else {
        ApiError::forbidden().into_response()
    }
}

/// Whether a request comes from a page of ours, or from no page. A proxy that gives us another `Host` says which one the
/// browser asked; a page can't make a browser send that. Where a browser leaves `Origin` out, it says in its own way
/// whose page it was.
pub(super) fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !headers.contains_key(header::ORIGIN) {
        return text("sec-fetch-site").is_none_or(|site| ["same-origin", "none"].contains(&site));
    }
    let site = text("origin").and_then(|origin| origin.split_once("://")).map(|(_, site)| site);
    site.is_some_and(|site| !site.is_empty()) && (site == text("host") || site == text("x-forwarded-host"))
}

fn agent_form(agent: &Agent) -> Value {
    let shops: Vec<&str> = agent.shops.iter().map(|shop| shop.as_str()).collect();
    json!({
        "agent": {"id": agent.id.as_str(), "name": agent.name, "role": agent.role.name(), "shops": shops},
        "must_change": agent.must_change, "second_step": agent.second_step,
    })
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
        let words = error.to_string();
        let (status, code) = match error {
            AccountError::BadCredentials => (StatusCode::UNAUTHORIZED, "bad_credentials"),
            AccountError::CodeNeeded => (StatusCode::UNAUTHORIZED, "code_needed"),
            AccountError::BadCode => (StatusCode::UNAUTHORIZED, "bad_code"),
            AccountError::WeakPassword => (REFUSED, "weak_password"),
            AccountError::BadMember(_) => (REFUSED, "bad_member"),
            AccountError::NameTaken => (StatusCode::CONFLICT, "name_taken"),
            AccountError::LastOwner => (StatusCode::CONFLICT, "last_owner"),
            AccountError::Yourself => (StatusCode::CONFLICT, "yourself"),
            AccountError::SecondStep => (StatusCode::CONFLICT, "second_step"),
            AccountError::Locked(retry) => return Self::TooFast(retry),
            AccountError::Store(error) => return error.into(),
            other => return Self::Internal(other.into()),
        };
        Self::Said(status, code, words)
    }
}
