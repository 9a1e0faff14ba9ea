//! Places of entities and words, and what holds for any string.

use super::*;

#[test]
fn spans_point_at_the_shoppers_own_words() {
    for (message, expected) in [
        ("身高１６５ｃｍ", "１６５ｃｍ"),
        ("两百块以內的", "两百块以內"),
        ("尾号是 1234 的", "1234"),
        ("快遞 SF1234567890123！！！", "SF1234567890123"),
        ("上\u{200b}周買的", "上\u{200b}周"),
        ("我要兩雙", "兩雙"),
        ("這個月底能到嗎", "這個月底"),
        ("霧霾藍有嗎", "霧霾藍"),
        ("體重１１０斤😊", "１１０斤"),
    ] {
        let utterance = read(general(), message, &now());
        let texts: Vec<&str> = utterance.entities.iter().map(|entity| entity.text.as_str()).collect();
        assert_eq!(texts, [expected], "{message}");
    }
}

#[test]
fn one_message_names_many_things() {
    let message =
        "你好，上周五买的碎花裙，订单W2611340，尾号8888，我165/110斤，黑色M码2件，两百块以内，寄到杭州";
    let utterance = read(names::catalog(), message, &now());
    let read: Vec<String> = utterance
        .entities
        .iter()
        .map(|entity| format!("{}:{}", entity.kind.name(), written(&entity.value)))
        .collect();
    assert_eq!(
        read,
        [
            "date:2026-11-20",
            "product_name:碎花裙=dress",
            "order_no:W2611340",
            "last4:8888",
            "height_cm:165",
            "weight_kg:55",
            "color:黑色",
            "size:M",
            "quantity:2",
            "money_range:..200",
            "region:杭州市",
        ]
    );
}

#[test]
fn words_have_their_places() {
    let raw = "這款連衣裙，有沒有Ｍ碼？";
    let utterance = read(general(), raw, &now());
    let words: Vec<&str> = utterance.tokens.iter().map(|token| token.text.as_str()).collect();
    assert_eq!(words, ["这", "款", "连衣裙", "有没有", "m", "码"]);
    let dress = &utterance.tokens[2];
    assert_eq!(&raw[dress.span.clone()], "連衣裙");
}

fn holds(utterance: &Utterance) -> Result<(), TestCaseError> {
    let mut end = 0;
    for Entity { span, text, .. } in &utterance.entities {
        prop_assert_eq!(utterance.raw.get(span.clone()), Some(text.as_str()));
        prop_assert!(span.start >= end && span.start < span.end);
        end = span.end;
    }
    for token in &utterance.tokens {
        prop_assert!(utterance.raw.get(token.span.clone()).is_some_and(|slice| !slice.is_empty()));
        prop_assert!(utterance.normal.contains(&token.text));
    }
    for kind in KINDS {
        if let Some(entity) = read_as(utterance, *kind, &now()) {
            prop_assert_eq!(entity.kind, *kind);
            prop_assert_eq!(utterance.raw.get(entity.span.clone()), Some(entity.text.as_str()));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_string_can_be_read(raw in any::<String>()) {
        holds(&read(general(), &raw, &now()))?;
    }

    #[test]
    fn anything_like_a_message_can_be_read(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("一百"), Just("块"), Just("以内"), Just("到"), Just("-"), Just("2"), Just("1.65"), Just("米"), Just("斤"),
                Just("#"), Just("SF123456789"), Just("前"), Just("天"), Just("上周"), Just("周"), Just("月"), Just("号"),
                Just("体重"), Just("x"), Just("L"), Just("黑"), Just("色"), Just(" "), Just("13800000001"), Just("+"),
                Just("under $"), Just("5'"), Just("\""), Just("亿"), Just("999999999"), Just("年"), Just("前年"), Just("/"),
                Just("杭州"), Just("裙子"), Just("．"), Just("，"), Just("\u{200d}"), Just("e\u{301}"), Just("万"), Just("点"),
                Just("半"), Just("底"), Just("去年"), Just("充电"), Just("报"), Just("kong qi"), Just("多"), Just("内"), Just("*")
            ],
            0..14,
        )
    ) {
        holds(&read(names::catalog(), &parts.concat(), &now()))?;
    }
}

/// Measured with `cargo test --release --lib text::tests::reading::speed -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let now = now();
    for (name, lexicon) in [("no catalog", general()), ("a catalog", names::catalog())] {
        read(lexicon, "预热这句", &now);
        for message in [
            "这款连衣裙有没有黑色的M码啊",
            "請問運費是多少錢呢謝謝您了",
            "我165/110斤穿什么码",
            "do you have it in black under $50",
        ] {
            let begun = std::time::Instant::now();
            for _ in 0..2_000 {
                std::hint::black_box(read(lexicon, message, &now));
            }
            println!("{name}, {message}: {:?} a message", begun.elapsed() / 2_000);
        }
    }
}
