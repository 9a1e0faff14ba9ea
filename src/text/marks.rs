//! Where words stand in a text, however it writes them: what was found is shown in the text's own characters.

use std::ops::Range;

use super::normal::fold;

/// The byte ranges of a text in which one of some folded words stands, in order, those that touch joined.
pub fn marks(text: &str, words: &[String]) -> Vec<Range<usize>> {
    let folded = fold(text);
    let mut found: Vec<Range<usize>> = words
        .iter()
        .filter(|word| !word.is_empty())
        .flat_map(|word| folded.text.match_indices(word.as_str()))
        .map(|(at, word)| folded.origin(at..at + word.len()))
        .collect();
    found.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in found {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_the_texts_own_characters() {
        for (text, words, expected) in [
            ("這件羽絨服什麼時候發貨", &["羽绒服", "发货"][..], &["羽絨服", "發貨"][..]),
            ("ＳＦ１２３ 已签收", &["sf123"], &["ＳＦ１２３"]),
            ("退款退款", &["退款"], &["退款退款"]),
            ("没有", &["退款", ""], &[]),
            ("", &["退款"], &[]),
        ] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let found: Vec<&str> = marks(text, &words).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
