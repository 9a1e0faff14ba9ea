//! The lint of a large shop: 5,000 FAQ and 300 intents on top of the base pack, without vectors and with all of them kept.
//!
//! `cargo bench --bench check [-- --faq N] [--intents N]`. Makes the shop by itself. Cold means that no vector of the shop
//! is known yet; those of the base pack ship with the model.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use xiaoer::{
    app::{encoder, files, meaning},
    shop::{Clocks, Tree, load_all},
};

const GOODS: [&str; 40] = [
    "羽绒服",
    "牛仔裤",
    "连衣裙",
    "跑步鞋",
    "登山包",
    "充电宝",
    "耳机",
    "手机壳",
    "电饭煲",
    "空气炸锅",
    "加湿器",
    "台灯",
    "书架",
    "床垫",
    "枕头",
    "四件套",
    "毛巾",
    "面霜",
    "口红",
    "防晒霜",
    "洗发水",
    "牙刷",
    "奶粉",
    "纸尿裤",
    "婴儿车",
    "积木",
    "猫粮",
    "狗窝",
    "鱼缸",
    "绿植",
    "茶叶",
    "坚果",
    "咖啡豆",
    "车厘子",
    "牛排",
    "红酒",
    "钢笔",
    "笔记本",
    "吉他",
    "瑜伽垫",
];
const KINDS: [&str; 5] = ["", "儿童款", "进口的", "礼盒装", "二手"];
const MATTERS: [&str; 25] = [
    "保修多久",
    "怎么清洗",
    "有没有异味",
    "能不能开发票",
    "是哪里产的",
    "多重",
    "可以定制吗",
    "有几种颜色",
    "适合送人吗",
    "能放多长时间",
    "怎么安装",
    "漏电怎么办",
    "孕妇能用吗",
    "和去年的有什么不同",
    "为什么涨价了",
    "有小样吗",
    "能不能货到付款",
    "配件在哪里买",
    "用什么电池",
    "是不是正品",
    "会不会掉色",
    "什么时候补货",
    "能寄到国外吗",
    "包装能简单点吗",
    "有视频介绍吗",
];
const FORMS: [(&str, &str); 3] = [("", ""), ("我想知道", ""), ("麻烦看下", "，谢谢")];
const DEEDS: [&str; 20] = [
    "预约",
    "取消预约",
    "登记",
    "报名",
    "查进度",
    "补差",
    "换地址",
    "申请试用",
    "参观",
    "投稿",
    "领样品",
    "租借",
    "续租",
    "退租",
    "寄存",
    "估价",
    "回收",
    "代购",
    "拼单",
    "转赠",
];
const THINGS: [&str; 15] = [
    "新品",
    "门店服务",
    "上门测量",
    "周末课程",
    "会员卡",
    "积分商城",
    "生日礼",
    "样衣",
    "打样",
    "展会",
    "团购",
    "礼品册",
    "保养",
    "刻字",
    "直播间",
];
const OPENERS: [&str; 6] = ["我要", "怎么", "能不能帮我", "请问可以", "昨天说好的", "再问一下"];
const CLOSERS: [&str; 5] = ["", "呀", "，急", "，我朋友也要", "，什么时候行"];

fn main() -> anyhow::Result<()> {
    let (mut faq, mut intents) = (5_000, 300);
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(flag) = arguments.next() {
        match (flag.as_str(), arguments.next().and_then(|value| value.parse().ok())) {
            ("--faq", Some(value)) => faq = value,
            ("--intents", Some(value)) => intents = value,
            _ => anyhow::bail!("usage: check [--faq N] [--intents N]"),
        }
    }
    let (shop, data) = (tempfile::TempDir::new()?, tempfile::TempDir::new()?);
    files::packs().write(shop.path())?;
    made(faq, intents).write(shop.path())?;
    for name in ["cold", "with vectors kept"] {
        checked(name, shop.path(), data.path())?;
    }
    Ok(())
}

/// One check as the command line makes it, and what each of its steps takes.
fn checked(name: &str, shop: &Path, data: &Path) -> anyhow::Result<()> {
    let began = Instant::now();
    let tree = files::read(shop)?;
    let loaded = load_all(&tree, &Clocks::now());
    let read = began.elapsed();
    let encoder = encoder(None, Some(data))?.cached.lasting();
    let opened = began.elapsed();
    let by_meaning = meaning::problems(&loaded, encoder.as_ref())?;
    let all = began.elapsed();
    let lines =
        |groups: &[xiaoer::shop::SayingGroup]| groups.iter().map(|group| group.lines.len()).sum::<usize>();
    for loaded in loaded.shops.values() {
        let (examples, asks) = (lines(&loaded.sayings.intents), lines(&loaded.sayings.faq));
        println!("{examples} examples, {asks} ways of asking");
    }
    println!(
        "{name}: {} in all; files {}, model {}, meaning {}; {} problems, {} by meaning",
        seconds(all),
        seconds(read),
        seconds(opened - read),
        seconds(all - opened),
        loaded.problems.len(),
        by_meaning.len()
    );
    Ok(())
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// The shop: every FAQ of one matter of one kind of goods, every intent one deed with one thing.
fn made(faq: usize, intents: usize) -> Tree {
    let mut asked = "version = 1\n".to_owned();
    for number in 0..faq {
        let goods = GOODS[number % GOODS.len()];
        let matter = MATTERS[number / GOODS.len() % MATTERS.len()];
        let kind = KINDS[number / (GOODS.len() * MATTERS.len()) % KINDS.len()];
        let asks =
            FORMS.map(|(opener, closer)| format!("\"{opener}{kind}{goods}{matter}{closer}\"")).join(", ");
        let intent = if number < intents { format!("intent = \"own.{number}\"\n") } else { String::new() };
        let answer = format!("answer.zh = \"{kind}{goods}请看详情页。\"\n{intent}");
        write!(asked, "[[faq]]\nid = \"q.{number}\"\nask = [{asks}]\n{answer}").expect("a text takes all");
    }
    let mut taught = "version = 1\n".to_owned();
    for number in 0..intents {
        let (deed, thing) = (DEEDS[number % DEEDS.len()], THINGS[number / DEEDS.len() % THINGS.len()]);
        let lines = OPENERS.iter().flat_map(|opener| {
            CLOSERS.iter().map(move |closer| format!("\"{opener}{deed}{thing}{closer}\""))
        });
        let lines: Vec<String> = lines.collect();
        writeln!(taught, "[\"own.{number}\"]\nexamples = [{}]", lines.join(", ")).expect("a text takes all");
    }
    let shop =
        "version = 1\nid = \"large\"\nname.zh = \"大店\"\nlocales = [\"zh-Hans\"]\npacks = [\"base\"]\n";
    Tree::new([
        ("shops/large/shop.toml".to_owned(), shop.to_owned()),
        ("shops/large/faq/all.toml".to_owned(), asked),
        ("shops/large/intents/all.toml".to_owned(), taught),
    ])
}
