//! `intents/<group>.toml`: example messages by intent.

use super::{is_id, open};
use crate::shop::document::fields::Fields;
use crate::shop::document::{Entry, Located, Node, Source, Value, parse_toml};
use crate::shop::problem::kinds;

/// The longest example: as long as a message may be.
pub(crate) const LONGEST_EXAMPLE: usize = 2_000;

/// The examples of one intent in one file.
#[derive(Clone, Debug)]
pub(crate) struct IntentBlock {
    /// The intent.
    pub(crate) id: Located<String>,
    /// Messages of it.
    pub(crate) examples: Vec<Located<String>>,
    /// Messages that look like it and are not.
    pub(crate) not: Vec<Located<String>>,
}

/// Reads a file of intents.
pub(crate) fn read(source: &mut Source<'_>) -> Vec<IntentBlock> {
    let root = parse_toml(source);
    let Some(fields) = open(source, &root) else { return Vec::new() };
    let mut blocks = Vec::new();
    for entry in fields.entries().iter().filter(|entry| entry.key != "version") {
        read_entry(source, entry, "", &mut blocks);
    }
    blocks
}

/// One `["return.policy"]`, or the `[return.policy]` without quotes that merchants also write.
fn read_entry(source: &mut Source<'_>, entry: &Entry, prefix: &str, blocks: &mut Vec<IntentBlock>) {
    let id = format!("{prefix}{}", entry.key);
    if prefix.is_empty() && is_group(&entry.node) {
        if let Value::Table(inner) = &entry.node.value {
            inner.iter().for_each(|entry| read_entry(source, entry, &format!("{id}."), blocks));
        }
        return;
    }
    if !is_id(&id) {
        source.report(&entry.key_span, &kinds::BAD_ID, &[&id]);
        return;
    }
    let Some(mut fields) = Fields::of(source, &entry.node) else { return };
    let examples = fields.texts(source, "examples");
    let not = fields.texts(source, "not");
    fields.finish(source);
    let id = source.locate(&entry.key_span, id);
    blocks.push(IntentBlock { id, examples: bounded(source, examples), not: bounded(source, not) });
}

/// Whether a table only holds further tables: `[return.policy]` makes a table `return` of one table `policy`.
fn is_group(node: &Node) -> bool {
    match &node.value {
        Value::Table(entries) => {
            !entries.is_empty() && entries.iter().all(|entry| matches!(entry.node.value, Value::Table(_)))
        }
        _ => false,
    }
}

fn bounded(source: &mut Source<'_>, texts: Vec<Located<String>>) -> Vec<Located<String>> {
    let mut kept = Vec::with_capacity(texts.len());
    for text in texts {
        let length = text.value.chars().count();
        if length > LONGEST_EXAMPLE {
            source.report_at(&text.at, &kinds::EXAMPLE_TOO_LONG, &[&length.to_string()]);
        } else {
            kept.push(text);
        }
    }
    kept
}
