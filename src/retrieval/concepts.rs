//! A query's words as the things it asks for, and how much of the query each of them is.
//!
//! A product is found by the share of the query that it covers, so that scores compare between queries and what a
//! shop does not sell is not found by a chance character. The goods a query names weigh more than all that is said
//! about them: 婴儿奶粉 is milk powder, and nothing else for babies will do.

use super::{
    names::{Names, latin_key},
    tokenizer::{is_chinese, is_stop_word, stemmed},
};
use crate::text::base_dictionary;

/// What the goods named weigh beside all that is said about them.
const CORE: f32 = 0.6;
/// And in a long message, most of which is the shopper's story.
const CORE_OF_STORY: f32 = 0.75;
/// From so many things said on, a message is a story.
const STORY: usize = 5;
/// A query of so few things is about the last one, whether it is known or not.
const SHORT: usize = 3;
/// How well another name of the same kind of goods fits.
const ALIKE: f32 = 0.95;
/// How well goods fit that are of the wider kind: any 被 for 薄被.
const OF_THE_KIND: f32 = 0.7;
/// Ways of saying that it is a gift, with the word that catalogs use first.
const GIFT: [&str; 7] = ["送礼", "礼物", "礼品", "送人", "礼盒", "gift", "present"];

/// One thing that a query asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Concept {
    /// Its word, then others that catalogs use for it.
    pub(super) forms: Vec<Form>,
    /// How much of the query it is; all together 1.
    pub(super) share: f32,
    /// Whether it names goods, rather than something about them.
    pub(super) goods: bool,
}

/// A word that a product may have for a concept.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Form {
    pub(super) word: String,
    /// How well it says what was said.
    pub(super) fit: f32,
}

/// A word on its way to be a concept.
struct Said {
    word: String,
    weight: f32,
    goods: bool,
}

/// What a query asks for. `rarity` is from 0 (in every product) to 1 (in none).
pub(super) fn concepts(words: &str, names: &Names, rarity: impl Fn(&str) -> f32) -> Vec<Concept> {
    let mut said = Vec::new();
    for piece in names.corrected(words).split_whitespace() {
        let mut done = 0;
        for range in names.find(piece) {
            cut(&piece[done..range.start], 0 < done, &mut said);
            said.push(Said { word: latin_key(&piece[range.clone()]), weight: 1.0, goods: true });
            done = range.end;
        }
        cut(&piece[done..], 0 < done, &mut said);
    }
    if said.is_empty() {
        // Nothing but words that commonly say nothing: then they are what is looked for.
        said.extend(words.split_whitespace().map(|word| Said {
            word: word.to_owned(),
            weight: 1.0,
            goods: false,
        }));
    }
    join_latin_names(&mut said, names);
    let mut seen = std::collections::BTreeSet::new();
    said.retain(|said| seen.insert(said.word.clone()));
    for said in &mut said {
        said.goods |= names.is_goods(&said.word);
        said.weight *= 0.5 + 0.5 * rarity(&said.word);
    }
    let core = core(&said);
    let aside: f32 =
        said.iter().enumerate().filter(|(at, _)| Some(*at) != core).map(|(_, said)| said.weight).sum();
    let of_core = match core {
        _ if aside == 0.0 => 1.0,
        Some(_) if STORY <= said.len() => CORE_OF_STORY,
        Some(_) => CORE,
        None => 0.0,
    };
    let share = |at: usize, said: &Said| {
        if Some(at) == core { of_core } else { (1.0 - of_core) * said.weight / aside.max(f32::MIN_POSITIVE) }
    };
    said.iter().enumerate().map(|(at, said)| concept(said, share(at, said), names)).collect()
}

fn concept(said: &Said, share: f32, names: &Names) -> Concept {
    let word = said.word.as_str();
    let mut forms = vec![Form { word: word.to_owned(), fit: 1.0 }];
    let mut add = |word: &str, fit: f32| forms.push(Form { word: word.to_owned(), fit });
    if GIFT.contains(&word) {
        GIFT.iter().filter(|other| **other != word).for_each(|other| add(other, 1.0));
    }
    names.alike(word).for_each(|other| add(&other, ALIKE));
    if word.chars().all(is_chinese) && 1 < word.chars().count() && !names.is_known(word) {
        names.in_full(word).into_iter().for_each(|full| add(full, 1.0));
        names.ends_as(word).into_iter().for_each(|end| add(&end, OF_THE_KIND));
    }
    Concept { forms, share, goods: said.goods }
}

/// Which of the words is what the query is about: the last goods named, or the last word of a short query.
fn core(said: &[Said]) -> Option<usize> {
    let named = said.iter().rposition(|said| said.goods);
    named.or_else(|| {
        (said.len() <= SHORT).then(|| said.iter().rposition(|said| 0.9 <= said.weight * 2.0)).flatten()
    })
}

/// Cuts a stretch of text that names no goods, maybe right after a name.
fn cut(text: &str, after_name: bool, said: &mut Vec<Said>) {
    // A name right before makes a single noun its ending: 毛巾 架 is no towel.
    let mut before = said.len().checked_sub(1).filter(|_| after_name);
    for token in base_dictionary().tag(text, true) {
        let word = token.word.trim();
        let single = word.chars().count() == 1 && word.chars().all(is_chinese);
        let sounds = word.chars().any(char::is_alphanumeric) && !is_stop_word(word) && !is_idle(word);
        // And after a word: 火车 票, 登机 箱.
        if let (true, Some(at)) = (single && sounds && token.tag.starts_with(['n', 'q']), before) {
            said[at].word.push_str(word);
            said[at].goods = false;
            before = None;
            continue;
        }
        let weight = if sounds { weight(token.tag, single) } else { 0.0 };
        if weight == 0.0 {
            before = None;
            continue;
        }
        let word = if word.is_ascii() { stemmed(word) } else { word.to_owned() };
        before = (!single && word.chars().all(is_chinese)).then_some(said.len());
        said.push(Said { word, weight, goods: false });
    }
}

/// By part of speech: what is asked for is a noun; what is done with it says less.
fn weight(tag: &str, single: bool) -> f32 {
    let weight = match tag {
        _ if tag.starts_with('n') || matches!(tag, "eng" | "x" | "vn" | "j" | "l" | "i" | "b" | "s") => 1.0,
        _ if tag.starts_with('a') || tag.starts_with('z') => 0.7,
        _ if tag.starts_with('v') => 0.6,
        "m" | "t" | "f" | "g" => 0.4,
        _ => 0.0,
    };
    let latin = matches!(tag, "eng" | "x");
    if single && !latin { weight * 0.6 } else { weight }
}

/// Words of a shop's everyday talk beyond the stop words; they say nothing of the goods.
fn is_idle(word: &str) -> bool {
    super::phrases::IDLE.contains(&word)
}

/// English names of several words are cut word by word; together they are one thing: rice cooker.
fn join_latin_names(said: &mut Vec<Said>, names: &Names) {
    for length in (2..=3).rev() {
        let mut at = 0;
        while at + length <= said.len() {
            let words: Vec<&str> = said[at..at + length].iter().map(|said| said.word.as_str()).collect();
            let name = words.join(" ");
            if name.is_ascii() && names.is_phrase(&name) {
                said.splice(at..at + length, [Said { word: name, weight: 1.0, goods: false }]);
            }
            at += 1;
        }
    }
}
