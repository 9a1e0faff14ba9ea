//! The shipped model: its vectors against the reference, and what happens to damaged files.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{self, BertModel};
use proptest::prelude::*;
use serde::Deserialize;

use super::layer::Norm;
use super::matrix::Matrix;
use super::queue::BatchModel;
use super::weights::{Config, Weights};
use super::*;

/// A text and its vector by the teacher with its whole vocabulary, computed in numpy by `models/recipe/build.py`.
#[derive(Deserialize)]
struct Reference {
    text: String,
    vector: Vec<f32>,
}

fn references() -> Vec<Reference> {
    serde_json::from_str(include_str!("../../models/recipe/reference.json")).unwrap()
}

/// The shipped model, loaded once for all tests.
fn model() -> &'static CandleEncoder {
    static MODEL: OnceLock<CandleEncoder> = OnceLock::new();
    MODEL.get_or_init(|| CandleEncoder::load(&ModelFiles::embedded()).unwrap())
}

#[test]
fn vectors_are_those_of_the_reference() {
    for Reference { text, vector } in references() {
        let found = &model().encode_batch(&[&text]).unwrap()[0];
        let cosine = cosine(found, &vector);
        // Activations are rounded to 8 bits before each product, and the reference's are not.
        assert!(0.997 < cosine, "{text}: {cosine}");
    }
}

#[test]
fn a_batch_gives_what_its_texts_alone_give() {
    let references = references();
    let texts: Vec<&str> = references.iter().map(|reference| reference.text.as_str()).collect();
    let together = model().encode_batch(&texts).unwrap();
    for (text, together) in texts.iter().zip(together) {
        let alone = &model().encode_batch(&[text]).unwrap()[0];
        assert!(0.99999 < cosine(alone, &together), "{text}");
    }
}

#[test]
fn any_text_has_a_vector_of_unit_length() {
    let long = "很长的一句话".repeat(5_000);
    let spaces = " ".repeat(10_000);
    for text in ["", " ", "\0", "\u{feff}\u{200d}", "ไม่มี", &long, &spaces, "</s><pad><unk>"] {
        let vector = &model().encode_batch(&[text]).unwrap()[0];
        assert_eq!(vector.len(), model().dimension());
        assert!((cosine(vector, vector) - 1.0).abs() < 1e-4, "{} bytes", text.len());
    }
}

#[test]
fn shipped_vectors_belong_to_the_shipped_model() {
    let bytes = ModelFiles::embedded().vectors().unwrap();
    VectorTable::parse(bytes, &BatchModel::fingerprint(model()), model().dimension()).unwrap();
}

/// The same weights in candle's own plain BERT.
fn plain(weights: &Weights) -> BertModel {
    let Config { hidden, layers, heads, inner, positions, epsilon } = weights.config;
    let words = weights.words.len();
    let config = bert::Config {
        vocab_size: words,
        hidden_size: hidden,
        num_hidden_layers: layers,
        num_attention_heads: heads,
        intermediate_size: inner,
        max_position_embeddings: positions,
        type_vocab_size: 1,
        layer_norm_eps: f64::from(epsilon),
        hidden_act: bert::HiddenAct::Gelu,
        ..bert::Config::default()
    };
    let tensor = |values: &[f32], shape: &[usize]| Tensor::from_slice(values, shape, &Device::Cpu).unwrap();
    let mut tensors = HashMap::new();
    let mut rows = vec![0.0; words * hidden];
    rows.chunks_exact_mut(hidden).enumerate().for_each(|(id, row)| weights.words.add(id as u32, row));
    let mut put = |name: String, tensor: Tensor| tensors.insert(name, tensor);
    put("embeddings.word_embeddings.weight".to_owned(), tensor(&rows, &[words, hidden]));
    put("embeddings.position_embeddings.weight".to_owned(), tensor(&weights.positions, &[positions, hidden]));
    put("embeddings.token_type_embeddings.weight".to_owned(), tensor(&vec![0.0; hidden], &[1, hidden]));
    let mut norm = |name: String, norm: &Norm| {
        put(format!("{name}.weight"), tensor(&norm.weight, &[hidden]));
        put(format!("{name}.bias"), tensor(&norm.bias, &[hidden]));
    };
    norm("embeddings.LayerNorm".to_owned(), &weights.norm);
    for (index, layer) in weights.layers.iter().enumerate() {
        norm(format!("encoder.layer.{index}.attention.output.LayerNorm"), &layer.attention_norm);
        norm(format!("encoder.layer.{index}.output.LayerNorm"), &layer.output_norm);
    }
    let mut dense = |name: String, matrix: &Matrix, outputs: std::ops::Range<usize>| {
        let weight = &matrix.values()[outputs.start * matrix.inputs..outputs.end * matrix.inputs];
        tensors.insert(format!("{name}.weight"), tensor(weight, &[outputs.len(), matrix.inputs]));
        tensors.insert(format!("{name}.bias"), tensor(&matrix.bias[outputs.clone()], &[outputs.len()]));
    };
    for (index, layer) in weights.layers.iter().enumerate() {
        let at = format!("encoder.layer.{index}");
        for (third, part) in ["query", "key", "value"].into_iter().enumerate() {
            let outputs = third * hidden..(third + 1) * hidden;
            dense(format!("{at}.attention.self.{part}"), &layer.attention_in, outputs);
        }
        dense(format!("{at}.attention.output.dense"), &layer.attention_out, 0..hidden);
        dense(format!("{at}.intermediate.dense"), &layer.expand, 0..inner);
        dense(format!("{at}.output.dense"), &layer.contract, 0..hidden);
    }
    BertModel::load(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu), &config).unwrap()
}

#[test]
fn the_forward_pass_is_that_of_a_plain_bert() {
    let model = model();
    let plain = plain(&model.weights);
    for text in ["", "我的快递到哪里了？", "Where is my order? It was due on Monday.", "這件衣服可以退貨嗎😀"]
    {
        let ids = model.tokenize(text).unwrap();
        let input = Tensor::new(&ids[..], &Device::Cpu).unwrap().unsqueeze(0).unwrap();
        let rows = plain.forward(&input, &input.zeros_like().unwrap(), None).unwrap();
        let pooled = rows.mean(1).unwrap().squeeze(0).unwrap().to_vec1().unwrap();
        let found = &model.encode_batch(&[text]).unwrap()[0];
        let cosine = cosine(found, &to_unit(pooled));
        // What is left is the rounding of activations to 8 bits before each product.
        assert!(0.995 < cosine, "{text}: {cosine}");
    }
}

#[test]
fn every_kind_of_instructions_gives_the_same_vectors() {
    let references = references();
    let texts: Vec<&str> = references.iter().map(|reference| reference.text.as_str()).collect();
    let expected = model().encode_batch(&texts).unwrap();
    for instructions in [Instructions::Vnni, Instructions::Avx2, Instructions::Portable] {
        if instructions.available() {
            let model = CandleEncoder::load(&ModelFiles::embedded()).unwrap().with_instructions(instructions);
            assert_eq!(model.encode_batch(&texts).unwrap(), expected, "{instructions:?}");
        }
    }
}

/// A folder with the shipped model's files.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    for name in ["manifest.toml", "encoder.gguf", "tokenizer.json"] {
        std::fs::copy(shipped.join(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// The one line that says why the folder's model cannot be loaded.
fn refusal(folder: &Path) -> String {
    let result = ModelFiles::from_dir(folder).and_then(|files| CandleEncoder::load(&files));
    let line = result.err().expect("a damaged model is refused").to_string();
    assert_eq!(line.lines().count(), 1, "{line}");
    line
}

#[test]
fn a_folder_with_the_same_files_is_the_same_model() {
    let files = ModelFiles::from_dir(folder().path()).unwrap();
    let loaded = CandleEncoder::load(&files).unwrap();
    assert_eq!(BatchModel::fingerprint(&loaded), BatchModel::fingerprint(model()));
    let texts = ["退货运费谁出"];
    assert_eq!(loaded.encode_batch(&texts).unwrap(), model().encode_batch(&texts).unwrap());
}

#[test]
fn a_damaged_file_is_named_with_what_was_expected_and_found() {
    type Damage = fn(&mut Vec<u8>);
    let cases: [(&str, Damage, &[&str]); 7] = [
        (
            "encoder.gguf",
            |b| b.truncate(1_000_000),
            &["encoder.gguf", "expected 37644416 bytes, found 1000000"],
        ),
        ("encoder.gguf", |b| b[20_000_000] ^= 1, &["encoder.gguf", "expected sha256 319b48cb", "found "]),
        ("encoder.gguf", |b| b[..4].copy_from_slice(b"XXXX"), &["encoder.gguf", "expected sha256 319b48cb"]),
        ("tokenizer.json", |b| b[9] ^= 1, &["tokenizer.json", "expected sha256 e3af0874"]),
        ("tokenizer.json", Vec::clear, &["tokenizer.json", "expected 3795967 bytes, found 0"]),
        ("manifest.toml", Vec::clear, &["manifest.toml", "version"]),
        ("manifest.toml", |b| b[3] = 0xff, &["manifest.toml", "UTF-8"]),
    ];
    let folder = folder();
    for (name, damage, expected) in cases {
        let path = folder.path().join(name);
        let whole = std::fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        damage(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        let line = refusal(folder.path());
        assert!(expected.iter().all(|part| line.contains(part)), "{name}: {line}");
        std::fs::write(&path, whole).unwrap();
    }
}

#[test]
fn a_missing_file_is_named() {
    for name in ["encoder.gguf", "tokenizer.json", "manifest.toml"] {
        let folder = folder();
        std::fs::remove_file(folder.path().join(name)).unwrap();
        let line = refusal(folder.path());
        assert!(line.contains(name) && line.contains("cannot be read"), "{line}");
    }
}

#[test]
fn a_manifest_of_another_program_says_what_differs() {
    let folder = folder();
    let path = folder.path().join("manifest.toml");
    let whole = std::fs::read_to_string(&path).unwrap();
    for (from, to, expected) in [
        ("version = 1", "version = 2", "expected version 1, found 2"),
        ("fingerprint = \"", "fingerprint = \"00", "expected fingerprint "),
        ("tokenizer.json", "other.json", "does not list tokenizer.json"),
    ] {
        std::fs::write(&path, whole.replace(from, to)).unwrap();
        let line = refusal(folder.path());
        assert!(line.contains(expected), "{line}");
    }
}

/// The decoder's verdict on the weights' file with some bytes changed, without the checksums before it.
fn load_changed(changes: &[(usize, u8)], length: usize) -> Result<Weights, ModelError> {
    let mut files = ModelFiles::embedded();
    let bytes = files.weights.to_mut();
    for (at, byte) in changes {
        bytes[*at] = *byte;
    }
    bytes.truncate(length);
    Weights::load(&files)
}

#[test]
fn weights_of_another_form_are_refused() {
    let whole = ModelFiles::embedded().weights.len();
    for (changes, length, expected) in [
        (&[(0, b'X')][..], whole, "expected a GGUF file"),
        (&[], 10, "expected a GGUF file"),
        (&[], 0, "expected a GGUF file"),
        (&[], whole - 10_000, "beyond the end of the file"),
    ] {
        let line = load_changed(changes, length).err().unwrap().to_string();
        assert!(line.contains(expected) && line.contains("encoder.gguf"), "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Damage in the file's directory, were the checksum right: an error or another model, never a panic.
    #[test]
    fn a_damaged_directory_never_panics(
        changes in proptest::collection::vec((0usize..12_000, any::<u8>()), 1..6),
        length in prop_oneof![Just(usize::MAX), 0usize..40_000],
    ) {
        let _ = load_changed(&changes, length);
    }

    #[test]
    fn any_damage_is_caught_by_the_checksums(
        at in any::<prop::sample::Index>(),
        change in 1u8..,
        weights in any::<bool>(),
    ) {
        let mut files = ModelFiles::embedded();
        let bytes = if weights { files.weights.to_mut() } else { files.tokenizer.to_mut() };
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        let refused = matches!(files.verify(), Err(ModelError::Checksum { .. }));
        prop_assert!(refused);
    }
}
