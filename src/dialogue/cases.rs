//! Tickets that were opened for a shopper, told and shown.

use super::{
    Query, cards,
    talk::{Ask, Stop, Talk},
};
use crate::domain::{
    ChangeOutcome, Shown, TicketId,
    trade::{Ticket, TicketKind},
};

/// Tells what became of a request for a ticket about an order: its number and card, or that there is none and why.
pub(super) fn told(talk: &mut Talk<'_>, kind: TicketKind, outcome: &ChangeOutcome) -> Ask<()> {
    let name = talk.label(kind.reply_key(), &[]);
    match outcome {
        ChangeOutcome::TicketOpened(id) => {
            talk.say("service.opened", &[("ticket", id.as_str()), ("kind", &name)]);
            if let Some(ticket) = opened(talk, id)? {
                show(talk, ticket);
            }
        }
        ChangeOutcome::Done => talk.say("service.done", &[("kind", &name)]),
        ChangeOutcome::Refused(code) if code == "already_open" => {
            talk.say("service.already", &[("kind", &name)])
        }
        ChangeOutcome::Refused(_) => {
            talk.say("return.failed", &[]);
            talk.offer_person();
        }
    }
    Ok(())
}

/// The ticket that was opened. Its card is an extra: without the shop's system, or signed out meanwhile, the number is
/// enough.
pub(super) fn opened<'a>(talk: &mut Talk<'a>, id: &TicketId) -> Ask<Option<&'a Ticket>> {
    if let Ok(shopper) = talk.shopper() {
        // Beside the tickets, so that the card can name the goods.
        talk.want(Query::Orders(shopper.id.clone()));
    }
    match talk.tickets() {
        Err(Stop::Missing) => Err(Stop::Missing),
        tickets => Ok(tickets.unwrap_or_default().iter().find(|ticket| ticket.id == *id)),
    }
}

/// Shows a ticket that stands.
pub(super) fn show(talk: &mut Talk<'_>, ticket: &Ticket) {
    let card = cards::ticket(talk, ticket);
    talk.show(card);
    talk.about(Shown::Ticket(ticket.id.clone()));
}
