//! When a person takes over, and what that person is told (COMMERCE.md, last section).

use jiff::Timestamp;

use super::{
    Source, course, danger, hours,
    talk::{Ask, Talk},
    words,
};
use crate::domain::{
    Act, Band, Entity, EntityKind, FlowRun, Handoff, IntentId, Locale, Mode, Reason, SentimentLabel, Shown,
    SlotValue, Wanted,
};

/// The mood at which a person takes over: several angry messages, the recent ones weighing more.
const ANGRY: f32 = -0.55;

/// Reasons that call a person at once, whatever is under way.
pub(super) fn urgent(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let words = talk.words();
    let said =
        if words.is_empty() { None } else { danger::reason(words).or_else(|| of_the_shop(talk, words)) };
    // Harm comes before rank.
    let reason = said.or_else(|| is_vip(talk).then_some(Reason::Vip));
    Ok(reason.map(|reason| {
        hand_over(talk, reason);
        let intent = (reason == Reason::Asked).then(|| "human.request".into());
        Source { name: "handoff".to_owned(), intent, ..Source::default() }
    }))
}

/// What the shop's own words call for; a word of harm in a question about goods is no report of harm.
fn of_the_shop(talk: &Talk<'_>, words: &str) -> Option<Reason> {
    let rules = &talk.shop.handoff.keywords;
    let found = rules.iter().find(|rule| words::has(words, &rule.word.to_lowercase()))?;
    let asks = found.reason == Reason::Safety && danger::only_asks(words);
    (!asks).then_some(found.reason)
}

/// A member level that always gets a person; once a conversation, so that the way back to the assistant stays.
fn is_vip(talk: &Talk<'_>) -> bool {
    let level = talk.turn.shopper.as_ref().map_or("", |shopper| shopper.level.as_str());
    let small_talk = super::step::stated(talk).iter().all(|(intent, _)| intent.as_str().starts_with("chat."));
    let already = talk
        .state
        .said
        .keys()
        .any(|key| key.starts_with("handoff.queued") || key.starts_with("handoff.away"));
    talk.shop.handoff.vip_levels.iter().any(|vip| vip == level)
        && talk.utterance().is_some()
        && !small_talk
        && !already
}

/// In hours when people answer and the assistant only proposes, they get every message at once.
pub(super) fn assisted(talk: &mut Talk<'_>) -> Option<Source> {
    if !talk.turn.assist || !talk.turn.people_open {
        return None;
    }
    hand_over(talk, Reason::Assist);
    Some(Source { name: "handoff".to_owned(), ..Source::default() })
}

/// Reasons that come with time: anger that rises, the same question again and again.
pub(super) fn soon(talk: &mut Talk<'_>, stated: &[(IntentId, Option<f32>)]) -> Option<Reason> {
    let negative = talk.understanding().is_some_and(|it| it.sentiment.label == SentimentLabel::Negative);
    if negative && talk.state.mood <= ANGRY {
        return Some(Reason::Anger);
    }
    let (first, _) = stated.first()?;
    asked_too_often(talk, first).then_some(Reason::Repeated)
}

/// Counts the question, and says whether it was asked as often in a row as brings a person.
pub(super) fn asked_too_often(talk: &mut Talk<'_>, intent: &IntentId) -> bool {
    if talk.utterance().is_none() || !repeats_count(intent.as_str()) || course::is_asking(talk) {
        return false;
    }
    let before = talk.state.repeated.take().filter(|(known, _)| known == intent.as_str());
    let times = before.map_or(1, |(_, times)| times.saturating_add(1));
    let too_often = times >= talk.shop.handoff.repeats.max(2);
    talk.state.repeated = (!too_often).then(|| (intent.to_string(), times));
    too_often
}

/// Asking again counts where the answer stays the same; each question about goods is another, and a request that
/// leads on is no question.
fn repeats_count(intent: &str) -> bool {
    super::flows::changes_nothing(intent)
        && !["chat.", "product.", "promo.", "price.", "human."]
            .iter()
            .any(|prefix| intent.starts_with(prefix))
}

/// Asks for a person, says so, and tells the person what is known.
pub(super) fn hand_over(talk: &mut Talk<'_>, reason: Reason) {
    if talk.turn.mode == Mode::Queue {
        return ask_again(talk);
    }
    match reason {
        Reason::Safety => talk.say("handoff.lead.safety", &[]),
        Reason::Fraud => talk.say("handoff.lead.fraud", &[]),
        Reason::Threat | Reason::Legal | Reason::Anger => talk.say("handoff.lead.sorry", &[]),
        Reason::NotUnderstood | Reason::Repeated | Reason::FlowFailed => talk.say("handoff.lead.stuck", &[]),
        Reason::Amount | Reason::Policy => talk.say("handoff.lead.decide", &[]),
        Reason::Asked | Reason::Vip | Reason::Keyword | Reason::Assist => {}
    }
    if !talk.turn.people_open {
        say_away(talk);
    } else if reason == Reason::Assist {
        talk.say("handoff.assist", &[]);
    } else {
        talk.say("handoff.queued", &[]);
    }
    let (group, priority) = super::routing::route(talk, reason);
    let handoff = Handoff {
        reason,
        summary: summary(talk),
        slots: slots(talk),
        about: about(talk),
        group,
        priority,
        promised: promised(talk),
        contact: contact(talk),
    };
    talk.acts.push(Act::Handoff(handoff));
    // The person goes on from here; what waits for an outcome still gets it.
    talk.state.flows.retain(|run| run.asking.is_none());
    talk.state.misses = 0;
    talk.state.repeated = None;
}

fn say_away(talk: &mut Talk<'_>) {
    match hours::opens_next(&talk.shop.hours, &talk.turn.now) {
        Some(back) => {
            let back = talk.moment(back.timestamp());
            talk.say("handoff.away", &[("back", &back)]);
        }
        None => talk.say("handoff.away_unknown", &[]),
    }
}

/// A person is asked for by somebody who waits for one. A message left overnight goes into the queue now that people are
/// back.
pub(super) fn ask_again(talk: &mut Talk<'_>) {
    match talk.turn.mode {
        Mode::Message if talk.turn.people_open => hand_over(talk, Reason::Asked),
        Mode::Message => say_away(talk),
        _ => talk.say("handoff.waiting", &[]),
    }
}

/// A message left while nobody is there.
pub(super) fn take_message(talk: &mut Talk<'_>) {
    match contact(talk) {
        Some(contact) => {
            talk.say("message.contact_taken", &[]);
            talk.acts.push(Act::Contact(contact));
        }
        None => talk.say("message.taken", &[]),
    }
}

/// How to reach the shopper, as the message says it: a phone number, or an e-mail address.
fn contact(talk: &Talk<'_>) -> Option<String> {
    let utterance = talk.utterance()?;
    let written = |entity: &Entity| utterance.raw.get(entity.span.clone()).map(str::to_owned);
    let phone = utterance.entities.iter().find(|entity| entity.kind == EntityKind::Phone).and_then(written);
    phone.or_else(|| {
        let address = |word: &&str| {
            word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        };
        let ends = |letter: char| {
            letter.is_whitespace() || !(letter.is_ascii_alphanumeric() || "@._+-".contains(letter))
        };
        utterance.raw.split(ends).find(address).map(|word| word.trim_matches('.').to_owned())
    })
}

/// Until when somebody has answered a message left now: a while after people are back.
fn promised(talk: &Talk<'_>) -> Option<Timestamp> {
    let back = hours::opens_next(&talk.shop.hours, &talk.turn.now).filter(|_| !talk.turn.people_open)?;
    back.timestamp().checked_add(talk.shop.handoff.service.messages).ok()
}

fn first_locale(talk: &Talk<'_>) -> Locale {
    talk.shop.locales.first().copied().unwrap_or_default()
}

/// What a person needs to know, a line each.
fn summary(talk: &Talk<'_>) -> Vec<String> {
    let locale = first_locale(talk);
    let line = |key: &str, value: &str| talk.label_in(locale, key, &[("value", value)]);
    let mut lines = Vec::new();
    match what_for(talk) {
        Some(Wanted { intent, words }) => {
            lines.push(line("summary.intent", &talk.intent_name_in(locale, &intent)));
            lines.push(line("summary.said", &words));
        }
        None => lines.extend(talk.utterance().map(|said| line("summary.said", &beginning(&said.raw)))),
    }
    if let Some(run) = talk.state.flows.last() {
        let name = super::flows::by_id(&run.flow).map_or("flow.name.question", |flow| flow.name_key());
        lines.push(line("summary.flow", &talk.label_in(locale, name, &[])));
    }
    match about(talk) {
        Some(Shown::Order(id)) => lines.push(line("summary.order", id.as_str())),
        Some(Shown::Product(id)) => lines.push(line("summary.product", id.as_str())),
        Some(Shown::Ticket(id)) => lines.push(line("summary.ticket", id.as_str())),
        None => {}
    }
    let pictures = talk.state.flows.last().and_then(|run| run.text("evidence"));
    let pictures = pictures.map_or(0, |ids| ids.split_whitespace().count()) + talk.state.pictures.len();
    if 0 < pictures {
        lines.push(line("summary.pictures", &pictures.to_string()));
    }
    if talk.state.mood <= -0.3 {
        lines.push(talk.label_in(locale, "summary.mood_bad", &[]));
    }
    lines
}

/// What the shopper wants. 转人工 says nothing of it: what was said before does.
fn what_for(talk: &Talk<'_>) -> Option<Wanted> {
    let Some((understanding, said)) = talk.understanding().zip(talk.utterance()) else {
        return talk.state.wanted.clone();
    };
    if understanding.oos || understanding.band == Band::Unknown {
        return None;
    }
    let now = understanding.top().and_then(|top| wanted(&top.id, &said.raw));
    now.or_else(|| talk.state.wanted.clone())
}

/// Remembers what a message asks for, for whoever takes over later.
pub(super) fn remember(talk: &mut Talk<'_>, intent: &IntentId) {
    let asked = talk.utterance().and_then(|utterance| wanted(intent, &utterance.raw));
    talk.state.wanted = asked.or(talk.state.wanted.take());
}

fn wanted(intent: &IntentId, words: &str) -> Option<Wanted> {
    let says_nothing = intent.as_str() == "human.request" || intent.as_str().starts_with("chat.");
    (!says_nothing).then(|| Wanted { intent: intent.clone(), words: beginning(words) })
}

fn beginning(words: &str) -> String {
    words.chars().take(Wanted::LONGEST).collect()
}

fn slots(talk: &Talk<'_>) -> Vec<(String, String)> {
    let run: Option<&FlowRun> = talk.state.flows.last();
    let known = run.into_iter().flat_map(|run| &run.slots);
    let told = ["order", "lines", "kind", "reason", "want", "product", "height", "weight", "foot"];
    known
        .filter(|(name, _)| told.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), slot_text(value)))
        .collect()
}

fn slot_text(value: &SlotValue) -> String {
    match value {
        SlotValue::Text(text) => text.clone(),
        SlotValue::Integer(number) => number.to_string(),
        SlotValue::Bool(truth) => truth.to_string(),
        SlotValue::Money(money) => money.to_string(),
        SlotValue::Date(day) => day.to_string(),
        SlotValue::Product(id) => id.to_string(),
        SlotValue::Order(id) => id.to_string(),
        SlotValue::Ticket(id) => id.to_string(),
        SlotValue::Lines(lines) => {
            lines.iter().map(|(line, units)| format!("{line}×{units}")).collect::<Vec<_>>().join(" ")
        }
    }
}

/// What it is about: the flow's order, the topic, or the page. An order only for whom it belongs to.
fn about(talk: &Talk<'_>) -> Option<Shown> {
    let of_flow = talk.state.flows.last().and_then(|run| match run.slots.get("order") {
        Some(SlotValue::Order(id)) => Some(Shown::Order(id.clone())),
        _ => None,
    });
    let page = &talk.turn.page;
    let signed_in = talk.turn.shopper.is_some();
    let topic = talk.state.topic.clone().filter(|topic| signed_in || matches!(topic, Shown::Product(_)));
    let page_order = page.order.clone().filter(|_| signed_in).map(Shown::Order);
    of_flow.or(topic).or(page_order).or_else(|| page.product.clone().map(Shown::Product))
}
