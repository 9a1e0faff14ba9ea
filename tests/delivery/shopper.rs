//! A shopper's tab, as `web/widget/conversation.js` behaves: it keeps what it said until the server has it, says it
//! again after every new line, asks only for what it has not seen, and holds every frame against the contract.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    client::{Command, Owner, Surroundings},
    fate::Fate,
    judge::Report,
    ledger::Speaker,
};

/// Messages in a welcome or a page, at most.
const PAGE: usize = 200;
/// Says without an ack after which a shopper waits.
const MOST_PENDING: usize = 3;
/// The longest pause between two says, and that of somebody who talks a lot, in milliseconds.
const PAUSE_MS: u64 = 1200;
const TALKERS_PAUSE_MS: u64 = 420;
/// Whoever has so much to say talks a lot.
pub(crate) const MANY: u64 = 140;
/// Words that the bot answers by heart, with one message each.
const QUESTIONS: [&str; 8] =
    ["你好", "在吗", "您好", "嗨", "你是谁", "你是机器人吗", "你叫什么名字", "有没有T恤"];

/// What a tab does next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Says something to whoever answers.
    Ask,
    /// Asks for a person.
    Person,
    /// Waits for a person, no longer than so many milliseconds.
    AwaitPerson(u64),
    /// Doesn't want to wait any longer.
    Leave,
    /// Waits until no person has the conversation, no longer than so many milliseconds.
    AwaitFarewell(u64),
    /// Rates the conversation.
    Rate,
    /// Is gone until the other tab has said everything.
    Away,
}

/// What the tabs of one shopper share, as two tabs share the browser's storage.
#[derive(Default)]
pub(crate) struct Browser {
    /// The conversation and its token.
    kept: Mutex<Option<(String, String)>>,
    /// The first tab has said everything.
    first_is_done: AtomicBool,
}

impl Browser {
    fn kept(&self) -> Option<(String, String)> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Something said that the server has not shown back yet.
struct Pending {
    id: String,
    text: String,
    acked: bool,
    /// The one line it was said on, while there is only one.
    only_line: Option<u64>,
    again: Option<Instant>,
}

/// A tab.
pub(crate) struct Tab {
    surroundings: Surroundings,
    who: String,
    is_first: bool,
    fate: Fate,
    browser: Arc<Browser>,
    report: Arc<Mutex<Report>>,
    script: VecDeque<Step>,
    pause_ms: u64,
    comes_at: Instant,
    next_step: Instant,
    /// Until when the step under way waits.
    waits_until: Option<Instant>,
    line: u64,
    live: bool,
    resumed_after: Option<u64>,
    mode: String,
    said: u64,
    pending: Vec<Pending>,
    /// Everything up to this number has been seen.
    seen: u64,
    /// The number that the line's next message must have.
    next: u64,
    /// The end of what is being fetched.
    fetching_to: Option<u64>,
}

/// How many says a script has.
pub(crate) fn says(script: &[Step]) -> u64 {
    script.iter().filter(|step| matches!(step, Step::Ask | Step::Person)).count() as u64
}

impl Tab {
    pub(crate) fn new(
        surroundings: &Surroundings,
        who: &str,
        is_first: bool,
        browser: &Arc<Browser>,
        script: Vec<Step>,
    ) -> Self {
        let mut fate = Fate::new(surroundings.seed, who);
        // They do not all come at once.
        let comes_at = Instant::now() + Duration::from_millis(fate.below(6000));
        Self {
            surroundings: surroundings.clone(),
            who: who.to_owned(),
            is_first,
            fate,
            browser: Arc::clone(browser),
            report: Arc::new(Mutex::new(Report::new(who))),
            pause_ms: if says(&script) < MANY { PAUSE_MS } else { TALKERS_PAUSE_MS },
            script: script.into(),
            comes_at,
            next_step: comes_at,
            waits_until: None,
            line: 0,
            live: false,
            resumed_after: None,
            mode: "bot".to_owned(),
            said: 0,
            pending: Vec::new(),
            seen: 0,
            next: 0,
            fetching_to: None,
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
        report.done = self.script.is_empty() && self.pending.iter().all(|pending| pending.acked);
        report.pending = self.pending.len();
        report.live = self.live;
        if let Some((conversation, _)) = self.browser.kept() {
            report.set(&conversation, self.seen, Some(&self.mode));
        }
    }

    fn welcome(&mut self, frame: &Value) -> Vec<Command> {
        let (conversation, token) = (text(&frame["conversation"]), text(&frame["token"]));
        {
            let mut kept = self.browser.kept.lock().unwrap_or_else(PoisonError::into_inner);
            match &*kept {
                Some((known, _)) if *known != conversation => {
                    let known = known.clone();
                    drop(kept);
                    self.find(&format!("welcomed to {conversation} instead of {known}"));
                    return Vec::new();
                }
                Some(_) => {}
                None => *kept = Some((conversation.clone(), token)),
            }
        }
        self.live = true;
        self.mode = text(&frame["state"]["mode"]);
        let end = frame["seq"].as_u64().unwrap_or_default();
        let messages = frame["messages"].as_array().cloned().unwrap_or_default();
        let first = messages.first().and_then(|first| first["seq"].as_u64());
        match (self.resumed_after, first) {
            (Some(after), Some(first)) if first != after + 1 => {
                self.find(&format!("asked for what comes after {after} and was given {first}"));
            }
            // A tab that comes for the first time is shown the latest.
            (None, Some(first)) => self.seen = first - 1,
            _ => {}
        }
        for message in &messages {
            self.see(&conversation, message);
        }
        if PAGE < messages.len() {
            self.find(&format!("a welcome with {} messages", messages.len()));
        }
        let more = frame["more"] == true && self.resumed_after.is_some();
        if !more && self.seen != end {
            self.find(&format!("a welcome up to {end} that shows messages up to {}", self.seen));
        }
        self.next = end + 1;
        self.fetching_to = more.then_some(end);
        let mut commands = Vec::new();
        if more {
            commands.push(Command::Fetch { after: self.seen });
        }
        let line = self.line;
        for pending in self.pending.iter_mut().filter(|pending| !pending.acked) {
            pending.again = None;
            if pending.only_line.is_some_and(|only| only != line && only != 0) {
                pending.only_line = None;
            } else if pending.only_line == Some(0) {
                pending.only_line = Some(line);
            }
            commands.push(Command::Send(say(pending)));
        }
        commands
    }

    /// A message at its place: the one after the last one seen.
    fn see(&mut self, conversation: &str, message: &Value) {
        self.surroundings.ledger.shown(&self.who, conversation, message);
        let seq = message["seq"].as_u64().unwrap_or_default();
        if seq != self.seen + 1 {
            self.find(&format!("message {seq} came after {}", self.seen));
        }
        self.seen = self.seen.max(seq);
        if let Some(id) = message["id"].as_str() {
            self.pending.retain(|pending| pending.id != id);
        }
    }

    fn message(&mut self, frame: &Value) {
        let Some((conversation, _)) = self.browser.kept() else {
            return self.find("a message before welcome");
        };
        let seq = frame["seq"].as_u64().unwrap_or_default();
        let own = self.pending.iter().find(|pending| frame["id"] == pending.id.as_str());
        if own.is_some_and(|own| own.only_line == Some(self.line) && !own.acked) {
            self.find(&format!("its own message {seq} came before its ack"));
        }
        if seq != self.next {
            self.find(&format!("message {seq} where {} is next", self.next));
        }
        self.next = seq + 1;
        // A page that was fetched may have held it already.
        if self.seen < seq {
            self.see(&conversation, frame);
        }
    }

    fn ack(&mut self, frame: &Value) {
        let (id, seq) = (text(&frame["id"]), frame["seq"].as_u64().unwrap_or_default());
        self.surroundings.ledger.acked(&self.who, &id, seq);
        for pending in self.pending.iter_mut().filter(|pending| pending.id == id) {
            pending.acked = true;
        }
    }

    fn error(&mut self, frame: &Value) {
        let code = text(&frame["code"]);
        match code.as_str() {
            "too_fast" => self.surroundings.ledger.counts.too_fast.one(),
            // An engine died: whether it is stored is not known, and saying it again finds out.
            "internal" if self.surroundings.engines_die && !frame["id"].is_null() => {
                self.surroundings.ledger.counts.internal.one();
            }
            "internal" if self.surroundings.engines_die => return,
            _ => return self.find(&format!("an error: {frame}")),
        }
        let wait = Duration::from_millis(frame["retry_ms"].as_u64().unwrap_or(1000));
        for pending in self.pending.iter_mut().filter(|pending| frame["id"] == pending.id.as_str()) {
            pending.again = Some(Instant::now() + wait);
        }
    }

    fn say(&mut self, words: &str) -> Vec<Command> {
        let Some((conversation, _)) = self.browser.kept() else { return Vec::new() };
        self.said += 1;
        let id = format!("{}/{}", self.who, self.said);
        self.surroundings.ledger.said(Speaker::Shopper, &conversation, &id, words);
        let only_line = Some(if self.live { self.line } else { 0 });
        let pending = Pending { id, text: words.to_owned(), acked: false, only_line, again: None };
        let frame = say(&pending);
        self.pending.push(pending);
        if self.live { vec![Command::Send(frame)] } else { Vec::new() }
    }

    /// Does the next step; one that waits is left where it is.
    fn step(&mut self) -> Vec<Command> {
        let Some(step) = self.script.front().cloned() else { return Vec::new() };
        let waits = match step {
            // Nobody can say anything before there is a conversation, or goes on for long while nothing arrives.
            Step::Ask | Step::Person => {
                let open = self.pending.iter().filter(|pending| !pending.acked).count();
                self.browser.kept().is_none() || MOST_PENDING <= open
            }
            Step::AwaitPerson(most) => self.mode != "agent" && self.waits(most),
            Step::AwaitFarewell(most) => matches!(self.mode.as_str(), "agent" | "queue") && self.waits(most),
            Step::Away => self.seen == 0 || !self.browser.first_is_done.load(Ordering::Relaxed),
            Step::Leave | Step::Rate => !self.live,
        };
        if waits {
            self.next_step = Instant::now() + Duration::from_millis(100);
            return Vec::new();
        }
        self.script.pop_front();
        self.waits_until = None;
        if self.is_first && self.script.is_empty() {
            self.browser.first_is_done.store(true, Ordering::Relaxed);
        }
        self.next_step = Instant::now() + Duration::from_millis(self.fate.between(20, self.pause_ms));
        match step {
            Step::Ask if self.mode == "agent" => {
                let words = format!("{} 的第 {} 句", self.who, self.said + 1);
                self.say(&words)
            }
            Step::Ask => {
                let words = *self.fate.pick(&QUESTIONS);
                self.say(words)
            }
            Step::Person => self.say("转人工"),
            Step::Leave => vec![Command::Send(json!({"type": "leave_queue"}))],
            Step::Rate => {
                let score = self.fate.between(1, 5);
                vec![Command::Send(json!({"type": "rate", "score": score}))]
            }
            Step::AwaitPerson(_) | Step::AwaitFarewell(_) | Step::Away => Vec::new(),
        }
    }

    /// Whether the step under way still waits.
    fn waits(&mut self, most: u64) -> bool {
        let until = *self.waits_until.get_or_insert_with(|| Instant::now() + Duration::from_millis(most));
        Instant::now() < until
    }
}

impl Owner for Tab {
    fn path(&self) -> &str {
        "/ws/chat?shop=demo"
    }

    fn cookie(&self) -> Option<&str> {
        None
    }

    fn opened(&mut self, line: u64) -> Value {
        self.line = line;
        let token = self.browser.kept().map(|(_, token)| token);
        self.resumed_after = (0 < self.seen && token.is_some()).then_some(self.seen);
        let mut hello = json!({"type": "hello", "v": 1});
        if let Some(token) = token {
            hello["token"] = token.into();
        }
        if let Some(after) = self.resumed_after {
            hello["after"] = after.into();
        }
        hello
    }

    fn offline(&mut self) {
        self.live = false;
        self.fetching_to = None;
        self.tell();
    }

    fn receive(&mut self, frame: &Value) -> Vec<Command> {
        let mut commands = Vec::new();
        match frame["type"].as_str().unwrap_or_default() {
            "welcome" => commands = self.welcome(frame),
            "message" => self.message(frame),
            "ack" => self.ack(frame),
            "state" => self.mode = text(&frame["mode"]),
            "error" => self.error(frame),
            "note" => self.find(&format!("an internal note: {frame}")),
            _ => {}
        }
        if frame.to_string().contains(super::agent::NOTE) {
            self.find(&format!("words of an internal note: {frame}"));
        }
        self.tell();
        commands
    }

    fn fetched(&mut self, page: Option<&Value>) -> Vec<Command> {
        let Some((conversation, _)) = self.browser.kept() else { return Vec::new() };
        let Some((page, end)) = page.zip(self.fetching_to) else { return Vec::new() };
        let messages = page["messages"].as_array().cloned().unwrap_or_default();
        for message in &messages {
            self.see(&conversation, message);
        }
        if page["more"] == true {
            return vec![Command::Fetch { after: self.seen }];
        }
        if self.seen < end {
            self.find(&format!("the last page ends with {}, but there is {end}", self.seen));
        }
        self.fetching_to = None;
        self.tell();
        Vec::new()
    }

    fn pages(&self) -> (String, String) {
        let (conversation, token) = self.browser.kept().unwrap_or_default();
        (format!("/api/v1/conversations/{conversation}/messages"), token)
    }

    fn due(&self) -> Option<Instant> {
        let step = (!self.script.is_empty()).then_some(self.next_step);
        let again = self.pending.iter().filter(|_| self.live).filter_map(|pending| pending.again).min();
        step.into_iter().chain(again).min()
    }

    fn act(&mut self) -> Vec<Command> {
        let now = Instant::now();
        let mut commands = Vec::new();
        for pending in &mut self.pending {
            if pending.again.is_some_and(|again| again <= now) && self.live {
                pending.again = None;
                commands.push(Command::Send(say(pending)));
            }
        }
        if !self.script.is_empty() && self.next_step <= now {
            commands.extend(self.step());
        }
        self.tell();
        commands
    }

    fn is_away(&self) -> bool {
        let no_conversation = !self.is_first && self.browser.kept().is_none();
        let not_come_yet = Instant::now() < self.comes_at;
        let waits = matches!(self.script.front(), Some(Step::Away))
            && 0 < self.seen
            && !self.browser.first_is_done.load(Ordering::Relaxed);
        no_conversation || not_come_yet || waits
    }
}

fn say(pending: &Pending) -> Value {
    json!({"type": "say", "id": pending.id, "text": pending.text})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
