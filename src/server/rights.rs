//! Who may do what: each route names it among its parameters, before anything else of the request is looked at. To
//! whoever may not, it does not matter what their request was like.

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{ServerState, error::ApiError, staff};
use crate::store::{Agent, Role};

/// Who is signed in, even if the first password is still to be changed.
pub(super) struct Known(pub(super) Agent);
/// Who is signed in and has changed the first password: whoever may do more than that.
pub(super) struct Signed(pub(super) Agent);
/// Owners: members of staff, the audit log.
pub(super) struct Owner(pub(super) Agent);
/// Owners and editors: the console and the files.
pub(super) struct Editor(pub(super) Agent);
/// Owners and agents: the desk.
pub(super) struct AtDesk(pub(super) Agent);

impl FromRequestParts<ServerState> for Known {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        staff::signed_in(state, &parts.headers).await.map(Self)
    }
}

impl FromRequestParts<ServerState> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        staff::may_work(state, &parts.headers).await.map(Self)
    }
}

impl FromRequestParts<ServerState> for Owner {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        staff::with_role(state, &parts.headers, &[Role::Owner]).await.map(Self)
    }
}

impl FromRequestParts<ServerState> for Editor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        staff::with_role(state, &parts.headers, &[Role::Owner, Role::Editor]).await.map(Self)
    }
}

impl FromRequestParts<ServerState> for AtDesk {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        staff::at_desk(state, &parts.headers).await.map(Self)
    }
}
