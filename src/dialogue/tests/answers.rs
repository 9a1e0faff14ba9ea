//! What is answered at once: products, prices, search, promotions, orders, rules, small talk.

use super::{World, play};
use crate::{
    dialogue::{FaqMatch, Page},
    domain::{Act, Content, Mode, PartKind, Shown},
};

#[test]
fn a_product_is_answered_from_its_own_data() {
    let mut world = World::guest();
    world.page = Page { product: Some("tee".into()), order: None };
    for (words, intent, key, text) in [
        ("什么材质的", "product.attribute", "product.attribute", "100%棉"),
        ("what is it made of", "product.attribute", "product.attribute", "100% cotton"),
        ("防水吗", "product.attribute", "product.not_written", "人工"),
        ("多少钱", "price.ask", "price.reduced", "¥89.10"),
        ("有白色M码吗", "product.availability", "stock.yes", "白色 M"),
        ("黑色的有货吗", "product.availability", "stock.gone", "白色 M"),
        ("红色有吗", "product.availability", "stock.no_such", "红色"),
        ("163cm 53公斤穿多大", "product.size_advice", "size.sure", "M"),
        ("能便宜点吗", "price.bargain", "price.no_bargain", "秋季9折"),
        ("支持七天无理由吗", "return.policy", "policy.return", "7天"),
    ] {
        let said = world.say(words, intent);
        assert!(
            said.keys().contains(&key) && said.text.contains(text),
            "{words}: {:?} {}",
            said.keys(),
            said.text
        );
        assert!(!said.text.contains(['{', '}']), "{words}: {}", said.text);
    }
}

#[test]
fn the_question_is_kept_while_the_product_is_asked_for() {
    let mut world = World::guest();
    play(
        &mut world,
        &[
            ("什么材质的", "product.attribute", &["product.ask_which"]),
            ("纯棉T恤", "product.search", &["product.attribute"]),
            ("那多少钱", "price.ask", &["price.reduced"]),
        ],
    );
    let picked = world.send(Content::Product("shoe".into()));
    assert_eq!(picked.keys(), ["product.picked"]);
    assert!(world.press("intent:price.ask").text.contains("轻便跑步鞋"));
}

#[test]
fn a_search_is_refined_and_pointed_at() {
    let mut world = World::guest();
    let turns = play(
        &mut world,
        &[
            ("有没有T恤或者外套", "product.search", &["search.found"]),
            ("第二个多少钱", "price.ask", &["price.reduced"]),
            ("再便宜点的", "price.bargain", &["search.refined"]),
            ("有没有火箭", "product.search", &["search.none", "search.popular"]),
            ("随便推荐一个", "product.recommend", &["search.popular"]),
        ],
    );
    assert!(turns[1].text.contains("连帽外套"), "{}", turns[1].text);
    assert!(turns[2].text.contains("纯棉T恤") && !turns[2].text.contains("外套"), "{}", turns[2].text);
    assert_eq!(turns[3].source.name, "search:none");
    world.products.iter_mut().for_each(|product| product.variants.clear());
    assert_eq!(world.say("有T恤吗", "product.search").keys(), ["search.out_of_stock"]);
}

#[test]
fn only_promotions_that_run_now_for_this_shopper_are_told() {
    let mut world = World::guest();
    let said = world.say("有什么活动", "promo.list");
    assert_eq!(said.keys(), ["promo.running", "promo.item_short", "promo.item_short", "promo.next"]);
    assert!(!said.text.contains("双十一") && !said.text.contains("会员7折"), "{}", said.text);
    assert!(said.text.contains("12月12日"), "{}", said.text);
    let coupon = world.say("有券吗", "promo.coupon");
    assert!(
        coupon
            .acts
            .iter()
            .any(|act| matches!(act, Act::Show(part) if matches!(**part, PartKind::Coupon { .. })))
    );
    assert_eq!(world.say("有赠品吗", "promo.gift").keys(), ["promo.none_of_kind", "promo.next"]);
    let mut member = World::new();
    member.shopper.as_mut().unwrap().level = "gold".into();
    assert!(member.say("会员有折扣吗", "promo.member").text.contains("会员7折"));
}

#[test]
fn orders_and_parcels_are_told_to_their_owner_alone() {
    let mut world = World::new();
    for (words, intent, key, text) in [
        ("快递到哪了", "shipping.track", "parcel.in_transit", "已到达分拨中心"),
        ("外套怎么还不发货", "shipping.urge", "shipping.ships_by", "明天 21:00"),
        ("20261118001什么状态", "order.status", "order.state", "运输中"),
        ("20269999999到哪了", "shipping.track", "order.not_found", "20269999999"),
        ("退款到哪了", "refund.status", "refund.none", "退款"),
    ] {
        world.state = Default::default();
        let said = world.say(words, intent);
        assert!(
            said.keys().contains(&key) && said.text.contains(text),
            "{words}: {:?} {}",
            said.keys(),
            said.text
        );
    }
    let mut late = World::new();
    late.now = "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse().unwrap();
    let said = late.say("外套怎么还不发货", "shipping.urge");
    assert!(
        said.keys().contains(&"shipping.late_compensation") && said.text.contains("昨天 21:00"),
        "{}",
        said.text
    );
    assert!(late.say("到哪了", "shipping.track").keys().contains(&"parcel.stuck"), "no news for two days");
    for intent in ["shipping.track", "order.status", "refund.status", "return.request"] {
        let said = World::guest().say("查一下", intent);
        assert_eq!(said.keys(), ["auth.sign_in"], "{intent}");
    }
    assert_eq!(World::guest().say("什么时候发货", "shipping.when").keys(), ["shipping.promise"]);
}

#[test]
fn the_merchants_own_text_comes_first_and_the_rules_stand_in() {
    let mut world = World::guest();
    assert_eq!(world.say("发票怎么弄", "invoice.request").source.name, "faq:invoice.how");
    world.faq = vec![FaqMatch { id: "invoice.how".into(), score: 0.95 }];
    assert_eq!(world.say("怎么开发票", "").source.name, "faq:invoice.how");
    world.faq[0].score = 0.3;
    for (words, intent, key) in [
        ("西藏发吗", "shipping.region", "policy.region_no"),
        ("杭州发吗", "shipping.region", "policy.region_yes"),
        ("发什么快递", "shipping.carrier", "policy.carriers"),
        ("包邮吗", "shipping.fee", "policy.shipping_fee"),
        ("保修多久", "warranty.repair", "policy.warranty"),
        ("能用花呗吗", "payment.method", "unknown.topic"),
        ("今天天气怎么样", "oos", "oos.limit"),
        ("你是机器人吗", "chat.bot_identity", "chat.bot_identity"),
    ] {
        let said = world.say(words, intent);
        assert_eq!(said.keys().first(), Some(&key), "{words}: {}", said.text);
    }
}

#[test]
fn what_is_not_sure_is_asked_back_and_two_things_in_one_message_are_both_answered() {
    let mut world = World::guest();
    let said = world.say("运费", "?shipping.fee+return.fee");
    assert_eq!(said.keys(), ["clarify.which"]);
    assert_eq!(world.press("intent:return.fee").keys(), ["policy.return_fee_insured"]);
    let both = world.say("包邮吗 发什么快递", "shipping.fee+shipping.carrier");
    assert_eq!(both.keys(), ["policy.shipping_fee", "policy.carriers"]);
}

#[test]
fn the_language_follows_the_message() {
    let mut world = World::new();
    assert!(world.say("where is my parcel", "shipping.track").text.contains("on its way"));
    assert!(world.say("ok", "chat.thanks").text.is_ascii(), "too short to tell a language by");
    assert!(world.say("谢谢你", "chat.thanks").text.contains(['您', '客', '应']));
}

#[test]
fn systems_that_do_not_answer_are_admitted_and_the_flow_stands() {
    let mut world = World::new();
    play(&mut world, &[("退那双鞋", "return.request", &["return.ask_reason"])]);
    world.systems_down = true;
    assert_eq!(world.say("不喜欢", "").keys(), ["trouble.system"]);
    world.systems_down = false;
    assert!(world.say("不喜欢", "").keys().contains(&"return.summary_money"));
}

#[test]
fn while_a_person_is_awaited_only_questions_that_change_nothing_are_answered() {
    let mut world = World::new();
    world.mode = Mode::Queue;
    for (words, intent, expected) in [
        ("发什么快递", "shipping.carrier", &["policy.carriers"][..]),
        ("我要退货", "return.request", &[]),
        ("人工呢", "human.request", &["handoff.waiting"]),
        ("哦", "", &[]),
    ] {
        assert_eq!(world.say(words, intent).keys(), expected, "{words}");
    }
    world.mode = Mode::Agent;
    assert!(world.say("你好", "chat.greet").acts.is_empty());
    world.mode = Mode::Message;
    world.people_open = false;
    assert_eq!(world.say("我的电话13800000001", "").keys(), ["message.contact_taken"]);
}

#[test]
fn order_picked_from_the_page_is_the_topic() {
    let mut world = World::new();
    world.send(Content::Order("20261118001".into()));
    assert_eq!(world.state.topic, Some(Shown::Order("20261118001".into())));
}
