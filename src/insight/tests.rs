//! Figures worked out by hand, and what holds for any stays.

use std::collections::BTreeSet;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, date},
    tz::{TimeZone, offset},
};
use proptest::prelude::*;

use super::*;
use crate::{
    domain::{AgentId, Ended, Localized, Reason, Staff, Stint},
    shop::people::{ServiceLevel, WrapUp},
    store::{Missed, StintOf},
};

const DAY: Date = date(2026, 11, 23);

/// A moment of the day where the shop is, as `09:00:20`; `+1 ` before it is the next day.
fn at(written: &str) -> Timestamp {
    let (day, time) = match written.strip_prefix("+1 ") {
        Some(time) => (DAY.tomorrow().unwrap(), time),
        None => (DAY, written),
    };
    let local = day.to_datetime(time.parse().unwrap());
    local.to_zoned_datetime(zone()).unwrap().timestamp()
}

fn zone() -> TimeZone {
    TimeZone::fixed(offset(8))
}

fn service() -> ServiceLevel {
    ServiceLevel {
        first_reply: SignedDuration::from_secs(30),
        reply: SignedDuration::from_secs(60),
        messages: SignedDuration::from_hours(4),
    }
}

fn wrap_ups() -> Vec<WrapUp> {
    let one = |id: &str, needless| WrapUp {
        id: id.to_owned(),
        name: Localized { zh: id.to_owned(), ..Localized::default() },
        needless,
    };
    vec![one("solved", false), one("bot_could", true)]
}

/// People are there from nine on.
fn back_at(moment: Timestamp) -> Option<Timestamp> {
    let local = moment.to_zoned_datetime(zone());
    let opens =
        local.date().to_datetime(jiff::civil::time(9, 0, 0, 0)).to_zoned_datetime(zone()).ok()?.timestamp();
    (moment < opens).then_some(opens)
}

fn made(whose: Option<&AgentId>, period: Period, stints: &[StintOf], missed: &[Missed]) -> Report {
    let (service, wrap_ups, zone) = (service(), wrap_ups(), zone());
    let rules = Rules { service: &service, wrap_ups: &wrap_ups, zone: &zone, back_at: &back_at };
    let question = Question { period, whose, now: at("18:00:00") };
    report(&question, &Material { stints, missed }, &rules)
}

/// A stay, written as one line: conversation, number, group, reason, who, replies; queued, taken, first reply, ended;
/// how, wrap-up, rating. `-` is nothing.
fn stay(line: &str) -> StintOf {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [
        conversation,
        number,
        group,
        reason,
        who,
        replies,
        queued,
        taken,
        first,
        ended,
        how,
        wrap_up,
        rating,
    ] = words[..]
    else {
        panic!("a stay has thirteen words: {line}")
    };
    let some = |word: &str| (word != "-").then(|| word.to_owned());
    let moment = |word: &str| (word != "-").then(|| at(&word.replace('_', " ")));
    let how = match how {
        "closed" => Some(Ended::Closed),
        "released" => Some(Ended::Released),
        "transferred" => Some(Ended::Transferred),
        "requeued" => Some(Ended::Requeued),
        "left" => Some(Ended::Left),
        _ => None,
    };
    let mut stint = Stint::waiting(
        number.parse().unwrap(),
        group.to_owned(),
        Reason::from_code(reason),
        0,
        at(&queued.replace('_', " ")),
    );
    stint.taken_at = moment(taken);
    stint.agent = some(who).map(|name| Staff { id: name.as_str().into(), name });
    stint.replies = replies.parse().unwrap();
    stint.first_reply_at = moment(first);
    stint.ended_at = moment(ended);
    stint.ended = how;
    stint.wrap_up = some(wrap_up);
    stint.rating = some(rating).map(|points| points.parse().unwrap());
    StintOf { conversation: conversation.into(), shop: "demo".into(), stint }
}

/// A day by hand.
fn a_day() -> Vec<StintOf> {
    [
        // Quick: waited 10 s, answered after 20 s, held for 5 min.
        "a 1 sale asked an 3 09:00:00 09:00:10 09:00:20 09:05:10 closed solved 5",
        // Handed over to a colleague, who began to wait for nobody: one visit, two people, one group.
        "b 1 sale asked an 1 09:10:00 09:10:20 09:10:40 09:12:20 transferred - -",
        "b 2 sale asked bei 2 09:12:20 09:12:20 09:12:30 09:14:20 closed bot_could 4",
        // Nobody spoke: back to the queue, the next one answers late, and hands it to a group that nobody has yet.
        "c 1 sale anger an 0 10:00:00 10:00:05 - 10:02:05 requeued - -",
        "c 2 sale anger bei 1 10:00:00 10:02:10 10:02:40 10:03:10 transferred - -",
        "c 3 after anger - 0 10:03:10 - - - - - -",
        // Did not want to wait: within the limit, and after it.
        "d 1 sale asked - 0 11:00:00 - - 11:00:20 left - -",
        "e 1 sale asked - 0 11:10:00 - - 11:11:00 left - -",
        // Closed while it waited.
        "f 1 after safety - 0 12:00:00 - - 12:00:10 closed - -",
        // Given back without a word; then fetched again as a visit of its own, which somebody still holds.
        "g 1 after asked bei 0 13:00:00 13:00:10 - 13:00:25 released - -",
        "g 2 after - bei 1 13:30:00 13:30:00 13:30:10 - - - -",
        // Left at eight, answered at ten: an hour after opening.
        "h 1 after asked an 1 08:00:00 09:50:00 10:00:00 10:10:00 closed solved 1",
        // Began the day after.
        "i 1 sale asked an 1 +1_09:00:00 +1_09:00:01 +1_09:00:02 +1_09:01:00 closed solved 5",
    ]
    .map(stay)
    .to_vec()
}

#[test]
fn a_day_worked_out_by_hand() {
    let report = made(None, Period::day(DAY), &a_day(), &[]);
    let all = &report.totals;
    // a b c d e f g g h
    assert_eq!((all.came, all.served, all.left, all.dropped, all.waiting, all.open), (9, 6, 2, 1, 0, 1));
    assert_eq!(all.messages, 1);
    // a 10, b 20, c 5, g 10, g 0; in order 0 5 10 10 20.
    assert_eq!(all.wait, Times { count: 5, median: Some(10), p90: Some(20) });
    // a 20, b 40, c 160, g 10; in order 10 20 40 160.
    assert_eq!(all.first_reply, Times { count: 4, median: Some(20), p90: Some(160) });
    // In time: a, g. Late: b, c, and e, who left after a minute. Not measured: d, f, and g given back within 25 s.
    assert_eq!(all.level, Level { of: 5, within: 2 });
    assert_eq!(all.message_level, Level { of: 1, within: 1 });
    // a 300, b 120 + 120, g 15, h 1200; c and g are not over.
    assert_eq!(all.handling, Times { count: 4, median: Some(240), p90: Some(1200) });
    assert_eq!((all.replies, all.transferred, all.requeued, all.released), (9, 2, 1, 1));
    assert_eq!((all.ratings, all.rating()), ([1, 0, 0, 1, 1], Some(10.0 / 3.0)));
    assert_eq!(all.needless, 2, "b by its wrap-up, g without a word");

    let reasons: Vec<_> = report.reasons.iter().map(|(reason, it)| (*reason, it.came)).collect();
    assert_eq!(
        reasons,
        [(None, 1), (Some(Reason::Anger), 1), (Some(Reason::Asked), 6), (Some(Reason::Safety), 1)]
    );
    let groups: Vec<_> =
        report.groups.iter().map(|(id, it)| (id.as_str(), it.came, it.served, it.waiting)).collect();
    assert_eq!(groups, [("after", 5, 3, 1), ("sale", 5, 3, 0)]);
    let people: Vec<_> = report
        .people
        .iter()
        .map(|(agent, it)| (agent.name.as_str(), it.came, it.replies, it.requeued, it.first_reply.median))
        .collect();
    // An: a 10 and b 20 after taking, c without a word. Bei: b 10, c 30, g none, g 10.
    assert_eq!(people, [("an", 4, 5, 1, Some(10)), ("bei", 4, 4, 0, Some(10))]);
    assert_eq!(report.people[1].1.level, Level { of: 3, within: 3 });
    let hours: Vec<_> =
        report.hours.iter().map(|it| it.came).enumerate().filter(|(_, came)| *came > 0).collect();
    assert_eq!(hours, [(8, 1), (9, 2), (10, 1), (11, 2), (12, 1), (13, 2)]);
    let moved = |from: &str, to, count| Move { from: from.to_owned(), to, count };
    assert_eq!(
        report.moves,
        [
            moved("after", MovedTo::Bot, 1),
            moved("sale", MovedTo::Person, 1),
            moved("sale", MovedTo::Group("after".to_owned()), 1),
            moved("sale", MovedTo::Queue, 1),
        ]
    );
    assert_eq!(
        report.wrap_ups,
        [(None, 1), (Some("bot_could".to_owned()), 1), (Some("solved".to_owned()), 2)]
    );
}

#[test]
fn a_persons_own_figures_are_of_what_they_had() {
    let bei = AgentId::from("bei");
    let report = made(Some(&bei), Period::day(DAY), &a_day(), &[missed("x", "09:00:00", true)]);
    let all = &report.totals;
    assert_eq!((all.came, all.served, all.left, all.open, all.replies), (4, 4, 0, 1, 4));
    assert_eq!(all.first_reply, Times { count: 3, median: Some(10), p90: Some(30) });
    assert_eq!(report.people.len(), 1, "nobody else's");
    assert_eq!(report.people[0].1, *all);
    assert_eq!(report.missed, Misses::default(), "what nobody had is nobody's");
}

fn missed(id: &str, when: &str, asked: bool) -> Missed {
    let touched_at = at(when);
    Missed { conversation: id.into(), touched_at, rated_badly: true, asked, unanswered: false }
}

#[test]
fn misses_are_counted_by_what_shows_them_and_on_their_day() {
    let all = [
        missed("x", "09:00:00", true),
        missed("y", "23:59:59", false),
        missed("z", "+1 00:00:00", true),
        missed("late", "+1 08:00:00", true),
    ];
    let period = Period::new(DAY, DAY.tomorrow().unwrap()).unwrap();
    let report = made(None, period, &[], &all);
    assert_eq!(report.missed, Misses { conversations: 4, rated_badly: 4, asked: 3, unanswered: 0 });
    assert_eq!(report.days.iter().map(|day| day.missed).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(made(None, Period::day(DAY), &[], &all).missed.conversations, 2);
}

#[test]
fn a_visit_counts_on_the_day_it_began_whatever_follows() {
    let stints = [
        stay("a 1 sale asked an 1 23:59:00 23:59:10 23:59:20 +1_00:05:00 transferred - -"),
        stay("a 2 sale asked bei 1 +1_00:05:00 +1_00:05:00 +1_00:05:10 +1_00:10:00 closed solved 5"),
    ];
    let today = made(None, Period::day(DAY), &stints, &[]);
    let tomorrow = made(None, Period::day(DAY.tomorrow().unwrap()), &stints, &[]);
    assert_eq!((today.totals.came, today.totals.replies, today.people.len()), (1, 2, 2));
    assert_eq!((tomorrow.totals.came, tomorrow.people.len()), (0, 0));
    // Without its beginning, what is handed on stands for itself.
    assert_eq!(made(None, Period::day(DAY.tomorrow().unwrap()), &stints[1..], &[]).totals.came, 1);
}

#[test]
fn periods_are_whole_days_and_not_too_many() {
    let (first, last) = (date(2026, 1, 1), date(2026, 4, 2));
    assert_eq!(Period::new(first, last).unwrap().days().count(), 92);
    assert_eq!(Period::new(first, date(2026, 4, 3)), Err(PeriodError::TooLong));
    assert_eq!(Period::new(last, first), Err(PeriodError::Backwards));
    // A night in which clocks are set forward has 23 hours.
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let (from, until) = Period::day(date(2026, 3, 29)).moments(&berlin);
    assert_eq!(until.duration_since(from), SignedDuration::from_hours(23));
    for day in [Date::MIN, Date::MAX] {
        let (from, until) = Period::day(day).moments(&berlin);
        assert!(from <= until);
    }
}

fn moments() -> impl Strategy<Value = Timestamp> {
    // Close together, so that orders of all kinds are met, and now and then anywhere.
    let begin = at("00:00:00").as_second();
    prop_oneof![
        9 => (-90_000_i64..180_000).prop_map(move |seconds| Timestamp::from_second(begin + seconds).unwrap()),
        1 => (Timestamp::MIN.as_second()..Timestamp::MAX.as_second())
            .prop_map(|seconds| Timestamp::from_second(seconds).unwrap()),
    ]
}

fn any_stint() -> impl Strategy<Value = StintOf> {
    let ended = proptest::sample::select(vec![
        None,
        Some(Ended::Closed),
        Some(Ended::Released),
        Some(Ended::Transferred),
        Some(Ended::Requeued),
        Some(Ended::Left),
    ]);
    let reasons = proptest::sample::select(vec![None, Some(Reason::Asked), Some(Reason::Anger)]);
    let wrap_ups = proptest::sample::select(vec![None, Some("solved"), Some("bot_could"), Some("gone")]);
    let times = (
        moments(),
        proptest::option::of(moments()),
        proptest::option::of(moments()),
        proptest::option::of(moments()),
    );
    (
        0..6_u8,
        1..6_u64,
        0..3_u8,
        0..4_u8,
        reasons,
        times,
        (ended, wrap_ups),
        (0..9_u32, proptest::option::of(0..8_u8)),
    )
        .prop_map(
            |(conversation, number, group, who, reason, times, (ended, wrap_up), (replies, rating))| {
                let mut stint = Stint::waiting(number, format!("g{group}"), reason, 0, times.0);
                (stint.taken_at, stint.first_reply_at, stint.ended_at) = (times.1, times.2, times.3);
                stint.agent = (0 < who)
                    .then(|| Staff { id: format!("a{who}").into(), name: format!("名{who}{replies}") });
                (stint.ended, stint.replies, stint.rating) = (ended, replies, rating);
                stint.wrap_up = wrap_up.map(str::to_owned);
                StintOf { conversation: format!("c{conversation}").into(), shop: "demo".into(), stint }
            },
        )
}

/// Stays of which no two have the same conversation and number.
fn any_stints() -> impl Strategy<Value = Vec<StintOf>> {
    proptest::collection::vec(any_stint(), 0..40).prop_map(|stints| {
        let mut known = BTreeSet::new();
        stints.into_iter().filter(|of| known.insert((of.conversation.clone(), of.stint.number))).collect()
    })
}

/// What is summed up, as one list.
fn sums(it: &Figures) -> [u64; 14] {
    [
        it.came,
        it.served,
        it.left,
        it.dropped,
        it.waiting,
        it.open,
        it.messages,
        it.replies,
        it.transferred,
        it.requeued,
        it.released,
        it.rated(),
        it.needless,
        it.handling.count,
    ]
}

fn sum<'a>(parts: impl Iterator<Item = &'a Figures>) -> [u64; 14] {
    parts.fold([0; 14], |mut all, it| {
        all.iter_mut().zip(sums(it)).for_each(|(all, one)| *all += one);
        all
    })
}

proptest! {
    #[test]
    fn sums_add_up_and_shares_are_shares(stints in any_stints(), whose in 0..4_u8) {
        let period = Period::new(DAY.yesterday().unwrap(), DAY.tomorrow().unwrap()).unwrap();
        let whose = AgentId::from(format!("a{whose}"));
        for whose in [None, Some(&whose)] {
            let report = made(whose, period, &stints, &[]);
            let all = &report.totals;
            prop_assert_eq!(all.came, all.served + all.left + all.dropped + all.waiting);
            prop_assert_eq!(sum(report.reasons.iter().map(|(_, it)| it)), sums(all));
            prop_assert_eq!(sum(report.days.iter().map(|day| &day.figures)), sums(all));
            prop_assert_eq!(sum(report.hours.iter()), sums(all));
            let parts = sum(report.groups.iter().map(|(_, it)| it));
            prop_assert!(all.came <= parts[0], "every visit is some group's");
            prop_assert_eq!(parts[7], all.replies);
            let moved: u64 = report.moves.iter().map(|it| it.count).sum();
            prop_assert_eq!(moved, all.transferred + all.requeued + all.released);
            for it in [all].into_iter().chain(report.people.iter().map(|(_, it)| it)) {
                prop_assert!(it.level.within <= it.level.of && it.level.of + it.message_level.of <= it.came);
                prop_assert!(it.wait.median <= it.wait.p90 && it.handling.median <= it.handling.p90);
                prop_assert!(it.open <= it.served && it.needless <= it.served);
                prop_assert!(it.rating().is_none_or(|mean| (1.0..=5.0).contains(&mean)));
            }
        }
    }

    #[test]
    fn the_order_of_stays_does_not_matter(stints in any_stints(), seed in any::<u64>()) {
        let period = Period::new(DAY.yesterday().unwrap(), DAY.tomorrow().unwrap()).unwrap();
        let mut others = stints.clone();
        others.sort_by_key(|of| (of.stint.number.wrapping_mul(seed | 1), of.conversation.clone()));
        prop_assert_eq!(made(None, period, &stints, &[]), made(None, period, &others, &[]));
    }
}
