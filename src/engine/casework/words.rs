//! What the shopper is told of a change that a person made, and its text for cards: the bot's own words.

use super::{Engine, reader};
use crate::{
    dialogue,
    domain::{
        Act, ChangeOutcome, DialogueState, Locale, Part, PromotionId, TicketId,
        act::ChangeRequest,
        trade::{Order, Ticket, TicketKind},
        wording,
    },
    engine::assistant::Assistant,
    reply, text,
    trade::{self, NextStep},
};

/// What a change left behind, as far as the shop's system tells it.
#[derive(Clone, Debug, Default)]
pub(super) struct Left {
    pub(super) ticket: Option<Ticket>,
    pub(super) order: Option<Order>,
}

fn say(key: &str, slots: &[(&str, &str)]) -> Act {
    let slots = slots.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Act::Say { key: key.to_owned(), slots }
}

impl Engine {
    /// The parts of what acts say and show.
    pub(super) fn rendered(&self, assistant: &Assistant, acts: &[Act], locale: Locale) -> Vec<Part> {
        let (shop, state) = (&assistant.shop, DialogueState { locale, ..DialogueState::default() });
        let messages = reply::render(shop, &state, acts, &self.now_in(shop), &text::to_traditional);
        messages.into_iter().flatten().collect()
    }

    /// What the shopper is told of a change that was made; nothing of one that was not.
    pub(super) fn told(
        &self,
        assistant: &Assistant,
        request: &ChangeRequest,
        outcome: &ChangeOutcome,
        left: &Left,
        locale: Locale,
    ) -> Vec<Part> {
        let acts = match (outcome, request) {
            (ChangeOutcome::Refused(_), _) => Vec::new(),
            (ChangeOutcome::TicketOpened(id), ChangeRequest::OpenTicket { kind, .. }) => {
                self.opened(assistant, id, *kind, left, locale)
            }
            (_, ChangeRequest::ClaimCoupon { promotion, .. }) => self.given(assistant, promotion, locale),
            (_, ChangeRequest::CancelOrder { .. }) => {
                with_order(say("return.order_cancelled", &[]), left, locale)
            }
            (_, ChangeRequest::ChangeAddress { .. }) => {
                let kind = assistant.notice("kind.address_change", &[], locale);
                with_order(say("service.done", &[("kind", &kind)]), left, locale)
            }
            (_, ChangeRequest::ChangeVariant { .. } | ChangeRequest::OpenTicket { .. }) => {
                let kind = assistant.notice("kind.item_change", &[], locale);
                with_order(say("service.done", &[("kind", &kind)]), left, locale)
            }
        };
        self.rendered(assistant, &acts, locale)
    }

    fn opened(
        &self,
        assistant: &Assistant,
        id: &TicketId,
        kind: TicketKind,
        left: &Left,
        locale: Locale,
    ) -> Vec<Act> {
        let shop = &assistant.shop;
        let name = assistant.notice(kind.reply_key(), &[], locale);
        let mut acts = vec![say("return.opened", &[("ticket", id.as_str()), ("kind", &name)])];
        let Some(ticket) = &left.ticket else { return acts };
        if trade::next_step(ticket.state) == NextStep::ShopperSendsBack {
            let address = shop.policy.return_address.get(locale);
            let moment = |due| wording::moment_words(due, &self.now_in(shop), locale);
            let until = ticket.due.map(moment).unwrap_or_default();
            acts.push(if address.is_empty() {
                say("return.next_send_back_no_address", &[("until", &until)])
            } else {
                say("return.next_send_back", &[("address", address), ("until", &until)])
            });
        }
        let orders: Vec<Order> = left.order.iter().cloned().collect();
        acts.push(Act::Show(Box::new(dialogue::ticket_card(shop, ticket, &orders, locale))));
        acts
    }

    fn given(&self, assistant: &Assistant, promotion: &PromotionId, locale: Locale) -> Vec<Act> {
        let shop = &assistant.shop;
        let Some(coupon) = shop.promotions.iter().find(|known| known.id == *promotion) else {
            return Vec::new();
        };
        let until = wording::moment_words(coupon.until, &self.now_in(shop), locale);
        let words = say("coupon.claimed", &[("title", coupon.title.get(locale)), ("until", &until)]);
        let card = dialogue::coupon_card(coupon, "claimed", locale).map(|kind| Act::Show(Box::new(kind)));
        std::iter::once(words).chain(card).collect()
    }

    /// A ticket's and an order's cards, as staff read them.
    pub(super) fn cards_of(&self, assistant: &Assistant, left: &Left) -> (Option<Part>, Option<Part>) {
        let locale = reader(assistant);
        let orders: Vec<Order> = left.order.iter().cloned().collect();
        let ticket = left.ticket.as_ref().map(|ticket| {
            let kind = dialogue::ticket_card(&assistant.shop, ticket, &orders, locale);
            self.card_part(assistant, kind, locale)
        });
        let order = left
            .order
            .as_ref()
            .map(|order| self.card_part(assistant, dialogue::order_card(order, locale), locale));
        (ticket, order)
    }
}

fn with_order(words: Act, left: &Left, locale: Locale) -> Vec<Act> {
    let card = left.order.as_ref().map(|order| Act::Show(Box::new(dialogue::order_card(order, locale))));
    std::iter::once(words).chain(card).collect()
}
