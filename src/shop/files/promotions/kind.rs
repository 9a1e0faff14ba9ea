//! The keys of each promotion kind.

use rust_decimal::Decimal;

use super::super::{Terms, moment, money, need_money, word};
use crate::domain::Money;
use crate::domain::trade::{PriceCut, PriceOff, PromotionKind};
use crate::shop::document::fields::Fields;
use crate::shop::document::{Located, Source, Span};
use crate::shop::problem::kinds;
use crate::shop::times::DayEdge;

#[derive(Clone, Copy)]
enum Name {
    ItemPrice,
    MemberPrice,
    NPiece,
    Threshold,
    RepeatingThreshold,
    Coupon,
    Gift,
    Presale,
    Points,
    FreeShipping,
}

const NAMES: [(&str, Name); 10] = [
    ("item_price", Name::ItemPrice),
    ("member_price", Name::MemberPrice),
    ("n_piece", Name::NPiece),
    ("threshold", Name::Threshold),
    ("repeating_threshold", Name::RepeatingThreshold),
    ("coupon", Name::Coupon),
    ("gift", Name::Gift),
    ("presale", Name::Presale),
    ("points", Name::Points),
    ("free_shipping", Name::FreeShipping),
];

/// Reads the kind and its keys; products it names join `products`.
pub(super) fn read(
    source: &mut Source<'_>,
    terms: &Terms,
    fields: &mut Fields<'_>,
    products: &mut Vec<Located<String>>,
) -> Option<PromotionKind> {
    if !fields.has("kind") {
        source.report(&fields.span(), &kinds::MISSING_KEY, &["kind"]);
    }
    match word(fields, source, "kind", &NAMES)? {
        Name::ItemPrice => price_cut(source, terms, fields).map(PromotionKind::ItemPrice),
        Name::MemberPrice => price_cut(source, terms, fields).map(PromotionKind::MemberPrice),
        Name::NPiece => n_piece(source, fields),
        Name::Threshold => threshold(source, terms, fields),
        Name::RepeatingThreshold => repeating(source, terms, fields),
        Name::Coupon => coupon(source, terms, fields),
        Name::Gift => gift(source, terms, fields, products),
        Name::Presale => presale(source, terms, fields),
        Name::Points => points(source, fields),
        Name::FreeShipping => {
            let over = need_money(fields, source, terms, "over");
            let except_regions = fields.plain_texts(source, "except_regions");
            Some(PromotionKind::FreeShipping { over: over?, except_regions })
        }
    }
}

/// A percentage the shopper pays: above 0, below 100.
fn percent(source: &mut Source<'_>, fields: &mut Fields<'_>, key: &'static str) -> Option<Decimal> {
    let percent = fields.decimal(source, key)?;
    if percent > Decimal::ZERO && percent < Decimal::ONE_HUNDRED {
        return Some(percent);
    }
    source.report(&fields.span_of(key), &kinds::PERCENT_RANGE, &[&percent.to_string()]);
    None
}

/// Whether exactly one of two keys is there; a problem otherwise.
fn exactly_one(source: &mut Source<'_>, fields: &Fields<'_>, first: &str, second: &str) -> bool {
    let fine = fields.has(first) != fields.has(second);
    if !fine {
        source.report(&fields.span(), &kinds::ONE_OF, &[&format!("{first}, {second}")]);
    }
    fine
}

fn price_cut(source: &mut Source<'_>, terms: &Terms, fields: &mut Fields<'_>) -> Option<PriceCut> {
    let one = exactly_one(source, fields, "percent", "price");
    let percent = percent(source, fields, "percent").map(PriceCut::Percent);
    let price = money(fields, source, terms, "price").map(PriceCut::Price);
    percent.or(price).filter(|_| one)
}

fn tiers<'n, T>(
    source: &mut Source<'_>,
    fields: &mut Fields<'n>,
    mut read: impl FnMut(&mut Source<'_>, &mut Fields<'n>) -> Option<T>,
) -> Vec<(Span, T)> {
    let mut tiers = Vec::new();
    let tables = fields.tables(source, "tiers");
    // An element that is no table has been reported as such.
    if tables.is_empty() && !fields.has_elements("tiers") {
        source.report(&fields.span_of("tiers"), &kinds::PROMOTION_NO_TIERS, &[]);
    }
    for mut table in tables {
        let tier = read(source, &mut table);
        let span = table.span();
        table.finish(source);
        tiers.extend(tier.map(|tier| (span, tier)));
    }
    tiers
}

fn n_piece(source: &mut Source<'_>, fields: &mut Fields<'_>) -> Option<PromotionKind> {
    let tiers = tiers(source, fields, |source, table| {
        table.need(source, "pieces");
        table.need(source, "percent");
        let pieces = table.integer(source, "pieces", 1..=1000);
        let percent = percent(source, table, "percent");
        Some((u32::try_from(pieces?).ok()?, percent?))
    });
    for pair in tiers.windows(2) {
        let ((_, low), (span, high)) = (&pair[0], &pair[1]);
        if high.0 <= low.0 || high.1 >= low.1 {
            source.report(span, &kinds::TIERS_ORDER, &[]);
        }
    }
    Some(PromotionKind::NPiece { tiers: values(tiers)? })
}

fn values<T>(tiers: Vec<(Span, T)>) -> Option<Vec<T>> {
    let values: Vec<T> = tiers.into_iter().map(|(_, tier)| tier).collect();
    (!values.is_empty()).then_some(values)
}

fn threshold(source: &mut Source<'_>, terms: &Terms, fields: &mut Fields<'_>) -> Option<PromotionKind> {
    let tiers = tiers(source, fields, |source, table| {
        let over = need_money(table, source, terms, "over");
        let off = need_money(table, source, terms, "off");
        let (over, off) = (over?, off?);
        off_within(source, &table.span_of("off"), off, over);
        Some((over, off))
    });
    for pair in tiers.windows(2) {
        let ((_, low), (span, high)) = (&pair[0], &pair[1]);
        if high.0.amount() <= low.0.amount() || high.1.amount() <= low.1.amount() {
            source.report(span, &kinds::TIERS_ORDER, &[]);
        }
    }
    Some(PromotionKind::Threshold { tiers: values(tiers)? })
}

fn off_within(source: &mut Source<'_>, span: &Span, off: Money, over: Money) {
    if off.amount() > over.amount() {
        source.report(span, &kinds::OFF_TOO_LARGE, &[&off.digits(), &over.digits()]);
    }
}

fn repeating(source: &mut Source<'_>, terms: &Terms, fields: &mut Fields<'_>) -> Option<PromotionKind> {
    let over = need_money(fields, source, terms, "over");
    let off = need_money(fields, source, terms, "off");
    let cap = money(fields, source, terms, "cap");
    let platform = fields.boolean(source, "platform").unwrap_or(false);
    let (over, off) = (over?, off?);
    off_within(source, &fields.span_of("off"), off, over);
    Some(PromotionKind::RepeatingThreshold { over, off, cap, platform })
}

fn coupon(source: &mut Source<'_>, terms: &Terms, fields: &mut Fields<'_>) -> Option<PromotionKind> {
    let one = exactly_one(source, fields, "off", "percent");
    let amount = money(fields, source, terms, "off");
    let percent = percent(source, fields, "percent");
    let cap = money(fields, source, terms, "cap");
    let over = money(fields, source, terms, "over");
    let code = fields.text(source, "code");
    let claim = fields.boolean(source, "claim").unwrap_or(false);
    if code.is_some() == claim {
        source.report(&fields.span(), &kinds::ONE_OF, &["code, claim = true"]);
    }
    let per_shopper = fields.integer(source, "per_shopper", 1..=1000).unwrap_or(1);
    let group = fields.text(source, "group").unwrap_or_else(|| "shop".to_owned());
    let platform = fields.boolean(source, "platform").unwrap_or(false);
    if let (Some(off), Some(over)) = (amount, over) {
        off_within(source, &fields.span_of("off"), off, over);
    }
    let off = amount.map(PriceOff::Amount).or(percent.map(PriceOff::Percent)).filter(|_| one)?;
    let per_shopper = u32::try_from(per_shopper).expect("the range was checked");
    Some(PromotionKind::Coupon { off, cap, over, code, claim, per_shopper, group, platform })
}

fn gift(
    source: &mut Source<'_>,
    terms: &Terms,
    fields: &mut Fields<'_>,
    products: &mut Vec<Located<String>>,
) -> Option<PromotionKind> {
    let one = exactly_one(source, fields, "over", "product");
    let over = money(fields, source, terms, "over");
    let with = fields.located_text(source, "product");
    fields.need(source, "gift");
    let gift = fields.located_text(source, "gift");
    let stock = fields.integer(source, "stock", 0..=10_000_000).unwrap_or(0);
    products.extend(with.clone());
    products.extend(gift.clone());
    one.then_some(())?;
    Some(PromotionKind::Gift {
        over,
        with: with.map(|product| product.value.into()),
        gift: gift?.value.into(),
        stock: u32::try_from(stock).expect("the range was checked"),
    })
}

fn presale(source: &mut Source<'_>, terms: &Terms, fields: &mut Fields<'_>) -> Option<PromotionKind> {
    let deposit = need_money(fields, source, terms, "deposit");
    let counts_as = money(fields, source, terms, "counts_as").or(deposit);
    fields.need(source, "balance_from");
    fields.need(source, "balance_until");
    let from = moment(fields, source, terms, "balance_from", DayEdge::Start);
    let until = moment(fields, source, terms, "balance_until", DayEdge::End);
    let refundable =
        word(fields, source, "deposit_kind", &[("定金", false), ("订金", true)]).unwrap_or(false);
    let (deposit, counts_as, from, until) = (deposit?, counts_as?, from?, until?);
    if counts_as.amount() < deposit.amount() {
        let names = (counts_as.digits(), deposit.digits());
        source.report(&fields.span_of("counts_as"), &kinds::DEPOSIT_COUNTS_LESS, &[&names.0, &names.1]);
    }
    if until.at <= from.at {
        let names = (from.at.to_string(), until.at.to_string());
        source.report(&fields.span_of("balance_until"), &kinds::TIMES_REVERSED, &[&names.0, &names.1]);
    }
    let (balance_from, balance_until) = (from.at, until.at);
    Some(PromotionKind::Presale { deposit, counts_as, balance_from, balance_until, refundable })
}

fn points(source: &mut Source<'_>, fields: &mut Fields<'_>) -> Option<PromotionKind> {
    fields.need(source, "per_yuan");
    fields.need(source, "max_percent");
    let per_unit = fields.integer(source, "per_yuan", 1..=1_000_000);
    let max_percent = fields.decimal(source, "max_percent");
    let max_percent = max_percent?;
    if max_percent <= Decimal::ZERO || max_percent > Decimal::ONE_HUNDRED {
        source.report(&fields.span_of("max_percent"), &kinds::PERCENT_RANGE, &[&max_percent.to_string()]);
        return None;
    }
    Some(PromotionKind::Points { per_unit: u32::try_from(per_unit?).ok()?, max_percent })
}
