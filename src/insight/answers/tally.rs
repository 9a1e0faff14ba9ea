//! Counting: conversations come one after another, and what is kept of each is small.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

use super::{Answers, Bought, Counts, Line, PAUSE, REPEAT, Talk, What};
use crate::{
    domain::{ConversationId, Locale, ProductId, PromotionId, ShopperId},
    insight::{Period, figures::times},
};

/// Ratings up to this say that it was no help.
const BAD_RATING: u8 = 2;

/// Figures in the making.
pub struct Tally {
    period: Period,
    zone: TimeZone,
    now: Timestamp,
    visits: Vec<Visit>,
}

/// Who came: whoever is signed in, else the conversation itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Shopper(ShopperId),
    Conversation(ConversationId),
}

/// What is kept of a visit.
struct Visit {
    who: Who,
    began: Timestamp,
    ended: Timestamp,
    locale: Locale,
    product: Option<ProductId>,
    asked: u64,
    answered: u64,
    unknown: u64,
    clarified: u64,
    out_of_scope: u64,
    is_handed: bool,
    rating: Option<u8>,
    /// The last answer was one.
    is_helped: bool,
    first_response: Option<u64>,
    intents: BTreeMap<String, u64>,
    faq: BTreeMap<String, u64>,
    promotions: BTreeSet<PromotionId>,
}

impl Tally {
    /// Of a period, in a shop's time zone, as it is known at `now`.
    pub fn new(period: Period, zone: TimeZone, now: Timestamp) -> Self {
        Self { period, zone, now, visits: Vec::new() }
    }

    /// Counts a conversation. What lies outside the period is looked at for repeats alone.
    pub fn add(&mut self, talk: &Talk) {
        let mut from = 0;
        for n in 1..=talk.lines.len() {
            let is_end =
                talk.lines.get(n).is_none_or(|next| PAUSE < next.at.duration_since(talk.lines[n - 1].at));
            if is_end {
                self.visits.extend(visit(talk, &talk.lines[from..n]));
                from = n;
            }
        }
    }

    /// The figures, with the orders that were placed meanwhile.
    pub fn answers(self, orders: &[Bought]) -> Answers {
        let mut answers = Answers {
            days: self.period.days().map(|day| (day, Counts::default())).collect(),
            hours: vec![Counts::default(); 24],
            ..Answers::default()
        };
        let came_again = came_again(&self.visits);
        let (from, until) = self.period.moments(&self.zone);
        let (mut responses, mut lengths) = (Vec::new(), Vec::new());
        let mut touched: BTreeSet<usize> = BTreeSet::new();
        for (visit, came_again) in self.visits.iter().zip(came_again) {
            if !(from..until).contains(&visit.began) {
                continue;
            }
            let counts = visit.counts(came_again, self.now);
            let local = visit.began.to_zoned_datetime(self.zone.clone());
            answers.total.add(&counts);
            if let Some((_, day)) = answers.days.iter_mut().find(|(day, _)| *day == local.date()) {
                day.add(&counts);
            }
            answers.hours[usize::from(local.hour().unsigned_abs())].add(&counts);
            answers.locales.entry(visit.locale.tag()).or_default().add(&counts);
            answers.pages.entry(visit.product.clone()).or_default().add(&counts);
            let unresolved = counts.visits - counts.resolved - counts.undecided;
            for (ids, uses) in [(&visit.intents, &mut answers.intents), (&visit.faq, &mut answers.faq)] {
                for (id, count) in ids {
                    let it = uses.entry(id.clone()).or_default();
                    it.count += count;
                    it.unresolved += unresolved * count;
                }
            }
            for promotion in &visit.promotions {
                answers.promotions.entry(promotion.clone()).or_default().quoted += 1;
            }
            responses.extend(visit.first_response);
            lengths.push(visit.asked);
            touched.extend(orders.iter().enumerate().filter(|(_, it)| visit.touches(it)).map(|(n, _)| n));
        }
        for order in touched.into_iter().map(|n| &orders[n]) {
            answers.orders = (answers.orders.0 + 1, answers.orders.1 + order.minor);
            for promotion in &order.promotions {
                answers.promotions.entry(promotion.clone()).or_default().used += 1;
            }
        }
        (answers.first_response, answers.length) = (times(responses), times(lengths));
        answers
    }
}

impl Visit {
    fn touches(&self, order: &Bought) -> bool {
        matches!(&self.who, Who::Shopper(shopper) if *shopper == order.shopper)
            && self.began <= order.at
            && order.at.duration_since(self.began) <= REPEAT
    }

    fn counts(&self, came_again: bool, now: Timestamp) -> Counts {
        let is_bad = self.rating.is_some_and(|rating| rating <= BAD_RATING);
        let is_resolved = self.is_helped && 0 < self.answered && !self.is_handed && !is_bad;
        let is_over = REPEAT < now.duration_since(self.ended);
        let mut ratings = [0; 5];
        if let Some(slot) =
            self.rating.and_then(|rating| ratings.get_mut(usize::from(rating).wrapping_sub(1)))
        {
            *slot = 1;
        }
        Counts {
            visits: 1,
            asked: self.asked,
            answered: self.answered,
            unknown: self.unknown,
            clarified: self.clarified,
            out_of_scope: self.out_of_scope,
            handed: u64::from(self.is_handed),
            resolved: u64::from(is_resolved && !came_again && is_over),
            repeated: u64::from(is_resolved && came_again && is_over),
            undecided: u64::from(!is_over),
            hopeful: u64::from(is_resolved && !came_again && !is_over),
            ratings,
        }
    }
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.visits += other.visits;
        self.asked += other.asked;
        self.answered += other.answered;
        self.unknown += other.unknown;
        self.clarified += other.clarified;
        self.out_of_scope += other.out_of_scope;
        self.handed += other.handed;
        self.resolved += other.resolved;
        self.repeated += other.repeated;
        self.undecided += other.undecided;
        self.hopeful += other.hopeful;
        for (count, more) in self.ratings.iter_mut().zip(other.ratings) {
            *count += more;
        }
    }
}

/// Of each visit, whether the same shopper asked for the same again soon after it.
fn came_again(visits: &[Visit]) -> Vec<bool> {
    let mut by_shopper: BTreeMap<&Who, Vec<usize>> = BTreeMap::new();
    for (n, visit) in visits.iter().enumerate() {
        by_shopper.entry(&visit.who).or_default().push(n);
    }
    let mut again = vec![false; visits.len()];
    for mut theirs in by_shopper.into_values() {
        theirs.sort_by_key(|n| visits[*n].began);
        for (place, n) in theirs.iter().enumerate() {
            let visit = &visits[*n];
            let later = theirs[place + 1..].iter().map(|n| &visits[*n]);
            again[*n] =
                later.take_while(|next| next.began.duration_since(visit.ended) <= REPEAT).any(|next| {
                    next.intents.keys().any(|it| !is_small_talk(it) && visit.intents.contains_key(it))
                });
        }
    }
    again
}

/// Whoever greets again asks nothing again.
fn is_small_talk(intent: &str) -> bool {
    intent.starts_with("chat.")
}

/// What a run of a conversation was; nothing when no shopper spoke in it.
fn visit(talk: &Talk, lines: &[Line]) -> Option<Visit> {
    let began = lines.iter().find(|line| line.what == What::Shopper)?.at;
    let (first, ended) = (lines.first()?.at, lines.last()?.at);
    let within = |at: Timestamp| first <= at && at.duration_since(ended) <= PAUSE;
    let mut visit = Visit {
        who: talk.shopper.clone().map_or(Who::Conversation(talk.conversation.clone()), Who::Shopper),
        began,
        ended,
        locale: talk.locale,
        product: talk.product.clone(),
        asked: 0,
        answered: 0,
        unknown: 0,
        clarified: 0,
        out_of_scope: 0,
        is_handed: talk.handed.iter().any(|at| within(*at)),
        rating: talk.rating.filter(|(at, _)| within(*at)).map(|(_, rating)| rating),
        is_helped: false,
        first_response: None,
        intents: BTreeMap::new(),
        faq: BTreeMap::new(),
        promotions: BTreeSet::new(),
    };
    // Messages that wait for an answer, and since when the first of them does.
    let mut waiting: Option<(u64, Timestamp)> = None;
    for line in lines {
        match &line.what {
            What::Shopper => {
                visit.asked += 1;
                waiting = Some(waiting.map_or((1, line.at), |(count, since)| (count + 1, since)));
            }
            What::Person => waiting = None,
            What::Bot { intent, source, promotions } => {
                visit.promotions.extend(promotions.iter().cloned());
                let Some((count, since)) = waiting.take() else { continue };
                let took = u64::try_from(line.at.duration_since(since).as_millis()).unwrap_or_default();
                visit.first_response.get_or_insert(took);
                visit.hear(count, intent.as_deref(), source);
            }
        }
    }
    Some(visit)
}

impl Visit {
    /// An answer to so many messages.
    fn hear(&mut self, count: u64, intent: Option<&str>, source: &str) {
        self.answered += count;
        self.is_helped = !matches!(source, "unknown" | "trouble" | "clarify");
        match source {
            "unknown" | "trouble" => self.unknown += count,
            "clarify" => self.clarified += count,
            "oos" => self.out_of_scope += count,
            _ => {}
        }
        if let Some(intent) = intent {
            *self.intents.entry(intent.to_owned()).or_default() += 1;
        }
        if let Some(faq) = source.strip_prefix("faq:") {
            *self.faq.entry(faq.to_owned()).or_default() += 1;
        }
    }
}
