//! Conversations as short scripts, and what is counted of them.

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use super::{Answers, Bought, Line, Talk, Tally, What};
use crate::{
    domain::{Locale, PromotionId},
    insight::Period,
};

/// Minutes after the beginning of the day that is counted, in Shanghai.
fn at(minutes: i64) -> Timestamp {
    let midnight: Timestamp = "2026-11-10T16:00:00Z".parse().expect("a moment");
    midnight + minutes.minutes()
}

/// `> ` is the shopper, `p` a person, all else the bot's source and intent; before it stands the minute.
fn talk(id: &str, script: &[(i64, &str)]) -> Talk {
    let lines = script.iter().map(|(minute, said)| {
        let what = match *said {
            ">" => What::Shopper,
            "p" => What::Person,
            said => {
                let (source, intent) = said.split_once('/').unwrap_or((said, ""));
                let intent = (!intent.is_empty()).then(|| intent.to_owned());
                let promotions = if source == "quote" { vec!["n11".into()] } else { Vec::new() };
                What::Bot { intent, source: source.to_owned(), promotions }
            }
        };
        Line { at: at(*minute), what }
    });
    Talk {
        conversation: id.into(),
        shopper: None,
        locale: Locale::ZhHans,
        product: None,
        rating: None,
        handed: Vec::new(),
        lines: lines.collect(),
    }
}

fn count(talks: &[Talk], orders: &[Bought], now: i64) -> Answers {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let day = at(0).to_zoned_datetime(zone.clone()).date();
    let mut tally = Tally::new(Period::day(day), zone, at(now));
    talks.iter().for_each(|talk| tally.add(talk));
    tally.answers(orders)
}

const LATER: i64 = 10_000;

#[test]
fn a_visit_is_resolved_when_it_was_answered_and_nobody_had_to_help() {
    let fee = "faq:fee/return.fee";
    let rated = |rating| Talk { rating: Some((at(3), rating)), ..talk("a", &[(0, ">"), (1, fee)]) };
    let handed = Talk { handed: vec![at(1)], ..talk("a", &[(0, ">"), (1, fee)]) };
    // visits, resolved, repeated, undecided
    for (what, talks, expected) in [
        ("answered", vec![talk("a", &[(0, ">"), (1, fee)])], [1, 1, 0, 0]),
        (
            "not understood at the end",
            vec![talk("a", &[(0, ">"), (1, fee), (2, ">"), (3, "unknown")])],
            [1, 0, 0, 0],
        ),
        (
            "understood in the end",
            vec![talk("a", &[(0, ">"), (1, "clarify"), (2, ">"), (3, fee)])],
            [1, 1, 0, 0],
        ),
        ("asked back at the end", vec![talk("a", &[(0, ">"), (1, "clarify/return.fee")])], [1, 0, 0, 0]),
        ("not answered", vec![talk("a", &[(0, ">")])], [1, 0, 0, 0]),
        ("answered by a person", vec![talk("a", &[(0, ">"), (1, "p")])], [1, 0, 0, 0]),
        ("handed over", vec![handed], [1, 0, 0, 0]),
        ("rated badly", vec![rated(2)], [1, 0, 0, 0]),
        ("rated so-so", vec![rated(3)], [1, 1, 0, 0]),
        ("the bot alone", vec![talk("a", &[(0, "remind")])], [0, 0, 0, 0]),
        ("the same again", vec![talk("a", &[(0, ">"), (1, fee), (60, ">"), (61, fee)])], [2, 1, 1, 0]),
        ("the same in a breath", vec![talk("a", &[(0, ">"), (1, fee), (30, ">"), (31, fee)])], [1, 1, 0, 0]),
        (
            "something else",
            vec![talk("a", &[(0, ">"), (1, fee), (60, ">"), (61, "x/price.ask")])],
            [2, 2, 0, 0],
        ),
        (
            "hello again",
            vec![talk("a", &[(0, ">"), (1, "chat/chat.greet"), (60, ">"), (61, "chat/chat.greet")])],
            [2, 2, 0, 0],
        ),
        (
            "another guest",
            vec![talk("a", &[(0, ">"), (1, fee)]), talk("b", &[(60, ">"), (61, fee)])],
            [2, 2, 0, 0],
        ),
        ("two days later", vec![talk("a", &[(0, ">"), (1, fee), (1442, ">"), (1443, fee)])], [1, 1, 0, 0]),
        ("the next day", vec![talk("a", &[(0, ">"), (1, fee), (1440, ">"), (1441, fee)])], [1, 0, 1, 0]),
    ] {
        let total = count(&talks, &[], LATER).total;
        assert_eq!([total.visits, total.resolved, total.repeated, total.undecided], expected, "{what}");
    }
    let young = [talk("a", &[(0, ">"), (1, fee)]), talk("b", &[(0, ">"), (1, "unknown")])];
    let soon = count(&young, &[], 1441).total;
    assert_eq!((soon.resolved, soon.undecided, soon.hopeful, soon.resolved_share()), (0, 2, 1, None));
}

#[test]
fn a_signed_in_shopper_is_the_same_in_every_conversation() {
    let of = |id, minute| Talk {
        shopper: Some("li".into()),
        ..talk(id, &[(minute, ">"), (minute + 1, "faq:fee/return.fee")])
    };
    let total = count(&[of("a", 0), of("b", 300)], &[], LATER).total;
    assert_eq!((total.resolved, total.repeated), (1, 1));
}

#[test]
fn answers_are_counted_by_what_they_were() {
    let script = [
        (61, ">"),
        (62, ">"),
        (63, "unknown"),
        (64, ">"),
        (65, "oos"),
        (66, ">"),
        (67, "clarify"),
        (68, "remind"),
        (69, ">"),
        (70, "faq:fee/return.fee"),
        (71, ">"),
        (72, "p"),
    ];
    let answers = count(&[talk("a", &script)], &[], LATER);
    let total = &answers.total;
    assert_eq!(
        [total.asked, total.answered, total.unknown, total.clarified, total.out_of_scope],
        [6, 5, 2, 1, 1]
    );
    assert_eq!(total.understood(), Some(0.4));
    assert_eq!((answers.first_response.median, answers.length.median), (Some(120_000), Some(6)));
    assert_eq!(answers.hours[1], *total);
    assert_eq!(answers.days[0].1, *total);
    assert_eq!(answers.locales["zh-Hans"], *total);
    assert_eq!(answers.faq["fee"].count, 1);
    assert_eq!(answers.intents.keys().collect::<Vec<_>>(), ["return.fee"]);
    assert_eq!(answers.pages[&None].visits, 1);
}

#[test]
fn orders_and_promotions_are_those_of_who_asked() {
    let asked = Talk { shopper: Some("li".into()), ..talk("a", &[(60, ">"), (61, "quote/promo.calculate")]) };
    let order = |shopper: &str, minute| Bought {
        shopper: shopper.into(),
        at: at(minute),
        minor: 19_900,
        promotions: vec!["n11".into()],
    };
    let orders = [order("li", 59), order("li", 60), order("li", 1500), order("li", 1501), order("wang", 70)];
    let again = Talk { shopper: Some("li".into()), ..talk("b", &[(120, ">"), (121, "chat/chat.greet")]) };
    let answers = count(&[asked, again], &orders, LATER);
    // The order at minute 1501 is touched by the second visit.
    assert_eq!(answers.orders, (3, 59_700));
    let promotion = answers.promotions[&PromotionId::from("n11")];
    assert_eq!((promotion.quoted, promotion.used), (1, 3));
}

#[test]
fn visits_count_on_the_day_they_began() {
    let late = talk("a", &[(-10, ">"), (-9, "chat"), (5, ">"), (6, "chat")]);
    assert_eq!(count(&[late], &[], LATER).total.visits, 0);
    let last = talk("a", &[(1439, ">"), (1441, "chat")]);
    assert_eq!(count(&[last], &[], LATER).hours[23].visits, 1);
    assert_eq!(count(&[talk("a", &[(1440, ">"), (1441, "chat")])], &[], LATER).total.visits, 0);
}
