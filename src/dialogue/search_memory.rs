//! The last product search in its stored form: a map of plain slots, so that the state needs no new type.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::domain::{Currency, Money, ProductId, ProductQuery, SlotValue, Sort};

type Slots = BTreeMap<String, SlotValue>;

/// Separates the words of a list; it is in no catalog word, being a control character.
const BETWEEN: char = '\u{1f}';

/// Into slots.
pub(super) fn stored(query: &ProductQuery, currency: Currency) -> Slots {
    let mut slots = Slots::new();
    let mut text = |name: &str, value: String| {
        if !value.is_empty() {
            slots.insert(name.to_owned(), SlotValue::Text(value));
        }
    };
    let list = |values: &[String]| values.join(&BETWEEN.to_string());
    text("words", query.words.clone());
    text("colors", list(&query.colors));
    text("sizes", list(&query.sizes));
    text("brands", list(&query.brands));
    text("categories", list(&query.categories));
    text("audience", list(&query.audience));
    text("exclude", list(&query.exclude.iter().map(ToString::to_string).collect::<Vec<_>>()));
    text("sort", sort_name(query.sort).to_owned());
    for (name, price) in [("price_from", query.price_from), ("price_to", query.price_to)] {
        if let Some(price) = price {
            slots.insert(name.to_owned(), SlotValue::Money(Money::new(price, currency)));
        }
    }
    slots.insert("in_stock".to_owned(), SlotValue::Bool(query.in_stock));
    slots
}

/// Back from slots; what is missing or of another kind filters nothing.
pub(super) fn recalled(slots: &Slots) -> ProductQuery {
    let text = |name: &str| match slots.get(name) {
        Some(SlotValue::Text(value)) => value.clone(),
        _ => String::new(),
    };
    let list = |name: &str| {
        text(name).split(BETWEEN).filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let price = |name: &str| -> Option<Decimal> {
        match slots.get(name) {
            Some(SlotValue::Money(money)) => Some(money.amount()),
            _ => None,
        }
    };
    ProductQuery {
        words: text("words"),
        price_from: price("price_from"),
        price_to: price("price_to"),
        colors: list("colors"),
        sizes: list("sizes"),
        brands: list("brands"),
        categories: list("categories"),
        audience: list("audience"),
        in_stock: slots.get("in_stock") == Some(&SlotValue::Bool(true)),
        sort: sort_of(&text("sort")),
        exclude: list("exclude").into_iter().map(ProductId::from).collect(),
    }
}

fn sort_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Relevance => "relevance",
        Sort::PriceAsc => "price_asc",
        Sort::PriceDesc => "price_desc",
        Sort::Sales => "sales",
    }
}

fn sort_of(name: &str) -> Sort {
    [Sort::PriceAsc, Sort::PriceDesc, Sort::Sales]
        .into_iter()
        .find(|sort| sort_name(*sort) == name)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_comes_back_as_it_was_stored() {
        let query = ProductQuery {
            words: "连衣裙".into(),
            price_to: Some(Decimal::from(200)),
            colors: vec!["黑色".into(), "白色".into()],
            in_stock: true,
            sort: Sort::PriceAsc,
            exclude: vec!["a".into()],
            ..ProductQuery::default()
        };
        for query in [query, ProductQuery::default()] {
            let back = recalled(&stored(&query, Currency::CNY));
            assert_eq!(back, query);
        }
    }
}
