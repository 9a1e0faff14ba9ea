//! The judgement: once everything has settled, the store is held against what every client said, was told and saw.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;
use serde_json::{Value, json};
use xiaoer::{
    domain::{Author, Message, Mode},
    store::{SharedStore, Store},
    wire::frames::MessageForm,
};

use super::{
    agent::NOTE,
    ledger::{Ledger, Said, Speaker, content},
};

/// The notices of the small tree that the proof knows, by what they begin with.
pub(crate) const JOINED: &str = "[接入]";
pub(crate) const RELEASED: &str = "[转回]";
pub(crate) const CLOSED: &str = "[结束]";
pub(crate) const REQUEUED: &str = "[重排]";
pub(crate) const LEFT: &str = "[退出]";

/// What a client tells about itself while it runs.
pub(crate) struct Report {
    pub(crate) who: String,
    /// It has nothing more to do, and everything it said is stored or refused.
    pub(crate) done: bool,
    pub(crate) live: bool,
    pub(crate) pending: usize,
    /// How far it has seen each conversation, and who answers there as far as it knows.
    pub(crate) places: BTreeMap<String, (u64, Option<String>)>,
}

impl Report {
    pub(crate) fn new(who: &str) -> Self {
        Self { who: who.to_owned(), done: false, live: false, pending: 0, places: BTreeMap::new() }
    }

    pub(crate) fn set(&mut self, conversation: &str, seen: u64, mode: Option<&str>) {
        self.places.insert(conversation.to_owned(), (seen, mode.map(str::to_owned)));
    }
}

/// What still keeps this client from being settled, given how the conversations stand; `None`: it is.
pub(crate) fn unsettled(report: &Report, stands: &HashMap<String, (u64, Mode)>) -> Option<String> {
    let who = &report.who;
    if !report.live || !report.done {
        return Some(format!(
            "{who} is live: {}, done: {}, pending: {}",
            report.live, report.done, report.pending
        ));
    }
    report.places.iter().find_map(|(id, (seen, mode))| {
        let (last, now) = stands.get(id)?;
        let right = mode.as_ref().is_none_or(|mode| mode == now.name());
        (seen != last || !right).then(|| {
            format!(
                "{who} has seen {seen} of {last} messages of {id} and believes {mode:?}, it is {}",
                now.name()
            )
        })
    })
}

/// Holds every conversation against the ledger.
pub(crate) async fn judge(store: &SharedStore, ledger: &Ledger, conversations: &BTreeSet<String>) {
    let said = ledger.all_said();
    let mut stored = HashMap::new();
    let mut holders = HashMap::new();
    for id in conversations {
        let messages = store.messages(&id.as_str().into(), 0, usize::MAX).await.expect("the store answers");
        judge_messages(ledger, id, &messages, &said, &mut stored);
        holders.insert(id.clone(), judge_turns(ledger, id, &messages));
        judge_notes(store.as_ref(), ledger, id, &said, &mut stored).await;
    }
    for (id, said) in &said {
        match (said.number, stored.get(id)) {
            (None, _) if !said.shown && !said.refused => {
                ledger.find(format!("{id} was never answered: {said:?}"))
            }
            (Some(number), Some(found)) if number != *found => {
                ledger.find(format!("{id} was acked as {number} and stored as {found}"));
            }
            (Some(number), None) => ledger.find(format!("{id} was acked as {number} and is not stored")),
            _ => {}
        }
    }
    judge_takings(ledger, &holders);
}

/// Numbers without gaps; every word as it was said, once; and the same that everybody was shown.
fn judge_messages(
    ledger: &Ledger,
    id: &str,
    messages: &[Message],
    said: &HashMap<String, Said>,
    stored: &mut HashMap<String, u64>,
) {
    let shown = ledger.all_shown(id);
    ledger.counts.messages.add(messages.len() as u64);
    for (message, expected) in messages.iter().zip(1..) {
        if message.seq != expected {
            return ledger.find(format!("{id} has message {} where {expected} is next", message.seq));
        }
        let words: Vec<&str> = message.parts.iter().map(|part| part.text.as_str()).collect();
        if words.iter().any(|words| words.contains(NOTE)) {
            ledger.find(format!("{id}: message {expected} holds a note"));
        }
        let form = json!(MessageForm::of(message, false));
        if shown.get(&expected).is_some_and(|shown| *shown != content(&form)) {
            ledger.find(format!("{id}: message {expected} is stored otherwise than shown: {form}"));
        }
        let Some(client_id) = &message.client_id else { continue };
        if stored.insert(client_id.clone(), expected).is_some() {
            ledger.find(format!("{client_id} is stored twice"));
        }
        match said.get(client_id) {
            Some(said) if said.conversation != id => {
                ledger.find(format!("{client_id} was said in {} and stored in {id}", said.conversation));
            }
            Some(said) if words != [said.text.as_str()] => {
                ledger.find(format!("{client_id} was said as {:?} and stored as {words:?}", said.text));
            }
            Some(_) => {}
            None => ledger.find(format!("{client_id} is stored and nobody said it")),
        }
    }
    if let Some((last, _)) = shown.last_key_value()
        && (messages.len() as u64) < *last
    {
        ledger.find(format!("{id} has {} messages, clients saw {last}", messages.len()));
    }
}

/// Who has a conversation, as its messages tell from first to last.
#[derive(Default)]
struct Course<'a> {
    holder: Option<&'a str>,
    /// Who had it when it was closed, once the shopper has spoken again: it may be theirs or the bot's, and the next
    /// word of either tells.
    perhaps: Option<&'a str>,
    closed_by: Option<&'a str>,
    /// Messages to the bot that have no answer yet, and when they were said.
    owed: i64,
    asked: VecDeque<Timestamp>,
}

/// Who answered what. Each message to the bot has one answer, unless a person took the conversation or ended it
/// first; while a person has it the bot is silent, and one person has it at a time. Returns who ever had it.
fn judge_turns(ledger: &Ledger, id: &str, messages: &[Message]) -> BTreeSet<String> {
    let mut course = Course::default();
    let mut holders = BTreeSet::new();
    for message in messages {
        let words = message.parts.first().map_or("", |part| part.text.as_str());
        let finding = match &message.from {
            Author::System => course.notice(ledger, words),
            author => course.said(ledger, author, message.at),
        };
        if let Some(finding) = finding {
            ledger.find(format!("{id}, message {}: {finding}", message.seq));
        }
        holders.extend(course.holder.map(str::to_owned));
    }
    if course.owed != 0 && course.holder.is_none() {
        ledger.find(format!("{id}: {} messages have no answer", course.owed));
    }
    holders
}

impl<'a> Course<'a> {
    fn said(&mut self, ledger: &Ledger, author: &'a Author, at: Timestamp) -> Option<String> {
        match author {
            Author::Shopper => {
                if let Some(closed_by) = self.closed_by.take() {
                    ledger.counts.reopened.one();
                    self.perhaps = Some(closed_by);
                }
                if self.holder.is_none() {
                    self.owed += 1;
                    self.asked.push_back(at);
                }
            }
            Author::Bot => {
                ledger.counts.answers.one();
                self.perhaps = None;
                self.owed -= 1;
                if let Some(asked) = self.asked.pop_front() {
                    let waited = u64::try_from(at.duration_since(asked).as_millis()).unwrap_or_default();
                    ledger.counts.slowest_ms.most(waited);
                }
                if let Some(holder) = self.holder {
                    return Some(format!("the bot spoke while {holder} had it"));
                }
                if self.owed < 0 {
                    return Some("the bot answered what it had answered".to_owned());
                }
            }
            Author::Agent { name } => {
                let name = name.as_str();
                if self.perhaps.take() == Some(name) {
                    ledger.counts.stints.one();
                    (self.holder, self.owed) = (Some(name), 0);
                    self.asked.clear();
                }
                if self.holder != Some(name) {
                    return Some(format!("{name} spoke while {:?} had it", self.holder));
                }
            }
            Author::System => {}
        }
        None
    }

    fn notice(&mut self, ledger: &Ledger, words: &'a str) -> Option<String> {
        if let Some(name) = words.strip_prefix(JOINED) {
            ledger.counts.stints.one();
            (self.perhaps, self.owed) = (None, 0);
            self.asked.clear();
            let before = self.holder.replace(name);
            return before.map(|before| format!("{name} joined while {before} had it"));
        }
        let ends = [RELEASED, CLOSED, REQUEUED].iter().any(|notice| words.starts_with(notice));
        if ends {
            // Whoever had it has answered what was said to them.
            let had = self.holder.take().or(self.perhaps.take());
            if had.is_some() || words.starts_with(CLOSED) {
                self.owed = 0;
                self.asked.clear();
            }
            self.closed_by = words.strip_prefix(CLOSED);
        } else if !words.starts_with(LEFT) {
            ledger.counts.unknown_notices.one();
            self.holder = None;
        }
        None
    }
}

async fn judge_notes(
    store: &dyn Store,
    ledger: &Ledger,
    id: &str,
    said: &HashMap<String, Said>,
    stored: &mut HashMap<String, u64>,
) {
    let notes = store.notes(&id.into()).await.expect("the store answers");
    for (note, expected) in notes.iter().zip(1..) {
        if note.number != expected {
            ledger.find(format!("{id} has note {} where {expected} is next", note.number));
        }
        // A note has no client id outside the store; its words have one.
        let found = said.iter().find(|(_, said)| said.speaker == Speaker::Note && said.text == note.text);
        match found {
            Some((client_id, said)) if said.conversation == id => {
                if stored.insert(client_id.clone(), note.number).is_some() {
                    ledger.find(format!("{client_id} is stored twice"));
                }
            }
            _ => ledger.find(format!("{id} has a note that nobody wrote there: {}", note.number)),
        }
    }
}

/// Of those who raced for a conversation those who were told that they have it had it, and so had whoever the
/// others were told of. That no two had it at once is seen in the messages.
fn judge_takings(ledger: &Ledger, holders: &HashMap<String, BTreeSet<String>>) {
    for taking in ledger.takings() {
        let had = |name: &str| holders.get(&taking.conversation).is_some_and(|names| names.contains(name));
        let holder = taking.by.as_deref().unwrap_or(&taking.agent);
        if !had(holder) {
            ledger.find(format!("{taking:?}, and {holder} never had it"));
        }
    }
}

/// The figures of a run as one line of JSON, for whoever keeps them.
pub(crate) fn line(seed: u64, figures: &[(&str, f64)]) -> Value {
    let figures: serde_json::Map<String, Value> =
        figures.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({"seed": seed, "figures": figures})
}
