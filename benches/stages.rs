//! One message's way, stage by stage: medians over a corpus, on one conversation at a time; and what learning takes.
//!
//! `cargo bench --bench stages [-- --text FILE]`. The commit is measured on SQLite with full durability.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::Arc,
    time::Instant,
};

use jiff::ZonedDateTime;
use xiaoer::{
    accounts::tokens,
    app::offline,
    dialogue::{self, Facts, Input, Turn},
    domain::{Content, DialogueState, IntentId, Mode},
    encoder::{Encoder, Vector},
    engine::{Engine, Parts, Reading, Shops, SystemClock},
    nlu::{Nlu, TrainingSet},
    retrieval::MessageIndex,
    shop::{IntentExamples, Shop},
    store::{self, NewConversation, Page},
    text,
};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let file = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--text"), Some(file)) => PathBuf::from(file),
        _ => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/corpus/messages.txt")),
    };
    let text = std::fs::read_to_string(file)?;
    let messages: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(&messages))
}

async fn measure(messages: &[&str]) -> anyhow::Result<()> {
    let which = offline::Which { shop: "demo".to_owned(), intents: PathBuf::from("intents"), models: None };
    let opened = offline::open(&which, Arc::new(SystemClock)).await?;
    let assistant = &opened.assistant;
    let now = opened.engine.now_in(&assistant.shop);

    let (mut cold, mut warm, mut faq, mut products) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut step = Vec::new();
    let cached = Arc::clone(&opened.engine.parts().encoder);
    for message in messages {
        assistant.read_with(Arc::clone(&opened.bare));
        let started = Instant::now();
        assistant.read(message, &now).await;
        cold.push(started.elapsed());
        assistant.read_with(Arc::clone(&cached));
        let reading = assistant.read(message, &now).await;
        let started = Instant::now();
        assistant.read(message, &now).await;
        warm.push(started.elapsed());
        let started = Instant::now();
        assistant.faq_hits(&reading, 5);
        faq.push(started.elapsed());
        let started = Instant::now();
        assistant.product_hits(&reading, 3);
        products.push(started.elapsed());
        let turn = turn(message, reading, &now);
        let started = Instant::now();
        dialogue::step(&assistant.shop, DialogueState::default(), &turn, &Facts::default());
        step.push(started.elapsed());
    }
    report("read: text, encode, classify", cold);
    report("read: vector in the cache", warm);
    report("retrieve: FAQ", faq);
    report("retrieve: products", products);
    report("dialogue: one call of the step", step);

    // Whole turns: the message's commit, and everything from there to the committed answer.
    let folder = tempfile::tempdir()?;
    let store = store::open(&format!("sqlite:{}", folder.path().join("bench.db").display())).await?;
    let shops = Shops::default();
    shops.open(assistant);
    let backend = Arc::new(xiaoer::backend::BuiltinBackend::new(Arc::clone(&store)));
    let bus = Arc::new(xiaoer::bus::LocalBus::default());
    let clock = Arc::new(SystemClock);
    let engine = Engine::new(Parts {
        store,
        backend,
        bus,
        encoder: Arc::clone(&cached),
        clock,
        shops,
        messages: Arc::new(MessageIndex::in_memory().expect("memory")),
    });
    let (mut ack, mut answer) = (Vec::new(), Vec::new());
    for message in messages {
        let (_, token_hash) = tokens::new();
        let at = engine.now();
        let conversation = engine
            .parts()
            .store
            .open(NewConversation {
                id: tokens::random_id().into(),
                shop: "demo".into(),
                token_hash,
                token_expires_at: at + std::time::Duration::from_secs(3600),
                shopper: None,
                locale: Default::default(),
                page: Page::default(),
                at,
            })
            .await?;
        let started = Instant::now();
        engine.say(&conversation, "m", Content::Text((*message).to_owned())).await?;
        ack.push(started.elapsed());
        engine.settle(&conversation.id).await?;
        answer.push(started.elapsed());
    }
    report("commit of the message, to its ack", ack);
    report("whole turn, vector in the cache", answer);
    learn(&assistant.shop, opened.bare.as_ref()).await
}

/// A shop of 60 intents with 20 examples each, learnt from nothing, and again with one example more.
async fn learn(shop: &Shop, encoder: &dyn Encoder) -> anyhow::Result<()> {
    const INTENTS: usize = 60;
    const EXAMPLES: usize = 20;
    let mut intents: BTreeMap<IntentId, IntentExamples> = shop.intents.clone();
    intents.retain(|_, lines| EXAMPLES < lines.examples.len());
    let spare = intents.values().next().expect("the shop has intents").examples[EXAMPLES].clone();
    let mut intents: BTreeMap<IntentId, IntentExamples> = intents.into_iter().take(INTENTS).collect();
    for lines in intents.values_mut() {
        lines.examples.truncate(EXAMPLES);
        lines.not.clear();
    }
    let started = Instant::now();
    let mut set = TrainingSet::new(&intents, text::normalize);
    let vectors = encoder.encode(&set.texts()).await?;
    set.attach(vectors.clone(), *encoder.fingerprint());
    let nlu = Nlu::fit(&set)?;
    println!("learn {} intents, {} examples: {:?}", intents.len(), vectors.len(), started.elapsed());

    intents.values_mut().next().expect("the shop has intents").examples.push(spare);
    let started = Instant::now();
    let mut edited = TrainingSet::new(&intents, text::normalize);
    // All but one were encoded before and come from the cache.
    let known: HashMap<String, Vector> = set.texts().into_iter().zip(vectors).collect();
    let mut vectors = Vec::new();
    for text in edited.texts() {
        let vector = known.get(&text).cloned();
        vectors.push(match vector {
            Some(vector) => vector,
            None => encoder.encode(&[text]).await?.remove(0),
        });
    }
    edited.attach(vectors, *encoder.fingerprint());
    nlu.edited(&edited)?.expect("one example is a small edit");
    println!("learn one example more: {:?}", started.elapsed());
    Ok(())
}

/// A guest's first message, read.
fn turn(message: &str, reading: Reading, now: &ZonedDateTime) -> Turn {
    Turn {
        input: Input::Said {
            content: Content::Text(message.to_owned()),
            utterance: Some(reading.utterance),
            understanding: Some(reading.understanding),
        },
        shopper: None,
        page: dialogue::Page::default(),
        can_sign_in: true,
        people_open: true,
        assist: false,
        mode: Mode::Bot,
        now: now.clone(),
    }
}

fn report(stage: &str, mut times: Vec<std::time::Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_micros();
    println!("{stage:<36} p50 {:>7} µs   p99 {:>7} µs", at(0.5), at(0.99));
}
