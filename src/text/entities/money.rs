//! Amounts of money and price ranges. A bare number is money only beside words of price or limit.

use rust_decimal::Decimal;

use crate::domain::{EntityKind, EntityValue};

use super::{Candidate, Scan, counts};

const SYMBOLS: &[&str] = &["¥", "￥", "$", "€", "£", "rmb", "cny", "usd", "us$", "hk$", "nt$", "人民币"];

const UNITS: &[&str] = &[
    "块钱",
    "元钱",
    "人民币",
    "块",
    "元",
    "圆",
    "rmb",
    "cny",
    "yuan",
    "kuai",
    "dollars",
    "dollar",
    "bucks",
    "usd",
    "美元",
    "美金",
    "euros",
    "euro",
    "eur",
    "pounds sterling",
    "港币",
    "港元",
    "欧元",
    "英镑",
    "日元",
    "台币",
    "新台币",
    "刀",
    "$",
    "€",
    "¥",
    "￥",
];

const PRICE_WORDS: &[&str] = &[
    "预算",
    "价格",
    "价位",
    "价钱",
    "价",
    "budget",
    "price",
    "付了",
    "花了",
    "收了我",
    "扣了",
    "退了",
    "退我",
    "退了我",
    "退给我",
    "赔我",
    "付",
    "立减",
    "优惠",
    "便宜了",
    "降了",
    "补",
    "满",
    "减",
    "赔",
];

/// What counts something other than money when it stands behind a number.
const OTHER_UNITS: &[&str] = &[
    "天", "日", "号", "月", "年", "周", "小时", "分钟", "秒", "点", "岁", "个", "件", "条", "双", "只", "盒",
    "瓶", "包", "袋", "箱", "码", "斤", "公斤", "千克", "克", "米", "厘米", "公分", "cm", "kg", "g", "mm",
    "ml", "m", "l", "kb", "mb", "gb", "%", "寸", "人", "次", "遍", "星期", "礼拜", "hours", "hour", "days",
    "day", "weeks", "week", "months", "minutes", "items", "pieces", "pcs", "lbs", "lb", "kilos", "inch",
    "inches", "years", "单", "位", "层", "楼", "w", "mah", "瓦", "度", "升", "折", "多", "倍", "笔", "下",
    "成", "档", "名", "分", "赠", "送",
];

const AT_MOST: &[&str] = &[
    "以内",
    "之内",
    "以下",
    "之下",
    "及以下",
    "内的",
    "封顶",
    "or less",
    "or under",
    "max",
    "or below",
    "tops",
];
const AT_LEAST: &[&str] =
    &["以上", "之上", "及以上", "起步", "or more", "and up", "or above", "and above", "往上"];
const AROUND: &[&str] = &["左右", "上下", "or so"];
const BEFORE_AROUND: &[&str] = &["around", "about", "roughly", "大概", "大约", "差不多"];
/// What a bare number about which something is may be of a person, not of money.
const PERSON_WORDS: &[&str] = &["身高", "体重", "高", "重", "height", "weight", "tall", "weigh"];
const BEFORE_AT_MOST: &[&str] = &[
    "不超过",
    "不要超过",
    "别超过",
    "低于",
    "最多",
    "小于",
    "少于",
    "不到",
    "不高于",
    "under",
    "below",
    "less than",
    "up to",
    "at most",
    "cheaper than",
    "no more than",
    "within",
    "not over",
    "max",
];
const BEFORE_AT_LEAST: &[&str] = &[
    "不低于",
    "高于",
    "超过",
    "大于",
    "至少",
    "最少",
    "不少于",
    "over",
    "above",
    "more than",
    "at least",
    "from",
];
const BETWEEN: &[&str] = &["到", "至", "-", "~", "—", "–", "to", "and"];

/// An amount as read: its ends where it is an estimate, and whether words said that it is money.
struct Amount {
    low: Decimal,
    high: Option<Decimal>,
    start: usize,
    end: usize,
    unit: bool,
}

pub(super) fn find(scan: &Scan<'_>, candidates: &mut Vec<Candidate>) {
    for at in 0..scan.characters.len() {
        if let Some(amount) = amount(scan, at) {
            candidates.extend(
                between(scan, &amount).or_else(|| limit(scan, &amount)).or_else(|| plain(scan, &amount)),
            );
        }
    }
}

/// An amount that begins at `at`, with its symbol or unit where it has one.
fn amount(scan: &Scan<'_>, at: usize) -> Option<Amount> {
    let symbol = scan.any(at, SYMBOLS).filter(|_| scan.at(at) != Some(' '));
    if symbol.is_some()
        && scan.is_latin_or_digit(scan.before(at))
        && scan.at(at).is_some_and(|c| c.is_ascii_alphabetic())
    {
        return None;
    }
    if symbol.is_none() && is_inside_code(scan, at) {
        return None;
    }
    let start = symbol.map_or(at, |end| scan.skip_spaces(end));
    let number = scan.number(start)?;
    if number.value.is_zero() && number.upper.is_none() && symbol.is_none() && !number.arabic {
        return None;
    }
    let mut amount =
        Amount { low: number.value, high: number.upper, start: at, end: number.end, unit: symbol.is_some() };
    if symbol.is_none() && !ends_as_word(scan, number.end) {
        return None;
    }
    // 一百多块, 百来块, 千把块: about so much is as near as the shopper says.
    if matches!(scan.at(amount.end), Some('多' | '来' | '把')) && scan.any(amount.end + 1, UNITS).is_some()
    {
        amount.end += 1;
    }
    coins(scan, &mut amount);
    Some(amount)
}

/// Reads 块/元 and what follows in 毛 and 分: 三块五, 九块九毛, 5毛.
fn coins(scan: &Scan<'_>, amount: &mut Amount) {
    if let Some(end) = scan.any(amount.end, &["毛钱", "毛", "角钱"]) {
        if scan.any(end, &["衣", "巾", "线", "绒", "笔", "毯", "落", "一样"]).is_none() {
            amount.low /= Decimal::TEN;
            (amount.end, amount.unit) = (end, true);
            hundredths(scan, amount);
        }
        return;
    }
    let Some(end) = scan.any(amount.end, UNITS) else { return };
    // 块 may also be a piece (一块手表) and 元 begin another word.
    if scan.slice(amount.end, end).ends_with('块')
        && scan.any(end, &["手表", "表", "布", "蛋糕", "肉", "屏", "电池", "儿的"]).is_some()
    {
        return;
    }
    if scan.slice(amount.end, end).ends_with('元') && scan.any(end, &["旦", "宵", "素"]).is_some() {
        return;
    }
    if scan.slice(amount.end, end).ends_with('刀')
        && scan.any(end, &["片", "具", "头", "层", "把", "刃"]).is_some()
    {
        return;
    }
    if is_together(scan, amount.start, end) {
        return;
    }
    let is_kuai = scan.slice(amount.end, end).ends_with(['块', '元']);
    (amount.end, amount.unit) = (end, true);
    let Some(tenths) =
        scan.number(end).filter(|tenths| is_kuai && tenths.value < Decimal::TEN && tenths.upper.is_none())
    else {
        if is_kuai && scan.at(end) == Some('半') {
            amount.low += Decimal::new(5, 1);
            amount.end = scan.any(end + 1, &["钱"]).unwrap_or(end + 1);
        }
        return;
    };
    let marked = scan.any(tenths.end, &["毛钱", "毛", "角"]);
    if marked.is_some() || counts::counts_nothing(scan, tenths.end) {
        amount.low += tenths.value / Decimal::TEN;
        amount.end = marked.unwrap_or(tenths.end);
        if marked.is_some() {
            hundredths(scan, amount);
        }
    }
}

/// 二毛五, 六毛六分: what follows 毛 in 分.
fn hundredths(scan: &Scan<'_>, amount: &mut Amount) {
    let single = |number: &super::Number| number.value < Decimal::TEN && number.value.is_integer();
    let Some(cents) = scan.number(amount.end).filter(|cents| cents.upper.is_none() && single(cents)) else {
        return;
    };
    let marked = scan.any(cents.end, &["分钱", "分"]);
    if marked.is_some() || counts::counts_nothing(scan, cents.end) {
        amount.low += cents.value / Decimal::ONE_HUNDRED;
        amount.end = marked.unwrap_or(cents.end);
    }
}

/// 一块 alone says together or one piece (一块寄, 少一块) rather than one yuan.
fn is_together(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    scan.slice(start, end) == "一块" && scan.number(end).is_none() && scan.at(end) != Some('半')
}

/// Whether a digit stands inside a run of letters and digits, or behind a mark that makes it something else.
fn is_inside_code(scan: &Scan<'_>, at: usize) -> bool {
    let before = scan.before(at);
    before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '#' | '/' | '\'' | '第' | '.'))
}

fn ends_as_word(scan: &Scan<'_>, end: usize) -> bool {
    scan.any(end, UNITS).is_some() || !scan.at(end).is_some_and(|c| c.is_ascii_alphanumeric() || c == '/')
}

fn counts_other(scan: &Scan<'_>, end: usize) -> bool {
    scan.any(end, OTHER_UNITS).is_some()
}

/// Two amounts with a word between: 100到200, $50-$100, 五六百. Without a unit only round amounts from 30 on
/// are money: 36-37 is a size, 33 to 48 are pages.
fn between(scan: &Scan<'_>, low: &Amount) -> Option<Candidate> {
    let range = |from: Decimal, to: Decimal, start: usize, end: usize| {
        let value = EntityValue::MoneyRange { from: Some(from), to: Some(to) };
        Some(Candidate { kind: EntityKind::MoneyRange, start, end, value })
    };
    if let Some(high) = low.high {
        let said = low.unit
            || scan.introduced(low.start, PRICE_WORDS).is_some()
            || !counts_other(scan, low.end)
                && high - low.low >= Decimal::ONE_HUNDRED
                && scan.at(low.start) != Some('几');
        let end = scan.any(low.end, AROUND).unwrap_or(low.end);
        return said.then(|| range(low.low, high, low.start, end))?;
    }
    let joint = scan.any(low.end, BETWEEN)?;
    let high = amount(scan, scan.skip_spaces(joint))?;
    let money = low.unit || high.unit || scan.introduced(low.start, PRICE_WORDS).is_some();
    let years = |value: Decimal| value >= Decimal::from(1990) && value <= Decimal::from(2100);
    let round = |value: Decimal| (value % Decimal::TEN).is_zero();
    let bare_is_money = low.low >= Decimal::from(30)
        && round(low.low)
        && round(high.low)
        && !counts_other(scan, high.end)
        && !counts_other(scan, low.end)
        && !(years(low.low) && years(high.low))
        && scan
            .introduced(low.start, &["身高", "体重", "尺码", "码", "号", "size", "height", "weight"])
            .is_none()
        && scan.at(high.end) != Some('-');
    if high.high.is_some()
        || high.low <= low.low
        || !(money || bare_is_money)
        || (!low.unit && !high.unit && counts_other(scan, high.end))
    {
        return None;
    }
    let end = scan.any(high.end, &["之间", "以内"]).unwrap_or(high.end);
    let start = scan.introduced(low.start, &["between", "from", "从"]).unwrap_or(low.start);
    range(low.low, high.low, start, end)
}

/// An amount with one end: 两百以内, under $50, 100以上, 200左右.
fn limit(scan: &Scan<'_>, amount: &Amount) -> Option<Candidate> {
    if amount.high.is_some() || (!amount.unit && counts_other(scan, amount.end)) {
        return None;
    }
    let value = |from: Option<Decimal>, to: Option<Decimal>| EntityValue::MoneyRange { from, to };
    let spread = amount.low / Decimal::from(5);
    let clear = amount.unit || amount.low >= Decimal::TEN;
    let is_money =
        amount.unit || scan.introduced(amount.start, PRICE_WORDS).is_some() || is_round_price(scan, amount);
    let around = value(Some((amount.low - spread).normalize()), Some((amount.low + spread).normalize()));
    let found = if let Some(end) = scan.any(amount.end, AT_MOST).or_else(|| inside(scan, amount)) {
        (amount.start, end, value(None, Some(amount.low)))
    } else if let Some((high, end)) = above_and_below(scan, amount) {
        (amount.start, end, value(Some(amount.low), Some(high)))
    } else if let Some(end) = scan.any(amount.end, AT_LEAST) {
        (amount.start, end, value(Some(amount.low), None))
    } else if let Some(end) = scan.any(amount.end, AROUND).filter(|_| is_money) {
        (amount.start, end, around)
    } else if let Some(start) = scan.introduced(amount.start, BEFORE_AROUND).filter(|_| is_money) {
        (start, amount.end, around)
    } else if let Some(start) = scan.introduced(amount.start, BEFORE_AT_MOST) {
        (start, amount.end, value(None, Some(amount.low)))
    } else if let Some(start) = scan
        .introduced(amount.start, BEFORE_AT_LEAST)
        .filter(|_| amount.unit || amount.low > Decimal::from(31))
    {
        (start, amount.end, value(Some(amount.low), None))
    } else {
        return None;
    };
    clear.then_some(Candidate { kind: EntityKind::MoneyRange, start: found.0, end: found.1, value: found.2 })
}

/// 100元内. Other words begin with 内 too (内裤), so a unit must have said that it is money.
fn inside(scan: &Scan<'_>, amount: &Amount) -> Option<usize> {
    let round = amount.low >= Decimal::ONE_HUNDRED && (amount.low % Decimal::TEN).is_zero();
    let closed = |end: usize| scan.at(end).is_none_or(|c| !c.is_alphanumeric() || c == '的');
    let end = scan.any(amount.end, &["内"]).filter(|end| amount.unit || (round && closed(*end)))?;
    scan.any(end, &["裤", "衣", "存", "胆", "容", "置", "芯", "饰", "衬"]).is_none().then_some(end)
}

/// 200以上300以下: the upper end of a range that is said as two limits, and the place behind it.
fn above_and_below(scan: &Scan<'_>, low: &Amount) -> Option<(Decimal, usize)> {
    let joint = scan.any(low.end, AT_LEAST)?;
    let second = scan.any(joint, &[",", "到", "但"]).unwrap_or(joint);
    let high =
        amount(scan, scan.skip_spaces(second)).filter(|high| high.high.is_none() && high.low > low.low)?;
    Some((high.low, scan.any(high.end, AT_MOST)?))
}

/// "500左右": a bare round number from 200 on, too much for a height or a weight, or a rounder one that says of what
/// price things are ("150左右的").
fn is_round_price(scan: &Scan<'_>, amount: &Amount) -> bool {
    let round = |step: i64| (amount.low % Decimal::from(step)).is_zero();
    let described = || scan.any(amount.end, AROUND).is_some_and(|end| scan.at(end) == Some('的'));
    let person = || scan.introduced(amount.start, PERSON_WORDS).is_some();
    !counts_other(scan, amount.end)
        && ((Decimal::from(200) <= amount.low && round(10)) || (round(50) && described() && !person()))
}

/// A single amount, named as money by its unit or by a word of price before it.
fn plain(scan: &Scan<'_>, amount: &Amount) -> Option<Candidate> {
    if amount.high.is_some() {
        return None;
    }
    let named = amount.unit
        || scan.any(amount.end, &["包邮"]).is_some()
        || (scan.introduced(amount.start, PRICE_WORDS).is_some()
            && !counts_other(scan, amount.end)
            && (scan.at(amount.start).is_some_and(|c| c.is_ascii_digit()) || amount.low > Decimal::TEN));
    let value = EntityValue::Decimal(amount.low.normalize());
    named.then_some(Candidate { kind: EntityKind::Money, start: amount.start, end: amount.end, value })
}
