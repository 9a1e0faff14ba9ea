//! How a version of a shop is learnt: from nothing, on top of the one before, and without an encoder.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::ZonedDateTime;
use tempfile::TempDir;
use xiaoer::{
    domain::{ShopId, trade::Product},
    encoder::{EncodeError, Encoder, Fingerprint, HashingEncoder, Vector},
    engine::{Assistant, Learnt, Reading},
    shop::{Clock, Shop, Tree, load},
};

use crate::support::write_small_tree;

/// The small shop with a file of its own.
fn shop_with(path: &str, text: &str) -> (Arc<Shop>, Vec<Product>) {
    let folder = TempDir::new().expect("a folder can be made");
    write_small_tree(folder.path());
    let small = Tree::read(folder.path()).expect("the tree can be read");
    let files = small.files().map(|(path, text)| (path.to_owned(), text.to_owned()));
    let own = std::iter::once((format!("shops/demo/{path}"), text.to_owned()));
    let loaded = load(&Tree::new(files.chain(own).collect::<Vec<_>>()), &ShopId::from("demo"), &Clock::now());
    (Arc::new(loaded.shop.expect("the files are sound")), loaded.seed.products)
}

fn faq(id: &str, ask: &str) -> String {
    format!(
        "version = 1\n[[faq]]\nid = \"{id}\"\nask = [\"{ask}\"]\nanswer.zh = \"有。\"\nanswer.en = \"Yes.\"\n"
    )
}

const FIRST: &str = "门口有停车位吗";
const SECOND: &str = "可以带宠物进店吗";

async fn read(assistant: &Assistant, words: &str) -> Reading {
    assistant.read(words, &ZonedDateTime::now()).await
}

async fn first_answer(assistant: &Assistant, words: &str) -> Option<(String, f32)> {
    let reading = read(assistant, words).await;
    assistant.faq_hits(&reading, 1).pop().map(|hit| (hit.id.to_string(), hit.score))
}

/// An encoder that is not to be had.
struct Stopped(HashingEncoder);

#[async_trait]
impl Encoder for Stopped {
    fn dimension(&self) -> usize {
        self.0.dimension()
    }

    fn fingerprint(&self) -> &Fingerprint {
        self.0.fingerprint()
    }

    async fn encode(&self, _: &[String]) -> Result<Vec<Vector>, EncodeError> {
        Err(EncodeError::Stopped)
    }

    fn encode_blocking(&self, _: &[String]) -> Result<Vec<Vector>, EncodeError> {
        Err(EncodeError::Stopped)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_stays_owed_a_whole_lesson_until_it_has_had_it() {
    let encoder: Arc<dyn Encoder> = Arc::new(HashingEncoder::new(64));
    let learn = async |assistant: &Assistant| {
        assistant.learn(encoder.as_ref(), Arc::clone(&encoder)).await.expect("it learns")
    };
    let (shop, products) = shop_with("faq/own.toml", &faq("own.first", FIRST));
    let first = Assistant::start(shop, products).expect("it starts");
    assert_eq!(learn(&first).await, Learnt::Wholly);

    let own =
        "version = 1\n[\"own.pets\"]\nexamples = [\"能带狗狗来吗\", \"猫可以进店吗\", \"允许带宠物吗\"]\n";
    let (shop, products) = shop_with("intents/own.toml", own);
    let edited = Assistant::after(&first, Arc::clone(&shop), products.clone());
    assert_eq!(learn(&edited).await, Learnt::Quickly);
    let understood = read(&edited, "能带狗狗来吗").await.understanding;
    assert_eq!(understood.intents[0].id.as_str(), "own.pets");

    // The same examples again, before the whole lesson and after it.
    assert_eq!(learn(&Assistant::after(&edited, Arc::clone(&shop), products.clone())).await, Learnt::Quickly);
    edited.learn_anew(encoder.as_ref()).await.expect("it learns");
    assert_eq!(learn(&Assistant::after(&edited, shop, products)).await, Learnt::Wholly);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_encoder_an_edit_is_served_by_its_words() {
    let encoder: Arc<dyn Encoder> = Arc::new(HashingEncoder::new(64));
    let (shop, products) = shop_with("faq/own.toml", &faq("own.first", FIRST));
    let before = Assistant::start(shop, products).expect("it starts");
    before.learn(encoder.as_ref(), Arc::clone(&encoder)).await.expect("it learns");
    assert_eq!(first_answer(&before, FIRST).await, Some(("own.first".to_owned(), 1.0)));

    let (shop, products) = shop_with("faq/own.toml", &faq("own.second", SECOND));
    let after = Assistant::after(&before, shop, products);
    let stopped = Arc::new(Stopped(HashingEncoder::new(64)));
    after.learn(stopped.as_ref(), encoder).await.expect_err("there are no vectors");
    assert!(!after.is_ready());
    assert_eq!(first_answer(&after, SECOND).await, Some(("own.second".to_owned(), 1.0)));
    assert_ne!(first_answer(&after, FIRST).await.map(|(id, _)| id).as_deref(), Some("own.first"));
}
