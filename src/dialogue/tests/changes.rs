//! Orders changed by the shop's system at once, and by staff where it can't.

use super::{World, play};
use crate::{
    dialogue::Input,
    domain::{
        ChangeOutcome, PromotionId,
        act::ChangeRequest,
        trade::{TicketKind, WalletCoupon},
    },
};

#[test]
fn an_address_is_read_as_it_is_written() {
    let old = ("林小满", "13800000001", "浙江省杭州市", "西湖区文一路1号");
    for (words, expected) in [
        (
            "改成杭州滨江区江南大道88号3幢 李雷 13900001111",
            ("李雷", "13900001111", old.2, "滨江区江南大道88号3幢"),
        ),
        ("改成李雷，13900001111，滨江区江南大道88号", ("李雷", "13900001111", old.2, "滨江区江南大道88号")),
        ("电话改成13900001111", (old.0, "13900001111", old.2, old.3)),
        ("收件人改成韩梅梅", ("韩梅梅", old.1, old.2, old.3)),
        ("改成收货人：韩梅梅 手机：13900001111", ("韩梅梅", "13900001111", old.2, old.3)),
    ] {
        let mut world = World::new();
        let order = &mut world.orders[0];
        (order.address.name, order.address.phone) = (old.0.into(), old.1.into());
        (order.address.region, order.address.detail) = (old.2.into(), old.3.into());
        let summary = world.say(&format!("订单20261122003地址写错了，{words}"), "order.modify_address");
        assert!(summary.keys().contains(&"service.summary"), "{words}: {}", summary.text);
        let said = world.press("yes");
        let Some(ChangeRequest::ChangeAddress { address, .. }) = said.change().map(|change| &change.request)
        else {
            panic!("{words}: {}", said.text)
        };
        let got = (&*address.name, &*address.phone, &*address.region, &*address.detail);
        assert_eq!(got, expected, "{words}");
    }
}

#[test]
fn what_the_system_can_not_change_goes_to_staff_with_the_same_yes() {
    let mut world = World::new();
    let turns = play(
        &mut world,
        &[
            ("订单20261122003改成杭州滨江区江南大道88号", "order.modify_address", &["service.summary"]),
            ("> yes", "", &["return.submitting"]),
        ],
    );
    let key = turns[1].change().unwrap().key.clone();
    let refused = world.turn(Input::Outcome { key, outcome: ChangeOutcome::Refused("too_late".into()) });
    assert_eq!(refused.keys(), ["service.to_staff", "return.submitting"]);
    let change = refused.change().unwrap().clone();
    let ChangeRequest::OpenTicket { kind, reason, .. } = &change.request else { panic!("a ticket") };
    assert_eq!((*kind, reason.as_str()), (TicketKind::AddressChange, "杭州滨江区江南大道88号"));
    assert!(world.carry_out(&change).keys().contains(&"service.opened"));
    assert!(world.state.flows.is_empty());
}

#[test]
fn an_order_being_picked_is_changed_by_staff() {
    let mut world = World::new();
    world.orders[0].picking = true;
    let turns = play(
        &mut world,
        &[
            ("订单20261122003改成杭州滨江区江南大道88号", "order.modify_address", &["service.summary"]),
            ("> yes", "", &["return.submitting"]),
        ],
    );
    assert!(matches!(turns[1].change().unwrap().request, ChangeRequest::OpenTicket { .. }));
}

#[test]
fn a_coupon_is_claimed_and_told_once_it_is_there() {
    let mut world = World::new();
    let listed = world.say("有券吗", "promo.coupon");
    assert!(listed.keys().contains(&"promo.running"), "{}", listed.text);
    let claimed = world.press("claim:coupon");
    let change = claimed.change().unwrap().clone();
    assert!(matches!(change.request, ChangeRequest::ClaimCoupon { .. }));
    assert_eq!(world.carry_out(&change).keys(), ["coupon.claimed"]);
    let had = WalletCoupon {
        promotion: PromotionId::from("coupon"),
        claimed_at: world.now.timestamp(),
        order: None,
    };
    world.wallet.push(had.clone());
    assert_eq!(world.say("券再领一张", "promo.coupon").keys(), ["coupon.in_wallet"]);
    world.wallet[0].order = Some("20261110002".into());
    assert_eq!(world.say("券再领一张", "promo.coupon").keys()[0], "coupon.used_up");
}
