//! Folding of words into the one form that everything else matches on, with the way back.
//!
//! Every byte of the folded text knows the bytes of the input that it came from, so that what is found in
//! the folded text can be shown in the shopper's own. Nothing is looked up in a shop here.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::script;

/// Passes after which folding is stable for every text known; each pass undoes what the one before exposed.
const MAX_PASSES: usize = 6;

/// The longest run of `x` that can still be a size (XXXXXXL).
const LONGEST_X_RUN: usize = 6;

/// The longest word of one repeated letter that people mean as it stands (AAA, www).
const LONGEST_PLAIN_RUN: usize = 4;

/// Folded text and where each of its bytes came from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folded {
    /// The text.
    pub(crate) text: String,
    /// For each byte of `text`, the bytes of the input that its character stands for.
    origin: Vec<(usize, usize)>,
}

impl Folded {
    fn push(&mut self, character: char, origin: (usize, usize)) {
        self.text.push(character);
        self.origin.extend(std::iter::repeat_n(origin, character.len_utf8()));
    }

    fn pop_trailing_space(&mut self) {
        while self.text.ends_with(' ') {
            self.text.pop();
            self.origin.pop();
        }
    }

    /// The bytes of the input that a range of folded bytes came from; empty for an empty range.
    pub(crate) fn origin(&self, range: Range<usize>) -> Range<usize> {
        match self.origin.get(range) {
            Some([first, .., last]) => first.0..last.1,
            Some([only]) => only.0..only.1,
            _ => 0..0,
        }
    }

    /// The same text, with origins of the text that `self` was folded from.
    fn after(mut self, earlier: &Self) -> Self {
        for (from, to) in &mut self.origin {
            let origin = earlier.origin(*from..*to);
            (*from, *to) = (origin.start, origin.end);
        }
        self
    }

    fn characters(&self) -> impl Iterator<Item = (char, (usize, usize))> {
        self.text.char_indices().map(|(at, character)| (character, self.origin[at]))
    }
}

/// Folds a text for matching: NFKC, lower case, simplified characters, single spaces, no control characters,
/// repeated letters and punctuation shortened, emoji kept. Folding twice is folding once.
pub(crate) fn fold(raw: &str) -> Folded {
    let mut folded = fold_once(raw);
    if folded.text == raw {
        return folded;
    }
    for _ in 1..MAX_PASSES {
        let again = fold_once(&folded.text);
        if again.text == folded.text {
            break;
        }
        folded = again.after(&folded);
    }
    folded
}

fn fold_once(text: &str) -> Folded {
    shorten(&simplify(fold_characters(text)))
}

fn fold_characters(text: &str) -> Folded {
    let mut folded = Folded::default();
    for (start, cluster) in text.grapheme_indices(true) {
        let origin = (start, start + cluster.len());
        let mut rest = cluster.nfkc().flat_map(char::to_lowercase).peekable();
        while let Some(character) = rest.next() {
            if character.is_whitespace() {
                if !folded.text.is_empty() && !folded.text.ends_with(' ') {
                    folded.push(' ', origin);
                }
            } else if character == '\u{200d}' {
                let joins = folded.text.chars().next_back().is_some_and(is_emoji)
                    && rest.peek().copied().is_some_and(is_emoji);
                if joins {
                    folded.push(character, origin);
                }
            } else if !is_invisible(character) {
                folded.push(character, origin);
            }
        }
    }
    folded.pop_trailing_space();
    folded
}

/// Writes traditional characters as simplified ones. The conversion looks at phrases; should it ever change
/// the number of characters, single characters are converted instead so that origins stay exact.
fn simplify(folded: Folded) -> Folded {
    if !folded.text.chars().any(script::is_convertible) {
        return folded;
    }
    let converted = script::to_simplified(&folded.text);
    let same_length = converted.chars().count() == folded.text.chars().count();
    let mut simplified = Folded::default();
    let mut converted = converted.chars();
    for (character, origin) in folded.characters() {
        let partner = if same_length { converted.next() } else { None };
        simplified.push(partner.unwrap_or_else(|| script::simplified_character(character)), origin);
    }
    simplified
}

/// Shortens runs: punctuation to one, letters to two. Digits and emoji stay, and so do Chinese numerals.
fn shorten(folded: &Folded) -> Folded {
    let characters: Vec<(char, (usize, usize))> = folded.characters().collect();
    let mut shortened = Folded::default();
    let mut at = 0;
    while at < characters.len() {
        let character = characters[at].0;
        let run = characters[at..].iter().take_while(|(next, _)| *next == character).count();
        let before = at.checked_sub(1).map(|before| characters[before].0);
        let after = characters.get(at + run).map(|after| after.0);
        let kept = kept_of_run(character, run, before, after);
        for (_, origin) in &characters[at..at + kept - 1] {
            shortened.push(character, *origin);
        }
        let (last_from, last_to) = (characters[at + kept - 1].1.0, characters[at + run - 1].1.1);
        shortened.push(character, (last_from, last_to));
        at += run;
    }
    shortened
}

fn kept_of_run(character: char, run: usize, before: Option<char>, after: Option<char>) -> usize {
    let is_letter = |neighbour: Option<char>| neighbour.is_some_and(|c| c.is_ascii_alphabetic());
    if run == 1
        || character.is_numeric()
        || is_emoji(character)
        || "零〇一二三四五六七八九幺".contains(character)
    {
        run
    } else if character.is_alphabetic() {
        let plain_word = character.is_ascii() && !is_letter(before) && !is_letter(after);
        let stays = (plain_word && run <= LONGEST_PLAIN_RUN) || (character == 'x' && run <= LONGEST_X_RUN);
        if stays { run } else { run.min(2) }
    } else {
        1
    }
}

/// Characters that show nothing: controls, joiners, direction marks, variation selectors, tags.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character is a pictograph rather than punctuation.
pub(crate) fn is_emoji(character: char) -> bool {
    matches!(character,
        '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folds_what_differs_only_in_writing() {
        for (raw, normal) in [
            ("Ｈｅｌｌｏ　Ｗｏｒｌｄ！！！", "hello world!"),
            ("請問這款連衣裙有沒有黑色的？", "请问这款连衣裙有没有黑色的?"),
            ("  多少\t钱\r\n呢  ", "多少 钱 呢"),
            ("好好好好的", "好好的"),
            ("sooooo good", "soo good"),
            ("AAA电池", "aaa电池"),
            ("XXXL", "xxxl"),
            ("10000元", "10000元"),
            ("一一一一", "一一一一"),
            ("在吗\u{200b}？？？。。。", "在吗?。"),
            ("谢谢😊😊👨‍👩‍👧❤️", "谢谢😊😊👨\u{200d}👩\u{200d}👧❤"),
            ("cafe\u{301} ①㎝", "café 1cm"),
            ("", ""),
            ("\u{0}\u{feff}\u{202e}", ""),
        ] {
            assert_eq!(fold(raw).text, normal, "{raw:?}");
        }
    }

    #[test]
    fn knows_the_way_back() {
        let raw = "ｘ 這款！！！好";
        let folded = fold(raw);
        let mark = folded.text.find('!').expect("one mark is left");
        assert_eq!(&raw[folded.origin(mark..mark + 1)], "！！！");
        let word = folded.text.find('这').expect("the word is there");
        assert_eq!(&raw[folded.origin(word..word + 6)], "這款");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(raw in any::<String>()) {
            let once = fold(&raw).text;
            prop_assert_eq!(fold(&once).text, once);
        }

        #[test]
        fn origins_are_character_bounds_in_order(raw in "(\\PC|[a-zA-Z！。，x臺灣\u{200d}\u{301}👍 ]){0,40}") {
            let folded = fold(&raw);
            let mut last = 0;
            for (at, character) in folded.text.char_indices() {
                let origin = folded.origin(at..at + character.len_utf8());
                prop_assert!(raw.get(origin.clone()).is_some_and(|slice| !slice.is_empty()));
                prop_assert!(origin.start >= last);
                last = origin.start;
            }
        }
    }
}
