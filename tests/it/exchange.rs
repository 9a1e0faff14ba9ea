//! The committed mapping files bring other systems' rows in: invented rows in the shapes of two public data sets.

use std::fs;
use std::path::Path;

use xiaoer::domain::trade::{OrderState, ShipmentState};
use xiaoer::domain::{Locale, ShopId};
use xiaoer::shop::{Clock, ExchangeKind, ImportFile, Loaded, Tree, import, load};

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name);
    fs::read_to_string(path).expect("the fixture can be read")
}

fn clock() -> Clock {
    let now = "2026-11-23T02:00:00Z".parse().expect("a moment");
    Clock { seeded_at: now, now }
}

fn imported(steps: &[(ExchangeKind, &str, &str)]) -> Loaded {
    let shop = ShopId::from("new");
    let text = "version = 1\nid = \"new\"\nname.zh = \"新店\"\nname.en = \"New shop\"\npacks = []\n";
    let mut tree = Tree::new([("shops/new/shop.toml".to_owned(), text.to_owned())]);
    for (kind, name, map) in steps {
        let (text, rules) = (read(name), read(map));
        let file = ImportFile { kind: *kind, name, bytes: text.as_bytes(), map: Some((map, &rules)) };
        let done = import(&tree, &shop, &file, &clock());
        assert!(done.problems.is_empty(), "{:?}", done.problems);
        tree.lay_over(done.files);
    }
    let loaded = load(&tree, &shop, &clock());
    assert!(loaded.shop.is_some(), "{:?}", loaded.problems);
    loaded
}

#[test]
fn litemall_goods_become_products() {
    let loaded = imported(&[(ExchangeKind::Products, "goods.jsonl", "litemall-goods.toml")]);
    let [set, brush] = &loaded.seed.products[..] else { panic!("two products") };
    assert_eq!(set.title.get(Locale::ZhHans), "水洗棉四件套");
    assert_eq!(set.variants[1].options, [("规格".to_owned(), "1.8米 浅灰".to_owned())]);
    assert_eq!(
        (set.price.digits(), set.variants[1].stock, set.attributes.len()),
        ("459.00".to_owned(), 0, 2)
    );
    assert_eq!((brush.brand.as_str(), brush.subtitle.zh.as_str(), brush.stock()), ("清屿", "", 30));
}

#[test]
fn tau_orders_become_orders() {
    let loaded = imported(&[
        (ExchangeKind::Orders, "users.json", "tau-users.toml"),
        (ExchangeKind::Orders, "orders.json", "tau-orders.toml"),
    ]);
    assert_eq!(loaded.seed.shoppers[0].name, "Mia Hart");
    let [delivered, paid] = &loaded.seed.orders[..] else { panic!("two orders") };
    assert_eq!((delivered.id.as_str(), delivered.total.digits()), ("W0000001", "536.64".to_owned()));
    assert_eq!((delivered.state(), paid.state()), (OrderState::Delivered, OrderState::Paid));
    assert_eq!(delivered.shipments[0].state, ShipmentState::Delivered);
    assert!(delivered.lines.iter().all(|line| line.delivered_at.is_some()));
    assert_eq!(delivered.lines[1].title.get(Locale::En), "Chair");
    assert!(paid.shipments.is_empty());
}
