//! What shoppers are expected to say, by what it belongs to, each with its place: for whoever judges it by more than its
//! letters.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::sameness;
use crate::shop::document::Located;
use crate::shop::files::faq::FaqEntry;
use crate::shop::load::Folder;
use crate::shop::problem::{Kind, Problem};

/// The messages that a shop knows, those of its packs included.
#[derive(Clone, Debug, Default)]
pub struct Sayings {
    /// Examples by intent, by rising id.
    pub intents: Vec<SayingGroup>,
    /// Ways of asking by FAQ, the shop's before its packs'.
    pub faq: Vec<SayingGroup>,
}

/// What belongs to one intent or one FAQ.
#[derive(Clone, Debug)]
pub struct SayingGroup {
    /// Its id, where it is first written.
    pub id: Saying,
    /// Its messages, each once.
    pub lines: Vec<Saying>,
}

/// A text of the files and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// As the merchant wrote it.
    pub text: String,
    /// Path inside the tree.
    pub path: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl Saying {
    /// A problem at its place.
    pub fn problem(&self, kind: &'static Kind, arguments: &[&str]) -> Problem {
        Problem::new(&self.path, self.line, self.column, kind, arguments)
    }

    /// `path:line`, as sentences name another place.
    pub fn place(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }

    fn of(text: &Located<String>) -> Self {
        let (path, line, column) = (Arc::clone(&text.at.path), text.at.line, text.at.column);
        Saying { text: text.value.clone(), path, line, column }
    }
}

/// Those of the folders, the shop's own last among them; `asked` are the FAQ in use.
pub(super) fn collect(folders: &[Folder], asked: &[&FaqEntry]) -> Sayings {
    let mut intents: BTreeMap<&str, SayingGroup> = BTreeMap::new();
    let mut seen = HashSet::new();
    for block in folders.iter().flat_map(|folder| &folder.intents) {
        let id = block.id.value.as_str();
        let group = intents.entry(id).or_insert_with(|| group(&block.id));
        let new = block.examples.iter().filter(|example| seen.insert((id, sameness(&example.value))));
        group.lines.extend(new.map(Saying::of));
    }
    let faq = asked.iter().map(|entry| {
        let mut seen = HashSet::new();
        let ways = entry.ask.iter().filter(|ask| seen.insert(sameness(&ask.value)));
        SayingGroup { lines: ways.map(Saying::of).collect(), ..group(&entry.id) }
    });
    Sayings { faq: faq.collect(), intents: intents.into_values().collect() }
}

fn group(id: &Located<String>) -> SayingGroup {
    SayingGroup { id: Saying::of(id), lines: Vec::new() }
}
