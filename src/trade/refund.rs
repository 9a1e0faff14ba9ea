//! What comes back in money (COMMERCE.md, "Refund amount"): exact in any sequence of partial returns.

use rust_decimal::Decimal;

use super::{Ground, unit_shares};
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

/// Which units' shares are taken by tickets that pay money, replayed in the order things happened, so that a
/// cancelled ticket gives back exactly the shares it took.
fn taken_shares(order: &Order, line: &OrderLine, tickets: &[Ticket]) -> Vec<bool> {
    let mut events = Vec::new();
    for (index, ticket) in tickets.iter().enumerate() {
        if ticket.order != order.id || !pays_money(ticket.kind) {
            continue;
        }
        let units: u32 = ticket.lines.iter().filter(|(id, _)| *id == line.id).map(|(_, units)| *units).sum();
        events.push((ticket.opened_at, index, Some(units)));
        if ticket.state == TicketState::Cancelled {
            let cancelled = ticket.history.iter().rev().find(|(_, state)| *state == TicketState::Cancelled);
            events.push((cancelled.map_or(ticket.opened_at, |(at, _)| *at), index, None));
        }
    }
    // At the same instant a ticket opens before it is cancelled; the sort is stable.
    events.sort_by_key(|(at, _, _)| *at);
    let mut owner: Vec<Option<usize>> = vec![None; line.units as usize];
    for (_, index, units) in events {
        match units {
            Some(units) => {
                for place in owner.iter_mut().filter(|place| place.is_none()).take(units as usize) {
                    *place = Some(index);
                }
            }
            None => owner.iter_mut().filter(|place| **place == Some(index)).for_each(|place| *place = None),
        }
    }
    owner.into_iter().map(|place| place.is_some()).collect()
}

/// What was really paid for the claimed units: each unit's share of its line's `paid`, never a share twice.
/// Outbound shipping is added only when everything goes back and the seller answers for all of it, or when
/// nothing has left yet. `None` when a line is unknown or has fewer units left.
pub fn refund_amount(order: &Order, claim: Claim<'_>, tickets: &[Ticket]) -> Option<Money> {
    let mut sum = Decimal::ZERO;
    for (id, units) in claim.lines {
        let line = order.line(id)?;
        if *units > refundable_units(order, line, tickets) {
            return None;
        }
        let shares = unit_shares(line.paid, line.units);
        let taken = taken_shares(order, line, tickets);
        let free = shares.iter().zip(taken).filter(|(_, taken)| !taken).map(|(share, _)| share.amount());
        sum += free.take(*units as usize).sum::<Decimal>();
    }
    if returns_shipping(order, claim, tickets) {
        sum += order.shipping_fee.amount();
    }
    Some(Money::new(sum, order.total.currency()))
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

    use super::*;
    use crate::{
        dialogue::tests::builder::{line, order, yuan},
        domain::{Currency, TicketId},
    };

    fn ticket(number: usize, line: &str, units: u32, state: TicketState) -> Ticket {
        let opened_at = Timestamp::from_second(1_000 + number as i64 * 10).unwrap();
        Ticket {
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

    proptest! {
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
