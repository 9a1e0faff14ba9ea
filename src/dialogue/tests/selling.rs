//! Goods compared and waited for, money that a rule gives, reviews drafted, doubts about fakes.

use jiff::SignedDuration;

use super::{World, builder, play};
use crate::{
    dialogue::{Input, flows, looks_again_at},
    domain::{
        Act, Shown,
        act::ChangeRequest,
        trade::{TicketKind, TicketState},
    },
    shop::FLOWS,
};

fn looks_again(said: &builder::Said) -> bool {
    said.acts.iter().any(|act| matches!(act, Act::LookAgain(_)))
}

fn later(world: &mut World, time: SignedDuration) -> builder::Said {
    world.now = world.now.checked_add(time).unwrap();
    world.turn(Input::Silence)
}

#[test]
fn what_is_waited_for_is_told_once() {
    let mut world = World::guest();
    play(
        &mut world,
        &[
            (
                "纯棉T恤黑色M码什么时候补货",
                "product.availability",
                &["stock.gone", "restock.no_date", "restock.offer"],
            ),
            ("> yes", "", &["restock.noted"]),
        ],
    );
    assert_eq!(world.state.watched.len(), 1);
    let policy = builder::policy();
    assert!(looks_again_at(&policy, &world.state, world.now.timestamp(), world.now.time_zone()).is_some());
    let still_gone = later(&mut world, SignedDuration::from_mins(30));
    assert!(still_gone.keys().is_empty() && looks_again(&still_gone), "{}", still_gone.text);
    world.products[0].variants[0].stock = 0;
    world.products[0].variants[1].stock = 3;
    let back = later(&mut world, SignedDuration::from_hours(2));
    assert_eq!(back.keys(), ["restock.back"]);
    assert!(back.text.contains("黑色 M"), "{}", back.text);
    assert!(world.state.watched.is_empty());
    let after = later(&mut world, SignedDuration::from_hours(2));
    assert!(after.keys().is_empty() && !looks_again(&after));
}

#[test]
fn nobody_is_told_at_night_nor_after_thirty_days_nor_when_called_off() {
    let wish = |world: &mut World| {
        play(
            world,
            &[("纯棉T恤黑色M码有货了叫我", "product.availability", &["stock.gone", "restock.noted"])],
        );
    };
    let mut night = World::new();
    night.shop.policy.reminders.quiet = Some((jiff::civil::time(22, 0, 0, 0), jiff::civil::time(8, 0, 0, 0)));
    wish(&mut night);
    night.products[0].variants[1].stock = 3;
    let said = later(&mut night, SignedDuration::from_hours(13));
    assert!(said.keys().is_empty() && looks_again(&said));
    assert_eq!(later(&mut night, SignedDuration::from_hours(10)).keys(), ["restock.back"]);

    let mut month = World::new();
    wish(&mut month);
    let said = later(&mut month, SignedDuration::from_hours(24 * 31));
    assert!(said.keys().is_empty() && !looks_again(&said) && month.state.watched.is_empty());

    let mut off = World::new();
    wish(&mut off);
    play(&mut off, &[("不用通知了", "chat.deny", &["restock.called_off"])]);
    off.products[0].variants[1].stock = 3;
    assert!(later(&mut off, SignedDuration::from_hours(1)).keys().is_empty());
}

#[test]
fn a_wish_outlives_a_system_that_is_away() {
    let mut world = World::new();
    play(&mut world, &[("纯棉T恤黑色M码有货了叫我", "product.availability", &["restock.noted"])]);
    world.systems_down = true;
    let said = later(&mut world, SignedDuration::from_hours(1));
    assert!(said.keys().is_empty() && looks_again(&said) && world.state.watched.len() == 1);
}

#[test]
fn several_products_are_told_apart_and_pointed_at_afterwards() {
    let mut world = World::new();
    let turns = play(
        &mut world,
        &[
            ("纯棉T恤和轻便跑步鞋哪个好", "product.recommend", &["compare.prices", "compare.honest"]),
            ("那哪个便宜", "?promo.calculate", &["compare.cheaper"]),
        ],
    );
    assert!(turns[0].text.contains("①纯棉T恤") && turns[0].text.contains("②轻便跑步鞋"), "{}", turns[0].text);
    assert_eq!(world.state.shown, [Shown::Product("tee".into()), Shown::Product("shoe".into())]);
    let taken = world.say("就要第二个", "oos");
    assert_eq!(taken.keys(), ["compare.taken"]);
    assert_eq!(world.state.topic, Some(Shown::Product("shoe".into())));
}

fn late() -> World {
    let mut world = World::new();
    world.now = "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse().unwrap();
    world
}

#[test]
fn the_rule_gives_its_amount_once_an_order() {
    let mut world = late();
    let turns = play(
        &mut world,
        &[
            ("迟迟不发货，赔钱", "compensation.request", &["compensation.offer"]),
            ("> yes", "", &["return.submitting"]),
        ],
    );
    let change = turns[1].change().unwrap().clone();
    let ChangeRequest::OpenTicket { kind, amount, .. } = &change.request else { panic!("a ticket") };
    assert_eq!((*kind, *amount), (TicketKind::Compensation, builder::yuan("5")));
    assert!(world.carry_out(&change).keys().contains(&"service.opened"));
    world.tickets[0].state = TicketState::Done;
    let again = world.say("发货晚了，赔钱", "compensation.request");
    assert_eq!(again.keys(), ["compensation.already"]);
}

#[test]
fn more_than_the_rule_is_a_persons_and_less_than_late_is_nothing() {
    let mut world = late();
    play(&mut world, &[("发货太慢，赔钱", "compensation.request", &["compensation.offer"])]);
    let more = world.say("太少了", "chat.deny");
    assert!(more.keys().contains(&"compensation.no_more") && more.handoff().is_some());
    let mut early = World::new();
    let none = early.say("发货太慢，赔钱", "compensation.request");
    assert_eq!(none.keys(), ["compensation.none_late"]);
    assert!(none.change().is_none());
}

#[test]
fn a_draft_names_what_was_bought_and_pays_for_nothing() {
    let mut world = World::new();
    let turns = play(
        &mut world,
        &[
            ("帮我写个好评，有返现吗", "oos", &["review.no_pay", "review.which"]),
            ("第二个", "", &["review.draft"]),
        ],
    );
    assert!(turns[1].text.contains("轻便跑步鞋") && turns[1].text.contains('〔'), "{}", turns[1].text);
}

#[test]
fn a_suspected_fake_goes_to_a_person_at_once() {
    for (words, person) in [("我买的这个是假货", true), ("这是假货吧", true), ("会不会是假货", false)]
    {
        let mut world = World::new();
        let said = world.say(words, "product.authenticity");
        assert_eq!(said.handoff().is_some(), person, "{words}: {}", said.text);
    }
}

#[test]
fn what_is_off_is_not_started_and_handing_over_never_is() {
    let mut names: Vec<&str> = flows::ids().filter(|id| *id != "handoff").collect();
    names.sort_unstable();
    assert_eq!(names, FLOWS);
    let mut world = late();
    world.shop.flows_off = vec!["compare".into(), "compensation".into(), "restock".into()];
    for (words, intent, key) in [
        ("纯棉T恤和轻便跑步鞋哪个好", "product.compare", "unknown.topic"),
        ("发货太慢，赔钱", "compensation.request", "unknown.topic"),
        ("纯棉T恤黑色M码什么时候补货", "product.availability", "stock.gone"),
    ] {
        let said = world.say(words, intent);
        assert_eq!(said.keys()[0], key, "{words}");
        assert!(!said.keys().iter().any(|key| key.starts_with("restock.")), "{words}");
    }
    assert!(world.say("转人工", "human.request").handoff().is_some());
}
