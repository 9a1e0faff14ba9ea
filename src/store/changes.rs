//! What a change does to a shop's built-in tables, as pure functions that every store shares (COMMERCE.md, "Orders"
//! and "Returns").
//!
//! A store loads the [`Books`], calls [`carry_out`] and keeps the [`Effects`] in the same transaction, with the
//! change's key. Nothing here reads a clock or touches a database.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::{
    ChangeOutcome, LineId, PromotionId, ShopperId, VariantId,
    act::ChangeRequest,
    trade::{Address, LineState, Order, Product, Shopper, Ticket, TicketKind, TicketState, WalletCoupon},
};

/// What a change reads: all of it as of one moment.
#[derive(Debug, Default)]
pub(super) struct Books {
    /// Who asks.
    pub(super) shopper: Option<Shopper>,
    /// What they have in their wallet.
    pub(super) wallet: Vec<WalletCoupon>,
    /// The order in question.
    pub(super) order: Option<Order>,
    /// The products of its lines.
    pub(super) products: Vec<Product>,
    /// Its tickets.
    pub(super) tickets: Vec<Ticket>,
    /// How many tickets the shop has had.
    pub(super) tickets_so_far: u64,
}

/// What a change writes; everything else stays as it is.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) ticket: Option<Ticket>,
    pub(super) order: Option<Order>,
    pub(super) products: Vec<Product>,
    pub(super) shopper: Option<Shopper>,
    /// The whole wallet, as it is from now on.
    pub(super) wallet: Option<Vec<WalletCoupon>>,
}

impl Effects {
    /// What is told of them.
    pub(super) fn outcome(&self) -> ChangeOutcome {
        self.ticket
            .as_ref()
            .map_or(ChangeOutcome::Done, |ticket| ChangeOutcome::TicketOpened(ticket.id.clone()))
    }
}

/// Why not, as a code.
type Refusal = &'static str;

/// Works a change out.
pub(super) fn carry_out(
    request: &ChangeRequest,
    mut books: Books,
    at: Timestamp,
) -> Result<Effects, Refusal> {
    // Nobody changes what is another's.
    books.order = books.order.filter(|order| order.shopper == *request.shopper());
    let refunding =
        |ticket: &Ticket| ticket.kind == TicketKind::RefundOnly && ticket.state != TicketState::Cancelled;
    let stays = matches!(
        request,
        ChangeRequest::ChangeAddress { .. }
            | ChangeRequest::ChangeVariant { .. }
            | ChangeRequest::OpenTicket { kind: TicketKind::Compensation, .. }
    );
    // What is being refunded goes nowhere any more.
    if stays && books.order.is_some() && books.tickets.iter().any(refunding) {
        return Err("refunding");
    }
    match request {
        ChangeRequest::OpenTicket { .. } => open_ticket(request, &books, at),
        ChangeRequest::ClaimCoupon { promotion, per_shopper, .. } => {
            claim_coupon(books.wallet, promotion, *per_shopper, at)
        }
        ChangeRequest::ChangeAddress { address, .. } => change_address(books.order, address),
        ChangeRequest::ChangeVariant { line, variant, .. } => change_variant(books, line, variant),
        ChangeRequest::CancelOrder { .. } => cancel_order(books),
    }
}

fn claim_coupon(
    mut wallet: Vec<WalletCoupon>,
    promotion: &PromotionId,
    per_shopper: u32,
    at: Timestamp,
) -> Result<Effects, Refusal> {
    let had = wallet.iter().filter(|coupon| coupon.promotion == *promotion).count();
    if u32::try_from(had).unwrap_or(u32::MAX) >= per_shopper {
        return Err("limit_reached");
    }
    wallet.push(WalletCoupon { promotion: promotion.clone(), claimed_at: at, order: None });
    Ok(Effects { wallet: Some(wallet), ..Effects::default() })
}

/// Whether goods of a line can still be changed: not shipped, and not being picked.
fn is_open(order: &Order, state: LineState) -> bool {
    !order.picking && matches!(state, LineState::Unpaid | LineState::DepositPaid | LineState::Paid)
}

/// Parcels that have left go where they were sent; an order that left in part keeps its address.
fn change_address(order: Option<Order>, address: &Address) -> Result<Effects, Refusal> {
    let mut order = order.ok_or("unknown_order")?;
    if !order.lines.iter().all(|line| line.state >= LineState::Closed || is_open(&order, line.state))
        || order.lines.iter().all(|line| line.state >= LineState::Closed)
    {
        return Err("too_late");
    }
    order.address = address.clone();
    Ok(Effects { order: Some(order), ..Effects::default() })
}

/// Another variant of the same product and price: money stays as it is, stock moves.
fn change_variant(books: Books, line: &LineId, variant: &VariantId) -> Result<Effects, Refusal> {
    let mut order = books.order.ok_or("unknown_order")?;
    let place = order.lines.iter().position(|known| known.id == *line).ok_or("unknown_line")?;
    let held = &order.lines[place];
    if !is_open(&order, held.state) {
        return Err("too_late");
    }
    let mut product =
        books.products.into_iter().find(|product| product.id == held.product).ok_or("unknown_variant")?;
    let wanted = product.variant(variant).ok_or("unknown_variant")?;
    if held.variant == *variant {
        return Ok(Effects::default());
    }
    if product.variant(&held.variant).is_none_or(|before| before.price != wanted.price) {
        return Err("other_price");
    }
    if wanted.stock < held.units {
        return Err("no_stock");
    }
    let (words, units, before) = (product.variant_text(wanted), held.units, held.variant.clone());
    for known in &mut product.variants {
        if known.id == *variant {
            known.stock -= units;
        } else if known.id == before {
            known.stock = known.stock.saturating_add(units);
        }
    }
    let changed = &mut order.lines[place];
    (changed.variant, changed.variant_text) = (variant.clone(), words);
    Ok(Effects { order: Some(order), products: vec![product], ..Effects::default() })
}

/// An order that is not paid is closed; what it held goes back: stock, coupons and points.
fn cancel_order(books: Books) -> Result<Effects, Refusal> {
    let mut order = books.order.ok_or("unknown_order")?;
    let unpaid = |state| matches!(state, LineState::Unpaid | LineState::DepositPaid);
    if order.lines.iter().any(|line| line.state < LineState::Closed && !unpaid(line.state))
        || order.lines.iter().all(|line| line.state >= LineState::Closed)
    {
        return Err("too_late");
    }
    let mut products = books.products;
    let mut touched = BTreeSet::new();
    for line in order.lines.iter_mut().filter(|line| line.state < LineState::Closed) {
        line.state = LineState::Closed;
        let product = products.iter_mut().find(|product| product.id == line.product);
        let variant = product.and_then(|product| {
            touched.insert(product.id.clone());
            product.variants.iter_mut().find(|variant| variant.id == line.variant)
        });
        if let Some(variant) = variant {
            variant.stock = variant.stock.saturating_add(line.units);
        }
    }
    products.retain(|product| touched.contains(&product.id));
    let mut shopper = books.shopper;
    if let Some(shopper) = &mut shopper {
        shopper.points = shopper.points.saturating_add(order.points_spent);
    }
    let mut wallet = books.wallet;
    for coupon in wallet.iter_mut().filter(|coupon| coupon.order.as_ref() == Some(&order.id)) {
        coupon.order = None;
    }
    Ok(Effects { order: Some(order), products, shopper, wallet: Some(wallet), ticket: None })
}

fn open_ticket(request: &ChangeRequest, books: &Books, at: Timestamp) -> Result<Effects, Refusal> {
    let ChangeRequest::OpenTicket {
        shopper,
        order,
        kind,
        reason,
        lines,
        evidence,
        amount,
        shipping_payer,
        state,
        due,
    } = request
    else {
        return Err("no_units");
    };
    let known = books.order.as_ref().ok_or("unknown_order")?;
    refuse_twice(*kind, reason, lines, known, &books.tickets)?;
    if comes_back(*kind) && paid_for(known) < paid_back(&books.tickets).saturating_add(amount.minor()) {
        return Err("over_paid");
    }
    let ticket = Ticket {
        id: format!("T{}", 100_001 + books.tickets_so_far).into(),
        shopper: ShopperId::clone(shopper),
        order: order.clone(),
        kind: *kind,
        reason: reason.clone(),
        lines: lines.clone(),
        evidence: evidence.clone(),
        amount: *amount,
        shipping_payer: shipping_payer.clone(),
        state: *state,
        due: *due,
        opened_at: at,
        history: vec![(at, *state)],
    };
    Ok(Effects { ticket: Some(ticket), ..Effects::default() })
}

/// Whether a ticket's money is money that was paid before.
fn comes_back(kind: TicketKind) -> bool {
    matches!(kind, TicketKind::Return | TicketKind::RefundOnly)
}

/// What was paid for an order in all, in the smallest unit.
fn paid_for(order: &Order) -> i64 {
    let paid = order.lines.iter().filter(|line| !matches!(line.state, LineState::Unpaid | LineState::Closed));
    paid.map(|line| line.paid.minor()).sum::<i64>() + order.shipping_fee.minor()
}

fn paid_back(tickets: &[Ticket]) -> i64 {
    let standing = tickets.iter().filter(|ticket| ticket.state != TicketState::Cancelled);
    standing.filter(|ticket| comes_back(ticket.kind)).map(|ticket| ticket.amount.minor()).sum()
}

/// Two open tickets never claim the same unit, and the same wish is not noted twice.
fn refuse_twice(
    kind: TicketKind,
    reason: &str,
    lines: &[(LineId, u32)],
    order: &Order,
    tickets: &[Ticket],
) -> Result<(), Refusal> {
    if !kind.claims_units() {
        let given = |ticket: &Ticket| kind.once_an_order() && ticket.state != TicketState::Cancelled;
        let again = |ticket: &Ticket| ticket.reason == reason && ticket.state.is_open();
        let same = |ticket: &Ticket| ticket.kind == kind && (given(ticket) || again(ticket));
        return if tickets.iter().any(same) { Err("already_open") } else { Ok(()) };
    }
    if lines.is_empty() || lines.iter().any(|(_, units)| *units == 0) {
        return Err("no_units");
    }
    for (id, _) in lines {
        let line = order.line(id).ok_or("unknown_line")?;
        let of_line = |lines: &[(LineId, u32)]| -> u64 {
            lines.iter().filter(|(line, _)| line == id).map(|(_, units)| u64::from(*units)).sum()
        };
        let claimed: u64 =
            tickets.iter().filter(|ticket| claims(ticket)).map(|ticket| of_line(&ticket.lines)).sum();
        if claimed + of_line(lines) > u64::from(line.units) {
            return Err("units_claimed");
        }
    }
    Ok(())
}

/// Whether a ticket keeps its units from other tickets: while it is open, and after it is done when the units
/// did not stay with the shopper.
fn claims(ticket: &Ticket) -> bool {
    if !ticket.kind.claims_units() {
        return false;
    }
    match ticket.state {
        TicketState::Cancelled => false,
        TicketState::Done => matches!(ticket.kind, TicketKind::Return | TicketKind::RefundOnly),
        TicketState::Review | TicketState::WaitingForGoods | TicketState::Refunding => true,
    }
}
