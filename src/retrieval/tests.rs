//! Behaviour of the indexes on the demo shop's catalog and questions, as tables; by words alone, without a model.

use proptest::prelude::*;

use super::*;
use crate::{
    app::files,
    shop::{Clock, load},
    text::{self, Lexicon},
};

struct World {
    retriever: Retriever,
    lexicon: Lexicon,
    products: Vec<Product>,
}

fn world() -> &'static World {
    static WORLD: std::sync::LazyLock<World> = std::sync::LazyLock::new(|| {
        let loaded = load(&files::shipped(), &"demo".into(), &Clock::now());
        let shop = loaded.shop.expect("the demo shop's files are sound");
        let products = loaded.seed.products;
        let retriever =
            Retriever::build(&shop, &products, &Vectors::new()).expect("the indexes can be built");
        World { retriever, lexicon: Lexicon::new(shop_words(&shop), &products), products }
    });
    &WORLD
}

fn read(words: &str) -> Utterance {
    text::read(&world().lexicon, words, &jiff::ZonedDateTime::now())
}

#[test]
fn products_are_found_by_what_shoppers_call_them() {
    for (words, expected) in [
        ("充电宝", "power-bank"),
        ("移动电源", "power-bank"),
        ("有没有连衣裙", "floral-dress"),
        ("noise cancelling headphones", "headphones-pro"),
        ("headphnes", "headphones-pro"), // a letter missing
        ("T恤", "cotton-tee"),
    ] {
        let query = world().retriever.understand_query(&read(words));
        let hits = world().retriever.products(&query, None, 3);
        assert!(hits.iter().any(|hit| hit.id.as_str() == expected), "{words}: {hits:?}");
    }
}

#[test]
fn what_nobody_sells_is_not_answered_with_bestsellers() {
    for words in ["猫粮", "飞机票", "cement"] {
        let query = world().retriever.understand_query(&read(words));
        assert!(!query.words.is_empty(), "{words} is looked for");
        let hits = world().retriever.products(&query, None, 3);
        assert!(hits.iter().all(|hit| hit.why.iter().any(|(leg, _)| *leg == "words")), "{words}: {hits:?}");
    }
}

#[test]
fn filters_said_in_words_hold_for_every_hit() {
    for (words, from, to) in [
        ("两百块以内的衣服", 0, 200),
        ("100到300的鞋", 100, 300),
        ("headphones under 800 yuan", 0, 800),
        ("2000元以上的手机", 2000, 1_000_000),
    ] {
        let query = world().retriever.understand_query(&read(words));
        let hits = world().retriever.products(&query, None, 50);
        assert!(!hits.is_empty(), "{words} finds nothing: {query:?}");
        for hit in hits {
            let product =
                world().products.iter().find(|product| product.id == hit.id).expect("hits are products");
            let price = product.price.amount();
            assert!(
                price >= from.into() && price <= to.into(),
                "{words}: {} costs {price}",
                product.title.zh
            );
        }
    }
}

#[test]
fn a_question_in_the_same_words_scores_one_and_others_stay_below() {
    for (words, same) in [("怎么开发票", true), ("怎么开发票？？", true), ("发票要怎么弄啊", false)]
    {
        let hits = world().retriever.faq(&read(words), None, 3);
        let first = hits.first().expect("something is near");
        assert!(first.id.as_str().starts_with("invoice."), "{words}: {hits:?}");
        assert_eq!(first.score >= 0.9, same, "{words}: {hits:?}");
    }
}

#[test]
fn the_next_message_refines_the_last_search() {
    let retriever = &world().retriever;
    let first = retriever.understand_query(&read("500元以内的外套"));
    let cheaper = retriever.refine(&first, &read("再便宜点的")).expect("it refines");
    assert!(cheaper.price_to < first.price_to);
    let black = retriever.refine(&first, &read("要黑色的")).expect("it refines");
    assert!(black.colors.iter().all(|color| color.contains('黑')) && !black.colors.is_empty());
    assert_eq!(retriever.refine(&first, &read("有没有充电宝")), None);
}

proptest! {
    #[test]
    fn no_words_are_an_error(words in ".{0,60}") {
        let utterance = read(&words);
        let query = world().retriever.understand_query(&utterance);
        for hit in world().retriever.products(&query, None, 5) {
            prop_assert!(hit.score.is_finite());
        }
        prop_assert!(world().retriever.faq(&utterance, None, 5).len() <= 5);
    }
}
