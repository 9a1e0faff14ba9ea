//! The encoder: one message alone with each kind of instructions, many waiting, and beside it the teacher in candle.
//!
//! `cargo bench --bench encoder [-- --text FILE] [--models FOLDER]`. Times include tokenizing. The teacher is candle's own
//! BERT in f32 with the shapes of multilingual-e5-small, in batches of 32 on all cores; its weights are made up, for
//! time does not depend on them.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use candle_core::{DType, Device, Tensor};
use candle_nn::{VarBuilder, VarMap};
use candle_transformers::models::bert::{BertModel, Config, HiddenAct, PositionEmbeddingType};
use tokenizers::Tokenizer;
use xiaoer::encoder::{
    BatchModel as _, CandleEncoder, Encoder as _, Instructions, ModelFiles, QueueOptions, QueuedEncoder,
};

/// Passes over the corpus; each message counts with its median.
const PASSES: usize = 15;

fn main() -> anyhow::Result<()> {
    let (mut file, mut models) = (PathBuf::from("benches/corpus/messages.txt"), PathBuf::from("models"));
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(flag) = arguments.next() {
        match (flag.as_str(), arguments.next()) {
            ("--text", Some(value)) => file = value.into(),
            ("--models", Some(value)) => models = value.into(),
            _ => anyhow::bail!("usage: encoder [--text FILE] [--models FOLDER]"),
        }
    }
    let text = std::fs::read_to_string(file)?;
    let messages: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let files = ModelFiles::from_dir(&models)?;
    for instructions in [Instructions::Vnni, Instructions::Avx2, Instructions::Portable] {
        if instructions.available() {
            alone(&CandleEncoder::load(&files)?.with_instructions(instructions), instructions, &messages)?;
        }
    }
    let ours = many(CandleEncoder::load(&files)?, &messages)?;
    let teacher = teacher(&models, &messages)?;
    println!("many waiting: {:.1} times the teacher", ours / teacher);
    Ok(())
}

/// One message after another on this thread.
fn alone(model: &CandleEncoder, instructions: Instructions, messages: &[&str]) -> anyhow::Result<()> {
    let mut medians = Vec::new();
    for message in messages {
        let mut times = Vec::new();
        for _ in 0..PASSES {
            let started = Instant::now();
            std::hint::black_box(model.encode_batch(&[message])?);
            times.push(started.elapsed());
        }
        times.sort_unstable();
        medians.push(times[PASSES / 2]);
    }
    medians.sort_unstable();
    let at = |share: usize| medians[(medians.len() - 1) * share / 100];
    println!("alone, {instructions:?}: p50 {} p90 {} p99 {}", micro(at(50)), micro(at(90)), micro(at(99)));
    Ok(())
}

/// All messages at once, on the threads that a server has.
fn many(model: CandleEncoder, messages: &[&str]) -> anyhow::Result<f64> {
    let options = QueueOptions::default();
    let threads = options.threads;
    let encoder = QueuedEncoder::start(model, options);
    let texts: Vec<String> = messages.iter().map(|&message| message.to_owned()).collect();
    encoder.encode_blocking(&texts)?;
    let started = Instant::now();
    for _ in 0..PASSES {
        encoder.encode_blocking(&texts)?;
    }
    let rate = (PASSES * texts.len()) as f64 / started.elapsed().as_secs_f64();
    println!("many waiting, {threads} threads: {rate:.0} messages a second");
    Ok(rate)
}

/// The teacher on batches of messages of nearly one length, padded; messages a second.
fn teacher(models: &Path, messages: &[&str]) -> anyhow::Result<f64> {
    const BATCH: usize = 32;
    let config = Config {
        // Rows of words are looked up, never multiplied: fewer of them cost the same.
        vocab_size: 1_000,
        hidden_size: 384,
        num_hidden_layers: 12,
        num_attention_heads: 12,
        intermediate_size: 1_536,
        hidden_act: HiddenAct::Gelu,
        hidden_dropout_prob: 0.0,
        max_position_embeddings: 512,
        type_vocab_size: 2,
        initializer_range: 0.02,
        layer_norm_eps: 1e-12,
        pad_token_id: 0,
        position_embedding_type: PositionEmbeddingType::Absolute,
        use_cache: false,
        classifier_dropout: None,
        model_type: None,
    };
    let weights = VarMap::new();
    let model = BertModel::load(VarBuilder::from_varmap(&weights, DType::F32, &Device::Cpu), &config)?;
    let tokenizer = Tokenizer::from_file(models.join("tokenizer.json")).map_err(anyhow::Error::msg)?;
    let started = Instant::now();
    let mut tokens: Vec<Vec<u32>> = messages
        .iter()
        .map(|message| Ok(tokenizer.encode(format!("query: {message}"), true)?.get_ids().to_vec()))
        .collect::<Result<_, tokenizers::Error>>()
        .map_err(anyhow::Error::msg)?;
    tokens.sort_by_key(Vec::len);
    for batch in tokens.chunks(BATCH) {
        let length = batch.last().map_or(0, Vec::len);
        let (mut ids, mut mask) = (Vec::new(), Vec::new());
        for row in batch {
            ids.extend((0..length).map(|i| row.get(i).map_or(1, |id| id % 1_000)));
            mask.extend((0..length).map(|i| u32::from(i < row.len())));
        }
        let ids = Tensor::from_vec(ids, (batch.len(), length), &Device::Cpu)?;
        let mask = Tensor::from_vec(mask, (batch.len(), length), &Device::Cpu)?;
        std::hint::black_box(model.forward(&ids, &ids.zeros_like()?, Some(&mask))?.mean(1)?);
    }
    let rate = messages.len() as f64 / started.elapsed().as_secs_f64();
    println!("the teacher in candle f32, batches of {BATCH}: {rate:.0} messages a second");
    Ok(rate)
}

fn micro(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}
