//! Figures in their wire form.

use serde_json::{Value, json};

use super::words;
use crate::{
    domain::Reason,
    engine::{Engine, Now, ShopStatus},
    insight::{Figures, Level, Line, MovedTo, PersonNow, Presence, Report, Times},
    shop::Shop,
};

/// A report.
pub(super) fn report(engine: &Engine, shop: &Shop, report: &Report) -> Value {
    let reason = |code: Option<Reason>, figures: &Figures| {
        let name = code.map(|reason| engine.reason_words(&shop.id, reason));
        json!({"code": words::reason_code(code), "name": name, "figures": self::figures(figures)})
    };
    let reasons: Vec<Value> = report.reasons.iter().map(|(code, figures)| reason(*code, figures)).collect();
    let groups =
        report.groups.iter().map(|(id, it)| json!({"group": group(shop, id), "figures": figures(it)}));
    let people = report.people.iter().map(
        |(agent, it)| json!({"agent": {"id": agent.id.as_str(), "name": agent.name}, "figures": figures(it)}),
    );
    let days = report.days.iter().map(
        |day| json!({"date": day.date.to_string(), "missed": day.missed, "figures": figures(&day.figures)}),
    );
    let hours =
        report.hours.iter().enumerate().map(|(hour, it)| json!({"hour": hour, "figures": figures(it)}));
    let moves = report.moves.iter().map(|it| {
        let to = match &it.to {
            MovedTo::Person => json!({"kind": "person"}),
            MovedTo::Group(id) => json!({"kind": "group", "group": group(shop, id)}),
            MovedTo::Queue => json!({"kind": "queue"}),
            MovedTo::Bot => json!({"kind": "bot"}),
        };
        json!({"from": group(shop, &it.from), "to": to, "count": it.count})
    });
    let wrap_ups = report.wrap_ups.iter().map(|(id, count)| wrap_up(shop, id.as_deref(), *count));
    let missed = &report.missed;
    json!({
        "shop": shop.id.as_str(), "time_zone": shop.time_zone.iana_name(), "at": engine.now().to_string(),
        "from": report.period.from().to_string(), "to": report.period.to().to_string(),
        "service": service(shop),
        "totals": figures(&report.totals), "reasons": reasons, "groups": groups.collect::<Vec<_>>(),
        "people": people.collect::<Vec<_>>(), "days": days.collect::<Vec<_>>(),
        "hours": hours.collect::<Vec<_>>(), "moves": moves.collect::<Vec<_>>(),
        "wrap_ups": wrap_ups.collect::<Vec<_>>(),
        "missed": {
            "conversations": missed.conversations, "rated_badly": missed.rated_badly, "asked": missed.asked,
            "unanswered": missed.unanswered,
        },
    })
}

/// The shops that may be asked about.
pub(super) fn shops(shops: &[ShopStatus]) -> Value {
    let name = |shop: &ShopStatus| shop.name.as_ref().map(|name| json!({"zh": name.zh, "en": name.en}));
    shops.iter().map(|shop| json!({"id": shop.id.as_str(), "name": name(shop)})).collect()
}

/// How a shop stands now.
pub(super) fn now(engine: &Engine, shop: &Shop, now: &Now) -> Value {
    let live = &now.live;
    let line = |it: &Line| {
        json!({
            "group": group(shop, &it.group), "waiting": it.waiting, "longest": it.longest, "late": it.late,
            "next_wait": now.waits.get(&it.group), "held": it.held, "here": it.here, "room": it.room,
        })
    };
    let person = |it: &PersonNow| {
        let status = match it.presence {
            Presence::Here => "here",
            Presence::Away => "away",
            Presence::Offline => "offline",
        };
        let groups: Vec<Value> = it.groups.iter().map(|id| group(shop, id)).collect();
        json!({
            "agent": {"id": it.agent.id.as_str(), "name": it.agent.name}, "status": status, "groups": groups,
            "load": it.load, "capacity": it.capacity, "since": it.since.map(|at| at.to_string()),
            "unanswered": it.unanswered, "late": it.late,
        })
    };
    json!({
        "shop": shop.id.as_str(), "at": engine.now().to_string(), "service": service(shop),
        "queue": live.lines.iter().map(line).collect::<Vec<_>>(),
        "messages": {"waiting": live.messages, "late": live.late_messages},
        "people": live.people.iter().map(person).collect::<Vec<_>>(),
        "today": figures(&now.today.totals),
    })
}

fn service(shop: &Shop) -> Value {
    let service = &shop.handoff.service;
    json!({
        "first_reply": service.first_reply.as_secs(), "reply": service.reply.as_secs(),
        "messages": service.messages.as_secs(),
    })
}

/// A group with its name; of one that the shop has no longer, the id alone is known.
fn group(shop: &Shop, id: &str) -> Value {
    let known = shop.handoff.groups.iter().find(|group| group.id == id);
    json!({"id": id, "name": known.map(|group| json!({"zh": group.name.zh, "en": group.name.en}))})
}

fn wrap_up(shop: &Shop, id: Option<&str>, count: u64) -> Value {
    let known = shop.handoff.wrap_ups.iter().find(|one| Some(one.id.as_str()) == id);
    json!({
        "id": id, "name": known.map(|one| json!({"zh": one.name.zh, "en": one.name.en})),
        "needless": known.is_some_and(|one| one.needless), "count": count,
    })
}

fn figures(it: &Figures) -> Value {
    json!({
        "came": it.came, "served": it.served, "left": it.left, "dropped": it.dropped, "waiting": it.waiting,
        "open": it.open, "messages": it.messages, "wait": times(it.wait), "first_reply": times(it.first_reply),
        "level": level(it.level), "message_level": level(it.message_level), "handling": times(it.handling),
        "replies": it.replies, "transferred": it.transferred, "requeued": it.requeued, "released": it.released,
        "ratings": {"count": it.rated(), "mean": it.rating(), "each": it.ratings}, "needless": it.needless,
    })
}

fn times(it: Times) -> Value {
    json!({"count": it.count, "median": it.median, "p90": it.p90})
}

fn level(it: Level) -> Value {
    json!({"of": it.of, "within": it.within})
}
