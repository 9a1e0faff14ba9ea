//! Bare values, read in the light of what was asked.

use super::*;

fn check_answers(kind: EntityKind, rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(answer, expected)| {
            let utterance = read(general(), answer, &now());
            let read =
                read_as(&utterance, kind, &now()).map_or_else(String::new, |entity| written(&entity.value));
            (read != *expected).then(|| format!("{answer}: expected {expected:?}, read {read:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", kind.name(), wrong.join("\n"));
}

#[test]
fn heights_and_weights_that_were_asked_for() {
    check_answers(
        EntityKind::HeightCm,
        &[
            ("165", "165"),
            ("一六五", "165"),
            ("一百六十五", "165"),
            ("1.65", "165"),
            ("１７０", "170"),
            ("我165", "165"),
            ("165左右", "165"),
            ("大概170吧", "170"),
            ("一米六五", "165"),
            ("165 谢谢", "165"),
            ("五", ""),
            ("2000", ""),
            ("不知道", ""),
            ("165元", ""),
        ],
    );
    check_answers(
        EntityKind::WeightKg,
        &[
            ("一百一", "55"),
            ("110", "55"),
            ("55", "55"),
            ("110左右", "55"),
            ("120多", "60"),
            ("一百零五", "52.5"),
            ("六十", "60"),
            ("55kg", "55"),
            ("大约一百二吧", "60"),
            ("2000", ""),
            ("保密", ""),
        ],
    );
}

#[test]
fn numbers_that_were_asked_for() {
    check_answers(
        EntityKind::Last4,
        &[
            ("8888", "8888"),
            ("８８８８", "8888"),
            ("是1234", "1234"),
            ("八八八八", "8888"),
            ("零幺三二", "0132"),
            ("13800001234", "1234"),
            ("1234 谢谢", "1234"),
            ("123", ""),
            ("不记得了", ""),
        ],
    );
    check_answers(
        EntityKind::OrderNo,
        &[
            ("88812345", "88812345"),
            ("2611340", "2611340"),
            ("是W2611340", "W2611340"),
            ("123", ""),
            ("没有", ""),
        ],
    );
    check_answers(
        EntityKind::TrackingNo,
        &[("780012345678", "780012345678"), ("SF1234567890123", "SF1234567890123"), ("没有", "")],
    );
    check_answers(
        EntityKind::Phone,
        &[("57188888888", ""), ("057188888888", "057188888888"), ("13800000001", "13800000001")],
    );
    check_answers(
        EntityKind::Quantity,
        &[("2", "2"), ("两", "2"), ("三", "3"), ("要10", "10"), ("两件", "2"), ("all", ""), ("2.5", "")],
    );
}

#[test]
fn other_values_that_were_asked_for() {
    check_answers(
        EntityKind::Money,
        &[
            ("30", "30"),
            ("五十", "50"),
            ("一百五", "150"),
            ("3k", "3000"),
            ("30吧", "30"),
            ("30元", "30"),
            ("不用", ""),
        ],
    );
    check_answers(
        EntityKind::MoneyRange,
        &[
            ("200", "160..240"),
            ("两百", "160..240"),
            ("100到200", "100..200"),
            ("300以内", "..300"),
            ("20-25", "20..25"),
            ("随便", ""),
        ],
    );
    check_answers(
        EntityKind::Size,
        &[
            ("42", "42"),
            ("四十二", "42"),
            ("42.5", "42.5"),
            ("m", "M"),
            ("大", "大码"),
            ("xl吧", "XL"),
            ("110斤", ""),
        ],
    );
    check_answers(
        EntityKind::Color,
        &[("黑", "黑色"), ("白吧", "白色"), ("蓝", "蓝色"), ("黑色", "黑色"), ("随便", "")],
    );
    check_answers(
        EntityKind::Date,
        &[
            ("20", "2026-11-20"),
            ("11.20", "2026-11-20"),
            ("11-20", "2026-11-20"),
            ("三", ""),
            ("昨天", "2026-11-22"),
        ],
    );
    check_answers(
        EntityKind::DateRange,
        &[("上个月", "2026-10-01..2026-10-31"), ("昨天", "2026-11-22..2026-11-22")],
    );
    check_answers(EntityKind::Region, &[("开封", "开封市"), ("大理", "大理市"), ("杭州", "杭州市")]);
    check_answers(EntityKind::ProductName, &[("外套", "外套"), ("不知道", "")]);
}

proptest! {
    #[test]
    fn a_bare_number_is_what_was_asked_for(height in 140..200_u32, jin in 80..240_u32, last in 0..10_000_u32) {
        check_answers(EntityKind::HeightCm, &[(&height.to_string(), &height.to_string()), (&numeral(height), &height.to_string())]);
        let kilograms = Decimal::new(i64::from(jin) * 5, 1).normalize().to_string();
        check_answers(EntityKind::WeightKg, &[(&jin.to_string(), &kilograms), (&numeral(jin), &kilograms)]);
        check_answers(EntityKind::Last4, &[(&format!("{last:04}"), &format!("{last:04}"))]);
    }
}
