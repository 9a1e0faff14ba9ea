//! Cuts a message that says two things without a mark between them: 退货运费谁出多久到账.
//!
//! A cut is proposed where the words on either side are sure of different meanings; whether both are stated is decided
//! afterwards, as for any clauses.

use crate::text::base_dictionary;

/// Shorter messages say one thing; longer ones are taken apart at their marks.
const CHARACTERS: std::ops::RangeInclusive<usize> = 9..=48;
/// Characters that either side must have.
const LEAST: usize = 4;
/// How sure the words must be of either side.
const SURE: f32 = 0.75;

/// The two sides of the best cut. `judge` says what a piece means by its words and how surely; `None` for what asks
/// nothing or is out of scope.
pub(super) fn cut(normal: &str, judge: impl Fn(&str) -> Option<(usize, f32)>) -> Option<[&str; 2]> {
    let count = normal.chars().count();
    if !CHARACTERS.contains(&count) || normal.is_ascii() {
        return None;
    }
    let mut best: Option<(f32, usize)> = None;
    let (mut place, mut before) = (0, 0);
    for word in base_dictionary().cut(normal, true) {
        place += word.word.len();
        before += word.word.chars().count();
        if before < LEAST || count < before + LEAST {
            continue;
        }
        let (left, right) = normal.split_at(place);
        let Some((one, sure)) = judge(left.trim()).filter(|(_, sure)| SURE <= *sure) else { continue };
        let Some((other, surer)) = judge(right.trim()).filter(|(_, sure)| SURE <= *sure) else { continue };
        let least = sure.min(surer);
        if one != other && best.is_none_or(|(known, _)| known < least) {
            best = Some((least, place));
        }
    }
    best.map(|(_, place)| [normal[..place].trim(), normal[place..].trim()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sure of 运费 and 到账, and of nothing else.
    fn judge(piece: &str) -> Option<(usize, f32)> {
        match (piece.contains("运费"), piece.contains("到账")) {
            (true, false) => Some((0, 0.9)),
            (false, true) => Some((1, 0.8)),
            _ => None,
        }
    }

    #[test]
    fn cuts_between_two_meanings_and_nowhere_else() {
        let [one, other] = cut("退货的运费谁来出多久能到账", judge).expect("two meanings");
        assert!(one.contains("运费") && other.contains("到账"));
        for one_meaning in [
            "退货的运费谁来出呢请问",
            "运费",
            "",
            "who pays for the shipping and when",
            "今天天气真的很不错啊",
        ] {
            assert_eq!(cut(one_meaning, judge), None, "{one_meaning}");
        }
    }
}
