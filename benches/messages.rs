//! How fast messages are indexed and found: 100,000 messages in 5,000 conversations, made of the shipped shop's own examples,
//! answers and products.
//!
//! `cargo bench --bench messages`; `-- --messages N` takes another number. The index lies in a folder, as a server's does.
//! One conversation is indexed again at the end, for that is what each new message at the desk costs.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use xiaoer::{
    app::files,
    domain::ShopId,
    retrieval::{IndexedConversation, IndexedLine, Mark, MessageIndex},
    shop,
    text::to_traditional,
};

/// Messages of a conversation.
const LINES: usize = 20;
/// Conversations committed at once, as a server does.
const BATCH: usize = 100;
/// What people look for.
const QUESTIONS: [&str; 16] = [
    "羽绒服",
    "退款",
    "运费谁出",
    "什么时候发货",
    "610027001017",
    "1017",
    "尺码偏小",
    "發票",
    "coat",
    "优惠券怎么用",
    "坏了",
    "物流",
    "改地址",
    "赠品没有收到",
    "七天无理由退货运费",
    "刘",
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let wanted = arguments.windows(2).find(|pair| pair[0] == "--messages").map(|pair| pair[1].parse());
    let conversations = conversations(wanted.transpose()?.unwrap_or(100_000) / LINES);
    let folder = tempfile::tempdir()?;
    let index = MessageIndex::in_folder(&folder.path().join("search"))?;
    let mark = |number| Mark { log: "bench".to_owned(), number };
    let began = Instant::now();
    for (number, batch) in conversations.chunks(BATCH).enumerate() {
        index.replace(batch, &mark(number as u64))?;
    }
    let (took, messages) = (began.elapsed(), conversations.len() * LINES);
    let size: u64 = std::fs::read_dir(folder.path().join("search"))?
        .filter_map(|file| file.ok()?.metadata().ok())
        .map(|file| file.len())
        .sum();
    println!(
        "indexed {messages} messages in {:.1} s: {:.0} a second, {:.1} MB on disk",
        took.as_secs_f64(),
        messages as f64 / took.as_secs_f64(),
        size as f64 / 1e6
    );

    let shops = [ShopId::from("demo")];
    let mut all = Vec::new();
    for question in QUESTIONS {
        let mut times: Vec<Duration> = (0..20)
            .map(|_| {
                let began = Instant::now();
                let hits = index.search(question, &shops, 20).map(|hits| hits.len());
                (began.elapsed(), hits.unwrap_or_default())
            })
            .map(|(took, _)| took)
            .collect();
        times.sort();
        let hits = index.search(question, &shops, 20)?.len();
        println!("{question}: {hits} hits, p50 {:.2} ms", millis(times[times.len() / 2]));
        all.extend(times);
    }
    all.sort();
    println!(
        "search: p50 {:.2} ms, p99 {:.2} ms",
        millis(all[all.len() / 2]),
        millis(all[all.len() * 99 / 100])
    );

    let began = Instant::now();
    let answered = index.answered_before("请问退货的运费是谁来出", &shops[0], &"none".into(), 3)?;
    println!("answered before: {} in {:.2} ms", answered.len(), millis(began.elapsed()));
    let mut again: Vec<Duration> = Vec::new();
    for (number, conversation) in conversations.iter().take(20).enumerate() {
        let began = Instant::now();
        index.replace(std::slice::from_ref(conversation), &mark(1_000_000 + number as u64))?;
        again.push(began.elapsed());
    }
    again.sort();
    println!("one conversation again: p50 {:.1} ms, worst {:.1} ms", millis(again[10]), millis(again[19]));
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Conversations drawn with a fixed seed: questions, answers, orders, some of them in traditional characters.
fn conversations(count: usize) -> Vec<IndexedConversation> {
    let now = Timestamp::from_second(1_764_000_000).expect("a moment");
    let loaded = shop::load(&files::shipped(), &"demo".into(), &shop::Clock { seeded_at: now, now });
    let shop = loaded.shop.expect("the shipped shop is fine");
    let asked: Vec<&str> = shop
        .intents
        .values()
        .flat_map(|intent| &intent.examples)
        .map(|example| example.text.as_str())
        .collect();
    let answers: Vec<&str> = shop.faq.iter().map(|faq| faq.answer.zh.as_str()).collect();
    let goods: Vec<&str> = loaded.seed.products.iter().map(|product| product.title.zh.as_str()).collect();
    let mut random = StdRng::seed_from_u64(7);
    let mut line = |number: usize| -> (&'static str, String) {
        let one = |from: &[&str], random: &mut StdRng| from[random.random_range(0..from.len())].to_owned();
        match number % 4 {
            0 => ("shopper", one(&asked, &mut random)),
            1 => (
                "bot",
                format!("{}，订单 6100{:08}", one(&goods, &mut random), random.random_range(0..100_000_000)),
            ),
            2 => ("shopper", to_traditional(&one(&asked, &mut random))),
            _ => ("agent", one(&answers, &mut random)),
        }
    };
    (0..count)
        .map(|id| {
            let mut lines: Vec<IndexedLine> = (0..LINES)
                .map(|number| {
                    let (from, text) = line(number);
                    let at = now + Duration::from_secs((id * LINES + number) as u64);
                    IndexedLine { number: number as u64 + 1, from, at, text, answer: None }
                })
                .collect();
            lines[2].answer = Some(lines[3].text.clone());
            let exact = vec![format!("shopper{id}")];
            IndexedConversation { id: format!("c{id}").into(), shop: "demo".into(), exact, lines }
        })
        .collect()
}
