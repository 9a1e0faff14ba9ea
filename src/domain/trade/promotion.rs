//! What makes goods cheaper, as the shop's file states it.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::Product;
use crate::domain::{Localized, Money, ProductId, PromotionId};

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
