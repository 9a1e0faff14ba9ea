//! What colleagues answered to questions like one: proposals for whoever answers now.

use std::collections::BTreeSet;

use tantivy::{
    Term,
    collector::TopDocs,
    query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery},
    schema::{IndexRecordOption, Value},
};

use super::{MessageIndex, RetrievalError};
use crate::{
    domain::{ConversationId, ShopId},
    retrieval::tokenizer::{is_chinese, product_terms, words},
    text::normalize,
};

/// Candidates looked at.
const CANDIDATES: usize = 40;
/// A question has to share so much with the one that was answered.
const ALIKE: f32 = 0.5;
/// A longer question is looked for by its beginning.
const LONGEST_QUESTION: usize = 120;

/// A question like the one asked, and what a person answered.
#[derive(Clone, Debug, PartialEq)]
pub struct AnsweredBefore {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// How alike the questions are, up to 1.
    pub score: f32,
}

impl MessageIndex {
    /// At most `limit` answers to questions like this one in a shop, the likest first, none twice and none of the
    /// conversation that asks.
    ///
    /// # Errors
    /// The search library's.
    pub fn answered_before(
        &self,
        question: &str,
        shop: &ShopId,
        but: &ConversationId,
        limit: usize,
    ) -> Result<Vec<AnsweredBefore>, RetrievalError> {
        let short: String = question.chars().take(LONGEST_QUESTION).collect();
        let asked = said(&short);
        let searcher = self.opened.load().reader.searcher();
        let must = |term: Term| -> (Occur, Box<dyn Query>) {
            let query: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
            (Occur::Must, Box::new(BoostQuery::new(query, 0.0)))
        };
        let any = product_terms(&short).into_iter().map(|term| {
            let term = Term::from_field_text(self.fields.text, &term);
            let query: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            (Occur::Should, query)
        });
        let any: Box<dyn Query> = Box::new(BooleanQuery::new(any.collect()));
        let query = BooleanQuery::new(vec![
            (Occur::Must, any),
            must(Term::from_field_text(self.fields.shop, shop.as_str())),
            must(Term::from_field_bool(self.fields.answered, true)),
        ]);
        let top = TopDocs::with_limit(CANDIDATES).order_by_score();
        let mut found: Vec<AnsweredBefore> = Vec::new();
        for (_, address) in searcher.search(&query, &top)? {
            let document = searcher.doc(address)?;
            let hit = self.hit(&document, 0.0);
            let answer = document.get_first(self.fields.answer).and_then(|value| value.as_str());
            let score = overlap(&asked, &said(&hit.text));
            let Some(answer) = answer.filter(|_| hit.conversation != *but && ALIKE <= score) else {
                continue;
            };
            let (question, answer) = (hit.text, answer.to_owned());
            match found.iter_mut().find(|known| same(&known.answer, &answer)) {
                Some(known) if score <= known.score => {}
                Some(known) => *known = AnsweredBefore { question, answer, score },
                None => found.push(AnsweredBefore { question, answer, score }),
            }
        }
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        found.truncate(limit);
        Ok(found)
    }
}

fn same(one: &str, other: &str) -> bool {
    let letters = |text: &str| normalize(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    letters(one) == letters(other)
}

/// What a question says: its words, and where it has none its characters.
fn said(text: &str) -> BTreeSet<String> {
    let normal = normalize(text);
    let said: BTreeSet<String> = words(&normal).into_iter().collect();
    if said.is_empty() { normal.chars().filter(|c| is_chinese(*c)).map(String::from).collect() } else { said }
}

/// Shared words over all words.
fn overlap(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f32 {
    let all = one.union(other).count();
    if all == 0 { 0.0 } else { one.intersection(other).count() as f32 / all as f32 }
}
