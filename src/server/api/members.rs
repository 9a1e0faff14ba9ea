//! Members of staff, for owners: who there is, what they may do, and their sessions.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{
    super::{ServerState, error::ApiError, rights::Owner, staff},
    account::sessions_form,
};
use crate::{
    accounts::{AccountError, NewMember},
    domain::{AgentId, ShopId},
    store::{Agent, MemberChange, Role},
};

/// `GET /api/v1/staff`
pub(in crate::server) async fn list(
    State(state): State<ServerState>,
    Owner(owner): Owner,
) -> Result<Json<Value>, ApiError> {
    let members: Vec<Value> = state.accounts.members(&owner).await?.iter().map(member_form).collect();
    let served = state.engine.parts().shops.list().into_iter();
    let reached = served.filter(|shop| owner.shops.is_empty() || owner.shops.contains(&shop.id));
    let shops: Vec<Value> = reached
        .map(|shop| {
            let groups = groups_form(&state, &shop.id);
            json!({"id": shop.id.as_str(), "name": shop.name.map(|name| name.zh), "groups": groups})
        })
        .collect();
    Ok(Json(json!({"members": members, "shops": shops, "you": owner.id.as_str()})))
}

#[derive(Deserialize)]
pub(in crate::server) struct Add {
    name: String,
    role: String,
    #[serde(default)]
    shops: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    capacity: u32,
    #[serde(default)]
    oidc_subject: Option<String>,
}

/// `POST /api/v1/staff`
pub(in crate::server) async fn add(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Json(new): Json<Add>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let new = NewMember {
        name: new.name,
        role: role(&new.role)?,
        shops: ids(&state, new.shops)?,
        groups: new.groups,
        capacity: new.capacity,
        oidc_subject: new.oidc_subject,
    };
    let (member, password) = state.accounts.add_member(&owner, new, state.engine.now()).await?;
    Ok((StatusCode::CREATED, Json(json!({"member": member_form(&member), "password": password}))))
}

/// What is left out stays as it is.
#[derive(Deserialize)]
pub(in crate::server) struct Change {
    name: Option<String>,
    role: Option<String>,
    shops: Option<Vec<String>>,
    groups: Option<Vec<String>>,
    capacity: Option<u32>,
    /// `null` takes it away.
    #[serde(default, deserialize_with = "told")]
    oidc_subject: Option<Option<String>>,
}

/// Tells `null` from what is left out.
fn told<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Option<String>>, D::Error> {
    Deserialize::deserialize(reader).map(Some)
}

/// `PATCH /api/v1/staff/{id}`
pub(in crate::server) async fn change(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Path(id): Path<String>,
    Json(change): Json<Change>,
) -> Result<Json<Value>, ApiError> {
    let wanted_role = change.role.as_deref().map(role).transpose()?;
    let wanted_shops = change.shops.map(|shops| ids(&state, shops)).transpose()?;
    let merge = |member: &Agent| MemberChange {
        name: change.name.unwrap_or_else(|| member.name.clone()),
        role: wanted_role.unwrap_or(member.role),
        shops: wanted_shops.unwrap_or_else(|| member.shops.clone()),
        groups: change.groups.unwrap_or_else(|| member.groups.clone()),
        capacity: change.capacity.unwrap_or(member.capacity),
        oidc_subject: change.oidc_subject.unwrap_or_else(|| member.oidc_subject.clone()),
    };
    let member = state.accounts.change_member(&owner, &id.into(), merge, state.engine.now()).await?;
    Ok(Json(member_form(&member)))
}

/// `POST /api/v1/staff/{id}/password`
pub(in crate::server) async fn reset_password(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let password = state.accounts.reset_password(&owner, &id.into(), state.engine.now()).await?;
    Ok(Json(json!({"password": password})))
}

/// `POST /api/v1/staff/{id}/disable`
pub(in crate::server) async fn disable(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(member_form(&state.accounts.disable(&owner, &id.into(), state.engine.now()).await?)))
}

/// `POST /api/v1/staff/{id}/enable`
pub(in crate::server) async fn enable(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(member_form(&state.accounts.enable(&owner, &id.into(), state.engine.now()).await?)))
}

/// `DELETE /api/v1/staff/{id}/second-step`
pub(in crate::server) async fn reset_second_step(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    state.accounts.reset_second_step(&owner, &id.into(), state.engine.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/staff/{id}/sessions`
pub(in crate::server) async fn sessions(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let sessions = state.accounts.sessions(&owner, &id.into(), state.engine.now()).await?;
    Ok(Json(sessions_form(&sessions, staff::token(&headers))))
}

/// `DELETE /api/v1/staff/{id}/sessions`
pub(in crate::server) async fn end_sessions(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let (id, now) = (AgentId::from(id), state.engine.now());
    let ended = state.accounts.end_sessions(&owner, &id, None, None, now).await?;
    Ok(Json(json!({"ended": ended})))
}

/// `DELETE /api/v1/staff/{id}/sessions/{session}`
pub(in crate::server) async fn end_session(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Path((id, session)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let (id, now) = (AgentId::from(id), state.engine.now());
    state.accounts.end_sessions(&owner, &id, Some(&session), None, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn role(name: &str) -> Result<Role, ApiError> {
    Role::from_name(name).ok_or_else(|| AccountError::BadMember("a role is owner, editor or agent").into())
}

/// Shops that are there: a slip of the pen must not lock somebody out of the shop that was meant.
fn ids(state: &ServerState, shops: Vec<String>) -> Result<Vec<ShopId>, ApiError> {
    let mut ids: Vec<ShopId> = shops.into_iter().map(ShopId::from).collect();
    ids.sort();
    ids.dedup();
    let served = state.engine.parts().shops.list();
    let known = |id: &ShopId| served.iter().any(|shop| shop.id == *id);
    if ids.iter().all(known) { Ok(ids) } else { Err(ApiError::not_found("shop")) }
}

/// A shop's groups of people; none while its files do not work.
fn groups_form(state: &ServerState, shop: &ShopId) -> Vec<Value> {
    let assistant = state.engine.parts().shops.assistant(shop).ok();
    let groups = assistant.iter().flat_map(|assistant| &assistant.shop.handoff.groups);
    groups.map(|group| json!({"id": group.id, "name": {"zh": group.name.zh, "en": group.name.en}})).collect()
}

fn member_form(member: &Agent) -> Value {
    let shops: Vec<&str> = member.shops.iter().map(|shop| shop.as_str()).collect();
    json!({
        "id": member.id.as_str(), "name": member.name, "role": member.role.name(), "shops": shops,
        "groups": member.groups, "capacity": member.capacity,
        "must_change": member.must_change, "second_step": member.second_step,
        "oidc_subject": member.oidc_subject, "since": member.created_at.to_string(),
        "disabled_at": member.disabled_at.map(|at| at.to_string()),
    })
}
