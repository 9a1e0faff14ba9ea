//! The weights of `models/encoder.gguf` in the form the forward pass wants them.
//!
//! Layer matrices become 8-bit integers with one scale an output; from Q8_0 blocks whose scales are alike along a row that
//! is a copy, from Q4_0 blocks a second rounding. The word table, two thirds of the file, stays in its Q4_0
//! blocks: a message needs a dozen of its rows.

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::Range;

use candle_core::quantized::{GgmlDType, gguf_file};

use super::files::{ModelError, ModelFiles};
use super::layer::{Layer, Norm};
use super::matrix::{Matrix, PANEL};

/// Values in a block of either kind.
const BLOCK: usize = 32;
/// Bytes of a Q4_0 block: an f16 scale, then byte j with value j low and value j + 16 high.
const BLOCK_BYTES: usize = 18;
/// Bytes of a Q8_0 block: an f16 scale, then the values.
const BYTE_BLOCK_BYTES: usize = 34;

/// The model's measures, from the file's metadata.
#[derive(Debug, Clone, Copy)]
pub(super) struct Config {
    pub(super) hidden: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) inner: usize,
    pub(super) positions: usize,
    pub(super) epsilon: f32,
}

/// Everything the forward pass multiplies by.
pub(super) struct Weights {
    pub(super) config: Config,
    pub(super) words: WordTable,
    /// `[positions, hidden]`, the vector of the only sentence type included.
    pub(super) positions: Vec<f32>,
    pub(super) norm: Norm,
    pub(super) layers: Vec<Layer>,
}

/// The word vectors, `[words, hidden]` in Q4_0 blocks.
pub(super) struct WordTable {
    blocks: Cow<'static, [u8]>,
    row_bytes: usize,
}

impl WordTable {
    /// How many words have a vector.
    pub(super) fn len(&self) -> usize {
        self.blocks.len() / self.row_bytes
    }

    /// Adds the word's vector to `target`. The id must be below [`WordTable::len`].
    pub(super) fn add(&self, id: u32, target: &mut [f32]) {
        let row = &self.blocks[id as usize * self.row_bytes..][..self.row_bytes];
        let mut values = [0.0; BLOCK];
        for (block, target) in row.chunks_exact(BLOCK_BYTES).zip(target.chunks_exact_mut(BLOCK)) {
            decode(block, &mut values);
            target.iter_mut().zip(values).for_each(|(t, v)| *t += v);
        }
    }
}

impl Weights {
    /// Decodes verified files.
    pub(super) fn load(files: &ModelFiles) -> Result<Self, ModelError> {
        let reader = Reader::open(files)?;
        let config = reader.config()?;
        let words = reader.words(config.hidden)?;
        let positions = reader.floats("embeddings.position", &[config.positions, config.hidden])?;
        let norm = reader.norm("embeddings.norm", &config)?;
        Ok(Self { config, words, positions, norm, layers: reader.layers(&config)? })
    }
}

/// The opened file: its directory, and the bytes that the directory points into.
struct Reader<'a> {
    files: &'a ModelFiles,
    content: gguf_file::Content,
}

impl<'a> Reader<'a> {
    fn open(files: &'a ModelFiles) -> Result<Self, ModelError> {
        let content = gguf_file::Content::read(&mut Cursor::new(&files.weights[..]))
            .map_err(|error| files.weights_error("a GGUF file", first_line(&error)))?;
        Ok(Self { files, content })
    }

    fn config(&self) -> Result<Config, ModelError> {
        let get = |key: &str| {
            let value = self.content.metadata.get(key);
            value.ok_or_else(|| self.files.weights_error(format_args!("metadata {key}"), "none"))
        };
        let number = |key: &str| match get(key)?.to_u32() {
            Ok(value @ 1..=65_536) => Ok(value as usize),
            _ => Err(self.files.weights_error(format_args!("a count as metadata {key}"), "something else")),
        };
        let epsilon = get("bert.attention.layer_norm_epsilon")?
            .to_f32()
            .map_err(|_| self.files.weights_error("a number as layer_norm_epsilon", "something else"))?;
        let config = Config {
            hidden: number("bert.embedding_length")?,
            layers: number("bert.block_count")?,
            heads: number("bert.attention.head_count")?,
            inner: number("bert.feed_forward_length")?,
            positions: number("bert.context_length")?,
            epsilon,
        };
        if !config.hidden.is_multiple_of(config.heads)
            || !config.hidden.is_multiple_of(BLOCK.max(PANEL))
            || !config.inner.is_multiple_of(BLOCK.max(PANEL))
        {
            return Err(self
                .files
                .weights_error("widths that blocks and heads divide", format_args!("{config:?}")));
        }
        Ok(config)
    }

    /// Where a tensor's bytes are, after its type and shape were found to be as expected.
    fn range(
        &self,
        name: &str,
        kind: GgmlDType,
        shape: Option<&[usize]>,
    ) -> Result<Range<usize>, ModelError> {
        let expected = || format!("tensor {name} of type {kind:?} and shape {shape:?}");
        let info = self.content.tensor_infos.get(name);
        let info = info.ok_or_else(|| self.files.weights_error(expected(), "none"))?;
        let dims = info.shape.dims();
        if info.ggml_dtype != kind || shape.is_some_and(|shape| shape != dims) {
            let found = format!("type {:?} and shape {dims:?}", info.ggml_dtype);
            return Err(self.files.weights_error(expected(), found));
        }
        let blocks = info.shape.elem_count() / kind.block_size();
        let size = blocks.checked_mul(kind.type_size());
        let start = self.content.tensor_data_offset.checked_add(info.offset).map(|start| start as usize);
        let end = start.zip(size).and_then(|(start, size)| start.checked_add(size));
        match start.zip(end) {
            Some((start, end)) if end <= self.files.weights.len() => Ok(start..end),
            _ => Err(self.files.weights_error(expected(), "bytes beyond the end of the file")),
        }
    }

    fn words(&self, hidden: usize) -> Result<WordTable, ModelError> {
        let range = self.range("embeddings.word", GgmlDType::Q4_0, None)?;
        let row_bytes = hidden / BLOCK * BLOCK_BYTES;
        if range.is_empty() || !range.len().is_multiple_of(row_bytes) {
            let found = format!("{} bytes", range.len());
            return Err(self.files.weights_error(format_args!("word rows of {row_bytes} bytes"), found));
        }
        let blocks = match &self.files.weights {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[range]),
            Cow::Owned(bytes) => Cow::Owned(bytes[range].to_vec()),
        };
        Ok(WordTable { blocks, row_bytes })
    }

    fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let bytes = &self.files.weights[self.range(name, GgmlDType::F32, Some(shape))?];
        let (values, _) = bytes.as_chunks::<4>();
        Ok(values.iter().map(|value| f32::from_le_bytes(*value)).collect())
    }

    fn norm(&self, name: &str, config: &Config) -> Result<Norm, ModelError> {
        Ok(Norm {
            weight: self.floats(&format!("{name}.weight"), &[config.hidden])?,
            bias: self.floats(&format!("{name}.bias"), &[config.hidden])?,
            epsilon: config.epsilon,
        })
    }

    /// A matrix with its bias, from blocks of 8 bits or of 4.
    fn matrix(&self, part: &str, output: usize, input: usize) -> Result<Matrix, ModelError> {
        let name = format!("{part}.weight");
        let kind = self.content.tensor_infos.get(&name).map(|info| info.ggml_dtype);
        let kind = kind.filter(|kind| *kind == GgmlDType::Q4_0).unwrap_or(GgmlDType::Q8_0);
        let bytes = &self.files.weights[self.range(&name, kind, Some(&[output, input]))?];
        let mut values = vec![0.0; output * input];
        let (targets, _) = values.as_chunks_mut::<BLOCK>();
        if kind == GgmlDType::Q4_0 {
            bytes.chunks_exact(BLOCK_BYTES).zip(targets).for_each(|(block, target)| decode(block, target));
        } else {
            let blocks = bytes.chunks_exact(BYTE_BLOCK_BYTES);
            blocks.zip(targets).for_each(|(block, target)| decode_bytes(block, target));
        }
        if !values.iter().all(|value| value.is_finite()) {
            return Err(self.files.weights_error(format_args!("numbers in tensor {name}"), "something else"));
        }
        Ok(Matrix::new(&values, self.floats(&format!("{part}.bias"), &[output])?))
    }

    fn layer(&self, index: usize, config: &Config) -> Result<Layer, ModelError> {
        let Config { hidden, inner, heads, .. } = *config;
        let name = |part: &str| format!("layers.{index}.{part}");
        Ok(Layer {
            heads,
            attention_in: self.matrix(&name("attention_in"), 3 * hidden, hidden)?,
            attention_out: self.matrix(&name("attention_out"), hidden, hidden)?,
            attention_norm: self.norm(&name("attention_norm"), config)?,
            expand: self.matrix(&name("expand"), inner, hidden)?,
            contract: self.matrix(&name("contract"), hidden, inner)?,
            output_norm: self.norm(&name("output_norm"), config)?,
        })
    }

    /// All layers, decoded on as many threads as there are cores.
    fn layers(&self, config: &Config) -> Result<Vec<Layer>, ModelError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(config.layers);
        let indexes: Vec<usize> = (0..config.layers).collect();
        let shares = indexes.chunks(config.layers.div_ceil(threads));
        std::thread::scope(|scope| {
            let decode_share =
                |share: &'_ [usize]| share.iter().map(|index| self.layer(*index, config)).collect();
            let tasks: Vec<_> = shares.map(|share| scope.spawn(move || decode_share(share))).collect();
            let decoded: Vec<Result<Vec<Layer>, ModelError>> =
                tasks.into_iter().map(|task| task.join().expect("decoding checks its bounds")).collect();
            Ok(decoded.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        })
    }
}

fn first_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Decodes one Q8_0 block.
fn decode_bytes(block: &[u8], values: &mut [f32; BLOCK]) {
    let scale = half::f16::from_le_bytes([block[0], block[1]]).to_f32();
    for (value, byte) in values.iter_mut().zip(&block[2..]) {
        *value = f32::from(*byte as i8) * scale;
    }
}

/// Decodes one Q4_0 block.
fn decode(block: &[u8], values: &mut [f32; BLOCK]) {
    let scale = half::f16::from_le_bytes([block[0], block[1]]).to_f32();
    let (low, high) = values.split_at_mut(BLOCK / 2);
    for ((low, high), byte) in low.iter_mut().zip(high).zip(&block[2..]) {
        *low = f32::from(byte & 15) * scale - 8.0 * scale;
        *high = f32::from(byte >> 4) * scale - 8.0 * scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block with scale 2 whose nibbles are 0 to 15 low and 15 to 0 high.
    fn block() -> Vec<u8> {
        let nibbles = (0..16u8).map(|j| j | ((15 - j) << 4));
        half::f16::from_f32(2.0).to_le_bytes().into_iter().chain(nibbles).collect()
    }

    #[test]
    fn a_block_holds_value_j_low_and_value_j_plus_sixteen_high() {
        let mut values = [0.0; BLOCK];
        decode(&block(), &mut values);
        let expected: Vec<f32> =
            (0..16).map(|j| (j as f32 - 8.0) * 2.0).chain((0..16).map(|j| (7.0 - j as f32) * 2.0)).collect();
        assert_eq!(values.to_vec(), expected);
    }
}
