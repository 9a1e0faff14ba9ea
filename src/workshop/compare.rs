//! What an edit changes: the same questions answered by the files as they are and as they would be, the worst first.

use super::rehearsal::Answer;

/// How an answer would change; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The same, in other words.
    Worded,
    /// Something answers what nothing did.
    Gained,
    /// Something else answers.
    Other,
    /// It is taken for something else.
    Misread,
    /// Nothing answers what something did.
    Lost,
}

impl Change {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worded => "worded",
            Self::Gained => "gained",
            Self::Other => "other",
            Self::Misread => "misread",
            Self::Lost => "lost",
        }
    }
}

/// A question that would be answered otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What was asked.
    pub question: String,
    /// How often, lately.
    pub count: u64,
    /// How it changes.
    pub change: Change,
    /// What it is answered now.
    pub now: Answer,
    /// What it would be.
    pub then: Answer,
}

/// Sources that are no answer.
const NO_ANSWER: [&str; 5] = ["unknown", "clarify", "oos", "trouble", ""];

/// The questions whose answers differ: the worst change first, then what is asked most.
pub fn compare(questions: &[(String, u64)], now: &[Answer], then: &[Answer]) -> Vec<Changed> {
    let mut changed: Vec<Changed> = questions
        .iter()
        .zip(now.iter().zip(then))
        .filter_map(|((question, count), (now, then))| {
            let (question, count, now, then) = (question.clone(), *count, now.clone(), then.clone());
            Some(Changed { change: change(&now, &then)?, question, count, now, then })
        })
        .collect();
    changed.sort_by_key(|changed| std::cmp::Reverse((changed.change, changed.count)));
    changed
}

fn change(now: &Answer, then: &Answer) -> Option<Change> {
    let answers = |answer: &Answer| !NO_ANSWER.contains(&answer.source.as_str());
    match (answers(now), answers(then)) {
        _ if now == then => None,
        (true, false) => Some(Change::Lost),
        (false, true) => Some(Change::Gained),
        _ if now.intent != then.intent => Some(Change::Misread),
        _ if now.source != then.source => Some(Change::Other),
        _ => (now.text != then.text).then_some(Change::Worded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(intent: &str, source: &str, text: &str) -> Answer {
        Answer { intent: Some(intent.to_owned()), source: source.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn the_worst_change_comes_first_and_what_is_asked_most() {
        let hours = answer("store.info", "faq:store.hours", "全天");
        let rows: &[(&str, u64, Answer, Option<Change>)] = &[
            ("same", 9, hours.clone(), None),
            ("worded", 9, answer("store.info", "faq:store.hours", "九点到九点"), Some(Change::Worded)),
            ("other", 1, answer("store.info", "faq:store.where", "杭州"), Some(Change::Other)),
            ("misread", 2, answer("return.how", "faq:return.how", "寄回"), Some(Change::Misread)),
            ("misread often", 3, answer("return.how", "faq:return.how", "寄回"), Some(Change::Misread)),
            ("lost", 1, answer("store.info", "unknown", "不懂"), Some(Change::Lost)),
        ];
        let questions: Vec<(String, u64)> =
            rows.iter().map(|(question, count, ..)| ((*question).to_owned(), *count)).collect();
        let now = vec![hours.clone(); rows.len()];
        let then: Vec<Answer> = rows.iter().map(|(_, _, then, _)| then.clone()).collect();
        for ((question, _, then, expected), now) in rows.iter().zip(&now) {
            assert_eq!(change(now, then), *expected, "{question}");
        }
        let found = compare(&questions, &now, &then);
        let order: Vec<&str> = found.iter().map(|changed| changed.question.as_str()).collect();
        assert_eq!(order, ["lost", "misread often", "misread", "other", "worded"]);
        assert_eq!(change(&answer("x", "clarify", "?"), &hours), Some(Change::Gained));
    }
}
