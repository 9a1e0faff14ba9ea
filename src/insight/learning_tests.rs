//! What conversations show to be learnt, and how it is gathered.

use std::collections::HashMap;

use jiff::Timestamp;

use super::learning::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn words(text: &str, second: i64) -> Line {
    Line::Words { text: text.to_owned(), at: at(second) }
}

fn bot(intent: &str, source: &str) -> Line {
    let intent = (!intent.is_empty()).then(|| intent.into());
    Line::Bot { intent, source: source.to_owned() }
}

fn course(rating: Option<u8>, lines: Vec<Line>) -> Course {
    Course { conversation: "c".into(), rating, lines }
}

/// What it is, the rating, what was said, and what it shows: words, why, what was meant, what a person answered.
type Row = (
    &'static str,
    Option<u8>,
    Vec<Line>,
    Vec<(&'static str, Why, Option<&'static str>, Option<&'static str>)>,
);

fn conversations() -> Vec<Row> {
    let person = |text: &str| Line::Person(text.to_owned());
    let choice = |value: &str| Line::Choice(value.to_owned());
    vec![
        ("fine", Some(5), vec![words("包邮吗", 1), bot("shipping.fee", "faq:x")], vec![]),
        (
            "goods not found",
            None,
            vec![words("有暖宝宝吗", 1), bot("product.search", "search:none")],
            vec![("有暖宝宝吗", Why::NotFound, None, None)],
        ),
        (
            "not understood",
            None,
            vec![words("嘎嘎", 1), bot("", "unknown")],
            vec![("嘎嘎", Why::NotUnderstood, None, None)],
        ),
        (
            "out of scope",
            None,
            vec![words("天气", 1), bot("", "oos")],
            vec![("天气", Why::OutOfScope, None, None)],
        ),
        (
            "corrected by a choice",
            None,
            vec![
                words("那个", 1),
                bot("", "clarify"),
                choice("intent:return.how"),
                bot("return.how", "faq:x"),
            ],
            vec![("那个", Why::Corrected, Some("return.how"), None)],
        ),
        (
            "asked back, and something else was said",
            None,
            vec![words("那个", 1), bot("", "clarify"), words("算了", 2), bot("chat.bye", "chat")],
            vec![("那个", Why::NotUnderstood, None, None)],
        ),
        (
            "handed over, and what a person said then",
            None,
            vec![words("定制要多久", 1), bot("order.place", "handoff"), person("一般七天")],
            vec![("定制要多久", Why::HandedOver, None, Some("一般七天"))],
        ),
        (
            "a person asked for",
            None,
            vec![words("转人工", 1), bot("human.request", "handoff"), person("您好")],
            vec![],
        ),
        (
            "the last answer of what was rated badly",
            Some(1),
            vec![
                words("你好", 1),
                bot("chat.greet", "chat"),
                words("能退吗", 2),
                bot("return.policy", "faq:x"),
            ],
            vec![("能退吗", Why::RatedBadly, None, None)],
        ),
        (
            "two at once have one answer",
            None,
            vec![words("在吗", 1), words("嘎嘎", 2), bot("", "unknown")],
            vec![("嘎嘎", Why::NotUnderstood, None, None)],
        ),
    ]
}

#[test]
fn what_a_conversation_shows() {
    for (what, rating, lines, expected) in conversations() {
        let found = misses(&course(rating, lines));
        let found: Vec<_> = found
            .iter()
            .map(|miss| {
                (
                    miss.text.as_str(),
                    miss.why,
                    miss.meant.as_ref().map(|it| it.as_str()),
                    miss.answer.as_deref(),
                )
            })
            .collect();
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn one_meaning_is_one_entry_the_most_frequent_first() {
    let vectors: HashMap<&str, Vec<f32>> = [
        ("能开专票吗", vec![1.0, 0.0]),
        ("可以开增值税专用发票吗", vec![0.95, 0.312]),
        ("狗能进店吗", vec![0.0, 1.0]),
    ]
    .into();
    let miss = |text: &str, second: i64, why: Why| Miss {
        text: text.to_owned(),
        at: at(second),
        why,
        meant: (why == Why::Corrected).then(|| "invoice.request".into()),
        answer: (second == 3).then(|| "可以的".to_owned()),
    };
    let all = [
        miss("狗能进店吗", 1, Why::NotUnderstood),
        miss("可以开增值税专用发票吗", 2, Why::Corrected),
        miss("能开专票吗", 3, Why::HandedOver),
        miss("能开专票吗", 9, Why::NotUnderstood),
        miss("没有向量", 4, Why::NotUnderstood),
    ];
    let found = cluster(&all, |text| vectors.get(text).map(Vec::as_slice), at(5));
    let first = &found[0];
    assert_eq!(first.wordings, [("能开专票吗".to_owned(), 2), ("可以开增值税专用发票吗".to_owned(), 1)]);
    assert_eq!((first.count, first.trend, first.span), (3, (2, 1), (at(2), at(9))));
    assert_eq!(first.meant.iter().next().map(|(id, n)| (id.as_str(), *n)), Some(("invoice.request", 1)));
    assert_eq!(first.answers, ["可以的"]);
    assert_eq!(found.iter().map(|cluster| cluster.count).sum::<u64>(), 5, "nothing is lost");
    assert_eq!(found.len(), 3);
}
