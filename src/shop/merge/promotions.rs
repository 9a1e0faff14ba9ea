//! Promotions held against each other: those that overlap, that contradict, and that never apply.

use std::collections::BTreeMap;

use super::trade::Catalog;
use crate::domain::trade::{PriceOff, Product, Promotion, PromotionKind};
use crate::shop::files::promotions::PromotionEntry;
use crate::shop::problem::{Problem, kinds};

/// Notes what promotions do to each other and what keeps one from ever applying.
pub(super) fn check(entries: &[PromotionEntry], catalog: &Catalog, problems: &mut Vec<Problem>) {
    for (index, entry) in entries.iter().enumerate() {
        check_alone(entry, catalog, problems);
        for earlier in entries[..index].iter().filter(|earlier| meet(&earlier.promotion, &entry.promotion)) {
            check_pair(earlier, entry, catalog, problems);
        }
    }
    check_codes(entries, problems);
}

/// Whether two run at the same time at all. The same id twice is told elsewhere.
fn meet(one: &Promotion, other: &Promotion) -> bool {
    one.from < other.until && other.from < one.until && one.id != other.id
}

/// Two of the same step: one item price, one N-piece, one shop threshold a line unless they may be stacked
/// (COMMERCE.md, "Promotions and price"); a pre-sale, the worth of points and free shipping have one truth at a time.
fn check_pair(
    earlier: &PromotionEntry,
    entry: &PromotionEntry,
    catalog: &Catalog,
    problems: &mut Vec<Problem>,
) {
    let (one, other) = (&earlier.promotion, &entry.promotion);
    let names = (one.id.as_str(), other.id.as_str());
    let shared = catalog.products().find(|product| one.scope.covers(product) && other.scope.covers(product));
    match step(&one.kind).filter(|same| step(&other.kind) == Some(*same)) {
        Some(Step::OneALine(_)) if !(one.stack && other.stack) => {
            if let Some(product) = shared {
                let arguments = [names.1, names.0, product.id.as_str()];
                problems.push(entry.id.at.problem(&kinds::PROMOTION_OVERLAP, &arguments));
            }
        }
        Some(Step::OneTruth(_)) if shared.is_some() || everywhere(one, other) => {
            problems.push(entry.id.at.problem(&kinds::PROMOTION_CONTRADICTS, &[names.1, names.0]));
        }
        _ => {}
    }
}

/// Whether both mean all goods, which needs no catalog to be known.
fn everywhere(one: &Promotion, other: &Promotion) -> bool {
    one.scope.is_everything() && other.scope.is_everything()
}

/// Promotions that stand in each other's way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Only one counts for a line, unless both may be stacked.
    OneALine(&'static str),
    /// Two at a time say different things of the same.
    OneTruth(&'static str),
}

fn step(kind: &PromotionKind) -> Option<Step> {
    match kind {
        PromotionKind::ItemPrice(_) | PromotionKind::MemberPrice(_) | PromotionKind::NPiece { .. } => {
            Some(Step::OneALine(kind.name()))
        }
        PromotionKind::Threshold { .. } | PromotionKind::RepeatingThreshold { platform: false, .. } => {
            Some(Step::OneALine("threshold"))
        }
        PromotionKind::RepeatingThreshold { platform: true, .. } => {
            Some(Step::OneALine("platform threshold"))
        }
        PromotionKind::Presale { .. } | PromotionKind::Points { .. } => Some(Step::OneTruth(kind.name())),
        // Regions may be told apart by two promotions of free shipping.
        PromotionKind::FreeShipping { .. } | PromotionKind::Coupon { .. } | PromotionKind::Gift { .. } => {
            None
        }
    }
}

fn check_alone(entry: &PromotionEntry, catalog: &Catalog, problems: &mut Vec<Problem>) {
    let promotion = &entry.promotion;
    let id = promotion.id.as_str();
    let named_are_known = entry.products.iter().all(|product| catalog.get(&product.value).is_some());
    let covers = |product: &Product| promotion.scope.covers(product);
    if catalog.is_known()
        && named_are_known
        && entry.categories.iter().all(|category| catalog.has_category(category))
        && !catalog.products().any(covers)
    {
        problems.push(entry.id.at.problem(&kinds::PROMOTION_NOTHING, &[id]));
    }
    match &promotion.kind {
        PromotionKind::Gift { with, stock, .. } => {
            if *stock == 0 {
                problems.push(entry.price_at.problem(&kinds::PROMOTION_GIFT_STOCK, &[]));
            }
            let outside =
                with.as_ref().and_then(|id| catalog.get(id.as_str())).filter(|product| !covers(product));
            if let Some(product) = outside {
                problems.push(entry.id.at.problem(&kinds::PROMOTION_GIFT_SCOPE, &[product.id.as_str()]));
            }
        }
        PromotionKind::Coupon { off: PriceOff::Amount(off), cap: Some(cap), .. } if cap != off => {
            problems.push(entry.id.at.problem(&kinds::PROMOTION_CAP, &[&cap.digits(), &off.digits()]));
        }
        PromotionKind::RepeatingThreshold { off, cap: Some(cap), .. } if cap.amount() < off.amount() => {
            problems.push(entry.id.at.problem(&kinds::PROMOTION_CAP, &[&cap.digits(), &off.digits()]));
        }
        PromotionKind::Presale { balance_from, .. } if *balance_from < promotion.from => {
            let names = (format!("{balance_from:.0}"), format!("{:.0}", promotion.from));
            problems.push(entry.id.at.problem(&kinds::PROMOTION_BALANCE, &[&names.0, &names.1]));
        }
        _ => {}
    }
}

/// A code that two coupons share while both run.
fn check_codes(entries: &[PromotionEntry], problems: &mut Vec<Problem>) {
    let mut owners: BTreeMap<String, Vec<&PromotionEntry>> = BTreeMap::new();
    for entry in entries {
        let PromotionKind::Coupon { code: Some(code), .. } = &entry.promotion.kind else { continue };
        let of_code = owners.entry(code.to_lowercase()).or_default();
        if let Some(earlier) = of_code.iter().find(|earlier| meet(&earlier.promotion, &entry.promotion)) {
            let arguments = [code.as_str(), earlier.promotion.id.as_str()];
            problems.push(entry.id.at.problem(&kinds::PROMOTION_CODE, &arguments));
        }
        of_code.push(entry);
    }
}
