//! When a person takes over.

use super::World;
use crate::{dialogue::step, domain::Content};

#[test]
fn urgent_words_call_a_person_at_once_whatever_is_under_way() {
    for (words, intent, reason) in [
        ("转人工", "human.request", Some("asked")),
        ("I want to talk to a human", "human.request", Some("asked")),
        ("再不处理我就打12315", "complaint", Some("threat")),
        ("充电宝冒烟了", "item.defective", Some("safety")),
        ("这个会不会漏电", "product.attribute", None),
        ("扣了我两次钱", "payment.problem", Some("fraud")),
        ("我要找律师", "complaint", Some("legal")),
        ("给你们差评", "complaint", Some("keyword")),
        ("之前人工客服跟我说这个是可以退的呀", "human.request", None),
        ("你们服务真差", "complaint", None),
    ] {
        let mut world = World::new();
        world.page.product = Some("tee".into());
        world.say("退那双鞋", "return.request");
        let said = world.say(words, intent);
        let got = said.handoff().map(|handoff| handoff.reason.code());
        assert_eq!(got, reason, "{words}: {}", said.text);
        assert_eq!(said.keys().contains(&"handoff.queued"), reason.is_some(), "{words}");
    }
}

#[test]
fn the_person_is_told_what_is_known() {
    let mut world = World::new();
    world.say("那双鞋太小了，想退货", "return.request");
    let handoff = world.say("转人工", "human.request").handoff().unwrap().clone();
    let slot =
        |name: &str| handoff.slots.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(
        (slot("order"), slot("lines"), slot("reason")),
        (Some("20261110002"), Some("2×1"), Some("size"))
    );
    assert_eq!(handoff.about, Some(crate::domain::Shown::Order("20261110002".into())));
    assert!(handoff.summary.iter().any(|line| line.contains("转人工")), "{:?}", handoff.summary);
    assert!(world.state.flows.is_empty());
}

#[test]
fn a_person_comes_after_two_misses_three_repeats_or_rising_anger() {
    let mut missed = World::guest();
    assert_eq!(missed.say("嘎嘎", "").keys(), ["unknown.first"]);
    assert_eq!(missed.say("咕咕", "").handoff().unwrap().reason.code(), "not_understood");

    let mut interrupted = World::guest();
    interrupted.say("嘎嘎", "");
    interrupted.say("你好", "chat.greet");
    assert!(interrupted.say("咕咕", "").handoff().is_none(), "misses count in a row");

    let mut repeated = World::guest();
    for turn in 1..=3 {
        let said = repeated.say("包邮吗", "shipping.fee");
        assert_eq!(said.handoff().map(|handoff| handoff.reason.code()), (turn == 3).then_some("repeated"));
    }

    let mut angry = World::guest();
    let reasons: Vec<_> = (0..3)
        .filter_map(|_| angry.say("气死我了", "chat.insult").handoff().map(|handoff| handoff.reason.code()))
        .collect();
    assert_eq!(reasons.first(), Some(&"anger"));
}

#[test]
fn out_of_hours_it_says_when_people_are_back() {
    let mut world = World::guest();
    world.people_open = false;
    world.now = "2026-11-23T23:30:00+08:00[Asia/Shanghai]".parse().unwrap();
    let said = world.say("转人工", "human.request");
    assert_eq!(said.keys(), ["handoff.away"]);
    assert!(said.text.contains("明天 09:00") && said.handoff().is_some(), "{}", said.text);
}

#[test]
fn a_vip_gets_a_person_once() {
    let mut world = World::new();
    world.shopper.as_mut().unwrap().level = "diamond".into();
    assert!(world.say("你好", "chat.greet").handoff().is_none());
    assert_eq!(world.say("快递到哪了", "shipping.track").handoff().unwrap().reason.code(), "vip");
    assert!(
        world.say("快递到哪了", "shipping.track").handoff().is_none(),
        "the way back to the assistant stays"
    );
}

#[test]
fn only_offered_choices_are_accepted() {
    let mut world = World::guest();
    world.say("嘎嘎", "");
    for (choice, accepted) in [("handoff:yes", true), ("order:1", false), ("", false)] {
        assert_eq!(step::accepts(&world.state, choice), accepted, "{choice}");
    }
    world.send(Content::Choice("handoff:no".into()));
    assert!(!step::accepts(&world.state, "handoff:yes"), "an old row of buttons");
}
