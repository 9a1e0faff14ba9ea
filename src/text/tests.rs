//! What is read out of messages, as tables: one for each kind of entity, and what holds for any string.

use proptest::prelude::*;

use super::*;
use crate::domain::{Entity, EntityKind, EntityValue};

/// Monday, 23 November 2026.
fn now() -> ZonedDateTime {
    "2026-11-23T10:00:00+08:00[Asia/Shanghai]".parse().expect("a time with its zone")
}

fn written(value: &EntityValue) -> String {
    let open = |end: &Option<rust_decimal::Decimal>| end.map_or(String::new(), |end| end.to_string());
    match value {
        EntityValue::Text(text) => text.clone(),
        EntityValue::Decimal(number) => number.to_string(),
        EntityValue::Integer(number) => number.to_string(),
        EntityValue::MoneyRange { from, to } => format!("{}..{}", open(from), open(to)),
        EntityValue::Date(date) => date.to_string(),
        EntityValue::DateRange { from, to } => format!("{from}..{to}"),
        EntityValue::Product { name, product } => {
            product.as_ref().map_or_else(|| name.clone(), |product| format!("{name}={product}"))
        }
    }
}

fn found(message: &str, kind: EntityKind) -> Vec<String> {
    let utterance = read(&Lexicon::general(), message, &now());
    let entities = utterance.entities.iter().filter(|entity| entity.kind == kind);
    entities.map(|entity| written(&entity.value)).collect()
}

/// Every row is a message and the values of this kind in it, joined by a space; an empty text means none.
fn check(kind: EntityKind, rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(message, expected)| {
            let found = found(message, kind).join(" ");
            (found != *expected).then(|| format!("{message}: expected {expected:?}, read {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", kind.name(), wrong.join("\n"));
}

#[test]
fn order_numbers() {
    check(
        EntityKind::OrderNo,
        &[
            ("202611010012", "202611010012"),
            ("我的订单202611010012345678怎么还没到", "202611010012345678"),
            ("#W2611340", "W2611340"),
            ("where is order #W2611340?", "W2611340"),
            ("订单号：20261101001", "20261101001"),
            ("订单编号 88812345", "88812345"),
            ("20261101001 这个", "20261101001"),
            ("单号是2026110100123", "2026110100123"),
            ("＃２０２６１１０１００１２", "202611010012"),
            ("order number W2611340 please", "W2611340"),
            ("my order id is 99887766", "99887766"),
            ("13800000001", ""),
            ("快递单号773012345678901", ""),
            ("买了2件", ""),
            ("货号d10482200", ""),
            ("cx1100-0002", ""),
        ],
    );
}

#[test]
fn tracking_numbers() {
    check(
        EntityKind::TrackingNo,
        &[
            ("SF1234567890123", "SF1234567890123"),
            ("快递单号 SF1234567890123 到哪了", "SF1234567890123"),
            ("YT8812345678901", "YT8812345678901"),
            ("JDVA00001234567", "JDVA00001234567"),
            ("sf1234567890123查一下", "sf1234567890123"),
            ("快递单号773012345678901", "773012345678901"),
            ("运单号：780012345678", "780012345678"),
            ("物流单号是431234567890", "431234567890"),
            ("tracking number 1Z999AA10123456784", "1Z999AA10123456784"),
            ("EA123456789CN", "EA123456789CN"),
            ("ZTO1234567890", "ZTO1234567890"),
            ("tracking 123456789012", "123456789012"),
            ("iPhone15", ""),
            ("hf92f-024d-2c22f", ""),
            ("jt5123456789012到哪了", "jt5123456789012"),
            ("订单号202611010012", ""),
        ],
    );
}

#[test]
fn telephone_numbers() {
    check(
        EntityKind::Phone,
        &[
            ("13800000001", "13800000001"),
            ("我的电话是13912345678谢谢", "13912345678"),
            ("138 0000 0001", "13800000001"),
            ("138-0000-0001", "13800000001"),
            ("+8613800000001", "+8613800000001"),
            ("+86 138 0000 0001", "+8613800000001"),
            ("+1 415 555 0132", "+14155550132"),
            ("+44-20-7946-0958", ""),
            ("call +442079460958", "+442079460958"),
            ("0571-88888888", "057188888888"),
            ("400-820-8820", "4008208820"),
            ("１３８００００００００１", ""),
            ("１３８００００００１１", "13800000011"),
            ("12800000001", ""),
            ("138000000012", ""),
        ],
    );
}

#[test]
fn last_four_digits() {
    check(
        EntityKind::Last4,
        &[
            ("尾号1234", "1234"),
            ("手机尾号是0001", "0001"),
            ("后四位1234", "1234"),
            ("订单后四位是8876", "8876"),
            ("后4位：1234", "1234"),
            ("尾号为 5678 的那单", "5678"),
            ("末四位1234", "1234"),
            ("1234结尾的", "1234"),
            ("last four 1234", "1234"),
            ("last four digits are 1234", "1234"),
            ("last 4: 9876", "9876"),
            ("ending in 4321", "4321"),
            ("1234", ""),
            ("尾号12345", ""),
        ],
    );
}

#[test]
fn money() {
    check(
        EntityKind::Money,
        &[
            ("¥99.9", "99.9"),
            ("￥１９９", "199"),
            ("99元", "99"),
            ("一百五十块", "150"),
            ("两百块钱", "200"),
            ("三块五", "3.5"),
            ("九块九包邮", "9.9"),
            ("5毛", "0.5"),
            ("199.00 rmb", "199"),
            ("1,299元", "1299"),
            ("2万块", "20000"),
            ("$50", "50"),
            ("50 dollars", "50"),
            ("运费8元谁出", "8"),
            ("退了我30", "30"),
            ("满300减30", "300 30"),
            ("十块钱", "10"),
            ("三天", ""),
            ("麻烦补一下", ""),
            ("扣了两笔", ""),
            ("假一赔十", ""),
            ("别等一块，现货先发", ""),
            ("一毛一样", ""),
            ("三角片", ""),
            ("五毛钱", "0.5"),
            ("一块钱", "1"),
            ("十二块半", "12.5"),
            ("比我买的时候便宜了20", "20"),
            ("元旦", ""),
            ("5块5毛", "5.5"),
        ],
    );
}

#[test]
fn price_ranges() {
    check(
        EntityKind::MoneyRange,
        &[
            ("两百块以内", "..200"),
            ("200元以下", "..200"),
            ("200以内的裙子", "..200"),
            ("不超过300", "..300"),
            ("预算500以内", "..500"),
            ("100到200", "100..200"),
            ("100-200元", "100..200"),
            ("一百到两百之间", "100..200"),
            ("100~200块", "100..200"),
            ("五六百", "500..600"),
            ("两三百块的", "200..300"),
            ("under $50", "..50"),
            ("less than 100 yuan", "..100"),
            ("between 50 and 100 dollars", "50..100"),
            ("$50-$100", "50..100"),
            ("300以上", "300.."),
            ("over 300 yuan", "300.."),
            ("1k以内", "..1000"),
            ("千元以内", "..1000"),
            ("200块左右", "160..240"),
            ("500左右", "400..600"),
            ("三百左右的耳机", "240..360"),
            ("150左右的", "120..180"),
            ("headphones around 300", "240..360"),
            ("about $50", "40..60"),
            ("170左右", ""),
            ("体重150左右的", ""),
            ("about 200 g", ""),
            ("差不多300天了", ""),
            ("七天以内", ""),
            ("3-5天", ""),
            ("2025-2026", ""),
            ("36-37的我36.5可以吗", ""),
            ("pages 33 to 48 are blank", ""),
            ("粉丝才几百", ""),
            ("几百块的", "100..1000"),
            ("50到80", "50..80"),
            ("5个以上", ""),
        ],
    );
}

#[test]
fn quantities() {
    check(
        EntityKind::Quantity,
        &[
            ("两件", "2"),
            ("要3个", "3"),
            ("一双", "1"),
            ("x2", "2"),
            ("*3", "3"),
            ("买十二瓶", "12"),
            ("5盒够吗", "5"),
            ("退两条裤子", "2"),
            ("2 pieces", "2"),
            ("three pairs please", "3"),
            ("two items", "2"),
            ("俩", "2"),
            ("100套", "100"),
            ("第一件", ""),
            ("比上一个客服强", ""),
            ("三个月", ""),
            ("两个小时", ""),
            ("x2l", ""),
        ],
    );
}

#[test]
fn sizes() {
    check(
        EntityKind::Size,
        &[
            ("M码有吗", "M"),
            ("我要L的", "L"),
            ("xl行吗", "XL"),
            ("2XL", "2XL"),
            ("XXL", "XXL"),
            ("XXXL还有吗", "XXXL"),
            ("42码", "42"),
            ("38.5码", "38.5"),
            ("size 42", "42"),
            ("size m", "M"),
            ("尺码40", "40"),
            ("均码", "均码"),
            ("有大码吗", "大码"),
            ("75B", "75B"),
            ("165/88A", "165/88A"),
            ("medium", "M"),
            ("in a large", "L"),
            ("换成S", "S"),
            ("it's", ""),
            ("11号", ""),
            ("i'm", ""),
            ("有没有42的", "42"),
            ("要38.5的", "38.5"),
        ],
    );
}

#[test]
fn heights() {
    check(
        EntityKind::HeightCm,
        &[
            ("165cm", "165"),
            ("身高165", "165"),
            ("一米六五", "165"),
            ("一米六", "160"),
            ("1米65", "165"),
            ("1米7", "170"),
            ("1.65m", "165"),
            ("1.65米", "165"),
            ("1m65", "165"),
            ("178厘米", "178"),
            ("身高1.72", "172"),
            ("5'6\"", "168"),
            ("5 feet 6 inches", "168"),
            ("我妈她158然后大概一百三十五斤", "158"),
            ("165 110斤穿什么码", "165"),
            ("宝宝身高95cm", "95"),
            ("1米8的床", ""),
            ("窗户宽1.6高2.1 窗帘要买多宽", ""),
            ("what size duvet for a 150cm bed", ""),
            ("投影仪换高一档的", ""),
            ("我女儿6岁 118公分 43斤", "118"),
            ("姐妹我一米七三 一百二", "173"),
            ("3米数据线", ""),
            ("200元", ""),
        ],
    );
}

#[test]
fn weights() {
    check(
        EntityKind::WeightKg,
        &[
            ("110斤", "55"),
            ("一百一十斤", "55"),
            ("55kg", "55"),
            ("55公斤", "55"),
            ("体重110", "55"),
            ("体重55", "55"),
            ("120 lbs", "54.4"),
            ("体重125斤", "62.5"),
            ("一百三十五斤左右", "67.5"),
            ("身高165体重110", "55"),
            ("身高165，110", "55"),
            ("170/65", "65"),
            ("i weigh 60 kg", "60"),
            ("110多斤", "55"),
            ("宝宝20斤", "10"),
            ("姐妹我一米七三 一百二", "60"),
            ("椅子承重200斤", ""),
            ("210斤", "105"),
            ("5斤苹果", ""),
        ],
    );
}

#[test]
fn colours() {
    check(
        EntityKind::Color,
        &[
            ("黑色", "黑色"),
            ("有黑的吗", "黑色"),
            ("要白", "白色"),
            ("红款", "红色"),
            ("深蓝色", "藏青色"),
            ("浅灰", "浅灰色"),
            ("米白色", "米白色"),
            ("粉红", "粉色"),
            ("藏青", "藏青色"),
            ("black one", "黑色"),
            ("navy blue", "藏青色"),
            ("do you have it in grey", "灰色"),
            ("黑色和白色", "黑色 白色"),
            ("酒红色", "酒红色"),
            ("红包", ""),
            ("明白", ""),
            ("bored", ""),
        ],
    );
}

#[test]
fn days() {
    check(
        EntityKind::Date,
        &[
            ("昨天", "2026-11-22"),
            ("前天买的", "2026-11-21"),
            ("大前天", "2026-11-20"),
            ("明天能到吗", "2026-11-24"),
            ("下周三", "2026-12-02"),
            ("上周五", "2026-11-20"),
            ("周三", "2026-11-25"),
            ("11月11日", "2026-11-11"),
            ("十一月十一号", "2026-11-11"),
            ("双十一买的", "2026-11-11"),
            ("3天前", "2026-11-20"),
            ("两周前", "2026-11-09"),
            ("2026-11-03", "2026-11-03"),
            ("2026年11月3号", "2026-11-03"),
            ("20号", "2026-11-20"),
            ("元旦", "2027-01-01"),
            ("yesterday", "2026-11-22"),
            ("3 days ago", "2026-11-20"),
            ("november 11th", "2026-11-11"),
            ("11 nov", "2026-11-11"),
            ("last friday", "2026-11-20"),
            ("next monday", "2026-11-30"),
            ("我一米六一", ""),
            ("一下", ""),
            ("two weeks ago", "2026-11-09"),
            ("7日无理由退货", ""),
            ("大一号的", ""),
            ("9号链接", ""),
        ],
    );
}

#[test]
fn spans_of_days() {
    check(
        EntityKind::DateRange,
        &[
            ("上周买的", "2026-11-16..2026-11-22"),
            ("上个星期", "2026-11-16..2026-11-22"),
            ("这周", "2026-11-23..2026-11-29"),
            ("下周", "2026-11-30..2026-12-06"),
            ("上个月", "2026-10-01..2026-10-31"),
            ("上月", "2026-10-01..2026-10-31"),
            ("去年", "2025-01-01..2025-12-31"),
            ("最近三天", "2026-11-20..2026-11-23"),
            ("近7天的订单", "2026-11-16..2026-11-23"),
            ("周末", "2026-11-28..2026-11-29"),
            ("10月份", "2026-10-01..2026-10-31"),
            ("last week", "2026-11-16..2026-11-22"),
            ("last month", "2026-10-01..2026-10-31"),
            ("past 3 days", "2026-11-20..2026-11-23"),
            ("11月1号到11月5号", "2026-11-01..2026-11-05"),
            ("上周三", ""),
            ("三个月", ""),
        ],
    );
}

#[test]
fn regions() {
    check(
        EntityKind::Region,
        &[
            ("浙江", "浙江省"),
            ("浙江省", "浙江省"),
            ("杭州", "杭州市"),
            ("浙江杭州", "浙江省 杭州市"),
            ("寄到新疆要多久", "新疆维吾尔自治区"),
            ("內蒙古能送嗎", "内蒙古自治区"),
            ("北京", "北京市"),
            ("香港", "香港特别行政区"),
            ("ship to Shanghai?", "上海市"),
            ("Hong Kong", "香港特别行政区"),
            ("from Hangzhou", "杭州市"),
            ("中山市", "中山市"),
            ("三明治", ""),
            ("大理石", ""),
            ("中山装", ""),
        ],
    );
}

#[test]
fn kinds_of_goods() {
    check(
        EntityKind::ProductName,
        &[
            ("那件外套", "外套"),
            ("連衣裙有貨嗎", "連衣裙"),
            ("手机壳", "手机壳"),
            ("where is my jacket", "jacket"),
            ("蓝牙耳机多少钱", "蓝牙耳机"),
            ("纯棉T恤", "T恤"),
            ("hatch", ""),
            ("什么时候发货", ""),
        ],
    );
}

#[test]
fn spans_point_at_the_shoppers_own_words() {
    for (message, expected) in [
        ("身高１６５ｃｍ", "１６５ｃｍ"),
        ("两百块以內的", "两百块以內"),
        ("尾号是 1234 的", "1234"),
        ("快遞 SF1234567890123！！！", "SF1234567890123"),
        ("上\u{200b}周買的", "上\u{200b}周"),
    ] {
        let utterance = read(&Lexicon::general(), message, &now());
        let texts: Vec<&str> = utterance.entities.iter().map(|entity| entity.text.as_str()).collect();
        assert_eq!(texts, [expected], "{message}");
    }
}

#[test]
fn words_have_their_places() {
    let raw = "這款連衣裙，有沒有Ｍ碼？";
    let utterance = read(&Lexicon::general(), raw, &now());
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
    Ok(())
}

proptest! {
    #[test]
    fn any_string_can_be_read(raw in any::<String>()) {
        holds(&read(&Lexicon::general(), &raw, &now()))?;
    }

    #[test]
    fn anything_like_a_message_can_be_read(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("一百"), Just("块"), Just("以内"), Just("到"), Just("-"), Just("2"), Just("1.65"), Just("米"), Just("斤"),
                Just("#"), Just("SF123456789"), Just("前"), Just("天"), Just("上周"), Just("周"), Just("月"), Just("号"),
                Just("体重"), Just("x"), Just("L"), Just("黑"), Just("色"), Just(" "), Just("13800000001"), Just("+"),
                Just("under $"), Just("5'"), Just("\""), Just("亿"), Just("999999999"), Just("年"), Just("前年"), Just("/"),
                Just("杭州"), Just("裙子"), Just("．"), Just("，"), Just("\u{200d}"), Just("e\u{301}"), Just("万"), Just("点")
            ],
            0..14,
        )
    ) {
        holds(&read(&Lexicon::general(), &parts.concat(), &now()))?;
    }
}

/// Measured with `cargo test --release --lib text::tests::speed -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let (lexicon, now) = (Lexicon::general(), now());
    read(&lexicon, "预热這句", &now);
    for message in
        ["这款连衣裙有没有黑色的M码啊", "請問運費是多少錢呢謝謝您了", "do you have it in black under $50"]
    {
        let begun = std::time::Instant::now();
        for _ in 0..2_000 {
            std::hint::black_box(read(&lexicon, message, &now));
        }
        println!("{message}: {:?} a message", begun.elapsed() / 2_000);
    }
}
