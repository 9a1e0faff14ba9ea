//! The schemas of the merchant's files, held against the readers in both directions.
//!
//! What a reader would take at a place shows in what it says to a key, or a word, that it doesn't know.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};
use xiaoer::shop::{Clocks, Problem, Tree, load_all, schema, taxonomy};

use super::{checker::Documents, support::Server};

/// A key and a word that nothing is called, and that is near to nothing.
const UNKNOWN: &str = "qqqqqqqq";
/// The same as a line, or as an entry of an inline table.
const MARK: &str = "qqqqqqqq = 1";

/// Problems that a schema sees as well: they are in the form of one file alone.
const OF_FORM: [&str; 34] = [
    "example.too_long",
    "faq.no_answer",
    "faq.no_ask",
    "file.version",
    "key.missing",
    "key.unknown",
    "money.negative",
    "policy.fault_days",
    "policy.no_reason_days",
    "policy.refund_days",
    "promotion.percent",
    "promotion.scope",
    "promotion.tiers",
    "reply.empty",
    "shop.color",
    "shop.currency",
    "shop.flow",
    "shop.locale",
    "shop.origin",
    "shop.system",
    "size.empty",
    "test.empty",
    "test.turn",
    "time.clock",
    "time.date",
    "time.invalid",
    "value.empty",
    "value.id",
    "value.one_of",
    "value.quotes",
    "value.range",
    "value.type",
    "value.too_long",
    "value.word",
];

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn tree(path: &str) -> Tree {
    Tree::read(&folder(path)).expect("the files can be read")
}

fn document(kind: &str) -> Value {
    serde_json::from_str(schema::schema(kind).expect("a kind has its schema")).expect("a schema is JSON")
}

fn documents() -> Documents {
    Documents::published(schema::KINDS.iter().map(|kind| ((*kind).to_owned(), document(kind))))
}

/// A file as an editor hands it to a schema; `None` where its syntax is broken.
fn read(text: &str) -> Option<Value> {
    let table: toml::Table = text.parse().ok()?;
    Some(as_json(&toml::Value::Table(table)))
}

fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(truth) => json!(truth),
        toml::Value::Datetime(time) => json!(time.to_string()),
        toml::Value::Array(items) => Value::Array(items.iter().map(as_json).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.clone(), as_json(value))).collect())
        }
    }
}

#[test]
fn every_file_that_ships_is_as_its_schema_says() {
    let documents = documents();
    let mut kinds = BTreeSet::new();
    for place in ["intents", "tests/fixtures/shops/fine"] {
        let tree = tree(place);
        for (path, text) in tree.files().filter(|(path, _)| path.ends_with(".toml")) {
            let kind = schema::kind_of(path).unwrap_or_else(|| panic!("{path} is of no kind"));
            let value = read(text).expect("its syntax is whole");
            assert_eq!(documents.check(kind, &value), Ok(()), "{place}/{path}");
            kinds.insert(kind);
        }
    }
    assert_eq!(kinds.len(), schema::KINDS.len(), "every kind ships: {kinds:?}");
}

#[test]
fn a_faulty_file_is_refused_when_its_form_is_at_fault_and_only_then() {
    let documents = documents();
    let of_form = |code: &str| OF_FORM.contains(&code);
    let mut refused = 0;
    for case in fs::read_dir(folder("tests/fixtures/shops")).expect("the fixtures can be read") {
        let case = case.expect("an entry").path();
        let expected = fs::read_to_string(case.join("expected.txt")).unwrap_or_default();
        let faulty: BTreeSet<&str> = expected
            .lines()
            .filter(|line| line.rsplit(' ').next().is_some_and(of_form))
            .filter_map(|line| line.split(' ').next()?.rsplitn(3, ':').nth(2))
            .collect();
        let tree = Tree::read(&case).expect("the case can be read");
        for (path, text) in tree.files() {
            let Some((kind, value)) = schema::kind_of(path).zip(read(text)) else { continue };
            let verdict = documents.check(kind, &value);
            assert_eq!(verdict.is_err(), faulty.contains(path), "{}/{path}: {verdict:?}", case.display());
            refused += usize::from(verdict.is_err());
        }
    }
    assert!(refused >= 25, "{refused}");
}

#[test]
fn the_built_in_intents_are_all_offered() {
    let mut expected: Vec<&str> = taxonomy::INTENTS.to_vec();
    expected.push(taxonomy::OUT_OF_SCOPE);
    for (kind, pointer) in [
        ("faq", "/properties/faq/items/properties/intent/anyOf/0/enum"),
        ("faq", "/$defs/follow/anyOf/0/enum"),
        ("stickers", "/properties/sticker/items/properties/means/anyOf/0/enum"),
        (
            "tests",
            "/properties/test/items/properties/turns/items/properties/bot/properties/intent/anyOf/0/enum",
        ),
    ] {
        assert_eq!(words(&document(kind), pointer), expected, "{kind}{pointer}");
    }
    let mut keys: Vec<String> = expected.iter().map(|intent| (*intent).to_owned()).collect();
    keys.push("version".to_owned());
    keys.sort_unstable();
    assert_eq!(allowed(&document("intents"), ""), keys);
}

/// A table of a file: where the file lies, its text with the mark in the table, and the table's schema.
struct Level {
    path: &'static str,
    text: String,
    pointer: &'static str,
}

const SHOP: &str = "shops/tea/shop.toml";
const PROMOTIONS: &str = "shops/tea/promotions.toml";
const POLICY: &str = "shops/tea/policy.toml";
const HANDOFF: &str = "shops/tea/handoff.toml";
const TESTS: &str = "shops/tea/tests/a.toml";

fn level(path: &'static str, pointer: &'static str, text: impl Into<String>) -> Level {
    Level { path, pointer, text: format!("version = 1\n{}\n", text.into()) }
}

/// Every level but those of promotions.
fn plain_levels() -> Vec<Level> {
    let root = |path, rest: &str| level(path, "", format!("{MARK}\n{rest}"));
    let table = |path, pointer, head: &str| level(path, pointer, format!("{head}\n{MARK}"));
    let (faq, sizes) = ("shops/tea/faq/a.toml", "shops/tea/sizes.toml");
    let (glossary, stickers) = ("shops/tea/glossary.toml", "shops/tea/stickers.toml");
    let (pack, intents) = ("packs/base/pack.toml", "shops/tea/intents/a.toml");
    let shop =
        |pointer, rest: &str| level(SHOP, pointer, format!("id = \"tea\"\nname = \"茶\"\n{rest}\n{MARK}"));
    vec![
        shop("", ""),
        level(SHOP, "/properties/name", format!("id = \"tea\"\nname = {{ zh = \"茶\", {MARK} }}")),
        shop("/properties/system", "[system]\nurl = \"https://erp.example.com\""),
        shop("/properties/widget", "[widget]"),
        shop("/properties/hours", "[hours]\nfrom = \"09:00\"\nto = \"18:00\""),
        shop("/properties/contact", "[contact]"),
        shop("/properties/contact/properties/address", "[contact.address]\nzh = \"杭州\""),
        shop("/properties/flow", "[flow]"),
        shop("/properties/search", "[search]"),
        root(pack, "name = \"base\""),
        table(pack, "/properties/title", "name = \"base\"\n[title]\nzh = \"基础\""),
        table(intents, "/$defs/intent", "[\"tea.brewing\"]\nexamples = [\"怎么泡\"]"),
        table(intents, "/properties/return.policy", "[\"return.policy\"]\nexamples = [\"能退吗\"]"),
        table("packs/base/replies/zh.toml", "/$defs/reply", "[\"chat.greet\"]\nsay = \"您好\""),
        root(faq, ""),
        table(faq, "/properties/faq/items", "[[faq]]\nid = \"a\"\nask = [\"问\"]\nanswer.zh = \"答\""),
        table(
            faq,
            "/properties/faq/items/properties/answer",
            "[[faq]]\nid = \"a\"\nask = [\"问\"]\n[faq.answer]\nzh = \"答\"",
        ),
        root(glossary, ""),
        table(glossary, "/properties/tone", "[tone]"),
        table(glossary, "/properties/term/items", "[[term]]\nword = \"茶饼\""),
        root(stickers, ""),
        table(stickers, "/properties/sticker/items", "[[sticker]]\nid = \"a\"\nalt = \"谢谢\""),
        table(
            stickers,
            "/properties/sticker/items/properties/alt",
            "[[sticker]]\nid = \"a\"\n[sticker.alt]\nzh = \"谢谢\"",
        ),
        root(sizes, ""),
        table(sizes, "/properties/chart/items", "[[chart]]\nid = \"a\"\nsizes = [{ size = \"S\" }]"),
        root(TESTS, ""),
        table(TESTS, "/properties/test/items", "[[test]]\nname = \"a\"\nturns = [{ shopper = \"在\" }]"),
        table(TESTS, "/properties/test/items/properties/page", "[[test]]\nname = \"a\"\n[test.page]"),
        level(
            TESTS,
            "/properties/test/items/properties/turns/items/properties/bot",
            format!("[[test]]\nname = \"a\"\nturns = [{{ shopper = \"在\" }}, {{ bot = {{ {MARK} }} }}]"),
        ),
        root(POLICY, ""),
        table(POLICY, "/properties/returns", "[returns]"),
        table(POLICY, "/properties/returns/properties/address", "[returns.address]\nzh = \"杭州\""),
        table(POLICY, "/properties/shipping", "[shipping]"),
        table(POLICY, "/properties/orders", "[orders]"),
        table(POLICY, "/properties/price_protection", "[price_protection]"),
        table(POLICY, "/properties/warranty", "[warranty]"),
        table(POLICY, "/properties/handoff_limits", "[handoff_limits]"),
        table(POLICY, "/properties/agents", "[agents]"),
        table(
            POLICY,
            "/properties/reminders",
            "[reminders]\nquiet_from = \"22:00\"\nquiet_until = \"08:00\"",
        ),
        table(POLICY, "/properties/recommend", "[recommend]"),
        table(POLICY, "/properties/privacy", "[privacy]"),
        root(HANDOFF, ""),
        table(HANDOFF, "/properties/rule/items", "[[rule]]\nid = \"a\""),
        table(HANDOFF, "/properties/group/items", "[[group]]\nid = \"a\"\nname = \"一\""),
        table(
            HANDOFF,
            "/properties/group/items/properties/name",
            "[[group]]\nid = \"a\"\n[group.name]\nzh = \"一\"",
        ),
        table(
            HANDOFF,
            "/properties/route/items",
            "[[group]]\nid = \"a\"\nname = \"一\"\n[[route]]\ngroup = \"a\"",
        ),
        table(HANDOFF, "/properties/assignment", "[assignment]"),
        table(HANDOFF, "/properties/service", "[service]"),
        table(HANDOFF, "/properties/assist", "[assist]\nfrom = \"20:00\"\nto = \"22:00\""),
        table(HANDOFF, "/properties/wrap_up/items", "[[wrap_up]]\nid = \"a\"\nname = \"一\""),
        table(HANDOFF, "/properties/canned/items", "[[canned]]\nid = \"a\"\ntext = \"一\""),
    ]
}

/// What every promotion of these levels says.
const PROMOTION: &str = "[[promotion]]\nid = \"a\"\nfrom = \"-1d\"\nuntil = \"+9d\"";

/// A promotion of a kind, complete but for the mark: with a key missing the reader would not come to those unknown.
fn promotion(pointer: &'static str, rest: &str) -> Level {
    let common = "title = \"一\"\ntext = \"一\"\nexcept_products = []\nscope = { all = true }\nstack = true";
    level(PROMOTIONS, pointer, format!("{PROMOTION}\n{common}\n{rest}"))
}

fn levels_of_promotions() -> Vec<Level> {
    let cut = format!("{PROMOTION}\nkind = \"item_price\"\npercent = \"90\"");
    let kind = |pointer, rest: &str| promotion(pointer, &format!("{rest}\n{MARK}"));
    let over_off = "over = \"9\"\noff = \"1\"\ncap = \"5\"\nplatform = true";
    let dates = "balance_from = \"+9d\"\nbalance_until = \"+10d\"\ndeposit_kind = \"定金\"";
    let coupon = "claim = true\nper_shopper = 1\ngroup = \"shop\"";
    vec![
        level(PROMOTIONS, "", MARK),
        level(
            PROMOTIONS,
            "/properties/promotion/items/properties/title",
            format!("{cut}\nscope = {{ all = true }}\n[promotion.title]\nzh = \"一\"\n{MARK}"),
        ),
        level(
            PROMOTIONS,
            "/properties/promotion/items/properties/scope",
            format!("{cut}\ntitle = \"一\"\n[promotion.scope]\nall = true\n{MARK}"),
        ),
        kind("/$defs/item_price", "kind = \"item_price\"\npercent = \"90\""),
        kind("/$defs/member_price", "kind = \"member_price\"\nprice = \"90\""),
        kind("/$defs/n_piece", "kind = \"n_piece\"\ntiers = [{ pieces = 2, percent = \"90\" }]"),
        kind("/$defs/threshold", "kind = \"threshold\"\ntiers = [{ over = \"9\", off = \"1\" }]"),
        promotion(
            "/$defs/n_piece/properties/tiers/items",
            &format!("kind = \"n_piece\"\ntiers = [{{ pieces = 2, percent = \"90\", {MARK} }}]"),
        ),
        promotion(
            "/$defs/threshold/properties/tiers/items",
            &format!("kind = \"threshold\"\ntiers = [{{ over = \"9\", off = \"1\", {MARK} }}]"),
        ),
        kind("/$defs/repeating_threshold", &format!("kind = \"repeating_threshold\"\n{over_off}")),
        kind("/$defs/coupon", &format!("kind = \"coupon\"\n{over_off}\n{coupon}")),
        kind("/$defs/gift", "kind = \"gift\"\nover = \"9\"\ngift = \"cup\"\nstock = 1"),
        kind("/$defs/presale", &format!("kind = \"presale\"\ndeposit = \"1\"\ncounts_as = \"2\"\n{dates}")),
        kind("/$defs/points", "kind = \"points\"\nper_yuan = 100\nmax_percent = \"30\""),
        kind("/$defs/free_shipping", "kind = \"free_shipping\"\nover = \"9\"\nexcept_regions = []"),
    ]
}

/// What is wrong with one file in a tree that is fine else.
fn problems(fine: &Tree, path: &str, text: &str) -> Vec<Problem> {
    let mut tree = fine.clone();
    tree.insert(path, text);
    let now = "2026-11-23T02:00:00Z".parse().expect("a moment");
    let clocks = Clocks { now, seeded_at: BTreeMap::new() };
    load_all(&tree, &clocks).problems.into_iter().filter(|problem| problem.path == path).collect()
}

fn unknown_keys(fine: &Tree, path: &str, text: &str) -> Vec<Problem> {
    problems(fine, path, text).into_iter().filter(|problem| problem.code == "key.unknown").collect()
}

/// The keys that a table's schema allows, sorted.
fn allowed(document: &Value, pointer: &str) -> Vec<String> {
    let table = document.pointer(pointer).unwrap_or_else(|| panic!("{pointer} leads nowhere"));
    let mut keys: Vec<String> = match table.pointer("/propertyNames/enum") {
        Some(_) => words(table, "/propertyNames/enum").into_iter().map(str::to_owned).collect(),
        None => table["properties"].as_object().expect("a table of keys").keys().cloned().collect(),
    };
    keys.sort_unstable();
    keys
}

fn words<'d>(document: &'d Value, pointer: &str) -> Vec<&'d str> {
    let list = document.pointer(pointer).unwrap_or_else(|| panic!("{pointer} leads nowhere"));
    list.as_array().expect("a list").iter().map(|word| word.as_str().expect("a word")).collect()
}

/// The list at the end of a sentence, each word once, and whether it is whole: a long one is cut off.
fn told<'m>(sentence: &'m str, before: &str) -> (Vec<&'m str>, bool) {
    let (_, list) = sentence.split_once(before).unwrap_or_else(|| panic!("no list in: {sentence}"));
    let mut words: Vec<&str> = list.split(", ").collect();
    let whole = !list.ends_with('…');
    if !whole {
        words.pop();
    }
    words.dedup();
    (words, whole)
}

/// The reader's list of keys is the schema's.
fn assert_told(fine: &Tree, level: &Level, allowed: &[String]) {
    let found = unknown_keys(fine, level.path, &level.text);
    let [problem] = found.as_slice() else { panic!("one key is unknown in {}: {found:?}", level.text) };
    let (told, whole) = told(&problem.message.en, "what may stand here: ");
    let expected = if whole { allowed } else { &allowed[..told.len().min(allowed.len())] };
    assert_eq!(told, expected, "{}{}", level.path, level.pointer);
}

/// The table that the mark stands in.
fn marked(value: &Value) -> Option<&Map<String, Value>> {
    match value {
        Value::Object(fields) if fields.contains_key(UNKNOWN) => Some(fields),
        Value::Object(fields) => fields.values().find_map(marked),
        Value::Array(items) => items.iter().find_map(marked),
        _ => None,
    }
}

/// The level's text with other keys in the place of the mark.
fn with_keys<'k>(level: &Level, keys: impl Iterator<Item = &'k String>) -> String {
    let before = level.text.split(MARK).next().unwrap_or_default();
    let inline = before.lines().last().is_some_and(|line| line.contains('{')) && !before.ends_with('\n');
    let lines: Vec<String> = keys.map(|key| format!("{key} = 1")).collect();
    level.text.replace(MARK, &lines.join(if inline { ", " } else { "\n" }))
}

#[test]
fn the_keys_of_every_table_are_those_of_its_reader() {
    let fine = tree("tests/fixtures/shops/fine");
    let levels: Vec<(Level, Vec<String>)> = plain_levels()
        .into_iter()
        .chain(levels_of_promotions())
        .map(|level| {
            let kind = schema::kind_of(level.path).expect("its kind");
            let allowed = allowed(&document(kind), level.pointer);
            (level, allowed)
        })
        .collect();
    let all: BTreeSet<&String> = levels.iter().flat_map(|(_, allowed)| allowed).collect();
    for (level, allowed) in &levels {
        assert_told(&fine, level, allowed);
        let strange: Vec<&String> = all.iter().filter(|key| !allowed.contains(key)).copied().collect();
        let found = unknown_keys(&fine, level.path, &with_keys(level, strange.iter().copied()));
        assert_eq!(found.len(), strange.len(), "{}{}: {strange:?} {found:?}", level.path, level.pointer);

        let value = read(&level.text).expect("its syntax is whole");
        let there = marked(&value).expect("the mark");
        let missing = allowed.iter().filter(|key| !there.contains_key(*key));
        let found = unknown_keys(&fine, level.path, &with_keys(level, missing));
        assert!(found.is_empty(), "{}{}: {found:?}", level.path, level.pointer);
    }
    let turn = "/properties/test/items/properties/turns/items";
    let turns = level(TESTS, turn, format!("[[test]]\nname = \"a\"\nturns = [{{ {MARK} }}]"));
    assert_told(&fine, &turns, &allowed(&document("tests"), turn));
}

#[test]
fn whole_numbers_have_the_bounds_of_their_reader() {
    let fine = tree("tests/fixtures/shops/fine");
    let mut checked = 0;
    for level in plain_levels() {
        let document = document(schema::kind_of(level.path).expect("its kind"));
        let table = document.pointer(level.pointer).expect("the table");
        // What the law says of days is narrower than what a number may be at all.
        let narrower = level.pointer == "/properties/returns";
        for (key, number) in table["properties"].as_object().into_iter().flatten() {
            if number["type"] != "integer" || narrower {
                continue;
            }
            let text = level.text.replace(MARK, &format!("{key} = 99999999"));
            let bounds = format!("; use {} to {}", number["minimum"], number["maximum"]);
            let found = problems(&fine, level.path, &text);
            let told = found.iter().any(|it| it.code == "value.range" && it.message.en.ends_with(&bounds));
            assert!(told, "{}{} {key}{bounds}: {found:?}", level.path, level.pointer);
            checked += 1;
        }
    }
    assert!(checked >= 20, "{checked}");
}

/// Places of a word out of a list: the file, its text with a word that is unknown, and the list.
fn places_of_words() -> Vec<Level> {
    let shop = |pointer, rest: &str| level(SHOP, pointer, format!("id = \"tea\"\nname = \"茶\"\n{rest}"));
    let bot = |pointer, rest: &str| {
        let turns = format!("turns = [{{ shopper = \"在\" }}, {{ bot = {{ {rest} }} }}]");
        level(TESTS, pointer, format!("[[test]]\nname = \"a\"\n{turns}"))
    };
    let presale = "deposit = \"1\"\nbalance_from = \"+9d\"\nbalance_until = \"+10d\"";
    let route = "[[group]]\nid = \"a\"\nname = \"一\"\n[[route]]\ngroup = \"a\"\n";
    vec![
        shop("/properties/locales/items/enum", "locales = [\"qqqqqqqq\"]"),
        shop(
            "/properties/hours/properties/days/items/enum",
            "[hours]\ndays = [\"qqqqqqqq\"]\nfrom = \"09:00\"\nto = \"18:00\"",
        ),
        shop("/properties/flow/properties/off/items/enum", "[flow]\noff = [\"qqqqqqqq\"]"),
        level(PROMOTIONS, "/properties/threshold_base/enum", "threshold_base = \"qqqqqqqq\""),
        promotion("/properties/promotion/items/properties/kind/enum", "kind = \"qqqqqqqq\""),
        promotion(
            "/properties/promotion/items/properties/deposit_kind/enum",
            &format!("kind = \"presale\"\n{presale}\ndeposit_kind = \"qqqqqqqq\""),
        ),
        level(
            "shops/tea/sizes.toml",
            "/properties/chart/items/properties/unit/enum",
            "[[chart]]\nid = \"a\"\nunit = \"qqqqqqqq\"\nsizes = [{ size = \"S\" }]",
        ),
        bot(
            "/properties/test/items/properties/turns/items/properties/bot/properties/part/anyOf/0/enum",
            "part = \"qqqqqqqq\"",
        ),
        bot(
            "/properties/test/items/properties/turns/items/properties/bot/properties/part/anyOf/1/items/enum",
            "part = [\"qqqqqqqq\"]",
        ),
        bot(
            "/properties/test/items/properties/turns/items/properties/bot/properties/mode/enum",
            "mode = \"qqqqqqqq\"",
        ),
        level(
            HANDOFF,
            "/properties/rule/items/properties/reason/enum",
            "[[rule]]\nid = \"a\"\nreason = \"qqqqqqqq\"",
        ),
        level(
            HANDOFF,
            "/properties/route/items/properties/reasons/items/enum",
            format!("{route}reasons = [\"qqqqqqqq\"]"),
        ),
        level(
            HANDOFF,
            "/properties/route/items/properties/locales/items/enum",
            format!("{route}locales = [\"qqqqqqqq\"]"),
        ),
        level(HANDOFF, "/properties/assignment/properties/order/enum", "[assignment]\norder = \"qqqqqqqq\""),
        level(
            HANDOFF,
            "/properties/assist/properties/days/items/enum",
            "[assist]\ndays = [\"qqqqqqqq\"]\nfrom = \"20:00\"\nto = \"22:00\"",
        ),
    ]
}

#[test]
fn the_words_of_every_list_are_those_of_its_reader() {
    let fine = tree("tests/fixtures/shops/fine");
    let about_words = |path: &str, text: &str| -> Vec<Problem> {
        let of_words = ["value.word", "shop.locale", "shop.flow"];
        problems(&fine, path, text).into_iter().filter(|it| of_words.contains(&it.code)).collect()
    };
    for place in places_of_words() {
        let document = document(schema::kind_of(place.path).expect("its kind"));
        let expected = words(&document, place.pointer);
        let found = about_words(place.path, &place.text);
        let [problem] = found.as_slice() else { panic!("one word is unknown in {}: {found:?}", place.text) };
        let (told, whole) = told(&problem.message.en, "one of: ");
        let first = if whole { &expected[..] } else { &expected[..told.len().min(expected.len())] };
        assert_eq!(told, first, "{}{}", place.path, place.pointer);
        for word in expected {
            let found = about_words(place.path, &place.text.replace(UNKNOWN, word));
            assert!(found.is_empty(), "{}{} {word}: {found:?}", place.path, place.pointer);
        }
    }
}

#[tokio::test]
async fn the_schemas_of_files_are_served() {
    let server = Server::start().await;
    let index = server.http("GET", "/api/v1/schema/", &[], "").await.json();
    let mut kinds = Vec::new();
    for entry in index["files"].as_array().expect("a list") {
        let (kind, url) =
            (entry["kind"].as_str().expect("a kind"), entry["url"].as_str().expect("an address"));
        assert_eq!(url, format!("/api/v1/schema/files/{kind}.schema.json"));
        let served = server.http("GET", url, &[], "").await;
        assert_eq!((served.status, served.header("content-type")), (200, "application/json"), "{url}");
        assert_eq!(served.json(), document(kind), "{url}");
        assert_eq!(entry["title"], document(kind)["title"], "{url}");
        kinds.push(kind.to_owned());
    }
    assert_eq!(kinds, schema::KINDS);
    for path in ["files/nothing.schema.json", "files/faq.json", "files/faq", "files/orders.schema.json"] {
        let answer = server.http("GET", &format!("/api/v1/schema/{path}"), &[], "").await;
        assert_eq!(answer.error(), (404, "not_found".to_owned()), "{path}");
    }
}
