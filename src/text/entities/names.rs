//! Names of products, places and colours.

use crate::domain::{EntityKind, EntityValue};

use super::{
    super::vocabulary::{self, Meaning},
    Candidate, Scan,
};

/// What may stand before a single colour character that is meant as a colour.
const BEFORE_COLOR: &[char] = &[
    '要', '是', '有', '换', '买', '选', '款', '拍', '的', '和', '跟', '或', '深', '浅', '纯', '发', '没',
    '个', '件',
];

/// What may stand behind it.
const AFTER_COLOR: &[char] = &['的', '款', '色', '和', '跟', '或', '吗', '还', '有'];

pub(super) fn find(scan: &Scan<'_>, candidates: &mut Vec<Candidate>) {
    for mention in scan.lexicon.mentions(scan.text()) {
        let (start, end) = (scan.place(mention.range.start), scan.place(mention.range.end));
        let name = scan.raw[scan.folded.origin(mention.range)].to_owned();
        let value = EntityValue::Product { name, product: mention.product.cloned() };
        candidates.push(Candidate { kind: EntityKind::ProductName, start, end, value });
    }
    for (range, color) in scan.lexicon.catalog_colors(scan.text()) {
        let full = vocabulary::color_name(color).unwrap_or(color);
        candidates.push(text(EntityKind::Color, scan.place(range.start), scan.place(range.end), full));
    }
    for (range, meaning) in vocabulary::find(scan.text()) {
        let (start, end) = (scan.place(range.start), scan.place(range.end));
        let behind = &scan.text()[range.end..];
        match meaning {
            Meaning::Color(full) => candidates.push(text(EntityKind::Color, start, end, full)),
            Meaning::Region(index) if !is_elsewhere(behind) => {
                candidates.push(text(EntityKind::Region, start, end, vocabulary::region(index)));
                // 河南开封: behind its province a name is a city even where it is another word elsewhere.
                candidates.extend(
                    vocabulary::city_at(behind).map(|(short, full)| {
                        text(EntityKind::Region, end, end + short.chars().count(), full)
                    }),
                );
            }
            Meaning::Region(_) => {}
        }
    }
    candidates.extend(together(scan));
    for at in 0..scan.characters.len() {
        candidates.extend(shade(scan, at).or_else(|| single_color(scan, at)));
    }
}

/// 南京东路, 北京路, 北京时间: what begins with a city's name and is none.
fn is_elsewhere(behind: &str) -> bool {
    ["路", "东路", "西路", "南路", "北路", "中路", "大道", "时间"].iter().any(|word| behind.starts_with(word))
}

/// Places that shops name together in what they charge for shipping, a character each.
const TOGETHER: &[(&str, &[&str])] = &[
    ("江浙沪皖", &["江苏省", "浙江省", "上海市", "安徽省"]),
    ("江浙沪", &["江苏省", "浙江省", "上海市"]),
    ("港澳台", &["香港特别行政区", "澳门特别行政区", "台湾省"]),
];

/// 江浙沪, 港澳台: each place by itself.
fn together(scan: &Scan<'_>) -> Vec<Candidate> {
    let found = TOGETHER.iter().find_map(|(word, places)| Some((scan.text().find(word)?, *places)));
    let Some((at, places)) = found else { return Vec::new() };
    let start = scan.place(at);
    let each = places.iter().enumerate();
    each.map(|(away, full)| text(EntityKind::Region, start + away, start + away + 1, full)).collect()
}

fn text(kind: EntityKind, start: usize, end: usize, value: &str) -> Candidate {
    Candidate { kind, start, end, value: EntityValue::Text(value.to_owned()) }
}

/// What stands before a colour in the names of shades; these go without 色.
const SHADES: &[&str] = &[
    "雾霾",
    "香槟",
    "牛仔",
    "孔雀",
    "星空",
    "太空",
    "曜石",
    "荧光",
    "橄榄",
    "牛油果",
    "抹茶",
    "丁香",
    "香芋",
    "西瓜",
    "克莱因",
    "天空",
    "海军",
    "珍珠",
    "奶油",
    "宝石",
    "芥末",
    "樱花",
    "莫兰迪",
    "石墨",
    "冰川",
    "烟灰",
    "远峰",
    "午夜",
];

/// Shades that the tables don't list: 雾霾蓝, 深绿色, 奶白色.
fn shade(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let first = scan.at(at)?;
    if let Some(name) = SHADES.iter().find(|name| name.starts_with(first) && scan.any(at, &[name]).is_some())
    {
        let base = at + name.chars().count();
        let color = scan
            .at(base)
            .filter(|c| *c == '金' || *c == '银' || vocabulary::color_of_character(*c).is_some())?;
        let end = if scan.at(base + 1) == Some('色') { base + 2 } else { base + 1 };
        return Some(text(EntityKind::Color, at, end, &format!("{name}{color}")));
    }
    let qualifier = scan.at(at).filter(|c| "深浅淡亮暗奶墨湖宝草桃玫豆".contains(*c))?;
    let base = vocabulary::color_of_character(scan.at(at + 1)?)?;
    let end = if scan.at(at + 2) == Some('色') { at + 3 } else { at + 2 };
    Some(text(EntityKind::Color, at, end, &format!("{qualifier}{base}")))
}

/// 黑的, 要黑, 白款: one character, where what stands beside it says that a colour is meant.
fn single_color(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let full = vocabulary::color_of_character(scan.at(at)?)?;
    let (before, after) = (scan.before(at), scan.at(at + 1));
    // 黑白两色: each character is a colour.
    let joined = |c: Option<char>| c.and_then(vocabulary::color_of_character).is_some();
    let both = (joined(after) && scan.any(at + 2, &["两色", "双色"]).is_some())
        || (joined(before) && scan.any(at + 1, &["两色", "双色"]).is_some());
    if both {
        return Some(text(EntityKind::Color, at, at + 1, full));
    }
    let opened = before.is_none_or(|c| BEFORE_COLOR.contains(&c) || !c.is_alphanumeric());
    let closed = after.is_none_or(|c| AFTER_COLOR.contains(&c) || !c.is_alphanumeric());
    let behind = match after {
        Some('色') => 2,
        _ => 1,
    };
    let certain = matches!(after, Some('的' | '款' | '色')) || before.is_some_and(|c| "要换选拍".contains(c));
    (opened && closed && certain).then(|| text(EntityKind::Color, at, at + behind, full))
}
