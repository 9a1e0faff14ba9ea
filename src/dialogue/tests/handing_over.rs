//! When a person takes over.

use super::World;
use crate::{
    dialogue::step,
    domain::{Act, Content, Locale, Localized, Mode, Reason},
    shop::people::{Group, Route},
};

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
    assert!(handoff.summary.iter().any(|line| line.contains("那双鞋太小了")), "{:?}", handoff.summary);
    assert!(world.state.flows.is_empty());
}

#[test]
fn what_it_is_about_is_what_was_said_last_that_says_something() {
    for (said, told, not) in [
        (&[("在吗", "chat.greet"), ("转人工", "human.request")][..], "转人工", "诉求"),
        (
            &[("营业到几点", "store.info"), ("我要投诉你们", "complaint"), ("转人工", "human.request")],
            "我要投诉你们",
            "营业到几点",
        ),
        (&[("包邮吗", "shipping.fee"), ("嘎嘎", ""), ("咕咕", "")], "咕咕", "包邮吗"),
    ] {
        let mut world = World::guest();
        let (last, before) = said.split_last().unwrap();
        for (words, intent) in before {
            world.say(words, intent);
        }
        let summary = world.say(last.0, last.1).handoff().unwrap().summary.join(" ");
        assert!(summary.contains(told) && !summary.contains(not), "{said:?}: {summary}");
    }
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

#[test]
fn it_is_routed_by_what_was_asked_by_whom_and_why() {
    let route = |group: &str| Route { group: group.into(), ..Route::default() };
    let mut world = World::new();
    let rules = &mut world.shop.handoff;
    rules.groups = ["sale", "after_sale", "vip", "english", "safety"]
        .map(|id| Group { id: id.into(), name: Localized::zh(id) })
        .to_vec();
    rules.routes = vec![
        Route { levels: vec!["diamond".into()], priority: 7, ..route("vip") },
        Route { locales: vec![Locale::En], ..route("english") },
        Route { reasons: vec![Reason::Safety], ..route("safety") },
        Route { intents: vec!["return.".into()], ..route("after_sale") },
    ];
    let routed = |level: &str, before: Option<(&str, &str)>, words: &str, intent: &str| {
        let mut world = World { shop: world.shop.clone(), ..World::new() };
        world.shopper.as_mut().unwrap().level = level.into();
        if let Some((words, intent)) = before {
            world.say(words, intent);
        }
        let handoff = world.say(words, intent).handoff().unwrap().clone();
        (handoff.group, handoff.priority)
    };
    for (level, before, words, intent, expected) in [
        ("", None, "转人工", "human.request", ("sale", 0)),
        ("", Some(("退那双鞋", "return.request")), "转人工", "human.request", ("after_sale", 0)),
        ("", None, "充电宝冒烟了", "item.defective", ("safety", 40)),
        ("diamond", None, "充电宝冒烟了", "item.defective", ("vip", 47)),
        ("", None, "I want to talk to a human", "human.request", ("english", 0)),
        ("", None, "我要找律师", "complaint", ("sale", 20)),
    ] {
        let (group, priority) = routed(level, before, words, intent);
        assert_eq!((group.as_str(), priority), expected, "{level} {words}");
    }
}

#[test]
fn a_message_left_out_of_hours_keeps_how_to_reach_the_shopper_and_is_promised_an_answer() {
    let mut world = World::guest();
    world.people_open = false;
    world.now = "2026-11-23T23:30:00+08:00[Asia/Shanghai]".parse().unwrap();
    let handoff = world.say("转人工，我的电话13800000001", "human.request").handoff().unwrap().clone();
    // People are back at nine and answer within four hours.
    let promised =
        handoff.promised.map(|at| at.to_zoned_datetime(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()));
    assert_eq!(promised.unwrap().strftime("%m-%d %H:%M").to_string(), "11-24 13:00");
    world.mode = Mode::Message;
    for (words, key, contact) in [
        ("衣服破了", "message.taken", None),
        ("微信联系我 13900001111", "message.contact_taken", Some("13900001111")),
        ("写信到 lin.x@example.com 吧", "message.contact_taken", Some("lin.x@example.com")),
        ("@客服 在吗", "message.taken", None),
    ] {
        let said = world.say(words, "");
        let noted = said
            .acts
            .iter()
            .find_map(|act| if let Act::Contact(how) = act { Some(how.as_str()) } else { None });
        assert_eq!((said.keys(), noted), (vec![key], contact), "{words}");
    }
    // In the morning, whoever writes again goes into the queue; what the bot can answer it still answers.
    world.people_open = true;
    for (words, intent, expected) in [
        ("转人工", "human.request", &["handoff.queued"][..]),
        ("人呢", "", &["handoff.queued"]),
        ("发什么快递", "shipping.carrier", &["policy.carriers"]),
    ] {
        let said = world.say(words, intent);
        assert_eq!(
            (said.keys(), said.handoff().is_some()),
            (expected.to_vec(), expected == ["handoff.queued"]),
            "{words}"
        );
    }
}

#[test]
fn in_assist_hours_people_answer_everything_and_urgent_matters_keep_their_reason() {
    let mut world = World::guest();
    world.assist = true;
    let said = world.say("包邮吗", "shipping.fee");
    assert_eq!((said.keys(), said.handoff().unwrap().reason), (vec!["handoff.assist"], Reason::Assist));
    world.mode = Mode::Queue;
    assert_eq!(world.say("人呢", "chat.filler").keys(), [""; 0], "the bot says nothing in between");
    world.mode = Mode::Bot;
    assert_eq!(world.say("充电宝冒烟了", "item.defective").handoff().unwrap().reason, Reason::Safety);
    world.people_open = false;
    assert_eq!(world.say("包邮吗", "shipping.fee").handoff(), None, "nobody is there to answer");
}
