//! What is proposed to a person at the desk: the bot's draft, the merchant's answers, what colleagues said before.

use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;
use xiaoer::{
    app,
    domain::{Content, Part, ShopId, Staff},
    encoder::{Encoder, HashingEncoder},
    engine::{Assistant, Engine, Leaving, ProposalSource, Shops, SystemClock},
    shop::{Clock, Tree, load},
    store::{Conversation, MemoryStore, NewConversation, Page},
};

use crate::support::write_small_tree;

const PARKING: &str = "门口有停车位吗";

/// The small shop with one answer of the merchant's, served from memory.
async fn engine() -> Engine {
    let folder = TempDir::new().expect("a folder can be made");
    write_small_tree(folder.path());
    let small = Tree::read(folder.path()).expect("the tree can be read");
    let files = small.files().map(|(path, text)| (path.to_owned(), text.to_owned()));
    let faq = "version = 1\n[[faq]]\nid = \"parking\"\nask = [\"门口有停车位吗\"]\nanswer.zh = \"门口有六个车位。\"\nanswer.en = \"Six.\"\n";
    let own = std::iter::once(("shops/demo/faq/parking.toml".to_owned(), faq.to_owned()));
    let loaded = load(&Tree::new(files.chain(own).collect::<Vec<_>>()), &"demo".into(), &Clock::now());
    let shop = Arc::new(loaded.shop.expect("the files are sound"));
    let encoder: Arc<dyn Encoder> = Arc::new(HashingEncoder::new(64));
    let assistant = Arc::new(Assistant::start(shop, loaded.seed.products.clone()).expect("it starts"));
    assistant.learn(encoder.as_ref(), Arc::clone(&encoder)).await.expect("it learns");
    let store = MemoryStore::shared();
    let shops = Shops::default();
    shops.open(&assistant);
    store.seed(&"demo".into(), app::seed(loaded.seed, Timestamp::now())).await.expect("it is seeded");
    app::engine(store, encoder, Arc::new(SystemClock), shops)
}

async fn current(engine: &Engine, id: &str) -> Conversation {
    let found = engine.parts().store.conversation(&id.into()).await.expect("the store answers");
    found.expect("the conversation")
}

fn person() -> Staff {
    Staff { id: "mei".into(), name: "小梅".to_owned() }
}

/// A conversation that a person holds.
async fn held(engine: &Engine, id: &str) -> Conversation {
    let mut token_hash = [0; 32];
    token_hash[..id.len()].copy_from_slice(id.as_bytes());
    let at = engine.now();
    let new = NewConversation {
        id: id.into(),
        shop: ShopId::from("demo"),
        token_hash,
        token_expires_at: at + std::time::Duration::from_secs(3600),
        shopper: Some("lin".into()),
        locale: Default::default(),
        page: Page::default(),
        at,
    };
    let opened = engine.parts().store.open(new).await.expect("it opens");
    say(engine, &opened, "help", "转人工").await;
    engine.settle(&opened.id).await.expect("it is answered");
    engine.take(&current(engine, id).await, &person()).await.expect("it waits");
    current(engine, id).await
}

async fn say(engine: &Engine, conversation: &Conversation, id: &str, text: &str) {
    engine.say(conversation, id, Content::Text(text.to_owned())).await.expect("it is stored");
}

async fn answer(engine: &Engine, conversation: &Conversation, id: &str, text: &str) {
    engine
        .say_as_agent(conversation, &person(), id, vec![Part::text(text)])
        .await
        .expect("the holder may speak");
}

async fn proposed(engine: &Engine, id: &str) -> Vec<(ProposalSource, String)> {
    let conversation = current(engine, id).await;
    let proposals = engine.proposals(&conversation).await.expect("the store answers");
    proposals.into_iter().map(|proposal| (proposal.source, proposal.text)).collect()
}

#[tokio::test]
async fn a_draft_is_the_bots_answer_and_leaves_no_trace() {
    let engine = engine().await;
    let held = held(&engine, "c1").await;
    assert_eq!(proposed(&engine, "c1").await, [], "what was said before is answered");
    say(&engine, &held, "q1", PARKING).await;
    let before = (current(&engine, "c1").await, engine.parts().store.state(&held.id).await.expect("a state"));
    let proposals = proposed(&engine, "c1").await;
    let told = [(ProposalSource::Bot, "门口有六个车位。".to_owned())];
    assert_eq!(proposals, told, "the merchant's answer is the same and told once");
    let after = (current(&engine, "c1").await, engine.parts().store.state(&held.id).await.expect("a state"));
    assert_eq!(before, after);

    answer(&engine, &held, "a1", "有的").await;
    assert_eq!(proposed(&engine, "c1").await, []);
    say(&engine, &held, "q2", "转人工").await;
    assert_eq!(proposed(&engine, "c1").await, [], "a draft that hands over is none");
}

#[tokio::test]
async fn what_a_colleague_said_before_is_proposed_without_anybodys_numbers_and_names() {
    let engine = engine().await;
    for (id, text) in [
        ("c1", "小票盖章后可停两小时"),
        ("c2", "订单 610027001024 可以停车"),
        ("c3", "林女士，可以停的"),
        ("c4", "有问题找小梅"),
        ("c5", "加微信 a@example.com"),
    ] {
        let held = held(&engine, id).await;
        say(&engine, &held, "q", "你们门口有停车位吗？").await;
        answer(&engine, &held, "a", text).await;
        if id != "c1" {
            engine.close(&held, &person(), Leaving::default()).await.expect("the holder may close");
        }
    }
    let asks = held(&engine, "c9").await;
    say(&engine, &asks, "q", "门口停车位有吗").await;
    engine.search_messages("停车", &[], 9).await.expect("the index follows");
    let similar = async |engine: &Engine| -> Vec<String> {
        let all = proposed(engine, "c9").await.into_iter();
        all.filter(|(source, _)| *source == ProposalSource::Similar).map(|(_, text)| text).collect()
    };
    assert_eq!(similar(&engine).await, [""; 0], "not while a person still has it");
    let first = current(&engine, "c1").await;
    engine.close(&first, &person(), Leaving::default()).await.expect("the holder may close");
    engine.search_messages("停车", &[], 9).await.expect("the index follows");
    assert_eq!(similar(&engine).await, ["小票盖章后可停两小时"]);
    assert!(proposed(&engine, "c9").await.len() <= 3);
}
