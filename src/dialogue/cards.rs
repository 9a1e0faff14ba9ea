//! Cards: the rich parts that show a product, an order, a parcel, a ticket or a coupon.

use super::talk::Talk;
use crate::{
    domain::{
        LineId, Locale, Money, PartKind, UploadId,
        message::{OrderPartLine, OrderPartShipment, TicketPartLine, TrackingPartEvent},
        trade::{Order, PriceOff, Product, Promotion, PromotionKind, Shipment, Ticket},
    },
    shop::Shop,
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
    order_card(order, talk.locale())
}

/// The card of an order.
pub fn order_card(order: &Order, locale: Locale) -> PartKind {
    let lines = order.lines.iter().map(|line| OrderPartLine {
        id: line.id.to_string(),
        product: line.product.clone(),
        title: line.title.get(locale).to_owned(),
        variant: line.variant_text.get(locale).to_owned(),
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
    ticket_card(talk.shop, ticket, talk.orders_at_hand(), talk.locale())
}

/// The card of a ticket; it names the goods of orders at hand.
pub fn ticket_card(shop: &Shop, ticket: &Ticket, orders: &[Order], locale: Locale) -> PartKind {
    let order = orders.iter().find(|order| order.id == ticket.order);
    let line = |(line, units): &(LineId, u32)| TicketPartLine {
        line: line.to_string(),
        title: order.and_then(|order| order.line(line)).map(|line| line.title.get(locale).to_owned()),
        units: *units,
    };
    PartKind::Ticket {
        id: ticket.id.to_string(),
        kind: ticket.kind,
        state: ticket.state,
        lines: ticket.lines.iter().map(line).collect(),
        evidence: ticket.evidence.iter().map(UploadId::address).collect(),
        amount: ticket.amount,
        shipping_payer: ticket.shipping_payer.clone(),
        due: ticket.due,
        next: next_in(shop, ticket, locale),
    }
}

/// What happens next to a ticket, in words.
pub(super) fn next_words(talk: &Talk<'_>, ticket: &Ticket) -> String {
    next_in(talk.shop, ticket, talk.locale())
}

fn next_in(shop: &Shop, ticket: &Ticket, locale: Locale) -> String {
    let key = format!("ticket.next.{}", trade::next_step(ticket.state).name());
    let variants = shop.replies.variants(&key, locale);
    variants.first().cloned().unwrap_or(key)
}

/// The card of a coupon, where it stands for the shopper; `None` for other kinds of promotion.
pub(super) fn coupon(talk: &Talk<'_>, promotion: &Promotion, state: &str) -> Option<PartKind> {
    coupon_card(promotion, state, talk.locale())
}

/// The same for a reader of a language.
pub fn coupon_card(promotion: &Promotion, state: &str, locale: Locale) -> Option<PartKind> {
    let PromotionKind::Coupon { off, over, .. } = &promotion.kind else { return None };
    let off = match off {
        PriceOff::Amount(amount) if locale.is_chinese() => format!("减{amount}"),
        PriceOff::Amount(amount) => format!("{amount} off"),
        PriceOff::Percent(percent) if locale.is_chinese() => {
            format!("{}折", (percent / rust_decimal::Decimal::TEN).normalize())
        }
        PriceOff::Percent(percent) => {
            format!("{}% off", (rust_decimal::Decimal::ONE_HUNDRED - percent).normalize())
        }
    };
    Some(PartKind::Coupon {
        id: promotion.id.to_string(),
        title: promotion.title.get(locale).to_owned(),
        threshold: over.filter(|over| *over != Money::zero(over.currency())),
        off,
        from: promotion.from,
        until: promotion.until,
        state: state.to_owned(),
    })
}
