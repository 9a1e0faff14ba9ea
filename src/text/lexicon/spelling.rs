//! Misspelt names: characters that sound the same or are one wrong, names spelt in pinyin, mistyped English.
//!
//! What a dictionary knows is never misspelt: 羊绒大衣 is no 羊毛大衣. Names of two characters have too many
//! neighbours and are only found as they are.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use pinyin::ToPinyin;

use super::base_dictionary;

/// The shortest name that is found by its sound, and the shortest of which one character may be wrong.
const SHORTEST_BY_SOUND: usize = 3;
const SHORTEST_WITH_WRONG: usize = 4;
/// The shortest English word that is looked for with a letter wrong, and the fewest letters of pinyin.
const SHORTEST_LATIN: usize = 6;
/// The most words that pinyin of one name is spread over.
const MOST_SYLLABLES: usize = 8;

/// Characters that are seldom a slip of the hand: small words, and what tells one thing from another.
const MEANT: &str =
    "的了吗呢吧是有和在我你他她这那些个不就要也都把给一到与或男女童大小长短厚薄黑白红蓝绿黄灰紫粉新旧忽";

/// English words that are near to a name and mean something else.
const OTHER_WORDS: &[&str] = &[
    "short", "table", "cleaner", "cleaners", "boxes", "logging", "snack", "boost", "charged", "charges",
    "charge", "changer", "scandals", "blanked", "sweeter", "tables", "tablets", "speaks", "spears",
    "pillars", "keywords", "keyword", "slipped", "boosts", "covers", "watching", "hosted", "socket",
];

/// Names, indexed by how they sound and are typed. A name is known by its number.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    names: Vec<Spelt>,
    by_start: HashMap<(u32, u32), Vec<usize>>,
    by_end: HashMap<(u32, u32), Vec<usize>>,
    by_letters: HashMap<String, usize>,
    latin_words: HashSet<String>,
    /// Words of English names by themselves with one letter left out.
    without_letter: HashMap<String, String>,
}

#[derive(Debug)]
struct Spelt {
    name: usize,
    characters: Vec<(char, u32)>,
}

impl Spelling {
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a String>) -> Self {
        let mut spelling = Self::default();
        for (number, name) in names.enumerate() {
            if name.is_ascii() {
                spelling.add_latin(name);
            } else {
                spelling.add_chinese(number, name);
            }
        }
        spelling
    }

    fn add_latin(&mut self, name: &str) {
        for word in name.split(|c: char| !c.is_ascii_alphabetic()) {
            if self.latin_words.insert(word.to_owned()) && word.len() >= SHORTEST_LATIN {
                self.without_letter.insert(word.to_owned(), word.to_owned());
                for shorter in without_each_letter(word) {
                    self.without_letter.entry(shorter).or_insert_with(|| word.to_owned());
                }
            }
        }
    }

    fn add_chinese(&mut self, number: usize, name: &str) {
        let characters: Vec<(char, u32)> = name.chars().map(|c| (c, sound(c))).collect();
        let [first, second, .., one, other] = characters.as_slice() else {
            if characters.len() == SHORTEST_BY_SOUND {
                let key = (characters[0].1, characters[1].1);
                self.by_start.entry(key).or_default().push(self.names.len());
                self.spell(number, characters);
            }
            return;
        };
        self.by_start.entry((first.1, second.1)).or_default().push(self.names.len());
        self.by_end.entry((one.1, other.1)).or_default().push(self.names.len());
        self.spell(number, characters);
    }

    fn spell(&mut self, name: usize, characters: Vec<(char, u32)>) {
        if characters.iter().all(|(c, _)| c.to_pinyin().is_some()) {
            let letters: String = characters.iter().map(|(c, _)| letters(*c)).collect();
            self.by_letters.entry(folded(&letters)).or_insert(name);
        }
        self.names.push(Spelt { name, characters });
    }

    /// Where a folded text misspells a name, with the name's number.
    pub(super) fn find(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let mut found = Vec::new();
        if !text.is_ascii() {
            self.find_chinese(text, &mut found);
        }
        self.find_letters(text, &mut found);
        found
    }

    fn find_chinese(&self, text: &str, found: &mut Vec<(Range<usize>, usize)>) {
        let characters: Vec<(char, u32)> = text.chars().map(|c| (c, sound(c))).collect();
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for (at, pair) in characters.windows(2).enumerate() {
            let key = (pair[0].1, pair[1].1);
            let starting = self.by_start.get(&key).into_iter().flatten().map(|index| (at, *index));
            let ending = self.by_end.get(&key).into_iter().flatten().filter_map(|index| {
                Some(((at + 2).checked_sub(self.names[*index].characters.len())?, *index))
            });
            for (start, index) in starting.chain(ending) {
                let spelt = &self.names[index];
                let end = start + spelt.characters.len();
                if characters.len() >= end && is_slip(&characters, start..end, &spelt.characters) {
                    found.push((offsets[start]..offsets[end], spelt.name));
                }
            }
        }
    }

    /// Names in pinyin, in one word or several.
    fn find_letters(&self, text: &str, found: &mut Vec<(Range<usize>, usize)>) {
        let words: Vec<Range<usize>> = latin_words(text).collect();
        for first in 0..words.len() {
            let mut spelt = String::new();
            for (count, word) in words[first..].iter().take(MOST_SYLLABLES).enumerate() {
                // Letters that something else stands between are not one name.
                if count > 0 && &text[words[first + count - 1].end..word.start] != " " {
                    break;
                }
                spelt.push_str(&text[word.clone()]);
                if spelt.len() >= SHORTEST_LATIN
                    && let Some(name) = self.by_letters.get(&folded(&spelt))
                {
                    found.push((words[first].start..word.end, *name));
                }
            }
        }
    }

    /// The text with English words put right that names are made of, and each such word's place in both texts.
    pub(super) fn corrected(&self, text: &str) -> Option<(String, Vec<[Range<usize>; 2]>)> {
        let (mut corrected, mut places, mut done) = (String::new(), Vec::new(), 0);
        for word in latin_words(text).filter(|word| word.len() + 1 >= SHORTEST_LATIN) {
            let Some(meant) = self.meant(&text[word.clone()]) else { continue };
            corrected.push_str(&text[done..word.start]);
            let start = corrected.len();
            corrected.push_str(meant);
            places.push([start..corrected.len(), word.clone()]);
            done = word.end;
        }
        corrected.push_str(&text[done..]);
        (!places.is_empty()).then_some((corrected, places))
    }

    fn meant(&self, word: &str) -> Option<&str> {
        if self.latin_words.contains(word) || OTHER_WORDS.contains(&word) {
            return None;
        }
        let direct = self.without_letter.get(word);
        let meant = direct
            .or_else(|| without_each_letter(word).find_map(|shorter| self.without_letter.get(&shorter)))?;
        let near =
            meant.len().abs_diff(word.len()) <= 1 && meant.as_bytes().first() == word.as_bytes().first();
        near.then_some(meant.as_str())
    }
}

/// Whether a piece of the text is a name with a slip in it.
fn is_slip(text: &[(char, u32)], place: Range<usize>, name: &[(char, u32)]) -> bool {
    let window = &text[place.clone()];
    let differs = |by: fn(&(char, u32), &(char, u32)) -> bool| {
        window.iter().zip(name).filter(|(one, other)| by(one, other)).count()
    };
    let (wrong, wrong_sounds) =
        (differs(|one, other| one.0 != other.0), differs(|one, other| one.1 != other.1));
    let shared = name.len() - wrong;
    // What tells 羽绒服女 from other 羽绒服 must be there as it is.
    let meant = |one: &(char, u32), other: &(char, u32)| MEANT.contains(one.0) || MEANT.contains(other.0);
    if wrong == 0 || window.iter().zip(name).any(|(one, other)| one.0 != other.0 && meant(one, other)) {
        return false;
    }
    let words = base_dictionary();
    let written = |range: Range<usize>| text[range].iter().map(|(c, _)| *c).collect::<String>();
    if wrong_sounds == 0 {
        return name.len() <= 2 * shared + 1 && !words.has_word(&written(place));
    }
    let Some(at) = window.iter().zip(name).position(|(one, other)| one.0 != other.0) else { return false };
    let at = place.start + at;
    // The wrong character makes no word with its neighbours.
    let around = [at.saturating_sub(1)..at + 1, at..at + 2, at.saturating_sub(2)..at + 1, at..at + 3];
    wrong == 1
        && name.len() >= SHORTEST_WITH_WRONG
        && text[at].0 >= '\u{3400}'
        && around
            .into_iter()
            .all(|range| range.end > text.len() || range.len() < 2 || !words.has_word(&written(range)))
}

/// How a character sounds, as a number; one that is not Chinese sounds like nothing else.
fn sound(character: char) -> u32 {
    const OTHER: u32 = 1 << 31;
    let Some(syllable) = character.to_pinyin() else { return OTHER | u32::from(character) };
    folded_bytes(syllable.plain())
        .fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)))
        & !OTHER
}

fn letters(character: char) -> String {
    character.to_pinyin().map_or_else(String::new, |syllable| syllable.plain().to_owned())
}

/// Letters without the differences that many don't hear: zh and z, ng and n.
fn folded_bytes(letters: &str) -> impl Iterator<Item = u8> {
    let bytes = letters.bytes();
    let before = std::iter::once(0).chain(letters.bytes());
    bytes
        .zip(before)
        .filter(|(byte, before)| {
            let silent =
                *byte == b'h' && matches!(before, b'z' | b'c' | b's') || *byte == b'g' && *before == b'n';
            !silent
        })
        .map(|(byte, _)| byte)
}

fn folded(letters: &str) -> String {
    folded_bytes(&letters.replace('ü', "v")).map(char::from).collect()
}

/// The words of English letters in a text.
fn latin_words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(u8::is_ascii_lowercase)?;
        at = start + bytes[start..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        Some(start..at)
    })
}

fn without_each_letter(word: &str) -> impl Iterator<Item = String> {
    (0..word.len()).map(|left_out| format!("{}{}", &word[..left_out], &word[left_out + 1..]))
}
