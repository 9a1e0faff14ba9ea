//! What was live before: who saved it and why, what it changed, and the way back.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::{ServerState, error::ApiError, rights::Editor};
use super::{files, seen};
use crate::{
    domain::ShopId,
    shop::Tree,
    store::{Audit, AuditFilter, PublishedVersion, VersionFiles},
    workshop::draft,
};

/// Versions in a page, and at most.
const PAGE: usize = 50;
/// How far back in the audit log a version's author is looked for.
const ENTRIES: usize = 500;

#[derive(Deserialize)]
pub(in crate::server) struct Asked {
    before: Option<u64>,
    limit: Option<usize>,
}

/// `GET /api/v1/console/shops/{shop}/versions?before=&limit=`
pub(in crate::server) async fn list(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Query(Asked { before, limit }): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    let shop = seen(&agent, shop)?;
    let store = &state.engine.parts().store;
    let marks = store.versions(&shop, before, limit.unwrap_or(PAGE).clamp(1, PAGE)).await?;
    let saved = store.audit(&saves(&shop), None, ENTRIES).await?;
    let live = state.engine.parts().shops.assistant(&shop).ok().map(|it| it.shop.version.clone());
    let newest = store.versions(&shop, None, 1).await?.first().map(|mark| mark.number);
    let versions: Vec<Value> = marks
        .iter()
        .map(|mark| {
            let by = author(&saved, &mark.digest);
            json!({
                "number": mark.number, "at": mark.at.to_string(), "version": mark.digest,
                "live": newest == Some(mark.number) && live.as_ref() == Some(&mark.digest),
                "by": by.as_ref().map(|(name, _)| name), "note": by.as_ref().and_then(|(_, note)| note.as_deref()),
            })
        })
        .collect();
    Ok(Json(json!({"versions": versions})))
}

/// `GET /api/v1/console/shops/{shop}/versions/{number}`: what it changed against the one before.
pub(in crate::server) async fn show(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path((shop, number)): Path<(String, u64)>,
) -> Result<Json<Value>, ApiError> {
    let shop = seen(&agent, shop)?;
    let version = version(&state, &shop, number).await?;
    let before = state.engine.parts().store.version_before(&shop, number).await?;
    let before = before.map(|version| version.files).unwrap_or_default();
    Ok(Json(
        json!({"number": number, "at": version.at.to_string(), "files": changed(&before, &version.files)}),
    ))
}

/// `POST /api/v1/console/shops/{shop}/versions/{number}/restore`: the shop's own files become what they were then, as a
/// new version.
pub(in crate::server) async fn restore(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path((shop, number)): Path<(String, u64)>,
) -> Result<Json<Value>, ApiError> {
    let shop = seen(&agent, shop)?;
    let version = version(&state, &shop, number).await?;
    let now = files::tree_for(&state, &agent, &shop).await?;
    let changes = draft::back_to(&now, &Tree::new(version.files), &shop);
    files::store(&state, &agent, &shop, changes, Some(format!("#{number}"))).await
}

async fn version(state: &ServerState, shop: &ShopId, number: u64) -> Result<PublishedVersion, ApiError> {
    let found = state.engine.parts().store.version(shop, number).await?;
    found.ok_or_else(|| ApiError::not_found("version"))
}

/// The files that one of two versions has otherwise than the other.
fn changed(before: &VersionFiles, after: &VersionFiles) -> Vec<Value> {
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    let differs = |path: &&String| before.get(*path) != after.get(*path);
    let form = |path: &String| json!({"path": path, "before": before.get(path), "after": after.get(path)});
    paths.into_iter().filter(differs).map(form).collect()
}

fn saves(shop: &ShopId) -> AuditFilter {
    AuditFilter { shops: vec![shop.clone()], action: Some("files.save".to_owned()), ..AuditFilter::default() }
}

/// Who saved what became this version in the console, and what for. Nobody: it was edited on the disk.
fn author(saved: &[Audit], digest: &str) -> Option<(String, Option<String>)> {
    saved.iter().find_map(|entry| {
        let detail: Value = serde_json::from_str(&entry.detail).ok()?;
        let note = detail["note"].as_str().map(str::to_owned);
        (detail["version"] == digest).then(|| (entry.agent_name.clone(), note))
    })
}
