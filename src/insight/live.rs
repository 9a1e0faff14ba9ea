//! How things stand now: who waits, who is there, who holds what.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::visits::seconds;
use crate::{
    domain::{Mode, ShopId, Staff},
    shop::HandoffRules,
    store::{Card, Duty, OnDuty},
};

/// A shop's people and what they have to do, now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// The queues, in the order of the shop's groups; those of groups that are gone follow while somebody waits there.
    pub lines: Vec<Line>,
    /// Messages left out of hours that nobody has taken.
    pub messages: u64,
    /// Of these, how many nobody has answered by when it was promised.
    pub late_messages: u64,
    /// Everybody who serves the shop, by name.
    pub people: Vec<PersonNow>,
}

/// A group's queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The group; empty in a shop without groups.
    pub group: String,
    /// Who waits in it.
    pub waiting: u64,
    /// The longest wait in seconds.
    pub longest: Option<u64>,
    /// How many have waited longer than a first reply may take.
    pub late: u64,
    /// How many its people hold.
    pub held: u64,
    /// People who are here for it.
    pub here: u64,
    /// How many more they could hold.
    pub room: u64,
}

/// Whether somebody is at their desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Yes, and new conversations come to them.
    Here,
    /// Yes, and none come.
    Away,
    /// No.
    Offline,
}

/// A person and what they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonNow {
    /// Who.
    pub agent: Staff,
    /// Whether they are there.
    pub presence: Presence,
    /// For which groups; empty means all of them.
    pub groups: Vec<String>,
    /// How many conversations they hold, of whatever shop.
    pub load: u32,
    /// How many they may hold.
    pub capacity: u32,
    /// When they last got a conversation or ended one.
    pub since: Option<Timestamp>,
    /// In how many of this shop's the shopper waits for their words.
    pub unanswered: u64,
    /// In how many of these for longer than the shop means to let them.
    pub late: u64,
}

/// How a shop stands now: who waits and who is held there, and everybody on duty.
pub fn live(
    shop: &ShopId,
    rules: &HandoffRules,
    waiting: &[Card],
    held: &[Card],
    people: &[OnDuty],
    now: Timestamp,
) -> Live {
    let serves = |person: &&OnDuty| person.shops.is_empty() || person.shops.contains(shop);
    let mut names: Vec<&str> = rules.groups.iter().map(|group| group.id.as_str()).collect();
    let mut lines: BTreeMap<&str, Line> = names.iter().map(|name| (*name, line(name))).collect();
    let mut live = Live::default();
    for card in waiting {
        if card.conversation.mode == Mode::Message {
            live.messages += 1;
            live.late_messages += u64::from(promise_is_broken(card, now));
            continue;
        }
        let Some(stint) = &card.stint else { continue };
        let line = lines.entry(&stint.group).or_insert_with(|| line(&stint.group));
        let waited = seconds(stint.queued_at, now);
        line.waiting += 1;
        line.longest = line.longest.max(Some(waited));
        line.late += u64::from(is_late(stint.queued_at, rules.service.first_reply, now));
    }
    for stint in held.iter().filter_map(|card| card.stint.as_ref()) {
        lines.entry(&stint.group).or_insert_with(|| line(&stint.group)).held += 1;
    }
    if lines.is_empty() {
        lines.insert("", line(""));
    }
    live.people = people.iter().filter(serves).map(|one| person(one, rules, held, now)).collect();
    for line in lines.values_mut() {
        let is_for = |one: &&PersonNow| {
            one.presence == Presence::Here
                && (line.group.is_empty() || one.groups.is_empty() || one.groups.contains(&line.group))
        };
        line.here = live.people.iter().filter(is_for).count() as u64;
        let room = |one: &PersonNow| u64::from(one.capacity.saturating_sub(one.load));
        line.room = live.people.iter().filter(is_for).map(room).sum();
    }
    let gone: Vec<&str> = lines.keys().filter(|name| !names.contains(name)).copied().collect();
    names.extend(gone);
    live.lines = names.into_iter().filter_map(|name| lines.remove(name)).collect();
    live
}

fn line(group: &str) -> Line {
    Line { group: group.to_owned(), ..Line::default() }
}

fn person(one: &OnDuty, rules: &HandoffRules, held: &[Card], now: Timestamp) -> PersonNow {
    let is_theirs =
        |card: &&Card| card.conversation.agent.as_ref().is_some_and(|agent| agent.id == one.agent.id);
    let is_late: Vec<bool> =
        held.iter().filter(is_theirs).filter_map(|card| late(card, rules, now)).collect();
    let is_there = one.is_there(now, rules.assignment.away_after);
    PersonNow {
        agent: one.agent.clone(),
        presence: match one.duty {
            _ if !is_there => Presence::Offline,
            Duty::Here => Presence::Here,
            Duty::Away => Presence::Away,
        },
        groups: one.groups.clone(),
        load: one.load,
        capacity: if one.capacity == 0 { rules.assignment.capacity } else { one.capacity },
        since: one.given_at.max(one.freed_at),
        unanswered: is_late.len() as u64,
        late: is_late.into_iter().filter(|late| *late).count() as u64,
    }
}

/// Whether the shopper of a conversation that a person holds waits longer than meant; nothing while it is the shopper's
/// turn.
fn late(card: &Card, rules: &HandoffRules, now: Timestamp) -> Option<bool> {
    let stint = card.stint.as_ref()?;
    let promised = card.handoff.as_ref().and_then(|record| record.handoff.promised);
    match (stint.first_reply_at, promised) {
        (Some(_), _) => Some(is_late(stint.awaiting_since?, rules.service.reply, now)),
        (None, Some(promised)) => Some(promised < now),
        (None, None) => Some(is_late(stint.queued_at, rules.service.first_reply, now)),
    }
}

fn is_late(since: Timestamp, within: SignedDuration, now: Timestamp) -> bool {
    within < now.duration_since(since)
}

fn promise_is_broken(card: &Card, now: Timestamp) -> bool {
    card.handoff.as_ref().and_then(|record| record.handoff.promised).is_some_and(|promised| promised < now)
}
