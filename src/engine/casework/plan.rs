//! What a wish comes to by the shop's rules, before anything is done: pure, so that a quote and a change say the same.
//!
//! A person may agree to what the bot must refuse; the plan says then which rule it goes beyond. It never goes beyond what
//! was paid, and above the shop's limit for agents only for an owner.

use jiff::{Timestamp, ZonedDateTime};

use super::wish::Wish;
use crate::{
    domain::{
        LineId, Localized, Money, OrderId, PromotionId, VariantId,
        act::ChangeRequest,
        trade::{
            Address, LineState, Order, OrderLine, OrderState, Product, PromotionKind, Shopper, Ticket,
            TicketKind, TicketState, WalletCoupon,
        },
    },
    shop::Shop,
    store::Role,
    trade::{self, Claim, Condition, CouponStanding, Ground, Rule, Verdict},
};

/// What would be done, and what of it the shopper and the shop would notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What the shop's system is asked for.
    pub request: ChangeRequest,
    /// Money back.
    pub amount: Option<Money>,
    /// What was paid for the units.
    pub computed: Option<Money>,
    /// More than this can't come back.
    pub most: Option<Money>,
    /// More than this only by an owner.
    pub limit: Option<Money>,
    /// Who pays for sending goods back.
    pub shipping_payer: Option<String>,
    /// When the next step is due.
    pub due: Option<Timestamp>,
    /// Line by line, for a person to read.
    pub explained: Vec<Explained>,
}

/// Something to know about a plan.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants' sentences name their fields")]
pub enum Explained {
    /// Units of a line and what was paid for them.
    Line { line: LineId, title: Localized, variant: Localized, units: u32, amount: Money },
    /// The outbound shipping comes back too.
    Shipping(Money),
    /// The bot would not have agreed, or not alone: the rule by its code.
    Beyond(&'static str),
    /// What goods have to be like: `whole`, `seal_unbroken`, `not_opened`.
    Condition(&'static str),
    /// The parcel is on its way and has to be stopped.
    OnItsWay,
    /// The order was compensated before.
    Compensated(Money),
    /// The deposit stays with the shop.
    DepositKept(Money),
    /// The amount was changed from what was paid for the units.
    Changed { from: Money, to: Money },
}

/// Why a wish is not met.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum No {
    /// By a rule, as a code.
    Refused(&'static str),
    /// An owner may.
    OverLimit(Money),
    /// So much was paid and no more.
    OverPaid(Money),
    /// The amount is none.
    BadAmount,
}

/// What a plan is made of.
pub(super) struct Basis<'a> {
    pub(super) shop: &'a Shop,
    pub(super) shopper: &'a Shopper,
    pub(super) orders: &'a [Order],
    pub(super) tickets: &'a [Ticket],
    pub(super) wallet: &'a [WalletCoupon],
    /// Of the order in question.
    pub(super) products: &'a [Product],
    pub(super) by: Role,
    pub(super) now: &'a ZonedDateTime,
}

impl Plan {
    fn of(request: ChangeRequest) -> Self {
        Self {
            request,
            amount: None,
            computed: None,
            most: None,
            limit: None,
            shipping_payer: None,
            due: None,
            explained: Vec::new(),
        }
    }
}

/// Units that no ticket has claimed, gifts aside, and what was paid for them.
pub(super) fn claimable(order: &Order, tickets: &[Ticket]) -> Vec<(LineId, u32, Money)> {
    let paid =
        |line: &&OrderLine| !line.gift && (LineState::Paid..=LineState::Completed).contains(&line.state);
    let lines = order.lines.iter().filter(paid);
    lines
        .filter_map(|line| {
            let units = trade::refundable_units(order, line, tickets);
            (0 < units).then(|| (line.id.clone(), units, trade::paid_for_units(order, line, units, tickets)))
        })
        .collect()
}

/// What a wish comes to.
pub(super) fn plan(basis: &Basis<'_>, wish: &Wish) -> Result<Plan, No> {
    match wish {
        Wish::Ticket { kind, order, lines, reason, want, amount } => {
            let order = basis.order(order)?;
            let lines = merged(lines);
            let asked = Asked { kind: *kind, reason, want: want.as_deref(), amount: *amount };
            ticket(basis, order, lines, &asked)
        }
        Wish::Coupon(id) => coupon(basis, id),
        Wish::Address { .. } => address(basis, wish),
        Wish::Cancel(order) => cancel(basis, basis.order(order)?),
        Wish::Variant { order, line, variant } => {
            let order = basis.order(order)?;
            goes_on(basis, order)?;
            variant_fits(basis, order, line, variant)?;
            Ok(Plan::of(ChangeRequest::ChangeVariant {
                shopper: order.shopper.clone(),
                order: order.id.clone(),
                line: line.clone(),
                variant: variant.clone(),
            }))
        }
    }
}

impl<'a> Basis<'a> {
    fn order(&self, id: &OrderId) -> Result<&'a Order, No> {
        let theirs = |order: &&Order| order.id == *id && order.shopper == self.shopper.id;
        self.orders.iter().find(theirs).ok_or(No::Refused("unknown_order"))
    }

    fn tickets_of(&self, order: &'a Order) -> impl Iterator<Item = &'a Ticket> {
        let standing = |ticket: &&Ticket| ticket.state != TicketState::Cancelled;
        self.tickets.iter().filter(|ticket| ticket.order == order.id).filter(standing)
    }
}

/// A line that is named twice is claimed once, with all its units.
fn merged(lines: &[(LineId, u32)]) -> Vec<(LineId, u32)> {
    let mut merged: Vec<(LineId, u32)> = Vec::new();
    for (line, units) in lines {
        match merged.iter_mut().find(|(known, _)| known == line) {
            Some((_, all)) => *all = all.saturating_add(*units),
            None => merged.push((line.clone(), *units)),
        }
    }
    merged
}

/// What is asked of a ticket.
struct Asked<'a> {
    kind: TicketKind,
    reason: &'a str,
    want: Option<&'a str>,
    amount: Option<Money>,
}

fn ticket(
    basis: &Basis<'_>,
    order: &Order,
    mut lines: Vec<(LineId, u32)>,
    asked: &Asked<'_>,
) -> Result<Plan, No> {
    let (policy, now) = (&basis.shop.policy, basis.now.timestamp());
    if lines.is_empty() {
        lines = claimable(order, basis.tickets).into_iter().map(|(line, units, _)| (line, units)).collect();
    }
    let why = Ground::of(asked.reason);
    let mut explained = Vec::new();
    judge(basis, order, &lines, asked.kind, why, &mut explained)?;
    let claim = Claim { lines: &lines, ground: why };
    let computed = trade::refund_amount(order, claim, basis.tickets).ok_or(No::Refused("units_claimed"))?;
    let most = trade::money_left(order, basis.tickets);
    let pays = matches!(asked.kind, TicketKind::Return | TicketKind::RefundOnly);
    let nothing = Money::zero(basis.shop.currency);
    let amount = if pays { money(basis, asked, computed, most, &mut explained)? } else { nothing };
    if !pays && asked.amount.is_some_and(|amount| amount != nothing) {
        return Err(No::BadAmount);
    }
    if pays {
        explain_money(basis, order, &lines, computed, &mut explained);
    }
    // A person agrees, whatever the bot would have asked people for.
    let agreed = Verdict::Allowed { rule: Rule::NotAsAgreed, until: None, condition: Condition::None };
    let (state, due) = trade::opening(asked.kind, &agreed, policy, now, basis.now.time_zone());
    let payer = trade::payer(asked.kind, why, policy).name().to_owned();
    let reason = match asked.want {
        Some(want) if asked.kind == TicketKind::Exchange => format!("{}: {want}", asked.reason),
        _ => asked.reason.to_owned(),
    };
    let request = ChangeRequest::OpenTicket {
        shopper: order.shopper.clone(),
        order: order.id.clone(),
        kind: asked.kind,
        reason,
        lines,
        evidence: Vec::new(),
        amount,
        shipping_payer: payer.clone(),
        state,
        due: Some(due),
    };
    Ok(Plan {
        amount: pays.then_some(amount),
        computed: pays.then_some(computed),
        most: pays.then_some(most),
        limit: policy.agents.refund_up_to.filter(|_| pays),
        shipping_payer: Some(payer),
        due: Some(due),
        explained,
        ..Plan::of(request)
    })
}

/// The rules' answer to every line: nothing was paid is a no, all else a person may agree to.
fn judge(
    basis: &Basis<'_>,
    order: &Order,
    lines: &[(LineId, u32)],
    kind: TicketKind,
    why: Ground,
    explained: &mut Vec<Explained>,
) -> Result<(), No> {
    if lines.is_empty() || lines.iter().any(|(_, units)| *units == 0) {
        return Err(No::Refused("no_units"));
    }
    for (id, _) in lines {
        let line = order.line(id).ok_or(No::Refused("unknown_line"))?;
        let (now, zone) = (basis.now.timestamp(), basis.now.time_zone());
        let said = match trade::eligibility(line, kind, why, &basis.shop.policy, now, zone) {
            Verdict::Refused { rule: Rule::State, .. } => return Err(No::Refused("state")),
            Verdict::Review(Rule::OnItsWay) => Some(Explained::OnItsWay),
            Verdict::Review(rule) | Verdict::Refused { rule, .. } => Some(Explained::Beyond(rule_code(rule))),
            Verdict::Allowed { condition, .. } => condition_code(condition).map(Explained::Condition),
        };
        explained.extend(said.filter(|said| !explained.contains(said)));
    }
    let given = basis.tickets_of(order).find(|ticket| ticket.kind == TicketKind::Compensation);
    explained.extend(given.map(|ticket| Explained::Compensated(ticket.amount)));
    Ok(())
}

fn rule_code(rule: Rule) -> &'static str {
    match rule {
        Rule::NoReason => "no_reason",
        Rule::NoReasonOver => "no_reason_over",
        Rule::Custom => "custom",
        Rule::Fresh => "fresh",
        Rule::Digital => "digital",
        Rule::Periodical => "periodical",
        Rule::Waived => "waived",
        Rule::Fault => "fault",
        Rule::FaultOver => "fault_over",
        Rule::NotAsAgreed => "not_as_agreed",
        Rule::NotShipped => "not_shipped",
        Rule::OnItsWay => "on_its_way",
        Rule::RefundOnly => "refund_only",
        Rule::Warranty => "warranty",
        Rule::State => "state",
    }
}

fn condition_code(condition: Condition) -> Option<&'static str> {
    match condition {
        Condition::None => None,
        Condition::Whole => Some("whole"),
        Condition::SealUnbroken => Some("seal_unbroken"),
        Condition::NotOpened => Some("not_opened"),
    }
}

/// What comes back: what was paid for the units, or what the person says within the bounds.
fn money(
    basis: &Basis<'_>,
    asked: &Asked<'_>,
    computed: Money,
    most: Money,
    explained: &mut Vec<Explained>,
) -> Result<Money, No> {
    let amount = asked.amount.unwrap_or(computed);
    if amount.currency() != computed.currency() || amount.minor() < 0 {
        return Err(No::BadAmount);
    }
    if asked.kind == TicketKind::RefundOnly && amount.minor() == 0 {
        return Err(if asked.amount.is_some() { No::BadAmount } else { No::Refused("nothing_paid") });
    }
    if most.minor() < amount.minor() {
        return Err(No::OverPaid(most));
    }
    let limit = basis.shop.policy.agents.refund_up_to.filter(|_| basis.by != Role::Owner);
    if let Some(limit) = limit.filter(|limit| limit.minor() < amount.minor()) {
        return Err(No::OverLimit(limit));
    }
    if amount != computed {
        explained.push(Explained::Changed { from: computed, to: amount });
    }
    Ok(amount)
}

fn explain_money(
    basis: &Basis<'_>,
    order: &Order,
    lines: &[(LineId, u32)],
    computed: Money,
    explained: &mut Vec<Explained>,
) {
    let mut sum = 0;
    for (id, units) in lines {
        let Some(line) = order.line(id) else { continue };
        let amount = trade::paid_for_units(order, line, *units, basis.tickets);
        sum += amount.minor();
        let (title, variant) = (line.title.clone(), line.variant_text.clone());
        explained.push(Explained::Line { line: id.clone(), title, variant, units: *units, amount });
    }
    let rest = Money::from_minor(computed.minor() - sum, computed.currency());
    if 0 < rest.minor() {
        explained.push(Explained::Shipping(rest));
    }
}

fn coupon(basis: &Basis<'_>, id: &PromotionId) -> Result<Plan, No> {
    let shop = basis.shop;
    let promotion = shop.promotions.iter().find(|known| known.id == *id);
    let Some((promotion, PromotionKind::Coupon { per_shopper, .. })) = promotion.map(|it| (it, &it.kind))
    else {
        return Err(No::Refused("unknown_coupon"));
    };
    if basis.by != Role::Owner && !shop.policy.agents.coupons.contains(id) {
        return Err(No::Refused("not_giveable"));
    }
    let now = basis.now.timestamp();
    match trade::coupon_standing(promotion, basis.wallet, now) {
        Some(CouponStanding::NotYet) => return Err(No::Refused("upcoming")),
        Some(CouponStanding::Over) => return Err(No::Refused("expired")),
        _ => {}
    }
    let had = basis.wallet.iter().filter(|coupon| coupon.promotion == *id).count();
    if u32::try_from(had).unwrap_or(u32::MAX) >= *per_shopper {
        return Err(No::Refused("limit_reached"));
    }
    Ok(Plan::of(ChangeRequest::ClaimCoupon {
        shopper: basis.shopper.id.clone(),
        promotion: id.clone(),
        per_shopper: *per_shopper,
    }))
}

/// What is being refunded goes nowhere any more.
fn goes_on(basis: &Basis<'_>, order: &Order) -> Result<(), No> {
    let refunding = basis.tickets_of(order).any(|ticket| ticket.kind == TicketKind::RefundOnly);
    if refunding { Err(No::Refused("refunding")) } else { Ok(()) }
}

fn is_open(order: &Order, state: LineState) -> bool {
    !order.picking && matches!(state, LineState::Unpaid | LineState::DepositPaid | LineState::Paid)
}

fn address(basis: &Basis<'_>, wish: &Wish) -> Result<Plan, No> {
    let Wish::Address { order, name, phone, region, detail } = wish else { return Err(No::Refused("state")) };
    let order = basis.order(order)?;
    goes_on(basis, order)?;
    let live = || order.lines.iter().filter(|line| line.state < LineState::Closed);
    if live().next().is_none() || live().any(|line| !is_open(order, line.state)) {
        return Err(No::Refused("too_late"));
    }
    let new = |new: &Option<String>, old: &String| new.as_ref().unwrap_or(old).clone();
    let address = Address {
        name: new(name, &order.address.name),
        phone: new(phone, &order.address.phone),
        region: new(region, &order.address.region),
        detail: new(detail, &order.address.detail),
    };
    if address == order.address {
        return Err(No::Refused("as_it_is"));
    }
    let goes_to = |region: &String| address.region.contains(region) || address.detail.contains(region);
    if basis.shop.policy.excluded_regions.iter().any(goes_to) {
        return Err(No::Refused("not_delivered_to"));
    }
    let (shopper, order) = (order.shopper.clone(), order.id.clone());
    Ok(Plan::of(ChangeRequest::ChangeAddress { shopper, order, address }))
}

/// An order that is not paid is closed; of one that was not sent everything is paid back; all else is a claim of its own.
fn cancel(basis: &Basis<'_>, order: &Order) -> Result<Plan, No> {
    let request = ChangeRequest::CancelOrder { shopper: order.shopper.clone(), order: order.id.clone() };
    match order.state() {
        OrderState::Unpaid => Ok(Plan::of(request)),
        OrderState::DepositPaid => {
            let advance = |product: &Product| {
                basis.shop.promotions.iter().any(|promotion| {
                    matches!(promotion.kind, PromotionKind::Presale { refundable: true, .. })
                        && promotion.scope.covers(product)
                })
            };
            if basis.products.iter().any(advance) {
                // An advance is paid back, which the shop's system does not do by itself.
                return Err(No::Refused("advance"));
            }
            let explained = vec![Explained::DepositKept(order.total)];
            Ok(Plan { explained, ..Plan::of(request) })
        }
        OrderState::Paid => {
            let asked = Asked { kind: TicketKind::RefundOnly, reason: "cancel", want: None, amount: None };
            ticket(basis, order, Vec::new(), &asked)
        }
        _ => Err(No::Refused("too_late")),
    }
}

fn variant_fits(basis: &Basis<'_>, order: &Order, line: &LineId, variant: &VariantId) -> Result<(), No> {
    let line = order.line(line).ok_or(No::Refused("unknown_line"))?;
    if !is_open(order, line.state) {
        return Err(No::Refused("too_late"));
    }
    let product = basis.products.iter().find(|product| product.id == line.product);
    let product = product.ok_or(No::Refused("unknown_variant"))?;
    let wanted = product.variant(variant).ok_or(No::Refused("unknown_variant"))?;
    if wanted.id == line.variant {
        return Err(No::Refused("as_it_is"));
    }
    if product.variant(&line.variant).is_none_or(|before| before.price != wanted.price) {
        return Err(No::Refused("other_price"));
    }
    if wanted.stock < line.units { Err(No::Refused("no_stock")) } else { Ok(()) }
}
