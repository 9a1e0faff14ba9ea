//! Counts, sizes, heights and weights.

use super::*;

#[test]
fn quantities() {
    check(
        EntityKind::Quantity,
        &[
            ("两件", "2"),
            ("帮我算一下两件T恤", "2"),
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
            ("两双", "2"),
            ("一打", "12"),
            ("两打袜子", "24"),
            ("半打", "6"),
            ("十来个", "10"),
            ("十几件", "10"),
            ("二十多个", "20"),
            ("×２", "2"),
            ("三十箱", "30"),
            ("两百个", "200"),
            ("廿个", "20"),
            ("貳件", "2"),
            ("兩雙襪子", "2"),
            ("再来一瓶", "1"),
            ("給我三個", "3"),
            ("拍了4件", "4"),
            ("１２件", "12"),
            ("数量2", "2"),
            ("數量：10", "10"),
            ("这两件都退", "2"),
            ("仨", "3"),
            ("买一送一", ""),
            ("黑色2件白色1件", "2 1"),
            ("qty 3", "3"),
            ("quantity: 5", "5"),
            ("a dozen", "12"),
            ("two dozen eggs", "24"),
            ("a pair of socks", "1"),
            ("10 pcs", "10"),
            ("I want 4 of them", "4"),
            ("ten boxes", "10"),
            ("x 3", "3"),
            ("三个多月", ""),
            ("第一件", ""),
            ("第2件半价", ""),
            ("比上一个客服强", ""),
            ("三个月", ""),
            ("两个小时", ""),
            ("x2l", ""),
            ("一个人用", ""),
            ("有个问题", ""),
            ("哪一款", ""),
            ("这一件", ""),
            ("3天", ""),
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
            ("有没有42的", "42"),
            ("要38.5的", "38.5"),
            ("换成加大码", "加大码"),
            ("三十八码", "38"),
            ("四十二码半", "42.5"),
            ("42码半", "42.5"),
            ("L号", "L"),
            ("m號", "M"),
            ("２ＸＬ", "2XL"),
            ("我穿m码", "M"),
            ("穿L还是XL", "L XL"),
            ("M和L差多少", "M L"),
            ("3xl的还有吗", "3XL"),
            ("小号的有吗", "小号"),
            ("中碼", "中码"),
            ("特大号", "特大号"),
            ("170/92A", "170/92A"),
            ("36C有货吗", "36C"),
            ("鞋码43", "43"),
            ("换成43码", "43"),
            ("尺寸选XL", "XL"),
            ("童装120码", "120"),
            ("37码偏大吗", "37"),
            ("xs", "XS"),
            ("EU 42", "42"),
            ("us 9", "9"),
            ("us9.5", "9.5"),
            ("x-large", "XL"),
            ("extra large please", "XL"),
            ("XX-Large", "XXL"),
            ("i'm a medium", "M"),
            ("do you have this in small?", "S"),
            ("a size up, size 8", "8"),
            ("欧码38", "38"),
            ("平时穿38", "38"),
        ],
    );
}

#[test]
fn what_is_no_size() {
    check(
        EntityKind::Size,
        &[
            ("it's", ""),
            ("11号", ""),
            ("i'm", ""),
            ("iPhone 15 Pro Max", ""),
            ("验证码123456", ""),
            ("扫码", ""),
            ("A4纸", ""),
            ("5L大容量", ""),
            ("尺码怎么选", ""),
            ("小一码", ""),
            ("大两码", ""),
            ("small problem", ""),
            ("T恤", ""),
            ("x2", ""),
            ("号码13800000001", ""),
            ("密码38", ""),
            ("let's go", ""),
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
            ("我女儿6岁 118公分 43斤", "118"),
            ("姐妹我一米七三 一百二", "173"),
            ("我165/110斤", "165"),
            ("身高一米六五体重一百一", "165"),
            ("一米八二", "182"),
            ("一米六十五", "165"),
            ("5'7\"", "170"),
            ("170cm 65公斤", "170"),
            ("身高一七五", "175"),
            ("一百六十五公分", "165"),
            ("身高是一百六十五", "165"),
            ("身高１６５ｃｍ", "165"),
            ("１米６５", "165"),
            ("168/52kg", "168"),
            ("身高体重165/55", "165"),
            ("身高体重：170，65", "170"),
            ("身高體重 160 50", "160"),
            ("個子一米五五", "155"),
            ("本人168，体重52kg", "168"),
            ("男 180 150斤", "180"),
            ("我163", "163"),
            ("163的身高", "163"),
            ("我一米七多", "170"),
            ("身高1米6", "160"),
            ("壹米柒", "170"),
            ("儿子一米三", "130"),
            ("孩子一米二", "120"),
            ("net height 165", "165"),
            ("I'm 170 cm tall", "170"),
            ("I am 5 ft 6", "168"),
            ("5ft7in", "170"),
            ("6'1", "185"),
            ("my height is 165", "165"),
            ("165 cm, 55 kg", "165"),
        ],
    );
}

#[test]
fn what_is_no_height() {
    check(
        EntityKind::HeightCm,
        &[
            ("1米8的床", ""),
            ("窗户宽1.6高2.1 窗帘要买多宽", ""),
            ("what size duvet for a 150cm bed", ""),
            ("投影仪换高一档的", ""),
            ("3米数据线", ""),
            ("200元", ""),
            ("裙长110cm", ""),
            ("衣长165cm是多大", ""),
            ("柜子高180cm", ""),
            ("165hz的屏", ""),
            ("165元", ""),
            ("胸围100cm", ""),
            ("我170块买的", ""),
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
            ("210斤", "105"),
            ("我165/110斤", "55"),
            ("身高一米六五体重一百一", "55"),
            ("一百零五斤", "52.5"),
            ("120多斤", "60"),
            ("一百二十来斤", "60"),
            ("九十八斤", "49"),
            ("108.5斤", "54.3"),
            ("体重：５５ＫＧ", "55"),
            ("體重55公斤", "55"),
            ("55 千克", "55"),
            ("体重六十公斤", "60"),
            ("六十五kg", "65"),
            ("两百斤", "100"),
            ("兩百一十斤", "105"),
            ("一米七 一百四", "70"),
            ("我165，110", "55"),
            ("165 110", "55"),
            ("165/55 穿多大", "55"),
            ("身高体重165/55", "55"),
            ("身高体重：170，65", "65"),
            ("身高體重 160 50", "50"),
            ("1米65，110", "55"),
            ("体重一百一十五", "57.5"),
            ("体重才八十斤", "40"),
            ("壹佰斤", "50"),
            ("110市斤", "55"),
            ("一百斤出头", "50"),
            ("120斤上下", "60"),
            ("孩子35斤穿多大", "17.5"),
            ("2岁宝宝12kg", "12"),
            ("130 pounds", "59"),
            ("weight: 52", "52"),
            ("5'6\" 130lbs", "59"),
            ("I'm 165cm and 55kg", "55"),
        ],
    );
}

#[test]
fn what_is_no_weight() {
    check(
        EntityKind::WeightKg,
        &[
            ("椅子承重200斤", ""),
            ("5斤苹果", ""),
            ("半斤", ""),
            ("猫砂80斤能送上楼吗", ""),
            ("can it hold 120kg", ""),
            ("十斤装大米", ""),
            ("大米5公斤", ""),
            ("100斤大米多少钱", ""),
            ("体重秤", ""),
            ("能承受200斤吗", ""),
            ("10公斤洗衣机", ""),
            ("一百二", ""),
            ("重新发货", ""),
            ("体重怎么填", ""),
        ],
    );
}

proptest! {
    #[test]
    fn a_count_is_read_in_every_dress(count in 1..1_000_u32) {
        let value = count.to_string();
        for message in [format!("{count}件"), format!("要{count}个"), format!("x{count}"), format!("{}套", numeral(count)), format!("{count} pcs"), wide(&format!("{count}盒"))] {
            reads(&message, EntityKind::Quantity, &value)?;
        }
    }

    #[test]
    fn a_size_is_read_in_every_dress(number in 34..48_u32, letters in prop_oneof![Just("S"), Just("M"), Just("L"), Just("XL"), Just("2XL"), Just("XXL")]) {
        for message in [format!("{letters}码"), format!("有{}的吗", letters.to_lowercase()), format!("size {letters}"), format!("{letters}号"), wide(&format!("要{letters}码"))] {
            reads(&message, EntityKind::Size, letters)?;
        }
        for message in [format!("{number}码"), format!("{}码", numeral(number)), format!("size {number}"), format!("鞋码{number}"), format!("換{number}碼")] {
            reads(&message, EntityKind::Size, &number.to_string())?;
        }
        reads(&format!("{number}码半"), EntityKind::Size, &format!("{number}.5"))?;
    }

    #[test]
    fn a_height_is_read_in_every_dress(height in 141..200_u32) {
        let (tens, ones) = (height / 10 % 10, height % 10);
        let spoken = if ones == 0 { format!("一米{}", numeral(tens)) } else { format!("一米{}{}", numeral(tens), numeral(ones)) };
        for message in [format!("{height}cm"), format!("身高{height}"), format!("1.{:02}米", height - 100), format!("1米{}", height - 100), format!("{}公分", numeral(height)), format!("我{height} 110斤"), wide(&format!("{height}cm"))] {
            reads(&message, EntityKind::HeightCm, &height.to_string())?;
        }
        // 一米四 and the like is how a round height is said; 一米零五 is a child's.
        reads(&spoken, EntityKind::HeightCm, &height.to_string())?;
    }

    #[test]
    fn a_weight_is_read_in_every_dress(jin in 80..250_u32) {
        let value = Decimal::new(i64::from(jin) * 5, 1).normalize().to_string();
        for message in [format!("{jin}斤"), format!("{}斤", numeral(jin)), format!("体重{jin}"), format!("{}kg", Decimal::new(i64::from(jin) * 5, 1)), format!("我165/{jin}斤"), format!("身高165 {jin}"), wide(&format!("{jin}斤"))] {
            reads(&message, EntityKind::WeightKg, &value)?;
        }
    }
}
