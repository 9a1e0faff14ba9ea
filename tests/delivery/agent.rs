//! A person's desk, as `web/desk/board.js` behaves: it takes who waits longest (so all desks want the same one), opens
//! and answers what it holds, says again after every new line what has not been shown back, notes, releases, closes.
//!
//! What a later server sends or does besides is let be: unknown frames and fields, and conversations that are given to
//! a person who took none.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    client::{Command, Owner, Surroundings},
    fate::Fate,
    judge::Report,
    ledger::{Speaker, Taking},
};

/// In every internal note, so that one that reaches a shopper is found out.
pub(crate) const NOTE: &str = "只给同事看";
/// Conversations that a desk wants at once.
const CAPACITY: usize = 6;
/// A shopper who is silent for so long has been helped.
const SILENCE: Duration = Duration::from_millis(2500);

/// Something said or noted that the server has not shown back yet.
struct Pending {
    id: String,
    kind: Speaker,
    text: String,
    acked: bool,
    only_line: Option<u64>,
}

/// A frame without an id: the answer to the ping after it says that it is done, and an error before that, that it
/// isn't.
struct Asked {
    kind: &'static str,
    conversation: String,
    mark: u64,
    refused: bool,
}

/// A conversation on this desk.
#[derive(Default)]
struct Thread {
    seen: u64,
    /// Notes up to this number have been seen on the line.
    noted: u64,
    /// The server follows it for this line.
    open: bool,
    asked_open: bool,
    pending: Vec<Pending>,
    /// The number of the shopper's last message.
    shopper_said: u64,
    replied_to: u64,
    replies_left: u64,
    quiet_since: Option<Instant>,
    due: Option<Instant>,
}

/// A desk in one tab.
pub(crate) struct Desk {
    surroundings: Surroundings,
    who: String,
    name: String,
    cookie: String,
    /// Wants no conversation that it did not take itself, where the server gives them out.
    takes_by_hand: bool,
    fate: Fate,
    report: Arc<Mutex<Report>>,
    line: u64,
    live: bool,
    waiting: Vec<String>,
    /// Those of them whose taking has been answered since the list came.
    tried: BTreeSet<String>,
    mine: BTreeSet<String>,
    threads: BTreeMap<String, Thread>,
    asked: VecDeque<Asked>,
    marks: u64,
    said: u64,
    looks_at: Instant,
}

impl Desk {
    pub(crate) fn new(surroundings: &Surroundings, who: &str, name: &str, cookie: &str) -> Self {
        Self {
            surroundings: surroundings.clone(),
            who: who.to_owned(),
            name: name.to_owned(),
            cookie: cookie.to_owned(),
            takes_by_hand: !who.starts_with("desk-1"),
            fate: Fate::new(surroundings.seed, who),
            report: Arc::new(Mutex::new(Report::new(who))),
            line: 0,
            live: false,
            waiting: Vec::new(),
            tried: BTreeSet::new(),
            mine: BTreeSet::new(),
            threads: BTreeMap::new(),
            asked: VecDeque::new(),
            marks: 0,
            said: 0,
            looks_at: Instant::now(),
        }
    }

    /// What it tells about itself while it runs.
    pub(crate) fn report(&self) -> Arc<Mutex<Report>> {
        Arc::clone(&self.report)
    }

    fn find(&self, finding: &str) {
        self.surroundings.ledger.find(format!("{} on line {}: {finding}", self.who, self.line));
    }

    fn tell(&self) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        let pending: usize = self.threads.values().map(|thread| thread.pending.len()).sum();
        report.done =
            pending == 0 && self.waiting.is_empty() && self.mine.is_empty() && self.asked.is_empty();
        report.pending = pending;
        report.live = self.live;
        report.places.clear();
        for (conversation, thread) in self.threads.iter().filter(|(_, thread)| thread.open) {
            report.set(conversation, thread.seen, None);
        }
    }

    fn lists(&mut self, frame: &Value) -> Vec<Command> {
        let list = |name: &str| {
            let cards = frame[name].as_array().into_iter().flatten();
            cards.map(|card| text(&card["conversation"])).collect::<Vec<_>>()
        };
        self.waiting = list("waiting");
        self.tried.clear();
        let mine: BTreeSet<String> = list("mine").into_iter().collect();
        for new in mine.difference(&self.mine) {
            let (replies, think) = (self.fate.between(1, 3), self.fate.between(50, 500));
            let thread = self.threads.entry(new.clone()).or_default();
            thread.replies_left = replies;
            thread.quiet_since = Some(Instant::now());
            thread.due = Some(Instant::now() + Duration::from_millis(think));
        }
        let left: Vec<String> = self.mine.difference(&mine).cloned().collect();
        self.mine = mine;
        let mut commands: Vec<Command> = self.mine.clone().iter().filter_map(|id| self.open(id)).collect();
        for id in left {
            commands.extend(self.shut(&id));
        }
        commands.extend(self.take_next());
        commands
    }

    /// Opens a conversation that is not open on this line.
    fn open(&mut self, id: &str) -> Option<Command> {
        if !self.live {
            return None;
        }
        let thread = self.threads.entry(id.to_owned()).or_default();
        if thread.open || std::mem::replace(&mut thread.asked_open, true) {
            return None;
        }
        let mut frame = json!({"type": "open", "conversation": id});
        if 0 < thread.seen {
            frame["after"] = thread.seen.into();
        }
        Some(Command::Send(frame))
    }

    /// A conversation that has left this desk is followed no longer, as a person turns to another.
    fn shut(&mut self, id: &str) -> Option<Command> {
        let thread = self.threads.get_mut(id)?;
        thread.due = None;
        let may = self.live && thread.open && thread.pending.is_empty() && self.fate.percent(50);
        if !may {
            return None;
        }
        (thread.open, thread.asked_open) = (false, false);
        Some(Command::Send(json!({"type": "shut", "conversation": id})))
    }

    /// Takes the one that waits longest.
    fn take_next(&mut self) -> Vec<Command> {
        let under_way = self.asked.iter().filter(|asked| asked.kind == "take").count();
        if !self.live || CAPACITY <= self.mine.len() + under_way {
            return Vec::new();
        }
        let asked = |id: &String| self.asked.iter().any(|asked| asked.conversation == *id);
        let free = |id: &&String| !asked(id) && !self.mine.contains(*id) && !self.tried.contains(*id);
        let Some(next) = self.waiting.iter().find(free).cloned() else { return Vec::new() };
        let mut commands = Vec::new();
        if self.fate.percent(30) {
            commands.extend(self.open(&next));
        }
        commands.extend(self.ask("take", &next));
        commands
    }

    /// Sends a frame that is answered by an error or not at all, and a ping after it.
    fn ask(&mut self, kind: &'static str, conversation: &str) -> [Command; 2] {
        self.marks += 1;
        let mark = self.marks;
        self.asked.push_back(Asked { kind, conversation: conversation.to_owned(), mark, refused: false });
        [
            Command::Send(json!({"type": kind, "conversation": conversation})),
            Command::Send(json!({"type": "ping", "t": mark})),
        ]
    }

    fn welcome(&mut self, frame: &Value) -> Vec<Command> {
        self.live = true;
        let mut commands = self.lists(frame);
        let status = if self.takes_by_hand { "away" } else { "here" };
        commands.insert(0, Command::Send(json!({"type": "status", "status": status})));
        let line = self.line;
        let said: Vec<String> = self
            .threads
            .iter()
            .filter(|(_, thread)| !thread.pending.is_empty())
            .map(|(id, _)| id.clone())
            .collect();
        for id in said {
            commands.extend(self.open(&id));
            let thread = self.threads.get_mut(&id).expect("it was there");
            for pending in &mut thread.pending {
                pending.only_line = (pending.only_line == Some(0)).then_some(line);
                commands.push(Command::Send(frame_of(&id, pending)));
            }
        }
        commands
    }

    fn conversation(&mut self, frame: &Value) {
        let id = text(&frame["card"]["conversation"]);
        let messages = frame["messages"].as_array().cloned().unwrap_or_default();
        let Some(thread) = self.threads.get_mut(&id) else {
            return self.find(&format!("{id} opened by itself"));
        };
        (thread.open, thread.asked_open) = (true, true);
        let first = messages.first().and_then(|first| first["seq"].as_u64());
        if thread.seen == 0 {
            thread.seen = first.map_or(0, |first| first - 1);
        }
        for message in &messages {
            self.see(&id, message);
        }
        let notes = frame["notes"].as_array().cloned().unwrap_or_default();
        let numbers: Vec<u64> = notes.iter().filter_map(|note| note["n"].as_u64()).collect();
        if numbers != (1..=notes.len() as u64).collect::<Vec<_>>() {
            self.find(&format!("the notes of {id} are numbered {numbers:?}"));
        }
        if let Some(thread) = self.threads.get_mut(&id) {
            thread.noted = notes.len() as u64;
        }
    }

    /// A message at its place: the one after the last one seen.
    fn see(&mut self, id: &str, message: &Value) {
        self.surroundings.ledger.shown(&self.who, id, message);
        let seq = message["seq"].as_u64().unwrap_or_default();
        let line = self.line;
        let Some(thread) = self.threads.get_mut(id) else { return };
        let expected = thread.seen + 1;
        thread.seen = thread.seen.max(seq);
        let own = thread.pending.iter().position(|pending| message["id"] == pending.id.as_str());
        let own = own.map(|place| thread.pending.remove(place));
        if message["from"] == "shopper" {
            thread.shopper_said = seq;
            thread.quiet_since = Some(Instant::now());
            if self.mine.contains(id) && thread.due.is_none() {
                thread.due = Some(Instant::now() + Duration::from_millis(self.fate.between(50, 500)));
            }
        }
        if seq != expected {
            self.find(&format!("message {seq} of {id} came where {expected} is next"));
        }
        if own.is_some_and(|own| own.only_line == Some(line) && !own.acked) {
            self.find(&format!("its own message {seq} of {id} came before its ack"));
        }
    }

    fn message(&mut self, frame: &Value) {
        let id = text(&frame["conversation"]);
        // What was on its way when the conversation was shut.
        if self.threads.get(&id).is_some_and(|thread| thread.open) {
            self.see(&id, frame);
        }
    }

    fn note(&mut self, frame: &Value) {
        let id = text(&frame["conversation"]);
        let Some(thread) = self.threads.get_mut(&id).filter(|thread| thread.open) else { return };
        let (n, expected) = (frame["n"].as_u64().unwrap_or_default(), thread.noted + 1);
        thread.noted = n;
        if n != expected {
            self.find(&format!("note {n} of {id} came where {expected} is next"));
        }
    }

    fn ack(&mut self, frame: &Value) {
        let (id, conversation) = (text(&frame["id"]), text(&frame["conversation"]));
        let number = frame["seq"].as_u64().or(frame["n"].as_u64()).unwrap_or_default();
        self.surroundings.ledger.acked(&self.who, &id, number);
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        if let Some(place) = thread.pending.iter().position(|pending| pending.id == id) {
            thread.pending[place].acked = true;
            // A note's ack is all its writer needs; a message stays until it is seen at its place.
            if thread.pending[place].kind == Speaker::Note || !thread.open && !thread.asked_open {
                thread.pending.remove(place);
            }
        }
    }

    fn error(&mut self, frame: &Value) {
        let (code, conversation) = (text(&frame["code"]), text(&frame["conversation"]));
        if let Some(id) = frame["id"].as_str() {
            if code != "not_yours" {
                return self.find(&format!("an error: {frame}"));
            }
            let Some(thread) = self.threads.get_mut(&conversation) else { return };
            // Words that are repeated after they were refused, or were stored before that, are no news.
            if let Some(place) = thread.pending.iter().position(|pending| pending.id == id) {
                if thread.pending[place].acked {
                    self.find(&format!("{id} was acked, and then refused"));
                } else {
                    thread.pending.remove(place);
                    self.surroundings.ledger.refused(id);
                }
            }
            return;
        }
        let asked = self.asked.front_mut().filter(|asked| asked.conversation == conversation);
        let Some(asked) = asked else { return self.find(&format!("an error that answers nothing: {frame}")) };
        asked.refused = true;
        match (asked.kind, code.as_str()) {
            ("take", "taken") => {
                let by = text(&frame["by"]);
                if by.is_empty() || by == self.name {
                    self.find(&format!("a race lost to {by:?}"));
                }
                self.surroundings.ledger.counts.races.one();
                let agent = self.name.clone();
                self.surroundings.ledger.taken(Taking { conversation, agent, by: Some(by) });
            }
            ("take", "not_yours") => self.surroundings.ledger.counts.no_longer_waiting.one(),
            ("release" | "close", "not_yours") => {}
            _ => self.find(&format!("an error: {frame}")),
        }
    }

    /// An engine died: whether it was done is not known. Words are said again, which finds out; anything else is looked at
    /// anew with the next list.
    fn left_open(&mut self, frame: &Value) -> Vec<Command> {
        let (id, conversation) = (text(&frame["id"]), text(&frame["conversation"]));
        self.surroundings.ledger.counts.internal.one();
        if let Some(asked) = self.asked.iter_mut().find(|asked| asked.conversation == conversation) {
            asked.refused = true;
        }
        let pending = self.threads.get(&conversation).map(|thread| thread.pending.iter());
        let pending = pending.into_iter().flatten().find(|pending| pending.id == id);
        pending.map(|pending| Command::Send(frame_of(&conversation, pending))).into_iter().collect()
    }

    /// The answer to a ping: everything asked before it is done or refused.
    fn pong(&mut self, frame: &Value) -> Vec<Command> {
        let Some(mark) = frame["t"].as_u64() else { return Vec::new() };
        let Some(asked) = self.asked.pop_front() else { return Vec::new() };
        if asked.mark != mark {
            self.find(&format!("pong {mark} where {} is next", asked.mark));
        }
        // A list that comes from now on knows how it ended.
        self.tried.insert(asked.conversation.clone());
        if asked.kind == "take" && !asked.refused {
            self.surroundings.ledger.counts.takes.one();
            let (conversation, agent) = (asked.conversation, self.name.clone());
            self.surroundings.ledger.taken(Taking { conversation, agent, by: None });
        }
        self.take_next()
    }

    fn say(&mut self, id: &str, kind: Speaker) -> Vec<Command> {
        self.said += 1;
        let client_id = format!("{}/{}", self.who, self.said);
        let words = match kind {
            Speaker::Note => format!("{} 记的第 {} 条，{NOTE}", self.who, self.said),
            _ => format!("{} 的第 {} 句", self.who, self.said),
        };
        self.surroundings.ledger.said(kind, id, &client_id, &words);
        let only_line = Some(if self.live { self.line } else { 0 });
        let pending = Pending { id: client_id, kind, text: words, acked: false, only_line };
        let frame = frame_of(id, &pending);
        self.threads.entry(id.to_owned()).or_default().pending.push(pending);
        if self.live { vec![Command::Send(frame)] } else { Vec::new() }
    }

    /// The next thing to do in a conversation that this desk holds.
    fn attend(&mut self, id: &str) -> Vec<Command> {
        let think = Duration::from_millis(self.fate.between(50, 700));
        let (drawn, ending) = (self.fate.below(100), if self.fate.percent(50) { "release" } else { "close" });
        let now = Instant::now();
        let Some(thread) = self.threads.get_mut(id) else { return Vec::new() };
        thread.due = Some(now + think);
        let unanswered = thread.replied_to < thread.shopper_said || thread.replied_to == 0;
        let silent = thread.quiet_since.is_none_or(|since| since + SILENCE <= now);
        if 0 < thread.replies_left && unanswered {
            thread.replied_to = thread.shopper_said.max(1);
            thread.replies_left -= 1;
            let mut commands = self.say(id, Speaker::Agent);
            if drawn < 25 {
                commands.extend(self.say(id, Speaker::Note));
            }
            commands
        } else if self.live && (thread.replies_left == 0 || silent) {
            thread.due = Some(now + think + Duration::from_secs(1));
            if self.asked.iter().any(|asked| asked.conversation == id) {
                return Vec::new();
            }
            self.ask(ending, id).into()
        } else {
            Vec::new()
        }
    }
}

impl Owner for Desk {
    fn path(&self) -> &str {
        "/ws/desk"
    }

    fn cookie(&self) -> Option<&str> {
        Some(&self.cookie)
    }

    fn opened(&mut self, line: u64) -> Value {
        self.line = line;
        json!({"type": "hello", "v": 1})
    }

    fn offline(&mut self) {
        self.live = false;
        self.asked.clear();
        for thread in self.threads.values_mut() {
            (thread.open, thread.asked_open) = (false, false);
        }
        self.tell();
    }

    fn receive(&mut self, frame: &Value) -> Vec<Command> {
        let mut commands = Vec::new();
        match frame["type"].as_str().unwrap_or_default() {
            "welcome" => commands = self.welcome(frame),
            "board" => commands = self.lists(frame),
            "conversation" => self.conversation(frame),
            "message" => self.message(frame),
            "note" => self.note(frame),
            "ack" => self.ack(frame),
            "pong" => commands = self.pong(frame),
            "error" if frame["code"] == "internal" && self.surroundings.engines_die => {
                commands = self.left_open(frame)
            }
            "error" => self.error(frame),
            _ => {}
        }
        self.tell();
        commands
    }

    fn fetched(&mut self, _page: Option<&Value>) -> Vec<Command> {
        Vec::new()
    }

    fn pages(&self) -> (String, String) {
        Default::default()
    }

    fn due(&self) -> Option<Instant> {
        let threads = self.mine.iter().filter_map(|id| self.threads.get(id)?.due);
        threads.chain([self.looks_at]).min()
    }

    fn act(&mut self) -> Vec<Command> {
        let now = Instant::now();
        let mut commands = Vec::new();
        if self.looks_at <= now {
            self.looks_at = now + Duration::from_millis(500);
            commands.extend(self.take_next());
        }
        let is_due =
            |id: &&String| self.threads.get(*id).and_then(|thread| thread.due).is_some_and(|due| due <= now);
        let due: Vec<String> = self.mine.iter().filter(is_due).cloned().collect();
        for id in due {
            commands.extend(self.attend(&id));
        }
        self.tell();
        commands
    }

    fn is_away(&self) -> bool {
        false
    }
}

fn frame_of(conversation: &str, pending: &Pending) -> Value {
    let kind = if pending.kind == Speaker::Note { "note" } else { "say" };
    json!({"type": kind, "id": pending.id, "conversation": conversation, "text": pending.text})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
