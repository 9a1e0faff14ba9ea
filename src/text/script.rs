//! Simplified and traditional characters: conversion both ways, and which script a text is in.
//!
//! The tables are OpenCC's (Apache-2.0), read once on first use. Wording is left alone; only characters change.

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use ferrous_opencc::{OpenCC, config::BuiltinConfig};

static TO_SIMPLIFIED: LazyLock<Option<OpenCC>> =
    LazyLock::new(|| OpenCC::from_config(BuiltinConfig::T2s).ok());
static TO_TRADITIONAL: LazyLock<Option<OpenCC>> =
    LazyLock::new(|| OpenCC::from_config(BuiltinConfig::S2tw).ok());

/// Characters that conversion changes, though simplified texts hold them too (著名, 乾隆, 凭藉, 瞭望 …).
const IN_BOTH_SCRIPTS: &str = "著乾藉瞭覆徵";

/// Every character that is written differently in simplified Chinese, with its simplified form.
fn single_characters() -> &'static HashMap<char, char> {
    static TABLE: OnceLock<HashMap<char, char>> = OnceLock::new();
    TABLE.get_or_init(|| single_pairs(&TO_SIMPLIFIED))
}

/// Every character that is written differently in traditional Chinese. One that is itself a traditional
/// form of another word (后, 里, 干, 面) tells nothing and is left out by [`script_counts`].
fn simplified_only() -> &'static HashMap<char, char> {
    static TABLE: OnceLock<HashMap<char, char>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let written: std::collections::HashSet<char> = single_characters().values().copied().collect();
        let mut table = single_pairs(&TO_TRADITIONAL);
        table.retain(|character, _| {
            written.contains(character) && !"后里干面只台几发丑斗范谷划回伙家姜借卷克了累么蒙弥辟朴仆曲舍胜术松他涂系咸向御愿云芸沄扎占折征志制致钟种周朱筑准".contains(*character)
        });
        table
    })
}

fn single_pairs(converter: &Option<OpenCC>) -> HashMap<char, char> {
    let Some(converter) = converter else { return HashMap::new() };
    let all: String = ('\u{3400}'..'\u{a000}').flat_map(|character| [character, '\n']).collect();
    let converted = converter.convert(&all);
    let pairs = all.chars().zip(converted.chars());
    pairs.filter(|(character, partner)| character != partner).collect()
}

/// Whether conversion to simplified may change this character.
pub(crate) fn is_convertible(character: char) -> bool {
    character >= '\u{3400}' && single_characters().contains_key(&character)
}

/// The simplified form of one character, without regard to its neighbours.
pub(crate) fn simplified_character(character: char) -> char {
    single_characters().get(&character).copied().unwrap_or(character)
}

/// Writes a text in simplified characters.
pub fn to_simplified(text: &str) -> String {
    TO_SIMPLIFIED.as_ref().map_or_else(|| text.to_owned(), |converter| converter.convert(text))
}

/// Writes a text in traditional characters as used in Taiwan (裡, 著, 吃); wording stays.
pub fn to_traditional(text: &str) -> String {
    TO_TRADITIONAL.as_ref().map_or_else(|| text.to_owned(), |converter| converter.convert(text))
}

/// How many characters of a text exist only in traditional and only in simplified writing.
pub(crate) fn script_counts(text: &str) -> (usize, usize) {
    let mut counts = (0, 0);
    for character in text.chars().filter(|character| *character >= '\u{3400}') {
        if is_convertible(character) && !IN_BOTH_SCRIPTS.contains(character) {
            counts.0 += 1;
        } else if simplified_only().contains_key(&character) {
            counts.1 += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines on which the conversion crate's tables are behind OpenCC's own, mostly rare characters and names.
    /// All cases of a line count together. A change of this number, either way, wants a look.
    const KNOWN_DIFFERENCES: usize = 36;

    #[test]
    fn converts_as_opencc_does() {
        let cases = include_str!("../../tests/fixtures/opencc.tsv");
        let mut wrong = Vec::new();
        for line in cases.lines().filter(|line| !line.starts_with('#')) {
            let [direction, text, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("a case has three columns: {line}")
            };
            let converted = if direction == "t2s" { to_simplified(text) } else { to_traditional(text) };
            if converted != expected {
                wrong.push(format!("{direction} {text}: expected {expected}, got {converted}"));
            }
        }
        assert_eq!(wrong.len(), KNOWN_DIFFERENCES, "{}", wrong.join("\n"));
    }

    #[test]
    fn scripts_are_counted_by_the_characters_that_tell() {
        for (text, expected) in [
            ("請問運費", (3, 0)),
            ("请问运费", (0, 4)),
            ("著名", (0, 0)),
            ("你好", (0, 0)),
            ("後面", (2, 0)),
            ("", (0, 0)),
        ] {
            let counted = script_counts(text);
            assert_eq!(
                (counted.0 > counted.1, counted.1 > counted.0),
                (expected.0 > expected.1, expected.1 > expected.0),
                "{text}"
            );
        }
    }
}
