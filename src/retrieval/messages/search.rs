//! What a person looks for among messages: all words first, wherever they stand; any of them where nothing has all.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tantivy::{
    DocAddress, Score, Searcher, TantivyDocument, Term,
    collector::TopDocs,
    query::{BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, Query, TermQuery},
    schema::{IndexRecordOption, Value},
};

use super::{MessageIndex, RetrievalError, is_chinese, words};
use crate::{
    domain::{ConversationId, ShopId},
    retrieval::tokenizer::pairs,
    text::{self, normalize},
};

/// What is longer is looked for by its beginning.
const LONGEST_QUESTION: usize = 200;
/// Words that are looked for.
const MOST_WORDS: usize = 12;
/// What is found by its name alone comes before what is found by words.
const EXACT: f32 = 100.0;
/// What has only some of the words comes after what has all.
const SOME_WORDS: f32 = 0.1;
/// Found ones are looked at a little further than asked for, so that the newest of equals are shown.
const SPARE: usize = 50;

/// A message, a note or a conversation found.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageHit {
    /// In which conversation.
    pub conversation: ConversationId,
    /// The message's number, or the note's; `None` for the conversation itself.
    pub number: Option<u64>,
    /// `shopper`, `bot`, `agent`, `system`, `note`; empty for the conversation itself.
    pub from: String,
    /// When.
    pub at: Timestamp,
    /// Its words.
    pub text: String,
    /// Where in them what was looked for stands, in bytes.
    pub marks: Vec<std::ops::Range<usize>>,
    /// The higher the better.
    pub score: f32,
}

type Clauses = Vec<(Occur, Box<dyn Query>)>;

impl MessageIndex {
    /// At most `limit` of what fits the words, in these shops alone (none: in all), best first. Never an error for words,
    /// whatever they are.
    ///
    /// # Errors
    /// The search library's.
    pub fn search(
        &self,
        words: &str,
        shops: &[ShopId],
        limit: usize,
    ) -> Result<Vec<MessageHit>, RetrievalError> {
        let short: String = words.chars().take(LONGEST_QUESTION).collect();
        let normal = normalize(&short);
        let asked = Asked::of(&normal);
        if normal.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let searcher = self.opened.load().reader.searcher();
        let exact = Term::from_field_text(self.fields.exact, &normal);
        let exact: Box<dyn Query> = Box::new(TermQuery::new(exact, IndexRecordOption::Basic));
        let mut found = self.find(&searcher, vec![(Occur::Must, exact)], shops, limit)?;
        found.iter_mut().for_each(|(score, _)| *score += EXACT);
        let mut all = self.find(&searcher, self.clauses(&asked, Occur::Must), shops, limit)?;
        found.append(&mut all);
        if found.len() < limit && 1 < asked.words.len() {
            let some = self.find(&searcher, self.clauses(&asked, Occur::Should), shops, limit)?;
            let known: BTreeSet<DocAddress> = found.iter().map(|(_, address)| *address).collect();
            let more = some.into_iter().filter(|(_, address)| !known.contains(address));
            found.extend(more.map(|(score, address)| (score * SOME_WORDS, address)));
        }
        let mut hits = Vec::with_capacity(found.len());
        for (score, address) in found {
            hits.push(self.hit(&searcher.doc(address)?, score));
        }
        hits.sort_by(|one, other| other.score.total_cmp(&one.score).then(other.at.cmp(&one.at)));
        hits.truncate(limit);
        for hit in &mut hits {
            hit.marks = text::marks(&hit.text, &asked.marked);
        }
        Ok(hits)
    }

    fn find(
        &self,
        searcher: &Searcher,
        mut clauses: Clauses,
        shops: &[ShopId],
        limit: usize,
    ) -> Result<Vec<(Score, DocAddress)>, RetrievalError> {
        if clauses.is_empty() {
            return Ok(Vec::new());
        }
        if clauses.iter().all(|(occur, _)| *occur == Occur::Should) {
            clauses = vec![(Occur::Must, Box::new(BooleanQuery::new(clauses)) as Box<dyn Query>)];
        }
        if !shops.is_empty() {
            let shops = shops.iter().map(|shop| {
                let term = Term::from_field_text(self.fields.shop, shop.as_str());
                let query: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
                (Occur::Should, query)
            });
            let within: Box<dyn Query> = Box::new(BooleanQuery::new(shops.collect()));
            // A bound, not a merit.
            clauses.push((Occur::Must, Box::new(BoostQuery::new(within, 0.0))));
        }
        let top = TopDocs::with_limit(limit.saturating_add(SPARE)).order_by_score();
        Ok(searcher.search(&BooleanQuery::new(clauses), &top)?)
    }

    /// One clause a word.
    fn clauses(&self, asked: &Asked, occur: Occur) -> Clauses {
        asked.words.iter().map(|word| (occur, self.word(word))).collect()
    }

    fn word(&self, word: &str) -> Box<dyn Query> {
        let term = |text: &str| Term::from_field_text(self.fields.text, text);
        let one = |text: &str| -> Box<dyn Query> {
            Box::new(TermQuery::new(term(text), IndexRecordOption::WithFreqs))
        };
        if word.chars().all(is_chinese) {
            // A part of a longer word is found by its pairs; the word as a whole counts more.
            let parts = pairs(word);
            if parts.len() < 2 {
                return one(parts.first().map_or(word, String::as_str));
            }
            let mut clauses: Clauses = parts.iter().map(|pair| (Occur::Must, one(pair))).collect();
            clauses.push((Occur::Should, one(word)));
            return Box::new(BooleanQuery::new(clauses));
        }
        let mut clauses: Clauses = vec![(Occur::Should, one(word))];
        if 2 < word.chars().count() {
            // What begins so, as an order number that is still being typed.
            clauses.push((Occur::Should, Box::new(FuzzyTermQuery::new_prefix(term(word), 0, true))));
        }
        if word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            clauses.push((Occur::Should, one(&format!("~{word}"))));
        }
        Box::new(BooleanQuery::new(clauses))
    }

    pub(super) fn hit(&self, document: &TantivyDocument, score: Score) -> MessageHit {
        let fields = &self.fields;
        let text = |field| document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
        let at = document.get_first(fields.at).and_then(|value| value.as_i64()).unwrap_or_default();
        MessageHit {
            conversation: text(fields.conversation).into(),
            number: document.get_first(fields.number).and_then(|value| value.as_u64()),
            from: text(fields.from).to_owned(),
            at: Timestamp::from_millisecond(at).unwrap_or_default(),
            text: text(fields.text).to_owned(),
            marks: Vec::new(),
            score,
        }
    }
}

/// A question taken apart.
struct Asked {
    /// Words to look for, each once.
    words: Vec<String>,
    /// What is marked in what is found.
    marked: Vec<String>,
}

impl Asked {
    fn of(normal: &str) -> Self {
        let mut looked_for: Vec<String> = Vec::new();
        let mut add = |word: String| {
            if looked_for.len() < MOST_WORDS && !looked_for.contains(&word) {
                looked_for.push(word);
            }
        };
        // What jieba cuts for search overlaps: 羽绒, 绒服, 羽绒服. The longest ones have the others in them.
        let cut = words(normal);
        let within = |word: &String| {
            word.chars().all(is_chinese)
                && cut.iter().any(|other| other != word && other.contains(word.as_str()))
        };
        cut.iter().filter(|word| !within(word)).cloned().for_each(&mut add);
        if cut.is_empty() {
            // Words that say little, and single characters, are looked for when there is nothing else.
            for run in normal.split(|c: char| !is_chinese(c)).filter(|run| !run.is_empty()) {
                add(run.to_owned());
            }
            for word in
                normal.split(|c: char| !c.is_alphanumeric() || is_chinese(c)).filter(|word| !word.is_empty())
            {
                add(word.to_owned());
            }
        }
        let mut marked = looked_for.clone();
        marked.push(normal.to_owned());
        Self { words: looked_for, marked }
    }
}
