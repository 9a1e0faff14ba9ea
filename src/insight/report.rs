//! A period's figures, whole and by what they are told apart by.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    figures::{Figures, Measured, Tally},
    period::Period,
    visits::{Stay, Visit, visits},
};
use crate::{
    domain::{AgentId, Ended, Reason, Staff, Stint},
    shop::people::{ServiceLevel, WrapUp},
    store::{Missed, StintOf},
};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The days.
    pub period: Period,
    /// One person's own figures; else the whole shop's.
    pub whose: Option<&'a AgentId>,
    /// Now.
    pub now: Timestamp,
}

/// What the figures are made of.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// Stays with people, those of [`MARGIN`](super::MARGIN) before and after included.
    pub stints: &'a [StintOf],
    /// Conversations that a person should have come to.
    pub missed: &'a [Missed],
}

/// What a shop measures by.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// How fast people mean to answer.
    pub service: &'a ServiceLevel,
    /// What conversations turn out to be about.
    pub wrap_ups: &'a [WrapUp],
    /// Where its days begin and end.
    pub zone: &'a TimeZone,
    /// When people are back, for a moment when they are not there.
    pub back_at: &'a dyn Fn(Timestamp) -> Option<Timestamp>,
}

/// A period's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The days.
    pub period: Period,
    /// All of it.
    pub totals: Figures,
    /// By what brought people; without a reason, a person fetched it back or it was opened again for one.
    pub reasons: Vec<(Option<Reason>, Figures)>,
    /// By group; the empty one in a shop without groups.
    pub groups: Vec<(String, Figures)>,
    /// By person.
    pub people: Vec<(Staff, Figures)>,
    /// By day, every day of the period.
    pub days: Vec<Day>,
    /// By hour of the day, all 24, whatever the day.
    pub hours: Vec<Figures>,
    /// What was handed on, and given back.
    pub moves: Vec<Move>,
    /// What visits that are over turned out to be about, and how many; without a reason, nobody said.
    pub wrap_ups: Vec<(Option<String>, u64)>,
    /// Where a person should have come and nobody did.
    pub missed: Misses,
}

/// A day's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// Which.
    pub date: Date,
    /// What began on it.
    pub figures: Figures,
    /// Where a person should have come and nobody did.
    pub missed: u64,
}

/// Stays that ended by being handed on or given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// From which group.
    pub from: String,
    /// Where to.
    pub to: MovedTo,
    /// How often.
    pub count: u64,
}

/// Where a stay went on to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MovedTo {
    /// To a colleague: handed over, or taken over by one.
    Person,
    /// To a group's queue.
    Group(String),
    /// Back into its queue, as whoever held it was gone or did not answer.
    Queue,
    /// Back to the bot.
    Bot,
}

/// Conversations that a person should have come to, and nobody did, by what shows it; one may show several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Misses {
    /// How many.
    pub conversations: u64,
    /// Rated badly.
    pub rated_badly: u64,
    /// Asked for a person.
    pub asked: u64,
    /// Left after an answer that was none.
    pub unanswered: u64,
}

/// Makes a report.
pub fn report(question: &Question<'_>, material: &Material<'_>, rules: &Rules<'_>) -> Report {
    let (from, until) = question.period.moments(rules.zone);
    let mut making = Making::new(*question, *rules);
    for visit in visits(material.stints) {
        if visit.since().is_some_and(|since| from <= since && since < until) {
            making.add(&visit);
        }
    }
    // A person's own figures are of what they had; what nobody had is nobody's.
    let missed = material.missed.iter().filter(|_| question.whose.is_none());
    for one in missed.filter(|one| from <= one.touched_at && one.touched_at < until) {
        making.miss(one);
    }
    making.report()
}

/// From when the first reply is timed.
#[derive(Clone, Copy)]
enum Clock {
    Wait,
    Taking,
}

/// A report in the making.
struct Making<'a> {
    question: Question<'a>,
    rules: Rules<'a>,
    totals: Tally,
    /// By code; the empty one is no reason.
    reasons: BTreeMap<&'static str, Tally>,
    groups: BTreeMap<String, Tally>,
    /// By id, with the name that was heard last and when.
    people: BTreeMap<AgentId, ((Timestamp, String), Tally)>,
    days: BTreeMap<Date, (Tally, u64)>,
    hours: Vec<Tally>,
    moves: BTreeMap<(String, MovedTo), u64>,
    wrap_ups: BTreeMap<Option<String>, u64>,
    missed: Misses,
}

impl<'a> Making<'a> {
    fn new(question: Question<'a>, rules: Rules<'a>) -> Self {
        Self {
            question,
            rules,
            totals: Tally::default(),
            reasons: BTreeMap::new(),
            groups: BTreeMap::new(),
            people: BTreeMap::new(),
            days: question.period.days().map(|day| (day, Default::default())).collect(),
            hours: vec![Tally::default(); 24],
            moves: BTreeMap::new(),
            wrap_ups: BTreeMap::new(),
            missed: Misses::default(),
        }
    }

    fn add(&mut self, visit: &Visit<'_>) {
        let is_theirs = |stint: &&&Stint| {
            self.question
                .whose
                .is_none_or(|whose| stint.agent.as_ref().is_some_and(|agent| agent.id == *whose))
        };
        let stints: Vec<&Stint> = visit.stints.iter().filter(is_theirs).copied().collect();
        let clock = if self.question.whose.is_some() { Clock::Taking } else { Clock::Wait };
        let (Some(first), Some(since), Some(stay)) = (visit.stints.first(), visit.since(), Stay::of(&stints))
        else {
            return;
        };
        let back_at = (self.rules.back_at)(since);
        let measured = self.measured(&stay, clock, back_at);
        let local = since.to_zoned_datetime(self.rules.zone.clone());
        self.totals.add(&measured);
        self.reasons.entry(first.reason.map_or("", Reason::code)).or_default().add(&measured);
        if let Some((tally, _)) = self.days.get_mut(&local.date()) {
            tally.add(&measured);
        }
        if let Some(tally) = usize::try_from(local.hour()).ok().and_then(|hour| self.hours.get_mut(hour)) {
            tally.add(&measured);
        }
        if stay.done && stay.taken_at.is_some() {
            *self.wrap_ups.entry(stay.wrap_up.map(str::to_owned)).or_default() += 1;
        }
        self.add_parts(&stints, clock, back_at);
        self.add_moves(visit, &stints);
    }

    /// The parts of a visit that belong to a group or a person.
    fn add_parts(&mut self, stints: &[&Stint], clock: Clock, back_at: Option<Timestamp>) {
        let mut groups: BTreeMap<&str, Vec<&Stint>> = BTreeMap::new();
        let mut people: BTreeMap<&AgentId, Vec<&Stint>> = BTreeMap::new();
        for &stint in stints {
            groups.entry(&stint.group).or_default().push(stint);
            if let Some(agent) = &stint.agent {
                people.entry(&agent.id).or_default().push(stint);
            }
        }
        for (group, part) in groups {
            let Some(stay) = Stay::of(&part) else { continue };
            let measured = self.measured(&stay, clock, back_at);
            self.groups.entry(group.to_owned()).or_default().add(&measured);
        }
        for (id, part) in people {
            let Some(stay) = Stay::of(&part) else { continue };
            let measured = self.measured(&stay, Clock::Taking, back_at);
            let heard = part.iter().filter_map(|one| Some((one.queued_at, one.agent.as_ref()?.name.clone())));
            let Some(heard) = heard.max() else { continue };
            let (name, tally) =
                self.people.entry(id.clone()).or_insert_with(|| (heard.clone(), Tally::default()));
            *name = heard.max(name.clone());
            tally.add(&measured);
        }
    }

    fn add_moves(&mut self, visit: &Visit<'_>, theirs: &[&Stint]) {
        for (place, stint) in visit.stints.iter().enumerate() {
            let next = visit.stints.get(place + 1);
            let to = match stint.ended {
                Some(Ended::Transferred) => match next {
                    Some(next) if next.taken_at != Some(next.queued_at) => MovedTo::Group(next.group.clone()),
                    _ => MovedTo::Person,
                },
                Some(Ended::Requeued) => MovedTo::Queue,
                Some(Ended::Released) => MovedTo::Bot,
                Some(Ended::Closed | Ended::Left) | None => continue,
            };
            if theirs.iter().any(|one| one.number == stint.number) {
                *self.moves.entry((stint.group.clone(), to)).or_default() += 1;
            }
        }
    }

    fn miss(&mut self, one: &Missed) {
        self.missed.conversations += 1;
        self.missed.rated_badly += u64::from(one.rated_badly);
        self.missed.asked += u64::from(one.asked);
        self.missed.unanswered += u64::from(one.unanswered);
        let day = one.touched_at.to_zoned_datetime(self.rules.zone.clone()).date();
        if let Some((_, missed)) = self.days.get_mut(&day) {
            *missed += 1;
        }
    }

    fn measured<'s>(&self, stay: &'s Stay<'s>, clock: Clock, back_at: Option<Timestamp>) -> Measured<'s> {
        let begins = match clock {
            Clock::Wait => stay.since,
            Clock::Taking => stay.taken_at.unwrap_or(stay.since),
        };
        let service = self.rules.service;
        let marked =
            self.rules.wrap_ups.iter().any(|one| one.needless && Some(one.id.as_str()) == stay.wrap_up);
        Measured {
            stay,
            clock: back_at.map_or(begins, |back_at| begins.max(back_at)),
            limit: if back_at.is_some() { service.messages } else { service.first_reply },
            is_message: back_at.is_some(),
            is_needless: stay.done && stay.taken_at.is_some() && (marked || stay.replies == 0),
            now: self.question.now,
        }
    }

    fn report(self) -> Report {
        let people = self.people.into_iter();
        Report {
            period: self.question.period,
            totals: self.totals.figures(),
            reasons: self
                .reasons
                .into_iter()
                .map(|(code, tally)| (Reason::from_code(code), tally.figures()))
                .collect(),
            groups: self.groups.into_iter().map(|(group, tally)| (group, tally.figures())).collect(),
            people: people.map(|(id, ((_, name), tally))| (Staff { id, name }, tally.figures())).collect(),
            days: self
                .days
                .into_iter()
                .map(|(date, (tally, missed))| Day { date, figures: tally.figures(), missed })
                .collect(),
            hours: self.hours.into_iter().map(Tally::figures).collect(),
            moves: self.moves.into_iter().map(|((from, to), count)| Move { from, to, count }).collect(),
            wrap_ups: self.wrap_ups.into_iter().collect(),
            missed: self.missed,
        }
    }
}
