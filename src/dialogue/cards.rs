//! Cards: the rich parts that show a product, an order, a parcel, a ticket or a coupon.

use super::talk::Talk;
use crate::{
    domain::{
        LineId, Money, PartKind, UploadId,
        message::{OrderPartLine, OrderPartShipment, TicketPartLine, TrackingPartEvent},
        trade::{Order, PriceOff, Product, Promotion, PromotionKind, Shipment, Ticket},
    },
    trade,
};

pub(super) fn product(talk: &Talk<'_>, product: &Product) -> PartKind {
    let running = trade::running(&talk.shop.promotions, talk.turn.shopper.as_ref(), talk.now());
    PartKind::Product {
        id: product.id.clone(),
        title: talk.text(&product.title).to_owned(),
        price: trade::item_price(product, product.price, &running).now,
        image: product.image.clone(),
        url: product.url.clone(),
        stock: Some(product.stock()),
    }
}

pub(super) fn order(talk: &Talk<'_>, order: &Order) -> PartKind {
    let lines = order.lines.iter().map(|line| OrderPartLine {
        id: line.id.to_string(),
        product: line.product.clone(),
        title: talk.text(&line.title).to_owned(),
        variant: talk.text(&line.variant_text).to_owned(),
        units: line.units,
        paid: line.paid,
        state: line.state,
    });
    let shipments = order.shipments.iter().map(|shipment| OrderPartShipment {
        carrier: shipment.carrier.clone(),
        number: shipment.number.clone(),
        state: shipment.state,
    });
    PartKind::Order {
        id: order.id.clone(),
        state: order.state(),
        placed_at: order.placed_at,
        total: order.total,
        lines: lines.collect(),
        shipments: shipments.collect(),
    }
}

pub(super) fn tracking(shipment: &Shipment) -> PartKind {
    let events = shipment.events.iter().map(|event| TrackingPartEvent {
        at: event.at,
        place: event.place.clone(),
        text: event.text.clone(),
    });
    PartKind::Tracking {
        carrier: shipment.carrier.clone(),
        number: shipment.number.clone(),
        events: events.collect(),
    }
}

pub(super) fn ticket(talk: &Talk<'_>, ticket: &Ticket) -> PartKind {
    let lines = ticket.lines.iter().map(|(line, units)| ticket_line(talk, ticket, line, *units));
    PartKind::Ticket {
        id: ticket.id.to_string(),
        kind: ticket.kind,
        state: ticket.state,
        lines: lines.collect(),
        evidence: ticket.evidence.iter().map(UploadId::address).collect(),
        amount: ticket.amount,
        shipping_payer: ticket.shipping_payer.clone(),
        due: ticket.due,
        next: next_words(talk, ticket),
    }
}

/// What happens next to a ticket, in words.
pub(super) fn next_words(talk: &Talk<'_>, ticket: &Ticket) -> String {
    let next = trade::next_step(ticket.state);
    talk.label(&format!("ticket.next.{}", next.name()), &[])
}

/// A line by its goods' name, where the order is at hand.
fn ticket_line(talk: &Talk<'_>, ticket: &Ticket, line: &LineId, units: u32) -> TicketPartLine {
    let order = talk.orders_at_hand().iter().find(|order| order.id == ticket.order);
    let title = order.and_then(|order| order.line(line)).map(|line| talk.text(&line.title).to_owned());
    TicketPartLine { line: line.to_string(), title, units }
}

/// The card of a coupon, where it stands for the shopper; `None` for other kinds of promotion.
pub(super) fn coupon(talk: &Talk<'_>, promotion: &Promotion, state: &str) -> Option<PartKind> {
    let PromotionKind::Coupon { off, over, .. } = &promotion.kind else { return None };
    let off = match off {
        PriceOff::Amount(amount) if talk.locale().is_chinese() => format!("减{amount}"),
        PriceOff::Amount(amount) => format!("{amount} off"),
        PriceOff::Percent(percent) if talk.locale().is_chinese() => {
            format!("{}折", (percent / rust_decimal::Decimal::TEN).normalize())
        }
        PriceOff::Percent(percent) => {
            format!("{}% off", (rust_decimal::Decimal::ONE_HUNDRED - percent).normalize())
        }
    };
    Some(PartKind::Coupon {
        id: promotion.id.to_string(),
        title: talk.text(&promotion.title).to_owned(),
        threshold: over.filter(|over| *over != Money::zero(over.currency())),
        off,
        from: promotion.from,
        until: promotion.until,
        state: state.to_owned(),
    })
}
