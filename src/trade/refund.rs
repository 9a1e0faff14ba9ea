//! What comes back in money (COMMERCE.md, "Refund amount"): exact in any sequence of partial returns.

use super::{Ground, spread, unit_shares};
use crate::domain::{
    LineId, Money,
    trade::{LineState, Order, OrderLine, Ticket, TicketKind, TicketState},
};

/// Units that a shopper wants their money for.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Lines and units.
    pub lines: &'a [(LineId, u32)],
    /// Why.
    pub ground: Ground,
}

fn pays_money(kind: TicketKind) -> bool {
    matches!(kind, TicketKind::Return | TicketKind::RefundOnly)
}

/// Units of a line that can't be claimed again: those of open tickets, and those whose money went back.
pub fn claimed_units(order: &Order, line: &LineId, tickets: &[Ticket]) -> u32 {
    tickets
        .iter()
        .filter(|ticket| ticket.order == order.id && ticket.state != TicketState::Cancelled)
        .filter(|ticket| ticket.kind.claims_units() && (ticket.state.is_open() || pays_money(ticket.kind)))
        .flat_map(|ticket| &ticket.lines)
        .filter(|(claimed, _)| claimed == line)
        .map(|(_, units)| *units)
        .fold(0, u32::saturating_add)
}

/// Units of a line that may still be claimed.
pub fn refundable_units(order: &Order, line: &OrderLine, tickets: &[Ticket]) -> u32 {
    line.units.saturating_sub(claimed_units(order, &line.id, tickets))
}

/// What a ticket did to a line's units.
enum Event {
    /// So many went back.
    Taken(u32),
    /// So much of what was paid for the line came back without its units.
    Lowered(i64),
    /// It was cancelled.
    Undone,
}

/// What is left of the money paid for each unit of a line, in the smallest unit; `None` for units whose money went
/// back. Tickets are replayed in the order things happened, so that a cancelled one gives back exactly what it took.
pub(super) fn left_of_units(order: &Order, line: &OrderLine, tickets: &[Ticket]) -> Vec<Option<i64>> {
    let mut events = Vec::new();
    for (index, ticket) in tickets.iter().enumerate().filter(|(_, ticket)| ticket.order == order.id) {
        let event = match ticket.kind {
            TicketKind::PriceProtection => Event::Lowered(share_of_line(ticket, &line.id)),
            kind if pays_money(kind) => Event::Taken(units_of(ticket, &line.id)),
            _ => continue,
        };
        events.push((ticket.opened_at, index, event));
        if ticket.state == TicketState::Cancelled {
            let cancelled = ticket.history.iter().rev().find(|(_, state)| *state == TicketState::Cancelled);
            events.push((cancelled.map_or(ticket.opened_at, |(at, _)| *at), index, Event::Undone));
        }
    }
    // At the same instant a ticket opens before it is cancelled; the sort is stable.
    events.sort_by_key(|(at, _, _)| *at);
    let mut owner: Vec<Option<usize>> = vec![None; line.units as usize];
    let mut lowered: Vec<(usize, Vec<i64>)> = Vec::new();
    for (_, index, event) in events {
        match event {
            Event::Taken(units) => {
                for place in owner.iter_mut().filter(|place| place.is_none()).take(units as usize) {
                    *place = Some(index);
                }
            }
            Event::Lowered(amount) => {
                let weights: Vec<i64> = owner.iter().map(|place| i64::from(place.is_none())).collect();
                lowered.push((index, spread(amount, &weights)));
            }
            Event::Undone => {
                owner.iter_mut().filter(|place| **place == Some(index)).for_each(|place| *place = None);
                lowered.retain(|(by, _)| *by != index);
            }
        }
    }
    let shares = unit_shares(line.paid, line.units);
    let left = |unit: usize| shares[unit].minor() - lowered.iter().map(|(_, parts)| parts[unit]).sum::<i64>();
    owner.iter().enumerate().map(|(unit, owner)| owner.is_none().then(|| left(unit).max(0))).collect()
}

fn units_of(ticket: &Ticket, line: &LineId) -> u32 {
    ticket.lines.iter().filter(|(id, _)| id == line).map(|(_, units)| *units).sum()
}

/// The part of a ticket's money that is for one line, by its units.
fn share_of_line(ticket: &Ticket, line: &LineId) -> i64 {
    let weights: Vec<i64> = ticket.lines.iter().map(|(_, units)| i64::from(*units)).collect();
    let parts = spread(ticket.amount.minor(), &weights);
    ticket.lines.iter().zip(parts).filter(|((id, _), _)| id == line).map(|(_, part)| part).sum()
}

/// What was really paid for the claimed units: each unit's share of its line's `paid`, never a share twice.
/// Outbound shipping is added only when everything goes back and the seller answers for all of it, or when
/// nothing has left yet. `None` when a line is unknown or has fewer units left.
pub fn refund_amount(order: &Order, claim: Claim<'_>, tickets: &[Ticket]) -> Option<Money> {
    let mut sum = 0_i64;
    for (id, units) in claim.lines {
        let line = order.line(id)?;
        if *units > refundable_units(order, line, tickets) {
            return None;
        }
        sum += paid_for_units(order, line, *units, tickets).minor();
    }
    if returns_shipping(order, claim, tickets) {
        sum += order.shipping_fee.minor();
    }
    // Staff may have paid back more for other units than was paid for them.
    let sum = sum.min(money_left(order, tickets).minor());
    Some(Money::from_minor(sum, order.total.currency()))
}

/// What was really paid for the next units of a line that go back, shipping aside.
pub fn paid_for_units(order: &Order, line: &OrderLine, units: u32, tickets: &[Ticket]) -> Money {
    let left = left_of_units(order, line, tickets);
    let sum = left.into_iter().flatten().take(units as usize).sum::<i64>();
    Money::from_minor(sum, order.total.currency())
}

/// What is left of all that was paid for an order, shipping included, after what went back: whoever agrees to a
/// refund, more can't come back.
pub fn money_left(order: &Order, tickets: &[Ticket]) -> Money {
    let is_paid = |line: &&OrderLine| !matches!(line.state, LineState::Unpaid | LineState::Closed);
    let of_lines = |paid: &dyn Fn(&&OrderLine) -> bool| -> i64 {
        order.lines.iter().filter(paid).map(|line| line.paid.minor()).sum()
    };
    let shipping = if order.lines.iter().any(|line| is_paid(&line)) { order.shipping_fee.minor() } else { 0 };
    let back = |ticket: &&Ticket| {
        ticket.order == order.id
            && ticket.state != TicketState::Cancelled
            && (pays_money(ticket.kind) || ticket.kind == TicketKind::PriceProtection)
    };
    let by_tickets: i64 = tickets.iter().filter(back).map(|ticket| ticket.amount.minor()).sum();
    let by_lines = of_lines(&|line| line.state == LineState::Refunded);
    let by_order = order.refund.as_ref().map_or(0, |refund| refund.amount.minor());
    // Ways of telling the same money: the most that one of them tells went back at least.
    let back = by_tickets.max(by_lines).max(by_order);
    Money::from_minor((of_lines(&is_paid) + shipping - back).max(0), order.total.currency())
}

fn returns_shipping(order: &Order, claim: Claim<'_>, tickets: &[Ticket]) -> bool {
    let nothing_left =
        order.lines.iter().all(|line| matches!(line.state, LineState::Paid | LineState::Closed));
    let earlier_are_sellers = tickets
        .iter()
        .filter(|ticket| ticket.order == order.id && pays_money(ticket.kind))
        .filter(|ticket| ticket.state != TicketState::Cancelled)
        .all(|ticket| Ground::of(&ticket.reason).is_sellers());
    let everything = order.lines.iter().filter(|line| !line.gift).all(|line| {
        let now: u32 = claim.lines.iter().filter(|(id, _)| *id == line.id).map(|(_, units)| *units).sum();
        now.saturating_add(claimed_units(order, &line.id, tickets)) >= line.units
    });
    everything && (nothing_left || (claim.ground.is_sellers() && earlier_are_sellers))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::{
        dialogue::tests::builder::{line, order, yuan},
        domain::{Currency, TicketId},
    };

    fn ticket(number: usize, line: &str, units: u32, state: TicketState) -> Ticket {
        let opened_at = Timestamp::from_second(1_000 + number as i64 * 10).unwrap();
        Ticket {
            evidence: Vec::new(),
            id: TicketId::from(format!("R{number}")),
            shopper: "lin".into(),
            order: "20261110002".into(),
            kind: TicketKind::Return,
            reason: "fault".into(),
            lines: vec![(line.into(), units)],
            amount: yuan("0"),
            shipping_payer: "seller".into(),
            state,
            due: None,
            opened_at,
            history: vec![(opened_at, state)],
        }
    }

    fn one_line(units: u32, paid: &str, shipping: &str) -> Order {
        let mut order = order(
            "20261110002",
            "2026-11-10T20:00",
            vec![line("1", "tee", "T恤", "Tee", units, paid, LineState::Delivered)],
        );
        order.shipping_fee = yuan(shipping);
        order
    }

    #[test]
    fn units_come_back_at_what_was_paid_for_them_and_shipping_only_for_everything() {
        for (claims, ground, expected) in [
            (&[("1", 1)][..], Ground::Fault, Some("3.34")),
            (&[("1", 3)], Ground::NoReason, Some("10.00")),
            (&[("1", 3)], Ground::Fault, Some("18.00")),
            (&[("1", 4)], Ground::Fault, None),
            (&[("9", 1)], Ground::Fault, None),
        ] {
            let lines: Vec<(LineId, u32)> = claims.iter().map(|(id, units)| ((*id).into(), *units)).collect();
            let amount = refund_amount(&one_line(3, "10", "8"), Claim { lines: &lines, ground }, &[]);
            assert_eq!(amount.map(|amount| amount.digits()).as_deref(), expected, "{claims:?} {ground:?}");
        }
    }

    #[test]
    fn the_last_part_brings_the_shipping_only_when_every_part_was_the_sellers() {
        let order = one_line(2, "10", "8");
        let lines = [("1".into(), 1)];
        let mut earlier = ticket(1, "1", 1, TicketState::Done);
        let last = |earlier: &Ticket| {
            refund_amount(
                &order,
                Claim { lines: &lines, ground: Ground::Fault },
                std::slice::from_ref(earlier),
            )
        };
        assert_eq!(last(&earlier), Some(yuan("13")));
        earlier.reason = "no_reason".into();
        assert_eq!(last(&earlier), Some(yuan("5")));
    }

    #[test]
    fn no_more_is_left_than_was_paid_and_has_not_come_back() {
        let order = one_line(2, "10", "8");
        let mut raised = ticket(1, "1", 1, TicketState::Refunding);
        raised.amount = yuan("9.50");
        let lines = [("1".into(), 1)];
        let claim = Claim { lines: &lines, ground: Ground::Fault };
        assert_eq!(money_left(&order, &[]), yuan("18"));
        assert_eq!(money_left(&order, std::slice::from_ref(&raised)), yuan("8.50"));
        assert_eq!(refund_amount(&order, claim, std::slice::from_ref(&raised)), Some(yuan("8.50")));
        raised.state = TicketState::Cancelled;
        assert_eq!(money_left(&order, &[raised]), yuan("18"));
        let mut unpaid = one_line(2, "10", "8");
        unpaid.lines[0].state = LineState::Unpaid;
        assert_eq!(money_left(&unpaid, &[]), yuan("0"));
        let mut refunded = one_line(2, "10", "0");
        refunded.lines[0].state = LineState::Refunded;
        assert_eq!(money_left(&refunded, &[]), yuan("0"));
    }

    proptest! {
        /// Price differences paid back on the way leave so much less to refund, never more and never less.
        #[test]
        fn price_differences_count_once(
            paid in 100_i64..1_000_000,
            units in 1_u32..9,
            before in 0_u32..4,
            share in 0_i64..100,
            cancelled in any::<bool>(),
        ) {
            let mut order = one_line(units, "0", "0");
            order.lines[0].paid = Money::from_minor(paid, Currency::CNY);
            let mut tickets = vec![];
            let mut returned = Decimal::ZERO;
            let mut refund = |tickets: &mut Vec<Ticket>, number: usize, count: u32| {
                let lines = [("1".into(), count)];
                let claim = Claim { lines: &lines, ground: Ground::NoReason };
                if let Some(amount) = refund_amount(&order, claim, tickets) {
                    tickets.push(ticket(number, "1", count, TicketState::Done));
                    returned += amount.amount();
                }
            };
            refund(&mut tickets, 0, before);
            let left: i64 = left_of_units(&order, &order.lines[0], &tickets).into_iter().flatten().sum();
            let state = if cancelled { TicketState::Cancelled } else { TicketState::Done };
            let mut protection = ticket(5, "1", units, state);
            (protection.kind, protection.amount) = (TicketKind::PriceProtection, Money::from_minor(left * share / 100, Currency::CNY));
            let given = if cancelled { Decimal::ZERO } else { protection.amount.amount() };
            tickets.push(protection);
            (0..9).for_each(|number| refund(&mut tickets, 10 + number, 1));
            prop_assert_eq!(returned + given, order.lines[0].paid.amount());
        }

        /// Refunds in any sequence, some of them cancelled, never exceed what was paid, and everything together
        /// is exactly that.
        #[test]
        fn refunds_never_exceed_what_was_paid(
            paid in 0_i64..1_000_000,
            units in 1_u32..9,
            steps in prop::collection::vec((1_u32..4, any::<bool>()), 0..8),
        ) {
            let mut order = one_line(units, "0", "0");
            order.lines[0].paid = Money::from_minor(paid, Currency::CNY);
            let mut tickets: Vec<Ticket> = Vec::new();
            let mut returned = Decimal::ZERO;
            for (number, (count, cancelled)) in steps.into_iter().chain((0..9).map(|_| (1, false))).enumerate() {
                let lines = [("1".into(), count)];
                let claim = Claim { lines: &lines, ground: Ground::NoReason };
                let Some(amount) = refund_amount(&order, claim, &tickets) else { continue };
                tickets.push(ticket(number, "1", count, if cancelled { TicketState::Cancelled } else { TicketState::Done }));
                if !cancelled {
                    returned += amount.amount();
                }
                prop_assert!(returned <= order.lines[0].paid.amount());
            }
            prop_assert_eq!(returned, order.lines[0].paid.amount());
        }
    }
}
