//! What `text` makes of a shopper's words: normalised text, tokens and entities, each with its place.

use std::ops::Range;

use rust_decimal::Decimal;

use super::{Locale, ProductId};

/// One message's words, read. `text` makes it; nothing in it depends on a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// The words exactly as they came.
    pub raw: String,
    /// Folded for matching: NFKC, half width, lower case, simplified, single spaces, no control characters,
    /// repeated letters and punctuation shortened, emoji kept.
    pub normal: String,
    /// A BCP 47 tag: `zh-Hans`, `zh-Hant`, `en`, other primary tags, `und` when nothing tells.
    pub language: String,
    /// The locale to answer in, where the words tell one.
    pub locale: Option<Locale>,
    /// Words of `normal` in order, each with its place in `raw`.
    pub tokens: Vec<Token>,
    /// What was named: numbers, money, dates, products … in order of place, not overlapping.
    pub entities: Vec<Entity>,
}

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The word as in `normal`.
    pub text: String,
    /// Bytes of `raw` that it came from.
    pub span: Range<usize>,
}

/// Something named in a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Bytes of the raw input.
    pub span: Range<usize>,
    /// The raw words of `span`.
    pub text: String,
    /// Its normalised value.
    pub value: EntityValue,
}

/// The entity types of CONTRACT section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the wire's, described in the public contract")]
pub enum EntityKind {
    OrderNo,
    TrackingNo,
    Phone,
    Last4,
    Money,
    MoneyRange,
    Quantity,
    Size,
    HeightCm,
    WeightKg,
    Color,
    Date,
    DateRange,
    Region,
    ProductName,
}

impl EntityKind {
    /// The name on the wire and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::OrderNo => "order_no",
            Self::TrackingNo => "tracking_no",
            Self::Phone => "phone",
            Self::Last4 => "last4",
            Self::Money => "money",
            Self::MoneyRange => "money_range",
            Self::Quantity => "quantity",
            Self::Size => "size",
            Self::HeightCm => "height_cm",
            Self::WeightKg => "weight_kg",
            Self::Color => "color",
            Self::Date => "date",
            Self::DateRange => "date_range",
            Self::Region => "region",
            Self::ProductName => "product_name",
        }
    }
}

/// A normalised value.
#[derive(Clone, Debug, PartialEq)]
pub enum EntityValue {
    /// Numbers as written, sizes in capitals, colours and regions by their full name.
    Text(String),
    /// Money, centimetres, kilograms.
    Decimal(Decimal),
    /// A count.
    Integer(i64),
    /// Money from and to, either end open.
    MoneyRange {
        /// At least.
        from: Option<Decimal>,
        /// At most.
        to: Option<Decimal>,
    },
    /// A calendar day in the shop's time zone.
    Date(jiff::civil::Date),
    /// Days from and to, both included.
    DateRange {
        /// First day.
        from: jiff::civil::Date,
        /// Last day.
        to: jiff::civil::Date,
    },
    /// A product mention, with the product where the catalog has it.
    Product {
        /// As written.
        name: String,
        /// The product meant.
        product: Option<ProductId>,
    },
}
