//! Measures understanding on labelled messages, fitted exactly as a shop's intents are fitted.
//!
//! A measurement reads nothing but what it is given, and tunes nothing on the lines that it is judged by.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Instant,
};

use crate::{
    domain::{IntentId, Utterance},
    encoder::{Encoder, Fingerprint, Vector},
    shop::{Example, IntentExamples},
};

use super::{
    Context, Nlu, NluError, NluOptions, TrainingSet,
    metrics::{auroc, by_label, calibration_error, mean, median},
    random::Shuffle,
    training::{OUT_OF_SCOPE, spelt_out},
};

/// A message and the intent that it has been given; `oos` means out of scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledMessage {
    /// The message.
    pub text: String,
    /// The intent's id.
    pub label: String,
}

/// What to measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EvalOptions {
    /// Draw so many lines of each label for training, once for each seed; all lines otherwise.
    pub per_intent: Option<usize>,
    /// How many draws; seeds are counted from 0.
    pub seeds: u64,
    /// Let the cheap tiers answer first, as they do in a conversation.
    pub tiers: bool,
}

/// The figures of one fit.
#[derive(Clone, Debug, PartialEq)]
pub struct EvalFigures {
    /// Which draw; `None` where all lines were used.
    pub seed: Option<u64>,
    /// Lines learnt from.
    pub train_lines: usize,
    /// Lines judged.
    pub test_lines: usize,
    /// Share of in-scope lines understood rightly; one judged out of scope counts as wrong.
    pub accuracy: f64,
    /// Mean F1 over the labels of in-scope lines, likewise.
    pub macro_f1: f64,
    /// Share of in-scope lines whose likeliest intent is right, whether or not they were judged out of scope.
    pub accuracy_forced: f64,
    /// Share of out-of-scope lines judged so, where there are any.
    pub oos_recall: Option<f64>,
    /// Share of in-scope lines judged out of scope.
    pub oos_false_alarm: f64,
    /// How well the two are told apart at all thresholds together.
    pub oos_auroc: Option<f64>,
    /// Expected calibration error of the likeliest intent's confidence on in-scope lines, fifteen bins.
    pub ece: f64,
    /// Seconds to fit, vectors given.
    pub fit_seconds: f64,
    /// The labels understood worst, worst first.
    pub worst: Vec<WorstLabel>,
}

/// A label that is understood badly.
#[derive(Clone, Debug, PartialEq)]
pub struct WorstLabel {
    /// The label.
    pub label: String,
    /// Its F1.
    pub f1: f64,
    /// Share of its lines understood rightly.
    pub recall: f64,
    /// Its lines in the test.
    pub lines: usize,
    /// What its lines were most often mistaken for.
    pub mistaken_for: Option<String>,
}

/// A measurement: every draw, and their mean.
#[derive(Clone, Debug, PartialEq)]
pub struct EvalReport {
    /// One for each seed, or a single one.
    pub runs: Vec<EvalFigures>,
    /// Their mean; `worst` is that of the first.
    pub mean: EvalFigures,
    /// Median microseconds to encode one test message alone, tokenizing included.
    pub encode_p50_micros: u64,
}

/// Texts that are sent to the encoder at once.
const ENCODED_AT_ONCE: usize = 256;
/// Test messages that are encoded one by one to time it.
const TIMED: usize = 200;
const WORST: usize = 10;

/// Fits to `train` and judges `test`. `read` reads a message as in a conversation; `encoder` should hold no
/// cache, or the time to encode means nothing. It blocks: not for async code.
///
/// # Errors
/// When there is nothing to learn from, or the encoder fails.
pub fn evaluate(
    train: &[LabelledMessage],
    test: &[LabelledMessage],
    encoder: &dyn Encoder,
    read: impl Fn(&str) -> Utterance,
    options: EvalOptions,
) -> Result<EvalReport, NluError> {
    let labels: BTreeSet<&str> = train.iter().map(|message| message.label.as_str()).collect();
    let names: Vec<LabelledMessage> = labels
        .into_iter()
        .map(|label| LabelledMessage { text: spelt_out(&label.into()), label: label.to_owned() })
        .collect();
    let names = Corpus::read(&names, encoder, &read)?;
    let train = Corpus::read(train, encoder, &read)?;
    let test = Corpus::read(test, encoder, &read)?;
    let draws: Vec<Option<u64>> = match options.per_intent {
        Some(_) => (0..options.seeds.max(1)).map(Some).collect(),
        None => vec![None],
    };
    let mut runs = Vec::new();
    for seed in draws {
        let chosen = draw(&train, options.per_intent, seed);
        runs.push(measure(&train, &names, &chosen, &test, seed, options)?);
    }
    let mean = mean_of(&runs);
    Ok(EvalReport { mean, runs, encode_p50_micros: time_encoding(&test, encoder)? })
}

/// Labelled messages, read and encoded.
struct Corpus<'a> {
    messages: &'a [LabelledMessage],
    utterances: Vec<Utterance>,
    vectors: Vec<Vector>,
    encoder: Fingerprint,
}

impl<'a> Corpus<'a> {
    fn read(
        messages: &'a [LabelledMessage],
        encoder: &dyn Encoder,
        read: impl Fn(&str) -> Utterance,
    ) -> Result<Self, NluError> {
        let utterances: Vec<Utterance> = messages.iter().map(|message| read(&message.text)).collect();
        // Texts of like length share a batch, so that little of it is padding.
        let mut order: Vec<usize> = (0..utterances.len()).collect();
        order.sort_by_key(|&i| utterances[i].normal.len());
        let mut vectors: Vec<Option<Vector>> = vec![None; utterances.len()];
        for chunk in order.chunks(ENCODED_AT_ONCE) {
            let texts: Vec<String> =
                chunk.iter().map(|&i| super::encoder_text(&utterances[i].normal)).collect();
            let encoded = encoder.encode_blocking(&texts).map_err(NluError::Encoder)?;
            chunk.iter().zip(encoded).for_each(|(&i, vector)| vectors[i] = Some(vector));
        }
        let vectors = vectors.into_iter().flatten().collect();
        Ok(Self { messages, utterances, vectors, encoder: *encoder.fingerprint() })
    }
}

/// The lines to learn from: all, or so many of each label in an order decided by the seed.
fn draw(train: &Corpus<'_>, per_intent: Option<usize>, seed: Option<u64>) -> Vec<usize> {
    let Some(per_intent) = per_intent else { return (0..train.messages.len()).collect() };
    let mut drawn: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shuffle = Shuffle::seeded(train.messages.len(), seed.unwrap_or_default());
    let mut chosen: Vec<usize> = shuffle
        .next_order()
        .iter()
        .copied()
        .filter(|&i| {
            let count = drawn.entry(&train.messages[i].label).or_default();
            *count += 1;
            *count <= per_intent
        })
        .collect();
    chosen.sort_unstable();
    chosen
}

/// Fits to the chosen lines of `train`; `names` are the labels' own words.
fn fit(
    train: &Corpus<'_>,
    names: &Corpus<'_>,
    chosen: &[usize],
    options: EvalOptions,
) -> Result<Nlu, NluError> {
    let mut lines: BTreeMap<IntentId, Vec<usize>> = BTreeMap::new();
    for &i in chosen {
        lines.entry(train.messages[i].label.as_str().into()).or_default().push(i);
    }
    /// Before a line's number; no label holds it.
    const LINE: char = '\0';
    // Each example stands for its line by number, so that folding finds what was already read.
    let intents = lines
        .iter()
        .map(|(id, lines)| {
            let examples = lines.iter().map(|i| Example { text: format!("{LINE}{i}") }).collect();
            (id.clone(), IntentExamples { examples, not: Vec::new() })
        })
        .collect();
    let by_name: HashMap<&str, usize> =
        names.messages.iter().enumerate().map(|(i, message)| (message.text.as_str(), i)).collect();
    let line = |text: &str| match text.strip_prefix(LINE) {
        Some(number) => (train, number.parse().expect("examples were named by their lines")),
        None => (names, by_name[text]),
    };
    let mut set = TrainingSet::new(&intents, |text| {
        let (corpus, i) = line(text);
        corpus.utterances[i].normal.clone()
    });
    let vector = |text: &str| {
        let (corpus, i) = line(text);
        corpus.vectors[i].clone()
    };
    let vectors = set.examples.iter().map(|example| vector(&example.text)).collect();
    set.attach(vectors, train.encoder);
    Ok(Nlu::fit(&set)?.with_options(NluOptions { tiers: options.tiers }))
}

fn measure(
    train: &Corpus<'_>,
    names: &Corpus<'_>,
    chosen: &[usize],
    test: &Corpus<'_>,
    seed: Option<u64>,
    options: EvalOptions,
) -> Result<EvalFigures, NluError> {
    let start = Instant::now();
    let nlu = fit(train, names, chosen, options)?;
    let fit_seconds = start.elapsed().as_secs_f64();
    let mut pairs: Vec<(&str, String)> = Vec::new();
    let mut forced: Vec<(f32, bool)> = Vec::new();
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    let mut caught = 0usize;
    for ((message, utterance), vector) in test.messages.iter().zip(&test.utterances).zip(&test.vectors) {
        let prepared = nlu.prepare(utterance);
        let vectors = if prepared.texts.is_empty() { &[] } else { std::slice::from_ref(vector) };
        let found = nlu.understand(&prepared, vectors, &Context::default());
        let strangeness = nlu.strangeness(&utterance.normal, Some(vector));
        if message.label == OUT_OF_SCOPE {
            outside.push(strangeness);
            caught += usize::from(found.oos);
            continue;
        }
        inside.push(strangeness);
        let first = found.top().map_or("", |top| top.id.as_str());
        forced.push((found.top().map_or(0.0, |top| top.confidence), first == message.label));
        pairs.push((&message.label, if found.oos { OUT_OF_SCOPE.to_owned() } else { first.to_owned() }));
    }
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(label, said)| (*label, said.as_str())).collect();
    let labels = by_label(&pairs);
    let share = |count: usize, of: usize| if of == 0 { 0.0 } else { count as f64 / of as f64 };
    Ok(EvalFigures {
        seed,
        train_lines: chosen.len(),
        test_lines: test.messages.len(),
        accuracy: share(pairs.iter().filter(|(label, said)| label == said).count(), pairs.len()),
        macro_f1: mean(labels.iter().map(|figures| figures.f1)),
        accuracy_forced: share(forced.iter().filter(|(_, right)| *right).count(), forced.len()),
        oos_recall: (!outside.is_empty()).then(|| share(caught, outside.len())),
        oos_false_alarm: share(pairs.iter().filter(|(_, said)| *said == OUT_OF_SCOPE).count(), pairs.len()),
        oos_auroc: auroc(&inside, &outside),
        ece: calibration_error(&forced),
        fit_seconds,
        worst: worst(labels),
    })
}

fn worst(mut labels: Vec<super::metrics::LabelFigures>) -> Vec<WorstLabel> {
    labels.sort_by(|a, b| a.f1.total_cmp(&b.f1).then_with(|| a.label.cmp(&b.label)));
    labels
        .into_iter()
        .take(WORST)
        .map(|figures| WorstLabel {
            label: figures.label,
            f1: figures.f1,
            recall: figures.recall,
            lines: figures.lines,
            mistaken_for: figures.mistaken_for,
        })
        .collect()
}

fn mean_of(runs: &[EvalFigures]) -> EvalFigures {
    let of = |figure: fn(&EvalFigures) -> f64| mean(runs.iter().map(figure));
    let of_some = |figure: fn(&EvalFigures) -> Option<f64>| {
        runs.iter().all(|run| figure(run).is_some()).then(|| mean(runs.iter().filter_map(figure)))
    };
    let first = runs.first().expect("there is at least one run");
    EvalFigures {
        seed: None,
        train_lines: first.train_lines,
        test_lines: first.test_lines,
        accuracy: of(|run| run.accuracy),
        macro_f1: of(|run| run.macro_f1),
        accuracy_forced: of(|run| run.accuracy_forced),
        oos_recall: of_some(|run| run.oos_recall),
        oos_false_alarm: of(|run| run.oos_false_alarm),
        oos_auroc: of_some(|run| run.oos_auroc),
        ece: of(|run| run.ece),
        fit_seconds: of(|run| run.fit_seconds),
        worst: first.worst.clone(),
    }
}

/// Microseconds for one message alone, the median over messages spread over the test.
fn time_encoding(test: &Corpus<'_>, encoder: &dyn Encoder) -> Result<u64, NluError> {
    let stride = (test.utterances.len() / TIMED).max(1);
    let mut micros = Vec::with_capacity(TIMED);
    for utterance in test.utterances.iter().step_by(stride).take(TIMED) {
        let text = [super::encoder_text(&utterance.normal)];
        let start = Instant::now();
        encoder.encode_blocking(&text).map_err(NluError::Encoder)?;
        micros.push(start.elapsed().as_micros() as u64);
    }
    Ok(median(micros))
}
