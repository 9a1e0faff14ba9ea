//! One file kind a module: what may stand in it, as values that still know their places.
//!
//! A reader here sees one file alone. What needs several files, such as whether a product named by a promotion
//! exists, is seen in `merge`.

pub(crate) mod faq;
pub(crate) mod glossary;
pub(crate) mod handoff;
pub(crate) mod intents;
pub(crate) mod orders;
pub(crate) mod policy;
pub(crate) mod products;
pub(crate) mod promotions;
pub(crate) mod replies;
pub(crate) mod shop_file;
pub(crate) mod sizes;
pub(crate) mod stickers;

use jiff::tz::TimeZone;

use super::document::fields::{Fields, decimal_of, text_of};
use super::document::{Node, Source, Span, Value};
use super::problem::kinds;
use super::times::{Clock, DayEdge, Written};
use crate::domain::{Currency, Locale, Localized, Money};

/// What the rest of a shop's files are read with: the answers of its `shop.toml`.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// The currency of every amount.
    pub(crate) currency: Currency,
    /// The languages, the default first; never empty.
    pub(crate) locales: Vec<Locale>,
    /// The zone of dates without one.
    pub(crate) zone: TimeZone,
    /// Seeding and present.
    pub(crate) clock: Clock,
}

impl Terms {
    /// The default language as texts are written: `zh` or `en`.
    pub(crate) fn first_language(&self) -> &'static str {
        if self.locales.first().is_none_or(|locale| locale.is_chinese()) { "zh" } else { "en" }
    }

    /// Whether shoppers of a written language are served.
    pub(crate) fn speaks(&self, language: &str) -> bool {
        self.locales.iter().any(|locale| locale.is_chinese() == (language == "zh"))
    }
}

/// The root table of a TOML file, its `version` checked.
pub(crate) fn open<'n>(source: &mut Source<'_>, root: &'n Node) -> Option<Fields<'n>> {
    let mut fields = Fields::of(source, root)?;
    match fields.get("version").map(|node| (&node.value, &node.span)) {
        Some((Value::Integer(1), _)) => {}
        Some((Value::Integer(other), span)) => {
            source.report(span, &kinds::VERSION_UNKNOWN, &[&other.to_string()])
        }
        Some((_, span)) => source.report(span, &kinds::VERSION_MISSING, &[]),
        None => source.report(&(0..0), &kinds::VERSION_MISSING, &[]),
    }
    Some(fields)
}

/// Whether a text may be an id: ASCII letters, digits, dot, dash, underscore; at most 64.
pub(crate) fn is_id(text: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !text.is_empty() && text.len() <= 64 && text.bytes().all(fine)
}

/// An id that must be there and well formed.
pub(crate) fn need_id(fields: &mut Fields<'_>, source: &mut Source<'_>, key: &'static str) -> Option<String> {
    let id = fields.need_text(source, key)?;
    if is_id(&id) {
        source.declare(&id);
        return Some(id);
    }
    source.report(&fields.span_of(key), &kinds::BAD_ID, &[&id]);
    None
}

/// Whether a text in two languages must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// In the default language at least.
    Needed,
    /// It may be absent altogether.
    Free,
}

/// A text in the shop's languages: `{ zh = "…", en = "…" }`, or a plain text for the default language.
pub(crate) fn localized(
    fields: &mut Fields<'_>,
    source: &mut Source<'_>,
    terms: &Terms,
    key: &'static str,
    presence: Presence,
) -> Option<Localized> {
    let node = match presence {
        Presence::Needed => fields.need(source, key)?,
        Presence::Free => fields.get(key)?,
    };
    if let Value::Text(_) = node.value {
        let text = text_of(source, node)?;
        return Some(if terms.first_language() == "zh" {
            Localized::zh(text)
        } else {
            Localized { zh: String::new(), en: Some(text) }
        });
    }
    let mut languages = Fields::of(source, node)?;
    let before = source.problem_count();
    let zh = languages.text(source, "zh");
    let en = languages.text(source, "en");
    languages.finish(source);
    if source.problem_count() == before {
        report_missing_language(source, &node.span, terms, zh.is_some(), en.is_some());
    }
    Some(Localized { zh: zh.unwrap_or_default(), en })
}

fn report_missing_language(source: &mut Source<'_>, span: &Span, terms: &Terms, zh: bool, en: bool) {
    for (language, there) in [("zh", zh), ("en", en)] {
        if there {
            continue;
        }
        if terms.first_language() == language {
            source.report(span, &kinds::NO_DEFAULT_TEXT, &[language]);
        } else if terms.speaks(language) {
            source.report(span, &kinds::NO_TRANSLATION, &[language]);
        }
    }
}

/// An amount of the shop's currency that is not negative.
pub(crate) fn money(
    fields: &mut Fields<'_>,
    source: &mut Source<'_>,
    terms: &Terms,
    key: &'static str,
) -> Option<Money> {
    let node = fields.get(key)?;
    money_of(source, terms, node)
}

/// An amount that must be there.
pub(crate) fn need_money(
    fields: &mut Fields<'_>,
    source: &mut Source<'_>,
    terms: &Terms,
    key: &'static str,
) -> Option<Money> {
    let node = fields.need(source, key)?;
    money_of(source, terms, node)
}

/// The amount a value states.
pub(crate) fn money_of(source: &mut Source<'_>, terms: &Terms, node: &Node) -> Option<Money> {
    let amount = decimal_of(source, node)?;
    let digits = terms.currency.minor_digits();
    if amount.is_sign_negative() && !amount.is_zero() {
        source.report(&node.span, &kinds::NEGATIVE_MONEY, &[&amount.to_string()]);
        return None;
    }
    if amount.normalize().scale() > digits {
        source.report(&node.span, &kinds::MONEY_PLACES, &[&amount.to_string(), &digits.to_string()]);
        return None;
    }
    Some(Money::new(amount, terms.currency))
}

/// A moment.
pub(crate) fn moment(
    fields: &mut Fields<'_>,
    source: &mut Source<'_>,
    terms: &Terms,
    key: &'static str,
    edge: DayEdge,
) -> Option<Written> {
    let node = fields.get(key)?;
    moment_of(source, terms, node, edge)
}

/// The moment a value states.
pub(crate) fn moment_of(
    source: &mut Source<'_>,
    terms: &Terms,
    node: &Node,
    edge: DayEdge,
) -> Option<Written> {
    let text = match &node.value {
        Value::Time(text) => text.clone(),
        _ => text_of(source, node)?,
    };
    let read = super::times::parse(&text, &terms.clock, &terms.zone, edge);
    if read.is_none() {
        source.report(&node.span, &kinds::BAD_TIME, &[&text]);
    }
    read
}

/// A day of the calendar.
pub(crate) fn date_of(source: &mut Source<'_>, node: &Node) -> Option<jiff::civil::Date> {
    let text = match &node.value {
        Value::Time(text) => text.clone(),
        _ => text_of(source, node)?,
    };
    let read = (text.len() == 10).then(|| text.parse().ok()).flatten();
    if read.is_none() {
        source.report(&node.span, &kinds::BAD_DATE, &[&text]);
    }
    read
}

/// A word out of a table of words.
pub(crate) fn word<T: Copy>(
    fields: &mut Fields<'_>,
    source: &mut Source<'_>,
    key: &'static str,
    words: &[(&'static str, T)],
) -> Option<T> {
    let written = fields.text(source, key)?;
    super::document::fields::word_of(source, &fields.span_of(key), &written, words)
}

/// The names in braces in a template; a problem where braces do not match. `{{` and `}}` are not special.
pub(crate) fn slots(source: &mut Source<'_>, span: &Span, template: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let after = &rest[at + 1..];
        let close = after.find(['{', '}']).filter(|close| after.as_bytes()[*close] == b'}');
        match close {
            Some(close) if rest.as_bytes()[at] == b'{' && close > 0 => {
                names.push(after[..close].to_owned());
                rest = &after[close + 1..];
            }
            _ => {
                source.report(span, &kinds::SLOT_SYNTAX, &[]);
                return names;
            }
        }
    }
    names
}
