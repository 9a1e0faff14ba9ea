//! How texts become terms: jieba's words, pairs of characters beside them, single characters as the last resort.
//!
//! Words are precise but a dictionary cuts a catalog's own names in its own way; pairs find them however they are
//! cut. Which of them may count, and how much, is the query's business (`concepts`).

use std::{collections::HashMap, ops::Range, sync::Arc};

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::text::{base_dictionary, normalize};

/// Stands before a name that is indexed as a whole; no other term begins so.
pub(super) const WHOLE: char = '=';
/// Words that say nothing of what is looked for.
const STOP_WORDS: [&str; 58] = [
    "的", "了", "吗", "呢", "啊", "呀", "吧", "哦", "嘛", "么", "我", "你", "您", "他", "她", "们", "你们",
    "我们", "是", "有", "没有", "在", "和", "与", "就", "都", "也", "还", "个", "这", "那", "请问", "一个",
    "一下", "可以", "能", "要", "想", "a", "an", "the", "is", "are", "do", "does", "you", "i", "it", "of",
    "to", "for", "in", "my", "your", "can", "have", "me", "please",
];

/// The terms of a question in order: words of two characters or more as jieba cuts them for search, and every
/// single Chinese character.
pub(super) fn terms(text: &str) -> Vec<String> {
    let normal = normalize(text);
    let mut terms = words(&normal);
    terms.extend(normal.chars().filter(|c| is_chinese(*c)).map(String::from).filter(|c| !is_stop_word(c)));
    terms
}

/// The terms of a product's text, each once: Latin words and numbers, Chinese words of three characters or more,
/// every pair of neighbouring Chinese characters (among them all words of two), every single one.
pub(super) fn product_terms(text: &str) -> Vec<String> {
    goods_terms(&normalize(text)).into_iter().map(str::to_owned).collect()
}

/// The same of a text that is folded already. All of them stand in it as they are, so none is copied.
fn goods_terms(normal: &str) -> Vec<&str> {
    let mut terms = Vec::with_capacity(3 * normal.chars().count());
    let (mut before, mut places) = (None, normal.char_indices().peekable());
    let (mut length, mut chinese) = (0, true);
    while let Some((at, character)) = places.next() {
        let end = places.peek().map_or(normal.len(), |(next, _)| *next);
        length += 1;
        if !is_chinese(character) {
            (before, chinese) = (None, false);
            continue;
        }
        terms.push(&normal[at..end]);
        terms.extend(before.map(|before| &normal[before..end]));
        before = Some(at);
    }
    // What is no longer than a pair has no longer words.
    if !chinese || 2 < length {
        terms.extend(sounding_words(normal).filter(|word| !is_short(word)).map(stem));
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// Whether a word is a pair or a single Chinese character.
fn is_short(word: &str) -> bool {
    word.len() <= 2 * '中'.len_utf8() && word.chars().count() <= 2 && word.chars().all(is_chinese)
}

/// The pairs of neighbouring characters of a Chinese word.
pub(super) fn pairs(word: &str) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    characters.windows(2).map(String::from_iter).collect()
}

/// The words of a folded text alone.
pub(super) fn words(normal: &str) -> Vec<String> {
    sounding_words(normal).map(stemmed).collect()
}

fn sounding_words(normal: &str) -> impl Iterator<Item = &str> {
    let cut = base_dictionary().cut_for_search(normal, true).into_iter().map(|token| token.word.trim());
    cut.filter(|word| word.chars().any(char::is_alphanumeric))
        .filter(|word| !is_stop_word(word))
        .filter(|word| 1 < word.chars().count() || !word.chars().all(is_chinese))
}

pub(super) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(&word)
}

/// English plurals fall together with their singulars; everything else stays.
pub(super) fn stemmed(word: &str) -> String {
    stem(word).to_owned()
}

fn stem(word: &str) -> &str {
    let plural = word.is_ascii() && 3 < word.len() && word.ends_with('s') && !word.ends_with("ss");
    if plural { &word[..word.len() - 1] } else { word }
}

pub(super) fn is_chinese(character: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&character)
}

/// One of the ways above for tantivy.
#[derive(Clone, Copy, Debug)]
pub(super) struct TermTokenizer(pub(super) fn(&str) -> Vec<String>);

impl Tokenizer for TermTokenizer {
    type TokenStream<'a> = Terms;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms {
        Terms { left: (self.0)(text).into_iter(), token: Token { position: usize::MAX, ..Token::default() } }
    }
}

/// The stream of a text's terms. Places are not searched, so offsets stay empty.
pub(super) struct Terms {
    left: std::vec::IntoIter<String>,
    token: Token,
}

impl TokenStream for Terms {
    fn advance(&mut self) -> bool {
        let Some(text) = self.left.next() else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text = text;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// Texts longer than this are seldom said twice.
const LONGEST_KEPT: usize = 64;
/// Texts whose terms are kept.
const KEPT: usize = 100_000;

/// The terms of the texts of products for tantivy; a name as a whole is one term. Texts come folded.
///
/// A large catalog says the same things over and over: where their terms stand is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct GoodsTokenizer {
    kept: HashMap<Box<str>, Arc<[Range<u32>]>>,
}

impl Tokenizer for GoodsTokenizer {
    type TokenStream<'a> = GoodsTerms<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> GoodsTerms<'a> {
        let places = match self.kept.get(text) {
            Some(places) => Arc::clone(places),
            None => {
                let places = places(text);
                if text.len() <= LONGEST_KEPT {
                    if KEPT <= self.kept.len() {
                        self.kept.clear();
                    }
                    self.kept.insert(text.into(), Arc::clone(&places));
                }
                places
            }
        };
        GoodsTerms { text, places, next: 0, token: Token { position: usize::MAX, ..Token::default() } }
    }
}

/// Where the terms of a text stand in it.
fn places(text: &str) -> Arc<[Range<u32>]> {
    let terms = if text.starts_with(WHOLE) { vec![text] } else { goods_terms(text) };
    let place = |term: &str| {
        let start = term.as_ptr().addr() - text.as_ptr().addr();
        u32::try_from(start).ok().zip(u32::try_from(start + term.len()).ok())
    };
    terms.into_iter().filter_map(place).map(|(start, end)| start..end).collect()
}

/// The stream of these terms.
pub(super) struct GoodsTerms<'a> {
    text: &'a str,
    places: Arc<[Range<u32>]>,
    next: usize,
    token: Token,
}

impl TokenStream for GoodsTerms<'_> {
    fn advance(&mut self) -> bool {
        let Some(place) = self.places.get(self.next) else { return false };
        self.next += 1;
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text.clear();
        self.token.text.push_str(&self.text[place.start as usize..place.end as usize]);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
