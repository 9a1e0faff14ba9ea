//! The built-in shop system's tables.

use super::stories;
use crate::{
    domain::{
        Change, ChangeOutcome, OrderId,
        act::ChangeRequest,
        trade::{Address, LineState, TicketKind, TicketState},
    },
    store::{Seed, SharedStore, samples::*},
};

stories! {
    a_shop_is_seeded_once_and_reset_at_will,
    orders_are_found_by_shopper_number_and_parcel,
    a_ticket_is_opened_once_by_its_key,
    units_are_never_claimed_twice,
    a_compensation_is_given_once_an_order,
    of_many_claims_at_once_only_what_there_is_is_given,
    what_is_everybodys_comes_newest_first,
    a_coupon_is_claimed_as_often_as_it_may,
    an_order_is_changed_while_it_can_be,
    a_cancelled_order_gives_back_what_it_held,
    of_many_changes_at_once_the_last_unit_goes_to_one,
    an_order_that_is_refunded_goes_nowhere_any_more,
}

async fn a_shop_is_seeded_once_and_reset_at_will(store: SharedStore) {
    assert_eq!(store.products(&shop()).await.unwrap(), []);
    assert_eq!(store.seeded_at(&shop()).await.unwrap(), None);
    assert!(store.seed(&shop(), seed()).await.unwrap());
    assert_eq!(store.seeded_at(&shop()).await.unwrap(), Some(seed().at));
    let mut changed = Seed { at: at(99), ..seed() };
    changed.products.truncate(1);
    assert!(!store.seed(&shop(), changed.clone()).await.unwrap());
    assert_eq!(store.products(&shop()).await.unwrap(), seed().products);
    assert_eq!(store.product(&shop(), &"shoe".into()).await.unwrap().as_ref(), Some(&seed().products[1]));
    assert_eq!(store.product(&"other".into(), &"shoe".into()).await.unwrap(), None);
    assert_eq!(store.shoppers(&shop()).await.unwrap(), seed().shoppers);
    assert_eq!(store.shopper(&shop(), &"wang".into()).await.unwrap().as_ref(), Some(&seed().shoppers[1]));

    store.carry_out(&shop(), &ticket("k", &[("1", 1)]), at(10)).await.unwrap();
    store.reset(&shop(), changed.clone()).await.unwrap();
    assert_eq!(store.products(&shop()).await.unwrap(), changed.products);
    assert_eq!(store.tickets_of(&shop(), &"lin".into()).await.unwrap(), []);
    assert_eq!(store.history(&shop(), &"20261101001".into()).await.unwrap(), []);
    assert!(!store.seed(&shop(), seed()).await.unwrap(), "a reset shop is loaded");
    assert_eq!(store.seeded_at(&shop()).await.unwrap(), Some(at(99)));
}

async fn orders_are_found_by_shopper_number_and_parcel(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    let theirs = store.orders_of(&shop(), &"lin".into()).await.unwrap();
    let newest_first: Vec<&str> = theirs.iter().map(|order| order.id.as_str()).collect();
    assert_eq!(newest_first, ["20261101002", "20261101001"]);
    assert_eq!(theirs[1], seed().orders[0], "as it was seeded");
    let order: OrderId = "20261101003".into();
    assert_eq!(store.order(&shop(), &order).await.unwrap().as_ref(), Some(&seed().orders[2]));
    assert_eq!(store.order(&"other".into(), &order).await.unwrap(), None);
    for (number, expected) in [("SF20261101003", Some("20261101003")), ("SF", None), ("", None), ("%", None)]
    {
        let found = store.order_by_tracking(&shop(), number).await.unwrap();
        assert_eq!(found.as_ref().map(|order| order.id.as_str()), expected, "{number}");
    }
}

async fn a_ticket_is_opened_once_by_its_key(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    let (shop, change) = (shop(), ticket("k", &[("1", 2)]));
    let tries = (0..6).map(|n| store.carry_out(&shop, &change, at(10 + n)));
    let outcomes = futures::future::join_all(tries).await;
    let tickets = store.tickets_of(&shop, &"lin".into()).await.unwrap();
    let [ticket] = &tickets[..] else { panic!("one ticket") };
    let opened = ChangeOutcome::TicketOpened(ticket.id.clone());
    assert!(outcomes.iter().all(|outcome| *outcome.as_ref().unwrap() == opened));
    assert_eq!(ticket.history, [(ticket.opened_at, TicketState::WaitingForGoods)]);
    assert_eq!(store.ticket(&shop, &ticket.id).await.unwrap().as_ref(), Some(ticket));
    assert_eq!(store.tickets_of(&shop, &"wang".into()).await.unwrap(), []);
    let history = store.history(&shop, &"20261101001".into()).await.unwrap();
    let [carried] = &history[..] else { panic!("it happened once") };
    assert_eq!((carried.key.as_str(), carried.at), ("k", ticket.opened_at));
    assert_eq!((carried.request.as_ref(), &carried.outcome), (Some(&change.request), &opened));
}

async fn units_are_never_claimed_twice(store: SharedStore) {
    let unknown = store.carry_out(&shop(), &ticket("k", &[("1", 1)]), at(10)).await.unwrap();
    assert_eq!(unknown, refused("unknown_order"));
    assert!(store.seed(&shop(), seed()).await.unwrap());
    for (name, change, expected) in [
        ("someone else's order", ticket_of("wang", "k0", &[("1", 1)]), Some("unknown_order")),
        ("no such line", ticket("k1", &[("9", 1)]), Some("unknown_line")),
        ("nothing", ticket("k2", &[("1", 0)]), Some("no_units")),
        ("more than bought", ticket("k3", &[("1", 3)]), Some("units_claimed")),
        ("more than bought, in two lines", ticket("k4", &[("1", 1), ("1", 2)]), Some("units_claimed")),
        ("one of two", ticket("k5", &[("1", 1)]), None),
        ("both, when one is claimed", ticket("k6", &[("1", 2)]), Some("units_claimed")),
        ("the other one", ticket("k7", &[("1", 1)]), None),
        ("a third", ticket("k8", &[("1", 1)]), Some("units_claimed")),
    ] {
        let outcome = store.carry_out(&shop(), &change, at(10)).await.unwrap();
        match expected {
            Some(code) => assert_eq!(outcome, refused(code), "{name}"),
            None => assert!(matches!(outcome, ChangeOutcome::TicketOpened(_)), "{name}"),
        }
    }
    let tickets = store.tickets_of(&shop(), &"lin".into()).await.unwrap();
    let newest_first: Vec<&str> = tickets.iter().map(|ticket| ticket.id.as_str()).collect();
    assert_eq!(newest_first, ["T100002", "T100001"]);
}

async fn a_compensation_is_given_once_an_order(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    let compensation = |key: &str, why: &str, as_state: TicketState| {
        let mut change = ticket(key, &[]);
        if let ChangeRequest::OpenTicket { kind, reason, state, .. } = &mut change.request {
            (*kind, *state) = (TicketKind::Compensation, as_state);
            why.clone_into(reason);
        }
        change
    };
    let first =
        store.carry_out(&shop(), &compensation("k1", "late", TicketState::Done), at(10)).await.unwrap();
    assert!(matches!(first, ChangeOutcome::TicketOpened(_)));
    for (key, why) in [("k2", "late"), ("k3", "another reason")] {
        let again = compensation(key, why, TicketState::Review);
        let again = store.carry_out(&shop(), &again, at(11)).await.unwrap();
        assert_eq!(again, refused("already_open"), "also when it is done: {why}");
    }
}

async fn of_many_claims_at_once_only_what_there_is_is_given(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    let changes: Vec<Change> = (0..8).map(|n| ticket(&format!("k{n}"), &[("1", 1)])).collect();
    assert_eq!(given(&store, &changes).await, 2);
}

/// How many of these changes, all asked for at once, are not refused.
async fn given(store: &SharedStore, changes: &[Change]) -> usize {
    let shop = shop();
    let tries = changes.iter().map(|change| store.carry_out(&shop, change, at(10)));
    let outcomes = futures::future::join_all(tries).await;
    outcomes.iter().filter(|outcome| !matches!(outcome.as_ref().unwrap(), ChangeOutcome::Refused(_))).count()
}

fn refused(code: &str) -> ChangeOutcome {
    ChangeOutcome::Refused(code.to_owned())
}

async fn what_is_everybodys_comes_newest_first(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    let orders = store.recent_orders(&shop(), 2).await.unwrap();
    let ids: Vec<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    assert_eq!(ids, ["20261101002", "20261101006"]);
    assert_eq!(store.recent_orders(&"other".into(), 2).await.unwrap(), []);
}

fn claim(key: &str, per_shopper: u32) -> Change {
    let request =
        ChangeRequest::ClaimCoupon { shopper: "lin".into(), promotion: "ten-off".into(), per_shopper };
    Change { key: key.to_owned(), request }
}

async fn a_coupon_is_claimed_as_often_as_it_may(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    let wallet = async || store.wallet(&shop(), &"lin".into()).await.unwrap();
    assert_eq!(wallet().await.len(), 1, "as it was seeded");
    let once = store.carry_out(&shop(), &claim("k1", 1), at(10)).await.unwrap();
    assert_eq!(once, refused("limit_reached"), "the seeded one counts");
    let tries = [claim("k2", 3), claim("k2", 3), claim("k3", 3), claim("k4", 3), claim("k5", 3)];
    assert_eq!(given(&store, &tries).await, 3, "one of them is a repetition");
    let claimed = wallet().await;
    assert_eq!(claimed.len(), 3);
    assert!(claimed.iter().all(|coupon| coupon.promotion.as_str() == "ten-off" && coupon.order.is_none()));
    assert_eq!(claimed[2].claimed_at, at(10));
    assert_eq!(store.wallet(&shop(), &"wang".into()).await.unwrap().len(), 1, "nobody else's");
}

fn elsewhere(shopper: &str, order: &str) -> ChangeRequest {
    let address =
        Address {
            region: "浙江省杭州市".to_owned(), detail: "文三路9号".to_owned(), ..Address::default()
        };
    ChangeRequest::ChangeAddress { shopper: shopper.into(), order: order.into(), address }
}

fn other_variant(order: &str, line: &str, variant: &str) -> ChangeRequest {
    ChangeRequest::ChangeVariant {
        shopper: "wang".into(),
        order: order.into(),
        line: line.into(),
        variant: variant.into(),
    }
}

async fn an_order_is_changed_while_it_can_be(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    for (n, (request, expected)) in [
        (elsewhere("lin", "20261101005"), Some("unknown_order")),
        (elsewhere("wang", "20261101003"), Some("too_late")),
        (elsewhere("wang", "20261101006"), Some("too_late")),
        (elsewhere("wang", "20261101005"), None),
        (other_variant("20261101005", "9", "tee-black-m"), Some("unknown_line")),
        (other_variant("20261101005", "1", "tee-none"), Some("unknown_variant")),
        (other_variant("20261101005", "1", "tee-silk-m"), Some("other_price")),
        (other_variant("20261101003", "1", "tee-black-m"), Some("too_late")),
        (other_variant("20261101006", "1", "tee-black-m"), Some("too_late")),
        (other_variant("20261101005", "1", "tee-black-m"), None),
        (other_variant("20261101004", "1", "tee-black-m"), Some("no_stock")),
    ]
    .into_iter()
    .enumerate()
    {
        let change = Change { key: format!("k{n}"), request };
        let outcome = store.carry_out(&shop(), &change, at(10)).await.unwrap();
        assert_eq!(outcome, expected.map_or(ChangeOutcome::Done, refused), "{change:?}");
    }
    let order = store.order(&shop(), &"20261101005".into()).await.unwrap().unwrap();
    assert_eq!(order.address.detail, "文三路9号");
    assert_eq!((order.lines[0].variant.as_str(), order.total), ("tee-black-m", yuan("168.30")));
    assert_eq!(stock(&store).await, [14, 1, 12]);
    let history = store.history(&shop(), &order.id).await.unwrap();
    assert_eq!(history.iter().map(|carried| carried.key.as_str()).collect::<Vec<_>>(), ["k3", "k9"]);
}

/// Units of each variant of the tee.
async fn stock(store: &SharedStore) -> Vec<u32> {
    let tee = store.product(&shop(), &"tee".into()).await.unwrap().unwrap();
    tee.variants.iter().map(|variant| variant.stock).collect()
}

fn cancel(key: &str, order: &str) -> Change {
    let request = ChangeRequest::CancelOrder { shopper: "wang".into(), order: order.into() };
    Change { key: key.to_owned(), request }
}

async fn a_cancelled_order_gives_back_what_it_held(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    let paid = store.carry_out(&shop(), &cancel("k1", "20261101005"), at(10)).await.unwrap();
    assert_eq!(paid, refused("too_late"), "what was paid is refunded by a ticket");
    let tries: Vec<Change> = (0..4).map(|n| cancel(&format!("c{}", n / 2), "20261101004")).collect();
    assert_eq!(given(&store, &tries).await, 2, "one, and its repetition");
    let order = store.order(&shop(), &"20261101004".into()).await.unwrap().unwrap();
    assert_eq!(order.lines[0].state, LineState::Closed);
    assert_eq!(stock(&store).await, [14, 3, 12], "once");
    assert_eq!(store.shopper(&shop(), &"wang".into()).await.unwrap().unwrap().points, 1_205);
    assert_eq!(store.wallet(&shop(), &"wang".into()).await.unwrap()[0].order, None);
}

async fn of_many_changes_at_once_the_last_unit_goes_to_one(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    // Three black ones are left, and each of these wants two.
    let wish =
        |order: &str| Change { key: order.to_owned(), request: other_variant(order, "1", "tee-black-m") };
    assert_eq!(given(&store, &[wish("20261101004"), wish("20261101005")]).await, 1);
    assert_eq!(stock(&store).await, [14, 1, 12]);
}

async fn an_order_that_is_refunded_goes_nowhere_any_more(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    let Change {
        request: ChangeRequest::OpenTicket { reason, amount, shipping_payer, state, due, .. }, ..
    } = ticket("k", &[])
    else {
        panic!("a ticket")
    };
    let request = ChangeRequest::OpenTicket {
        shopper: "wang".into(),
        order: "20261101005".into(),
        kind: TicketKind::RefundOnly,
        reason,
        lines: vec![("1".into(), 2)],
        evidence: vec!["a-photo".into()],
        amount,
        shipping_payer,
        state,
        due,
    };
    let refund = Change { key: "refund".to_owned(), request };
    assert!(matches!(
        store.carry_out(&shop(), &refund, at(10)).await.unwrap(),
        ChangeOutcome::TicketOpened(_)
    ));
    for request in [elsewhere("wang", "20261101005"), other_variant("20261101005", "1", "tee-black-m")] {
        let change = Change { key: format!("{request:?}"), request };
        assert_eq!(store.carry_out(&shop(), &change, at(11)).await.unwrap(), refused("refunding"));
    }
}
