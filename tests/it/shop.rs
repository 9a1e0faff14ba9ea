//! What a shop's files amount to, seen on the faultless tree of the lint's fixtures.

use std::path::Path;

use xiaoer::domain::trade::{OrderState, PromotionKind};
use xiaoer::domain::{Content, IntentId, Locale, Mode, ShopId};
use xiaoer::shop::{Clock, Loaded, TestTurn, Tree, load};

fn tree() -> Tree {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shops/fine");
    Tree::read(&folder).expect("the fixture can be read")
}

fn loaded_from(tree: &Tree) -> Loaded {
    let now = "2026-11-23T02:00:00Z".parse().expect("a moment");
    load(tree, &ShopId::from("tea"), &Clock { seeded_at: now, now })
}

#[test]
fn packs_and_shop_become_one() {
    let shop = loaded_from(&tree()).shop.expect("nothing is wrong");
    assert_eq!(shop.name.get(Locale::En), "Tea shop");
    assert_eq!(shop.locales, [Locale::ZhHans, Locale::En]);
    assert_eq!(shop.intents[&IntentId::from("return.policy")].examples.len(), 5);
    assert_eq!(shop.intents[&IntentId::from("tea.brewing")].examples.len(), 5);
    assert_eq!((shop.policy.shipping_fee.digits(), shop.policy.ship_promise_hours), ("8.00".to_owned(), 24));
    let asked: Vec<&str> = shop.faq.iter().map(|faq| faq.id.as_str()).collect();
    assert_eq!(asked, ["tea.storage", "tea.water", "return.days"]);
    assert_eq!(shop.faq[0].answer.get(Locale::En), "Sealed, dark and cool; questions: 02112345678");
    assert_eq!(shop.faq[2].answer.get(Locale::ZhHans), "签收后 7 天内可以退");
    assert_eq!(shop.replies.variants("return.ask_units", Locale::ZhHant).len(), 2);
    let chart = &shop.sizes["cups"].rows[1];
    assert_eq!((chart.size.as_str(), chart.measures["rim"].as_str()), ("L", "9"));
    let PromotionKind::Presale { refundable, balance_from, .. } = &shop.promotions[1].kind else {
        panic!("a presale")
    };
    assert_eq!((*refundable, balance_from.to_string()), (false, "2026-11-28T02:00:00Z".to_owned()));
}

#[test]
fn the_seed_is_complete() {
    let seed = loaded_from(&tree()).seed;
    assert_eq!(seed.products[1].variants[0].id.as_str(), "cup");
    let order = &seed.orders[0];
    assert_eq!(
        (order.state(), order.placed_at.to_string()),
        (OrderState::Shipped, "2026-11-19T16:00:00Z".to_owned())
    );
    let line = &order.lines[0];
    assert_eq!((line.title.get(Locale::En), line.variant_text.get(Locale::En)), ("Early green tea", "50 g"));
    assert_eq!(order.shipments[0].events[0].place, "杭州");
}

#[test]
fn tests_are_read_turn_by_turn() {
    let tests = loaded_from(&tree()).tests;
    let test = &tests[0];
    assert_eq!(
        (test.name.as_str(), test.path.as_str(), test.line),
        ("问退货", "shops/tea/tests/return.toml", 2)
    );
    let [TestTurn::Shopper { content, line }, TestTurn::Bot(expected), ..] = &test.turns[..] else {
        panic!("a question and an answer")
    };
    assert_eq!((content, *line), (&Content::Text("能退吗".to_owned()), 8));
    assert_eq!((expected.contains.as_slice(), expected.mode), (&["7".to_owned()][..], Some(Mode::Bot)));
}

#[test]
fn the_version_follows_knowledge_and_not_the_seed() {
    let version = |tree: &Tree| loaded_from(tree).shop.expect("nothing is wrong").version;
    let before = version(&tree());
    let edited = |path: &str| {
        let mut tree = tree();
        let text = tree.get(path).expect("the file is there").to_owned();
        tree.insert(path, text + "\n");
        version(&tree)
    };
    for path in ["shops/tea/faq/tea.toml", "packs/base/replies/zh.toml", "shops/tea/shop.toml"] {
        assert_ne!(edited(path), before, "{path}");
    }
    for path in ["shops/tea/catalog/products.jsonl", "shops/tea/tests/return.toml"] {
        assert_eq!(edited(path), before, "{path}");
    }
}

#[test]
fn a_shop_replaces_what_its_pack_says() {
    let mut tree = tree();
    tree.insert(
        "shops/tea/faq/own.toml",
        "version = 1\n[[faq]]\nid = \"return.days\"\nask = [\"能退多久\"]\nanswer.zh = \"九天\"\nanswer.en = \"Nine\"\n",
    );
    tree.insert("shops/tea/replies/zh.toml", "version = 1\n[\"chat.greet\"]\nsay = \"欢迎来到{shop}\"\n");
    let loaded = loaded_from(&tree);
    let codes: Vec<&str> = loaded.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["reply.one_language"], "the English greeting is still the pack's");
    let shop = loaded.shop.expect("nothing is wrong");
    let answers: Vec<&str> = shop
        .faq
        .iter()
        .filter(|faq| faq.id.as_str() == "return.days")
        .map(|faq| faq.answer.zh.as_str())
        .collect();
    assert_eq!(answers, ["九天"]);
    assert_eq!(shop.replies.zh["chat.greet"], ["欢迎来到{shop}"]);
    assert_eq!(shop.replies.en["chat.greet"], ["Hello, this is {shop}"]);
}

#[test]
fn knowledge_without_its_seed_still_loads() {
    let whole = tree();
    let kept = whole.files().filter(|(path, _)| !path.contains("/catalog/") && !path.contains("/orders/"));
    let tree = Tree::new(kept.map(|(path, text)| (path.to_owned(), text.to_owned())).collect::<Vec<_>>());
    let loaded = loaded_from(&tree);
    assert!(loaded.shop.is_some() && loaded.problems.is_empty(), "{:?}", loaded.problems);
}
