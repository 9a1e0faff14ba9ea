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
        candidates.push(match meaning {
            Meaning::Color(full) => text(EntityKind::Color, start, end, full),
            Meaning::Region(index) => text(EntityKind::Region, start, end, vocabulary::region(index)),
        });
    }
    for at in 0..scan.characters.len() {
        candidates.extend(shade(scan, at).or_else(|| single_color(scan, at)));
    }
}

fn text(kind: EntityKind, start: usize, end: usize, value: &str) -> Candidate {
    Candidate { kind, start, end, value: EntityValue::Text(value.to_owned()) }
}

/// Shades that the tables don't list: 雾霾蓝色, 深绿色, 奶白色. The qualifier is one character.
fn shade(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let qualifier = scan.at(at).filter(|c| "深浅淡亮暗奶墨湖宝草桃玫豆".contains(*c))?;
    let base = vocabulary::color_of_character(scan.at(at + 1)?)?;
    let end = if scan.at(at + 2) == Some('色') { at + 3 } else { at + 2 };
    Some(text(EntityKind::Color, at, end, &format!("{qualifier}{base}")))
}

/// 黑的, 要黑, 白款: one character, where what stands beside it says that a colour is meant.
fn single_color(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let full = vocabulary::color_of_character(scan.at(at)?)?;
    let (before, after) = (scan.before(at), scan.at(at + 1));
    let opened = before.is_none_or(|c| BEFORE_COLOR.contains(&c) || !c.is_alphanumeric());
    let closed = after.is_none_or(|c| AFTER_COLOR.contains(&c) || !c.is_alphanumeric());
    let behind = match after {
        Some('色') => 2,
        _ => 1,
    };
    let certain = matches!(after, Some('的' | '款' | '色')) || before.is_some_and(|c| "要换选拍".contains(c));
    (opened && closed && certain).then(|| text(EntityKind::Color, at, at + behind, full))
}
