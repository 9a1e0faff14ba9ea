//! The catalog, and the promotions held against it.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::once;
use crate::domain::trade::{PriceCut, Product, Promotion, PromotionKind, SizeChart};
use crate::domain::{Money, ProductId};
use crate::shop::document::Located;
use crate::shop::document::fields::nearest;
use crate::shop::files::products::ProductEntry;
use crate::shop::files::promotions::PromotionEntry;
use crate::shop::problem::{Problem, kinds};

/// The highest share of the price that a deposit may be (Civil Code, art. 586; COMMERCE.md, "Pre-sale").
const DEPOSIT_PERCENT: i64 = 20;

/// The products by id; without a catalog file nothing is known, and nothing is called unknown.
pub(super) struct Catalog {
    products: BTreeMap<ProductId, Product>,
    order: Vec<ProductId>,
    known: bool,
    declared: BTreeSet<String>,
}

impl Catalog {
    /// The catalog, its ids and size charts checked.
    pub(super) fn of(
        entries: Option<Vec<ProductEntry>>,
        charts: &[(Located<String>, SizeChart)],
        declared: BTreeSet<String>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut places = BTreeMap::new();
        for (id, _) in charts {
            once(id, &mut places, problems);
        }
        super::goods::check(entries.as_deref(), charts, problems);
        let charts: BTreeSet<&str> = charts.iter().map(|(id, _)| id.value.as_str()).collect();
        let known = entries.is_some();
        let mut catalog = Catalog { products: BTreeMap::new(), order: Vec::new(), known, declared };
        let mut places = BTreeMap::new();
        for entry in entries.unwrap_or_default() {
            if let Some(chart) = entry
                .chart
                .filter(|chart| !charts.contains(chart.value.as_str()) && !catalog.declares(&chart.value))
            {
                problems.push(chart.at.problem(&kinds::UNKNOWN_CHART, &[&chart.value]));
            }
            if once(&entry.id, &mut places, problems) {
                catalog.order.push(entry.product.id.clone());
                catalog.products.insert(entry.product.id.clone(), entry.product);
            }
        }
        catalog
    }

    /// A product by id.
    pub(super) fn get(&self, id: &str) -> Option<&Product> {
        self.products.get(id)
    }

    /// Whether a file of the shop gives this id to something, be it unusable: references to it are not wrong.
    pub(super) fn declares(&self, id: &str) -> bool {
        self.declared.contains(id)
    }

    /// Whether there is a catalog to look things up in.
    pub(super) fn is_known(&self) -> bool {
        self.known
    }

    /// The products by id.
    pub(super) fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// Whether a product is of this category.
    pub(super) fn has_category(&self, category: &Located<String>) -> bool {
        let named = |product: &Product| product.category.iter().any(|one| one.zh == category.value);
        self.products.values().any(named)
    }

    /// The products in the file's order.
    pub(super) fn in_order(&self) -> Vec<Product> {
        self.order.iter().filter_map(|id| self.products.get(id)).cloned().collect()
    }

    /// Notes a reference to a product that is not there.
    pub(super) fn check_product(&self, reference: &Located<String>, problems: &mut Vec<Problem>) {
        let id = reference.value.as_str();
        if !self.known || self.products.contains_key(id) || self.declares(id) {
            return;
        }
        let ids = self.products.keys().map(ProductId::as_str);
        let near = nearest(&reference.value, ids);
        problems.push(match near {
            Some(near) => reference.at.problem(&kinds::UNKNOWN_PRODUCT_NEAR, &[&reference.value, near]),
            None => reference.at.problem(&kinds::UNKNOWN_PRODUCT, &[&reference.value]),
        });
    }

    /// Notes a reference to what is neither a product nor a category.
    pub(super) fn check_goods(&self, reference: &Located<String>, problems: &mut Vec<Problem>) {
        let name = reference.value.as_str();
        let categories = self.products.values().flat_map(|product| &product.category);
        let names =
            || self.products.keys().map(ProductId::as_str).chain(categories.clone().map(|it| it.zh.as_str()));
        if !self.known || self.declares(name) || names().any(|known| known == name) {
            return;
        }
        problems.push(match nearest(name, names()) {
            Some(near) => reference.at.problem(&kinds::UNKNOWN_GOODS_NEAR, &[name, near]),
            None => reference.at.problem(&kinds::UNKNOWN_GOODS, &[name]),
        });
    }

    fn check_category(&self, reference: &Located<String>, problems: &mut Vec<Problem>) {
        if self.known && !self.has_category(reference) {
            problems.push(reference.at.problem(&kinds::UNKNOWN_CATEGORY, &[&reference.value]));
        }
    }
}

/// The promotions in file order, their references and prices checked.
pub(super) fn promotions(
    entries: Vec<PromotionEntry>,
    catalog: &Catalog,
    problems: &mut Vec<Problem>,
) -> Vec<Promotion> {
    super::promotions::check(&entries, catalog, problems);
    let mut places = BTreeMap::new();
    let mut promotions = Vec::new();
    for entry in entries {
        once(&entry.id, &mut places, problems);
        entry.products.iter().for_each(|product| catalog.check_product(product, problems));
        entry.categories.iter().for_each(|category| catalog.check_category(category, problems));
        check_price(&entry, catalog, problems);
        promotions.push(entry.promotion);
    }
    promotions
}

/// Notes what agents may give and is no coupon.
pub(super) fn check_agent_coupons<'a>(
    named: impl Iterator<Item = &'a Located<String>>,
    promotions: &[Promotion],
    catalog: &Catalog,
    problems: &mut Vec<Problem>,
) {
    for coupon in named {
        let id = coupon.value.as_str();
        let known = promotions.iter().find(|known| known.id.as_str() == id);
        let fine = match known {
            Some(known) => matches!(known.kind, PromotionKind::Coupon { .. }),
            None => catalog.declares(id),
        };
        if !fine {
            problems.push(coupon.at.problem(&kinds::AGENT_COUPON, &[id]));
        }
    }
}

/// A price that is none, and a deposit that is too much, for the first product it applies to.
fn check_price(entry: &PromotionEntry, catalog: &Catalog, problems: &mut Vec<Problem>) {
    let covered = || catalog.products.values().filter(|product| entry.promotion.scope.covers(product));
    match &entry.promotion.kind {
        PromotionKind::ItemPrice(PriceCut::Price(price))
        | PromotionKind::MemberPrice(PriceCut::Price(price)) => {
            let useless = covered().find(|product| product.price.amount() <= price.amount());
            if let Some(product) = useless {
                let arguments = [&price.digits(), product.id.as_str(), &product.price.digits()];
                problems.push(entry.price_at.problem(&kinds::PRICE_NOT_LOWER, &arguments));
            }
        }
        PromotionKind::Presale { deposit, .. } => {
            if let Some(product) = covered().find(|product| deposit_too_high(*deposit, product.price)) {
                let arguments = [&deposit.digits(), product.id.as_str(), &product.price.digits()];
                problems.push(entry.price_at.problem(&kinds::DEPOSIT_TOO_HIGH, &arguments));
            }
        }
        _ => {}
    }
}

fn deposit_too_high(deposit: Money, price: Money) -> bool {
    deposit.amount() * Decimal::ONE_HUNDRED > price.amount() * Decimal::from(DEPOSIT_PERCENT)
}
