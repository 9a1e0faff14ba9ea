//! The desk's lists and cards in their wire form.

use jiff::Timestamp;

use super::connection::Desk;
use crate::{
    domain::{Localized, Mode, Shown, masking},
    engine::{Assistant, Proposal},
    shop::Assignment,
    store::{Card, Conversation, Duty, Note, OnDuty, StoreError},
    wire::{
        frames::{
            Named, StickerForm,
            desk::{
                BoardForm, CannedForm, CardForm, ColleagueForm, LastForm, NamedId, NoteForm, RatingForm,
                ReasonForm, ServiceForm, ShopForm, ShopperForm, SlotForm, StaffForm, SuggestionForm,
            },
        },
        message::author_name,
    },
};

/// Closed conversations in the list.
const CLOSED_SHOWN: usize = 50;

/// The lists; empty ones when the store fails, which the log tells.
pub(super) async fn board(desk: &Desk) -> BoardForm {
    match try_board(desk).await {
        Ok(board) => board,
        Err(error) => {
            tracing::error!(error = %error, "a desk's lists can't be read");
            BoardForm { status: Duty::default().name(), ..BoardForm::default() }
        }
    }
}

async fn try_board(desk: &Desk) -> Result<BoardForm, StoreError> {
    let store = &desk.state.engine.parts().store;
    let board = store.board(&desk.agent.id, &desk.shops, CLOSED_SHOWN).await?;
    let people = store.on_duty().await?;
    let mine = people.iter().find(|person| person.agent.id == desk.agent.id);
    Ok(BoardForm {
        status: mine.map_or(Duty::default(), |person| person.duty).name(),
        waiting: cards(desk, &board.waiting).await,
        messages: cards(desk, &board.messages).await,
        mine: cards(desk, &board.mine).await,
        others: cards(desk, &board.others).await,
        closed: cards(desk, &board.closed).await,
        colleagues: people
            .iter()
            .filter(|person| is_colleague(desk, person))
            .map(|one| colleague(desk, one))
            .collect(),
    })
}

/// Whether a person serves any of this desk's shops.
fn is_colleague(desk: &Desk, person: &OnDuty) -> bool {
    person.shops.is_empty() || person.shops.iter().any(|shop| desk.shops.contains(shop))
}

fn colleague(desk: &Desk, person: &OnDuty) -> ColleagueForm {
    let shops = desk.shops.iter().filter(|shop| person.shops.is_empty() || person.shops.contains(shop));
    let engine = &desk.state.engine;
    let rules: Vec<Assignment> = shops
        .clone()
        .filter_map(|shop| engine.parts().shops.assistant(shop).ok())
        .map(|assistant| assistant.shop.handoff.assignment)
        .collect();
    let patience = rules.iter().map(|rules| rules.away_after).max();
    let now = engine.now();
    let there = patience.is_some_and(|patience| person.is_there(now, patience));
    let usual = rules.iter().map(|rules| rules.capacity).max().unwrap_or_default();
    ColleagueForm {
        id: person.agent.id.to_string(),
        name: person.agent.name.clone(),
        status: if there { person.duty.name() } else { "offline" },
        load: person.load,
        capacity: if person.capacity == 0 { usual } else { person.capacity },
        groups: person.groups.clone(),
        shops: shops.map(ToString::to_string).collect(),
    }
}

/// The shops of a desk, and what their people work with.
pub(super) fn shops(desk: &Desk) -> Vec<ShopForm> {
    let engine = &desk.state.engine;
    let served = desk.shops.iter().filter_map(|shop| engine.parts().shops.assistant(shop).ok());
    served.map(|assistant| shop(&assistant)).collect()
}

fn shop(assistant: &Assistant) -> ShopForm {
    let shop = &assistant.shop;
    let locale = shop.locales.first().copied().unwrap_or_default();
    let named = |id: &str, name: &Localized| NamedId { id: id.to_owned(), name: name.get(locale).to_owned() };
    let rules = &shop.handoff;
    let stickers = assistant.stickers(locale).into_iter();
    ShopForm {
        id: shop.id.to_string(),
        name: shop.name.get(locale).to_owned(),
        groups: rules.groups.iter().map(|group| named(&group.id, &group.name)).collect(),
        tags: rules.tags.clone(),
        wrap_ups: rules.wrap_ups.iter().map(|one| named(&one.id, &one.name)).collect(),
        canned: rules
            .canned
            .iter()
            .map(|one| CannedForm { id: one.id.clone(), zh: one.text.zh.clone(), en: one.text.en.clone() })
            .collect(),
        stickers: stickers.map(|(id, alt)| StickerForm { id, alt }).collect(),
        service: ServiceForm {
            first_reply: rules.service.first_reply.as_secs(),
            reply: rules.service.reply.as_secs(),
        },
    }
}

async fn cards(desk: &Desk, cards: &[Card]) -> Vec<CardForm> {
    let mut forms = Vec::with_capacity(cards.len());
    for one in cards {
        forms.push(card(desk, one).await);
    }
    forms
}

/// One conversation, with replies that fit.
pub(super) async fn whole_card(desk: &Desk, one: &Card) -> CardForm {
    CardForm { suggestions: suggestions(desk, &one.conversation).await, ..card(desk, one).await }
}

/// One conversation.
async fn card(desk: &Desk, card: &Card) -> CardForm {
    let conversation = &card.conversation;
    let handoff = card.handoff.as_ref().map(|record| &record.handoff);
    let stint = card.stint.as_ref();
    let about = handoff.and_then(|handoff| handoff.about.as_ref());
    let name = match &conversation.shopper {
        Some(shopper) => {
            let known = desk.state.engine.parts().store.shopper(&conversation.shop, shopper).await;
            known.ok().flatten().map(|shopper| shopper.name)
        }
        None => None,
    };
    // Whoever speaks with them may call them by their name; to the others it is somebody's name.
    let mine = conversation.agent.as_ref().is_some_and(|holder| holder.id == desk.agent.id);
    let name = if mine { name } else { name.map(|name| masking::name(&name)) };
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
        suggestions: Vec::new(),
        unread: card.unread,
        group: stint.and_then(|stint| group(desk, conversation, &stint.group)),
        priority: stint.map_or(0, |stint| stint.priority),
        taken_at: stint.and_then(|stint| stint.taken_at).map(|at| at.to_string()),
        awaiting_since: stint.and_then(|stint| stint.awaiting_since).map(|at| at.to_string()),
        due: due(desk, card).map(|at| at.to_string()),
        promised: handoff.and_then(|handoff| handoff.promised).map(|at| at.to_string()),
        contact: handoff.and_then(|handoff| handoff.contact.clone()),
        tags: conversation.tags.clone(),
        wrap_up: stint.and_then(|stint| stint.wrap_up.clone()),
        note: stint.and_then(|stint| stint.note.clone()),
        ended_at: stint.and_then(|stint| stint.ended_at).map(|at| at.to_string()),
        rating: conversation
            .rating
            .as_ref()
            .map(|rating| RatingForm { score: rating.score, comment: rating.comment.clone() }),
        mentioned: card.mentioned,
    }
}

fn group(desk: &Desk, conversation: &Conversation, id: &str) -> Option<NamedId> {
    let assistant = desk.state.engine.parts().shops.assistant(&conversation.shop).ok()?;
    let group = assistant.shop.handoff.groups.iter().find(|group| group.id == id)?;
    let locale = assistant.shop.locales.first().copied().unwrap_or_default();
    Some(NamedId { id: group.id.clone(), name: group.name.get(locale).to_owned() })
}

/// By when the shop's service level wants an answer; nothing while it is the shopper's turn.
fn due(desk: &Desk, card: &Card) -> Option<Timestamp> {
    let stint = card.stint.as_ref()?;
    let service =
        desk.state.engine.parts().shops.assistant(&card.conversation.shop).ok()?.shop.handoff.service;
    let (since, within) = match card.conversation.mode {
        Mode::Message => return card.handoff.as_ref().and_then(|record| record.handoff.promised),
        Mode::Queue => (stint.queued_at, service.first_reply),
        Mode::Agent if stint.first_reply_at.is_none() => (stint.queued_at, service.first_reply),
        Mode::Agent => (stint.awaiting_since?, service.reply),
        Mode::Bot | Mode::Closed => return None,
    };
    since.checked_add(within).ok()
}

/// Replies that fit the shopper's last words; none when they can't be looked for, which the log tells.
pub(super) async fn suggestions(desk: &Desk, conversation: &Conversation) -> Vec<SuggestionForm> {
    let found = desk.state.engine.proposals(conversation).await.unwrap_or_else(|error| {
        tracing::error!(error = %error, "replies can't be suggested");
        Vec::new()
    });
    let form = |found: Proposal| SuggestionForm { source: found.source.name(), text: found.text };
    found.into_iter().map(form).collect()
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
