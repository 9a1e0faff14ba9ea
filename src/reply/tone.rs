//! How the shop sounds: what it calls the shopper, how its messages begin and end. Chinese only; the wording itself is the
//! reply files'.

use crate::{
    domain::{Part, PartKind},
    shop::Tone,
};

/// Gives a message the shop's tone. A `grave` one, which calls a person, keeps its plain beginning and end.
pub(super) fn give(parts: &mut [Part], tone: &Tone, grave: bool) {
    let texts = || parts.iter().enumerate().filter(|(_, part)| part.kind == PartKind::Text).map(|(n, _)| n);
    let (first, last) = (texts().next(), texts().next_back());
    if let Some(you) = &tone.you {
        for part in parts.iter_mut().filter(|part| part.kind == PartKind::Text) {
            part.text = part.text.replace('您', you);
        }
    }
    if grave {
        return;
    }
    if let Some((text, hail)) = first.map(|n| &mut parts[n].text).zip(tone.hail.as_ref())
        && !text.starts_with(hail.as_str())
    {
        *text = format!("{hail}，{text}");
    }
    if let Some((text, tail)) = last.map(|n| &mut parts[n].text).zip(tone.tail.as_ref())
        && let Some(rest) = text.strip_suffix('。')
    {
        *text = format!("{rest}{tail}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(tone: &Tone, grave: bool, texts: &[&str]) -> Vec<String> {
        let mut parts: Vec<Part> = texts.iter().map(|text| Part::text(*text)).collect();
        give(&mut parts, tone, grave);
        parts.into_iter().map(|part| part.text).collect()
    }

    #[test]
    fn a_message_begins_and_ends_as_the_shop_speaks() {
        let tone = Tone { you: Some("你".into()), hail: Some("亲".into()), tail: Some("哦~".into()) };
        for (grave, texts, expected) in [
            (false, vec!["您的包裹到了。"], vec!["亲，你的包裹到了哦~"]),
            (false, vec!["亲，在的。", "您说？"], vec!["亲，在的。", "你说？"]),
            (true, vec!["马上请同事来帮您。"], vec!["马上请同事来帮你。"]),
            (false, vec![], vec![]),
        ] {
            assert_eq!(given(&tone, grave, &texts), expected);
        }
        assert_eq!(given(&Tone::default(), false, &["您好。"]), ["您好。"]);
    }
}
