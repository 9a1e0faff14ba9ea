//! Frequently asked questions, found by their ways of asking.

use std::collections::{BTreeSet, HashMap};

use tantivy::{
    Index, IndexReader, TantivyDocument,
    collector::TopDocs,
    doc,
    query::{BooleanQuery, Occur, Query, TermQuery},
    schema::{Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value},
    tokenizer::TextAnalyzer,
};

use super::{
    FaqHit, Vectors,
    fusion::{self, Leg, Neighbours},
    tokenizer::{TermTokenizer, is_chinese, terms, words},
};
use crate::{encoder::Vector, shop::Faq, text::normalize};

/// Candidates of each leg.
const CANDIDATES: usize = 30;
/// The weight of the words beside the vectors: short questions that share words may mean different things.
const WORDS_SHARE: f32 = 0.3;
/// What is not said in the same words never scores higher than this.
const NOT_THE_SAME: f32 = 0.89;

/// One document a way of asking.
pub(super) struct FaqIndex {
    reader: IndexReader,
    text: Field,
    ask: Field,
    questions: Vec<(crate::domain::FaqId, Vec<String>)>,
    /// Which question each way of asking belongs to, and its words.
    asks: Vec<(usize, BTreeSet<String>)>,
    same: HashMap<String, usize>,
    vectors: Neighbours,
}

impl FaqIndex {
    pub(super) fn build(faq: &[Faq], vectors: &Vectors) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("questions")
            .set_index_option(IndexRecordOption::WithFreqs);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let ask = schema.add_u64_field("ask", STORED | INDEXED);
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register("questions", TextAnalyzer::from(TermTokenizer(terms)));
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 15_000_000)?;
        let (mut asks, mut same, mut own_vectors) = (Vec::new(), HashMap::new(), Vec::new());
        for (question, entry) in faq.iter().enumerate() {
            for way in &entry.ask {
                let normal = normalize(way);
                writer.add_document(doc!(text => way.as_str(), ask => asks.len() as u64))?;
                if let Some(vector) = vectors.get(&normal) {
                    own_vectors.push((question, Vector::clone(vector)));
                }
                asks.push((question, terms(way).into_iter().collect()));
                same.entry(bare(&normal)).or_insert(question);
            }
        }
        writer.commit()?;
        let questions = faq.iter().map(|entry| (entry.id.clone(), entry.ask.clone())).collect();
        Ok(Self {
            reader: index.reader()?,
            text,
            ask,
            questions,
            asks,
            same,
            vectors: Neighbours::new(&own_vectors),
        })
    }

    /// Questions nearest to a folded text.
    pub(super) fn search(&self, normal: &str, vector: Option<&[f32]>, limit: usize) -> Vec<FaqHit> {
        let same = self.same.get(&bare(normal)).copied();
        let by_words = self.by_words(normal);
        let by_vectors = vector
            .filter(|_| !self.vectors.is_empty())
            .map(|vector| self.vectors.nearest(vector, CANDIDATES));
        let mut hits: Vec<(usize, FaqHit)> = fusion::fuse(&by_words, by_vectors.as_ref(), WORDS_SHARE)
            .into_iter()
            .map(|fused| (fused.document, self.hit(fused.document, fused.score.min(NOT_THE_SAME), fused.why)))
            .collect();
        if let Some(question) = same {
            hits.retain(|(found, _)| *found != question);
            hits.insert(0, (question, self.hit(question, 1.0, vec![("same", 1.0)])));
        }
        hits.into_iter().take(limit).map(|(_, hit)| hit).collect()
    }

    fn hit(&self, question: usize, score: f32, why: Vec<(&'static str, f32)>) -> FaqHit {
        let (id, asks) = &self.questions[question];
        FaqHit { id: id.clone(), title: asks.first().cloned().unwrap_or_default(), score, why }
    }

    /// Candidates by BM25, scored by how much of both texts' words they share: BM25 alone says which is best, not
    /// whether it is good.
    fn by_words(&self, normal: &str) -> Leg {
        let asked: BTreeSet<String> = terms(normal).into_iter().collect();
        let clauses: Vec<(Occur, Box<dyn Query>)> = asked
            .iter()
            .map(|term| {
                let term = tantivy::Term::from_field_text(self.text, term);
                let query: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
                (Occur::Should, query)
            })
            .collect();
        let searcher = self.reader.searcher();
        let top = TopDocs::with_limit(CANDIDATES).order_by_score();
        let found = searcher.search(&BooleanQuery::new(clauses), &top).unwrap_or_default();
        let mut best: HashMap<usize, f32> = HashMap::new();
        for (_, address) in found {
            let Ok(document) = searcher.doc::<TantivyDocument>(address) else { continue };
            let place = document.get_first(self.ask).and_then(|value| value.as_u64()).unwrap_or_default();
            let Some((question, words)) = usize::try_from(place).ok().and_then(|place| self.asks.get(place))
            else {
                continue;
            };
            let score = overlap(&asked, words);
            let kept = best.entry(*question).or_default();
            *kept = kept.max(score);
        }
        best.into_iter().collect()
    }
}

/// Shared terms over all terms, longer ones counting more.
fn overlap(left: &BTreeSet<String>, right: &BTreeSet<String>) -> f32 {
    let weight = |terms: &mut dyn Iterator<Item = &String>| -> f32 {
        terms
            .map(|term| if term.chars().all(is_chinese) && term.chars().count() == 1 { 1.0 } else { 2.0 })
            .sum()
    };
    let shared = weight(&mut left.intersection(right));
    let all = weight(&mut left.union(right));
    if 0.0 < all { shared / all } else { 0.0 }
}

/// The letters of a folded text alone: 有货吗？ and 有货吗 say the same.
fn bare(normal: &str) -> String {
    let letters: String = normal.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.is_empty() { words(normal).concat() } else { letters }
}
