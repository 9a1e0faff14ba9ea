//! The seed of a shop's store: its catalog, shoppers and orders, the orders held against both.

use std::collections::{BTreeMap, BTreeSet};

use super::once;
use super::trade::Catalog;
use crate::domain::Localized;
use crate::domain::trade::{Order, OrderLine, Promotion, PromotionKind, ReturnClass};
use crate::shop::document::Located;
use crate::shop::files::orders::{LineEntry, ORDER_STATES, OrderEntry, OrdersFile};
use crate::shop::load::Seed;
use crate::shop::problem::{Problem, kinds};

/// What the store begins with.
pub(super) fn seed(
    file: OrdersFile,
    catalog: &Catalog,
    promotions: &[Promotion],
    problems: &mut Vec<Problem>,
) -> Seed {
    let mut places = BTreeMap::new();
    let mut shoppers = Vec::new();
    for shopper in file.shoppers {
        let id = Located { at: shopper.at, value: shopper.value.id.to_string() };
        once(&id, &mut places, problems);
        shoppers.push(shopper.value);
    }
    let known: BTreeSet<String> = places.into_keys().collect();
    let coupons = file.coupons.into_iter().map(|(shopper, coupon)| {
        let is_it = |promotion: &&Promotion| promotion.id.as_str() == coupon.value;
        let coupons = promotions.iter().filter(|it| matches!(it.kind, PromotionKind::Coupon { .. }));
        if coupons.into_iter().find(is_it).is_none() && !catalog.declares(&coupon.value) {
            problems.push(coupon.at.problem(&kinds::UNKNOWN_PROMOTION, &[&coupon.value]));
        }
        (shopper, coupon.value.as_str().into())
    });
    let coupons = coupons.collect();
    let mut places = BTreeMap::new();
    let mut orders = Vec::new();
    for entry in file.orders {
        once(&entry.id, &mut places, problems);
        if !known.contains(&entry.shopper.value) {
            problems.push(entry.shopper.at.problem(&kinds::UNKNOWN_SHOPPER, &[&entry.shopper.value]));
        }
        for rule in &entry.rules {
            let known = promotions.iter().any(|promotion| promotion.id.as_str() == rule.value);
            if !known && !catalog.declares(&rule.value) {
                problems.push(rule.at.problem(&kinds::UNKNOWN_PROMOTION, &[&rule.value]));
            }
        }
        orders.push(order(entry, catalog, problems));
    }
    Seed { products: catalog.in_order(), shoppers, orders, coupons }
}

fn order(entry: OrderEntry, catalog: &Catalog, problems: &mut Vec<Problem>) -> Order {
    let lines = entry.lines.iter().map(|line| order_line(line, &entry, catalog, problems)).collect();
    let order = Order {
        id: entry.id.value.into(),
        shopper: entry.shopper.value.into(),
        placed_at: entry.placed_at,
        address: entry.address,
        lines,
        shipments: entry.shipments,
        shipping_fee: entry.shipping_fee,
        discounts: entry.discounts,
        total: entry.total,
        coupons: entry.coupons,
        points_spent: entry.points_spent,
        refund: entry.refund,
        picking: entry.picking,
    };
    let state = order.state();
    if entry.sound && state != entry.state.value {
        let name =
            |state| ORDER_STATES.iter().find(|(_, known)| *known == state).map_or("?", |(name, _)| name);
        let arguments = [name(entry.state.value), name(state)];
        problems.push(entry.state.at.problem(&kinds::ORDER_STATE, &arguments));
    }
    order
}

fn order_line(
    line: &LineEntry,
    order: &OrderEntry,
    catalog: &Catalog,
    problems: &mut Vec<Problem>,
) -> OrderLine {
    let product = catalog.get(&line.product.value);
    let variant = product.and_then(|product| product.variant(&line.variant.value.as_str().into()));
    // A line with a title of its own may be of goods that the shop no longer has.
    if line.title.is_none() {
        catalog.check_product(&line.product, problems);
        if product.is_some() && variant.is_none() && catalog.is_known() {
            let arguments = [line.product.value.as_str(), line.variant.value.as_str()];
            problems.push(line.variant.at.problem(&kinds::UNKNOWN_VARIANT, &arguments));
        }
    }
    let title =
        line.title.clone().map(Localized::zh).or_else(|| product.map(|product| product.title.clone()));
    let words = line.variant_text.clone().map(Localized::zh);
    let words =
        words.or_else(|| product.zip(variant).map(|(product, variant)| product.variant_text(variant)));
    let delivered_at = order
        .shipments
        .iter()
        .filter(|shipment| shipment.lines.iter().any(|inside| inside.as_str() == line.id))
        .filter_map(|shipment| shipment.delivered_at)
        .max();
    OrderLine {
        id: line.id.as_str().into(),
        product: line.product.value.as_str().into(),
        variant: line.variant.value.as_str().into(),
        title: title.unwrap_or_default(),
        variant_text: words.unwrap_or_default(),
        units: line.units,
        unit_price: line.unit_price,
        paid: line.paid,
        state: line.state,
        delivered_at,
        return_class: product.map_or(ReturnClass::Normal, |product| product.return_class),
        no_reason_waived_at: line.no_reason_waived.then_some(order.placed_at),
        gift: line.gift,
    }
}
