//! The demo shop with few intents: learnt at once, open at every hour.

use std::path::Path;

use xiaoer::shop::Tree;

/// A handful of intents: small enough to be learnt at once, exact for what the tests say.
const INTENTS: &str = r#"version = 1
["chat.greet"]
examples = ["你好", "在吗", "您好", "hello", "嗨"]
["chat.bot_identity"]
examples = ["你是机器人吗", "你是谁", "are you a robot", "你是真人吗", "你叫什么名字"]
["human.request"]
examples = ["转人工", "人工客服", "我要找人工", "talk to a person", "找真人客服"]
["order.status"]
examples = ["我的订单", "查一下我的订单", "订单到哪一步了", "where is my order", "看看我的订单"]
["product.search"]
examples = ["有没有T恤", "想买双跑鞋", "推荐一款面霜", "show me some shoes", "有什么外套"]
"#;

/// The demo shop with few intents, open at every hour, for pages of one other site.
pub(crate) fn write_small_tree(folder: &Path) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("intents");
    let shipped = Tree::read(&shipped).expect("the shipped files can be read");
    let left_out = ["packs/base/intents/", "packs/base/faq/", "shops/demo/faq/", "shops/demo/tests/"];
    let mut files: Vec<(String, String)> = shipped
        .files()
        .filter(|(path, _)| !left_out.iter().any(|folder| path.starts_with(folder)))
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
    for (path, text) in &mut files {
        if path == "shops/demo/shop.toml" {
            *text = text.lines().map(|line| always_open(line) + "\n").collect();
        }
    }
    files.push(("packs/base/intents/small.toml".to_owned(), INTENTS.to_owned()));
    Tree::new(files).write(folder).expect("the small tree can be written");
}

fn always_open(line: &str) -> String {
    let value = match line.split(' ').next() {
        Some("from" | "to") => "\"00:00\"",
        Some("holidays") => "[]",
        Some("origins") => "[\"https://shop.example\"]",
        _ => return line.to_owned(),
    };
    let name = line.split(' ').next().unwrap_or_default();
    format!("{name} = {value}")
}
