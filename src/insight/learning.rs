//! What the assistant should learn: what it did not understand, was corrected in, handed over or was rated badly for,
//! gathered by meaning. Pure: conversations and vectors go in, a queue comes out; nothing enters the shop by itself.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{ConversationId, IntentId};

/// Two wordings are of one meaning from this cosine of their [`centred`] vectors on. Of pairs of examples of the base pack
/// (60 intents, 40 of each) that are as near, 6 in 10 are of one intent, against 1 in 60 of all pairs; plain vectors, which
/// all lie in a narrow cone, come to that at 0.92 with a third fewer pairs.
pub const SAME_MEANING: f32 = 0.58;

/// A vector as seen from the centre of a shop's examples, of length 1.
pub fn centred(vector: &[f32], centre: &[f32]) -> Vec<f32> {
    let moved: Vec<f32> = vector.iter().zip(centre).map(|(number, middle)| number - middle).collect();
    let length = moved.iter().map(|number| number * number).sum::<f32>().sqrt().max(f32::EPSILON);
    moved.into_iter().map(|number| number / length).collect()
}

/// A conversation as it went, for what can be learnt from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Which.
    pub conversation: ConversationId,
    /// The shopper's rating.
    pub rating: Option<u8>,
    /// What was said, in order.
    pub lines: Vec<Line>,
}

/// Something said.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// The shopper's words.
    Words {
        /// What.
        text: String,
        /// When.
        at: Timestamp,
    },
    /// The value of a choice that the shopper took.
    Choice(String),
    /// The bot's answer: the intent it acted upon, and what answered.
    Bot {
        /// The intent.
        intent: Option<IntentId>,
        /// `unknown`, `clarify`, `faq:…`.
        source: String,
    },
    /// A person's words.
    Person(String),
}

/// Why something is to be learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Nothing answered it.
    NotUnderstood,
    /// It was taken for something that is not the shop's business.
    OutOfScope,
    /// It was asked back, and the shopper chose what they meant.
    Corrected,
    /// It brought a person without anybody asking for one.
    HandedOver,
    /// It was answered, and the conversation rated badly.
    RatedBadly,
    /// Goods were asked for that were not found.
    NotFound,
}

impl Why {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotUnderstood => "not_understood",
            Self::OutOfScope => "out_of_scope",
            Self::Corrected => "corrected",
            Self::HandedOver => "handed_over",
            Self::RatedBadly => "rated_badly",
            Self::NotFound => "not_found",
        }
    }
}

/// Something to be learnt from one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Miss {
    /// The shopper's words.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Why,
    /// What the shopper meant, where they have said so.
    pub meant: Option<IntentId>,
    /// What a person answered next, if one did.
    pub answer: Option<String>,
}

/// Ratings up to this are bad.
const BAD_RATING: u8 = 2;
/// Sources that are no answer.
const NO_ANSWER: [&str; 3] = ["unknown", "trouble", ""];

/// What a conversation shows.
pub fn misses(course: &Course) -> Vec<Miss> {
    let lines = &course.lines;
    let mut found = Vec::new();
    let last_answered =
        lines.iter().rposition(|line| matches!(line, Line::Bot { source, .. } if !is_no_answer(source)));
    for (n, line) in lines.iter().enumerate() {
        let Line::Words { text, at } = line else { continue };
        let Some((after, Line::Bot { intent, source })) =
            next(lines, n, |line| matches!(line, Line::Bot { .. } | Line::Words { .. }))
        else {
            continue;
        };
        let asks_person = intent.as_ref().is_some_and(|intent| intent.as_str() == "human.request");
        let chosen = lines[after + 1..]
            .iter()
            .take_while(|line| !matches!(line, Line::Words { .. }))
            .find_map(|line| match line {
                Line::Choice(value) => value.strip_prefix("intent:").map(IntentId::from),
                _ => None,
            });
        let bad = course.rating.is_some_and(|rating| rating <= BAD_RATING) && last_answered == Some(after);
        let why = match source.as_str() {
            "clarify" if chosen.is_some() => Why::Corrected,
            "clarify" => Why::NotUnderstood,
            source if is_no_answer(source) => Why::NotUnderstood,
            "oos" => Why::OutOfScope,
            "search:none" => Why::NotFound,
            "handoff" if !asks_person => Why::HandedOver,
            "handoff" => continue,
            _ if bad => Why::RatedBadly,
            _ => continue,
        };
        let answer =
            next(lines, after, |line| matches!(line, Line::Person(_))).and_then(|(_, line)| match line {
                Line::Person(words) => Some(words.clone()),
                _ => None,
            });
        found.push(Miss { text: text.clone(), at: *at, why, meant: chosen, answer });
    }
    found
}

fn is_no_answer(source: &str) -> bool {
    NO_ANSWER.contains(&source)
}

fn next(lines: &[Line], from: usize, is: impl Fn(&Line) -> bool) -> Option<(usize, &Line)> {
    lines.iter().enumerate().skip(from + 1).find(|(_, line)| is(line))
}

/// Misses of one meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Its wordings with how often each was said, the most frequent first.
    pub wordings: Vec<(String, u64)>,
    /// How many misses.
    pub count: u64,
    /// How many of each kind.
    pub why: BTreeMap<Why, u64>,
    /// What shoppers said that they meant, with how often.
    pub meant: BTreeMap<IntentId, u64>,
    /// What people answered, different ones.
    pub answers: Vec<String>,
    /// When it was first and last said.
    pub span: (Timestamp, Timestamp),
    /// How many in the earlier and in the later half of the time looked at.
    pub trend: (u64, u64),
}

/// Gathers misses by meaning, the largest cluster first. `vector` gives a wording's centred vector; wordings without one stand by
/// themselves. `middle` parts the time looked at for the trend.
pub fn cluster<'v>(
    misses: &[Miss],
    vector: impl Fn(&str) -> Option<&'v [f32]>,
    middle: Timestamp,
) -> Vec<Cluster> {
    let mut by_text: BTreeMap<&str, Vec<&Miss>> = BTreeMap::new();
    for miss in misses {
        by_text.entry(miss.text.as_str()).or_default().push(miss);
    }
    // What is said most stands for a meaning; the rest joins the nearest.
    let mut texts: Vec<&str> = by_text.keys().copied().collect();
    texts.sort_by_key(|text| (std::cmp::Reverse(by_text[text].len()), *text));
    let mut groups: Vec<(Option<&[f32]>, Vec<&str>)> = Vec::new();
    for text in texts {
        let own = vector(text);
        let near =
            |group: &(Option<&[f32]>, Vec<&str>)| own.zip(group.0).map(|(own, first)| cosine(own, first));
        let nearest = groups
            .iter()
            .enumerate()
            .filter_map(|(n, group)| Some((n, near(group)?)))
            .max_by(|one, other| one.1.total_cmp(&other.1));
        match nearest.filter(|(_, cosine)| SAME_MEANING <= *cosine) {
            Some((n, _)) => groups[n].1.push(text),
            None => groups.push((own, vec![text])),
        }
    }
    let mut clusters: Vec<Cluster> =
        groups.into_iter().filter_map(|(_, texts)| gather(&texts, &by_text, middle)).collect();
    clusters.sort_by(|one, other| (other.count, &one.wordings).cmp(&(one.count, &other.wordings)));
    clusters
}

fn gather(texts: &[&str], by_text: &BTreeMap<&str, Vec<&Miss>>, middle: Timestamp) -> Option<Cluster> {
    let misses: Vec<&Miss> = texts.iter().flat_map(|text| by_text[text].iter().copied()).collect();
    let (first, last) = (misses.iter().map(|miss| miss.at).min()?, misses.iter().map(|miss| miss.at).max()?);
    let mut why = BTreeMap::new();
    let mut meant = BTreeMap::new();
    let mut answers: Vec<String> = Vec::new();
    for miss in &misses {
        *why.entry(miss.why).or_default() += 1;
        if let Some(intent) = &miss.meant {
            *meant.entry(intent.clone()).or_default() += 1;
        }
        answers.extend(miss.answer.clone().filter(|answer| !answers.contains(answer)));
    }
    let count = misses.len() as u64;
    let later = misses.iter().filter(|miss| middle <= miss.at).count() as u64;
    Some(Cluster {
        wordings: texts.iter().map(|text| ((*text).to_owned(), by_text[text].len() as u64)).collect(),
        count,
        why,
        meant,
        answers,
        span: (first, last),
        trend: (count - later, later),
    })
}

/// The cosine of two unit vectors.
fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}
