//! Acts in, messages out.

use jiff::ZonedDateTime;

use super::*;
use crate::{
    dialogue::tests::builder,
    domain::{
        Currency, Localized, Money,
        message::{OrderPartLine, QuoteNext, QuotePartLine, TicketPartLine, TrackingPartEvent},
        trade::{LineState, OrderState, TicketKind, TicketState},
    },
};

fn now() -> ZonedDateTime {
    builder::now()
}

fn say(key: &str, slots: &[(&str, &str)]) -> Act {
    let slots = slots.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Act::Say { key: key.to_owned(), slots }
}

fn texts(locale: Locale, acts: &[Act]) -> Vec<String> {
    let mut state = DialogueState { locale, ..DialogueState::default() };
    for act in acts {
        if let Act::Say { key, .. } = act {
            *state.said.entry(key.clone()).or_default() += 1;
        }
    }
    let messages = render(&builder::shop(), &state, acts, &now(), &|text| text.replace('货', "貨"));
    messages.into_iter().flatten().map(|part| part.text).collect()
}

#[test]
fn sentences_join_choices_come_last_and_once() {
    let choice = |value: &str| Choice { label: value.to_uppercase(), value: value.to_owned() };
    let acts = [
        say("policy.phone", &[("phone", "400")]),
        Act::Offer(vec![choice("a")]),
        Act::Tell(Localized::new("第二句", "second")),
        Act::Offer(vec![choice("a"), choice("b")]),
    ];
    assert_eq!(texts(Locale::ZhHans, &acts), ["客服电话：400。\n第二句", "[A] [B]"]);
    assert_eq!(texts(Locale::En, &acts), ["Phone: 400.\nsecond", "[A] [B]"]);
}

#[test]
fn the_same_reply_is_not_worded_alike_twice_running() {
    let shop = builder::shop();
    let mut state = DialogueState::default();
    let mut last = String::new();
    for _ in 0..7 {
        *state.said.entry("chat.thanks".to_owned()).or_default() += 1;
        let parts = render(&shop, &state, &[say("chat.thanks", &[])], &now(), &str::to_owned);
        assert_ne!(parts[0][0].text, last);
        last.clone_from(&parts[0][0].text);
    }
}

#[test]
fn forbidden_words_are_left_out_and_traditional_readers_get_their_script() {
    assert_eq!(texts(Locale::ZhHans, &[Act::Tell(Localized::zh("全网最便宜的货"))]), ["的货"]);
    assert_eq!(texts(Locale::ZhHant, &[Act::Tell(Localized::zh("有货"))]), ["有貨"]);
    assert!(texts(Locale::ZhHans, &[say("no.such.key", &[])]).is_empty());
}

#[test]
fn every_card_has_a_text_form_in_both_languages() {
    let money = |minor| Money::from_minor(minor, Currency::CNY);
    let at = now().timestamp();
    let cards = [
        PartKind::Product {
            id: "p".into(),
            title: "T".into(),
            price: money(100),
            image: None,
            url: None,
            stock: Some(0),
        },
        PartKind::Order {
            id: "20261101001".into(),
            state: OrderState::Shipped,
            placed_at: at,
            total: money(16830),
            lines: vec![OrderPartLine {
                id: "1".into(),
                product: "p".into(),
                title: "T".into(),
                variant: "M".into(),
                units: 2,
                paid: money(16830),
                state: LineState::Shipped,
            }],
            shipments: Vec::new(),
        },
        PartKind::Tracking {
            carrier: "顺丰".into(),
            number: "SF1".into(),
            events: vec![TrackingPartEvent { at, place: "杭州".into(), text: "已揽收".into() }],
        },
        PartKind::Quote {
            lines: vec![QuotePartLine {
                label: "T".into(),
                kind: "item".into(),
                rule: None,
                amount: money(100),
            }],
            total: money(100),
            saved: money(10),
            proven: true,
            next: Some(QuoteNext { add: money(1), then_total: money(90) }),
        },
        PartKind::Coupon {
            id: "c".into(),
            title: "C".into(),
            threshold: Some(money(9900)),
            off: "¥20.00".into(),
            from: at,
            until: at,
            state: "running".into(),
        },
        PartKind::Ticket {
            id: "R1".into(),
            kind: TicketKind::Return,
            state: TicketState::WaitingForGoods,
            lines: vec![TicketPartLine { line: "1".into(), title: None, units: 1 }],
            evidence: vec!["/x".into()],
            amount: money(8415),
            shipping_payer: "insurance".into(),
            due: Some(at),
            next: "等您寄回商品".into(),
        },
        PartKind::Image { url: "/x".into(), alt: "鞋".into(), width: None, height: None },
        PartKind::Sticker { id: "thanks".into(), alt: "谢谢".into() },
    ];
    for locale in [Locale::ZhHans, Locale::En] {
        for card in &cards {
            let text = texts(locale, &[Act::Show(Box::new(card.clone()))]).remove(0);
            assert!(!text.trim().is_empty() && !text.contains(['{', '}']), "{card:?}: {text}");
        }
    }
    let ticket = texts(Locale::ZhHans, &[Act::Show(Box::new(cards[5].clone()))]).remove(0);
    assert_eq!(
        ticket,
        "售后单 R1：退货退款，等待寄回，金额 ¥84.15，寄回运费：运费险，照片 1 张，下一步：等您寄回商品（今天 10:00前）"
    );
}
