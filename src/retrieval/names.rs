//! What a catalog calls its goods, and how shoppers misspell it: homophones, pinyin, shortened names.

use std::collections::{BTreeSet, HashMap, HashSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use pinyin::ToPinyin;

use super::{
    kinds::{KINDS, TRAITS, WIDE_KINDS},
    tokenizer::{is_chinese, stemmed, words},
};
use crate::text::{GOODS, base_dictionary, is_whole};

/// A name that sounds like the query's words has at least so many characters: shorter ones have too many homophones.
const SHORTEST_BY_SOUND: usize = 3;
/// And at most so many.
const LONGEST_BY_SOUND: usize = 6;
/// What ends a piece of a title without naming the goods: 女款, 三件套装, 升级版.
const NOT_A_KIND: [char; 13] = ['款', '装', '版', '列', '色', '级', '新', '用', '码', '号', '寸', '只', '合'];

/// The names of one catalog's goods.
pub(super) struct Names {
    /// Every name: aliases, categories, the glossary's words, the goods that titles end with.
    known: HashSet<String>,
    finder: Option<AhoCorasick>,
    by_sound: HashMap<String, String>,
    by_ends: HashMap<(char, char), Vec<String>>,
    /// The words English names end with: jacket, headphone.
    latin_heads: HashSet<String>,
    /// What goods are called in general, whether sold here or not, with other names of the same kind.
    general: HashMap<String, &'static [&'static str]>,
    traits: HashMap<String, &'static [&'static str]>,
}

impl Names {
    /// From every name of a catalog, in the form in which names are looked up.
    pub(super) fn new(known: BTreeSet<String>) -> Self {
        let chinese = || known.iter().filter(|name| name.chars().all(is_chinese));
        let mut by_ends: HashMap<(char, char), Vec<String>> = HashMap::new();
        for name in chinese().filter(|name| 2 < name.chars().count()) {
            if let (Some(first), Some(last)) = (name.chars().next(), name.chars().next_back()) {
                by_ends.entry((first, last)).or_default().push(name.clone());
            }
        }
        let mut general: HashMap<String, &'static [&'static str]> =
            GOODS.iter().map(|word| (latin_key(word), &[][..])).collect();
        for kind in KINDS {
            general.extend(kind.iter().map(|name| (latin_key(name), *kind)));
        }
        for (names, ends) in WIDE_KINDS {
            general.extend(names.iter().map(|name| (latin_key(name), *ends)));
        }
        let traits = TRAITS
            .iter()
            .flat_map(|row| {
                row.iter()
                    .take(2)
                    .chain(row.iter().filter(|word| word.is_ascii()))
                    .map(|word| (latin_key(word), *row))
            })
            .collect();
        let latin = known.iter().filter(|name| name.is_ascii());
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(
                known
                    .iter()
                    .map(String::as_str)
                    .chain(general.keys().map(String::as_str))
                    .filter(|name| is_name(name)),
            )
            .ok();
        Self {
            by_sound: chinese().map(|name| (sound(name), name.clone())).collect(),
            by_ends,
            latin_heads: latin.filter_map(|name| name.split(' ').next_back()).map(stemmed).collect(),
            finder,
            general,
            traits,
            known: known.into_iter().collect(),
        }
    }

    /// Where a folded text names goods, longest names first.
    pub(super) fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        let found = self.finder.iter().flat_map(move |finder| finder.find_iter(text));
        found.map(|found| found.range()).filter(move |range| is_whole(text, range))
    }

    /// Whether the catalog has goods of this name.
    pub(super) fn is_known(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// Whether a word names goods, sold here or not.
    pub(super) fn is_goods(&self, word: &str) -> bool {
        self.is_known(word) || self.general.contains_key(word) || self.latin_heads.contains(&stemmed(word))
    }

    /// Other words for the same kind of goods, or for the same trait.
    pub(super) fn alike(&self, word: &str) -> impl Iterator<Item = String> {
        let kind = self.general.get(word).or_else(|| self.traits.get(word)).copied().unwrap_or_default();
        let word = word.to_owned();
        kind.iter().map(|name| latin_key(name)).filter(move |name| *name != word)
    }

    /// Whether words together are one thing: rice cooker, memory foam.
    pub(super) fn is_phrase(&self, words: &str) -> bool {
        self.is_known(words) || self.general.contains_key(words) || self.traits.contains_key(words)
    }

    /// The kind of goods that the end of an unknown word names: 薄被 is a 被.
    pub(super) fn ends_as(&self, word: &str) -> Option<String> {
        let last = word.chars().next_back().filter(|_| !self.general.contains_key(word))?.to_string();
        self.general.contains_key(last.as_str()).then_some(last)
    }

    /// The name that a shortened one stands for: 电锅 → 电饭锅. It keeps the ends and leaves out what is between.
    pub(super) fn in_full(&self, short: &str) -> Option<&str> {
        let (first, last) = (short.chars().next()?, short.chars().next_back()?);
        let longer = self.by_ends.get(&(first, last))?.iter();
        let length = short.chars().count();
        let mut fitting = longer.filter(|name| name.chars().count() <= length + 2 && is_within(short, name));
        fitting.next().map(String::as_str)
    }

    /// The text with misspelt names put right: 充电报 → 充电宝, yurongfu → 羽绒服. What a dictionary knows is never
    /// misspelt: who asks for a quilt (被子) does not mean a cup (杯子).
    pub(super) fn corrected(&self, text: &str) -> String {
        text.split_whitespace().map(|piece| self.corrected_piece(piece)).collect::<Vec<_>>().join(" ")
    }

    fn corrected_piece(&self, piece: &str) -> String {
        if piece.chars().all(|c| c.is_ascii_lowercase()) {
            let meant = (5 < piece.len()).then(|| self.by_sound.get(&folded(piece))).flatten();
            return meant.cloned().unwrap_or_else(|| piece.to_owned());
        }
        let characters: Vec<char> = piece.chars().collect();
        let (mut fixed, mut at) = (String::with_capacity(piece.len()), 0);
        while at < characters.len() {
            match self.misspelt_at(&characters[at..]) {
                Some((length, meant)) => {
                    fixed.push_str(meant);
                    at += length;
                }
                None => {
                    fixed.push(characters[at]);
                    at += 1;
                }
            }
        }
        fixed
    }

    /// A misspelt name at the beginning, with its length in characters.
    fn misspelt_at(&self, characters: &[char]) -> Option<(usize, &str)> {
        (SHORTEST_BY_SOUND..=LONGEST_BY_SOUND.min(characters.len())).rev().find_map(|length| {
            let window: String = characters[..length].iter().collect();
            let fits = window.chars().all(is_chinese)
                && !self.is_goods(&window)
                && !base_dictionary().has_word(&window);
            let meant = fits.then(|| self.by_sound.get(&sound(&window))).flatten()?;
            // A name in its own spelling inside is no mistake.
            let shared = window.chars().zip(meant.chars()).filter(|(one, other)| one == other).count();
            (window.chars().count() == meant.chars().count() && length <= 2 * shared + 1)
                .then_some((length, meant.as_str()))
        })
    }
}

/// The kinds of goods that a folded title ends its pieces with: 双宫茧桑蚕丝被 空调被 → 蚕丝被, 空调被.
pub(super) fn title_kinds(normal: &str) -> Vec<String> {
    let pieces = normal.split(|c: char| !is_chinese(c)).filter(|piece| !piece.is_empty());
    let kinds = pieces.filter(|piece| !piece.ends_with(NOT_A_KIND)).filter_map(|piece| {
        let cut = base_dictionary().cut(piece, true);
        let last = cut.last()?.word;
        let at = cut.len().checked_sub(2);
        // A single character ends a name with the word before it: 流星纹 窗 → 纹窗 would be wrong, 乳胶 枕 is right.
        let single = last.chars().count() == 1;
        Some(if single { at.map(|at| format!("{}{last}", cut[at].word))? } else { last.to_owned() })
    });
    kinds.collect()
}

/// Whether a text may be a name: not too short to mean anything, nor a title.
pub(super) fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    if name.is_ascii() { (3..=32).contains(&length) } else { (2..=12).contains(&length) }
}

/// Whether a name holds the characters of another in their order.
fn is_within(short: &str, name: &str) -> bool {
    let mut left = name.chars();
    short.chars().all(|wanted| left.any(|c| c == wanted))
}

/// How a text sounds, without tones and the differences that many speakers don't make (zh and z, ng and n, l and n).
fn sound(text: &str) -> String {
    let syllables =
        text.chars().map(|c| c.to_pinyin().map_or_else(|| c.to_string(), |it| it.plain().to_owned()));
    folded(&syllables.collect::<String>())
}

fn folded(letters: &str) -> String {
    letters.replace('h', "").replace("ng", "n").replace('l', "n").replace('ü', "v")
}

/// A name as it is looked up: English words without their plural.
pub(super) fn latin_key(name: &str) -> String {
    if name.is_ascii() { name.split(' ').map(stemmed).collect::<Vec<_>>().join(" ") } else { name.to_owned() }
}

/// The words of an English name, in the form of the index.
pub(super) fn latin_words(name: &str) -> Vec<String> {
    words(name).into_iter().filter(|word| word.is_ascii()).collect()
}
