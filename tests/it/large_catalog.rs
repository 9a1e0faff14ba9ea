//! Search in a catalog of fifty thousand made-up products: filters against a plain loop over all of them, and changes
//! while people search.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rust_decimal::Decimal;
use xiaoer::{
    app::files,
    domain::{Currency, Localized, Money, ProductId, ProductQuery, search::Sort, trade::Product},
    retrieval::{Retriever, Vectors, shop_words},
    shop::{self, Clock, Shop},
    text::{self, Lexicon},
};

use crate::goods::Goods;

const PRODUCTS: usize = 50_000;

static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let loaded = shop::load(&files::shipped(), &"demo".into(), &Clock::now());
    loaded.shop.expect("the shipped shop's files are sound")
});

static CATALOG: LazyLock<Vec<Arc<Product>>> = LazyLock::new(|| {
    let mut goods = Goods::new(11, Vec::new());
    (0..PRODUCTS).map(|_| Arc::new(goods.product())).collect()
});

static RETRIEVER: LazyLock<Retriever> = LazyLock::new(|| retriever(&CATALOG));

fn retriever(products: &[Arc<Product>]) -> Retriever {
    Retriever::build(&SHOP, products, &Vectors::new()).expect("the index can be built")
}

fn has_color(product: &Product, colors: &[String]) -> bool {
    let options = product.variants.iter().flat_map(|variant| &variant.options);
    options.into_iter().any(|(name, value)| name == "颜色" && colors.contains(value))
}

fn has_size(product: &Product, sizes: &[String]) -> bool {
    let options = product.variants.iter().flat_map(|variant| &variant.options);
    options.into_iter().any(|(name, value)| name == "尺码" && sizes.contains(value))
}

/// What fits the filters of a query, by a plain loop.
fn fitting(query: &ProductQuery) -> Vec<&'static Arc<Product>> {
    let fits = |product: &&Arc<Product>| {
        let price = product.price.amount();
        query.price_from.is_none_or(|least| least <= price)
            && query.price_to.is_none_or(|most| price <= most)
            && (query.colors.is_empty() || has_color(product, &query.colors))
            && (query.brands.is_empty() || query.brands.contains(&product.brand))
            && (query.categories.is_empty()
                || product.category.iter().any(|category| query.categories.contains(&category.zh)))
            && (query.audience.is_empty()
                || product.audience.is_empty()
                || product.audience.iter().any(|whom| query.audience.contains(whom)))
            && (query.sizes.is_empty() || has_size(product, &query.sizes))
            && (!query.in_stock || product.variants.iter().any(|variant| 0 < variant.stock))
    };
    CATALOG.iter().filter(fits).collect()
}

fn filters() -> Vec<ProductQuery> {
    let plain = ProductQuery::default;
    let brand = CATALOG[123].brand.clone();
    let (least, most) = (Some(Decimal::from(99)), Some(Decimal::from(199)));
    vec![
        plain(),
        ProductQuery { price_from: least, price_to: most, ..plain() },
        ProductQuery { price_to: Some(Decimal::from(11)), in_stock: true, ..plain() },
        ProductQuery { colors: vec!["酒红色".into(), "红色".into()], price_to: most, ..plain() },
        ProductQuery { brands: vec![brand.clone()], ..plain() },
        ProductQuery { brands: vec![brand], colors: vec!["黑色".into()], in_stock: true, ..plain() },
        ProductQuery { categories: vec!["连衣裙".into()], audience: vec!["女".into()], ..plain() },
        ProductQuery { brands: vec!["没有这个牌子".into()], ..plain() },
        ProductQuery { price_from: Some(Decimal::from(1_000_000)), ..plain() },
    ]
}

#[test]
fn filters_find_what_a_loop_over_all_products_finds() {
    for query in filters() {
        let expected: Vec<&ProductId> = fitting(&query).into_iter().map(|product| &product.id).collect();
        // More than there are of most: all of them, and nothing else.
        let found = RETRIEVER.products(&query, None, PRODUCTS);
        let mut ids: Vec<&ProductId> = found.iter().map(|hit| &hit.id).collect();
        ids.sort_unstable();
        let mut sorted = expected.clone();
        sorted.sort_unstable();
        assert_eq!(ids, sorted, "{query:?}");
    }
}

#[test]
fn the_first_of_an_order_are_the_first_of_all() {
    let price = |product: &Product| product.price.amount();
    for query in filters() {
        let mut all = fitting(&query);
        all.sort_by_key(|product| std::cmp::Reverse(product.sales));
        let sales: Vec<u32> = all.iter().take(10).map(|product| product.sales).collect();
        let found = RETRIEVER.found(&ProductQuery { sort: Sort::Sales, ..query.clone() }, None, 10);
        assert_eq!(found.iter().map(|(_, product)| product.sales).collect::<Vec<_>>(), sales, "{query:?}");
        all.sort_by_key(|product| price(product));
        let prices: Vec<Decimal> = all.iter().take(10).map(|product| price(product)).collect();
        let found = RETRIEVER.found(&ProductQuery { sort: Sort::PriceAsc, ..query.clone() }, None, 10);
        assert_eq!(found.iter().map(|(_, product)| price(product)).collect::<Vec<_>>(), prices, "{query:?}");
        let dearest: Vec<Decimal> = all.iter().rev().take(10).map(|product| price(product)).collect();
        let found = RETRIEVER.found(&ProductQuery { sort: Sort::PriceDesc, ..query.clone() }, None, 10);
        assert_eq!(found.iter().map(|(_, product)| price(product)).collect::<Vec<_>>(), dearest, "{query:?}");
    }
}

#[test]
fn words_find_the_best_sold_of_those_that_bear_them_within_the_filters() {
    for kind in ["连衣裙", "羽绒服", "蓝牙耳机"] {
        for filter in filters() {
            let query = ProductQuery { words: kind.to_owned(), ..filter };
            let found = RETRIEVER.found(&query, None, 10);
            let fitting: BTreeSet<&ProductId> = fitting(&query).iter().map(|product| &product.id).collect();
            for (hit, product) in &found {
                assert!(fitting.contains(&hit.id), "{query:?}: {}", hit.title);
                assert!(product.title.zh.contains(kind), "{kind}: {}", hit.title);
            }
            let named =
                |product: &&Arc<Product>| product.title.zh.contains(kind) && fitting.contains(&product.id);
            assert_eq!(found.len(), CATALOG.iter().filter(named).count().min(10), "{query:?}");
        }
    }
    let found =
        RETRIEVER.found(&ProductQuery { words: "连衣裙".to_owned(), ..ProductQuery::default() }, None, 10);
    let dresses = CATALOG.iter().filter(|product| product.title.zh.contains("连衣裙"));
    let mut sales: Vec<u32> = dresses.map(|product| product.sales).collect();
    sales.sort_unstable_by_key(|sales| std::cmp::Reverse(*sales));
    let best: Vec<u32> = found.iter().map(|(_, product)| product.sales).collect();
    assert_eq!(best, sales[..10], "of those that fit alike the best sold come first");
}

#[test]
fn whatever_shoppers_ask_the_filters_that_are_understood_hold() {
    let products: Vec<Product> = CATALOG.iter().map(|product| Product::clone(product)).collect();
    let lexicon = Lexicon::new(shop_words(&SHOP), &products);
    let now = jiff::ZonedDateTime::now();
    let (mut goods, mut found_some) = (Goods::new(3, Vec::new()), 0);
    for _ in 0..400 {
        let words = goods.query();
        let query = RETRIEVER.understand_query(&text::read(&lexicon, &words, &now));
        let fitting: BTreeSet<&ProductId> = fitting(&query).iter().map(|product| &product.id).collect();
        let found = RETRIEVER.products(&query, None, 10);
        found_some += usize::from(!found.is_empty());
        for hit in &found {
            assert!(fitting.contains(&hit.id), "{words}: {}: {query:?}", hit.title);
        }
        let falls = found.windows(2).all(|two| two[1].score <= two[0].score);
        assert!(falls || query.sort != Sort::Relevance, "{words}: the best come first");
    }
    assert!(250 < found_some, "only {found_some} of 400 queries find something");
}

/// A product whose title and price say which version it is.
fn version(of: &Product, number: u32) -> Arc<Product> {
    let mut product = of.clone();
    product.title = Localized::zh(format!("{} ver{number}xq", of.title.zh));
    product.price = Money::from_minor(i64::from(number) * 100 + 100, Currency::CNY);
    Arc::new(product)
}

fn of_version(retriever: &Retriever, number: u32, limit: usize) -> Vec<Arc<Product>> {
    let query = ProductQuery { words: format!("ver{number}xq"), ..ProductQuery::default() };
    retriever.found(&query, None, limit).into_iter().map(|(_, product)| product).collect()
}

#[test]
fn ten_thousand_changes_are_each_seen_at_once_and_never_by_half() {
    const BATCH: usize = 50;
    let catalog = &CATALOG[..20_000];
    let retriever = retriever(catalog);
    let (done, searched) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let searching = scope.spawn(|| {
            let (mut latest, mut searches) = (0, 0);
            while !done.load(Ordering::Relaxed) {
                // A version is there whole, in words, filters and product, or not at all; and once there it stays.
                let number = latest + 1;
                let price = Some(Decimal::from(number + 1));
                let words = format!("ver{number}xq");
                let query =
                    ProductQuery { words, price_from: price, price_to: price, ..ProductQuery::default() };
                let found = retriever.found(&query, None, BATCH);
                assert!(found.is_empty() || found.len() == BATCH, "{} of {BATCH} at once", found.len());
                for (hit, product) in &found {
                    assert_eq!(hit.title, product.title.zh);
                    assert_eq!(Some(product.price.amount()), price, "{}", hit.title);
                }
                let dresses = ProductQuery { words: "连衣裙".to_owned(), ..ProductQuery::default() };
                assert_eq!(retriever.products(&dresses, None, 10).len(), 10);
                latest += u32::from(!found.is_empty());
                searches += 1;
                searched.store(true, Ordering::Relaxed);
            }
            searches
        });
        for (number, some) in (1_u32..).zip(catalog[..10_000].chunks(BATCH)) {
            let changed: Vec<Arc<Product>> = some.iter().map(|product| version(product, number)).collect();
            let began = Instant::now();
            retriever.update_products(&changed, &[]).expect("products can be changed");
            assert_eq!(of_version(&retriever, number, BATCH).len(), BATCH);
            assert!(began.elapsed() < Duration::from_secs(1), "version {number} took {:?}", began.elapsed());
        }
        while !searched.load(Ordering::Relaxed) && !searching.is_finished() {
            std::thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
        assert!(0 < searching.join().expect("no search fails"), "searches went on meanwhile");
    });
    assert_eq!(retriever.all_products().len(), catalog.len(), "each id is there once");
}

#[test]
fn products_come_change_and_go() {
    let retriever = retriever(&CATALOG[..100]);
    let mut new = Product::clone(&CATALOG[0]);
    new.id = "new".into();
    new.title = Localized::zh("星河牌量子锅铲");
    new.brand = "星河牌".to_owned();
    retriever.update_products(&[Arc::new(new.clone())], &[]).expect("it can be added");
    let query = ProductQuery { words: "量子锅铲".to_owned(), ..ProductQuery::default() };
    let titles = || retriever.products(&query, None, 3).into_iter().map(|hit| hit.title).collect::<Vec<_>>();
    assert_eq!(titles(), ["星河牌量子锅铲"]);
    assert_eq!(retriever.all_products().len(), 101);

    new.title = Localized::zh("星河牌量子锅铲 第二代");
    let stale = Arc::new(Product { title: Localized::zh("星河牌量子锅铲 初代"), ..new.clone() });
    retriever.update_products(&[stale, Arc::new(new)], &[]).expect("it can be changed");
    assert_eq!(titles(), ["星河牌量子锅铲 第二代"], "of one id the last counts");
    assert_eq!(retriever.all_products().len(), 101);

    let gone: Vec<ProductId> = vec!["new".into(), CATALOG[5].id.clone(), "never was".into()];
    retriever.update_products(&[], &gone).expect("it can be taken away");
    assert_eq!(titles(), Vec::<String>::new());
    assert!(retriever.all_products().iter().all(|product| product.id != CATALOG[5].id));
    assert_eq!(retriever.all_products().len(), 99);
    let all = retriever.products(&ProductQuery::default(), None, 200);
    assert_eq!(all.len(), 99);
}
