//! Rows of trade without the person. Amounts, dates, goods, rules and the order's number stay: they are the shop's books,
//! which the law has it keep (E-Commerce Law art. 31, Accounting Law art. 23) whoever the buyer was. Who bought, where it
//! went, by which parcel, and what was photographed go.

use crate::domain::{
    ShopperId,
    trade::{Address, Order, Ticket},
};

/// An order that nobody can be found by.
pub(in crate::store) fn blank_order(mut order: Order, stand_in: &ShopperId) -> Order {
    order.shopper = stand_in.clone();
    order.address = Address::default();
    for shipment in &mut order.shipments {
        // A carrier tells by the number who got the parcel; its events name places and people.
        shipment.number.clear();
        shipment.events.clear();
    }
    order
}

/// A ticket that nobody can be found by. Its reason is a code.
pub(in crate::store) fn blank_ticket(mut ticket: Ticket, stand_in: &ShopperId) -> Ticket {
    ticket.shopper = stand_in.clone();
    ticket.evidence.clear();
    ticket
}

/// What stands for the key of a change: keys name conversations, and some of them more.
pub(in crate::store) fn stand_in_key(stand_in: &ShopperId, place: usize) -> String {
    format!("{stand_in}/{place}")
}
