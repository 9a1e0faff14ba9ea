//! Spells a message as the examples would: words typed by their sound (`tuihuo`, 发或) become the words that sound so, and
//! a few English words of trade within Chinese become Chinese.
//!
//! Learnt from the examples: which runs of characters are common, and which pairs of characters occur at all. What it
//! refuses: to touch a word that a dictionary or an example has, or to guess at other Latin words.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use pinyin::ToPinyin;

use super::clauses::is_han;
use crate::text::base_dictionary;

/// How the examples are spelt.
#[derive(Clone, Debug, Default)]
pub(super) struct Spelling {
    /// Pairs of Chinese characters that stand beside one another in an example: what is spelt so is meant so.
    pairs: HashSet<(char, char)>,
    /// The run of characters that a sound most often stands for.
    by_sound: HashMap<String, Run>,
    /// Latin words of the examples, which are no sounds.
    latin: HashSet<String>,
}

/// A run of Chinese characters.
#[derive(Clone, Debug)]
struct Run {
    text: String,
    characters: usize,
}

const LONGEST: usize = 4;
/// How often a run must occur for a message to mean it, and a single character.
const COMMON: u32 = 3;
const COMMON_ALONE: u32 = 5;
/// How many times as often as the next run of the same sound.
const AHEAD: u32 = 2;
/// Latin letters that may be a sound at least, and at most: a longer text is no slip of the thumb.
const LETTERS: std::ops::RangeInclusive<usize> = 4..=60;
/// The share of the letters, in tenths, that runs of several characters must cover: `ba na na` is no Chinese.
const COVERED_TENTHS: usize = 4;
/// English words of trade that stand in Chinese messages, and what is meant.
const TRADE: [(&str, &str); 28] = [
    ("order", "订单"),
    ("cancel", "取消"),
    ("coupon", "优惠券"),
    ("code", "优惠码"),
    ("discount", "折扣"),
    ("sale", "活动"),
    ("gift", "赠品"),
    ("size", "尺码"),
    ("color", "颜色"),
    ("stock", "现货"),
    ("ship", "发货"),
    ("shipping", "运费"),
    ("express", "快递"),
    ("delivery", "送货"),
    ("tracking", "物流"),
    ("package", "包裹"),
    ("return", "退货"),
    ("refund", "退款"),
    ("exchange", "换货"),
    ("repair", "维修"),
    ("broken", "坏了"),
    ("fake", "假货"),
    ("pay", "付款"),
    ("invoice", "发票"),
    ("price", "价格"),
    ("vip", "会员"),
    ("review", "评价"),
    ("update", "更新"),
];

impl Spelling {
    /// Learns from folded examples.
    pub(super) fn fit<'a>(examples: impl Iterator<Item = &'a str>) -> Self {
        let mut spelling = Self::default();
        let mut counts: HashMap<&[char], u32> = HashMap::new();
        let lines: Vec<Vec<char>> = examples
            .map(|line| {
                spelling.latin.extend(latin_words(line).map(str::to_owned));
                line.chars().collect()
            })
            .collect();
        for run in lines.iter().flat_map(|line| line.split(|c| !is_han(*c))) {
            spelling.pairs.extend(run.windows(2).map(|pair| (pair[0], pair[1])));
            for length in 1..=LONGEST {
                run.windows(length).for_each(|window| *counts.entry(window).or_default() += 1);
            }
        }
        spelling.by_sound = commonest(&counts);
        spelling
    }

    /// The message as the examples would spell it.
    pub(super) fn respell<'a>(&self, normal: &'a str) -> Cow<'a, str> {
        if self.by_sound.is_empty() {
            return Cow::Borrowed(normal);
        }
        let spelt = self.latin_sounds(normal);
        match self.homophones(spelt.as_deref().unwrap_or(normal)) {
            Some(spelt) => Cow::Owned(spelt),
            None => spelt.map_or(Cow::Borrowed(normal), Cow::Owned),
        }
    }

    /// Runs of Latin letters and spaces that are sounds through and through become characters.
    fn latin_sounds(&self, normal: &str) -> Option<String> {
        if !normal.bytes().any(|b| b.is_ascii_lowercase()) {
            return None;
        }
        let chinese = normal.chars().any(is_han);
        let joins = |c: char| c.is_ascii_lowercase() || c == ' ' || c == '\'';
        let mut spelt = String::with_capacity(normal.len());
        let mut changed = false;
        let mut rest = normal;
        while let Some(first) = rest.chars().next() {
            let length = rest.find(|c| joins(c) != joins(first)).unwrap_or(rest.len());
            let (piece, after) = rest.split_at(length);
            rest = after;
            let said = || self.said(piece.trim()).or_else(|| chinese.then(|| in_chinese(piece)).flatten());
            match joins(first).then(said).flatten() {
                Some(said) => {
                    changed = true;
                    spelt.push_str(&said);
                }
                None => spelt.push_str(piece),
            }
        }
        changed.then_some(spelt)
    }

    /// What Latin letters spell by sound, in the fewest runs. Words that the examples have as Latin ones are no sounds
    /// unless others beside them are.
    fn said(&self, piece: &str) -> Option<String> {
        if latin_words(piece).all(|word| self.latin.contains(word)) && latin_words(piece).next().is_some() {
            return None;
        }
        let letters: String = piece.chars().filter(char::is_ascii_lowercase).collect();
        if !LETTERS.contains(&letters.len()) {
            return None;
        }
        /// What a run costs, by its characters: a run of several is likelier than as many alone.
        const COST: [u32; LONGEST + 1] = [0, 20, 11, 12, 13];
        /// `zhuang` has six letters.
        const LONGEST_SOUND: usize = 6 * LONGEST;
        let mut best: Vec<Option<(u32, &Run, usize)>> = vec![None; letters.len() + 1];
        let cost_to = |best: &[Option<(u32, &Run, usize)>], place: usize| match place {
            0 => Some(0),
            _ => best[place].map(|(cost, ..)| cost),
        };
        for end in 1..=letters.len() {
            for start in end.saturating_sub(LONGEST_SOUND)..end {
                let Some(before) = cost_to(&best, start) else { continue };
                let Some(run) = self.by_sound.get(&letters[start..end]) else { continue };
                let cost = before + COST[run.characters];
                if best[end].is_none_or(|(known, ..)| cost < known) {
                    best[end] = Some((cost, run, start));
                }
            }
        }
        let (mut runs, mut covered, mut end) = (Vec::new(), 0, letters.len());
        while 0 < end {
            let (_, run, start) = best[end]?;
            covered += if 1 < run.characters { end - start } else { 0 };
            runs.push(run.text.as_str());
            end = start;
        }
        runs.reverse();
        (COVERED_TENTHS * letters.len() <= 10 * covered).then(|| runs.concat())
    }

    /// Runs that no example has become the common ones that sound alike.
    fn homophones(&self, normal: &str) -> Option<String> {
        let mut characters: Vec<char> = normal.chars().collect();
        let mut changed = false;
        for length in (2..=LONGEST).rev() {
            for start in 0..(characters.len() + 1).saturating_sub(length) {
                let window = &characters[start..start + length];
                let strange = window.windows(2).any(|pair| !self.pairs.contains(&(pair[0], pair[1])));
                if !strange || !window.iter().all(|c| is_han(*c)) {
                    continue;
                }
                let text: String = window.iter().collect();
                let meant = self.by_sound.get(&sound(window));
                if let Some(run) = meant.filter(|run| run.characters == length && !is_word(&text)) {
                    characters.splice(start..start + length, run.text.chars());
                    changed = true;
                }
            }
        }
        changed.then(|| characters.into_iter().collect())
    }
}

/// A piece of a Chinese message with its English words of trade in Chinese; `None` where it has none.
fn in_chinese(piece: &str) -> Option<String> {
    let meant = |word: &str| TRADE.iter().find(|(english, _)| *english == word).map(|(_, chinese)| *chinese);
    piece.split(' ').any(|word| meant(word).is_some()).then(|| {
        let words: Vec<&str> = piece.split(' ').map(|word| meant(word).unwrap_or(word)).collect();
        words.join(" ")
    })
}

/// Whether a dictionary has a text as a word; then it may well be meant.
fn is_word(text: &str) -> bool {
    base_dictionary().has_word(text)
}

/// For each sound the run that is meant by it, where one is far ahead of the others.
fn commonest(counts: &HashMap<&[char], u32>) -> HashMap<String, Run> {
    let mut by_sound: HashMap<String, Vec<(u32, &[char])>> = HashMap::new();
    for (run, &count) in counts {
        if (if run.len() == 1 { COMMON_ALONE } else { COMMON }) <= count {
            by_sound.entry(sound(run)).or_default().push((count, run));
        }
    }
    let decided = by_sound.into_iter().filter_map(|(sound, mut runs)| {
        runs.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let (count, run) = runs[0];
        let next = runs.get(1).filter(|_| 1 < run.len()).map_or(0, |(count, _)| *count);
        let run =
            (AHEAD * next <= count).then(|| Run { text: run.iter().collect(), characters: run.len() })?;
        Some((sound, run))
    });
    decided.collect()
}

/// The sound of Chinese characters, without tones.
fn sound(run: &[char]) -> String {
    run.iter().filter_map(|c| c.to_pinyin()).map(|sound| sound.plain()).collect()
}

fn latin_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_lowercase()).filter(|word| 2 < word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelling() -> Spelling {
        let lines = [
            "我要退货",
            "什么时候发货",
            "快递到哪了",
            "优惠券怎么用",
            "change the size",
            "怎么退款",
            "我要换货",
        ];
        Spelling::fit(lines.iter().cycle().take(lines.len() * 25).copied())
    }

    #[test]
    fn sounds_become_the_words_meant_and_all_else_stays() {
        let spelling = spelling();
        for (message, expected) in [
            ("tuihuo", "退货"),
            ("wo yao tui huo", "我要退货"),
            ("woyaotuihuo", "我要退货"),
            ("shenmeshihoufahuo", "什么时候发货"),
            ("我要tuihuo", "我要退货"),
            ("kuaidi到哪了", "快递到哪了"),
            ("什么时候发或", "什么时候发货"),
            ("快第到哪了", "快递到哪了"),
            ("优惠卷怎么用", "优惠卷怎么用"), // 卷 sounds otherwise than 券
            ("change", "change"),
            ("the size", "the size"),
            ("banana", "banana"),
            ("change tuihuo", "change tuihuo"),
            ("这个order到哪了", "这个订单到哪了"),
            ("order", "order"),
            ("hello", "hello"),
            ("我要退货", "我要退货"),
            ("ta", "ta"),
            ("", ""),
            ("😀 123", "😀 123"),
        ] {
            assert_eq!(spelling.respell(message), expected, "{message}");
        }
    }

    #[test]
    fn without_chinese_examples_nothing_is_respelt() {
        let spelling = Spelling::fit(["where is my parcel"].into_iter());
        assert_eq!(spelling.respell("tuihuo 发或"), "tuihuo 发或");
    }

    proptest::proptest! {
        #[test]
        fn anything_can_be_respelt(message in "\\PC{0,60}", letters in "[a-z ']{0,80}") {
            let spelling = spelling();
            spelling.respell(&message);
            spelling.respell(&letters);
        }
    }
}
