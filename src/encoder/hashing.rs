//! A fake encoder for tests: hashed character n-grams. Deterministic, instant, without a model.
//!
//! Texts that share characters come out alike, which is enough to test whatever stands on an encoder.
//! It knows no meaning and must not serve shoppers.

use async_trait::async_trait;

use super::{EncodeError, Encoder, Fingerprint, Vector, to_unit};

/// Characters in the longest n-gram.
const LONGEST: usize = 3;

/// Encodes a text as the counts of its hashed character n-grams, with signs, at unit length.
#[derive(Debug, Clone)]
pub struct HashingEncoder {
    dimension: usize,
    fingerprint: Fingerprint,
}

impl HashingEncoder {
    /// An encoder of vectors with `dimension` numbers.
    ///
    /// # Panics
    /// When `dimension` is zero.
    pub fn new(dimension: usize) -> Self {
        assert!(0 < dimension, "a vector needs a dimension");
        let mut bytes = [0; 32];
        bytes[..7].copy_from_slice(b"hashing");
        bytes[8..16].copy_from_slice(&(dimension as u64).to_le_bytes());
        Self { dimension, fingerprint: Fingerprint::from_bytes(bytes) }
    }

    fn vector(&self, text: &str) -> Vector {
        let characters: Vec<char> = text.to_lowercase().chars().collect();
        let mut counts = vec![0.0; self.dimension];
        for length in 1..=LONGEST {
            for gram in characters.windows(length) {
                let hash = hash(gram);
                let sign = if hash & 1 == 0 { 1.0 } else { -1.0 };
                counts[(hash >> 1) as usize % self.dimension] += sign;
            }
        }
        to_unit(counts)
    }
}

/// FNV-1a over the characters' code points, with a final mix so that low bits depend on all of them.
fn hash(characters: &[char]) -> u64 {
    let hash = characters
        .iter()
        .flat_map(|c| u32::from(*c).to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16
}

#[async_trait]
impl Encoder for HashingEncoder {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    async fn encode(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
        self.encode_blocking(texts)
    }

    fn encode_blocking(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
        Ok(texts.iter().map(|text| self.vector(text)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::cosine;

    #[test]
    fn texts_that_share_characters_are_nearer() {
        let encoder = HashingEncoder::new(256);
        let nearer = |text: &str, near: &str, far: &str| {
            let [text, near, far] = [text, near, far].map(|t| encoder.vector(t));
            assert!(cosine(&text, &far) < cosine(&text, &near));
        };
        nearer("我要退货", "我想退货", "发货了吗");
        nearer("where is my order", "WHERE IS MY ORDER?", "refund please");
        nearer("", "", "好");
    }

    #[test]
    fn every_vector_has_unit_length() {
        let encoder = HashingEncoder::new(7);
        for text in ["", "a", "退款", "😀😀😀", "a much longer text, with many n-grams in few places"]
        {
            let vector = encoder.vector(text);
            assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-5, "{text}");
        }
    }
}
