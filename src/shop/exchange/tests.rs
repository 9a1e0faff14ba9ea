//! Import and export, as data.

use proptest::prelude::*;

use super::*;

fn clock() -> Clock {
    let now = "2026-11-23T02:00:00Z".parse().expect("a moment");
    Clock { seeded_at: now, now }
}

fn shop() -> ShopId {
    ShopId::from("tea")
}

fn tree() -> Tree {
    let text = "version = 1\nid = \"tea\"\nname.zh = \"茶铺\"\npacks = []\nlocales = [\"zh-Hans\"]\n";
    Tree::new([("shops/tea/shop.toml".to_owned(), text.to_owned())])
}

fn run(tree: &Tree, kind: ExchangeKind, name: &str, text: &str, map: Option<&str>) -> Imported {
    let map = map.map(|map| ("map.toml", map));
    import(tree, &shop(), &ImportFile { kind, name, bytes: text.as_bytes(), map }, &clock())
}

fn run_bytes(tree: &Tree, kind: ExchangeKind, name: &str, bytes: &[u8]) -> Imported {
    import(tree, &shop(), &ImportFile { kind, name, bytes, map: None }, &clock())
}

fn written_text(imported: &Imported) -> &str {
    imported.files.files().next().expect("a file to write").1
}

fn places(imported: &Imported) -> Vec<String> {
    let place = |p: &Problem| format!("{}:{} {}", p.path, p.line, p.code);
    imported.problems.iter().map(place).collect()
}

const PRODUCT: &str = r#"{"id":"green","title":"绿茶","category":["茶叶","绿茶"],"price":"128.00","attributes":{"产地":"杭州","采摘":"明前"},"variants":[{"id":"g50","options":{"规格":"50克"},"price":"128.00","stock":9},{"id":"g100","options":{"规格":"100克"},"price":"240.00","stock":3}],"aliases":["明前茶","新茶"]}
{"id":"cup","title":"品茗杯","category":["茶具"],"price":"39.00","stock":30}
"#;

#[test]
fn products_go_out_and_come_back_in_every_form() {
    let first = run(&tree(), ExchangeKind::Products, "a.jsonl", PRODUCT, None);
    assert_eq!((places(&first), first.rows), (vec![], 2));
    let mut tree = tree();
    tree.insert("shops/tea/catalog/products.jsonl", written_text(&first));
    assert_eq!(written_text(&first), PRODUCT);
    for (form, name) in
        [(ExportForm::JsonLines, "b.jsonl"), (ExportForm::Csv, "b.csv"), (ExportForm::Xlsx, "b.xlsx")]
    {
        let bytes = export(&tree, &shop(), ExchangeKind::Products, form).expect("it fits");
        let again = run_bytes(&tree, ExchangeKind::Products, name, &bytes);
        assert_eq!(places(&again), Vec::<String>::new(), "{name}");
        assert_eq!(products(written_text(&again)), products(PRODUCT), "{name}");
    }
}

#[test]
fn a_table_without_a_row_is_nothing_to_take() {
    let empty = run(&tree(), ExchangeKind::Products, "a.csv", "", None);
    assert_eq!(places(&empty), ["a.csv:1 import.empty"]);
}

fn products(text: &str) -> Vec<crate::domain::trade::Product> {
    let mut source = Source::new("a", text);
    let terms = files::shop_file::default_terms(&clock());
    let entries = files::products::read(&mut source, &terms);
    assert!(source.into_problems().is_empty());
    entries.into_iter().map(|entry| entry.product).collect()
}

const ORDERS: &str = r#"{"shopper":{"id":"lin","name":"林小满","points":5}}
{"order":{"id":"20261101001","shopper":"lin","placed_at":"-3d","state":"shipped","lines":[{"id":"1","product":"green","variant":"g50","units":2,"unit_price":"128.00","paid":"256.00","state":"shipped","gift":false},{"id":"2","product":"cup","variant":"cup","units":1,"unit_price":"39.00","paid":"39.00","state":"shipped"}],"total":"295.00","shipments":[{"carrier":"顺丰","number":"SF1","lines":["1","2"],"state":"in_transit","shipped_at":"-2d","events":[{"at":"-2d","place":"杭州","text":"已揽收"}]}]}}
"#;

#[test]
fn orders_go_out_and_come_back_as_tables() {
    let mut tree = tree();
    tree.insert("shops/tea/orders/orders.jsonl", ORDERS);
    let read = |text: &str| {
        let mut source = Source::new("a", text);
        let terms = files::shop_file::default_terms(&clock());
        format!(
            "{:?}",
            files::orders::read(&mut source, &terms)
                .orders
                .iter()
                .map(|order| (order.total, &order.shipments, order.lines.len()))
                .collect::<Vec<_>>()
        )
    };
    for (form, name) in [(ExportForm::Csv, "b.csv"), (ExportForm::Xlsx, "b.xlsx")] {
        let bytes = export(&tree, &shop(), ExchangeKind::Orders, form).expect("it fits");
        let again = run_bytes(&self::tree(), ExchangeKind::Orders, name, &bytes);
        assert_eq!(places(&again), Vec::<String>::new(), "{name}");
        assert_eq!(read(written_text(&again)), read(ORDERS));
    }
}

#[test]
fn a_mapping_makes_rows_of_another_shape() {
    let map = r##"
version = 1
rows = "*"
[map]
"order.id" = { path = "no", strip = "#" }
"order.shopper" = "user.id"
"order.placed_at" = { const = "-3d" }
"order.state" = { path = "status", words = { sent = "shipped", "*" = "paid" } }
"order.address.detail" = { template = "{street}, {city}" }
"order.lines[].id" = "@index"
"order.lines[].product" = "items[].product"
"order.lines[].variant" = { path = "items[].spec", join = " " }
"order.lines[].title" = "items[].name"
"order.lines[].units" = { const = 1 }
"order.lines[].unit_price" = "items[].price"
"order.lines[].paid" = "items[].price"
"order.lines[].state" = { path = "status", words = { sent = "shipped", "*" = "paid" } }
"order.total" = { sum = "items[].price" }
"##;
    let rows = r##"{"x": {"no": "#W1", "user": {"id": "li"}, "status": "sent", "street": "1 Road", "city": "Rome",
 "items": [{"product": "p1", "spec": "[\"a\",\"b\"]", "name": "One", "price": 1.5}, {"product": "p2", "spec": ["c"], "name": "Two", "price": 2}]}}"##;
    let rows = rows.replace("a\\\",\\\"b", "a-b");
    let imported = run(&tree(), ExchangeKind::Orders, "a.json", &rows, Some(map));
    assert_eq!(places(&imported), Vec::<String>::new());
    assert_eq!(
        written_text(&imported),
        concat!(
            r#"{"order":{"id":"W1","shopper":"li","placed_at":"-3d","state":"shipped","address":{"detail":"1 Road, Rome"},"#,
            r#""total":"3.5","lines":[{"id":"1","product":"p1","variant":"a-b","title":"One","units":1,"unit_price":"1.5","#,
            r#""paid":"1.5","state":"shipped"},{"id":"2","product":"p2","variant":"c","title":"Two","units":1,"unit_price":"2","#,
            r#""paid":"2","state":"shipped"}]}}"#,
            "\n"
        )
    );
}

#[test]
fn bad_rows_are_told_by_their_place_and_nothing_is_taken() {
    for (kind, name, text, map, expected) in [
        (
            ExchangeKind::Products,
            "a.jsonl",
            "{\"id\":\"a\",\"title\":\"x\",\"category\":[\"c\"],\"price\":\"1\"}\n{\"id\":\"b\",\"title\":\"x\",\"category\":[\"c\"],\"price\":\"one\"}\n",
            None,
            &["a.jsonl:2 value.decimal"][..],
        ),
        (
            ExchangeKind::Products,
            "a.jsonl",
            "{\"id\":\"a\"\n[1}\n",
            None,
            &["a.jsonl:1 file.syntax", "a.jsonl:2 file.syntax"],
        ),
        (
            ExchangeKind::Products,
            "a.csv",
            "id,title,price,category[]\na,x,1.00,c\nb,y\nc,z,-1,c\n",
            None,
            &["a.csv:3 import.columns", "a.csv:4 money.negative"],
        ),
        (ExchangeKind::Products, "a.json", "[1]", None, &["a.json:1 value.type"]),
        (ExchangeKind::Faq, "a.json", "{\"id\":\"a\",\"ask\":[\"x\"]}", None, &["a.json:1 faq.no_answer"]),
        (
            ExchangeKind::Faq,
            "a.json",
            "{\"id\":\"a\"}",
            Some("version = 1\n[map]\nid = \"a..b\"\nask = { pth = \"x\" }\n\"a[].b[]\" = \"c\"\n"),
            &[
                "map.toml:3 import.path",
                "map.toml:4 key.unknown",
                "map.toml:4 value.one_of",
                "map.toml:5 import.path",
            ],
        ),
        (
            ExchangeKind::Orders,
            "a.json",
            "{\"s\":\"lost\"}",
            Some(
                "version = 1\n[map]\n\"shopper.id\" = { path = \"s\", words = { found = \"x\" } }\n\"shopper.name\" = { const = \"N\" }\n",
            ),
            &["a.json:1 key.missing", "a.json:1 import.word"],
        ),
    ] {
        let imported = run(&tree(), kind, name, text, map);
        assert_eq!(places(&imported), expected, "{text}");
        assert!(imported.files.files().next().is_none());
    }
}

proptest! {
    #[test]
    fn any_text_is_imported_without_a_panic(
        text in prop_oneof![any::<String>(), "[a-z\\[\\]{}\",:0-9.|\n]{0,80}", Just(PRODUCT.replace("128", "1e9"))],
        map in prop_oneof![any::<String>(), "version = 1\nrows = \"[a-z.*@\\[\\]0-9]{1,8}\"\n\\[map\\]\n\"[a-z.\\[\\]]{1,10}\" = \"[a-z.\\[\\]0-9@]{1,10}\"\n"],
        csv in any::<bool>(),
        mapped in any::<bool>(),
    ) {
        let name = if csv { "a.csv" } else { "a.json" };
        for kind in [ExchangeKind::Faq, ExchangeKind::Products, ExchangeKind::Orders] {
            run(&tree(), kind, name, &text, mapped.then_some(map.as_str()));
        }
    }
}
