//! A shop's files for the console: read, edited by what they mean, checked as they would be, saved together.
//!
//! Edits that are not saved travel with each request and live in the browser: nobody sees a draft but who writes it.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::{ServerState, error::ApiError, rights::Editor};
use super::{may_see, problem_form};
use crate::{
    domain::{IntentId, Locale, ShopId},
    shop::{Clock, IntentExamples, Loaded, Shop, Tree},
    store::{Agent, NewAudit},
    workshop::{
        draft,
        edit::{self, Edit, EditError},
        folder::{Change, SaveError, is_own, revision},
    },
};

/// The longest note about a change, in Unicode scalar values.
const LONGEST_NOTE: usize = 500;

/// A file as an editor wants it.
#[derive(Deserialize)]
pub(in crate::server) struct Wanted {
    path: String,
    /// Left out or null: it is to go.
    text: Option<String>,
    /// The revision that was edited; left out or null where there was none.
    #[serde(default)]
    base: Option<String>,
}

/// Files as an editor wants them.
#[derive(Deserialize)]
pub(in crate::server) struct Draft {
    #[serde(default)]
    files: Vec<Wanted>,
    /// What it is for, in the editor's words.
    #[serde(default)]
    note: Option<String>,
}

/// `GET /api/v1/console/shops/{shop}/files`
pub(in crate::server) async fn list(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let shop = ShopId::from(shop);
    let tree = tree_for(&state, &agent, &shop).await?;
    let version = state.engine.parts().shops.assistant(&shop).ok().map(|it| it.shop.version.clone());
    let loaded = load(&state, &shop, tree.clone(), Vec::new()).await?;
    let used = |path: &str| {
        let pack = path.strip_prefix("packs/").and_then(|rest| rest.split('/').next());
        pack.is_some_and(|pack| loaded.packs.iter().any(|used| used == pack))
    };
    let shown = tree.files().filter(|(path, _)| is_own(&shop, path) || used(path));
    let files: Vec<Value> = shown
        .map(|(path, text)| {
            let problems = loaded.problems.iter().filter(|problem| problem.path == path).count();
            json!({"path": path, "revision": revision(text), "bytes": text.len(), "own": is_own(&shop, path), "problems": problems})
        })
        .collect();
    let problems: Vec<Value> = loaded.problems.iter().map(problem_form).collect();
    let intents: Vec<Value> = loaded.shop.iter().flat_map(intents).collect();
    Ok(Json(json!({
        "version": version, "files": files, "problems": problems, "packs": loaded.packs, "intents": intents,
    })))
}

/// The intents by what people call them.
fn intents(shop: &Shop) -> Vec<Value> {
    let form = |(id, known): (&IntentId, &IntentExamples)| {
        let name = |locale| shop.replies.variants(&format!("label.{id}"), locale).first().cloned();
        let names = json!({"zh": name(Locale::ZhHans), "en": name(Locale::En)});
        json!({"id": id.as_str(), "name": names, "examples": known.examples.len()})
    };
    shop.intents.iter().map(form).collect()
}

#[derive(Deserialize)]
pub(in crate::server) struct Which {
    path: String,
}

/// `GET /api/v1/console/shops/{shop}/file?path=`
pub(in crate::server) async fn show(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Query(Which { path }): Query<Which>,
) -> Result<Json<Value>, ApiError> {
    let shop = ShopId::from(shop);
    let tree = tree_for(&state, &agent, &shop).await?;
    let readable = is_own(&shop, &path) || path.starts_with("packs/");
    let text = tree.get(&path).filter(|_| readable).ok_or_else(|| ApiError::not_found("file"))?;
    let own = is_own(&shop, &path);
    Ok(Json(
        json!({"path": path, "text": text, "revision": revision(text), "own": own, "value": edit::read(text).ok()}),
    ))
}

#[derive(Deserialize)]
pub(in crate::server) struct Edits {
    text: String,
    #[serde(default)]
    edits: Vec<Edit>,
}

/// `POST /api/v1/console/edit`: a text with edits made in it; nothing is saved.
pub(in crate::server) async fn edit(
    Editor(_): Editor,
    Json(Edits { text, edits }): Json<Edits>,
) -> Result<Json<Value>, ApiError> {
    let text = edit::edit(&text, &edits)?;
    let value = edit::read(&text)?;
    Ok(Json(json!({"text": text, "value": value})))
}

/// `POST /api/v1/console/shops/{shop}/check`: everything wrong with the files as they would be.
pub(in crate::server) async fn check(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Json(Draft { files, .. }): Json<Draft>,
) -> Result<Json<Value>, ApiError> {
    let shop = ShopId::from(shop);
    let tree = tree_for(&state, &agent, &shop).await?;
    let loaded = load(&state, &shop, tree, changes(files)).await?;
    let problems: Vec<Value> = loaded.problems.iter().map(problem_form).collect();
    let intents = loaded.shop.as_ref().map(intents);
    Ok(Json(json!({
        "version": loaded.shop.map(|shop| shop.version), "problems": problems, "intents": intents,
    })))
}

/// `PUT /api/v1/console/shops/{shop}/files`: saves them, all or none; what is saved is live a moment later.
pub(in crate::server) async fn save(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Json(Draft { files, note }): Json<Draft>,
) -> Result<Json<Value>, ApiError> {
    let note = note.map(|note| note.trim().chars().take(LONGEST_NOTE).collect::<String>());
    store(&state, &agent, &ShopId::from(shop), changes(files), note.filter(|note| !note.is_empty())).await
}

/// Saves changes, unless the shop would have errors then, and keeps who did it.
pub(super) async fn store(
    state: &ServerState,
    agent: &Agent,
    shop: &ShopId,
    changes: Vec<Change>,
    note: Option<String>,
) -> Result<Json<Value>, ApiError> {
    let tree = tree_for(state, agent, shop).await?;
    let loaded = load(state, shop, tree, changes.clone()).await?;
    let Some(would_be) = loaded.shop else {
        let problems: Vec<Value> = loaded.problems.iter().map(problem_form).collect();
        let words = "the files have errors; nothing was saved".to_owned();
        return Err(ApiError::With(
            StatusCode::UNPROCESSABLE_ENTITY,
            "has_errors",
            words,
            json!({"problems": problems}),
        ));
    };
    let paths: Vec<String> = changes.iter().map(|change| change.path.clone()).collect();
    let tree = write(state, shop, changes).await?;
    let entry = NewAudit::by(agent, "files.save", state.engine.now()).in_shop(shop);
    let detail = json!({"version": would_be.version, "files": paths, "note": note});
    state.engine.parts().store.record_audit(entry.with(detail)).await?;
    let revisions: Vec<Value> =
        paths.iter().map(|path| json!({"path": path, "revision": tree.get(path).map(revision)})).collect();
    Ok(Json(json!({"version": would_be.version, "files": revisions})))
}

/// Writes changes, and reads the files as they are then.
async fn write(state: &ServerState, shop: &ShopId, changes: Vec<Change>) -> Result<Tree, ApiError> {
    let (folder, shop) = (state.files.clone(), shop.clone());
    let written = tokio::task::spawn_blocking(move || {
        let saved = folder.save(&shop, &changes);
        folder.tree().map(|tree| (saved, tree))
    });
    let (saved, tree) = written.await.map_err(internal)?.map_err(internal)?;
    match saved {
        Ok(()) => Ok(tree),
        Err(SaveError::Conflict(paths)) => {
            let now = |path: &String| {
                let text = tree.get(path);
                json!({"path": path, "text": text, "revision": text.map(revision)})
            };
            let words = "somebody else has changed these files meanwhile; nothing was saved".to_owned();
            let files: Vec<Value> = paths.iter().map(now).collect();
            Err(ApiError::With(StatusCode::CONFLICT, "conflict", words, json!({"files": files})))
        }
        Err(error @ SaveError::NotOurs(_)) => {
            Err(ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, "bad_path", error.to_string()))
        }
        Err(error) => Err(internal(error)),
    }
}

/// The files, for somebody who may see this shop.
pub(super) async fn tree_for(state: &ServerState, agent: &Agent, shop: &ShopId) -> Result<Tree, ApiError> {
    if !may_see(agent, shop) {
        return Err(ApiError::forbidden());
    }
    let folder = state.files.clone();
    let tree = tokio::task::spawn_blocking(move || folder.tree()).await.map_err(internal)?;
    let tree = tree.map_err(internal)?;
    let is_there = tree.folders("shops/").iter().any(|known| known == shop.as_str());
    if is_there { Ok(tree) } else { Err(ApiError::not_found("shop")) }
}

/// Loads the shop as it would be with changes.
pub(super) async fn load(
    state: &ServerState,
    shop: &ShopId,
    tree: Tree,
    changes: Vec<Change>,
) -> Result<Loaded, ApiError> {
    let changes = own(shop, changes)?;
    let now = state.engine.now();
    let seeded_at = state.engine.parts().store.seeded_at(shop).await?.unwrap_or(now);
    let (shop, clock) = (shop.clone(), Clock { seeded_at, now });
    let loading = tokio::task::spawn_blocking(move || draft::load(&tree, &changes, &shop, &clock));
    loading.await.map_err(internal)
}

/// Changes, if each is of a file of the shop's own.
pub(super) fn own(shop: &ShopId, changes: Vec<Change>) -> Result<Vec<Change>, ApiError> {
    match changes.iter().find(|change| !is_own(shop, &change.path)) {
        None => Ok(changes),
        Some(other) => {
            let words = SaveError::NotOurs(other.path.clone()).to_string();
            Err(ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, "bad_path", words))
        }
    }
}

pub(super) fn changes(files: Vec<Wanted>) -> Vec<Change> {
    files.into_iter().map(|Wanted { path, text, base }| Change { path, text, base }).collect()
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::Internal(error.into())
}

impl From<EditError> for ApiError {
    fn from(error: EditError) -> Self {
        let code = match error {
            EditError::NotToml(_) => "not_toml",
            EditError::NoPlace(_) => "no_place",
            EditError::NoForm(_) => "no_form",
        };
        Self::Said(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string())
    }
}
