//! The built-in shop system's tables.

use super::stories;
use crate::{
    domain::{LineId, OrderId, trade::TicketState},
    store::{Seed, SharedStore, TicketAnswer, samples::*},
};

stories! {
    a_shop_is_seeded_once_and_reset_at_will,
    orders_are_found_by_shopper_number_and_parcel,
    a_ticket_is_opened_once_by_its_key,
    units_are_never_claimed_twice,
    of_many_claims_at_once_only_what_there_is_is_given,
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

    store.open_ticket(&shop(), new_ticket("k", "1", 1)).await.unwrap();
    store.reset(&shop(), changed.clone()).await.unwrap();
    assert_eq!(store.products(&shop()).await.unwrap(), changed.products);
    assert_eq!(store.tickets_of(&shop(), &"lin".into()).await.unwrap(), []);
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
    let shop = shop();
    let tries = (0..6).map(|_| store.open_ticket(&shop, new_ticket("k", "1", 2)));
    let answers = futures::future::join_all(tries).await;
    let tickets: Vec<_> = answers.into_iter().map(|answer| answer.unwrap()).collect();
    let TicketAnswer::Opened(ticket) = &tickets[0] else { panic!("it can be opened") };
    assert!(tickets.iter().all(|other| other.ticket() == Some(&ticket.id)));
    assert_eq!(ticket.history, [(at(10), TicketState::WaitingForGoods)]);
    assert_eq!(store.ticket(&shop, &ticket.id).await.unwrap().as_ref(), Some(ticket));
    assert_eq!(store.tickets_of(&shop, &"lin".into()).await.unwrap(), std::slice::from_ref(ticket));
    assert_eq!(store.tickets_of(&shop, &"wang".into()).await.unwrap(), []);
}

async fn units_are_never_claimed_twice(store: SharedStore) {
    let unknown = store.open_ticket(&shop(), new_ticket("k", "1", 1)).await.unwrap();
    assert_eq!(unknown, TicketAnswer::Refused("unknown_order"));
    assert!(store.seed(&shop(), seed()).await.unwrap());
    let someone_elses = crate::store::NewTicket { shopper: "wang".into(), ..new_ticket("k0", "1", 1) };
    let line = |id: &str| LineId::from(id);
    let split =
        crate::store::NewTicket { lines: vec![(line("1"), 1), (line("1"), 2)], ..new_ticket("k4", "1", 1) };
    for (name, ticket, expected) in [
        ("someone else's order", someone_elses, Some("unknown_order")),
        ("no such line", new_ticket("k1", "9", 1), Some("unknown_line")),
        ("nothing", new_ticket("k2", "1", 0), Some("no_units")),
        ("more than bought", new_ticket("k3", "1", 3), Some("units_claimed")),
        ("more than bought, in two lines", split, Some("units_claimed")),
        ("one of two", new_ticket("k5", "1", 1), None),
        ("both, when one is claimed", new_ticket("k6", "1", 2), Some("units_claimed")),
        ("the other one", new_ticket("k7", "1", 1), None),
        ("a third", new_ticket("k8", "1", 1), Some("units_claimed")),
    ] {
        let answer = store.open_ticket(&shop(), ticket).await.unwrap();
        let code = match &answer {
            TicketAnswer::Opened(_) => None,
            TicketAnswer::Refused(code) => Some(*code),
        };
        assert_eq!(code, expected, "{name}");
    }
    let tickets = store.tickets_of(&shop(), &"lin".into()).await.unwrap();
    let newest_first: Vec<&str> = tickets.iter().map(|ticket| ticket.id.as_str()).collect();
    assert_eq!(newest_first, ["T100002", "T100001"]);
}

async fn of_many_claims_at_once_only_what_there_is_is_given(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    let shop = shop();
    let tries = (0..8).map(|n| store.open_ticket(&shop, new_ticket(&format!("k{n}"), "1", 1)));
    let answers = futures::future::join_all(tries).await;
    let given = answers.iter().filter(|answer| answer.as_ref().unwrap().ticket().is_some()).count();
    assert_eq!(given, 2);
}
