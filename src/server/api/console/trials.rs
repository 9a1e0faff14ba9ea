//! Drafts tried: talked to, tested, and compared with what is live. Shoppers hear nothing of it.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::{ServerState, error::ApiError, rights::Editor};
use super::{
    files::{Wanted, changes, own, tree_for},
    problem_form,
};
use crate::{
    domain::{Content, ShopId, SlotValue},
    store::Agent,
    wire::{frames::MessageForm, understanding::understanding_json},
    workshop::{
        compare::{self, Changed},
        draft,
        rehearsal::{
            Answer, Case, Draft, Hit, ReadText, Recorded, RecordedFrom, RehearsalError, Script, Tested,
        },
    },
};

/// The most that is said in one try.
const LONGEST_SCRIPT: usize = 40;
/// Characters of a test's name.
const LONGEST_NAME: usize = 100;
/// Conversations whose questions are asked again, the last ones.
const CONVERSATIONS: usize = 300;
/// Different questions that are asked again.
const QUESTIONS: usize = 400;
/// Changed answers that are shown.
const SHOWN: usize = 200;

/// Something said in a try.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::server) enum SaidForm {
    Text(String),
    Choice(String),
    Product(String),
}

#[derive(Deserialize)]
pub(in crate::server) struct TalkForm {
    #[serde(default)]
    files: Vec<Wanted>,
    #[serde(flatten)]
    script: ScriptForm,
}

#[derive(Deserialize)]
struct ScriptForm {
    said: Vec<SaidForm>,
    /// A shopper of the shop's seed who is signed in.
    #[serde(default)]
    r#as: Option<String>,
    /// The product whose page they are on.
    #[serde(default)]
    product: Option<String>,
}

#[derive(Deserialize)]
pub(in crate::server) struct RecordForm {
    #[serde(default)]
    files: Vec<Wanted>,
    name: String,
    /// A shopper's conversation; without it, what is said here.
    #[serde(default)]
    conversation: Option<String>,
    #[serde(flatten)]
    script: Option<ScriptForm>,
}

#[derive(Deserialize)]
pub(in crate::server) struct DraftForm {
    #[serde(default)]
    files: Vec<Wanted>,
}

/// `POST /api/v1/console/shops/{shop}/talk`: a conversation with a draft, held from its beginning each time.
pub(in crate::server) async fn talk(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Json(form): Json<TalkForm>,
) -> Result<Json<Value>, ApiError> {
    let draft = draft_of(&state, &agent, shop, form.files).await?;
    let script = script(form.script)?;
    let _one = one_at_a_time(&state).await?;
    let talk = state.studio.talk(draft, script).await?;
    let messages: Vec<_> = talk.messages.iter().map(|message| MessageForm::of(message, true)).collect();
    let understood: Vec<Value> = talk.read.iter().map(read_form).collect();
    let flows: Vec<Value> = talk
        .state
        .flows
        .iter()
        .map(|run| {
            let slots = run.slots.iter().map(|(name, value)| (name.clone(), slot(value).into()));
            let slots: serde_json::Map<String, Value> = slots.collect();
            json!({"flow": run.flow, "asking": run.asking, "slots": slots})
        })
        .collect();
    Ok(Json(json!({
        "messages": messages, "understood": understood, "flows": flows, "mode": talk.mode.name(), "refused": talk.refused,
    })))
}

/// What was understood, as `xiaoer understand` tells it, with the words and what they found.
fn read_form(read: &ReadText) -> Value {
    let hit = |it: &Hit| {
        let legs: serde_json::Map<String, Value> =
            it.legs.iter().map(|(leg, score)| ((*leg).to_owned(), json!(score))).collect();
        json!({"id": it.id, "title": it.title, "score": it.score, "legs": legs})
    };
    let mut form = understanding_json(&read.text, &read.understanding);
    form["tokens"] = json!(read.tokens);
    form["faq"] = read.faq.iter().map(hit).collect();
    form["products"] = read.products.iter().map(hit).collect();
    form
}

fn slot(value: &SlotValue) -> String {
    match value {
        SlotValue::Text(text) => text.clone(),
        SlotValue::Integer(number) => number.to_string(),
        SlotValue::Bool(truth) => truth.to_string(),
        SlotValue::Money(money) => money.to_string(),
        SlotValue::Date(date) => date.to_string(),
        SlotValue::Product(id) => id.to_string(),
        SlotValue::Order(id) => id.to_string(),
        SlotValue::Ticket(id) => id.to_string(),
        SlotValue::Lines(lines) => {
            lines.iter().map(|(line, units)| format!("{line}×{units}")).collect::<Vec<_>>().join(" ")
        }
    }
}

fn script(form: ScriptForm) -> Result<Script, ApiError> {
    if LONGEST_SCRIPT < form.said.len() {
        let words = format!("at most {LONGEST_SCRIPT} things are said in one try");
        return Err(ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, "too_long", words));
    }
    let content = |said: SaidForm| match said {
        SaidForm::Text(text) => Content::Text(text.chars().take(super::LONGEST_TEXT).collect()),
        SaidForm::Choice(value) => Content::Choice(value),
        SaidForm::Product(id) => Content::Product(id.into()),
    };
    let said = form.said.into_iter().map(content).collect();
    Ok(Script { shopper: form.r#as.map(Into::into), product: form.product, said })
}

/// `POST /api/v1/console/shops/{shop}/tests/record`: the file of recorded tests with a conversation at its end, for the
/// draft; nothing is saved.
pub(in crate::server) async fn record(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Json(form): Json<RecordForm>,
) -> Result<Json<Value>, ApiError> {
    let draft = draft_of(&state, &agent, shop, form.files).await?;
    let from = match (form.conversation, form.script) {
        (Some(id), _) => RecordedFrom::Conversation(id.into()),
        (None, Some(said)) => RecordedFrom::Script(script(said)?),
        (None, None) => {
            let words = "a conversation is wanted, or what is said".to_owned();
            return Err(ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, "bad_request", words));
        }
    };
    let name: String = form.name.trim().chars().take(LONGEST_NAME).collect();
    let _one = one_at_a_time(&state).await?;
    let (path, text) = state.studio.record(draft, Recorded { name, from }).await?;
    Ok(Json(json!({"path": path, "text": text})))
}

/// `POST /api/v1/console/shops/{shop}/tests`: holds the tests of a draft.
pub(in crate::server) async fn test(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Json(DraftForm { files }): Json<DraftForm>,
) -> Result<Json<Value>, ApiError> {
    let draft = draft_of(&state, &agent, shop, files).await?;
    let _one = one_at_a_time(&state).await?;
    let tested = state.studio.test(draft).await?;
    Ok(Json(tested_form(&tested)))
}

fn tested_form(tested: &Tested) -> Value {
    let form =
        |it: &Case| json!({"path": it.path, "line": it.line, "name": it.name, "difference": it.difference});
    let (failures, passed): (Vec<&Case>, Vec<&Case>) =
        tested.tests.iter().partition(|case| case.difference.is_some());
    json!({
        "passed": passed.len(),
        "failures": failures.into_iter().map(form).collect::<Vec<_>>(),
        "tests": tested.tests.iter().map(form).collect::<Vec<_>>(),
        "coverage": tested.coverage.as_json(),
    })
}

/// `POST /api/v1/console/shops/{shop}/compare`: which of the questions asked lately a draft would answer otherwise.
pub(in crate::server) async fn compare(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Json(DraftForm { files }): Json<DraftForm>,
) -> Result<Json<Value>, ApiError> {
    let shop = ShopId::from(shop);
    let now = Draft { tree: tree_for(&state, &agent, &shop).await?, shop: shop.clone() };
    let changes = own(&shop, changes(files))?;
    let then = Draft { tree: draft::lay_over(&now.tree, &changes), shop: shop.clone() };
    let said = state.engine.parts().store.recent_said(&shop, CONVERSATIONS).await?;
    let questions = counted(said);
    let texts: Vec<String> = questions.iter().map(|(text, _)| text.clone()).collect();
    let _one = one_at_a_time(&state).await?;
    let answers_now = state.studio.answer(now, &texts).await?;
    let answers_then = state.studio.answer(then, &texts).await?;
    let changed = compare::compare(&questions, &answers_now, &answers_then);
    let shown: Vec<Value> = changed.iter().take(SHOWN).map(changed_form).collect();
    Ok(Json(json!({"asked": questions.len(), "changed": changed.len(), "answers": shown})))
}

/// Different questions with how often each was asked, the most frequent first.
fn counted(said: Vec<String>) -> Vec<(String, u64)> {
    let mut counts: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    for text in said {
        *counts.entry(text.trim().to_owned()).or_default() += 1;
    }
    let mut questions: Vec<(String, u64)> = counts.into_iter().filter(|(text, _)| !text.is_empty()).collect();
    questions.sort_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
    questions.truncate(QUESTIONS);
    questions
}

fn changed_form(changed: &Changed) -> Value {
    let answer = |it: &Answer| json!({"intent": it.intent, "source": it.source, "text": it.text});
    json!({
        "question": changed.question, "count": changed.count, "change": changed.change.name(),
        "now": answer(&changed.now), "then": answer(&changed.then),
    })
}

async fn draft_of(
    state: &ServerState,
    agent: &Agent,
    shop: String,
    files: Vec<Wanted>,
) -> Result<Draft, ApiError> {
    let shop = ShopId::from(shop);
    let tree = tree_for(state, agent, &shop).await?;
    let changes = own(&shop, changes(files))?;
    Ok(Draft { tree: draft::lay_over(&tree, &changes), shop })
}

/// Trying must not take what shoppers need: one try after another.
pub(super) async fn one_at_a_time(
    state: &ServerState,
) -> Result<tokio::sync::OwnedSemaphorePermit, ApiError> {
    state.trying.clone().acquire_owned().await.map_err(|closed| ApiError::Internal(closed.into()))
}

impl From<RehearsalError> for ApiError {
    fn from(error: RehearsalError) -> Self {
        match error {
            RehearsalError::Broken(problems) => {
                let problems: Vec<Value> = problems.iter().map(problem_form).collect();
                let words = "the files have errors".to_owned();
                let more = json!({"problems": problems});
                Self::With(StatusCode::UNPROCESSABLE_ENTITY, "has_errors", words, more)
            }
            RehearsalError::NoConversation => Self::not_found("conversation"),
            RehearsalError::NoTest(error) => {
                Self::Said(StatusCode::UNPROCESSABLE_ENTITY, "no_test", error.to_string())
            }
            RehearsalError::Failed(error) => Self::Internal(error.into()),
        }
    }
}
