//! What everybody did and saw, written down as it happens; what contradicts it is a finding.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};

use super::counts::Counts;

/// Findings that are kept; one defect makes many.
const MOST_FINDINGS: usize = 40;

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    Shopper,
    Agent,
    Note,
}

/// Something said, as its client knows it.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) speaker: Speaker,
    pub(crate) conversation: String,
    pub(crate) text: String,
    /// The number it was acknowledged under.
    pub(crate) number: Option<u64>,
    /// A client was shown it at its place, which says as much as an ack that was lost with its line.
    pub(crate) shown: bool,
    /// It was refused for good: a person's words in a conversation no longer theirs.
    pub(crate) refused: bool,
}

/// How a take ended.
#[derive(Clone, Debug)]
pub(crate) struct Taking {
    pub(crate) conversation: String,
    pub(crate) agent: String,
    /// Who had it already; `None`: it is the agent's.
    pub(crate) by: Option<String>,
}

#[derive(Default)]
struct Pages {
    said: HashMap<String, Said>,
    /// What clients were shown, by conversation and number.
    shown: HashMap<String, BTreeMap<u64, String>>,
    takings: Vec<Taking>,
    findings: Vec<String>,
}

/// The book of one run.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) counts: Counts,
    pages: Mutex<Pages>,
}

impl Ledger {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something is not as it has to be.
    pub(crate) fn find(&self, finding: String) {
        let mut pages = self.pages();
        if pages.findings.len() < MOST_FINDINGS {
            pages.findings.push(finding);
        }
    }

    /// A client says something for the first time.
    pub(crate) fn said(&self, speaker: Speaker, conversation: &str, id: &str, text: &str) {
        match speaker {
            Speaker::Shopper => self.counts.says.one(),
            Speaker::Agent => self.counts.agent_says.one(),
            Speaker::Note => self.counts.notes.one(),
        }
        let (conversation, text) = (conversation.to_owned(), text.to_owned());
        let said = Said { speaker, conversation, text, number: None, shown: false, refused: false };
        self.pages().said.insert(id.to_owned(), said);
    }

    /// The server says that it is stored under a number.
    pub(crate) fn acked(&self, who: &str, id: &str, number: u64) {
        let mut pages = self.pages();
        let finding = match pages.said.get_mut(id) {
            None => Some(format!("{who}: an ack for {id}, which nobody said")),
            Some(said) => match said.number.replace(number) {
                None => {
                    self.counts.acks.one();
                    None
                }
                Some(before) => {
                    self.counts.acks_again.one();
                    (before != number).then(|| format!("{who}: {id} was acked as {before} and as {number}"))
                }
            },
        };
        drop(pages);
        if let Some(finding) = finding {
            self.find(finding);
        }
    }

    /// The server says that it will not be stored.
    pub(crate) fn refused(&self, id: &str) {
        self.counts.refused.one();
        if let Some(said) = self.pages().said.get_mut(id) {
            said.refused = true;
        }
    }

    /// A client is shown a message; everybody has to be shown the same under a number.
    pub(crate) fn shown(&self, who: &str, conversation: &str, message: &Value) {
        self.counts.heard.one();
        let Some(seq) = message["seq"].as_u64() else {
            return self.find(format!("{who}: a message without a number: {message}"));
        };
        let content = content(message);
        let mut pages = self.pages();
        let known = pages
            .shown
            .entry(conversation.to_owned())
            .or_default()
            .entry(seq)
            .or_insert_with(|| content.clone());
        let finding = (*known != content)
            .then(|| format!("{who}: message {seq} of {conversation} is {content}, others saw {known}"));
        let mut changed = None;
        if let Some(said) = message["id"].as_str().and_then(|id| pages.said.get_mut(id)) {
            said.shown = true;
            changed = (!says(message, &said.text))
                .then(|| format!("{who}: what was said as {:?} is shown as {message}", said.text));
        }
        drop(pages);
        for finding in finding.into_iter().chain(changed) {
            self.find(finding);
        }
    }

    /// A take has ended.
    pub(crate) fn taken(&self, taking: Taking) {
        self.pages().takings.push(taking);
    }

    /// Everything said.
    pub(crate) fn all_said(&self) -> HashMap<String, Said> {
        self.pages().said.clone()
    }

    /// What everybody was shown in a conversation.
    pub(crate) fn all_shown(&self, conversation: &str) -> BTreeMap<u64, String> {
        self.pages().shown.get(conversation).cloned().unwrap_or_default()
    }

    /// Every take.
    pub(crate) fn takings(&self) -> Vec<Taking> {
        self.pages().takings.clone()
    }

    /// Everything found.
    pub(crate) fn findings(&self) -> Vec<String> {
        self.pages().findings.clone()
    }
}

/// What must be the same for everybody; why the bot said it is for staff alone.
pub(crate) fn content(message: &Value) -> String {
    let fields = ["from", "id", "at", "parts", "agent"];
    json!(fields.map(|name| message[name].clone())).to_string()
}

fn says(message: &Value, text: &str) -> bool {
    message["parts"].as_array().is_some_and(|parts| parts.iter().any(|part| part["text"] == text))
}
