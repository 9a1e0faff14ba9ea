//! The shop's things: products, orders, parcels, tickets, promotions and policy, as COMMERCE.md names them.

mod order;
mod promotion;
mod recommend;
mod size;
mod ticket;

use jiff::{SignedDuration, civil::Time};

use super::{Locale, Localized, Money, ProductId, PromotionId, VariantId};

pub use order::*;
pub use promotion::*;
pub use recommend::RecommendRules;
pub use size::{SizeChart, SizeRow};
pub use ticket::*;

/// A product of the catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its full title.
    pub title: Localized,
    /// A selling line below the title.
    pub subtitle: Localized,
    /// The brand, empty when it has none.
    pub brand: String,
    /// From the widest category to the narrowest.
    pub category: Vec<Localized>,
    /// The list price of the cheapest variant, before promotions.
    pub price: Money,
    /// A struck-through former price, for display alone.
    pub list_price: Option<Money>,
    /// A picture's address.
    pub image: Option<String>,
    /// The page's address.
    pub url: Option<String>,
    /// Facts in the order the page shows them.
    pub attributes: Vec<Attribute>,
    /// What can be bought; never empty.
    pub variants: Vec<Variant>,
    /// English words for option names and values, by their Chinese.
    pub option_words: Vec<Localized>,
    /// The size chart that fits it.
    pub size_chart: Option<String>,
    /// Short names shoppers use.
    pub aliases: Vec<String>,
    /// Free words for search.
    pub tags: Vec<String>,
    /// For whom, such as 女 男 儿童.
    pub audience: Vec<String>,
    /// What the law says of returning it without a reason.
    pub return_class: ReturnClass,
    /// Warranty in days, if it differs from the shop's.
    pub warranty_days: Option<u32>,
    /// Units sold, for popularity.
    pub sales: u32,
}

impl Product {
    /// Units in stock over all variants.
    pub fn stock(&self) -> u32 {
        self.variants.iter().map(|variant| variant.stock).sum()
    }

    /// A variant's option values in words: `白色 M`, `White M`.
    pub fn variant_text(&self, variant: &Variant) -> Localized {
        let words = |locale| {
            let values: Vec<&str> =
                variant.options.iter().map(|(_, value)| self.option_word(value, locale)).collect();
            values.join(" ")
        };
        Localized::new(words(Locale::ZhHans), words(Locale::En))
    }

    /// The variant with an id.
    pub fn variant(&self, id: &VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == *id)
    }

    /// An option's name or value in the reader's language (`颜色` → `Color`).
    pub fn option_word<'a>(&'a self, word: &'a str, locale: Locale) -> &'a str {
        self.option_words.iter().find(|known| known.zh == word).map_or(word, |known| known.get(locale))
    }
}

/// A fact about a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// What it is about, such as 材质.
    pub name: Localized,
    /// The fact, quoted to shoppers as it stands.
    pub value: Localized,
}

/// One buyable form of a product.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// Option names and values, such as 颜色 → 黑色, in the order the page shows them.
    pub options: Vec<(String, String)>,
    /// Its list price.
    pub price: Money,
    /// Units at hand.
    pub stock: u32,
}

/// Whether a kind of goods may come back without a reason (Consumer Protection Law, art. 25; COMMERCE.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ReturnClass {
    /// Seven days without a reason.
    #[default]
    Normal,
    /// Made to the shopper's order: not.
    Custom,
    /// Fresh or perishable: not.
    Fresh,
    /// Audio-visual goods and software: not once opened.
    OpenedMedia,
    /// Digital goods: not.
    Digital,
    /// Delivered newspapers and periodicals: not.
    Periodical,
    /// One-time seals of food, cosmetics, medical or intimate goods: only with the seal whole.
    Sealed,
}

/// The shop's rules; defaults are the base pack's (COMMERCE.md).
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Days after the day of signing in which goods come back without a reason; the law's minimum is 7.
    pub no_reason_days: u32,
    /// Days in which a performance fault may be returned.
    pub fault_return_days: u32,
    /// Days in which a performance fault may be exchanged.
    pub fault_exchange_days: u32,
    /// The shop pays return shipping also without a reason.
    pub free_returns: bool,
    /// Freight insurance pays the shopper back up to this.
    pub freight_insurance_cap: Option<Money>,
    /// Days from receiving the goods to the refund.
    pub refund_within_days: u32,
    /// Refund without goods up to this amount is the bot's to grant.
    pub small_amount_limit: Money,
    /// Where returns go.
    pub return_address: Localized,
    /// Hours in which a paid order ships.
    pub ship_promise_hours: u32,
    /// Outbound shipping.
    pub shipping_fee: Money,
    /// Free from this amount of goods.
    pub free_shipping_over: Option<Money>,
    /// Who carries.
    pub carriers: Vec<String>,
    /// Regions it does not ship to.
    pub excluded_regions: Vec<String>,
    /// What a late shipment is compensated with.
    pub late_compensation: Option<Money>,
    /// Days after delivery when an order completes by itself.
    pub complete_after_days: u32,
    /// Days of price protection; 0 for none.
    pub price_protection_days: u32,
    /// Warranty where the product says none.
    pub warranty_days: u32,
    /// Amounts above this are a person's.
    pub handoff_refund_over: Option<Money>,
    /// What people at the desk may give by themselves.
    pub agents: AgentRules,
    /// When the assistant speaks first.
    pub reminders: Reminders,
    /// What to recommend, and what not.
    pub recommend: RecommendRules,
    /// How long what shoppers said is kept.
    pub privacy: PrivacyRules,
}

/// How long personal data is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PrivacyRules {
    /// Conversations in which nothing has happened for so many days are deleted; without it they are kept.
    pub keep_conversations_days: Option<u32>,
}

/// What people at the desk may give without asking an owner.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AgentRules {
    /// Coupons that they may put into a shopper's wallet; none by default.
    pub coupons: Vec<PromotionId>,
    /// Money that they may pay back with one ticket; without it, whatever was paid.
    pub refund_up_to: Option<Money>,
}

/// When the assistant speaks without being asked; nothing by default.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Reminders {
    /// So long after an order was placed and not paid.
    pub pay_after: Option<SignedDuration>,
    /// So long after goods were priced and nothing was said or ordered since.
    pub basket_after: Option<SignedDuration>,
    /// Between these times of the shop's day it keeps quiet.
    pub quiet: Option<(Time, Time)>,
}
