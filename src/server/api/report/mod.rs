//! Figures of the desk: a period's as JSON and as tables for a spreadsheet, and how things stand now. For those who look
//! after the others; anybody may see what they did themselves.

mod forms;
mod table;
mod words;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

use super::{
    super::{ServerState, error::ApiError, rights::Signed},
    spreadsheet,
};
use crate::{
    domain::{Locale, ShopId},
    engine::{ShopStatus, supervises},
    insight::{Period, PeriodError},
    shop::Shop,
    store::Agent,
};

/// What a report is asked for.
#[derive(Deserialize)]
pub(in crate::server) struct Asked {
    shop: Option<String>,
    from: Option<String>,
    to: Option<String>,
    of: Option<String>,
    lang: Option<String>,
}

/// `GET /api/v1/desk/report?shop=&from=&to=&of=`
pub(in crate::server) async fn report(
    State(state): State<ServerState>,
    Signed(agent): Signed,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    let whose = match asked.of.as_deref() {
        Some("me") => Some(agent.id.clone()),
        None if supervises(agent.role) => None,
        None => return Err(ApiError::forbidden()),
        Some(_) => return Err(wrong("bad_of", "of is me, or left out")),
    };
    let theirs = theirs(&state, &agent);
    let shop = seen(&state, &agent, asked.shop)?;
    let assistant = state.engine.parts().shops.assistant(&shop)?;
    let period = period(&state, &assistant.shop, asked.from.as_deref(), asked.to.as_deref())?;
    let report = state.engine.report(&shop, period, whose).await?;
    let mut form = forms::report(&state.engine, &assistant.shop, &report);
    form["shops"] = forms::shops(&theirs);
    Ok(Json(form))
}

/// `GET /api/v1/desk/report.csv?shop=&from=&to=&of=&lang=`
pub(in crate::server) async fn table(
    State(state): State<ServerState>,
    Signed(agent): Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    if !supervises(agent.role) {
        return Err(ApiError::forbidden());
    }
    let shop = seen(&state, &agent, asked.shop)?;
    let of = asked.of.as_deref().unwrap_or("agents");
    let Some(of) = table::Of::from_name(of) else {
        return Err(wrong("bad_of", "of is agents, groups, reasons, days, hours or stints"));
    };
    let assistant = state.engine.parts().shops.assistant(&shop)?;
    let first = assistant.shop.locales.first().copied().unwrap_or_default();
    let locale = asked.lang.as_deref().and_then(Locale::from_tag).unwrap_or(first);
    let period = period(&state, &assistant.shop, asked.from.as_deref(), asked.to.as_deref())?;
    let about = table::About { engine: &state.engine, shop: &assistant.shop, locale };
    let text = match of {
        table::Of::Stints => about.stints(&state.engine.stints(&shop, period).await?),
        of => about.figures(of, &state.engine.report(&shop, period, None).await?),
    };
    Ok(spreadsheet::file(&format!("{shop}-{}-{}-{}.csv", of.name(), period.from(), period.to()), text))
}

/// What is asked for now.
#[derive(Deserialize)]
pub(in crate::server) struct AskedNow {
    shop: Option<String>,
}

/// `GET /api/v1/desk/live?shop=`
pub(in crate::server) async fn live(
    State(state): State<ServerState>,
    Signed(agent): Signed,
    Query(asked): Query<AskedNow>,
) -> Result<Json<Value>, ApiError> {
    if !supervises(agent.role) {
        return Err(ApiError::forbidden());
    }
    let shop = seen(&state, &agent, asked.shop)?;
    let assistant = state.engine.parts().shops.assistant(&shop)?;
    let now = state.engine.stands(&shop).await?;
    Ok(Json(forms::now(&state.engine, &assistant.shop, &now)))
}

/// The shop asked for, or the first one, if it is one of theirs.
fn seen(state: &ServerState, agent: &Agent, shop: Option<String>) -> Result<ShopId, ApiError> {
    let Some(shop) = shop.filter(|shop| !shop.is_empty()).map(ShopId::from) else {
        let first = theirs(state, agent).into_iter().next();
        return first.map(|shop| shop.id).ok_or_else(|| ApiError::not_found("shop"));
    };
    let is_theirs = agent.shops.is_empty() || agent.shops.contains(&shop);
    if is_theirs { Ok(shop) } else { Err(ApiError::forbidden()) }
}

/// The shops that a person works for and that are open.
fn theirs(state: &ServerState, agent: &Agent) -> Vec<ShopStatus> {
    let mut shops = state.engine.parts().shops.list();
    shops.retain(|shop| shop.open && (agent.shops.is_empty() || agent.shops.contains(&shop.id)));
    shops
}

/// The days asked for: one that is left out is the other, and today when both are.
pub(super) fn period(
    state: &ServerState,
    shop: &Shop,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Period, ApiError> {
    let read = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(day).transpose();
    let (from, to) = (read(from)?, read(to)?);
    let today = state.engine.now_in(shop).date();
    let first = from.or(to).unwrap_or(today);
    Period::new(first, to.unwrap_or(first)).map_err(|error| {
        let code = match error {
            PeriodError::Backwards => "bad_range",
            PeriodError::TooLong => "too_long",
        };
        wrong(code, &error.to_string())
    })
}

/// A day as `2026-11-28`, and in no other form.
fn day(text: &str) -> Result<Date, ApiError> {
    let read = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
    read.ok_or_else(|| wrong("bad_date", "days are written like 2026-11-28"))
}

fn wrong(code: &'static str, words: &str) -> ApiError {
    ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, code, words.to_owned())
}
