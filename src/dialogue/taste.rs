//! What a shopper's orders, tickets and this conversation tell of their taste.

use super::{
    Query, products,
    talk::{Ask, Stop, Talk},
};
use crate::{
    domain::{
        ProductId, Shown,
        trade::{LineState, Order, Ticket, TicketKind},
    },
    trade::recommend::{Owned, Seed, SeedKind},
};

/// What was bought so many days ago tells half as much as what was bought today.
const HALF_AFTER_DAYS: f64 = 30.0;
/// What a purchase tells beside what is looked at now.
const BOUGHT: f64 = 0.6;
/// Purchases that count; older ones say little.
const PURCHASES: usize = 20;

/// Signs of taste.
#[derive(Default)]
pub(super) struct Taste {
    pub(super) seeds: Vec<Seed>,
    pub(super) owned: Vec<Owned>,
    /// What must not be suggested: returned, in the basket, on the page.
    pub(super) never: Vec<ProductId>,
}

/// Notes the facts that a taste is read from.
pub(super) fn ask_ahead(talk: &mut Talk<'_>) {
    if let Some(shopper) = talk.turn.shopper.as_ref() {
        talk.want(Query::Orders(shopper.id.clone()));
        talk.want(Query::Tickets(shopper.id.clone()));
    }
}

/// Reads the taste. For somebody else than the shopper, their own purchases tell nothing, but what they have and what
/// came back still counts.
pub(super) fn of(talk: &mut Talk<'_>, for_others: bool) -> Ask<Taste> {
    let mut taste = Taste::default();
    looked_at(talk, &mut taste);
    let (Some(orders), Some(tickets)) = (known(talk.orders())?, known(talk.tickets())?) else {
        return Ok(taste);
    };
    let now = talk.now();
    for order in orders {
        let days_ago = now.duration_since(order.placed_at).as_hours() / 24;
        for line in order.lines.iter().filter(|line| !line.gift) {
            let product = line.product.clone();
            if came_back(order, &line.id, line.state, tickets) {
                taste.never.push(product);
            } else if line.state < LineState::Closed {
                if line.state < LineState::Paid {
                    // Ordered, and not to be ordered twice; but nothing was bought yet.
                    taste.never.push(product);
                    continue;
                }
                let weight = BOUGHT / (1.0 + days_ago.max(0) as f64 / HALF_AFTER_DAYS);
                if !for_others && taste.seeds.len() < PURCHASES {
                    taste.seeds.push(Seed { product: product.clone(), weight, kind: SeedKind::Bought });
                }
                taste.owned.push(Owned { product, days_ago });
            }
        }
    }
    Ok(taste)
}

/// A fact that is done without where nobody has signed in, or the shop's system is away.
pub(super) fn known<T>(fact: Ask<T>) -> Ask<Option<T>> {
    match fact {
        Ok(fact) => Ok(Some(fact)),
        Err(Stop::Missing) => Err(Stop::Missing),
        Err(Stop::SignIn | Stop::Unavailable) => Ok(None),
    }
}

/// What the page shows, what is talked about, and what is in the basket: all interest, and none to be shown again.
fn looked_at(talk: &Talk<'_>, taste: &mut Taste) {
    let topic = match &talk.state.topic {
        // What the last answer itself brought up is no sign of interest yet.
        Some(Shown::Product(id)) if !products::shown(talk).contains(id) => Some(id.clone()),
        _ => None,
    };
    let basket = talk.state.basket.iter().map(|item| item.product.clone());
    let looked_at = talk.turn.page.product.clone().into_iter().chain(topic).chain(basket);
    for product in looked_at {
        if !taste.never.contains(&product) {
            taste.seeds.push(Seed { product: product.clone(), weight: 1.0, kind: SeedKind::Viewed });
            taste.never.push(product);
        }
    }
}

/// Whether a line was given back, or a ticket to give it back is open or done.
fn came_back(order: &Order, line: &crate::domain::LineId, state: LineState, tickets: &[Ticket]) -> bool {
    let gives_back = |ticket: &&Ticket| {
        ticket.order == order.id
            && matches!(ticket.kind, TicketKind::Return | TicketKind::RefundOnly | TicketKind::Exchange)
            && ticket.state != crate::domain::trade::TicketState::Cancelled
            && ticket.lines.iter().any(|(claimed, _)| claimed == line)
    };
    state == LineState::Refunded || tickets.iter().any(|ticket| gives_back(&ticket))
}
