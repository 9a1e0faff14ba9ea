//! FAQ as people keep them, in spreadsheets: what a file would change, and what is live as a file.
//!
//! Nothing is written here. What an import would change is told as edits of a draft, which the browser checks, tries and
//! saves like any other.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::{ServerState, error::ApiError, rights::Editor};
use super::{files::tree_for, problem_form, trials::one_at_a_time};
use crate::{
    domain::ShopId,
    shop::{self, Clock, ExchangeKind, ExportForm, ImportFile, Imported, Tree},
    store::Agent,
    workshop::{
        folder::Change,
        intake::{self, Intake, IntakeError},
    },
};

/// The longest name of a file that problems are told with, in Unicode scalar values.
const LONGEST_NAME: usize = 100;

#[derive(Deserialize)]
pub(in crate::server) struct Named {
    /// The file's name: it says what a text file is.
    #[serde(default)]
    name: String,
}

/// `POST /api/v1/console/shops/{shop}/faq/import?name=`: the edits that a file would make; the file itself is the body.
pub(in crate::server) async fn import(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Query(Named { name }): Query<Named>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let shop = ShopId::from(shop);
    let tree = tree_for(&state, &agent, &shop).await?;
    let now = state.engine.now();
    let seeded_at = state.engine.parts().store.seeded_at(&shop).await?.unwrap_or(now);
    let clock = Clock { seeded_at, now };
    // A small file may come to a large table.
    let _one = one_at_a_time(&state).await?;
    let reading = tokio::task::spawn_blocking(move || {
        let name = plain_name(&name);
        let file = ImportFile { kind: ExchangeKind::Faq, name: &name, bytes: &body, map: None };
        let imported = shop::import(&tree, &shop, &file, &clock);
        intake::take_in(&tree, &shop, &imported.faq).map(|intake| (imported, intake))
    });
    let (imported, intake) = reading.await.map_err(internal)??;
    Ok(Json(edits(&imported, &intake)))
}

/// A name as people know it: without folders, and of a bearable length.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let letters: Vec<char> = last.chars().filter(|letter| !letter.is_control()).collect();
    // Its end says what it is.
    let name: String = letters[letters.len().saturating_sub(LONGEST_NAME)..].iter().collect();
    if name.is_empty() { "faq".to_owned() } else { name }
}

fn edits(imported: &Imported, intake: &Intake) -> Value {
    let edit = |Change { path, text, base }: &Change| json!({"path": path, "text": text, "base": base});
    json!({
        "files": intake.changes.iter().map(edit).collect::<Vec<_>>(),
        "added": intake.added, "changed": intake.changed, "unchanged": intake.unchanged,
        "rows": imported.rows,
        "problems": imported.problems.iter().map(problem_form).collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
pub(in crate::server) struct Wanted {
    format: Option<String>,
}

/// `GET /api/v1/console/shops/{shop}/faq/export?format=`: the shop's own FAQ, as they are live.
pub(in crate::server) async fn export(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Query(Wanted { format }): Query<Wanted>,
) -> Result<Response, ApiError> {
    let shop = ShopId::from(shop);
    let extension = format.as_deref().unwrap_or("xlsx");
    let Some(form) = ExportForm::from_extension(extension) else {
        let words = "format is xlsx, csv or jsonl".to_owned();
        return Err(ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, "bad_format", words));
    };
    let tree = live(&state, &agent, &shop).await?;
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{shop}-faq.{extension}\""));
    let writing = tokio::task::spawn_blocking(move || shop::export(&tree, &shop, ExchangeKind::Faq, form));
    let bytes = writing.await.map_err(internal)?.map_err(internal)?;
    let media = match form {
        ExportForm::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ExportForm::Csv => "text/csv; charset=utf-8",
        ExportForm::JsonLines => "application/jsonl; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_DISPOSITION, named.unwrap_or(HeaderValue::from_static("attachment"))),
    ];
    Ok((headers, bytes).into_response())
}

/// The files of the version that is live; those on the disk where none was published yet.
async fn live(state: &ServerState, agent: &Agent, shop: &ShopId) -> Result<Tree, ApiError> {
    let on_disk = tree_for(state, agent, shop).await?;
    let store = &state.engine.parts().store;
    let Some(newest) = store.versions(shop, None, 1).await?.pop() else { return Ok(on_disk) };
    let version = store.version(shop, newest.number).await?;
    Ok(version.map_or(on_disk, |version| Tree::new(version.files)))
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::Internal(error.into())
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        let words = error.to_string();
        let more = json!({"path": error.path});
        Self::With(StatusCode::UNPROCESSABLE_ENTITY, "not_toml", words, more)
    }
}
