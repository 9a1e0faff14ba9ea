//! Figures of the assistant: a period's as JSON, and as tables for a spreadsheet.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    super::{ServerState, error::ApiError, rights::Editor},
    report,
    spreadsheet::{self, Table, percent},
};
use super::seen;
use crate::{
    domain::{Locale, Money, ShopId},
    engine::Answered,
    insight::{
        Period,
        answers::{Answers, Counts, Use},
    },
    shop::Shop,
    store::Agent,
};

/// What figures are asked for.
#[derive(Deserialize)]
pub(in crate::server) struct Asked {
    from: Option<String>,
    to: Option<String>,
    of: Option<String>,
}

/// `GET /api/v1/console/shops/{shop}/figures?from=&to=`
pub(in crate::server) async fn figures(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    let (shop, period) = asked_for(&state, &agent, shop, &asked)?;
    let assistant = state.engine.parts().shops.assistant(&shop)?;
    let answered = state.engine.answered(&shop, period).await?;
    let people = state.engine.report(&shop, period, None).await?;
    let reasons = people.reasons.iter().filter_map(|(reason, figures)| {
        let reason = (*reason)?;
        let name = state.engine.reason_words(&shop, reason);
        Some(json!({"code": reason.code(), "name": name, "count": figures.came}))
    });
    let mut form = form(&assistant.shop, &answered);
    form["reasons"] = reasons.collect();
    form["from"] = period.from().to_string().into();
    form["to"] = period.to().to_string().into();
    form["at"] = state.engine.now().to_string().into();
    form["today"] = state.engine.now_in(&assistant.shop).date().to_string().into();
    Ok(Json(form))
}

/// `GET /api/v1/console/shops/{shop}/figures.csv?from=&to=&of=`
pub(in crate::server) async fn table(
    State(state): State<ServerState>,
    Editor(agent): Editor,
    Path(shop): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let of = asked.of.as_deref().unwrap_or("days");
    if !TABLES.contains(&of) {
        let words = format!("of is one of {}", TABLES.join(", "));
        return Err(ApiError::Said(StatusCode::UNPROCESSABLE_ENTITY, "bad_of", words));
    }
    let (shop, period) = asked_for(&state, &agent, shop, &asked)?;
    let assistant = state.engine.parts().shops.assistant(&shop)?;
    let answers = state.engine.answered(&shop, period).await?.answers;
    let name = format!("{shop}-{of}-{}-{}.csv", period.from(), period.to());
    Ok(spreadsheet::file(&name, rows(of, &assistant.shop, &answers)))
}

fn asked_for(
    state: &ServerState,
    agent: &Agent,
    shop: String,
    asked: &Asked,
) -> Result<(ShopId, Period), ApiError> {
    let shop = seen(agent, shop)?;
    let assistant = state.engine.parts().shops.assistant(&shop)?;
    let period = report::period(state, &assistant.shop, asked.from.as_deref(), asked.to.as_deref())?;
    Ok((shop, period))
}

fn form(shop: &Shop, answered: &Answered) -> Value {
    let it = &answered.answers;
    let days = it.days.iter().map(|(day, it)| counts(it, &[("date", day.to_string().into())]));
    let hours = it.hours.iter().enumerate().map(|(hour, it)| counts(it, &[("hour", hour.into())]));
    let locales = it.locales.iter().map(|(tag, it)| counts(it, &[("locale", (*tag).into())]));
    let pages = it
        .pages
        .iter()
        .map(|(product, it)| counts(it, &[("product", product.as_ref().map(|id| id.as_str()).into())]));
    let intents = it.intents.iter().map(|(id, uses)| {
        let name = |locale| shop.replies.variants(&format!("label.{id}"), locale).first().cloned();
        json!({
            "intent": id, "name": {"zh": name(Locale::ZhHans), "en": name(Locale::En)},
            "count": uses.count, "unresolved": uses.unresolved,
        })
    });
    // Also what nobody asked: cold knowledge.
    let faq = shop.faq.iter().map(|faq| {
        let uses = it.faq.get(faq.id.as_str()).copied().unwrap_or_default();
        json!({
            "faq": faq.id.as_str(), "ask": faq.ask.first(), "count": uses.count, "unresolved": uses.unresolved,
        })
    });
    let promotions = it.promotions.iter().map(|(id, uses)| {
        let title = shop.promotions.iter().find(|known| known.id == *id).map(|known| &known.title);
        json!({
            "promotion": id.as_str(), "title": title.map(|title| json!({"zh": title.zh, "en": title.en})),
            "quoted": uses.quoted, "used": uses.used,
        })
    });
    let paid = Money::from_minor(it.orders.1, shop.currency);
    let orders =
        json!({"count": it.orders.0, "paid": {"amount": paid.digits(), "currency": shop.currency.code()}});
    json!({
        "total": counts(&it.total, &[]), "days": days.collect::<Vec<_>>(), "hours": hours.collect::<Vec<_>>(),
        "locales": locales.collect::<Vec<_>>(), "pages": pages.collect::<Vec<_>>(),
        "intents": intents.collect::<Vec<_>>(), "faq": faq.collect::<Vec<_>>(),
        "promotions": promotions.collect::<Vec<_>>(),
        "orders": if answered.without_orders { Value::Null } else { orders },
        "first_response": {"count": it.first_response.count, "median": it.first_response.median, "p90": it.first_response.p90},
        "length": {"count": it.length.count, "median": it.length.median, "p90": it.length.p90},
    })
}

fn counts(it: &Counts, more: &[(&str, Value)]) -> Value {
    let mut form = json!({
        "visits": it.visits, "asked": it.asked, "answered": it.answered, "unknown": it.unknown,
        "clarified": it.clarified, "out_of_scope": it.out_of_scope, "handed": it.handed, "resolved": it.resolved,
        "repeated": it.repeated, "undecided": it.undecided, "hopeful": it.hopeful, "ratings": it.ratings,
        "understood": it.understood(), "resolved_share": it.resolved_share(), "rating": it.rating(),
    });
    for (key, value) in more {
        form[*key] = value.clone();
    }
    form
}

/// What a table has a row for.
const TABLES: [&str; 7] = ["days", "hours", "locales", "pages", "intents", "faq", "promotions"];

const COUNTS: [&str; 17] = [
    "visits",
    "asked",
    "answered",
    "unknown",
    "clarified",
    "out_of_scope",
    "understood_percent",
    "handed",
    "resolved",
    "repeated",
    "undecided",
    "hopeful",
    "resolved_percent",
    "rated_1_or_2",
    "rated_3",
    "rated_4_or_5",
    "rating",
];

fn rows(of: &str, shop: &Shop, it: &Answers) -> String {
    let mut table = Table::new();
    let head = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let counted: Vec<(String, &Counts)> = match of {
        "days" => it.days.iter().map(|(day, it)| (day.to_string(), it)).collect(),
        "hours" => it.hours.iter().enumerate().map(|(hour, it)| (format!("{hour:02}:00"), it)).collect(),
        "locales" => it.locales.iter().map(|(tag, it)| ((*tag).to_owned(), it)).collect(),
        "pages" => {
            let name = |product: &Option<crate::domain::ProductId>| product.as_ref().map(ToString::to_string);
            it.pages.iter().map(|(product, it)| (name(product).unwrap_or_default(), it)).collect()
        }
        "promotions" => {
            table.row(head(&["promotion", "title", "quoted", "used"]));
            for (id, uses) in &it.promotions {
                let title = shop.promotions.iter().find(|known| known.id == *id);
                let title = title.map(|known| known.title.zh.clone()).unwrap_or_default();
                table.row([id.to_string(), title, uses.quoted.to_string(), uses.used.to_string()]);
            }
            return table.text();
        }
        of => {
            table.row(head(&[of, "count", "unresolved"]));
            let told: Vec<(&str, Use)> = match of {
                "faq" => shop
                    .faq
                    .iter()
                    .map(|faq| (faq.id.as_str(), it.faq.get(faq.id.as_str()).copied().unwrap_or_default()))
                    .collect(),
                _ => it.intents.iter().map(|(id, uses)| (id.as_str(), *uses)).collect(),
            };
            for (id, uses) in told {
                table.row([id.to_owned(), uses.count.to_string(), uses.unresolved.to_string()]);
            }
            return table.text();
        }
    };
    table.row(head(&[of]).into_iter().chain(head(&COUNTS)));
    for (name, it) in counted {
        table.row(std::iter::once(name).chain(cells(it)));
    }
    table.text()
}

fn cells(it: &Counts) -> Vec<String> {
    let text = |counts: &[u64]| counts.iter().map(u64::to_string).collect::<Vec<_>>();
    let mut cells = text(&[it.visits, it.asked, it.answered, it.unknown, it.clarified, it.out_of_scope]);
    cells.push(percent(it.answered - it.unknown - it.clarified, it.answered));
    cells.extend(text(&[it.handed, it.resolved, it.repeated, it.undecided, it.hopeful]));
    cells.push(percent(it.resolved, it.visits - it.undecided));
    let [one, two, three, four, five] = it.ratings;
    cells.extend(text(&[one + two, three, four + five]));
    cells.push(it.rating().map(|mean| format!("{mean:.2}")).unwrap_or_default());
    cells
}
