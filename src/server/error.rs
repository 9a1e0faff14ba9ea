//! Errors as HTTP tells them: a status, a stable code, a safe sentence. The cause goes to the log, once, here.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{engine::EngineError, store::StoreError};

/// An error of an HTTP handler.
#[derive(Debug)]
pub(super) enum ApiError {
    /// The caller's mistake or right: status, code, sentence.
    Said(StatusCode, &'static str, String),
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
        let (status, code, message, retry) = match self {
            Self::Said(status, code, message) => (status, code, message, None),
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
        (status, Json(body)).into_response()
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
            EngineError::Store(error) => error.into(),
        }
    }
}
