//! What a message names: numbers, money, sizes, dates, places, products, each with its normalised value.
//!
//! Every finder reads the folded text by itself and proposes what it sees. Of proposals that overlap the
//! longest stays; of equally long ones that of the earlier kind in [`FINDERS`], which runs from the most
//! specific to the least. A span holds the value and its unit, not the words that only introduce it
//! (`身高165cm`: `165cm`; `尾号1234`: `1234`).

mod asked;
mod counts;
mod dates;
mod identifiers;
mod measures;
mod money;
mod names;
mod sizes;

pub use asked::read_as;

use jiff::ZonedDateTime;

use crate::domain::{Entity, EntityKind, EntityValue};

use super::{
    Lexicon,
    normal::Folded,
    number::{self, Number},
};

type Finder = fn(&Scan<'_>, &mut Vec<Candidate>);

/// All finders, the most specific first.
const FINDERS: [Finder; 7] =
    [identifiers::find, dates::find, money::find, measures::find, counts::find, sizes::find, names::find];

/// A proposal: characters of the folded text and what they mean.
struct Candidate {
    kind: EntityKind,
    start: usize,
    end: usize,
    value: EntityValue,
}

/// The entities of a message in order of place.
pub(super) fn find(lexicon: &Lexicon, raw: &str, folded: &Folded, now: &ZonedDateTime) -> Vec<Entity> {
    let scan = Scan::new(lexicon, raw, folded, now);
    let mut candidates = Vec::new();
    for finder in FINDERS {
        finder(&scan, &mut candidates);
    }
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.end - candidate.start));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let overlaps = kept.iter().any(|other| candidate.start < other.end && other.start < candidate.end);
        if candidate.start < candidate.end && !overlaps {
            kept.push(candidate);
        }
    }
    let mut entities: Vec<Entity> = kept.into_iter().map(|candidate| scan.entity(candidate)).collect();
    entities.sort_by_key(|entity| entity.span.start);
    // Two folded characters may come from one raw cluster; then the first entity keeps it.
    entities.dedup_by(|later, earlier| later.span.start < earlier.span.end);
    entities.retain(|entity| !entity.span.is_empty());
    entities
}

/// A folded text laid out for reading character by character.
struct Scan<'a> {
    lexicon: &'a Lexicon,
    raw: &'a str,
    folded: &'a Folded,
    now: &'a ZonedDateTime,
    characters: Vec<char>,
    /// Byte offsets of the characters in the folded text, and its length at the end.
    offsets: Vec<usize>,
}

impl<'a> Scan<'a> {
    fn new(lexicon: &'a Lexicon, raw: &'a str, folded: &'a Folded, now: &'a ZonedDateTime) -> Self {
        let characters: Vec<char> = folded.text.chars().collect();
        let offsets = folded.text.char_indices().map(|(at, _)| at).chain([folded.text.len()]).collect();
        Self { lexicon, raw, folded, now, characters, offsets }
    }

    fn text(&self) -> &'a str {
        &self.folded.text
    }

    fn entity(&self, candidate: Candidate) -> Entity {
        let span = self.folded.origin(self.offsets[candidate.start]..self.offsets[candidate.end]);
        let text = self.raw[span.clone()].to_owned();
        Entity { kind: candidate.kind, span, text, value: candidate.value }
    }

    fn at(&self, place: usize) -> Option<char> {
        self.characters.get(place).copied()
    }

    fn before(&self, place: usize) -> Option<char> {
        place.checked_sub(1).and_then(|before| self.at(before))
    }

    /// The folded text of a range of characters.
    fn slice(&self, start: usize, end: usize) -> &'a str {
        &self.folded.text[self.offsets[start]..self.offsets[end]]
    }

    /// The character place of a byte offset of the folded text.
    fn place(&self, offset: usize) -> usize {
        self.offsets.partition_point(|known| *known < offset)
    }

    fn number(&self, at: usize) -> Option<Number> {
        number::number(&self.characters, at)
    }

    fn skip_spaces(&self, mut at: usize) -> usize {
        while self.at(at) == Some(' ') {
            at += 1;
        }
        at
    }

    fn skip_back(&self, mut at: usize) -> usize {
        while self.before(at) == Some(' ') {
            at -= 1;
        }
        at
    }

    /// The place behind the first of `words` that stands at `at` (spaces before it allowed). Latin words must
    /// end there.
    fn any(&self, at: usize, words: &[&str]) -> Option<usize> {
        let at = self.skip_spaces(at);
        if at > self.characters.len() {
            return None;
        }
        let rest = &self.folded.text[self.offsets[at]..];
        words.iter().find(|word| rest.starts_with(**word)).map(|word| at + word.chars().count()).filter(
            |end| {
                let inside = self.before(*end).is_some_and(|c| c.is_ascii_alphabetic());
                !(inside && self.at(*end).is_some_and(|c| c.is_ascii_alphabetic()))
            },
        )
    }

    /// The start of the word of `words` that ends before `at`, whatever small connecting words (`是`, `:`,
    /// `is`) and spaces stand between.
    fn introduced(&self, at: usize, words: &[&str]) -> Option<usize> {
        let mut end = self.offsets[at];
        for _ in 0..4 {
            // 最多 and 大概 are words themselves before they are connecting ones.
            let near = self.folded.text[..end].trim_end_matches([' ', ':', '=']);
            if let Some(start) = self.ends_with_any(near, words) {
                return Some(start);
            }
            let text = near.trim_end_matches([
                ' ', ':', '=', '是', '为', '约', '大', '要', '在', '差', '不', '多', '概', ',',
            ]);
            if let Some(start) = self.ends_with_any(text, words).filter(|_| text.len() < near.len()) {
                return Some(start);
            }
            let shorter = CONNECTING.iter().find_map(|word| text.strip_suffix(word)).unwrap_or(text);
            if shorter.len() == end {
                break;
            }
            end = shorter.len();
        }
        None
    }

    /// The place where one of `words` begins that a beginning of the text ends with.
    fn ends_with_any(&self, text: &str, words: &[&str]) -> Option<usize> {
        let whole = |start: usize| super::lexicon::is_whole(&self.folded.text, &(start..text.len()));
        let word = words.iter().find(|word| text.ends_with(**word) && whole(text.len() - word.len()))?;
        Some(self.place(text.len() - word.len()))
    }

    fn is_latin_or_digit(&self, character: Option<char>) -> bool {
        character.is_some_and(|c| c.is_ascii_alphanumeric())
    }

    /// The run of ASCII letters, digits and inner hyphens that begins at `at`; `at` itself when there is none
    /// or when it is in the middle of one.
    fn code(&self, at: usize) -> usize {
        if self.is_latin_or_digit(self.before(at)) {
            return at;
        }
        let mut end = at;
        while self.is_latin_or_digit(self.at(end))
            || (end > at && self.at(end) == Some('-') && self.is_latin_or_digit(self.at(end + 1)))
        {
            end += 1;
        }
        end
    }

    /// The raw text of a range of characters in half width and without control characters, its case kept.
    fn as_written(&self, start: usize, end: usize) -> String {
        use unicode_normalization::UnicodeNormalization;
        let span = self.folded.origin(self.offsets[start]..self.offsets[end]);
        self.raw[span].nfkc().filter(|c| c.is_ascii_graphic()).collect()
    }
}

/// Words that may stand between what introduces a number and the number.
const CONNECTING: &[&str] =
    &["is", "are", "of", "about", "around", "大概", "差不多", "大约", "no.", "number", "#"];
