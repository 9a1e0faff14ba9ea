//! The return flow: one question at a time, early and combined answers, corrections, interruptions, leaving.

use jiff::ToSpan;

use super::{World, play};
use crate::{
    dialogue::{Input, tests::builder},
    domain::{
        Content, SlotValue,
        act::ChangeRequest,
        trade::{LineState, TicketKind, TicketState},
    },
};

#[test]
fn a_return_from_the_first_word_to_the_ticket() {
    let mut world = World::new();
    let turns = play(
        &mut world,
        &[
            ("我要退货", "return.request", &["return.ask_order"]),
            ("> order:20261110002", "", &["return.ask_lines"]),
            ("> lines:1x2", "", &["return.ask_reason"]),
            (
                "> reason:size",
                "",
                &["return.summary_money", "return.payer_insurance", "return.send_back_until"],
            ),
            ("> yes", "", &["return.submitting"]),
        ],
    );
    assert!(
        turns[3].text.contains("纯棉T恤（白色 M）×2") && turns[3].text.contains("¥168.31"),
        "{}",
        turns[3].text
    );
    let change = turns[4].change().expect("a confirmed return opens a ticket").clone();
    let ChangeRequest::OpenTicket { kind, lines, amount, shipping_payer, state, .. } = &change.request else {
        panic!("a ticket")
    };
    assert_eq!((*kind, *state), (TicketKind::Return, TicketState::WaitingForGoods));
    assert_eq!((lines.as_slice(), *amount), (&[("1".into(), 2)][..], builder::yuan("168.31")));
    assert_eq!(shipping_payer, "insurance");
    let outcome = world.carry_out(&change);
    assert_eq!(outcome.keys(), ["return.opened", "return.next_send_back"]);
    assert!(outcome.text.contains("R1001") && outcome.text.contains("11月30日"), "{}", outcome.text);
    assert!(world.state.flows.is_empty());

    // The other line can still be returned; the claimed one can't.
    let again = play(
        &mut world,
        &[
            ("纯棉T恤也退，20261110002", "return.request", &["return.already"]),
            ("20261110002要退货", "return.request", &["return.ask_reason"]),
            ("不想要了", "return.request", &["return.summary_money"]),
        ],
    );
    assert!(again[2].text.contains("轻便跑步鞋"), "only the shoes are left: {}", again[2].text);
}

#[test]
fn what_was_said_before_it_is_asked_is_not_asked() {
    let mut world = World::new();
    let turns = play(
        &mut world,
        &[
            ("那双鞋太小了，想退货", "return.request", &["return.summary_money"]),
            ("确认", "chat.affirm", &["return.submitting"]),
        ],
    );
    assert!(
        turns[0].text.contains("轻便跑步鞋") && turns[0].text.contains("尺码不合适"),
        "{}",
        turns[0].text
    );
    assert!(turns[1].change().is_some());
}

#[test]
fn any_answer_can_be_corrected() {
    let mut world = World::new();
    let turns = play(
        &mut world,
        &[
            ("纯棉T恤退一件，不喜欢", "return.request", &["return.summary_money"]),
            ("换成两件", "", &["flow.noted", "return.summary_money"]),
            ("不对，是那双鞋", "chat.deny", &["flow.noted", "return.summary_money"]),
            ("还是换货吧", "exchange.request", &["flow.noted", "return.ask_want"]),
            ("黑色", "", &["return.summary_exchange"]),
            ("> no", "", &["return.ask_change"]),
            ("> change:reason", "", &["return.ask_reason"]),
            ("质量问题", "item.defective", &["return.ask_evidence"]),
            ("> evidence:none", "", &["return.summary_exchange", "return.payer_seller"]),
        ],
    );
    let amounts = ["¥84.16", "¥168.31", "¥239.00"];
    for (turn, amount) in turns.iter().zip(amounts) {
        assert!(turn.text.contains(amount), "{}", turn.text);
    }
    assert!(turns[2].text.contains("轻便跑步鞋") && !turns[2].text.contains("T恤"), "{}", turns[2].text);
    for (turn, now) in
        turns[1..4].iter().zip(["商品改为纯棉T恤（白色 M）×2", "商品改为轻便跑步鞋", "处理方式改为换货"])
    {
        assert!(turn.text.contains(now), "what is now meant is named: {}", turn.text);
    }
    let last = world.press("yes");
    let ChangeRequest::OpenTicket { kind, reason, amount, .. } = &last.change().unwrap().request else {
        panic!("a ticket")
    };
    assert_eq!((*kind, reason.as_str(), *amount), (TicketKind::Exchange, "fault: 黑色", builder::yuan("0")));
}

#[test]
fn a_correction_says_what_is_now_meant_in_the_shoppers_language() {
    let mut world = World::new();
    let turns = play(
        &mut world,
        &[
            ("纯棉T恤退一件，质量问题", "return.request", &["return.ask_evidence"]),
            ("不是质量问题，是尺码不合适", "", &["flow.noted", "return.summary_money"]),
            ("不是T恤，是那双鞋", "", &["flow.noted", "return.summary_money"]),
            ("选错了，原因是不喜欢", "", &["flow.noted", "return.summary_money"]),
        ],
    );
    for (turn, now) in
        turns[1..].iter().zip(["原因改为尺码不合适", "商品改为轻便跑步鞋", "原因改为不喜欢/不想要"])
    {
        assert!(turn.text.contains(now), "{}", turn.text);
    }
    assert!(!turns[2].text.contains("T恤"), "{}", turns[2].text);
}

#[test]
fn a_question_in_the_middle_is_answered_and_the_flow_goes_on() {
    let mut world = World::new();
    let turns = play(
        &mut world,
        &[
            ("退那双鞋", "return.request", &["return.ask_reason"]),
            ("运费谁出？", "return.fee", &["policy.return_fee_insured", "flow.back_to", "return.ask_reason"]),
            ("尺码不合适，多久退款？", "return.how", &["policy.return_how", "return.summary_money"]),
            ("怎么开发票", "invoice.request", &["flow.back_to", "return.confirm_again"]),
            ("好的", "chat.affirm", &["return.submitting"]),
        ],
    );
    assert_eq!(turns[3].source.name, "faq:invoice.how");
    assert_ne!(
        turns[1].text.lines().rev().nth(1),
        turns[0].text.lines().rev().nth(1),
        "the question is worded anew"
    );
}

#[test]
fn never_mind_leaves_without_a_trace() {
    for words in ["算了", "不退了", "never mind", "取消"] {
        let mut world = World::new();
        play(
            &mut world,
            &[
                ("退那双鞋", "return.request", &["return.ask_reason"]),
                (words, "chat.deny", &["flow.cancelled"]),
            ],
        );
        assert!(world.state.flows.is_empty(), "{words}");
    }
}

#[test]
fn a_flow_left_behind_is_resumed_within_the_time_out_and_forgotten_after() {
    for (hours, resumed) in [(20, true), (25, false)] {
        let mut world = World::new();
        play(&mut world, &[("退那双鞋", "return.request", &["return.ask_reason"])]);
        world.now = &world.now + hours.hours();
        let said = world.say("在吗", "chat.greet");
        assert_eq!(said.keys().contains(&"return.ask_reason"), resumed, "{hours}: {:?}", said.keys());
    }
}

#[test]
fn two_flows_can_be_open() {
    let mut world = World::new();
    play(
        &mut world,
        &[
            ("退那双鞋", "return.request", &["return.ask_reason"]),
            ("我穿什么码", "product.size_advice", &["product.ask_which"]),
            ("纯棉T恤", "", &["size.ask_measures"]),
            ("163cm 53公斤", "", &["size.sure", "flow.back_to", "return.ask_reason"]),
            ("不喜欢", "", &["return.summary_money"]),
        ],
    );
}

#[test]
fn a_question_not_answered_twice_brings_a_person() {
    let mut world = World::new();
    let turns = play(
        &mut world,
        &[
            ("退掉", "return.request", &["return.ask_order"]),
            ("啊啊", "", &["flow.again", "return.ask_order"]),
            ("嗯哼哼", "", &["flow.stuck", "return.ask_order"]),
            ("哼", "", &["handoff.lead.stuck", "handoff.queued"]),
        ],
    );
    assert_eq!(turns[3].handoff().unwrap().reason.code(), "flow_failed");
}

#[test]
fn the_rules_are_told_with_their_date() {
    let mut late = World::new();
    late.now = "2026-11-28T00:30:00+08:00[Asia/Shanghai]".parse().unwrap();
    let said = late.say("退那双鞋，不喜欢", "return.request");
    assert_eq!(said.keys(), ["return.refused.over"]);
    assert!(said.text.contains("昨天"), "the seventh day after the 20th is the 27th: {}", said.text);
    let faulty = late.say("退那双鞋，坏了", "item.defective");
    assert!(faulty.keys().contains(&"return.ask_kind"), "{:?}", faulty.keys());

    let mut expensive = World::new();
    expensive.orders = vec![builder::order(
        "20261110009",
        "2026-11-10T20:00",
        vec![builder::line("1", "coat", "羽绒服", "Down jacket", 1, "2999", LineState::Delivered)],
    )];
    let said = expensive.say("我要退货，不喜欢", "return.request");
    assert_eq!(said.handoff().unwrap().reason.code(), "amount");
}

#[test]
fn goods_not_shipped_are_refunded_whole_and_guests_sign_in_first() {
    let mut world = World::new();
    let turns = play(
        &mut world,
        &[
            ("外套不要了，取消订单", "order.cancel", &["return.summary_money", "return.refund_until"]),
            ("是的", "chat.affirm", &["return.submitting"]),
        ],
    );
    let ChangeRequest::OpenTicket { kind, state, amount, .. } = &turns[1].change().unwrap().request else {
        panic!("a ticket")
    };
    assert_eq!(
        (*kind, *state, *amount),
        (TicketKind::RefundOnly, TicketState::Refunding, builder::yuan("299"))
    );

    let mut guest = World::guest();
    play(
        &mut guest,
        &[
            ("那双鞋太小了，想退货", "return.request", &["auth.sign_in"]),
            ("几点上班", "store.info", &["policy.hours"]),
        ],
    );
    guest.shopper = Some(builder::shopper());
    let woken = guest.turn(Input::Wake);
    assert_eq!(woken.keys().first(), Some(&"return.ask_order"), "the words named no order before signing in");
    let chosen = guest.send(Content::Order("20261110002".into()));
    assert!(chosen.keys().contains(&"return.ask_lines"), "{:?}", chosen.keys());
    let reason = guest.state.flows[0].slots.get("reason");
    assert_eq!(reason, Some(&SlotValue::Text("size".into())), "the reason was kept");
}

#[test]
fn nobody_elses_order_is_found() {
    let mut world = World::new();
    world.orders[2].shopper = "someone".into();
    let said = world.say("退货 20261110002", "return.request");
    assert_eq!(said.keys().first(), Some(&"order.not_found"));
    assert!(!said.text.contains("T恤") && !said.text.contains("跑步鞋"), "{}", said.text);
}
