//! The text form of cards.

use jiff::Timestamp;

use super::Writer;
use crate::domain::{
    Money, PartKind,
    trade::{OrderState, TicketState},
    wording,
};

/// What a plain client shows instead of a card.
pub(super) fn text_form(writer: &Writer<'_>, kind: &PartKind) -> String {
    match kind {
        PartKind::Text => String::new(),
        PartKind::Choices { options } => {
            options.iter().map(|choice| format!("[{}]", choice.label)).collect::<Vec<_>>().join(" ")
        }
        PartKind::Product { title, price, stock, .. } => {
            let key = if *stock == Some(0) { "card.product_gone" } else { "card.product" };
            writer.card(key, &[("title", title), ("price", &price.to_string())])
        }
        PartKind::Order { .. } => order(writer, kind),
        PartKind::Tracking { carrier, number, events } => {
            let mut lines = vec![writer.card("card.tracking", &[("carrier", carrier), ("number", number)])];
            lines.extend(events.iter().rev().map(|event| {
                let at = writer.moment(event.at);
                writer.card(
                    "card.tracking_event",
                    &[("at", &at), ("place", &event.place), ("what", &event.text)],
                )
            }));
            lines.join("\n")
        }
        PartKind::Quote { .. } => quote(writer, kind),
        PartKind::Coupon { title, threshold, off, .. } => match threshold {
            Some(over) => writer
                .card("card.coupon_over", &[("title", title), ("over", &over.to_string()), ("off", off)]),
            None => writer.card("card.coupon", &[("title", title), ("off", off)]),
        },
        PartKind::Ticket { .. } => ticket(writer, kind),
        PartKind::Image { alt, .. } => writer.card("card.image", &[("alt", alt)]),
        PartKind::Sticker { alt, .. } => writer.card("card.sticker", &[("alt", alt)]),
    }
}

fn order(writer: &Writer<'_>, kind: &PartKind) -> String {
    let PartKind::Order { id, state, placed_at, total, lines, .. } = kind else { return String::new() };
    let items = lines.iter().map(|line| {
        let key = if line.variant.is_empty() { "item.plain" } else { "item.variant" };
        let units = line.units.to_string();
        writer.card(key, &[("title", &line.title), ("variant", &line.variant), ("units", &units)])
    });
    let joint = if writer.locale.is_chinese() { "、" } else { ", " };
    let items = items.collect::<Vec<_>>().join(joint);
    let no_money = matches!(state, OrderState::Unpaid | OrderState::Closed);
    let key = if no_money { "card.order_unpaid" } else { "card.order" };
    writer.card(
        key,
        &[
            ("order", id.as_str()),
            ("state", &writer.card(state_key(*state), &[])),
            ("at", &writer.moment(*placed_at)),
            ("total", &total.to_string()),
            ("lines", &items),
        ],
    )
}

fn state_key(state: OrderState) -> &'static str {
    match state {
        OrderState::Unpaid => "state.unpaid",
        OrderState::DepositPaid => "state.deposit_paid",
        OrderState::Paid => "state.paid",
        OrderState::PartlyShipped => "state.partly_shipped",
        OrderState::Shipped => "state.shipped",
        OrderState::Delivered => "state.delivered",
        OrderState::Completed => "state.completed",
        OrderState::Closed => "state.closed",
        OrderState::Refunded => "state.refunded",
    }
}

fn quote(writer: &Writer<'_>, kind: &PartKind) -> String {
    let PartKind::Quote { lines, total, saved, next, .. } = kind else { return String::new() };
    let mut text: Vec<String> = lines
        .iter()
        .map(|line| {
            writer.card("card.quote_line", &[("label", &line.label), ("amount", &line.amount.to_string())])
        })
        .collect();
    text.push(writer.card("card.quote", &[("total", &total.to_string()), ("saved", &saved.to_string())]));
    if let Some(next) = next {
        let (add, total) = (next.add.to_string(), next.then_total.to_string());
        text.push(writer.card("card.quote_next", &[("add", &add), ("total", &total)]));
    }
    text.join("\n")
}

fn ticket(writer: &Writer<'_>, kind: &PartKind) -> String {
    let PartKind::Ticket { id, kind, state, evidence, amount, shipping_payer, due, next, .. } = kind else {
        return String::new();
    };
    let kind = kind.reply_key();
    let state = match state {
        TicketState::Review => "ticket.state.review",
        TicketState::WaitingForGoods => "ticket.state.waiting_for_goods",
        TicketState::Refunding => "ticket.state.refunding",
        TicketState::Done => "ticket.state.done",
        TicketState::Cancelled => "ticket.state.cancelled",
    };
    let mut text = writer.card(
        "card.ticket",
        &[("ticket", id), ("kind", &writer.card(kind, &[])), ("state", &writer.card(state, &[]))],
    );
    // What moves no money has no amount, and what sends nothing back nobody who pays for that.
    if *amount != Money::zero(amount.currency()) {
        text.push_str(&writer.card("card.ticket_amount", &[("amount", &amount.to_string())]));
    }
    if !shipping_payer.is_empty() {
        let payer = writer.card(&format!("payer.{shipping_payer}"), &[]);
        text.push_str(&writer.card("card.ticket_payer", &[("payer", &payer)]));
    }
    if !evidence.is_empty() {
        text.push_str(&writer.card("card.ticket_pictures", &[("count", &evidence.len().to_string())]));
    }
    text.push_str(&writer.card("card.ticket_next", &[("next", next)]));
    if let Some(due) = due {
        text.push_str(&writer.card("card.ticket_due", &[("due", &writer.moment(*due))]));
    }
    text
}

impl Writer<'_> {
    /// A card's template, always its first variant: cards look alike.
    fn card(&self, key: &str, slots: &[(&str, &str)]) -> String {
        let slots: Vec<_> =
            slots.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.template(key, &slots, 0)
    }

    fn moment(&self, at: Timestamp) -> String {
        wording::moment_words(at, self.now, self.locale)
    }
}
