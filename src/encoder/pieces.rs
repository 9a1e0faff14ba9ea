//! Text to token ids: the model's own normalisation, then the likeliest sequence of vocabulary pieces of each word.
//!
//! The normaliser is that of the `tokenizers` crate; its Unigram model is not used, because the tree it builds takes as
//! long to make as everything else here together, and four times the memory. The ids are the same (a test compares
//! them), with one difference on purpose: a text that spells `</s>` or another mark of the model is text.

use std::collections::HashMap;

use serde::Deserialize;
use tokenizers::{NormalizedString, Normalizer, NormalizerWrapper};

/// Ids of the marks, as every model of this family has them.
const BEGIN: u32 = 0;
const END: u32 = 2;
const N_MARKS: usize = 4;
/// What stands for a space, and before each word.
const WORD_START: char = '▁';
/// How much less likely than the rarest piece a character without a piece is, in logarithms.
const UNKNOWN_PENALTY: f64 = 10.0;

/// A vocabulary with its normaliser.
pub(super) struct Pieces {
    normalizer: NormalizerWrapper,
    pieces: HashMap<Box<str>, Piece>,
    /// Characters of the longest piece.
    longest: usize,
    unknown: Piece,
}

/// A piece's id, and the logarithm of its likelihood.
#[derive(Clone, Copy)]
struct Piece {
    id: u32,
    score: f64,
}

#[derive(Deserialize)]
struct TokenizerFile {
    normalizer: NormalizerWrapper,
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    unk_id: u32,
    vocab: Vec<(Box<str>, f64)>,
}

impl Pieces {
    /// The vocabulary in the bytes of `tokenizer.json`; the error says what is wrong with them.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let file: TokenizerFile = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let Model { unk_id, vocab } = file.model;
        if vocab.len() <= N_MARKS || N_MARKS <= unk_id as usize {
            return Err(format!("{} pieces with the unknown one at {unk_id}", vocab.len()));
        }
        let lowest = vocab.iter().map(|(_, score)| *score).fold(f64::INFINITY, f64::min);
        let longest = vocab.iter().map(|(text, _)| text.chars().count()).max().unwrap_or(0);
        let numbered = (0..).zip(vocab).skip(N_MARKS);
        let pieces = numbered.map(|(id, (text, score))| (text, Piece { id, score })).collect();
        let unknown = Piece { id: unk_id, score: lowest - UNKNOWN_PENALTY };
        Ok(Self { normalizer: file.normalizer, pieces, longest, unknown })
    }

    /// How many ids there are, marks included.
    pub(super) fn len(&self) -> usize {
        self.pieces.len() + N_MARKS
    }

    /// The text's ids between the marks of beginning and end, `limit` in all at most.
    pub(super) fn encode(&self, text: &str, limit: usize) -> Result<Vec<u32>, tokenizers::Error> {
        let mut normalized = NormalizedString::from(text);
        self.normalizer.normalize(&mut normalized)?;
        let mut text = normalized.get().replace(' ', "▁");
        if !text.is_empty() && !text.starts_with(WORD_START) {
            text.insert(0, WORD_START);
        }
        let mut ids = vec![BEGIN];
        let mut rest = &text[..];
        while let Some(first) = rest.chars().next() {
            if limit <= ids.len() {
                break;
            }
            let after = rest[first.len_utf8()..].find(WORD_START);
            let (word, others) = rest.split_at(after.map_or(rest.len(), |after| first.len_utf8() + after));
            self.encode_word(word, &mut ids);
            rest = others;
        }
        ids.truncate(limit - 1);
        ids.push(END);
        Ok(ids)
    }

    /// Appends the ids of the word's likeliest pieces; neighbouring characters without a piece are one unknown.
    fn encode_word(&self, word: &str, ids: &mut Vec<u32>) {
        /// The best way to a place in the word: its last piece, where that begins, and the score of all of it.
        #[derive(Clone, Copy)]
        struct Step {
            id: u32,
            start: usize,
            score: f64,
        }
        let mut best: Vec<Option<Step>> = vec![None; word.len() + 1];
        for (start, first) in word.char_indices() {
            let before = best[start].map_or(0.0, |step| step.score);
            let mut offer = |end: usize, piece: Piece| {
                let score = before + piece.score;
                if best[end].is_none_or(|step| step.score < score) {
                    best[end] = Some(Step { id: piece.id, start, score });
                }
            };
            let single = start + first.len_utf8();
            let mut has_single = false;
            for (offset, character) in word[start..].char_indices().take(self.longest) {
                let end = start + offset + character.len_utf8();
                if let Some(piece) = self.pieces.get(&word[start..end]) {
                    has_single |= end == single;
                    offer(end, *piece);
                }
            }
            if !has_single {
                offer(single, self.unknown);
            }
        }
        let first = ids.len();
        let mut end = word.len();
        while let Some(step) = best[end].filter(|_| 0 < end) {
            if step.id != self.unknown.id || ids.len() == first || ids.last() != Some(&step.id) {
                ids.push(step.id);
            }
            end = step.start;
        }
        ids[first..].reverse();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use proptest::prelude::*;
    use tokenizers::{Tokenizer, TruncationParams};

    use super::*;
    use crate::encoder::ModelFiles;

    fn pieces() -> &'static Pieces {
        static PIECES: OnceLock<Pieces> = OnceLock::new();
        PIECES.get_or_init(|| Pieces::parse(&ModelFiles::embedded().tokenizer).unwrap())
    }

    /// The `tokenizers` crate with the same file.
    fn reference() -> &'static Tokenizer {
        static REFERENCE: OnceLock<Tokenizer> = OnceLock::new();
        REFERENCE.get_or_init(|| {
            let mut tokenizer = Tokenizer::from_bytes(&ModelFiles::embedded().tokenizer).unwrap();
            let truncation = TruncationParams { max_length: 128, ..Default::default() };
            tokenizer.with_truncation(Some(truncation)).unwrap();
            tokenizer
        })
    }

    fn same(text: &str) {
        let expected = reference().encode_fast(text, true).unwrap();
        assert_eq!(pieces().encode(text, 128).unwrap(), expected.get_ids(), "{text:?}");
    }

    #[test]
    fn ids_are_those_of_the_tokenizers_crate() {
        for text in [
            "",
            " ",
            "你好",
            "query: 我上周买的鞋子还没有发货怎么办？订单号A12345678",
            "query: Where's my order?  It was due on Monday…",
            "這件衣服可以退貨嗎　　謝謝",
            "ＩＰＨＯＮＥ　１５　ｶﾞｷﾞ ㍿ ﬁne",
            "한국어 привет ไม่มี 混在 一起",
            "a\tb\nc\u{a0}d\u{3000}e ▁▁f",
            "😀👍🏽👨‍👩‍👧 ✺◟(∗❛ัᴗ❛ั∗)◞✺",
            "\0\u{1}\u{feff}\u{200d}\u{e000}",
            "e\u{301}e\u{301}\u{302} \u{301}",
        ] {
            same(text);
            same(&text.repeat(50));
        }
    }

    #[test]
    fn a_spelled_mark_is_text() {
        for text in ["</s>", "<s>", "<pad>", "<unk>"] {
            let ids = pieces().encode(text, 128).unwrap();
            assert!(ids[1..ids.len() - 1].iter().all(|id| 4 <= *id), "{text}: {ids:?}");
        }
    }

    #[test]
    fn other_files_are_refused() {
        for (text, expected) in [
            ("", "EOF"),
            ("{}", "missing field"),
            (r#"{"normalizer":{"type":"NFC"},"model":{"unk_id":3,"vocab":[]}}"#, "0 pieces"),
        ] {
            let error = Pieces::parse(text.as_bytes()).err().unwrap();
            assert!(error.contains(expected), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_the_ids_of_the_tokenizers_crate(
            text in proptest::collection::vec(
                prop_oneof!["[a-zA-Z' ]{0,12}", "[一-龥，。？！]{0,8}", "[0-9０-９.,-]{0,6}", "[ぁ-んァ-ヶ]{0,5}", "[^<]{0,6}"],
                0..6,
            ),
        ) {
            same(&text.concat());
        }
    }
}
