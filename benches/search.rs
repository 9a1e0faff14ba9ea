//! Search in a very large catalog: how fast it is indexed and searched, and how soon changes are seen while people search.
//!
//! `cargo bench --bench search --profile release`; `-- --products N` takes another number than a million, `--queries N`
//! another number of queries, `--updates N` of changed products, and `--titles FILE` recombines the titles of a file of JSON
//! lines with a `title` each.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod goods;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use goods::Goods;
use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};
use xiaoer::{
    app::files,
    domain::{Localized, trade::Product},
    retrieval::{Retriever, Vectors, shop_words},
    shop::{self, Clock},
    text::{self, Lexicon},
};

/// Hits that a search shows.
const SHOWN: usize = 10;
/// Products of one update.
const BATCH: usize = 100;

struct Bench {
    retriever: Retriever,
    lexicon: Lexicon,
    now: ZonedDateTime,
}

impl Bench {
    /// A query as a shopper's message takes it: read, understood, searched. Says how long all of it took and how long
    /// the search alone, and how much was found.
    fn ask(&self, words: &str) -> (Duration, Duration, usize) {
        let began = Instant::now();
        let utterance = text::read(&self.lexicon, words, &self.now);
        let query = self.retriever.understand_query(&utterance);
        let searching = Instant::now();
        let found = self.retriever.found(&query, None, SHOWN).len();
        (began.elapsed(), searching.elapsed(), found)
    }
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| arguments.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1].as_str());
    let number = |name: &str, usual: usize| given(name).map_or(Ok(usual), str::parse);
    let count = number("--products", 1_000_000)?;
    let (queries, updates) = (number("--queries", 4_000)?, number("--updates", 10_000)?);
    let mut goods = Goods::new(7, given("--titles").map_or(Ok(Vec::new()), titles)?);
    let loaded = shop::load(&files::shipped(), &"demo".into(), &Clock::now());
    let shop = loaded.shop.context("the shipped shop is fine")?;

    let products: Vec<Product> = (0..count).map(|_| goods.product()).collect();
    println!("{count} products made: {} MB resident", resident("VmRSS")?);
    let began = Instant::now();
    let lexicon = Lexicon::new(shop_words(&shop), &products);
    println!("words of the messages: {:.2} s", began.elapsed().as_secs_f64());
    let products: Vec<Arc<Product>> = products.into_iter().map(Arc::new).collect();
    let before = resident("VmRSS")?;
    let began = Instant::now();
    let retriever = Retriever::build(&shop, &products, &Vectors::default())?;
    let took = began.elapsed().as_secs_f64();
    println!("indexed in {took:.1} s: {:.0} products a second", count as f64 / took);
    println!(
        "the index: {} MB more resident, at most {} MB",
        resident("VmRSS")?.saturating_sub(before),
        resident("VmHWM")?
    );
    let now = ZonedDateTime::new(Timestamp::from_second(1_764_000_000)?, TimeZone::UTC);
    let bench = Bench { retriever, lexicon, now };

    let asked: Vec<String> = (0..queries).map(|_| goods.query()).collect();
    let slowest = searches("one thread", &bench, &[&asked]);
    let (one, other) = asked.split_at(asked.len() / 2);
    searches("two threads", &bench, &[one, other]);
    for (took, words) in slowest.iter().rev().take(5) {
        println!("  slowest: {:.2} ms {words}", millis(*took));
    }
    change(&bench, &products, &asked, updates)?;
    println!("at most {} MB resident in all", resident("VmHWM")?);
    Ok(())
}

/// The titles of a file of JSON lines.
fn titles(file: &str) -> anyhow::Result<Vec<String>> {
    let mut titles = Vec::new();
    for line in std::fs::read_to_string(file)?.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        titles.push(line["title"].as_str().context("a line without a title")?.to_owned());
    }
    Ok(titles)
}

/// Searches in as many threads as there are lists, and reports; gives the queries by the time they took.
fn searches(how: &str, bench: &Bench, lists: &[&[String]]) -> Vec<(Duration, String)> {
    let began = Instant::now();
    let times: Vec<(Duration, Duration, usize, String)> = std::thread::scope(|scope| {
        let threads: Vec<_> = lists
            .iter()
            .map(|list| {
                scope.spawn(move || {
                    let ask = |words: &String| {
                        let (all, search, found) = bench.ask(words);
                        (all, search, found, words.clone())
                    };
                    list.iter().map(ask).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("searching ends")).collect()
    });
    let took = began.elapsed().as_secs_f64();
    let found = times.iter().filter(|time| 0 < time.2).count();
    println!(
        "{how}: {} queries, {:.0} a second, {found} of them find something",
        times.len(),
        times.len() as f64 / took
    );
    report("  read and searched", times.iter().map(|time| time.0).collect());
    report("  searched", times.iter().map(|time| time.1).collect());
    let mut slowest: Vec<(Duration, String)> = times.into_iter().map(|time| (time.1, time.3)).collect();
    slowest.sort();
    slowest
}

/// Changes products while another thread searches: how long until a change is seen, and what the searches take meanwhile.
fn change(bench: &Bench, products: &[Arc<Product>], asked: &[String], updates: usize) -> anyhow::Result<()> {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let searching = scope.spawn(|| {
            let each = asked.iter().cycle().take_while(|_| !done.load(Ordering::Relaxed));
            each.map(|words| bench.ask(words).0).collect::<Vec<_>>()
        });
        let (mut seen, began) = (Vec::new(), Instant::now());
        for batch in 0..updates.div_ceil(BATCH) {
            let word = format!("nov{batch}xq");
            let changed: Vec<Arc<Product>> = (0..BATCH.min(updates - batch * BATCH))
                .map(|number| {
                    let mut product =
                        Product::clone(&products[(batch * BATCH + number) * 7 % products.len()]);
                    product.title = Localized::zh(format!("{} {word}", product.title.zh));
                    Arc::new(product)
                })
                .collect();
            let began = Instant::now();
            bench.retriever.update_products(&changed, &[])?;
            while bench.ask(&word).2 == 0 {
                anyhow::ensure!(began.elapsed() < Duration::from_secs(30), "{word} is not seen");
            }
            seen.push(began.elapsed());
        }
        let took = began.elapsed().as_secs_f64();
        done.store(true, Ordering::Relaxed);
        println!("{updates} products changed, {BATCH} at once: {:.0} a second", updates as f64 / took);
        report("  from the change to being found", seen);
        report("  searches meanwhile", searching.join().expect("searching ends"));
        Ok(())
    })
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| {
        times.get(((times.len().max(1) - 1) as f64 * share) as usize).copied().unwrap_or_default()
    };
    println!(
        "{what}: p50 {:.2} ms, p99 {:.2} ms, worst {:.2} ms",
        millis(at(0.5)),
        millis(at(0.99)),
        millis(at(1.0))
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Memory of this process in megabytes, where the system tells it.
fn resident(what: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).map_or(Ok(0), str::parse::<u64>);
    Ok(kilobytes? / 1000)
}
