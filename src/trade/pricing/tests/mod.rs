//! The price of random baskets against an independent, slow reference that tries everything, and the rules one by one.

mod reference;

use jiff::Timestamp;
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

use self::reference::Reference;
use super::*;
use crate::{
    dialogue::tests::builder::{policy, product, yuan},
    domain::{
        Localized,
        trade::{PriceCut, PriceOff, PromotionKind, Scope},
    },
};

fn promotion(id: &str, scope: &[&str], kind: PromotionKind) -> Promotion {
    Promotion {
        id: id.into(),
        title: Localized::zh(id),
        text: Localized::zh(id),
        from: Timestamp::MIN,
        until: Timestamp::MAX,
        scope: Scope { products: scope.iter().map(|id| (*id).into()).collect(), ..Scope::default() },
        stack: false,
        kind,
    }
}

fn percent(percent: i64) -> Decimal {
    Decimal::from(percent)
}

fn coupon(over: &str, off: PriceOff, cap: Option<&str>, group: &str) -> PromotionKind {
    PromotionKind::Coupon {
        off,
        cap: cap.map(yuan),
        over: Some(yuan(over)),
        code: None,
        claim: true,
        per_shopper: 1,
        group: group.to_owned(),
        platform: group == "platform",
    }
}

fn tiers(tiers: &[(&str, &str)]) -> PromotionKind {
    PromotionKind::Threshold { tiers: tiers.iter().map(|(over, off)| (yuan(over), yuan(off))).collect() }
}

fn repeating(over: &str, off: &str, cap: Option<&str>, platform: bool) -> PromotionKind {
    PromotionKind::RepeatingThreshold { over: yuan(over), off: yuan(off), cap: cap.map(yuan), platform }
}

/// Goods by id and price, bought in some number.
struct Shelf {
    products: Vec<(Product, Money, u32)>,
    policy: Policy,
    shopper: Shopper,
}

impl Shelf {
    fn of(goods: &[(&str, &str, u32)]) -> Self {
        let products = goods
            .iter()
            .map(|(id, price, units)| (product(id, id, id, price), yuan(price), *units))
            .collect();
        let mut policy = policy();
        (policy.shipping_fee, policy.free_shipping_over) = (yuan("8"), None);
        let shopper = Shopper {
            id: "lin".into(),
            name: "林".into(),
            phone: String::new(),
            level: String::new(),
            points: 0,
            locale: None,
            note: String::new(),
        };
        Self { products, policy, shopper }
    }

    fn basket(&self) -> Basket<'_> {
        Basket {
            lines: self
                .products
                .iter()
                .map(|(product, list, units)| BasketLine { product, list: *list, units: *units })
                .collect(),
            shopper: Some(&self.shopper),
            region: None,
        }
    }

    fn offers<'a>(&'a self, promotions: &'a [Promotion], base: ThresholdBase) -> Offers<'a> {
        Offers { running: promotions.iter().collect(), base, policy: &self.policy }
    }

    fn best(&self, promotions: &[Promotion]) -> Quote {
        best_price(&self.basket(), &self.offers(promotions, ThresholdBase::AfterItem)).expect("a basket")
    }
}

#[test]
fn each_rule_of_the_order_of_work() {
    use PromotionKind::*;
    let goods = [("tee", "100", 2), ("coat", "400", 1)];
    for (name, rules, total) in [
        ("nothing", vec![], "608.00"),
        ("timed price", vec![("a", &["coat"][..], ItemPrice(PriceCut::Percent(percent(85))))], "548.00"),
        (
            "member price is for members",
            vec![("a", &[][..], MemberPrice(PriceCut::Percent(percent(50))))],
            "608.00",
        ),
        (
            "two pieces",
            vec![("a", &["tee"][..], NPiece { tiers: vec![(2, percent(90)), (3, percent(80))] })],
            "588.00",
        ),
        ("the best tier once", vec![("a", &[][..], tiers(&[("300", "30"), ("500", "80")]))], "528.00"),
        ("for each, with a cap", vec![("a", &[][..], repeating("100", "10", Some("45"), false))], "563.00"),
        (
            "a line has one of the two",
            vec![
                ("a", &["tee"][..], NPiece { tiers: vec![(2, percent(90))] }),
                ("b", &[][..], tiers(&[("300", "30"), ("600", "70")])),
            ],
            // All in the threshold: 70 off; apart: 20 + 30.
            "538.00",
        ),
        (
            "coupons of one group exclude each other",
            vec![
                ("a", &[][..], coupon("300", PriceOff::Amount(yuan("20")), None, "shop")),
                ("b", &["coat"][..], coupon("300", PriceOff::Percent(percent(90)), Some("30"), "shop")),
            ],
            "578.00",
        ),
        (
            "a coupon looks at the amount after the item step",
            vec![
                ("a", &[][..], tiers(&[("300", "30"), ("500", "150")])),
                ("b", &[][..], coupon("500", PriceOff::Amount(yuan("50")), None, "shop")),
                ("c", &[][..], repeating("300", "40", None, true)),
                ("d", &[][..], coupon("0", PriceOff::Percent(percent(90)), None, "platform")),
            ],
            // 600 − 150 − 50 − 80 = 320, a tenth off.
            "296.00",
        ),
        (
            "free shipping",
            vec![("a", &[][..], FreeShipping { over: yuan("99"), except_regions: vec![] })],
            "600.00",
        ),
    ] {
        let rules: Vec<Promotion> =
            rules.into_iter().map(|(id, scope, kind)| promotion(id, scope, kind)).collect();
        let quote = Shelf::of(&goods).best(&rules);
        assert_eq!((quote.total.digits().as_str(), quote.proven), (total, true), "{name}: {quote:?}");
    }
}

#[test]
fn points_pay_a_share_of_the_goods_after_coupons_and_shipping_is_judged_before_them() {
    let mut shelf = Shelf::of(&[("tee", "100", 1)]);
    shelf.shopper.points = 5_000;
    let rules = [
        promotion("points", &[], PromotionKind::Points { per_unit: 100, max_percent: percent(30) }),
        promotion(
            "free",
            &[],
            PromotionKind::FreeShipping { over: yuan("100"), except_regions: vec!["新疆".into()] },
        ),
    ];
    let quote = shelf.best(&rules);
    assert_eq!((quote.total.digits().as_str(), quote.points), ("70.00", 3_000));
    shelf.shopper.points = 1_234;
    let quote = shelf.best(&rules);
    assert_eq!((quote.total.digits().as_str(), quote.points), ("87.66", 1_234));
    let mut basket = shelf.basket();
    basket.region = Some("新疆乌鲁木齐");
    let far = best_price(&basket, &shelf.offers(&rules, ThresholdBase::AfterItem)).expect("a basket");
    assert!(far.steps.iter().any(|step| step.kind == StepKind::ShippingUnknown), "{far:?}");
}

#[test]
fn the_next_threshold_is_named_with_what_it_really_costs() {
    let rules = [
        promotion("threshold", &[], tiers(&[("300", "30"), ("500", "80")])),
        promotion("free", &[], PromotionKind::FreeShipping { over: yuan("99"), except_regions: vec![] }),
    ];
    let next = |price: &str| Shelf::of(&[("tee", price, 1)]).best(&rules).next;
    let step = next("480").expect("500 is near");
    // 480 − 30 = 450 now; with goods for 20 more it is 500 − 80 = 420.
    assert_eq!((step.rule.as_str(), step.add, step.then_total), ("threshold", yuan("20"), yuan("420")));
    let step = next("95").expect("shipping is near");
    assert_eq!((step.rule.as_str(), step.add, step.then_total), ("free", yuan("4"), yuan("99")));
    assert_eq!(next("600"), None);
}

#[test]
fn gifts_and_pre_sales_are_told() {
    let rules = [
        promotion(
            "gift",
            &["tee"],
            PromotionKind::Gift { over: Some(yuan("199")), with: None, gift: "mug".into(), stock: 3 },
        ),
        promotion(
            "gone",
            &["tee"],
            PromotionKind::Gift { over: None, with: Some("tee".into()), gift: "cap".into(), stock: 0 },
        ),
        promotion(
            "presale",
            &["coat"],
            PromotionKind::Presale {
                deposit: yuan("100"),
                counts_as: yuan("200"),
                balance_from: Timestamp::MIN,
                balance_until: Timestamp::MAX,
                refundable: false,
            },
        ),
    ];
    let quote = Shelf::of(&[("tee", "100", 2), ("coat", "400", 1)]).best(&rules);
    assert_eq!(quote.gifts, [("gift".into(), "mug".into())]);
    assert_eq!(quote.total, yuan("508"));
}

#[test]
fn a_coupon_that_is_not_used_does_not_decide_in_which_order_others_are_worked() {
    let off = |amount: &str| coupon("0", PriceOff::Amount(yuan(amount)), None, "shop");
    let all = [
        promotion("cent", &[], off("0.01")),
        promotion("brand", &[], coupon("0", PriceOff::Percent(percent(70)), None, "brand")),
        promotion("shop", &[], off("20.00")),
    ];
    let shelf = Shelf::of(&[("a", "100.00", 1)]);
    // Brand comes before shop: 70 − 20.
    for rules in [&all[..], &all[1..]] {
        assert_eq!(shelf.best(rules).total, yuan("58.00"), "with 8 for shipping");
    }
}

#[test]
fn no_basket_has_no_price() {
    let shelf = Shelf::of(&[]);
    assert_eq!(best_price(&shelf.basket(), &shelf.offers(&[], ThresholdBase::AfterItem)), None);
    let nought = Shelf::of(&[("tee", "1", 0)]);
    assert_eq!(best_price(&nought.basket(), &nought.offers(&[], ThresholdBase::AfterItem)), None);
}

/// Thirty lines and twenty coupons beside rules that compete for every line: found, and never worse than a simple way.
#[test]
fn a_large_basket_is_priced_within_the_bounds_of_the_search() {
    let ids: Vec<String> = (0..30).map(|n| format!("p{n}")).collect();
    let prices: Vec<String> = (0..30).map(|n| format!("{}.{:02}", 19 + n * 7, n * 3 % 100)).collect();
    let goods: Vec<(&str, &str, u32)> = ids
        .iter()
        .zip(&prices)
        .enumerate()
        .map(|(n, (id, price))| (&**id, &**price, 1 + n as u32 % 3))
        .collect();
    let some: Vec<&str> = ids.iter().step_by(3).map(String::as_str).collect();
    let mut rules = vec![
        promotion("pieces", &some, PromotionKind::NPiece { tiers: vec![(2, percent(95)), (3, percent(88))] }),
        promotion("threshold", &[], tiers(&[("300", "30"), ("500", "60"), ("1000", "150")])),
        promotion("platform", &[], repeating("300", "50", Some("1000"), true)),
    ];
    for n in 0..20 {
        let id = format!("c{n}");
        let scope: Vec<&str> =
            if n % 2 == 0 { vec![] } else { ids.iter().skip(n).map(String::as_str).collect() };
        let over = (n * 40).to_string();
        let off = match n % 3 {
            0 => PriceOff::Percent(percent(90 + n as i64 % 7)),
            _ => PriceOff::Amount(yuan(&(5 + n).to_string())),
        };
        rules.push(promotion(
            &id,
            &scope,
            coupon(&over, off, Some("80"), ["shop", "brand", "platform"][n % 3]),
        ));
    }
    let quote = Shelf::of(&goods).best(&rules);
    let sum: Decimal = quote.steps.iter().map(|step| step.amount.amount()).sum();
    assert_eq!(sum, quote.total.amount());
    assert!(quote.proven, "{:?}", quote.total);
}

// The reference.

fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

const IDS: [&str; 4] = ["a", "b", "c", "d"];

fn scopes() -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![
        2 => Just(vec![]),
        3 => proptest::sample::subsequence(IDS.to_vec(), 1..=3),
    ]
}

fn kinds() -> impl Strategy<Value = PromotionKind> {
    let amount = |range: std::ops::Range<i64>| {
        range.prop_map(|cents| Money::from_minor(cents, crate::domain::Currency::CNY))
    };
    let off = prop_oneof![
        (1i64..6_000)
            .prop_map(|cents| PriceOff::Amount(Money::from_minor(cents, crate::domain::Currency::CNY))),
        (500i64..1000).prop_map(|tenths| PriceOff::Percent(Decimal::new(tenths, 1))),
    ];
    prop_oneof![
        (500i64..1000)
            .prop_map(|tenths| PromotionKind::ItemPrice(PriceCut::Percent(Decimal::new(tenths, 1)))),
        (2u32..5, 60i64..99).prop_map(|(pieces, pays)| PromotionKind::NPiece {
            tiers: vec![(pieces, percent(pays)), (pieces + 1, percent(pays - 10))]
        }),
        (amount(5_000..20_000), amount(100..5_000)).prop_map(|(over, off)| PromotionKind::Threshold {
            tiers: vec![(over, off), (over.plus(over).unwrap(), off.plus(off).unwrap().plus(off).unwrap())]
        }),
        (amount(3_000..15_000), amount(100..3_000), any::<bool>(), any::<bool>()).prop_map(
            |(over, off, capped, platform)| {
                PromotionKind::RepeatingThreshold {
                    over,
                    off,
                    cap: capped.then(|| off.plus(off).unwrap()),
                    platform,
                }
            }
        ),
        (amount(0..20_000), off, proptest::option::of(amount(100..4_000)), 0usize..3).prop_map(
            |(over, off, cap, group)| {
                PromotionKind::Coupon {
                    off,
                    cap,
                    over: Some(over),
                    code: None,
                    claim: true,
                    per_shopper: 1,
                    group: ["shop", "brand", "platform"][group].to_owned(),
                    platform: group == 2,
                }
            }
        ),
        amount(5_000..20_000).prop_map(|over| PromotionKind::FreeShipping { over, except_regions: vec![] }),
    ]
}

fn rules(most: usize) -> impl Strategy<Value = Vec<Promotion>> {
    let one = (scopes(), kinds(), proptest::bool::weighted(0.15));
    proptest::collection::vec(one, 0..=most).prop_map(|rules| {
        let numbered = rules.into_iter().enumerate();
        numbered
            .map(|(n, (scope, kind, stack))| Promotion { stack, ..promotion(&format!("r{n}"), &scope, kind) })
            .collect()
    })
}

fn goods() -> impl Strategy<Value = Vec<(&'static str, i64, u32)>> {
    proptest::collection::vec((1i64..15_000, 1u32..4), 1..=4).prop_map(|lines| {
        lines.into_iter().enumerate().map(|(n, (price, units))| (IDS[n], price, units)).collect()
    })
}

fn shelf(goods: &[(&'static str, i64, u32)]) -> Shelf {
    let prices: Vec<String> = goods.iter().map(|(_, cents, _)| Decimal::new(*cents, 2).to_string()).collect();
    let lines: Vec<(&str, &str, u32)> =
        goods.iter().zip(&prices).map(|((id, _, units), price)| (*id, price.as_str(), *units)).collect();
    Shelf::of(&lines)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// What is found is what trying everything finds, whatever thresholds look at.
    #[test]
    fn the_cheapest_is_found(goods in goods(), rules in rules(6), remaining in any::<bool>()) {
        let shelf = shelf(&goods);
        let base = if remaining { ThresholdBase::Remaining } else { ThresholdBase::AfterItem };
        let (basket, offers) = (shelf.basket(), shelf.offers(&rules, base));
        let quote = best_price(&basket, &offers).expect("a basket");
        prop_assert!(quote.proven);
        prop_assert_eq!(quote.total.amount(), Reference { basket: &basket, offers: &offers }.cheapest());
    }

    /// Steps add up to the total, lines to the goods, nothing is below nought, and no subset of the promotions in use
    /// is cheaper. (The item step is no choice: everyone pays the lowest price.)
    #[test]
    fn a_quote_adds_up_and_no_subset_is_cheaper(goods in goods(), rules in rules(8), points in 0u32..20_000) {
        let mut shelf = shelf(&goods);
        shelf.shopper.points = points;
        let mut rules = rules;
        rules.push(promotion("points", &[], PromotionKind::Points { per_unit: 100, max_percent: percent(30) }));
        let quote = shelf.best(&rules);
        let sum: Decimal = quote.steps.iter().map(|step| step.amount.amount()).sum();
        prop_assert_eq!(sum, quote.total.amount());
        let shipping: Decimal = quote.steps.iter().filter(|step| step.kind == StepKind::Shipping).map(|step| step.amount.amount()).sum();
        let paid: Decimal = quote.paid.iter().map(|paid| paid.amount()).sum();
        prop_assert_eq!(paid + shipping, quote.total.amount());
        prop_assert!(quote.paid.iter().all(|paid| Decimal::ZERO <= paid.amount()));
        prop_assert!(quote.points <= points);
        let used: Vec<&PromotionId> = quote.steps.iter().filter_map(|step| step.rule.as_ref()).collect();
        let item = |id: &&PromotionId| rules.iter().any(|rule| rule.id == **id && matches!(rule.kind, PromotionKind::ItemPrice(_)));
        for left_out in used.iter().filter(|id| !item(id)) {
            let fewer: Vec<Promotion> =
                rules.iter().filter(|rule| used.contains(&&rule.id) && rule.id != **left_out).cloned().collect();
            prop_assert!(quote.total.amount() <= shelf.best(&fewer).total.amount());
        }
    }

    /// The order in which lines stand changes nothing but the cents of spreading.
    #[test]
    fn the_order_of_lines_does_not_matter(goods in goods(), rules in rules(5)) {
        let there = shelf(&goods).best(&rules).total.amount();
        let backwards: Vec<_> = goods.iter().rev().copied().collect();
        let back = shelf(&backwards).best(&rules).total.amount();
        prop_assert!((there - back).abs() <= Decimal::new(rules.len() as i64, 2));
    }
}
