//! Draws the orders that `benches/recommend.rs` runs on by default: shoppers with tastes in a shop of a few wide kinds.
//!
//! 600 shoppers and 96 goods of eight kinds. A product sells by a power law. A shopper has two kinds they like, and a
//! level of price; half of what they buy is of these, a fifth goes with what they bought last (each product has two
//! companions of other kinds), the rest is what everybody buys. Our own; drawn with a fixed seed.

use std::{fs, path::Path};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Map, Value, json};

const SHOPPERS: usize = 600;
const KINDS: [&str; 8] = ["服装", "鞋靴", "美妆", "数码", "家电", "食品", "家居", "母婴"];
const OF_A_KIND: usize = 12;

/// Writes both files into a folder.
pub(crate) fn make(folder: &Path) -> anyhow::Result<()> {
    let mut random = StdRng::seed_from_u64(20_261_123);
    let goods = KINDS.len() * OF_A_KIND;
    let companions: Vec<[usize; 2]> = (0..goods)
        .map(|one| {
            [random.random_range(1..KINDS.len()), random.random_range(1..KINDS.len())].map(|apart| {
                ((one / OF_A_KIND + apart) % KINDS.len()) * OF_A_KIND + random.random_range(0..OF_A_KIND)
            })
        })
        .collect();
    fs::write(folder.join("products.json"), lines(products(&mut random, goods)))?;
    fs::write(folder.join("orders.json"), lines(orders(&mut random, goods, &companions)))?;
    Ok(())
}

/// One entry a line, so that a change shows where it is.
fn lines(map: Map<String, Value>) -> String {
    let each: Vec<String> =
        map.into_iter().map(|(id, value)| format!("{}: {value}", Value::String(id))).collect();
    format!("{{\n{}\n}}\n", each.join(",\n"))
}

fn id(product: usize) -> String {
    format!("p{product:03}")
}

fn products(random: &mut StdRng, goods: usize) -> Map<String, Value> {
    let each = (0..goods).map(|one| {
        let kind = KINDS[one / OF_A_KIND];
        let price = [19, 59, 129, 299, 899][one % 5] + random.random_range(0..20);
        let level = ["入门", "平价", "标准", "品质", "高端"][one % 5];
        let style = ["简约", "商务", "运动"][random.random_range(0..3)];
        let options = json!({ "档次": level, "风格": style });
        let variant = json!({ "price": price, "options": options });
        (id(one), json!({ "name": format!("{kind}{}", one % OF_A_KIND), "category": kind, "variants": { "v": variant } }))
    });
    each.collect()
}

fn orders(random: &mut StdRng, goods: usize, companions: &[[usize; 2]]) -> Map<String, Value> {
    let mut orders = Map::new();
    for shopper in 0..SHOPPERS {
        let likes = [random.random_range(0..KINDS.len()), random.random_range(0..KINDS.len())];
        let mut last = bestseller(random, goods);
        for _ in 0..random.random_range(1..6) {
            let items: Vec<Value> = (0..random.random_range(1..5))
                .map(|_| {
                    last = match random.random_range(0..10) {
                        0..5 => likes[random.random_range(0..2)] * OF_A_KIND + bestseller(random, OF_A_KIND),
                        5..7 => companions[last][random.random_range(0..2)],
                        _ => bestseller(random, goods) * 7 % goods,
                    };
                    json!({ "product_id": id(last) })
                })
                .collect();
            let number = format!("o{:05}", orders.len());
            orders.insert(number, json!({ "user_id": format!("s{shopper:03}"), "items": items }));
        }
    }
    orders
}

/// A place by a power law: the first sells most.
fn bestseller(random: &mut StdRng, of: usize) -> usize {
    let at: f64 = random.random_range(0.0..1.0);
    ((of as f64).powf(at) - 1.0) as usize % of
}
