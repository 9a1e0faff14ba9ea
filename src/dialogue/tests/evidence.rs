//! Pictures in a conversation: evidence where goods are faulty or wrong, kept for people everywhere else.

use super::{
    World,
    builder::{self, Said},
    play,
};
use crate::domain::{Act, Content, PartKind, act::ChangeRequest};

fn picture(world: &mut World, id: &str) -> Said {
    world.send(Content::Image(id.to_owned()))
}

#[test]
fn a_fault_asks_for_a_photo_once_and_takes_all_that_come() {
    let mut world = World::new();
    play(&mut world, &[("那双鞋坏了，想退货", "return.request", &["return.ask_evidence"])]);
    let first = picture(&mut world, "p1");
    let keys = first.keys();
    assert_eq!(keys[..2], ["return.evidence_taken", "return.summary_money"]);
    assert!(keys.contains(&"return.evidence_attached") && !keys.contains(&"return.keep_photos"), "{keys:?}");
    assert_eq!(
        picture(&mut world, "p1").keys(),
        ["chat.image", "flow.back_to", "return.confirm_again"],
        "the same one"
    );
    assert_eq!(picture(&mut world, "p2").keys(), ["return.evidence_taken", "return.confirm_again"]);
    let confirmed = world.press("yes");
    let change = confirmed.change().expect("a ticket").clone();
    let ChangeRequest::OpenTicket { evidence, .. } = &change.request else { panic!("a ticket") };
    assert_eq!(evidence.as_slice(), ["p1".into(), "p2".into()]);
    let told = world.carry_out(&change);
    let shown = told.acts.iter().find_map(|act| match act {
        Act::Show(part) => match part.as_ref() {
            PartKind::Ticket { evidence, .. } => Some(evidence.clone()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(shown, Some(vec!["/api/v1/uploads/p1".to_owned(), "/api/v1/uploads/p2".to_owned()]));
}

#[test]
fn who_has_no_photo_goes_on_and_who_takes_one_is_waited_for() {
    for without in ["没有照片", "照片没有", "没拍", "没有", "我扔掉了", "I don't have one"] {
        let mut world = World::new();
        play(
            &mut world,
            &[
                ("那双鞋坏了，想退货", "return.request", &["return.ask_evidence"]),
                (without, "", &["return.summary_money", "return.keep_photos"]),
            ],
        );
    }
    let mut world = World::new();
    play(
        &mut world,
        &[
            ("那双鞋坏了，想退货", "return.request", &["return.ask_evidence"]),
            ("稍等，我拍一下", "", &["return.evidence_wait"]),
            ("好的", "chat.affirm", &["return.evidence_wait"]),
            ("运费谁出？", "return.fee", &["return.ask_evidence"]),
            ("> evidence:none", "", &["return.summary_money"]),
        ],
    );
}

#[test]
fn a_photo_before_the_word_is_evidence_too() {
    let mut world = World::new();
    assert_eq!(picture(&mut world, "p1").keys(), ["chat.image"]);
    assert_eq!(world.state.pictures, ["p1".into()]);
    let turns = play(
        &mut world,
        &[("那双鞋坏了，想退货", "return.request", &["return.summary_money", "return.evidence_attached"])],
    );
    assert!(!turns[0].keys().contains(&"return.ask_evidence"));
    assert!(world.state.pictures.is_empty());
}

#[test]
fn what_is_no_fault_of_the_seller_needs_no_photo() {
    let mut world = World::new();
    let turns = play(&mut world, &[("那双鞋太小了，想退货", "return.request", &["return.summary_money"])]);
    assert!(!turns[0].keys().contains(&"return.keep_photos"));
    let sent_all_the_same = picture(&mut world, "p1");
    assert_eq!(sent_all_the_same.keys(), ["return.evidence_taken", "return.confirm_again"]);
}

#[test]
fn staff_are_told_of_pictures() {
    let mut world = World::new();
    picture(&mut world, "p1");
    picture(&mut world, "p2");
    let said = world.say("转人工", "human.request");
    let summary = &said.handoff().expect("a person").summary;
    assert!(summary.iter().any(|line| line == "照片：2 张"), "{summary:?}");
    let mut stale = builder::World::new();
    picture(&mut stale, "p1");
    stale.now = stale.now.checked_add(jiff::ToSpan::days(9)).expect("a day");
    stale.say("你好", "chat.greet");
    assert!(stale.state.pictures.is_empty(), "what is long ago is about something else");
}
