//! Reply: acts into messages in the reader's language.
//!
//! Nothing here decides what to say: that is `dialogue`'s. Nothing here knows where a message goes. Templates are
//! the shop's reply files; every card gets a text form that a plain client can show instead.

mod cards;
mod tone;

use std::collections::BTreeMap;

use jiff::ZonedDateTime;

use crate::{
    domain::{Act, Choice, DialogueState, Locale, Part, PartKind, wording},
    shop::Shop,
};

/// Words the acts of a turn: the parts of each message to send, in order. At most one message comes of a turn, and
/// none when no act reaches the shopper. `state` is the state after the step: its `said` counts choose among a
/// reply's variants, so that the same sentence is not said twice running. `traditional` turns Simplified into
/// Traditional Chinese; it is called for readers of Traditional only.
pub fn render(
    shop: &Shop,
    state: &DialogueState,
    acts: &[Act],
    now: &ZonedDateTime,
    traditional: &dyn Fn(&str) -> String,
) -> Vec<Vec<Part>> {
    let writer = Writer { shop, locale: state.locale, now };
    let mut parts = writer.parts(state, acts);
    if state.locale.is_chinese() {
        let grave = acts.iter().any(|act| matches!(act, Act::Handoff(_)));
        tone::give(&mut parts, &shop.glossary.tone, grave);
    }
    if state.locale == Locale::ZhHant {
        parts.iter_mut().for_each(|part| into_traditional(part, traditional));
    }
    if parts.is_empty() { Vec::new() } else { vec![parts] }
}

/// One sentence of the shop's reply files with its slots filled, for notices that no turn makes.
pub fn words(shop: &Shop, key: &str, slots: &[(&str, &str)], locale: Locale) -> String {
    let slots: Vec<(String, String)> =
        slots.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let sentence = shop.replies.variants(key, locale).first();
    let sentence = sentence.map(|sentence| wording::fill_slots(sentence, &slots)).unwrap_or_default();
    match &shop.glossary.tone.you {
        Some(you) if locale.is_chinese() => sentence.replace('您', you),
        _ => sentence,
    }
}

/// What every sentence needs.
struct Writer<'a> {
    shop: &'a Shop,
    locale: Locale,
    now: &'a ZonedDateTime,
}

impl Writer<'_> {
    fn parts(&self, state: &DialogueState, acts: &[Act]) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut options: Vec<Choice> = Vec::new();
        let mut spoken: BTreeMap<&str, u32> = BTreeMap::new();
        for act in acts {
            match act {
                Act::Say { key, slots } => {
                    let times_after =
                        acts.iter().filter(|it| matches!(it, Act::Say { key: k, .. } if k == key));
                    let before = state
                        .said
                        .get(key)
                        .copied()
                        .unwrap_or_default()
                        .saturating_sub(u32::try_from(times_after.count()).unwrap_or(u32::MAX));
                    let turn = spoken.entry(key).or_default();
                    let sentence = self.template(key, slots, before + *turn);
                    *turn += 1;
                    speak(&mut parts, &self.allowed(&sentence));
                }
                Act::Tell(text) => speak(&mut parts, &self.allowed(text.get(self.locale))),
                Act::Show(kind) => {
                    parts.push(Part { text: cards::text_form(self, kind), kind: (**kind).clone() });
                }
                Act::Offer(choices) => collect(&mut options, choices),
                Act::Handoff(_) | Act::Contact(_) | Act::Change(_) | Act::Once(_) | Act::LookAgain(_) => {}
            }
        }
        if !options.is_empty() {
            let kind = PartKind::Choices { options };
            parts.push(Part { text: cards::text_form(self, &kind), kind });
        }
        parts
    }

    /// A reply of the shop's files; a key that no file words says nothing.
    fn template(&self, key: &str, slots: &[(String, String)], turn: u32) -> String {
        let variants = self.shop.replies.variants(key, self.locale);
        let place = (turn as usize).checked_rem(variants.len()).unwrap_or_default();
        variants.get(place).map(|variant| wording::fill_slots(variant, slots)).unwrap_or_default()
    }

    /// The text without the words that the shop forbids (advertising law and the shop's own list).
    fn allowed(&self, text: &str) -> String {
        let forbidden = self.shop.glossary.forbidden.iter().filter(|word| !word.is_empty());
        forbidden.fold(text.to_owned(), |text, word| text.replace(word.as_str(), ""))
    }
}

/// Sentences that follow each other make one text.
fn speak(parts: &mut Vec<Part>, sentence: &str) {
    if sentence.trim().is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(Part { kind: PartKind::Text, text }) => {
            text.push('\n');
            text.push_str(sentence);
        }
        _ => parts.push(Part::text(sentence)),
    }
}

/// A message has one row of choices, at its end; the same choice offered twice is one.
fn collect(options: &mut Vec<Choice>, choices: &[Choice]) {
    for choice in choices {
        if !options.iter().any(|known| known.value == choice.value) {
            options.push(choice.clone());
        }
    }
}

/// Everything on a part that people read.
fn into_traditional(part: &mut Part, traditional: &dyn Fn(&str) -> String) {
    part.text = traditional(&part.text);
    let convert = |text: &mut String| *text = traditional(text);
    match &mut part.kind {
        PartKind::Text => {}
        PartKind::Product { title, .. } | PartKind::Coupon { title, .. } => convert(title),
        PartKind::Choices { options } => options.iter_mut().for_each(|choice| convert(&mut choice.label)),
        PartKind::Order { lines, .. } => lines.iter_mut().for_each(|line| {
            convert(&mut line.title);
            convert(&mut line.variant);
        }),
        PartKind::Tracking { carrier, events, .. } => {
            convert(carrier);
            events.iter_mut().for_each(|event| {
                convert(&mut event.place);
                convert(&mut event.text);
            });
        }
        PartKind::Quote { lines, .. } => lines.iter_mut().for_each(|line| convert(&mut line.label)),
        PartKind::Ticket { next, .. } => convert(next),
        PartKind::Image { alt, .. } | PartKind::Sticker { alt, .. } => convert(alt),
    }
}

#[cfg(test)]
mod tests;
