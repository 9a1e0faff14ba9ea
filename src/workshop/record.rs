//! A conversation as a conversation test: what the shopper said, and of the answers what a test should hold to.
//!
//! Of an answer stand the intent acted upon, the kinds of its cards and who answers then; the words only where a merchant
//! wrote them, since those of flows carry dates and amounts that differ tomorrow.

use jiff::Timestamp;
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use crate::domain::{Author, Message, Mode, OrderId, PartKind, ProductId, ShopperId};

/// The file that recorded tests go to, in the shop's folder.
pub const FILE: &str = "tests/recorded.toml";
/// Characters of an answer that a test holds to.
const WORDS: usize = 24;
/// Where a sentence ends.
const ENDS: [char; 8] = ['。', '！', '？', '，', '；', '\n', '.', '!'];

/// A conversation to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a> {
    /// What the test is to be called.
    pub name: &'a str,
    /// Who was signed in, if the shop's files know them.
    pub shopper: Option<&'a ShopperId>,
    /// The product on the page.
    pub product: Option<&'a ProductId>,
    /// The order on the page.
    pub order: Option<&'a OrderId>,
    /// When it was held; dates count from it.
    pub now: Timestamp,
    /// Everything said, in order.
    pub messages: &'a [Message],
    /// Who would answer at its end.
    pub mode: Mode,
}

/// Why a conversation can't be recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The shopper said nothing.
    #[error("the shopper said nothing in this conversation")]
    Nothing,
    /// The file that is there can't be read.
    #[error("the file of recorded tests is no TOML: {0}")]
    Broken(String),
}

/// The file with the test at its end; `file` is how it was before, if it was.
///
/// # Errors
/// Nothing to record, or a file that is broken.
pub fn record(file: Option<&str>, recording: &Recording<'_>) -> Result<String, RecordError> {
    let text =
        file.unwrap_or("# 从真实对话记下来的测试。\n# Tests recorded from conversations.\nversion = 1\n");
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| RecordError::Broken(error.message().to_owned()))?;
    let turns = turns(recording);
    if !turns.iter().any(|turn| turn.contains_key("shopper") || turn.contains_key("choice")) {
        return Err(RecordError::Nothing);
    }
    let tests = document.entry("test").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(tests) = tests.as_array_of_tables_mut() else {
        return Err(RecordError::Broken("test is no list of tables".to_owned()));
    };
    tests.push(test(recording, turns));
    Ok(document.to_string())
}

fn test(recording: &Recording<'_>, turns: Vec<InlineTable>) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table.insert("name", text(recording.name));
    if let Some(shopper) = recording.shopper {
        table.insert("as", text(shopper.as_str()));
    }
    let mut page = InlineTable::new();
    page.extend(recording.product.map(|product| ("product", product.as_str())));
    page.extend(recording.order.map(|order| ("order", order.as_str())));
    if !page.is_empty() {
        table.insert("page", Item::Value(page.into()));
    }
    // Nobody remembers fractions of a second.
    let now = Timestamp::from_second(recording.now.as_second()).unwrap_or(recording.now);
    table.insert("now", text(&now.to_string()));
    let mut list = toml_edit::Array::new();
    for turn in turns {
        let mut value = Value::from(turn);
        value.decor_mut().set_prefix("\n  ");
        list.push_formatted(value);
    }
    list.set_trailing_comma(true);
    list.set_trailing("\n");
    table.insert("turns", Item::Value(list.into()));
    table
}

fn text(words: &str) -> Item {
    Item::Value(words.into())
}

/// What was said, each answer of the bot as what it must be.
fn turns(recording: &Recording<'_>) -> Vec<InlineTable> {
    let mut turns: Vec<InlineTable> = Vec::new();
    // Answers of several messages are one expectation.
    let mut answers: Vec<&Message> = Vec::new();
    for message in recording.messages {
        match &message.from {
            Author::Bot => answers.push(message),
            Author::Shopper => {
                turns.extend(expectation(&answers, None));
                turns.extend(said(message, &answers));
                answers.clear();
            }
            Author::Agent { .. } => {
                turns.extend(expectation(&answers, None));
                answers.clear();
                turns.extend(message.parts.first().map(|part| one("agent", &part.text)));
            }
            Author::System => {}
        }
    }
    turns.extend(expectation(&answers, Some(recording.mode)));
    // A greeting before anybody said anything is nobody's answer.
    let first = turns.iter().position(|turn| !turn.contains_key("bot")).unwrap_or(turns.len());
    turns.split_off(first)
}

/// What the shopper said after `answers`. A choice is kept as its label, which a test may name it by.
fn said(message: &Message, answers: &[&Message]) -> Option<InlineTable> {
    let part = message.parts.first()?;
    let offered = answers.iter().flat_map(|message| &message.parts).filter_map(|part| match &part.kind {
        PartKind::Choices { options } => Some(options),
        _ => None,
    });
    Some(match &part.kind {
        PartKind::Text if offered.flatten().any(|choice| choice.label == part.text) => {
            one("choice", &part.text)
        }
        PartKind::Text => one("shopper", &part.text),
        PartKind::Product { id, .. } => one("product", id.as_str()),
        PartKind::Order { id, .. } => one("order", id.as_str()),
        PartKind::Sticker { id, .. } => one("sticker", id),
        PartKind::Image { .. } => one("image", "picture"),
        _ => return None,
    })
}

fn one(key: &str, words: &str) -> InlineTable {
    [(key, words)].into_iter().collect()
}

/// What the answers must be; nothing where none came.
fn expectation(answers: &[&Message], mode: Option<Mode>) -> Option<InlineTable> {
    let mut expected = InlineTable::new();
    let trace = answers.iter().find_map(|message| message.trace.as_ref());
    if let Some(intent) = trace.and_then(|trace| trace.intent.as_deref()) {
        expected.insert("intent", intent.into());
    }
    if trace.is_some_and(|trace| trace.source.starts_with("faq:")) {
        let words =
            answers.iter().flat_map(|message| &message.parts).next().map(|part| beginning(&part.text));
        expected.extend(words.filter(|words| !words.is_empty()).map(|words| ("contains", words)));
    }
    let mut kinds: Vec<&'static str> = Vec::new();
    for kind in answers.iter().flat_map(|message| &message.parts).map(|part| part.kind.name()) {
        if kind != PartKind::Text.name() && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match kinds[..] {
        [] => {}
        [kind] => drop(expected.insert("part", kind.into())),
        _ => drop(expected.insert("part", kinds.into_iter().collect::<toml_edit::Array>().into())),
    }
    if let Some(mode) = mode {
        expected.insert("mode", mode.name().into());
    }
    let mut turn = InlineTable::new();
    (!expected.is_empty()).then(|| turn.insert("bot", expected.into())).map(|_| turn)
}

/// The beginning of an answer, to the end of its first phrase.
fn beginning(words: &str) -> String {
    words.trim_start().split(ENDS).next().unwrap_or_default().chars().take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Choice, Part, Trace};

    fn message(seq: u64, from: Author, parts: Vec<Part>, source: Option<(&str, &str)>) -> Message {
        let trace = source.map(|(intent, source)| Trace {
            intent: Some(intent.to_owned()),
            source: source.to_owned(),
            ..Trace::default()
        });
        Message { seq, from, client_id: None, at: Timestamp::UNIX_EPOCH, parts, trace }
    }

    fn recording(messages: &[Message]) -> Recording<'_> {
        Recording {
            name: "运费 \"谁\" 出",
            shopper: None,
            product: None,
            order: None,
            now: "2026-11-28T02:00:00Z".parse().expect("a moment"),
            messages,
            mode: Mode::Queue,
        }
    }

    #[test]
    fn a_conversation_becomes_a_test_that_stands_after_those_that_were_there() {
        let options = vec![Choice { label: "转人工".to_owned(), value: "handoff:yes".to_owned() }];
        let choices = Part { text: "1 转人工".to_owned(), kind: PartKind::Choices { options } };
        let messages = [
            message(1, Author::Bot, vec![Part::text("您好")], None),
            message(2, Author::Shopper, vec![Part::text("退货运费\n谁出")], None),
            message(
                3,
                Author::Bot,
                vec![Part::text("质量问题我们出，别的您出。"), choices],
                Some(("return.fee", "faq:return.fee")),
            ),
            message(4, Author::Shopper, vec![Part::text("转人工")], None),
            message(5, Author::Bot, vec![Part::text("在排队了")], Some(("human.request", "handoff"))),
        ];
        let before = "version = 1 # 我的\n\n[[test]]\nname = \"a\"\nturns = []\n";
        let text = record(Some(before), &recording(&messages)).expect("it is recorded");
        let test = r#"
[[test]]
name = '运费 "谁" 出'
now = "2026-11-28T02:00:00Z"
turns = [
  { shopper = """
退货运费
谁出""" },
  { bot = { intent = "return.fee", contains = "质量问题我们出", part = "choices" } },
  { choice = "转人工" },
  { bot = { intent = "human.request", mode = "queue" } },
]
"#;
        assert_eq!(text, format!("{before}{test}"));
        assert!(record(None, &recording(&messages)).expect("it is recorded").ends_with(test));
    }

    #[test]
    fn nothing_said_and_broken_files_are_no_test() {
        let greeting = [message(1, Author::Bot, vec![Part::text("您好")], None)];
        assert_eq!(record(None, &recording(&greeting)), Err(RecordError::Nothing));
        let said = [message(1, Author::Shopper, vec![Part::text("在吗")], None)];
        for broken in ["[[test", "test = 3\n"] {
            assert!(
                matches!(record(Some(broken), &recording(&said)), Err(RecordError::Broken(_))),
                "{broken}"
            );
        }
    }
}
