//! Recommendations held against what shoppers bought next: hit rate, mean reciprocal rank and coverage of six rankings.
//!
//! `cargo bench --bench recommend`. Each shopper's last order is hidden, everything is learnt from the others' and the rest
//! of their own, and ten goods are recommended. Hidden orders choose nothing: the mixture is fitted by
//! `Mixture::fit` on earlier orders alone. By default on `benches/corpus/orders.json` and `products.json`, which
//! `-- --make` draws anew. `--orders FILE --products FILE` take any set in the form of tau-bench's retail data: an object of
//! orders with `user_id` and `items[].product_id`, a shopper's orders in the order they were placed, and an object of
//! products with `name` and `variants`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

use anyhow::Context;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use xiaoer::{
    domain::{
        Currency, Localized, Money,
        trade::{Attribute, Product, ReturnClass, Variant},
    },
    trade::recommend::{Alike, Histories, Mixture, Together, popularity},
};

#[path = "corpus/orders.rs"]
mod corpus;

/// Goods recommended.
const SHOWN: usize = 10;
/// Draws of the bootstrap.
const DRAWS: usize = 2_000;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let flag =
        |name: &str| arguments.windows(2).find(|pair| pair[0] == name).map(|pair| PathBuf::from(&pair[1]));
    if arguments.iter().any(|argument| argument == "--make") {
        return corpus::make(Path::new("benches/corpus"));
    }
    let orders = flag("--orders").unwrap_or_else(|| "benches/corpus/orders.json".into());
    let products = flag("--products").unwrap_or_else(|| "benches/corpus/products.json".into());
    let products = read_products(&read(&products)?)?;
    let histories = read_orders(&read(&orders)?, &products)?;
    let (visible, hidden) = histories.hide(0);
    let goods = products.len();
    let alike = Alike::of(&products);
    let together = Together::of(&visible, goods);
    let popular = popularity(&visible, goods);
    let fitted = Mixture::fit(&visible, &alike, goods);
    println!(
        "{} goods, {} shoppers, {} with a hidden order; fitted: together {:.2}, alike {:.2}, popular {:.2}",
        goods,
        histories.shoppers.len(),
        hidden.len(),
        fitted.together,
        fitted.alike,
        fitted.popular
    );
    let ways = [
        ("most popular", Mixture::ONLY_POPULAR),
        ("item cosine", Mixture::ONLY_TOGETHER),
        ("attributes alike", Mixture::ONLY_ALIKE),
        ("usual mixture", Mixture::USUAL),
        ("mostly popular", Mixture::MOSTLY_POPULAR),
        ("fitted mixture", fitted),
    ];
    let mut first: Option<Vec<Case>> = None;
    for (name, mixture) in ways {
        let mut covered = BTreeSet::new();
        let cases: Vec<Case> = hidden
            .iter()
            .map(|(shopper, order)| {
                let ranked = mixture.rank(&visible.goods(*shopper), &together, &alike, &popular);
                covered.extend(ranked.iter().take(SHOWN).copied());
                Case::of(&ranked, order)
            })
            .collect();
        report(name, &cases, first.as_deref(), covered.len() as f64 / goods as f64);
        first.get_or_insert(cases);
    }
    Ok(())
}

/// One hidden order.
#[derive(Clone, Copy)]
struct Case {
    hit: f64,
    reciprocal: f64,
}

impl Case {
    fn of(ranked: &[usize], order: &[usize]) -> Self {
        let rank = ranked.iter().position(|place| order.contains(place));
        Self {
            hit: f64::from(u8::from(rank.is_some_and(|rank| rank < SHOWN))),
            reciprocal: rank.map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0)),
        }
    }
}

fn report(name: &str, cases: &[Case], popular: Option<&[Case]>, coverage: f64) {
    let hits: Vec<f64> = cases.iter().map(|case| case.hit).collect();
    let ranks: Vec<f64> = cases.iter().map(|case| case.reciprocal).collect();
    let beside = popular.map_or_else(String::new, |popular| {
        let differences =
            |of: fn(&Case) -> f64| cases.iter().zip(popular).map(|(a, b)| of(a) - of(b)).collect::<Vec<_>>();
        format!(
            "; beside the most popular: hit {}, rank {}",
            interval(&differences(|case| case.hit)),
            interval(&differences(|case| case.reciprocal))
        )
    });
    println!(
        "{name}: hit@{SHOWN} {}, MRR {}, coverage {:.0} %{beside}",
        interval(&hits),
        interval(&ranks),
        100.0 * coverage
    );
}

/// A mean with its 95 % interval by the bootstrap, drawn with a fixed seed.
fn interval(values: &[f64]) -> String {
    let mut random = StdRng::seed_from_u64(7);
    let mean = |sum: f64| sum / values.len().max(1) as f64;
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| mean((0..values.len()).map(|_| values[random.random_range(0..values.len())]).sum()))
        .collect();
    means.sort_by(f64::total_cmp);
    format!(
        "{:+.3} [{:+.3}, {:+.3}]",
        mean(values.iter().sum()),
        means[DRAWS * 25 / 1_000],
        means[DRAWS * 975 / 1_000 - 1]
    )
}

/// An object's entries in the order of the file, which is the order in which a shopper's orders were placed.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

fn read(path: &Path) -> anyhow::Result<Entries> {
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// The catalog, as far as likeness needs it: each option with its values is a fact.
fn read_products(entries: &Entries) -> anyhow::Result<Vec<Product>> {
    let each = entries.0.iter().map(|(id, product)| {
        let name = product["name"].as_str().context("a product without a name")?;
        let mut facts: BTreeSet<(String, String)> = BTreeSet::new();
        let mut least = f64::MAX;
        for variant in product["variants"].as_object().into_iter().flat_map(|map| map.values()) {
            least = variant["price"].as_f64().unwrap_or(f64::MAX).min(least);
            for (option, value) in variant["options"].as_object().into_iter().flatten() {
                facts.insert((option.clone(), value.as_str().unwrap_or_default().to_owned()));
            }
        }
        let category = product["category"].as_str().map(Localized::zh);
        Ok(plain_product(id, name, least, facts, category))
    });
    each.collect()
}

fn plain_product(
    id: &str,
    name: &str,
    price: f64,
    facts: BTreeSet<(String, String)>,
    category: Option<Localized>,
) -> Product {
    let cents = if price < 1e9 { (price * 100.0) as i64 } else { 0 };
    let price = Money::from_minor(cents, Currency::CNY);
    let attribute = |(name, value): (String, String)| Attribute {
        name: Localized::zh(name),
        value: Localized::zh(value),
    };
    let variant = Variant { id: id.into(), options: Vec::new(), price, stock: 1 };
    Product {
        id: id.into(),
        title: Localized::zh(name),
        subtitle: Localized::default(),
        brand: String::new(),
        category: category.into_iter().collect(),
        price,
        list_price: None,
        image: None,
        url: None,
        attributes: facts.into_iter().map(attribute).collect(),
        variants: vec![variant],
        option_words: Vec::new(),
        size_chart: None,
        aliases: Vec::new(),
        tags: Vec::new(),
        audience: Vec::new(),
        return_class: ReturnClass::Normal,
        warranty_days: None,
        sales: 0,
    }
}

/// Orders by shopper, in the order of the file. A cancelled order was placed, and counts.
fn read_orders(entries: &Entries, products: &[Product]) -> anyhow::Result<Histories> {
    let places: BTreeMap<&str, usize> =
        products.iter().enumerate().map(|(place, product)| (product.id.as_str(), place)).collect();
    let mut shoppers: BTreeMap<&str, Vec<Vec<usize>>> = BTreeMap::new();
    for (_, order) in &entries.0 {
        let shopper = order["user_id"].as_str().context("an order without a user_id")?;
        let items = order["items"].as_array().into_iter().flatten();
        let goods: BTreeSet<usize> =
            items.filter_map(|item| places.get(item["product_id"].as_str()?).copied()).collect();
        shoppers.entry(shopper).or_default().push(goods.into_iter().collect());
    }
    Ok(Histories { shoppers: shoppers.into_values().collect() })
}
