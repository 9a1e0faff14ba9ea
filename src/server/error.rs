//! Errors as HTTP tells them: a status, a stable code, a safe sentence. The cause goes to the log, once, here.

use axum::{
    Json,
    body::to_bytes,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{engine::EngineError, store::StoreError};

/// An error of an HTTP handler.
#[derive(Debug)]
pub(super) enum ApiError {
    /// The caller's mistake or right: status, code, sentence.
    Said(StatusCode, &'static str, String),
    /// The same with what else there is to tell: fields of an object.
    With(StatusCode, &'static str, String, serde_json::Value),
    /// Too many tries; how long to wait, in milliseconds.
    TooFast(u64),
    /// Ours. The caller learns nothing of it.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl ApiError {
    pub(super) fn not_found(what: &str) -> Self {
        Self::Said(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}"))
    }

    pub(super) fn forbidden() -> Self {
        Self::Said(StatusCode::FORBIDDEN, "forbidden", "you may not do that".to_owned())
    }

    pub(super) fn signed_out() -> Self {
        Self::Said(StatusCode::UNAUTHORIZED, "signed_out", "sign in first".to_owned())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut more = serde_json::Value::Null;
        let (status, code, message, retry) = match self {
            Self::Said(status, code, message) => (status, code, message, None),
            Self::With(status, code, message, fields) => {
                more = fields;
                (status, code, message, None)
            }
            Self::TooFast(retry) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_fast",
                "too many tries, wait a little".to_owned(),
                Some(retry),
            ),
            Self::Internal(cause) => {
                tracing::error!(error = %cause, "a request failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "something went wrong on our side".to_owned(),
                    None,
                )
            }
        };
        let mut body = json!({"error": {"code": code, "message": message}});
        if let Some(retry) = retry {
            body["error"]["retry_ms"] = retry.into();
        }
        for (name, field) in more.as_object().into_iter().flatten() {
            body["error"][name] = field.clone();
        }
        let mut response = (status, Json(body)).into_response();
        if let Some(retry) = retry {
            let seconds = HeaderValue::from(retry.div_ceil(1000).max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// The longest sentence that is passed on, in bytes.
const LONGEST_SENTENCE: usize = 1024;

/// Gives the one form to errors that no handler made: an unknown path, a wrong method, a query or a body that
/// can't be read. The libraries answer those in plain text, which becomes the sentence.
pub(super) async fn in_one_form(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let json = HeaderValue::from_static("application/json");
    if !is_error || response.headers().get(header::CONTENT_TYPE) == Some(&json) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let said = to_bytes(body, LONGEST_SENTENCE).await.ok();
    let said = said.and_then(|text| String::from_utf8(text.to_vec()).ok()).filter(|text| !text.is_empty());
    let (code, plain) = code_of(status);
    // What a server says of its own faults stays with the operator.
    let message = said.filter(|_| status.is_client_error()).unwrap_or_else(|| plain.to_owned());
    let told = ApiError::Said(status, code, message).into_response();
    // `Allow` and the like stay.
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.insert(header::CONTENT_TYPE, json);
    Response::from_parts(head, told.into_body())
}

/// The code of a status that says all there is to say, and a sentence for it.
fn code_of(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => ("not_found", "there is no such page"),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "this page does not know the method"),
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "the body is not of a known type"),
        status if status.is_server_error() => ("internal", "something went wrong on our side"),
        _ => ("bad_request", "the request can't be read"),
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(what) => Self::not_found(what),
            other => Self::Internal(other.into()),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::UnknownShop(_) => Self::not_found("shop"),
            EngineError::UnknownConversation => Self::not_found("conversation"),
            EngineError::BrokenShop(_) => {
                Self::Said(StatusCode::SERVICE_UNAVAILABLE, "shop_broken", error.to_string())
            }
            EngineError::Panicked => Self::Internal(error.into()),
            EngineError::Store(error) => error.into(),
        }
    }
}
