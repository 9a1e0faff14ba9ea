//! What people at the desk know of a case, and what they do about it.
//!
//! A case is put together anew each time it is looked at; nothing of it is kept. What the shop's system does not answer is
//! left out and said to be left out. Changes go the bot's own way (`trade`, then the backend), under a key made of the
//! conversation and the client's id. Who may see what is decided before anybody comes here, and masking is the server's.

mod carry;
mod plan;
mod wish;
mod words;

use std::time::Duration;

use super::{Engine, EngineError, assistant::Assistant};
use crate::{
    backend::BackendError,
    dialogue,
    domain::{
        LineId, Locale, Message, Money, OrderId, Part, PartKind, ProductId, ShopId, ShopperId, Shown,
        TicketId,
        trade::{Order, Product, Shopper, Ticket, WalletCoupon},
    },
    store::{Card, Conversation, Earlier},
    trade,
};

pub use carry::{CaseError, Changed};
pub use plan::{Explained, Plan};
pub use wish::{REASONS, Wish};

/// Orders that a case shows.
const ORDERS: usize = 10;
/// Earlier conversations that a case shows.
const EARLIER: usize = 20;
/// Messages looked through for pictures.
const LOOKED_THROUGH: usize = 200;
/// What the shop's own system may take to answer.
const DEADLINE: Duration = Duration::from_secs(3);

/// Everything about a conversation that helps the person who has it.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Who is signed in.
    pub shopper_id: Option<ShopperId>,
    /// The same as the shop's system knows them.
    pub shopper: Option<Shopper>,
    /// Their last orders, newest first.
    pub orders: Vec<CaseOrder>,
    /// What the conversation is about.
    pub about: About,
    /// Their tickets, newest first, each as its card.
    pub tickets: Vec<(Part, Ticket)>,
    /// Pictures that the shopper sent, by message.
    pub pictures: Vec<(u64, Part)>,
    /// The product in question.
    pub product: Option<Product>,
    /// Their coupons, each as its card where the shop still knows it.
    pub coupons: Vec<(Option<Part>, WalletCoupon)>,
    /// Conversations they had with people before.
    pub earlier: Vec<Earlier>,
    /// What the bot asked and was told.
    pub slots: Vec<(String, String)>,
    /// Coupons that agents may give.
    pub may_give: Vec<Part>,
    /// What agents may pay back with one ticket.
    pub refund_limit: Option<Money>,
    /// What is left of the money paid for the order in question.
    pub refund_max: Option<Money>,
    /// The shop's system did not answer something.
    pub unavailable: bool,
}

/// What a conversation is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct About {
    pub order: Option<OrderId>,
    pub product: Option<ProductId>,
    pub ticket: Option<TicketId>,
}

/// An order with what can still be claimed of it.
#[derive(Clone, Debug)]
pub struct CaseOrder {
    /// The order.
    pub order: Order,
    /// Its card.
    pub card: Part,
    /// Units that no ticket has claimed, and what was paid for them.
    pub claimable: Vec<(LineId, u32, Money)>,
    /// What is left of all that was paid.
    pub left: Money,
}

/// A value that is shown masked until it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Personal {
    Phone,
    Address,
    Name,
}

impl Personal {
    /// The field's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Name => "name",
        }
    }

    /// The field with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Phone, Self::Address, Self::Name].into_iter().find(|field| field.name() == name)
    }
}

/// What the shop's system says of a shopper; `None` for what it did not say.
#[derive(Debug, Default)]
struct Known {
    shopper: Option<Option<Shopper>>,
    orders: Option<Vec<Order>>,
    tickets: Option<Vec<Ticket>>,
    wallet: Option<Vec<WalletCoupon>>,
}

impl Known {
    fn is_whole(&self) -> bool {
        self.shopper.is_some() && self.orders.is_some() && self.tickets.is_some() && self.wallet.is_some()
    }
}

impl Engine {
    /// A conversation's case. What the shop's system does not answer is missing, and `unavailable` says so.
    ///
    /// # Errors
    /// The store's; a shop that is not served.
    pub async fn case(&self, conversation: &Conversation) -> Result<Case, EngineError> {
        let assistant = self.parts.shops.assistant(&conversation.shop)?;
        let store = &self.parts.store;
        let card = store.card(&conversation.id, None).await?;
        let about = self.about(conversation, card.as_ref()).await?;
        let policy = &assistant.shop.policy;
        let mut case = Case {
            slots: card.and_then(|card| card.handoff).map(|it| it.handoff.slots).unwrap_or_default(),
            pictures: pictures(store.latest(&conversation.id, LOOKED_THROUGH).await?),
            may_give: self.may_give(&assistant),
            refund_limit: policy.agents.refund_up_to,
            about,
            ..Case::default()
        };
        if let Some(id) = case.about.product.clone() {
            match self.asked(&conversation.shop, self.parts.backend.product(&conversation.shop, &id)).await {
                Some(product) => case.product = product,
                None => case.unavailable = true,
            }
        }
        if let Some(shopper) = &conversation.shopper {
            let (shop, id) = (&conversation.shop, &conversation.id);
            case.earlier = store.earlier_conversations(shop, shopper, id, EARLIER).await?;
            case.shopper_id = Some(shopper.clone());
            let known = self.known(shop, shopper).await;
            case.unavailable |= !known.is_whole();
            self.add_known(&assistant, &mut case, known);
        }
        Ok(case)
    }

    /// A signed-in shopper's telephone number, name or address: of the order's parcel where one of their orders is
    /// named, else their own. `None` where there is none.
    ///
    /// # Errors
    /// The shop's system does not answer.
    pub async fn personal(
        &self,
        conversation: &Conversation,
        field: Personal,
        order: Option<&OrderId>,
    ) -> Result<Option<String>, BackendError> {
        let (shop, backend) = (&conversation.shop, &self.parts.backend);
        let Some(shopper) = &conversation.shopper else { return Ok(None) };
        let value = match order {
            Some(order) => {
                let found = backend.order(shop, order).await?.filter(|order| order.shopper == *shopper);
                found.map(|order| match field {
                    Personal::Phone => order.address.phone,
                    Personal::Name => order.address.name,
                    Personal::Address => order.address.region + &order.address.detail,
                })
            }
            None => {
                let found = backend.shopper(shop, shopper).await?;
                found.and_then(|known| match field {
                    Personal::Phone => Some(known.phone),
                    Personal::Name => Some(known.name),
                    Personal::Address => None,
                })
            }
        };
        Ok(value.filter(|value| !value.is_empty()))
    }

    /// What a conversation is about: what the handoff says, else what was talked about last, else the shopper's page.
    async fn about(&self, conversation: &Conversation, card: Option<&Card>) -> Result<About, EngineError> {
        let handed = card.and_then(|card| card.handoff.as_ref()).and_then(|it| it.handoff.about.clone());
        let topic = match handed {
            Some(about) => Some(about),
            None => self.parts.store.state(&conversation.id).await?.1.topic,
        };
        let page = &conversation.page;
        let mut about = About { order: page.order.clone(), product: page.product.clone(), ticket: None };
        match topic {
            Some(Shown::Order(order)) => about.order = Some(order),
            Some(Shown::Product(product)) => about.product = Some(product),
            Some(Shown::Ticket(ticket)) => about.ticket = Some(ticket),
            None => {}
        }
        Ok(about)
    }

    fn add_known(&self, assistant: &Assistant, case: &mut Case, known: Known) {
        case.shopper = known.shopper.flatten();
        let (orders, tickets) = (known.orders.unwrap_or_default(), known.tickets.unwrap_or_default());
        let about = case.about.order.as_ref();
        case.refund_max = orders
            .iter()
            .find(|order| Some(&order.id) == about)
            .map(|order| trade::money_left(order, &tickets));
        let locale = reader(assistant);
        let wallet = known.wallet.unwrap_or_default();
        case.coupons = wallet
            .iter()
            .map(|coupon| {
                let promotion =
                    assistant.shop.promotions.iter().find(|promotion| promotion.id == coupon.promotion);
                let state = match (promotion, &coupon.order) {
                    (_, Some(_)) => "used",
                    (Some(promotion), None) if promotion.until <= self.now() => "expired",
                    _ => "claimed",
                };
                let card = promotion.and_then(|known| dialogue::coupon_card(known, state, locale));
                (card.map(|kind| self.card_part(assistant, kind, locale)), coupon.clone())
            })
            .collect();
        case.tickets = tickets
            .iter()
            .map(|ticket| {
                let kind = dialogue::ticket_card(&assistant.shop, ticket, &orders, locale);
                (self.card_part(assistant, kind, locale), ticket.clone())
            })
            .collect();
        let shown = orders.into_iter().take(ORDERS).map(|order| CaseOrder {
            card: self.card_part(assistant, dialogue::order_card(&order, locale), locale),
            claimable: plan::claimable(&order, &tickets),
            left: trade::money_left(&order, &tickets),
            order,
        });
        case.orders = shown.collect();
    }

    /// The coupons that agents may give, as cards.
    fn may_give(&self, assistant: &Assistant) -> Vec<Part> {
        let (shop, now, locale) = (&assistant.shop, self.now(), reader(assistant));
        let coupons = shop.policy.agents.coupons.iter();
        let running = coupons
            .filter_map(|id| shop.promotions.iter().find(|promotion| promotion.id == *id))
            .filter(|promotion| promotion.from <= now && now < promotion.until);
        let cards = running.filter_map(|promotion| dialogue::coupon_card(promotion, "available", locale));
        cards.map(|kind| self.card_part(assistant, kind, locale)).collect()
    }

    /// Asks the shop's system everything about a shopper at once.
    async fn known(&self, shop: &ShopId, shopper: &ShopperId) -> Known {
        let backend = &self.parts.backend;
        let (known, orders, tickets, wallet) = tokio::join!(
            self.asked(shop, backend.shopper(shop, shopper)),
            self.asked(shop, backend.orders_of(shop, shopper)),
            self.asked(shop, backend.tickets_of(shop, shopper)),
            self.asked(shop, backend.wallet(shop, shopper)),
        );
        Known { shopper: known, orders, tickets, wallet }
    }

    /// What the shop's system answers in time.
    async fn asked<T>(
        &self,
        shop: &ShopId,
        answer: impl Future<Output = Result<T, BackendError>>,
    ) -> Option<T> {
        match tokio::time::timeout(DEADLINE, answer).await {
            Ok(Ok(value)) => Some(value),
            Ok(Err(error)) => {
                tracing::warn!(shop.id = %shop, error = error.with_causes(), "the shop's system gave no answer");
                None
            }
            Err(_) => {
                tracing::warn!(shop.id = %shop, "the shop's system did not answer in time");
                None
            }
        }
    }

    /// A card with its text form.
    fn card_part(&self, assistant: &Assistant, kind: PartKind, locale: Locale) -> Part {
        let acts = [crate::domain::Act::Show(Box::new(kind.clone()))];
        let rendered = self.rendered(assistant, &acts, locale);
        rendered.into_iter().next().unwrap_or_else(|| Part { kind, text: String::new() })
    }
}

/// The language that staff read: the shop's first.
fn reader(assistant: &Assistant) -> Locale {
    assistant.shop.locales.first().copied().unwrap_or(Locale::ZhHans)
}

/// The pictures that a shopper sent, by message.
fn pictures(messages: Vec<Message>) -> Vec<(u64, Part)> {
    let theirs = messages.into_iter().filter(|message| message.from == crate::domain::Author::Shopper);
    theirs
        .flat_map(|message| message.parts.into_iter().map(move |part| (message.seq, part)))
        .filter(|(_, part)| matches!(part.kind, PartKind::Image { .. }))
        .collect()
}
