//! The shop's things: products, orders, parcels, tickets, promotions and policy, as COMMERCE.md names them.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{
    LineId, Locale, Localized, Money, OrderId, ProductId, PromotionId, ShopperId, TicketId, VariantId,
};

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

/// Where an order line stands. Ordered from least to most advanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the states of COMMERCE.md's table")]
pub enum LineState {
    Unpaid,
    DepositPaid,
    Paid,
    Shipped,
    Delivered,
    Completed,
    Closed,
    Refunded,
}

/// Where an order stands as a whole: its least advanced line, or partly shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the states of COMMERCE.md's table")]
pub enum OrderState {
    Unpaid,
    DepositPaid,
    Paid,
    PartlyShipped,
    Shipped,
    Delivered,
    Completed,
    Closed,
    Refunded,
}

/// A shopper as the shop's system knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shopper {
    /// Its id (`sub` of the shopper token).
    pub id: ShopperId,
    /// Their name.
    pub name: String,
    /// Their telephone number.
    pub phone: String,
    /// Member level, such as `gold`; empty for none.
    pub level: String,
    /// Points at hand.
    pub points: u32,
    /// The language they prefer.
    pub locale: Option<Locale>,
    /// A line for the demo's chooser.
    pub note: String,
}

/// An order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Its number.
    pub id: OrderId,
    /// Whose it is.
    pub shopper: ShopperId,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Where it goes.
    pub address: Address,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// Its parcels.
    pub shipments: Vec<Shipment>,
    /// What was charged for outbound shipping.
    pub shipping_fee: Money,
    /// Discounts already spread over the lines, for display.
    pub discounts: Vec<OrderDiscount>,
    /// What was paid in all: the lines' `paid` and the shipping fee.
    pub total: Money,
    /// Coupons it used.
    pub coupons: Vec<String>,
    /// Points it spent.
    pub points_spent: u32,
    /// A refund under way or done.
    pub refund: Option<OrderRefund>,
}

impl Order {
    /// The order's state by its lines (COMMERCE.md: "the order shows the least advanced"); gifts don't count.
    /// Lines that were cancelled or refunded count only when no other line is left.
    pub fn state(&self) -> OrderState {
        let live = |line: &&OrderLine| line.state < LineState::Closed;
        let least = self.lines.iter().filter(|line| !line.gift).filter(live).map(|line| line.state).min();
        let any_left =
            self.lines.iter().any(|line| (LineState::Shipped..LineState::Closed).contains(&line.state));
        match least {
            Some(LineState::Paid) if any_left => OrderState::PartlyShipped,
            Some(LineState::Unpaid) => OrderState::Unpaid,
            Some(LineState::DepositPaid) => OrderState::DepositPaid,
            Some(LineState::Paid) => OrderState::Paid,
            Some(LineState::Shipped) => OrderState::Shipped,
            Some(LineState::Delivered) => OrderState::Delivered,
            Some(LineState::Completed) => OrderState::Completed,
            _ if self.lines.iter().any(|line| line.state == LineState::Refunded) => OrderState::Refunded,
            _ => OrderState::Closed,
        }
    }

    /// The line with an id.
    pub fn line(&self, id: &LineId) -> Option<&OrderLine> {
        self.lines.iter().find(|line| line.id == *id)
    }
}

/// A delivery address.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Address {
    /// The recipient.
    pub name: String,
    /// Their telephone number.
    pub phone: String,
    /// Province and city.
    pub region: String,
    /// Street and house.
    pub detail: String,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderLine {
    /// Its id within the order.
    pub id: LineId,
    /// What was bought.
    pub product: ProductId,
    /// In which form.
    pub variant: VariantId,
    /// The product's title when it was bought.
    pub title: Localized,
    /// The variant in words, such as 白色 M.
    pub variant_text: Localized,
    /// How many.
    pub units: u32,
    /// List price of one.
    pub unit_price: Money,
    /// What was really paid for all units of the line, after every discount was spread.
    pub paid: Money,
    /// Where it stands.
    pub state: LineState,
    /// When it was signed for, or collected from a locker or agent.
    pub delivered_at: Option<Timestamp>,
    /// The return class when it was bought.
    pub return_class: ReturnClass,
    /// The shopper confirmed for this purchase that it can't come back without a reason.
    pub no_reason_waived_at: Option<Timestamp>,
    /// A free gift.
    pub gift: bool,
}

/// A discount as shown on the order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderDiscount {
    /// Its name.
    pub label: String,
    /// The promotion that gave it.
    pub rule: Option<PromotionId>,
    /// How much it took off.
    pub amount: Money,
}

/// A refund of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderRefund {
    /// How much.
    pub amount: Money,
    /// `processing` or `done`.
    pub state: String,
    /// Since when.
    pub at: Timestamp,
}

/// A parcel.
#[derive(Clone, Debug, PartialEq)]
pub struct Shipment {
    /// Who carries it.
    pub carrier: String,
    /// The tracking number.
    pub number: String,
    /// What is in it.
    pub lines: Vec<LineId>,
    /// Where it stands.
    pub state: ShipmentState,
    /// When it left.
    pub shipped_at: Timestamp,
    /// When it was signed for.
    pub delivered_at: Option<Timestamp>,
    /// Its way, oldest first.
    pub events: Vec<ShipmentEvent>,
}

/// Where a parcel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ShipmentState {
    InTransit,
    OutForDelivery,
    WaitingPickup,
    Delivered,
    Exception,
}

/// A step of a parcel's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipmentEvent {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub place: String,
    /// What happened, in the carrier's words.
    pub text: String,
}

/// A return, refund, exchange or repair case.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    /// Its number, shown to the shopper.
    pub id: TicketId,
    /// Whose.
    pub shopper: ShopperId,
    /// Of which order.
    pub order: OrderId,
    /// What for.
    pub kind: TicketKind,
    /// The reason in the shop's words.
    pub reason: String,
    /// Lines and units claimed.
    pub lines: Vec<(LineId, u32)>,
    /// What comes back in money.
    pub amount: Money,
    /// Who pays for sending it back: `shopper`, `seller` or `insurance`.
    pub shipping_payer: String,
    /// Where it stands.
    pub state: TicketState,
    /// Deadline of the next step.
    pub due: Option<Timestamp>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its history, oldest first.
    pub history: Vec<(Timestamp, TicketState)>,
}

/// What a ticket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the kinds of COMMERCE.md")]
pub enum TicketKind {
    Return,
    Exchange,
    RefundOnly,
    Repair,
    MissingOrWrong,
    AddressChange,
    ItemChange,
    /// Hold, redirect, or deliver otherwise.
    Delivery,
    Invoice,
    /// The difference after a price drop.
    PriceProtection,
}

impl TicketKind {
    /// Whether it is about units, which no other such ticket may claim meanwhile; else it is about the whole order.
    pub fn claims_units(self) -> bool {
        match self {
            Self::Return | Self::Exchange | Self::RefundOnly | Self::Repair | Self::MissingOrWrong => true,
            Self::AddressChange
            | Self::ItemChange
            | Self::Delivery
            | Self::Invoice
            | Self::PriceProtection => false,
        }
    }

    /// The reply key of its name.
    pub fn reply_key(self) -> &'static str {
        match self {
            Self::Return => "kind.return",
            Self::Exchange => "kind.exchange",
            Self::RefundOnly => "kind.refund_only",
            Self::Repair => "kind.repair",
            Self::MissingOrWrong => "kind.resend",
            Self::AddressChange => "kind.address_change",
            Self::ItemChange => "kind.item_change",
            Self::Delivery => "kind.delivery",
            Self::Invoice => "kind.invoice",
            Self::PriceProtection => "kind.price_protection",
        }
    }
}

impl TicketState {
    /// Whether something is still to be done.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Done | Self::Cancelled)
    }
}

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TicketState {
    /// Asked for; staff have to look at it.
    Review,
    /// Agreed; waiting for the goods.
    WaitingForGoods,
    /// Goods are here; money is on its way.
    Refunding,
    Done,
    Cancelled,
}

/// A promotion as the shop's file states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Promotion {
    /// Its id.
    pub id: PromotionId,
    /// Its name.
    pub title: Localized,
    /// How the assistant tells it.
    pub text: Localized,
    /// From when.
    pub from: Timestamp,
    /// Until when (exclusive).
    pub until: Timestamp,
    /// What it applies to.
    pub scope: Scope,
    /// Whether it may share a line with another of its step.
    pub stack: bool,
    /// What it does.
    pub kind: PromotionKind,
}

/// What a promotion applies to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Scope {
    /// These products; empty with empty `categories` means everything.
    pub products: Vec<ProductId>,
    /// These categories, by their Chinese name.
    pub categories: Vec<String>,
    /// But not these.
    pub except: Vec<ProductId>,
}

impl Scope {
    /// Whether every product is meant, but for the exceptions.
    pub fn is_everything(&self) -> bool {
        self.products.is_empty() && self.categories.is_empty()
    }

    /// Whether a product is meant.
    pub fn covers(&self, product: &Product) -> bool {
        let named = self.products.contains(&product.id)
            || product.category.iter().any(|category| self.categories.contains(&category.zh));
        (self.is_everything() || named) && !self.except.contains(&product.id)
    }
}

/// The kinds of promotions of COMMERCE.md. Percent 85 means the shopper pays 85 %.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "fields carry the file's names, described in the file format")]
pub enum PromotionKind {
    ItemPrice(PriceCut),
    MemberPrice(PriceCut),
    NPiece {
        tiers: Vec<(u32, Decimal)>,
    },
    Threshold {
        tiers: Vec<(Money, Money)>,
    },
    RepeatingThreshold {
        over: Money,
        off: Money,
        cap: Option<Money>,
        platform: bool,
    },
    Coupon {
        off: PriceOff,
        cap: Option<Money>,
        over: Option<Money>,
        code: Option<String>,
        claim: bool,
        per_shopper: u32,
        group: String,
        platform: bool,
    },
    Gift {
        over: Option<Money>,
        with: Option<ProductId>,
        gift: ProductId,
        stock: u32,
    },
    Presale {
        deposit: Money,
        counts_as: Money,
        balance_from: Timestamp,
        balance_until: Timestamp,
        refundable: bool,
    },
    Points {
        per_unit: u32,
        max_percent: Decimal,
    },
    FreeShipping {
        over: Money,
        except_regions: Vec<String>,
    },
}

impl PromotionKind {
    /// The kind's name in files and on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ItemPrice(_) => "item_price",
            Self::MemberPrice(_) => "member_price",
            Self::NPiece { .. } => "n_piece",
            Self::Threshold { .. } => "threshold",
            Self::RepeatingThreshold { .. } => "repeating_threshold",
            Self::Coupon { .. } => "coupon",
            Self::Gift { .. } => "gift",
            Self::Presale { .. } => "presale",
            Self::Points { .. } => "points",
            Self::FreeShipping { .. } => "free_shipping",
        }
    }
}

/// What a threshold looks at (COMMERCE.md, "What a threshold looks at").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ThresholdBase {
    /// The amount after the item step, thresholds judged side by side.
    #[default]
    AfterItem,
    /// What the steps before it have left.
    Remaining,
}

/// A price instead of the list price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PriceCut {
    /// The shopper pays this percentage.
    Percent(Decimal),
    /// The shopper pays this.
    Price(Money),
}

/// What a coupon takes off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PriceOff {
    /// The shopper pays this percentage.
    Percent(Decimal),
    /// This much less.
    Amount(Money),
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
}
