//! The desk's lists and cards in their wire form.

use super::connection::Desk;
use crate::{
    domain::Shown,
    store::{Card, Note},
    wire::{
        frames::{
            Named,
            desk::{
                BoardForm, CardForm, LastForm, NoteForm, ReasonForm, ShopperForm, SlotForm, StaffForm,
                SuggestionForm,
            },
        },
        message::author_name,
    },
};

/// Closed conversations in the list.
const CLOSED_SHOWN: usize = 20;

/// The three lists; empty ones when the store fails, which the log tells.
pub(super) async fn board(desk: &Desk) -> BoardForm {
    let store = &desk.state.engine.parts().store;
    let board = match store.board(&desk.agent.id, &desk.shops, CLOSED_SHOWN).await {
        Ok(board) => board,
        Err(error) => {
            tracing::error!(error = %error, "a desk's lists can't be read");
            return BoardForm::default();
        }
    };
    BoardForm {
        waiting: cards(desk, &board.waiting).await,
        mine: cards(desk, &board.mine).await,
        closed: cards(desk, &board.closed).await,
    }
}

async fn cards(desk: &Desk, cards: &[Card]) -> Vec<CardForm> {
    let mut forms = Vec::with_capacity(cards.len());
    for one in cards {
        forms.push(card(desk, one).await);
    }
    forms
}

/// One conversation.
pub(super) async fn card(desk: &Desk, card: &Card) -> CardForm {
    let conversation = &card.conversation;
    let handoff = card.handoff.as_ref().map(|record| &record.handoff);
    let about = handoff.and_then(|handoff| handoff.about.as_ref());
    let name = match &conversation.shopper {
        Some(shopper) => {
            let known = desk.state.engine.parts().store.shopper(&conversation.shop, shopper).await;
            known.ok().flatten().map(|shopper| shopper.name)
        }
        None => None,
    };
    CardForm {
        conversation: conversation.id.to_string(),
        shop: conversation.shop.to_string(),
        mode: conversation.mode.name(),
        shopper: ShopperForm {
            id: conversation.shopper.as_ref().map(ToString::to_string),
            name,
            signed_in: conversation.shopper.is_some(),
        },
        since: card.handoff.as_ref().map_or(conversation.touched_at, |record| record.since).to_string(),
        reason: handoff.map(|handoff| ReasonForm {
            code: handoff.reason.code(),
            text: desk.state.engine.reason_words(&conversation.shop, handoff.reason),
        }),
        summary: handoff.map(|handoff| handoff.summary.clone()).unwrap_or_default(),
        slots: handoff
            .map(|handoff| {
                let slots = handoff.slots.iter();
                slots.map(|(name, value)| SlotForm { name: name.clone(), value: value.clone() }).collect()
            })
            .unwrap_or_default(),
        order: match about {
            Some(Shown::Order(id)) => Some(id.to_string()),
            _ => None,
        },
        product: match about {
            Some(Shown::Product(id)) => Some(id.to_string()),
            _ => None,
        },
        ticket: match about {
            Some(Shown::Ticket(id)) => Some(id.to_string()),
            _ => None,
        },
        last: card.last.as_ref().map(|message| LastForm {
            from: author_name(&message.from),
            text: message.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" "),
            at: message.at.to_string(),
        }),
        agent: conversation
            .agent
            .as_ref()
            .map(|agent| StaffForm { id: agent.id.to_string(), name: agent.name.clone() }),
        locale: conversation.locale.tag(),
        suggestions: suggestions(desk, card).await,
        unread: card.unread,
    }
}

/// FAQ answers that fit the shopper's last words.
async fn suggestions(desk: &Desk, card: &Card) -> Vec<SuggestionForm> {
    let engine = &desk.state.engine;
    engine.suggestions(&card.conversation).await.into_iter().map(|text| SuggestionForm { text }).collect()
}

/// An internal note.
pub(super) fn note(note: Note) -> NoteForm {
    NoteForm {
        n: note.number,
        at: note.at.to_string(),
        agent: Named { name: note.agent.name },
        text: note.text,
    }
}
