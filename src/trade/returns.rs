//! Whether goods may come back (Consumer Protection Law, art. 24 and 25; COMMERCE.md, "Returns").

use jiff::{Timestamp, tz::TimeZone};

use super::end_of_day_after;
use crate::domain::trade::{LineState, OrderLine, Policy, ReturnClass, TicketKind};

/// Why goods shall come back, as far as the rules tell grounds apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The shopper changed their mind, or the size does not fit.
    NoReason,
    /// A performance fault.
    Fault,
    /// The wrong item, a missing one, or not as described.
    NotAsAgreed,
}

impl Ground {
    /// The ground of a reason's code.
    pub fn of(reason: &str) -> Self {
        match reason.split(':').next().unwrap_or_default() {
            "fault" | "damaged" => Self::Fault,
            "wrong" | "missing" | "not_as_described" => Self::NotAsAgreed,
            _ => Self::NoReason,
        }
    }

    /// Whether the seller answers for it.
    pub fn is_sellers(self) -> bool {
        self != Self::NoReason
    }
}

/// The answer of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may, until the given instant where the rule has one, under a condition on the goods.
    Allowed {
        /// By which rule.
        rule: Rule,
        /// The last instant.
        until: Option<Timestamp>,
        /// What the goods must still have.
        condition: Condition,
    },
    /// Staff decide.
    Review(Rule),
    /// It may not.
    Refused {
        /// By which rule.
        rule: Rule,
        /// Since when, where time decided.
        since: Option<Timestamp>,
    },
}

/// The rule that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Seven days without a reason (art. 25 par. 1).
    NoReason,
    /// The seven days are over.
    NoReasonOver,
    /// Made to order (art. 25 par. 1 no. 1).
    Custom,
    /// Fresh or perishable (no. 2).
    Fresh,
    /// Digital goods (no. 3).
    Digital,
    /// Newspapers and periodicals (no. 4).
    Periodical,
    /// The shopper confirmed for this purchase that it stays sold (art. 25 par. 2).
    Waived,
    /// A fault within its window (art. 24; COMMERCE.md).
    Fault,
    /// A fault after its window, or after the order was completed: never refused by the bot.
    FaultOver,
    /// Wrong, missing or not as described (art. 24).
    NotAsAgreed,
    /// Money without goods, before shipping.
    NotShipped,
    /// Money while the parcel travels: it has to be stopped first.
    OnItsWay,
    /// Money without sending goods back.
    RefundOnly,
    /// Free repair within the warranty.
    Warranty,
    /// Not paid, closed or already refunded.
    State,
}

/// What a return without a reason asks of the goods (measures, art. 8 and 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    None,
    /// Whole: quality, function, accessories and labels kept; opening the box and a reasonable trial do not matter.
    Whole,
    /// The one-time seal unbroken.
    SealUnbroken,
    /// Audio-visual goods and software: not opened.
    NotOpened,
}

/// Whether a line may be claimed for, at `now`.
pub fn eligibility(
    line: &OrderLine,
    kind: TicketKind,
    ground: Ground,
    policy: &Policy,
    now: Timestamp,
    zone: &TimeZone,
) -> Verdict {
    match line.state {
        LineState::Unpaid | LineState::DepositPaid | LineState::Closed | LineState::Refunded => {
            Verdict::Refused { rule: Rule::State, since: None }
        }
        LineState::Paid => allowed(Rule::NotShipped),
        LineState::Shipped => Verdict::Review(Rule::OnItsWay),
        LineState::Delivered | LineState::Completed if kind == TicketKind::RefundOnly => {
            Verdict::Review(Rule::RefundOnly)
        }
        LineState::Delivered | LineState::Completed => match ground {
            Ground::NoReason => without_reason(line, policy, now, zone),
            Ground::Fault => fault(line, kind, policy, now, zone),
            Ground::NotAsAgreed if line.state == LineState::Completed => Verdict::Review(Rule::NotAsAgreed),
            Ground::NotAsAgreed => allowed(Rule::NotAsAgreed),
        },
    }
}

fn allowed(rule: Rule) -> Verdict {
    Verdict::Allowed { rule, until: None, condition: Condition::None }
}

/// The law's exceptions come before its deadline, so that the answer names the lasting reason.
fn without_reason(line: &OrderLine, policy: &Policy, now: Timestamp, zone: &TimeZone) -> Verdict {
    let refused = |rule| Verdict::Refused { rule, since: None };
    let condition = match line.return_class {
        ReturnClass::Custom => return refused(Rule::Custom),
        ReturnClass::Fresh => return refused(Rule::Fresh),
        ReturnClass::Digital => return refused(Rule::Digital),
        ReturnClass::Periodical => return refused(Rule::Periodical),
        _ if line.no_reason_waived_at.is_some() => return refused(Rule::Waived),
        ReturnClass::Normal => Condition::Whole,
        ReturnClass::Sealed => Condition::SealUnbroken,
        ReturnClass::OpenedMedia => Condition::NotOpened,
    };
    let Some(signed) = line.delivered_at else {
        return Verdict::Review(Rule::NoReason);
    };
    let until = end_of_day_after(signed, policy.no_reason_days, zone);
    if now <= until {
        Verdict::Allowed { rule: Rule::NoReason, until: Some(until), condition }
    } else {
        Verdict::Refused { rule: Rule::NoReasonOver, since: Some(until) }
    }
}

fn fault(line: &OrderLine, kind: TicketKind, policy: &Policy, now: Timestamp, zone: &TimeZone) -> Verdict {
    let (days, rule) = match kind {
        TicketKind::Repair => (policy.warranty_days, Rule::Warranty),
        TicketKind::Exchange => (policy.fault_exchange_days, Rule::Fault),
        _ => (policy.fault_return_days, Rule::Fault),
    };
    let Some(signed) = line.delivered_at else {
        return Verdict::Review(rule);
    };
    let until = end_of_day_after(signed, days, zone);
    if now <= until {
        Verdict::Allowed { rule, until: Some(until), condition: Condition::None }
    } else {
        Verdict::Review(Rule::FaultOver)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::tests::builder::{at, line, now, policy};

    #[test]
    fn the_rules_decide_as_the_law_says() {
        use ReturnClass::{Custom, Fresh, Normal, OpenedMedia, Sealed};
        let (ret, exchange, repair, money) =
            (TicketKind::Return, TicketKind::Exchange, TicketKind::Repair, TicketKind::RefundOnly);
        let (delivered, completed) = (LineState::Delivered, LineState::Completed);
        for (state, class, signed, kind, ground, expected) in [
            (delivered, Normal, "2026-11-16T00:10", ret, Ground::NoReason, "allowed NoReason Whole"),
            (delivered, Normal, "2026-11-15T23:50", ret, Ground::NoReason, "refused NoReasonOver"),
            (delivered, Normal, "2026-11-15T23:50", exchange, Ground::NoReason, "refused NoReasonOver"),
            (delivered, Sealed, "2026-11-20T12:00", ret, Ground::NoReason, "allowed NoReason SealUnbroken"),
            (delivered, OpenedMedia, "2026-11-20T12:00", ret, Ground::NoReason, "allowed NoReason NotOpened"),
            (delivered, Custom, "2026-11-22T12:00", ret, Ground::NoReason, "refused Custom"),
            (delivered, Fresh, "2026-11-22T12:00", ret, Ground::NoReason, "refused Fresh"),
            (delivered, Fresh, "2026-11-22T12:00", ret, Ground::Fault, "allowed Fault None"),
            (delivered, Normal, "2026-11-15T12:00", ret, Ground::Fault, "review FaultOver"),
            (delivered, Normal, "2026-11-09T12:00", exchange, Ground::Fault, "allowed Fault None"),
            (completed, Normal, "2026-11-01T12:00", exchange, Ground::Fault, "review FaultOver"),
            (completed, Normal, "2026-01-01T12:00", repair, Ground::Fault, "allowed Warranty None"),
            (delivered, Normal, "2026-11-01T12:00", ret, Ground::NotAsAgreed, "allowed NotAsAgreed None"),
            (completed, Normal, "2026-11-01T12:00", ret, Ground::NotAsAgreed, "review NotAsAgreed"),
            (delivered, Normal, "2026-11-22T12:00", money, Ground::NoReason, "review RefundOnly"),
            (LineState::Paid, Custom, "2026-11-22T12:00", money, Ground::NoReason, "allowed NotShipped None"),
            (LineState::Shipped, Normal, "2026-11-22T12:00", money, Ground::NoReason, "review OnItsWay"),
            (LineState::Closed, Normal, "2026-11-22T12:00", ret, Ground::Fault, "refused State"),
        ] {
            let mut line = line("1", "p", "品", "P", 1, "9.90", state);
            line.return_class = class;
            line.delivered_at = Some(at(signed));
            let verdict = eligibility(&line, kind, ground, &policy(), now().timestamp(), now().time_zone());
            let told = match verdict {
                Verdict::Allowed { rule, condition, .. } => format!("allowed {rule:?} {condition:?}"),
                Verdict::Review(rule) => format!("review {rule:?}"),
                Verdict::Refused { rule, .. } => format!("refused {rule:?}"),
            };
            assert_eq!(told, expected, "{state:?} {class:?} {signed} {kind:?} {ground:?}");
        }
        let mut waived = line("1", "p", "品", "P", 1, "9.90", delivered);
        waived.no_reason_waived_at = Some(at("2026-11-10T20:00"));
        let verdict =
            eligibility(&waived, ret, Ground::NoReason, &policy(), now().timestamp(), now().time_zone());
        assert_eq!(verdict, Verdict::Refused { rule: Rule::Waived, since: None });
    }
}
