//! Whatever comes in whatever sequence: the step ends within three rounds, never panics, and shows a guest no order.

use jiff::ToSpan;
use proptest::prelude::*;

use super::World;
use crate::{
    dialogue::Input,
    domain::{Act, ChangeOutcome, Content, Mode, PartKind},
};

const LINES: &[(&str, &str)] = &[
    ("我要退货", "return.request"),
    ("那双鞋太小了", "exchange.request"),
    ("取消订单", "order.cancel"),
    ("少发了", "item.wrong_or_missing"),
    ("两件", ""),
    ("换成黑色", ""),
    ("质量问题", "item.defective"),
    ("好的", "chat.affirm"),
    ("不对", "chat.deny"),
    ("算了", "chat.deny"),
    ("快递到哪了", "shipping.track"),
    ("20261110002", "oos"),
    ("退款呢", "refund.status"),
    ("有没有T恤", "product.search"),
    ("再便宜点", "price.bargain"),
    ("第二个", ""),
    ("哪个好", "product.compare"),
    ("穿什么码", "product.size_advice"),
    ("喜欢宽松的", ""),
    ("随便推荐点", "product.recommend"),
    ("我买过了", ""),
    ("太贵了", "price.bargain"),
    ("送我妈的，便宜点", "product.recommend"),
    ("这件配什么裤子", "product.recommend"),
    ("有什么活动", "promo.list"),
    ("运费", "?shipping.fee+return.fee"),
    ("人工之前说可以退的呀对不对", "human.request"),
    ("", ""),
    ("嘎嘎", ""),
    ("hello", "chat.greet"),
];

fn shows_an_order(acts: &[Act]) -> bool {
    acts.iter().any(|act| {
        matches!(act, Act::Show(part) if matches!(**part, PartKind::Order { .. } | PartKind::Tracking { .. } | PartKind::Ticket { .. }))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn the_step_always_ends(
        guest in any::<bool>(),
        steps in prop::collection::vec((0_usize..LINES.len() + 6, 0_usize..8, 0_i64..30), 1..14),
    ) {
        let mut world = if guest { World::guest() } else { World::new() };
        for (place, choice, hours) in steps {
            world.now = &world.now + hours.hours();
            let said = match place.checked_sub(LINES.len()) {
                None => world.say(LINES[place].0, LINES[place].1),
                Some(0) => world.turn(Input::Wake),
                Some(1) => world.send(Content::Product("tee".into())),
                Some(2) => world.send(Content::Image("x".into())),
                Some(3) => world.turn(Input::Outcome {
                    key: "unknown".into(),
                    outcome: ChangeOutcome::Refused("units_claimed".into()),
                }),
                _ => match world.state.offered.get(choice).cloned() {
                    Some(offered) => world.press(&offered.value),
                    None => world.say("随便", "product.recommend"),
                },
            };
            prop_assert!(!said.text.contains(['{', '}']), "{}", said.text);
            prop_assert!(!guest || !shows_an_order(&said.acts));
            if let Some(change) = said.change().cloned() {
                prop_assert!(!guest);
                world.carry_out(&change);
            }
            if said.handoff().is_some() {
                world.mode = Mode::Bot;
            }
        }
    }
}
