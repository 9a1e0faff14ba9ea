//! The model itself: a BERT whose layers are one candle operation each, computed by [`super::layer`] with the best
//! instructions that the processor has.
//!
//! Texts of a batch follow one another without padding, so a batch costs what its tokens cost and gives what its
//! texts alone would give. This module blocks while it computes; [`super::QueuedEncoder`] keeps it off async threads.

use std::cell::RefCell;

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Shape, Tensor};

use super::files::{ModelError, ModelFiles};
use super::kernels::Instructions;
use super::layer::{Layer, Workspace};
use super::pieces::Pieces;
use super::queue::BatchModel;
use super::weights::Weights;
use super::{Fingerprint, Vector, to_unit};

/// The model was trained with this before each question.
const PREFIX: &str = "query: ";
/// Tokens of a text that count, the two marks at its ends included.
const MAX_TOKENS: usize = 128;
/// Characters of a text that are looked at: more than [`MAX_TOKENS`] of the longest pieces can cover.
const MAX_CHARACTERS: usize = 2_048;

/// A loaded model.
pub struct CandleEncoder {
    pub(super) weights: Weights,
    pieces: Pieces,
    fingerprint: Fingerprint,
    instructions: Instructions,
}

impl CandleEncoder {
    /// Checks the files and loads them; blocks for some tenths of a second.
    pub fn load(files: &ModelFiles) -> Result<Self, ModelError> {
        let fingerprint = files.verify()?;
        let (weights, pieces) = std::thread::scope(|scope| {
            let pieces = scope.spawn(|| Pieces::parse(&files.tokenizer));
            (Weights::load(files), pieces.join().expect("the vocabulary reports its errors"))
        });
        let (weights, pieces) =
            (weights?, pieces.map_err(|found| files.tokenizer_error("a vocabulary", found))?);
        if pieces.len() != weights.words.len() {
            let expected = format!("{} words as in the tokenizer", pieces.len());
            return Err(files.weights_error(expected, weights.words.len()));
        }
        if weights.config.positions < MAX_TOKENS {
            return Err(files.weights_error(format_args!("{MAX_TOKENS} positions"), weights.config.positions));
        }
        Ok(Self { weights, pieces, fingerprint, instructions: Instructions::detect() })
    }

    /// The same model run with these instructions, for comparing; vectors are the same with all of them.
    ///
    /// # Panics
    ///
    /// When the processor lacks them.
    pub fn with_instructions(self, instructions: Instructions) -> Self {
        assert!(instructions.available(), "{instructions:?} on a processor without it");
        Self { instructions, ..self }
    }

    pub(super) fn tokenize(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let end = text.char_indices().nth(MAX_CHARACTERS).map_or(text.len(), |(end, _)| end);
        self.pieces.encode(&format!("{PREFIX}{}", &text[..end]), MAX_TOKENS).map_err(ModelError::Forward)
    }

    /// The last layer's rows of texts of these lengths, whose token ids follow one another.
    fn forward(&self, ids: &[u32], lengths: &[usize]) -> candle_core::Result<Vec<f32>> {
        let hidden = self.weights.config.hidden;
        let mut rows = Vec::with_capacity(ids.len() * hidden);
        for length in lengths {
            rows.extend_from_slice(&self.weights.positions[..length * hidden]);
        }
        for (id, row) in ids.iter().zip(rows.chunks_exact_mut(hidden)) {
            self.weights.words.add(*id, row);
        }
        self.weights.norm.apply(&mut rows);
        let mut x = Tensor::from_vec(rows, (ids.len(), hidden), &Device::Cpu)?;
        for layer in &self.weights.layers {
            x = x.apply_op1_no_bwd(&LayerOp { layer, lengths, instructions: self.instructions })?;
        }
        x.flatten_all()?.to_vec1()
    }
}

thread_local! {
    /// Room that a thread's layers share, so that a message costs no allocation but its rows.
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

/// One layer as an operation on rows `[tokens, hidden]`.
struct LayerOp<'a> {
    layer: &'a Layer,
    /// How many tokens each text has.
    lengths: &'a [usize],
    instructions: Instructions,
}

impl CustomOp1 for LayerOp<'_> {
    fn name(&self) -> &'static str {
        "encoder-layer"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            candle_core::bail!("the forward pass makes contiguous tensors only");
        };
        let mut rows = storage.as_slice::<f32>()?[start..end].to_vec();
        WORKSPACE.with_borrow_mut(|workspace| {
            self.instructions.run(self.layer, &mut rows, self.lengths, workspace);
        });
        Ok((CpuStorage::F32(rows), layout.shape().clone()))
    }
}

impl BatchModel for CandleEncoder {
    fn dimension(&self) -> usize {
        self.weights.config.hidden
    }

    fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    fn encode_batch(&self, texts: &[&str]) -> Result<Vec<Vector>, ModelError> {
        let mut ids = Vec::new();
        let mut lengths = Vec::with_capacity(texts.len());
        for text in texts {
            let tokens = self.tokenize(text)?;
            lengths.push(tokens.len());
            ids.extend(tokens);
        }
        let rows = self.forward(&ids, &lengths).map_err(|error| ModelError::Forward(Box::new(error)))?;
        let hidden = self.weights.config.hidden;
        let mut rest = &rows[..];
        let pool = |length: &usize| {
            let (text, after) = rest.split_at(length * hidden);
            rest = after;
            let mut pooled = vec![0.0; hidden];
            for row in text.chunks_exact(hidden) {
                pooled.iter_mut().zip(row).for_each(|(pooled, x)| *pooled += x);
            }
            to_unit(pooled)
        };
        Ok(lengths.iter().map(pool).collect())
    }
}
