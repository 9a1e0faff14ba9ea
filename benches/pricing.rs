//! The cheapest way to buy large baskets: how long it takes to find, and how often it is proven.
//!
//! `cargo bench --bench pricing`. 200 baskets of 30 of the demo shop's products, each with 20 coupons in three groups and
//! five other promotions that compete for the lines; drawn with fixed seeds.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use rust_decimal::Decimal;
use xiaoer::{
    app::offline,
    domain::{
        Currency, Localized, Money,
        trade::{PriceOff, Product, Promotion, PromotionKind, Scope, ThresholdBase},
    },
    engine::SystemClock,
    trade::{Basket, BasketLine, Offers, best_price},
};

const BASKETS: u64 = 200;
const LINES: usize = 30;
const COUPONS: usize = 20;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let which = offline::Which { shop: "demo".to_owned(), intents: PathBuf::from("intents"), models: None };
    let opened = runtime.block_on(offline::open(&which, Arc::new(SystemClock)))?;
    let products = runtime.block_on(opened.engine.parts().backend.products(&"demo".into()))?;
    let policy = &opened.assistant.shop.policy;
    for base in [ThresholdBase::AfterItem, ThresholdBase::Remaining] {
        let (mut times, mut proven) = (Vec::new(), 0);
        for seed in 0..BASKETS {
            let mut random = StdRng::seed_from_u64(seed);
            let promotions = promotions(&mut random, &products);
            let lines = products.iter().cycle().skip(random.random_range(0..products.len())).take(LINES);
            let lines = lines.map(|product| BasketLine {
                product,
                list: yuan(random.random_range(1_000..60_000)),
                units: random.random_range(1..4),
            });
            let basket = Basket { lines: lines.collect(), shopper: None, region: None };
            let offers = Offers { running: promotions.iter().collect(), base, policy };
            let started = Instant::now();
            let quote = best_price(&basket, &offers).expect("a basket has a price");
            times.push(started.elapsed());
            proven += u64::from(quote.proven);
        }
        times.sort();
        let at = |share: f64| -> Duration { times[((times.len() - 1) as f64 * share) as usize] };
        println!(
            "best price of {LINES} lines with {COUPONS} coupons, thresholds by {base:?}: p50 {:?}, p90 {:?}, p99 {:?}; \
             proven {proven} of {BASKETS}",
            at(0.5),
            at(0.9),
            at(0.99)
        );
    }
    Ok(())
}

fn yuan(cents: i64) -> Money {
    Money::from_minor(cents, Currency::CNY)
}

/// Two N-piece discounts, a threshold, a repeating one, the platform's, and the coupons.
fn promotions(random: &mut StdRng, products: &[Product]) -> Vec<Promotion> {
    let mut kinds = vec![
        (
            0.3,
            PromotionKind::NPiece {
                tiers: vec![(2, Decimal::from(95)), (3, Decimal::from(random.random_range(80..94)))],
            },
        ),
        (0.3, PromotionKind::NPiece { tiers: vec![(2, Decimal::from(random.random_range(75..97)))] }),
        (
            1.0,
            PromotionKind::Threshold {
                tiers: vec![
                    (yuan(30_000), yuan(3_000)),
                    (yuan(50_000), yuan(6_000)),
                    (yuan(100_000), yuan(15_000)),
                ],
            },
        ),
        (
            0.5,
            PromotionKind::RepeatingThreshold {
                over: yuan(20_000),
                off: yuan(2_500),
                cap: Some(yuan(20_000)),
                platform: false,
            },
        ),
        (
            1.0,
            PromotionKind::RepeatingThreshold {
                over: yuan(30_000),
                off: yuan(5_000),
                cap: None,
                platform: true,
            },
        ),
    ];
    for number in 0..COUPONS {
        let off = match number % 3 {
            0 => PriceOff::Percent(Decimal::from(random.random_range(85..99))),
            _ => PriceOff::Amount(yuan(random.random_range(500..8_000))),
        };
        let group = ["shop", "brand", "platform"][number % 3];
        kinds.push((
            if number % 2 == 0 { 1.0 } else { 0.4 },
            PromotionKind::Coupon {
                off,
                cap: Some(yuan(8_000)),
                over: Some(yuan(random.random_range(0..300_000))),
                code: None,
                claim: true,
                per_shopper: 1,
                group: group.to_owned(),
                platform: group == "platform",
            },
        ));
    }
    let promotion = |(number, (share, kind)): (usize, (f64, PromotionKind))| {
        let named = |product: &&Product| share < 1.0 && random_share(number, product) < share;
        Promotion {
            id: format!("p{number}").as_str().into(),
            title: Localized::zh(format!("p{number}")),
            text: Localized::default(),
            from: Timestamp::MIN,
            until: Timestamp::MAX,
            scope: Scope {
                products: products.iter().filter(named).map(|product| product.id.clone()).collect(),
                ..Scope::default()
            },
            stack: false,
            kind,
        }
    };
    kinds.into_iter().enumerate().map(promotion).collect()
}

/// Between 0 and 1, the same for the same promotion and product.
fn random_share(number: usize, product: &Product) -> f64 {
    let seed = product
        .id
        .as_str()
        .bytes()
        .fold(number as u64 + 1, |sum, byte| sum.wrapping_mul(31) + u64::from(byte));
    StdRng::seed_from_u64(seed).random_range(0.0..1.0)
}
