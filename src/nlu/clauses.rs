//! Takes a message apart into its clauses, and says which intents several clauses state between them.
//!
//! Splitting goes by punctuation, by spaces between Chinese characters, behind 吗, and by words that open a new request.
//! It knows no grammar: a clause that comes out as a scrap is judged unsure and states nothing.

use crate::domain::{IntentId, RankedIntent};

/// Words that open a second request in the same message.
const OPENERS: [&str; 11] =
    ["还有", "另外", "顺便", "对了", "以及", "再问", "and also", "also ", "by the way", "btw", "besides"];
/// More clauses than this in one message are judged together with the last.
const MOST_CLAUSES: usize = 5;
/// Never more than so many intents are stated.
const MOST_STATED: usize = 3;
/// How sure a clause has to be of an intent for it to be stated, whatever the message says besides.
const SURE: f32 = 0.88;
/// How sure one has to be that a mark ends and that hardly means what the message means first: which of several neighbours
/// it means may be in doubt (什么时候发货 asks or urges), that it means something else is not.
const APART: f32 = 0.75;
const HARDLY: f32 = 0.02;

/// And how likely the whole message is to mean it, beside its first intent: where a mark ends the clause, and where it
/// was cut off by a guess, for 尾号1017的订单 before 快递到哪了 asks nothing.
const LIKELY: f32 = 0.05;
const LIKELY_IF_CUT: f32 = 0.25;

/// The clauses of a folded message, in order; empty when it has fewer than two worth judging.
pub(super) fn split(normal: &str) -> Vec<&str> {
    let mut cuts = Vec::new();
    let mut start = 0;
    for (place, length) in separators(normal) {
        if start < place && is_clause(&normal[start..place]) {
            cuts.push(normal[start..place].trim());
            start = place + length;
        } else if normal[start..place].trim().is_empty() {
            start = place + length;
        }
        if cuts.len() + 1 == MOST_CLAUSES {
            break;
        }
    }
    let last = normal[start..].trim();
    if is_clause(last) {
        cuts.push(last);
    }
    if cuts.len() < 2 { Vec::new() } else { cuts }
}

/// Places where a clause may end, with the length of what separates (nothing, before an opener).
fn separators(normal: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    let mut letters = normal.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        let after = letters.peek().map(|(_, c)| *c);
        let between_digits =
            before.is_some_and(|c| c.is_ascii_digit()) && after.is_some_and(|c| c.is_ascii_digit());
        let ends = match letter {
            '\n' | ';' | '!' | '?' | '。' | '…' | '~' => true,
            ',' => !between_digits,
            '.' => after.is_none_or(char::is_whitespace) || after.is_some_and(is_han),
            ' ' => before.is_some_and(is_han) && after.is_some_and(|c| is_han(c) || c == '['),
            _ => false,
        };
        // A particle that asks ends its clause whether or not a mark follows: 包邮吗几天能到.
        let asks = letter == '吗' && after.is_some_and(is_han);
        if ends {
            found.push((place, letter.len_utf8()));
        } else if asks {
            found.push((place + letter.len_utf8(), 0));
        } else if OPENERS.iter().any(|opener| normal[place..].starts_with(opener))
            && (is_han(letter) || before.is_none_or(|c| !c.is_alphanumeric()))
        {
            found.push((place, 0));
        }
        before = Some(letter);
    }
    found
}

pub(super) fn is_han(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

/// Whether a piece is long enough to mean something by itself.
fn is_clause(piece: &str) -> bool {
    let han = piece.chars().filter(|c| is_han(*c)).count();
    2 <= han || 2 <= piece.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count()
}

/// What a clause states, as far as it was judged to state anything.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Claim {
    /// The likeliest intents of the clause by itself, best first.
    pub ranked: Vec<RankedIntent>,
    /// Whether it was cut off where no mark stands.
    pub cut: bool,
}

impl Claim {
    /// What the clause asks, if it is sure enough, in a message that means `first` before all.
    fn meaning(&self, first: &IntentId) -> Option<&IntentId> {
        let best = self.ranked.first().filter(|best| !is_courtesy(&best.id))?;
        let rival = self.ranked.iter().find(|it| it.id == *first).map_or(0.0, |it| it.confidence);
        let apart = !self.cut && APART <= best.confidence && rival <= HARDLY;
        (SURE <= best.confidence || apart).then_some(&best.id)
    }
}

/// The intents that a message states, of which `ranked` are the likeliest of the whole, best first: the first of them,
/// and those that clauses are sure of.
///
/// What asks for nothing (greetings, thanks, a bare yes) gives way to what does, and is never stated beside another.
pub(super) fn stated(ranked: &[RankedIntent], claims: &[Claim]) -> Vec<IntentId> {
    let Some(first) = ranked.first() else { return Vec::new() };
    let mut stated: Vec<IntentId> = Vec::new();
    let whole = |intent: &IntentId| ranked.iter().find(|it| it.id == *intent).map_or(0.0, |it| it.confidence);
    for claim in claims {
        let Some(meant) = claim.meaning(&first.id) else { continue };
        let share = if claim.cut { LIKELY_IF_CUT } else { LIKELY };
        let likely = is_courtesy(&first.id) || share * first.confidence <= whole(meant);
        if likely && !stated.contains(meant) {
            stated.push(meant.clone());
        }
    }
    if is_courtesy(&first.id) && stated.len() < 2 {
        return vec![first.id.clone()];
    }
    if !stated.contains(&first.id) && !is_courtesy(&first.id) {
        stated.insert(0, first.id.clone());
    }
    // The order of the words decides, but for what can wait.
    stated.sort_by_key(urgency);
    stated.truncate(MOST_STATED);
    stated
}

/// Whether an intent asks for nothing, so that anything beside it is what counts.
pub(super) fn is_courtesy(intent: &IntentId) -> bool {
    matches!(
        intent.as_str(),
        "chat.greet"
            | "chat.thanks"
            | "chat.bye"
            | "chat.affirm"
            | "chat.deny"
            | "chat.insult"
            | "chat.praise"
    )
}

/// Lower is more urgent: what costs the shopper money or goods, or is soon too late, comes before questions. Intents that are
/// alike keep the order in which they were said.
fn urgency(intent: &IntentId) -> u8 {
    match intent.as_str() {
        "payment.problem"
        | "shipping.lost"
        | "item.defective"
        | "item.wrong_or_missing"
        | "order.cancel"
        | "order.modify_address"
        | "human.request" => 0,
        "chat.bot_identity" | "complaint" | "review.ask" => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_where_a_new_clause_begins() {
        let cases: [(&str, &[&str]); 14] = [
            ("什么时候发货", &[]),
            ("有货吗 今天能发吗", &["有货吗", "今天能发吗"]),
            ("衣服有点小,我要换货", &["衣服有点小", "我要换货"]),
            ("开发票另外什么时候发货", &["开发票", "另外什么时候发货"]),
            ("iphone 15 pro 多少钱", &[]),
            ("满1,000减12.5吗", &[]),
            (
                "where is my order? and also i need an invoice",
                &["where is my order", "and also i need an invoice"],
            ),
            ("嗯,我要退货", &[]),
            ("包邮吗几天能到", &["包邮吗", "几天能到"]),
            ("包邮吗亲", &[]),
            ("", &[]),
            ("???!!!", &[]),
            ("退货!退款!", &["退货", "退款"]),
            ("hi. when does it ship. thanks a lot", &["hi. when does it ship", "thanks a lot"]),
        ];
        for (normal, expected) in cases {
            assert_eq!(split(normal), expected, "{normal}");
        }
    }

    #[test]
    fn states_two_intents_when_clauses_are_sure_of_them() {
        let ranked_as = |id: &str, confidence| RankedIntent { id: id.into(), confidence };
        let claim =
            |intent: &str, confidence| Claim { ranked: vec![ranked_as(intent, confidence)], cut: false };
        let ranked = |first: &str| {
            [(first, 0.5), ("b", 0.2), ("order.cancel", 0.2)]
                .map(|(id, confidence)| RankedIntent { id: id.into(), confidence })
        };
        for (first, claims, expected) in [
            ("a", vec![], vec!["a"]),
            ("a", vec![claim("a", 0.9), claim("b", 0.9)], vec!["a", "b"]),
            ("a", vec![claim("b", 0.9), claim("a", 0.9)], vec!["b", "a"]),
            ("a", vec![claim("b", 0.9)], vec!["a", "b"]),
            ("a", vec![claim("b", 0.3)], vec!["a"]),
            ("a", vec![claim("chat.greet", 0.9)], vec!["a"]),
            ("chat.thanks", vec![claim("chat.bye", 0.9), claim("b", 0.9)], vec!["chat.thanks"]),
            ("complaint", vec![claim("complaint", 0.9), claim("b", 0.9)], vec!["b", "complaint"]),
            ("a", vec![claim("a", 0.9), claim("order.cancel", 0.9)], vec!["order.cancel", "a"]),
        ] {
            let expected: Vec<IntentId> = expected.into_iter().map(IntentId::from).collect();
            assert_eq!(stated(&ranked(first), &claims), expected, "{claims:?}");
        }
    }
}
