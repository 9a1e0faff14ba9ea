//! `handoff.toml`: when a person takes over, and how people share the work.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{Presence, Terms, localized, need_id, open, shop_file, slots, word};
use crate::{
    domain::{Locale, Reason},
    shop::{
        document::{Located, Place, Source, fields::Fields, parse_toml},
        people::{AssignmentOrder, Canned, Group, HandoffRules, Keyword, Route, ServiceLevel, WrapUp},
        problem::kinds,
    },
};

/// The file's rules, and what it names that is checked once the whole shop is known.
#[derive(Debug)]
pub(crate) struct HandoffFile {
    pub(crate) rules: HandoffRules,
    /// Intents of routes.
    pub(crate) intents: Vec<Located<String>>,
    /// Every keyword with its place, those of rules included.
    pub(crate) keywords: Vec<Located<String>>,
    /// Groups with their places.
    pub(crate) groups: Vec<Located<String>>,
}

/// The reasons a rule may state, by their codes.
const REASONS: [&str; 7] = ["threat", "safety", "fraud", "legal", "keyword", "anger", "policy"];
/// What a canned reply may speak of.
const VARIABLES: [&str; 4] = ["shopper", "agent", "shop", "order"];
/// The longest time that may be stated, in seconds: a week.
const LONGEST: i64 = 7 * 24 * 3600;

/// Reads the rules. The words of `[[rule]]` tables join the keywords with their reason: every keyword calls a person at once.
pub(crate) fn read(source: &mut Source<'_>, terms: &Terms) -> HandoffFile {
    let mut file = HandoffFile {
        rules: HandoffRules::standard(),
        intents: Vec::new(),
        keywords: Vec::new(),
        groups: Vec::new(),
    };
    let root = parse_toml(source);
    let Some(mut fields) = open(source, &root) else { return file };
    let rules = &mut file.rules;
    file.keywords = fields.texts(source, "keywords");
    let keyword = |word: &Located<String>| Keyword { word: word.value.clone(), reason: Reason::Keyword };
    rules.keywords = file.keywords.iter().map(keyword).collect();
    rules.vip_levels = fields.plain_texts(source, "vip_levels");
    let count = |number: i64| u8::try_from(number).expect("the range was checked");
    if let Some(misses) = fields.integer(source, "misses", 1..=20) {
        rules.misses = count(misses);
    }
    if let Some(repeats) = fields.integer(source, "repeats", 1..=20) {
        rules.repeats = count(repeats);
    }
    let rule_tables = fields.tables(source, "rule");
    check_ids(source, &rule_tables);
    for table in rule_tables {
        rules.keywords.extend(read_rule(source, table, &mut file.keywords));
    }
    rules.keywords.dedup();
    let group_tables = fields.tables(source, "group");
    check_ids(source, &group_tables);
    for table in group_tables {
        let at = source.place(&table.span_of("id"));
        if let Some(group) = read_group(source, terms, table) {
            file.groups.push(Located { at, value: group.id.clone() });
            rules.groups.push(group);
        }
    }
    read_routes(source, &mut fields, rules, &mut file.intents);
    if let Some(table) = fields.table(source, "assignment") {
        read_assignment(source, table, rules);
    }
    if let Some(table) = fields.table(source, "service") {
        rules.service = read_service(source, table);
    }
    let assist = fields.has("assist");
    let hours = shop_file::read_hours(source, terms, &mut fields, "assist");
    rules.assist = assist.then_some(hours);
    rules.tags = fields.plain_texts(source, "tags");
    let wrap_ups = fields.tables(source, "wrap_up");
    check_ids(source, &wrap_ups);
    for table in wrap_ups {
        rules.wrap_ups.extend(read_wrap_up(source, terms, table));
    }
    let canned = fields.tables(source, "canned");
    check_ids(source, &canned);
    for table in canned {
        rules.canned.extend(read_canned(source, terms, table));
    }
    fields.finish(source);
    file
}

/// Ids of tables of one kind, each to be used once.
fn check_ids(source: &mut Source<'_>, tables: &[Fields<'_>]) {
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    for table in tables {
        let Some(id) = table.written("id") else { continue };
        let at = source.place(&table.span_of("id"));
        match places.get(id) {
            Some(earlier) => source.report_at(&at, &kinds::REPEATED_ID, &[id, earlier]),
            None => {
                places.insert(id, at.name());
            }
        }
    }
}

/// The routes in order. One without any condition takes whatever comes to it.
fn read_routes(
    source: &mut Source<'_>,
    fields: &mut Fields<'_>,
    rules: &mut HandoffRules,
    intents: &mut Vec<Located<String>>,
) {
    let mut takes_all: Option<Place> = None;
    for table in fields.tables(source, "route") {
        let at = source.place(&table.span());
        let Some(route) = read_route(source, table, &rules.groups, intents) else { continue };
        match &takes_all {
            Some(earlier) => source.report_at(&at, &kinds::ROUTE_SHADOWED, &[&earlier.name()]),
            None if route.is_unconditional() => takes_all = Some(at),
            None => {}
        }
        rules.routes.push(route);
    }
}

fn read_rule(
    source: &mut Source<'_>,
    mut table: Fields<'_>,
    keywords: &mut Vec<Located<String>>,
) -> Vec<Keyword> {
    need_id(&mut table, source, "id");
    let words = table.texts(source, "keywords");
    let mut reason = Reason::Keyword;
    if let Some(code) = table.located_text(source, "reason") {
        match Reason::from_code(&code.value) {
            Some(known) => reason = known,
            None => source.report_at(&code.at, &kinds::UNKNOWN_WORD, &[&code.value, &REASONS.join(", ")]),
        }
    }
    table.finish(source);
    let rule = words.iter().map(|word| Keyword { word: word.value.clone(), reason }).collect();
    keywords.extend(words);
    rule
}

fn read_group(source: &mut Source<'_>, terms: &Terms, mut table: Fields<'_>) -> Option<Group> {
    let id = need_id(&mut table, source, "id");
    let name = localized(&mut table, source, terms, "name", Presence::Needed);
    table.finish(source);
    Some(Group { id: id?, name: name? })
}

fn read_route(
    source: &mut Source<'_>,
    mut table: Fields<'_>,
    groups: &[Group],
    intents: &mut Vec<Located<String>>,
) -> Option<Route> {
    let group = table.need_text(source, "group");
    let known = groups.iter().map(|group| group.id.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(group) = &group
        && !groups.iter().any(|one| one.id == *group)
    {
        source.report(&table.span_of("group"), &kinds::UNKNOWN_WORD, &[group, &known]);
    }
    let priority = table.integer(source, "priority", -100..=100).unwrap_or_default();
    let mut reasons = Vec::new();
    for code in table.texts(source, "reasons") {
        match Reason::from_code(&code.value) {
            Some(reason) => reasons.push(reason),
            None => source.report_at(&code.at, &kinds::UNKNOWN_WORD, &[&code.value, &Reason::codes()]),
        }
    }
    let mut locales = Vec::new();
    for tag in table.texts(source, "locales") {
        match Locale::from_tag(&tag.value) {
            Some(locale) => locales.push(locale),
            None => source.report_at(&tag.at, &kinds::UNKNOWN_WORD, &[&tag.value, "zh-Hans, zh-Hant, en"]),
        }
    }
    let named = table.texts(source, "intents");
    let levels = table.plain_texts(source, "levels");
    table.finish(source);
    let route = Route {
        group: group?,
        priority: i32::try_from(priority).unwrap_or_default(),
        reasons,
        intents: named.iter().map(|intent| intent.value.clone()).collect(),
        levels,
        locales,
    };
    intents.extend(named);
    Some(route)
}

fn read_assignment(source: &mut Source<'_>, mut table: Fields<'_>, rules: &mut HandoffRules) {
    let assignment = &mut rules.assignment;
    assignment.by_itself = table.boolean(source, "by_itself").unwrap_or(assignment.by_itself);
    let orders =
        [("longest_idle", AssignmentOrder::LongestIdle), ("round_robin", AssignmentOrder::RoundRobin)];
    assignment.order = word(&mut table, source, "order", &orders).unwrap_or(assignment.order);
    if let Some(capacity) = table.integer(source, "capacity", 1..=100) {
        assignment.capacity = u32::try_from(capacity).unwrap_or(assignment.capacity);
    }
    for (key, slot) in [
        ("answer_within_seconds", &mut assignment.answer_within),
        ("reply_within_seconds", &mut assignment.reply_within),
        ("away_after_seconds", &mut assignment.away_after),
        ("overflow_after_seconds", &mut assignment.overflow_after),
        ("reopen_within_seconds", &mut assignment.reopen_within),
        ("close_after_seconds", &mut assignment.close_after),
    ] {
        *slot = seconds(source, &mut table, key).unwrap_or(*slot);
    }
    table.finish(source);
}

fn read_service(source: &mut Source<'_>, mut table: Fields<'_>) -> ServiceLevel {
    let mut service = ServiceLevel::standard();
    for (key, slot) in [
        ("first_reply_seconds", &mut service.first_reply),
        ("reply_seconds", &mut service.reply),
        ("messages_seconds", &mut service.messages),
    ] {
        *slot = seconds(source, &mut table, key).unwrap_or(*slot);
    }
    table.finish(source);
    service
}

/// A time in seconds; away and the like below some seconds would only make people flicker.
fn seconds(source: &mut Source<'_>, table: &mut Fields<'_>, key: &'static str) -> Option<SignedDuration> {
    table.integer(source, key, 5..=LONGEST).map(SignedDuration::from_secs)
}

fn read_wrap_up(source: &mut Source<'_>, terms: &Terms, mut table: Fields<'_>) -> Option<WrapUp> {
    let id = need_id(&mut table, source, "id");
    let name = localized(&mut table, source, terms, "name", Presence::Needed);
    let needless = table.boolean(source, "needless").unwrap_or(false);
    table.finish(source);
    Some(WrapUp { id: id?, name: name?, needless })
}

fn read_canned(source: &mut Source<'_>, terms: &Terms, mut table: Fields<'_>) -> Option<Canned> {
    let id = need_id(&mut table, source, "id");
    let text = localized(&mut table, source, terms, "text", Presence::Needed);
    let at = table.span_of("text");
    table.finish(source);
    let text = text?;
    for written in [Some(&text.zh), text.en.as_ref()].into_iter().flatten() {
        for name in slots(source, &at, written) {
            if !VARIABLES.contains(&name.as_str()) {
                source.report(&at, &kinds::UNKNOWN_WORD, &[&name, &VARIABLES.join(", ")]);
            }
        }
    }
    Some(Canned { id: id?, text })
}
