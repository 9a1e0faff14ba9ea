//! `handoff.toml`: when a person takes over.

use super::{need_id, open};
use crate::domain::Reason;
use crate::shop::document::{Source, parse_toml};
use crate::shop::model::HandoffRules;

/// The rules of a shop without the file (COMMERCE.md, last section).
pub(crate) fn defaults() -> HandoffRules {
    HandoffRules { keywords: Vec::new(), vip_levels: Vec::new(), misses: 2, repeats: 3 }
}

/// Reads the rules. The words of `[[rule]]` tables join the keywords: every keyword calls a person at once.
pub(crate) fn read(source: &mut Source<'_>) -> HandoffRules {
    let mut rules = defaults();
    let root = parse_toml(source);
    let Some(mut fields) = open(source, &root) else { return rules };
    rules.keywords = fields.plain_texts(source, "keywords");
    rules.vip_levels = fields.plain_texts(source, "vip_levels");
    let count = |number: i64| u8::try_from(number).expect("the range was checked");
    if let Some(misses) = fields.integer(source, "misses", 1..=20) {
        rules.misses = count(misses);
    }
    if let Some(repeats) = fields.integer(source, "repeats", 1..=20) {
        rules.repeats = count(repeats);
    }
    for mut table in fields.tables(source, "rule") {
        need_id(&mut table, source, "id");
        rules.keywords.extend(table.plain_texts(source, "keywords"));
        if let Some(reason) = table.located_text(source, "reason")
            && Reason::from_code(&reason.value).is_none()
        {
            let known = REASONS.join(", ");
            source.report_at(
                &reason.at,
                &crate::shop::problem::kinds::UNKNOWN_WORD,
                &[&reason.value, &known],
            );
        }
        table.finish(source);
    }
    fields.finish(source);
    rules.keywords.dedup();
    rules
}

/// The reasons a rule may state, by their codes.
const REASONS: [&str; 7] = ["threat", "safety", "fraud", "legal", "keyword", "anger", "policy"];
