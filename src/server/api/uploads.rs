//! Pictures of a conversation: uploaded by its shopper or by the person who holds it, read by them and by the staff of
//! the shop, and by nobody else. A token stands in a header, never in an address: addresses are kept in histories and
//! logs, so pages fetch a picture and show what they were given.

use std::time::Duration;

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ServerState, bearer, chat, error::ApiError, staff};
use crate::{
    accounts::tokens,
    domain::{AgentId, Mode, UploadId},
    engine::UploadError,
    picture::{LARGEST_FILE, PictureError},
    store::{Agent, Conversation, Upload},
};

/// A file that takes longer to arrive is given up.
const ARRIVES_WITHIN: Duration = Duration::from_secs(60);
/// A picture never changes under its id.
const KEPT_BY_BROWSERS: &str = "private, max-age=86400, immutable";
/// Opened by itself, a picture may do nothing at all.
const NOTHING_ALLOWED: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:";

#[derive(Deserialize)]
pub(in crate::server) struct For {
    conversation: Option<String>,
}

/// `POST /api/v1/uploads`: the picture itself is the body. Bearer: the conversation's token; or a session's cookie and
/// `?conversation=` for the person who holds it.
pub(in crate::server) async fn keep(
    State(state): State<ServerState>,
    Query(for_): Query<For>,
    request: Request,
) -> Result<Response, ApiError> {
    let (head, body) = request.into_parts();
    let (conversation, agent) = uploader(&state, &head.headers, for_.conversation).await?;
    state
        .upload_pace
        .check(&conversation.id)
        .map_err(|wait| ApiError::TooFast(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1)))?;
    if head.headers.get(header::CONTENT_LENGTH).is_some_and(announces_too_much) {
        return Err(too_large());
    }
    // What waits for its turn lies in memory, so only so much may wait.
    let _place = state.upload_places.try_acquire().map_err(|_| overloaded())?;
    let file = arrive(body).await?;
    let id = UploadId::from(tokens::random_id());
    state.engine.upload(&conversation.id, agent, id.clone(), file).await?;
    Ok((StatusCode::CREATED, Json::<Value>(json!({"id": id.as_str()}))).into_response())
}

/// `GET /api/v1/uploads/{id}`
pub(in crate::server) async fn show(
    State(state): State<ServerState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // Whoever may not see a picture does not learn that there is one.
    let nothing = || ApiError::not_found("picture");
    let upload = state.engine.parts().store.upload(&UploadId::from(id)).await?.ok_or_else(nothing)?;
    if !may_see(&state, &headers, &upload).await? {
        return Err(nothing());
    }
    let headers = [
        (header::CONTENT_TYPE, upload.mime.as_str()),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::CONTENT_SECURITY_POLICY, NOTHING_ALLOWED),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, KEPT_BY_BROWSERS),
        (header::VARY, "authorization, cookie"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, upload.bytes.clone()).into_response())
}

/// Whose upload it is, and who of the staff makes it.
async fn uploader(
    state: &ServerState,
    headers: &HeaderMap,
    conversation: Option<String>,
) -> Result<(Conversation, Option<AgentId>), ApiError> {
    let store = &state.engine.parts().store;
    if headers.contains_key(header::AUTHORIZATION) {
        let conversation = bearer::conversation(state, headers).await?.ok_or_else(unauthorized)?;
        let shop = &state.engine.parts().shops.assistant(&conversation.shop)?.shop;
        if !chat::origin_allowed(&shop.origins, headers) {
            return Err(ApiError::forbidden());
        }
        return Ok((conversation, None));
    }
    let agent = match staff::at_desk(state, headers).await {
        Err(ApiError::Said(StatusCode::UNAUTHORIZED, ..)) => return Err(unauthorized()),
        other => other?,
    };
    if !staff::same_site(headers) {
        return Err(ApiError::forbidden());
    }
    let id = conversation.unwrap_or_default();
    let found = store.conversation(&id.as_str().into()).await?;
    let found = found
        .filter(|conversation| works_for(&agent, conversation) && conversation.handed_at.is_some())
        .ok_or_else(|| ApiError::not_found("conversation"))?;
    let holds = found.mode == Mode::Agent && found.agent.as_ref().is_some_and(|holder| holder.id == agent.id);
    if holds { Ok((found, Some(agent.id))) } else { Err(not_yours()) }
}

async fn may_see(state: &ServerState, headers: &HeaderMap, upload: &Upload) -> Result<bool, ApiError> {
    if headers.contains_key(header::AUTHORIZATION) {
        let conversation = bearer::conversation(state, headers).await?;
        return Ok(conversation.is_some_and(|conversation| conversation.id == upload.conversation));
    }
    let Ok(agent) = staff::at_desk(state, headers).await else { return Ok(false) };
    let conversation = state.engine.parts().store.conversation(&upload.conversation).await?;
    Ok(conversation.is_some_and(|conversation| works_for(&agent, &conversation)))
}

fn works_for(agent: &Agent, conversation: &Conversation) -> bool {
    agent.shops.is_empty() || agent.shops.contains(&conversation.shop)
}

fn announces_too_much(length: &HeaderValue) -> bool {
    let length = length.to_str().ok().and_then(|length| length.parse::<usize>().ok());
    length.is_some_and(|length| LARGEST_FILE < length)
}

/// The whole file, up to the bound: what is beyond it is not read.
async fn arrive(body: Body) -> Result<Vec<u8>, ApiError> {
    let whole = tokio::time::timeout(ARRIVES_WITHIN, Limited::new(body, LARGEST_FILE).collect());
    match whole.await {
        Ok(Ok(file)) => Ok(file.to_bytes().to_vec()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(said(StatusCode::BAD_REQUEST, "bad_request", "the picture broke off on its way")),
        Err(_) => Err(said(StatusCode::REQUEST_TIMEOUT, "too_slow", "the picture took too long to arrive")),
    }
}

impl From<UploadError> for ApiError {
    fn from(error: UploadError) -> Self {
        let (status, code) = match error {
            UploadError::Store(error) => return error.into(),
            UploadError::TooMany => (StatusCode::CONFLICT, "too_many"),
            UploadError::Picture(PictureError::Unsupported) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media")
            }
            UploadError::Picture(PictureError::TooManyPixels) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "too_many_pixels")
            }
            UploadError::Picture(PictureError::Broken) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_image"),
        };
        said(status, code, &error.to_string())
    }
}

fn said(status: StatusCode, code: &'static str, sentence: &str) -> ApiError {
    ApiError::Said(status, code, sentence.to_owned())
}

fn unauthorized() -> ApiError {
    said(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "the conversation's token is missing, unknown or has expired",
    )
}

fn not_yours() -> ApiError {
    said(StatusCode::FORBIDDEN, "not_yours", "the conversation is not yours")
}

fn too_large() -> ApiError {
    said(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the picture is larger than 8 MB")
}

fn overloaded() -> ApiError {
    said(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "too busy, try again in a moment")
}
