//! What is suggested, why, and what never is.

use proptest::prelude::*;

use super::*;
use crate::{
    dialogue::tests::builder::{self, yuan},
    domain::trade::{LineState, ReturnClass},
};

fn product(id: &str, category: &[&str], sales: u32) -> Product {
    Product {
        category: category.iter().map(|name| Localized::zh(*name)).collect(),
        size_chart: None,
        sales,
        ..builder::product(id, id, id, "100")
    }
}

fn catalog() -> Vec<Product> {
    vec![
        product("tee", &["女装", "T恤"], 90),
        Product { audience: vec!["女".into()], ..product("jeans", &["女装", "裤子"], 40) },
        Product { audience: vec!["男".into()], ..product("chinos", &["女装", "男裤"], 80) },
        product("skirt", &["女装", "裙子"], 30),
        product("lamp", &["家居", "灯具"], 1000),
        Product { return_class: ReturnClass::Sealed, ..product("cream", &["美妆", "面霜"], 20) },
        product("nuts", &["食品", "坚果"], 500),
    ]
}

fn order(shopper: &str, day: u32, products: &[&str]) -> Order {
    let lines = products.iter().enumerate().map(|(number, product)| {
        builder::line(&number.to_string(), product, product, product, 1, "100", LineState::Completed)
    });
    Order {
        shopper: shopper.into(),
        ..builder::order(&format!("{shopper}{day}"), &format!("2026-10-{day:02}T10:00"), lines.collect())
    }
}

fn recommender(orders: &[Order]) -> Recommender {
    Recommender::of(Arc::new(catalog()), orders)
}

fn seed(product: &str, kind: SeedKind) -> Seed {
    Seed { product: product.into(), weight: 1.0, kind }
}

fn ids(picks: &[Pick<'_>]) -> Vec<String> {
    picks.iter().map(|pick| pick.product.id.to_string()).collect()
}

fn wish() -> Wish {
    Wish { limit: 3, ..Wish::default() }
}

/// What the picks of a wish are, with the shop's rules as they are when it states none.
fn picked(orders: &[Order], wish: &Wish) -> Vec<String> {
    ids(&recommender(orders).picks(wish, &RecommendRules::default()))
}

#[test]
fn strangers_get_what_sells_one_of_a_kind_first() {
    let recommender = recommender(&[]);
    let picks = recommender.picks(&wish(), &RecommendRules::default());
    assert_eq!(ids(&picks), ["lamp", "nuts", "tee"]);
    assert_eq!(picks[0].why, Why::Bestseller);
    assert_eq!(picks[1].why, Why::Popular);
    let kinds = recommender.kinds(2);
    assert_eq!(kinds.iter().map(|kind| kind.zh.as_str()).collect::<Vec<_>>(), ["家居", "食品"]);
}

#[test]
fn what_others_bought_beside_it_comes_first_and_says_so() {
    let orders: Vec<Order> = (1..6).map(|day| order(&format!("s{day}"), day, &["tee", "skirt"])).collect();
    let others: Vec<Order> = (6..12).map(|day| order(&format!("s{day}"), day, &["lamp"])).collect();
    let all = [orders, others].concat();
    let wish = Wish { seeds: vec![seed("tee", SeedKind::Viewed)], never: vec!["tee".into()], ..wish() };
    let recommender = recommender(&all);
    let picks = recommender.picks(&wish, &RecommendRules::default());
    assert_eq!(picks[0].product.id.as_str(), "skirt");
    assert_eq!(picks[0].why, Why::Together(Localized::new("tee", "tee"), SeedKind::Viewed));
}

#[test]
fn one_shoppers_purchases_are_told_to_nobody() {
    let recommender = recommender(&[order("s1", 1, &["tee", "skirt"])]);
    let wish = Wish { seeds: vec![seed("tee", SeedKind::Bought)], ..wish() };
    let picks = recommender.picks(&wish, &RecommendRules::default());
    assert!(picks.iter().all(|pick| !matches!(pick.why, Why::Together(..))), "{picks:?}");
}

#[test]
fn rules_hold_however_well_something_sells() {
    let owned = |product: &str, days_ago| Owned { product: product.into(), days_ago };
    for (wish, rules, absent) in [
        (Wish { never: vec!["lamp".into()], ..wish() }, RecommendRules::default(), "lamp"),
        (Wish { owned: vec![owned("lamp", 3)], ..wish() }, RecommendRules::default(), "lamp"),
        (Wish { owned: vec![owned("cream", 3)], limit: 9, ..wish() }, RecommendRules::default(), "cream"),
        (wish(), RecommendRules { never: vec!["家居".into()], ..RecommendRules::default() }, "lamp"),
        (wish(), RecommendRules { never: vec!["nuts".into()], ..RecommendRules::default() }, "nuts"),
        (Wish { price_to: Some(99.into()), ..wish() }, RecommendRules::default(), "lamp"),
    ] {
        let picks = ids(&recommender(&[]).picks(&wish, &rules));
        assert!(!picks.iter().any(|id| id == absent), "{absent} in {picks:?}");
    }
    let scarce = RecommendRules { min_stock: 13, ..RecommendRules::default() };
    assert!(recommender(&[]).picks(&wish(), &scarce).is_empty());
    let preferred = RecommendRules { prefer: vec!["nuts".into()], ..RecommendRules::default() };
    let recommender = recommender(&[]);
    let picks = recommender.picks(&wish(), &preferred);
    assert_eq!((picks[0].product.id.as_str(), &picks[0].why), ("nuts", &Why::Shop));
}

#[test]
fn what_is_used_up_comes_again_and_what_lasts_does_not() {
    let owned = |product: &str| Owned { product: product.into(), days_ago: 40 };
    let wish = Wish { owned: vec![owned("cream"), owned("nuts"), owned("lamp")], limit: 9, ..wish() };
    let rules = RecommendRules { again: vec!["食品".into()], ..RecommendRules::default() };
    let recommender = recommender(&[]);
    let picks = recommender.picks(&wish, &rules);
    let again: Vec<String> =
        ids(&picks.iter().filter(|pick| pick.why == Why::Again).cloned().collect::<Vec<_>>());
    assert_eq!(again, ["nuts", "cream"]);
    assert!(!ids(&picks).contains(&"lamp".to_owned()));
}

#[test]
fn what_goes_with_something_is_of_another_kind_for_the_same_people() {
    let seeds = vec![seed("jeans", SeedKind::Viewed)];
    let wish = Wish { seeds, goes_with: Some("jeans".into()), never: vec!["jeans".into()], ..wish() };
    assert_eq!(picked(&[], &wish), ["tee", "skirt"]);
}

#[test]
fn the_search_decides_what_and_only_its_order_counts_beside() {
    let found = Some(vec!["skirt".into(), "cream".into(), "lamp".into()]);
    let wish = Wish { among: found, shown: vec!["skirt".into()], ..wish() };
    let picks = picked(&[], &wish);
    assert_eq!((picks.len(), picks[2].as_str()), (3, "skirt"));
    assert!(picked(&[], &Wish { among: Some(Vec::new()), ..wish }).is_empty());
}

#[test]
fn a_shop_whose_orders_are_chance_stays_with_its_bestsellers() {
    let places = 20;
    let drawn = |shopper: usize, number: usize| vec![(shopper * 7 + number * 11 + shopper * number) % places];
    let chance = Histories { shoppers: (0..200).map(|s| (0..3).map(|n| drawn(s, n)).collect()).collect() };
    let fitted = Mixture::fit(&chance, &Alike::default(), places);
    assert!(fitted.popular > 0.5, "{fitted:?}");
    let pairs = |shopper: usize| vec![vec![shopper % 10], vec![10 + shopper % 10]];
    let paired = Histories { shoppers: (0..200).map(pairs).collect() };
    let fitted = Mixture::fit(&paired, &Alike::default(), places);
    assert!(fitted.together > 0.3, "{fitted:?}");
    let few = Histories { shoppers: (0..10).map(pairs).collect() };
    assert_eq!(Mixture::fit(&few, &Alike::default(), places), Mixture::USUAL);
}

#[test]
fn gifts_and_what_came_back_were_not_bought() {
    let mut one = order("s1", 1, &["tee", "skirt", "lamp"]);
    one.lines[1].gift = true;
    one.lines[2].state = LineState::Refunded;
    assert_eq!(Histories::of(&[one], &catalog()).shoppers, [[vec![0]]]);
    assert_eq!(yuan("1").amount(), Decimal::ONE);
}

proptest! {
    #[test]
    fn similarities_are_shares_and_the_same_either_way(
        shoppers in prop::collection::vec(prop::collection::vec(prop::collection::btree_set(0_usize..7, 0..4), 0..4), 0..20),
    ) {
        let histories = Histories {
            shoppers: shoppers.into_iter().map(|orders| orders.into_iter().map(|it| it.into_iter().collect()).collect()).collect(),
        };
        let (together, alike) = (Together::of(&histories, 7), Alike::of(&catalog()));
        for one in 0..7 {
            let (mut by_together, mut by_alike) = (vec![0.0; 7], vec![0.0; 7]);
            together.add(one, 1.0, &mut by_together);
            alike.add(one, 1.0, &mut by_alike);
            for other in (0..7).filter(|other| *other != one) {
                for (added, similarity, back) in [
                    (by_together[other], together.similarity(one, other), together.similarity(other, one)),
                    (by_alike[other], alike.similarity(one, other), alike.similarity(other, one)),
                ] {
                    prop_assert!((0.0..=1.0 + 1e-9).contains(&similarity));
                    prop_assert!((added - similarity).abs() < 1e-9 && (similarity - back).abs() < 1e-9);
                }
            }
        }
        let fitted = Mixture::fit(&histories, &alike, 7);
        prop_assert!((fitted.together + fitted.alike + fitted.popular - 1.0).abs() < 1e-9);
    }

    #[test]
    fn picks_keep_every_rule(
        seeds in prop::collection::vec((0_usize..8, 0.0..1.0_f64), 0..4),
        owned in prop::collection::vec((0_usize..8, 0_i64..500), 0..4),
        never in prop::collection::vec(0_usize..8, 0..3),
        among in prop::option::of(prop::collection::vec(0_usize..8, 0..5)),
        goes_with in prop::option::of(0_usize..8),
        limit in 0_usize..6,
    ) {
        let names = ["tee", "jeans", "chinos", "skirt", "lamp", "cream", "nuts", "unknown"];
        let id = |place: usize| ProductId::from(names[place]);
        let wish = Wish {
            seeds: seeds.iter().map(|(place, weight)| Seed { product: id(*place), weight: *weight, kind: SeedKind::Bought }).collect(),
            owned: owned.iter().map(|(place, days_ago)| Owned { product: id(*place), days_ago: *days_ago }).collect(),
            never: never.iter().map(|place| id(*place)).collect(),
            among: among.map(|found| found.into_iter().map(id).collect()),
            goes_with: goes_with.map(id),
            limit,
            ..Wish::default()
        };
        let recommender = recommender(&[order("s1", 1, &["tee", "skirt"]), order("s2", 1, &["tee", "skirt", "lamp"])]);
        let picks = recommender.picks(&wish, &RecommendRules::default());
        prop_assert!(picks.len() <= limit);
        for pick in &picks {
            prop_assert!(!wish.never.contains(&pick.product.id));
            prop_assert!(wish.among.as_ref().is_none_or(|found| found.contains(&pick.product.id)));
            let recent = |it: &Owned| it.product == pick.product.id && it.days_ago < 14;
            prop_assert!(!wish.owned.iter().any(recent));
        }
    }
}
