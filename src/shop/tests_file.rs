//! `tests/*.toml`: the merchant's conversation tests. They are read here; running them is another module's.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::document::fields::{Fields, nearest, report_unknown, text_of};
use super::document::{Entry, Located, Node, Source, Span, Value, parse_toml};
use super::files::shop_file::FLOWS;
use super::files::{Terms, moment, open, word};
use super::problem::kinds;
use super::times::DayEdge;
use crate::domain::{Content, Mode, OrderId, ProductId, ShopperId};

/// One conversation test.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationTest {
    /// What the merchant calls it.
    pub name: String,
    /// The file, inside the tree.
    pub path: String,
    /// The line it begins on, from 1.
    pub line: u32,
    /// Signed in as; `None` is a guest.
    pub shopper: Option<ShopperId>,
    /// The product on the page.
    pub page_product: Option<ProductId>,
    /// The order on the page.
    pub page_order: Option<OrderId>,
    /// The moment it plays; the seed's offsets are fixed relative to it.
    pub now: Option<Timestamp>,
    /// What is said and expected, in order.
    pub turns: Vec<TestTurn>,
}

/// One step of a test.
#[derive(Clone, Debug, PartialEq)]
pub enum TestTurn {
    /// The shopper says something.
    Shopper {
        /// What.
        content: Content,
        /// The line it stands on.
        line: u32,
    },
    /// A person of the shop says something.
    Agent {
        /// The words.
        text: String,
        /// The line it stands on.
        line: u32,
    },
    /// Time passes, and nobody says anything.
    Wait {
        /// How long.
        time: SignedDuration,
        /// The line it stands on.
        line: u32,
    },
    /// What the answer to the turn before must be.
    Bot(Expectation),
}

/// What must hold after a turn; every condition that is given must hold.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Expectation {
    /// The line it stands on.
    pub line: u32,
    /// The intent acted upon.
    pub intent: Option<String>,
    /// Strings that must occur in the texts of the turn's messages, joined.
    pub contains: Vec<String>,
    /// Strings that must not.
    pub not_contains: Vec<String>,
    /// Kinds of parts that must occur.
    pub parts: Vec<String>,
    /// Slots of the active flow and their values as text.
    pub slots: BTreeMap<String, String>,
    /// Who answers after the turn.
    pub mode: Option<Mode>,
    /// The flow active after the turn.
    pub flow: Option<String>,
    /// Nothing must be said.
    pub silent: bool,
}

/// What a test refers to, for the check that it exists.
#[derive(Clone, Debug, Default)]
pub(crate) struct TestReferences {
    /// Shoppers.
    pub(crate) shoppers: Vec<Located<String>>,
    /// Products.
    pub(crate) products: Vec<Located<String>>,
    /// Intents.
    pub(crate) intents: Vec<Located<String>>,
    /// Orders.
    pub(crate) orders: Vec<Located<String>>,
    /// Stickers.
    pub(crate) stickers: Vec<Located<String>>,
    /// Flows that are to be active.
    pub(crate) flows: Vec<Located<String>>,
    /// What the tests are called.
    pub(crate) names: Vec<Located<String>>,
}

/// What flows keep while they run, as a test may name it; a test of the lint holds it to what they write.
pub const SLOTS: [&str; 47] = [
    "as",
    "asked",
    "asked_again",
    "asked_to_change",
    "begun",
    "change",
    "claim",
    "claimed",
    "confirmed",
    "corrected",
    "deposit",
    "detail",
    "draft",
    "evidence",
    "evidence_coming",
    "evidence_new",
    "first",
    "foot",
    "form",
    "gone",
    "habit",
    "heard",
    "height",
    "in_stock",
    "intent",
    "kind",
    "line",
    "lines",
    "more",
    "name",
    "no_evidence",
    "options",
    "order",
    "phone",
    "product",
    "question",
    "reason",
    "region",
    "street",
    "summarised",
    "units",
    "unknown",
    "unknown_order",
    "unplaced",
    "want",
    "weight",
    "worn",
];

/// The kinds of parts a message can have.
const PARTS: [(&str, ()); 10] = [
    ("text", ()),
    ("product", ()),
    ("choices", ()),
    ("order", ()),
    ("tracking", ()),
    ("quote", ()),
    ("coupon", ()),
    ("ticket", ()),
    ("image", ()),
    ("sticker", ()),
];

const MODES: [(&str, Mode); 5] = [
    ("bot", Mode::Bot),
    ("queue", Mode::Queue),
    ("agent", Mode::Agent),
    ("message", Mode::Message),
    ("closed", Mode::Closed),
];

const TURN_KEYS: [&str; 9] =
    ["shopper", "choice", "product", "order", "sticker", "image", "agent", "wait", "bot"];

/// Reads a file of tests.
pub(crate) fn read(
    source: &mut Source<'_>,
    terms: &Terms,
    references: &mut TestReferences,
) -> Vec<ConversationTest> {
    let root = parse_toml(source);
    let Some(mut fields) = open(source, &root) else { return Vec::new() };
    let tables = fields.tables(source, "test");
    fields.finish(source);
    tables.into_iter().filter_map(|table| read_test(source, terms, table, references)).collect()
}

fn read_test(
    source: &mut Source<'_>,
    terms: &Terms,
    mut fields: Fields<'_>,
    references: &mut TestReferences,
) -> Option<ConversationTest> {
    let at = source.place(&fields.span());
    let name = fields.need_text(source, "name");
    let name_at = fields.span_of("name");
    let shopper = fields.located_text(source, "as");
    let now = moment(&mut fields, source, terms, "now", DayEdge::Start);
    let (mut page_product, mut page_order) = (None, None);
    if let Some(mut page) = fields.table(source, "page") {
        page_product = page.located_text(source, "product");
        page_order = page.located_text(source, "order");
        page.finish(source);
    }
    let written = fields.items(source, "turns");
    let mut turns = Vec::new();
    for node in &written {
        turns.extend(read_turn(source, node, references));
    }
    check_turns(source, &fields, &written, &turns);
    fields.finish(source);
    references.shoppers.extend(shopper.clone());
    references.products.extend(page_product.clone());
    references.orders.extend(page_order.clone());
    references.names.extend(name.clone().map(|name| source.locate(&name_at, name)));
    Some(ConversationTest {
        name: name?,
        path: at.path.to_string(),
        line: at.line,
        shopper: shopper.map(|shopper| shopper.value.into()),
        page_product: page_product.map(|product| product.value.into()),
        page_order: page_order.map(|order| OrderId::from(order.value)),
        now: now.map(|now| now.at),
        turns,
    })
}

fn check_turns(source: &mut Source<'_>, fields: &Fields<'_>, written: &[&Node], turns: &[TestTurn]) {
    let at = fields.span_of("turns");
    if written.is_empty() {
        source.report(&at, &kinds::TEST_EMPTY, &[]);
    } else if matches!(turns.first(), Some(TestTurn::Bot(_))) && turns.len() == written.len() {
        source.report(&written[0].span, &kinds::TEST_NO_SHOPPER, &[]);
    } else if turns.len() == written.len() && !turns.iter().any(|turn| matches!(turn, TestTurn::Bot(_))) {
        source.report(&at, &kinds::TEST_CHECKS_NOTHING, &[]);
    }
}

fn read_turn(source: &mut Source<'_>, node: &Node, references: &mut TestReferences) -> Option<TestTurn> {
    let Value::Table(entries) = &node.value else {
        source.report(&node.span, &kinds::TURN_KIND, &[&TURN_KEYS.join(", ")]);
        return None;
    };
    let [entry] = entries.as_slice() else {
        source.report(&node.span, &kinds::TURN_KIND, &[&TURN_KEYS.join(", ")]);
        return None;
    };
    let line = source.place(&node.span).line;
    if entry.key == "bot" {
        return read_expectation(source, &entry.node, line, references).map(TestTurn::Bot);
    }
    if !TURN_KEYS.contains(&entry.key.as_str()) {
        report_unknown(source, &entry.key_span, &entry.key, &TURN_KEYS);
        return None;
    }
    let text = text_of(source, &entry.node)?;
    let content = match entry.key.as_str() {
        "agent" => return Some(TestTurn::Agent { text, line }),
        "wait" => {
            // Longer than any time-out is a slip of the pen.
            let longest = SignedDuration::from_hours(24 * 366);
            let time =
                text.parse::<SignedDuration>().ok().filter(|time| time.is_positive() && *time <= longest);
            if time.is_none() {
                source.report(&entry.node.span, &kinds::TEST_WAIT, &[&text]);
            }
            return time.map(|time| TestTurn::Wait { time, line });
        }
        "shopper" => Content::Text(text),
        "choice" => Content::Choice(text),
        "order" => {
            references.orders.push(source.locate(&entry.node.span, text.clone()));
            Content::Order(text.into())
        }
        "sticker" => {
            references.stickers.push(source.locate(&entry.node.span, text.clone()));
            Content::Sticker(text)
        }
        "image" => Content::Image(text),
        _ => {
            references.products.push(source.locate(&entry.node.span, text.clone()));
            Content::Product(text.into())
        }
    };
    Some(TestTurn::Shopper { content, line })
}

fn read_expectation(
    source: &mut Source<'_>,
    node: &Node,
    line: u32,
    references: &mut TestReferences,
) -> Option<Expectation> {
    let mut fields = Fields::of(source, node)?;
    let intent = fields.located_text(source, "intent");
    let mut expectation = Expectation {
        line,
        intent: intent.as_ref().map(|intent| intent.value.clone()),
        contains: one_or_more(source, &mut fields, "contains"),
        not_contains: one_or_more(source, &mut fields, "not_contains"),
        mode: word(&mut fields, source, "mode", &MODES),
        flow: read_flow(source, &mut fields, references),
        silent: fields.boolean(source, "silent").unwrap_or(false),
        ..Expectation::default()
    };
    let part_at = fields.span_of("part");
    for part in one_or_more(source, &mut fields, "part") {
        if super::document::fields::word_of(source, &part_at, &part, &PARTS).is_some() {
            expectation.parts.push(part);
        }
    }
    if let Some(slots) = fields.table(source, "slots") {
        for entry in slots.entries() {
            check_slot(source, entry);
            let value = match &entry.node.value {
                Value::Integer(number) => Some(number.to_string()),
                Value::Boolean(boolean) => Some(boolean.to_string()),
                _ => text_of(source, &entry.node),
            };
            expectation.slots.extend(value.map(|value| (entry.key.clone(), value)));
        }
    }
    fields.finish(source);
    references.intents.extend(intent);
    check_sense(source, &node.span, &expectation);
    Some(expectation)
}

/// The flow that is to be active; handing over is one that can't be off.
fn read_flow(
    source: &mut Source<'_>,
    fields: &mut Fields<'_>,
    references: &mut TestReferences,
) -> Option<String> {
    let flow = fields.located_text(source, "flow")?;
    if flow.value != "handoff" && !FLOWS.contains(&flow.value.as_str()) {
        let known = format!("handoff, {}", FLOWS.join(", "));
        source.report_at(&flow.at, &kinds::UNKNOWN_WORD, &[&flow.value, &known]);
        return None;
    }
    references.flows.push(flow.clone());
    Some(flow.value)
}

fn check_slot(source: &mut Source<'_>, entry: &Entry) {
    let name = entry.key.as_str();
    if !SLOTS.contains(&name) {
        let near = nearest(name, SLOTS.into_iter()).unwrap_or("-");
        source.report(&entry.key_span, &kinds::TEST_SLOT, &[name, near]);
    }
}

/// What no answer can be: silent and yet saying something, with a text and without it.
fn check_sense(source: &mut Source<'_>, span: &Span, expected: &Expectation) {
    let says = !expected.contains.is_empty() || !expected.parts.is_empty();
    if expected.silent && says {
        source.report(span, &kinds::TEST_CONTRADICTS, &["silent = true, contains / part"]);
    }
    let barred = |text: &&String| expected.not_contains.iter().any(|part| text.contains(part.as_str()));
    if let Some(both) = expected.contains.iter().find(barred) {
        source.report(span, &kinds::TEST_CONTRADICTS, &[&format!("contains / not_contains: {both}")]);
    }
}

/// A text or a list of texts.
fn one_or_more(source: &mut Source<'_>, fields: &mut Fields<'_>, key: &'static str) -> Vec<String> {
    match fields.get(key) {
        Some(Node { value: Value::List(_), .. }) => fields.plain_texts(source, key),
        Some(node) => text_of(source, node).into_iter().collect(),
        None => Vec::new(),
    }
}
