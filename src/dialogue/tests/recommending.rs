//! Recommendations and sizes: what is suggested to whom, and how the conversation goes on.

use super::{World, play};
use crate::{
    dialogue::Page,
    domain::{
        Shown,
        trade::{LineState, ReturnClass},
    },
};

fn shown(world: &World) -> Vec<String> {
    let ids = world.state.shown.iter().filter_map(|shown| match shown {
        Shown::Product(id) => Some(id.to_string()),
        _ => None,
    });
    ids.collect()
}

#[test]
fn a_stranger_gets_what_sells_and_is_asked_what_kind_it_shall_be() {
    let mut world = World::guest();
    let said = world.say("随便推荐点", "product.recommend");
    assert_eq!(said.keys().first(), Some(&"search.popular"), "{}", said.text);
    assert!(said.keys().contains(&"recommend.ask_kind"), "{}", said.text);
    let said = world.press("recommend:女装");
    assert!(said.keys().contains(&"search.recommend"), "{}", said.text);
}

#[test]
fn nothing_that_was_bought_or_came_back_is_suggested() {
    let mut world = World::new();
    let said = world.say("随便推荐点", "product.recommend");
    // Tee, shoes and coat are all there is, and all were bought.
    assert_eq!(said.keys(), ["search.nothing_at_all"], "{}", said.text);
    world.orders[2].lines[0].state = LineState::Refunded;
    assert_eq!(world.say("随便推荐点", "product.recommend").keys(), ["search.nothing_at_all"]);
    world.orders.clear();
    world.say("随便推荐点", "product.recommend");
    assert_eq!(shown(&world).len(), 3);
}

#[test]
fn what_is_used_up_is_suggested_again_with_its_reason() {
    let mut world = World::new();
    world.products[0].return_class = ReturnClass::Sealed;
    world.products[0].size_chart = None;
    world.orders[2].placed_at = super::builder::at("2026-09-10T20:00");
    let said = world.say("随便推荐点", "product.recommend");
    assert_eq!(said.keys(), ["recommend.for_you", "recommend.why.again"], "{}", said.text);
    assert_eq!(shown(&world), ["tee"]);
}

#[test]
fn a_recommendation_goes_on() {
    let mut world = World::guest();
    world.shop.search_limit = 1;
    world.products[1].sales = 500;
    world.products[2].sales = 300;
    world.say("随便推荐点", "product.recommend");
    assert_eq!(shown(&world), ["shoe"]);
    let said = world.say("我买过了", "");
    assert_eq!(said.keys().first(), Some(&"recommend.noted"), "{}", said.text);
    assert_eq!(shown(&world), ["coat"]);
    let said = world.say("便宜点的", "price.bargain");
    assert!(said.keys().contains(&"recommend.why.cheaper"), "{}", said.text);
    assert_eq!(shown(&world), ["tee"]);
    let said = world.say("不要这个", "chat.deny");
    assert_eq!(said.keys(), ["search.no_more"], "{}", said.text);
}

#[test]
fn what_goes_with_the_page_is_asked_of_the_page() {
    let mut world = World::guest();
    world.page = Page { product: Some("tee".into()), order: None };
    world.products[1].category.push(crate::domain::Localized::zh("鞋"));
    world.products[1].size_chart = None;
    let said = world.say("这件怎么搭配", "product.recommend");
    assert_eq!(said.keys(), ["recommend.goes_with", "recommend.why.goes_with"], "{}", said.text);
    assert_eq!(shown(&world), ["shoe"]);
}

#[test]
fn without_the_shops_systems_it_says_so() {
    let mut world = World::new();
    world.systems_down = true;
    assert!(world.say("随便推荐点", "product.recommend").keys().contains(&"trouble.system"));
}

#[test]
fn a_size_is_said_as_surely_as_it_is_known() {
    let mut world = World::guest();
    world.page = Page { product: Some("tee".into()), order: None };
    play(
        &mut world,
        &[
            ("穿什么码", "product.size_advice", &["size.ask_measures"]),
            ("53公斤", "", &["size.missing"]),
            ("163cm", "", &["size.sure"]),
            ("喜欢宽松的呢", "product.size_advice", &["size.likely"]),
        ],
    );
}

#[test]
fn sizes_that_were_kept_are_evidence_and_a_guess_without_measures() {
    let mut world = World::new();
    world.page = Page { product: Some("coat".into()), order: None };
    let said = world.say("我穿什么码", "product.size_advice");
    assert!(said.keys().contains(&"size.by_history"), "{}", said.text);
    assert!(said.text.contains('M'), "{}", said.text);
}
