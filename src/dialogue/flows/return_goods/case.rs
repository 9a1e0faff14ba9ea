//! A claim with everything the rules say about it.

use jiff::Timestamp;

use super::{kind_of, lines_of};
use crate::{
    dialogue::talk::Talk,
    domain::{
        FlowRun, LineId, Money,
        trade::{Order, OrderLine, Ticket, TicketKind, TicketState},
    },
    trade::{self, Claim, Ground, Payer, Verdict},
};

/// A claim as the summary states it.
pub(super) struct Case<'a> {
    pub(super) order: &'a Order,
    pub(super) claims: Vec<(LineId, u32)>,
    pub(super) kind: TicketKind,
    pub(super) reason: String,
    pub(super) verdict: Verdict,
    pub(super) amount: Money,
    pub(super) payer: Payer,
    pub(super) state: TicketState,
    pub(super) due: Timestamp,
}

impl<'a> Case<'a> {
    /// `None` when a slot is missing or names units that are not there (any more).
    pub(super) fn of(talk: &Talk<'_>, run: &FlowRun, order: &'a Order, tickets: &[Ticket]) -> Option<Self> {
        let (shop, now, zone) = (talk.shop, talk.now(), talk.zone());
        let claims = lines_of(run)?.to_vec();
        let kind = kind_of(run.text("kind")?)?;
        let reason = run.text("reason")?.to_owned();
        let ground = Ground::of(&reason);
        let lines: Option<Vec<&OrderLine>> = claims.iter().map(|(id, _)| order.line(id)).collect();
        let verdicts = lines?.into_iter().map(|line| trade::eligibility(line, kind, ground, &shop.policy, now, zone));
        let verdict = verdicts.max_by_key(strictness)?;
        let money = trade::refund_amount(order, Claim { lines: &claims, ground }, tickets)?;
        let pays = matches!(kind, TicketKind::Return | TicketKind::RefundOnly);
                let (mut state, due) = trade::opening(kind, &verdict, &shop.policy, now, zone);
        let compensated = |ticket: &Ticket| {
            ticket.order == order.id && ticket.kind == TicketKind::Compensation && ticket.state != TicketState::Cancelled
        };
        if kind == TicketKind::RefundOnly && tickets.iter().any(compensated) {
            // Late, and paid for being late: a refund beside it is for people to decide.
            state = TicketState::Review;
        }
        Some(Self {
            order,
            claims,
            kind,
            verdict,
            amount: if pays { money } else { talk.nothing() },
            payer: trade::payer(kind, ground, &shop.policy),
            reason,
            state,
            due,
        })
    }

    /// The goods in words.
    pub(super) fn items(&self, talk: &Talk<'_>) -> String {
        let items = self.claims.iter().filter_map(|(id, units)| Some(item_words(talk, self.order.line(id)?, *units)));
        talk.list(&items.collect::<Vec<_>>())
    }
}

/// Of several lines the strictest answer counts.
fn strictness(verdict: &Verdict) -> (u8, std::cmp::Reverse<Option<Timestamp>>) {
    match verdict {
        Verdict::Allowed { until, .. } => (0, std::cmp::Reverse(*until)),
        Verdict::Review(_) => (1, std::cmp::Reverse(None)),
        Verdict::Refused { .. } => (2, std::cmp::Reverse(None)),
    }
}

/// A line in words: `纯棉T恤（白色 M）×2`.
pub(super) fn item_words(talk: &Talk<'_>, line: &OrderLine, units: u32) -> String {
    let (title, variant, units) = (talk.text(&line.title), talk.text(&line.variant_text), units.to_string());
    let key = if variant.is_empty() { "item.plain" } else { "item.variant" };
    talk.label(key, &[("title", title), ("variant", variant), ("units", &units)])
}
