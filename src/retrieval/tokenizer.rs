//! How texts become terms: jieba's words, pairs of characters beside them, single characters as the last resort.
//!
//! Words are precise but a dictionary cuts a catalog's own names in its own way; pairs find them however they are
//! cut. Which of them may count, and how much, is the query's business (`concepts`).

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::text::{base_dictionary, normalize};

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
    let normal = normalize(text);
    let mut terms: Vec<String> = words(&normal)
        .into_iter()
        .filter(|word| 2 < word.chars().count() || !word.chars().all(is_chinese))
        .collect();
    let characters: Vec<char> = normal.chars().collect();
    for run in characters.split(|c| !is_chinese(*c)) {
        terms.extend(run.iter().map(char::to_string));
        terms.extend(run.windows(2).map(String::from_iter));
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The pairs of neighbouring characters of a Chinese word.
pub(super) fn pairs(word: &str) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    characters.windows(2).map(String::from_iter).collect()
}

/// The words of a folded text alone.
pub(super) fn words(normal: &str) -> Vec<String> {
    let cut = base_dictionary().cut_for_search(normal, true).into_iter().map(|token| token.word.trim());
    cut.filter(|word| word.chars().any(char::is_alphanumeric))
        .filter(|word| !is_stop_word(word))
        .filter(|word| 1 < word.chars().count() || !word.chars().all(is_chinese))
        .map(stemmed)
        .collect()
}

pub(super) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(&word)
}

/// English plurals fall together with their singulars; everything else stays.
pub(super) fn stemmed(word: &str) -> String {
    let plural = word.is_ascii() && 3 < word.len() && word.ends_with('s') && !word.ends_with("ss");
    if plural { word[..word.len() - 1].to_owned() } else { word.to_owned() }
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
