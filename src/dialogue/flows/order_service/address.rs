//! An address as a shopper writes it: `浙江省杭州市滨江区江南大道88号3幢 李雷 13900001111`, in any order, or only what changes.

use crate::{
    dialogue::talk::Talk,
    domain::{EntityKind, EntityValue, FlowRun, trade::Address},
};

/// What stands before a recipient.
const NAME_IS: &[&str] = &["收件人", "收货人", "联系人", "姓名", "名字", "recipient", "name"];
/// What stands before a number.
const PHONE_IS: &[&str] = &["手机号", "手机", "电话号码", "电话", "联系方式", "tel", "phone"];
/// What stands before a place.
const PLACE_IS: &[&str] = &["收货地址", "新地址", "地址", "address"];
/// What joins a word to its value, and what parts one value from the next.
const JOINS: &[char] = &[':', '：', '是', '为', '改', '成', ' '];
const PARTS: &[char] = &[' ', ',', '，', '。', '；', ';', '、', '\n', '\t', '.'];
/// A Chinese name has so many characters.
const NAME: std::ops::RangeInclusive<usize> = 2..=4;

/// Notes what the message says of an address, beside what earlier ones said.
pub(super) fn hear(talk: &Talk<'_>, run: &mut FlowRun, wish: &str) {
    let mut rest = wish.to_owned();
    let phone = talk.entities(EntityKind::Phone).next();
    if let Some(phone) = phone {
        rest = rest.replace(&phone.text, " ");
        run.put("phone", text_of(&phone.value));
    }
    let named = NAME_IS.iter().find_map(|word| behind(&rest, word)).map(str::to_owned);
    // A short word by itself is a name only where a number stands beside it.
    let alone = || phone.and_then(|_| name_alone(talk, &rest));
    if let Some(name) = named.or_else(|| name_ahead(talk, wish)).or_else(alone) {
        rest = rest.replace(&name, " ");
        run.put("name", name);
    }
    for word in NAME_IS.iter().chain(PHONE_IS).chain(PLACE_IS) {
        rest = rest.replace(word, " ");
    }
    hear_region(talk, run, &mut rest);
    let parts = rest.split(PARTS).map(|part| part.trim_matches(JOINS)).filter(|part| !part.is_empty());
    let detail = parts.collect::<Vec<_>>().join(" ");
    if detail.chars().count() > 2 {
        run.put("street", detail);
    }
}

/// Regions in a row at the beginning are the region, and one at the very end (Nathan Road, Hong Kong); a city's name in
/// the middle is part of a street's. `heard` keeps every one, `unplaced` that one was heard and none was taken.
fn hear_region(talk: &Talk<'_>, run: &mut FlowRun, rest: &mut String) {
    let blank = |text: &str| text.trim_matches(|c| JOINS.contains(&c) || PARTS.contains(&c)).is_empty();
    let heard: Vec<_> = talk.entities(EntityKind::Region).filter(|entity| rest.contains(&entity.text)).collect();
    let mut region = String::new();
    for entity in &heard {
        let Some(place) = rest.find(&entity.text).filter(|place| blank(&rest[..*place])) else { break };
        rest.replace_range(..place + entity.text.len(), "");
        region.push_str(&text_of(&entity.value));
    }
    if let (true, Some(last)) = (region.is_empty(), heard.last())
        && let Some(place) = rest.rfind(&last.text).filter(|place| blank(&rest[place + last.text.len()..]))
    {
        rest.truncate(place);
        region = text_of(&last.value);
    }
    run.slots.remove("unplaced");
    if !heard.is_empty() {
        run.put("heard", heard.iter().map(|entity| text_of(&entity.value)).collect::<String>());
        if region.is_empty() {
            run.put("unplaced", "1");
        }
    }
    if !region.is_empty() {
        run.put("region", region);
        // A street of another place is none of this one's.
        run.slots.remove("street");
    }
}

/// Forgets what was heard, to hear it anew.
pub(super) fn forget(run: &mut FlowRun) {
    for slot in ["name", "phone", "region", "street", "heard", "unplaced"] {
        run.slots.remove(slot);
    }
}

/// The address as it shall be; `None` when nothing of it was heard.
pub(super) fn changed(run: &FlowRun, old: &Address) -> Option<Address> {
    let new = |slot: &str, old: &str| run.text(slot).map_or_else(|| old.to_owned(), str::to_owned);
    let region = match run.text("region") {
        // The province goes without saying where the city stays.
        Some(region) if old.region.ends_with(region) => old.region.clone(),
        Some(region) => region.to_owned(),
        None => old.region.clone(),
    };
    let address =
        Address { name: new("name", &old.name), phone: new("phone", &old.phone), region, detail: new("street", &old.detail) };
    (address != *old).then_some(address)
}

/// In one line, as it is written on a parcel.
pub(super) fn line(address: &Address) -> String {
    let apart = if address.detail.is_ascii() { " " } else { "" };
    let place = format!("{}{apart}{}", address.region, address.detail);
    let parts = [&address.name, &address.phone, &place];
    parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn text_of(value: &EntityValue) -> String {
    match value {
        EntityValue::Text(text) => text.clone(),
        _ => String::new(),
    }
}

fn behind<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = text[text.find(word)? + word.len()..].trim_start_matches(JOINS);
    let name = rest.split(PARTS).next().unwrap_or_default();
    (!name.is_empty() && name.chars().count() <= 20 && !name.chars().any(|c| c.is_ascii_digit())).then_some(name)
}

/// 收件人改成韩梅梅: what the wish is about stands before it.
fn name_ahead(talk: &Talk<'_>, wish: &str) -> Option<String> {
    let raw = talk.utterance()?.raw.as_str();
    let mut ahead = raw[..raw.find(wish)?].trim_end_matches(JOINS);
    for word in super::INTO {
        ahead = ahead.trim_end_matches(word).trim_end_matches(JOINS);
    }
    let name = wish.split(PARTS).next().filter(|name| name.chars().count() <= 20)?;
    NAME_IS.iter().any(|word| ahead.ends_with(word)).then(|| name.to_owned())
}

/// A short word by itself beside a place: 江南大道88号 李雷.
fn name_alone(talk: &Talk<'_>, text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(PARTS).filter(|part| !part.is_empty()).collect();
    let is_name = |part: &&str| {
        NAME.contains(&part.chars().count())
            && part.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
            && !part.ends_with(['省', '市', '区', '县', '镇', '路', '街', '号', '室', '楼', '村', '苑', '幢', '栋'])
            && !talk.entities(EntityKind::Region).any(|region| region.text.contains(*part) || part.contains(&region.text))
            && !PHONE_IS.contains(part)
            && !PLACE_IS.contains(part)
    };
    if parts.len() < 2 { None } else { parts.into_iter().rev().find(is_name).map(str::to_owned) }
}
