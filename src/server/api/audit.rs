//! The audit log, for owners: as JSON in pages, and as CSV.

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ServerState, error::ApiError, rights::Owner};
use crate::store::{Audit, AuditFilter};

/// Entries in a page, unless fewer are asked for.
const PAGE: usize = 200;
/// Entries in a file.
const FILE: usize = 10_000;

#[derive(Deserialize)]
pub(in crate::server) struct Asked {
    shop: Option<String>,
    agent: Option<String>,
    action: Option<String>,
    before: Option<u64>,
    limit: Option<usize>,
}

impl Asked {
    fn filter(&self) -> AuditFilter {
        // A form that leaves a field empty asks for everything.
        let text = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        AuditFilter {
            shops: text(&self.shop).map(Into::into).into_iter().collect(),
            agents: Vec::new(),
            agent: text(&self.agent).map(Into::into),
            action: text(&self.action),
        }
    }
}

/// `GET /api/v1/audit?shop=&agent=&action=&before=&limit=`: the newest first.
pub(in crate::server) async fn list(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, PAGE);
    // One more than is shown tells whether there is more.
    let mut entries = state.accounts.audit(&owner, asked.filter(), asked.before, limit + 1).await?;
    let more = limit < entries.len();
    entries.truncate(limit);
    let list: Vec<Value> = entries.iter().map(entry_form).collect();
    Ok(Json(json!({"entries": list, "more": more})))
}

/// `GET /api/v1/audit.csv`: at most 10,000 entries.
pub(in crate::server) async fn file(
    State(state): State<ServerState>,
    Owner(owner): Owner,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let limit = asked.limit.unwrap_or(FILE).clamp(1, FILE);
    let entries = state.accounts.audit(&owner, asked.filter(), asked.before, limit).await?;
    // The mark at the beginning makes spreadsheets read UTF-8.
    let mut text = "\u{feff}id,at,agent,agent_name,shop,conversation,action,detail\r\n".to_owned();
    for entry in &entries {
        let id = |id: Option<&str>| id.unwrap_or_default().to_owned();
        let fields = [
            entry.id.to_string(),
            entry.at.to_string(),
            id(entry.agent.as_ref().map(|agent| agent.as_str())),
            entry.agent_name.clone(),
            id(entry.shop.as_ref().map(|shop| shop.as_str())),
            id(entry.conversation.as_ref().map(|conversation| conversation.as_str())),
            entry.action.clone(),
            entry.detail.clone(),
        ];
        text.push_str(&fields.map(|field| csv_field(&field)).join(","));
        text.push_str("\r\n");
    }
    let attached = HeaderValue::from_static("attachment; filename=\"audit.csv\"");
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, attached)], text).into_response())
}

/// A field that a spreadsheet takes as text: whoever is called `=1+1` computes nothing.
fn csv_field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn entry_form(entry: &Audit) -> Value {
    let id = |id: Option<&str>| id.map(str::to_owned);
    json!({
        "id": entry.id, "at": entry.at.to_string(),
        "agent": {"id": id(entry.agent.as_ref().map(|agent| agent.as_str())), "name": entry.agent_name},
        "shop": id(entry.shop.as_ref().map(|shop| shop.as_str())),
        "conversation": id(entry.conversation.as_ref().map(|conversation| conversation.as_str())),
        "action": entry.action, "detail": serde_json::from_str::<Value>(&entry.detail).unwrap_or_default(),
    })
}
