//! Texts to vectors: messages that mean alike come out as unit vectors that point alike.
//!
//! [`Encoder`] is the whole contract. The real one is put together from parts that each do one thing:
//! [`CandleEncoder`] runs the model of `models/`, [`QueuedEncoder`] gives it a thread of its own behind a
//! bounded queue, and [`CachedEncoder`] answers what was encoded before. [`HashingEncoder`] needs no model
//! and serves tests.
//!
//! This module does not know what texts are for. It normalises nothing beyond what the model's own
//! tokenizer does, never logs a text, and never waits without a bound: a full queue is an error at once.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

mod cache;
mod candle;
mod files;
mod hashing;
mod kernels;
mod layer;
mod many;
mod matrix;
mod pieces;
mod queue;
mod vectors;
mod weights;

#[cfg(test)]
mod tests;

pub use cache::{CacheOptions, CachedEncoder};
pub use candle::CandleEncoder;
pub use files::{ModelError, ModelFiles};
pub use hashing::HashingEncoder;
pub use kernels::Instructions;
pub(crate) use many::PackedVectors;
pub use queue::{BatchModel, QueueOptions, QueuedEncoder};
pub use vectors::{VectorFileError, VectorTable, write_vectors};

/// A text's vector, of unit length: the dot product of two is the cosine of the angle between them.
pub type Vector = Arc<[f32]>;

/// Says which encoder made a vector: vectors of different fingerprints must never be compared.
///
/// SHA-256 over the model's files and the version of everything else that decides a vector (prefix,
/// truncation, pooling).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// A fingerprint from its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A fingerprint from its 64 hexadecimal digits; `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Turns texts into vectors.
///
/// The same text gives the same direction, alone or among others (cosine above 0.9999; not always the same
/// bits, since a cached vector is stored in fewer of them). Any string is welcome, the empty one included;
/// of a long one only the beginning counts. Repeating a call is always safe.
#[async_trait]
pub trait Encoder: Send + Sync {
    /// How many numbers a vector has.
    fn dimension(&self) -> usize;

    /// Which encoder this is; constant over its life.
    fn fingerprint(&self) -> &Fingerprint;

    /// One vector for each text, in their order. Dropping the future gives up the work not yet begun.
    async fn encode(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError>;

    /// The vectors of texts that were all encoded before and are at hand: never waits.
    fn at_hand(&self, _texts: &[String]) -> Option<Vec<Vector>> {
        None
    }

    /// The same for plain threads and the command line. It blocks: never call it from async code.
    fn encode_blocking(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError>;

    /// Whether it can still encode; once it can't, it never will again. For `/readyz`.
    fn is_alive(&self) -> bool {
        true
    }
}

/// Why there are no vectors.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EncodeError {
    /// Too many texts wait already. Retry later or do without vectors.
    #[error("the encoder's queue is full")]
    Overloaded,
    /// The encoder has been shut down, or its thread has died.
    #[error("the encoder has stopped")]
    Stopped,
    /// The model refused the batch: a defect of the program or of its files.
    #[error("the model failed")]
    Model(#[source] Arc<ModelError>),
}

/// The vector scaled to unit length; a vector without direction becomes the first axis.
fn to_unit(mut values: Vec<f32>) -> Vector {
    let length = values.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length.is_finite() && 0.0 < length {
        values.iter_mut().for_each(|x| *x /= length);
    } else {
        values.fill(0.0);
        values[0] = 1.0;
    }
    values.into()
}

/// The cosine of two unit vectors.
#[cfg(test)]
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
