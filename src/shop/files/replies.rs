//! `replies/zh.toml` and `replies/en.toml`: what the assistant says, by key, in variants said in turn.

use super::{is_id, open, slots};
use crate::shop::document::fields::{Fields, text_of};
use crate::shop::document::{Entry, Located, Source, Span, Value, parse_toml};
use crate::shop::problem::kinds;

/// One reply in one language.
#[derive(Clone, Debug)]
pub(crate) struct ReplyEntry {
    /// Its dotted key.
    pub(crate) key: Located<String>,
    /// Its variants, at least one.
    pub(crate) say: Vec<String>,
    /// The slots its variants use.
    pub(crate) slots: Vec<Located<String>>,
}

/// How many dots a key may have.
const DEEPEST: usize = 6;

/// Reads a file of replies.
pub(crate) fn read(source: &mut Source<'_>) -> Vec<ReplyEntry> {
    let root = parse_toml(source);
    let Some(fields) = open(source, &root) else { return Vec::new() };
    let mut replies = Vec::new();
    for entry in fields.entries().iter().filter(|entry| entry.key != "version") {
        read_entry(source, entry, entry.key.clone(), 0, &mut replies);
    }
    replies
}

/// A text, a list of texts, a table with `say`, or a table of such for keys written without quotes.
fn read_entry(
    source: &mut Source<'_>,
    entry: &Entry,
    key: String,
    depth: usize,
    replies: &mut Vec<ReplyEntry>,
) {
    if !is_id(&key) || depth > DEEPEST {
        source.report(&entry.key_span, &kinds::BAD_ID, &[&key]);
        return;
    }
    if let Value::Table(inner) = &entry.node.value
        && entry.node.get("say").is_none()
        && !inner.is_empty()
    {
        for child in inner {
            read_entry(source, child, format!("{key}.{}", child.key), depth + 1, replies);
        }
        return;
    }
    let variants = match &entry.node.value {
        Value::Table(_) => {
            let Some(mut fields) = Fields::of(source, &entry.node) else { return };
            let say = fields.get("say").map(|node| variants(source, node)).unwrap_or_default();
            fields.finish(source);
            say
        }
        _ => variants(source, &entry.node),
    };
    if variants.is_empty() {
        source.report(&entry.key_span, &kinds::REPLY_EMPTY, &[&key]);
        return;
    }
    let mut found = Vec::new();
    for (span, text) in &variants {
        for name in slots(source, span, text) {
            found.push(source.locate(span, name));
        }
    }
    let key = source.locate(&entry.key_span, key);
    replies.push(ReplyEntry { key, say: variants.into_iter().map(|(_, text)| text).collect(), slots: found });
}

fn variants(source: &mut Source<'_>, node: &crate::shop::document::Node) -> Vec<(Span, String)> {
    match &node.value {
        Value::List(items) => {
            items.iter().filter_map(|item| Some((item.span.clone(), text_of(source, item)?))).collect()
        }
        _ => text_of(source, node).map(|text| (node.span.clone(), text)).into_iter().collect(),
    }
}
