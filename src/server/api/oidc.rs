//! Signing in by another service: there and back. What goes wrong is told by the page, by a code behind the `#` of its
//! address; the cause goes to the log.

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ServerState, error::ApiError, staff};
use crate::accounts::oidc::{OidcError, PATIENCE, RETURN_PATH, Returned};

const COOKIE: &str = "xiaoer_oidc";
/// The pages that a sign-in may go on to.
const PAGES: [&str; 2] = ["/desk", "/console"];

/// `GET /api/v1/oidc`: what the sign-in page shows.
pub(in crate::server) async fn button(State(state): State<ServerState>) -> Json<Value> {
    let button = state.accounts.oidc_button().unwrap_or_else(|error| {
        tracing::error!(error = %error, "the sign-in service can't be used");
        None
    });
    Json(json!({"on": button.is_some(), "name": button.map(|name| json!({"zh": name.zh, "en": name.en}))}))
}

#[derive(Deserialize)]
pub(in crate::server) struct Begin {
    to: Option<String>,
}

/// `GET /api/v1/oidc/start?to=`: to the service.
pub(in crate::server) async fn begin(
    State(state): State<ServerState>,
    Query(Begin { to }): Query<Begin>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let page = to.as_deref().and_then(|to| PAGES.into_iter().find(|page| *page == to)).unwrap_or(PAGES[0]);
    match state.accounts.begin_oidc(page, &own_address(&headers), state.engine.now()).await {
        Ok(begun) => {
            // Lax: the service's page brings the browser back, and the cookie has to come along.
            let cookie = cookie(&begun.secret, PATIENCE.as_secs(), &headers)?;
            redirect(&begun.address, vec![cookie])
        }
        Err(error) => Ok(failed(page, &error)),
    }
}

#[derive(Deserialize)]
pub(in crate::server) struct Finish {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// `GET /api/v1/oidc/callback?code=&state=`: back from the service.
pub(in crate::server) async fn finish(
    State(state): State<ServerState>,
    Query(asked): Query<Finish>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let gone = cookie("", 0, &headers)?;
    if asked.error.is_some() {
        return redirect(&format!("{}#problem=oidc_denied", PAGES[0]), vec![gone]);
    }
    let address = own_address(&headers);
    let returned = Returned {
        code: asked.code.as_deref().unwrap_or_default(),
        state: asked.state.as_deref().unwrap_or_default(),
        secret: staff::cookie(&headers, COOKIE).unwrap_or_default(),
        address: &address,
        client: staff::client(&headers),
    };
    let now = state.engine.now();
    match state.accounts.finish_oidc(returned, now).await {
        Ok((signed_in, page)) => {
            if let Some(before) = staff::token(&headers) {
                state.accounts.sign_out(before, now).await?;
            }
            let session = staff::session_cookie(&signed_in, &headers)?;
            redirect(&page, vec![gone, session])
        }
        Err(error) => {
            let mut answer = failed(PAGES[0], &error);
            answer.headers_mut().append(header::SET_COOKIE, gone);
            Ok(answer)
        }
    }
}

/// Back to the page, with the reason where only the page reads it.
fn failed(page: &str, error: &OidcError) -> Response {
    let code = match error {
        OidcError::Unknown | OidcError::Account(_) => "oidc_unknown",
        OidcError::State => "oidc_again",
        _ => "oidc_failed",
    };
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    tracing::warn!(error = %error, cause, "a sign-in by another service failed");
    let to = HeaderValue::try_from(format!("{page}#problem={code}")).expect("pages and codes are plain");
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

fn redirect(to: &str, cookies: Vec<HeaderValue>) -> Result<Response, ApiError> {
    let to = HeaderValue::from_str(to).map_err(|error| ApiError::Internal(error.into()))?;
    let mut answer = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    for cookie in cookies {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

fn cookie(secret: &str, seconds: u64, headers: &HeaderMap) -> Result<HeaderValue, ApiError> {
    let secure = if staff::is_https(headers) { "; Secure" } else { "" };
    let path = RETURN_PATH;
    let cookie = format!("{COOKIE}={secret}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).map_err(|error| ApiError::Internal(error.into()))
}

/// How the browser reaches us, for a service that sends it back here.
fn own_address(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("x-forwarded-host").or_else(|| text("host")).unwrap_or("localhost");
    let scheme = if staff::is_https(headers) { "https" } else { "http" };
    format!("{scheme}://{host}")
}
