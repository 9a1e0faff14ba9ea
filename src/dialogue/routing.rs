//! Which group of people a conversation is for, and before which others it is served.

use super::talk::Talk;
use crate::{
    domain::{IntentId, Reason},
    shop::people::Route,
};

/// The group's id (empty in a shop without groups) and the priority. The first route that fits decides; without one
/// the first group is for everything.
pub(super) fn route(talk: &Talk<'_>, reason: Reason) -> (String, i32) {
    let rules = &talk.shop.handoff;
    let level = talk.turn.shopper.as_ref().map_or("", |shopper| shopper.level.as_str());
    let mut asked: Vec<IntentId> = super::step::stated(talk).into_iter().map(|(intent, _)| intent).collect();
    // Asking for a person tells nothing; what was asked before it does.
    asked.extend(talk.state.repeated.iter().map(|(intent, _)| IntentId::from(intent.as_str())));
    let flow = talk.state.flows.last().and_then(|run| super::flows::by_id(&run.flow));
    asked.extend(flow.into_iter().flat_map(|flow| flow.intents()).map(|intent| IntentId::from(*intent)));
    let fits = |route: &&Route| {
        let any = |empty: bool, found: bool| empty || found;
        let begins = |stated: &IntentId| {
            route.intents.iter().any(|intent| {
                stated.as_str() == intent
                    || intent.ends_with('.') && stated.as_str().starts_with(intent.as_str())
            })
        };
        any(route.reasons.is_empty(), route.reasons.contains(&reason))
            && any(route.levels.is_empty(), route.levels.iter().any(|one| one == level))
            && any(route.locales.is_empty(), route.locales.contains(&talk.state.locale))
            && any(route.intents.is_empty(), asked.iter().any(begins))
    };
    match rules.routes.iter().find(fits) {
        Some(route) => (route.group.clone(), urgency(reason) + route.priority),
        None => (rules.groups.first().map(|group| group.id.clone()).unwrap_or_default(), urgency(reason)),
    }
}

/// Harm comes before money, money before anger, anger before the rest.
fn urgency(reason: Reason) -> i32 {
    match reason {
        Reason::Safety => 40,
        Reason::Fraud => 30,
        Reason::Threat | Reason::Legal => 20,
        Reason::Vip | Reason::Anger => 10,
        _ => 0,
    }
}
