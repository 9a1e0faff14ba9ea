//! A shop ready to answer: its words, its understanding, its indexes, one immutable set that is swapped whole.
//!
//! It answers by exact matches and BM25 from the first moment; with the model once its examples are learnt. What
//! neither can answer waits a little for the model.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use jiff::ZonedDateTime;
use tokio::sync::watch;

use super::readings::Readings;
use crate::{
    dialogue::{Fact, FaqMatch},
    domain::{
        Entity, EntityKind, Locale, Localized, Part, PartKind, ProductId, ProductQuery, Understanding,
        Utterance, trade::Product,
    },
    encoder::{EncodeError, Encoder, Vector},
    nlu::{Context, Nlu, NluError, TrainingSet},
    reply,
    retrieval::{self, FaqHit, ProductHit, RetrievalError, Retriever, Vectors},
    shop::Shop,
    text::{self, Lexicon},
};

/// What the encoder may take; then the words have to do.
const ENCODE_DEADLINE: Duration = Duration::from_secs(2);
/// What a message waits for the shop to be learnt; then exact matches and BM25 have to do.
const LEARNING_DEADLINE: Duration = Duration::from_secs(3);
/// FAQ candidates that the dialogue sees.
const FAQ_CANDIDATES: usize = 5;
/// Texts that are sent to the encoder at once while learning, so that shoppers' messages get between.
const LEARNT_AT_ONCE: usize = 32;

/// A shop's assistant.
pub struct Assistant {
    /// What the merchant's files say.
    pub shop: Arc<Shop>,
    /// Its products as they were loaded; the retriever knows what has changed since.
    products: Arc<Vec<Arc<Product>>>,
    lexicon: Arc<Lexicon>,
    brain: ArcSwap<Brain>,
    /// Whether there is no more learning to wait for.
    learnt: watch::Sender<bool>,
}

/// What is learnt: the examples by heart at first, then with vectors.
#[derive(Clone)]
struct Brain {
    /// The version of the shop that it was learnt from, and how.
    of: Arc<Shop>,
    learnt: Learnt,
    nlu: Arc<Nlu>,
    /// The products that the retriever was built of.
    products: Arc<Vec<Arc<Product>>>,
    retriever: Arc<Retriever>,
    encoder: Option<Arc<dyn Encoder>>,
    readings: Readings,
}

/// How a version of a shop was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// Without vectors: by heart, or by words where there was no encoder to be had.
    WithoutVectors,
    /// From what an edit has made new, on top of what the version before had learnt.
    Quickly,
    /// From all its examples.
    Wholly,
}

/// What the shopper was just asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What an answer would mean.
    pub context: Context,
    /// The kinds of values that would answer it, the likelier first.
    pub values: Vec<EntityKind>,
    /// Whether many wait: words that the model has not seen before are then understood without it.
    pub hurried: bool,
}

/// A message read and understood.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its words.
    pub utterance: Utterance,
    /// What they mean.
    pub understanding: Understanding,
    /// The vector of the whole message, when the encoder gave one.
    pub vector: Option<Vector>,
    /// FAQ that it may ask, once they were looked for.
    faq: Arc<OnceLock<Vec<FaqMatch>>>,
}

/// Why a shop can't be put into service.
#[derive(Debug, thiserror::Error)]
pub enum AssistantError {
    /// Its examples can't be learnt.
    #[error("the shop's examples can't be learnt")]
    Nlu(#[from] NluError),
    /// Its indexes can't be built.
    #[error("the shop's indexes can't be built")]
    Retrieval(#[from] RetrievalError),
    /// The encoder failed.
    #[error("the shop's texts can't be encoded")]
    Encoder(#[from] EncodeError),
}

impl Assistant {
    /// A shop that knows its examples by heart; [`Assistant::learn`] does the rest.
    ///
    /// # Errors
    /// No examples at all, or an index that can't be built.
    pub fn start(shop: Arc<Shop>, products: Vec<Product>) -> Result<Self, AssistantError> {
        let nlu = Nlu::by_heart(&TrainingSet::new(&shop.intents, text::normalize))?;
        let lexicon = Arc::new(Lexicon::new(retrieval::shop_words(&shop), &products));
        let products: Arc<Vec<Arc<Product>>> = Arc::new(products.into_iter().map(Arc::new).collect());
        let retriever = Arc::new(Retriever::build(&shop, &products, &Vectors::default())?);
        let brain = Brain {
            of: Arc::clone(&shop),
            learnt: Learnt::WithoutVectors,
            nlu: Arc::new(nlu),
            products: Arc::clone(&products),
            retriever,
            encoder: None,
            readings: Readings::default(),
        };
        Ok(Self::with_brain(shop, products, lexicon, brain))
    }

    /// A new version of a shop with the brain of the one that serves, for [`Assistant::learn`] to build upon. It is
    /// not for serving before that.
    pub fn after(before: &Self, shop: Arc<Shop>, products: Vec<Product>) -> Self {
        let mut brain =
            Brain { encoder: None, readings: Readings::default(), ..Brain::clone(&before.brain.load()) };
        let lexicon = Arc::new(Lexicon::new(retrieval::shop_words(&shop), &products));
        // Most edits leave the products as they are, and a large catalog takes its time to index.
        let current = brain.retriever.all_products();
        let same = current.iter().map(AsRef::as_ref).eq(&products);
        let products = Arc::new(if same { current } else { products.into_iter().map(Arc::new).collect() });
        if same {
            brain.products = Arc::clone(&products);
        }
        Self::with_brain(shop, products, lexicon, brain)
    }

    fn with_brain(
        shop: Arc<Shop>,
        products: Arc<Vec<Arc<Product>>>,
        lexicon: Arc<Lexicon>,
        brain: Brain,
    ) -> Self {
        let (brain, learnt) = (ArcSwap::from_pointee(brain), watch::Sender::new(false));
        Self { shop, products, lexicon, brain, learnt }
    }

    /// Adds products or puts them in the place of those of the same ids, and takes others away: from then on searches
    /// find them so, and recommendations as soon as they are made anew. What the shop's store says of them is the
    /// caller's business, and comes first. Takes some milliseconds, on a thread that may block.
    ///
    /// # Errors
    /// An index that can't be changed; then nothing has changed.
    pub fn update_products(
        &self,
        changed: Vec<Product>,
        removed: &[ProductId],
    ) -> Result<(), AssistantError> {
        let changed: Vec<Arc<Product>> = changed.into_iter().map(Arc::new).collect();
        Ok(self.brain.load().retriever.update_products(&changed, removed)?)
    }

    /// Learns the shop's examples with `learning` (whose vectors are kept) and from then on reads messages with
    /// `reading` (whose are not). A small edit is learnt on top of what the version before had learnt:
    /// [`Learnt::Quickly`] says that [`Assistant::learn_anew`] should follow.
    ///
    /// # Errors
    /// The encoder's; the shop goes on by words.
    pub async fn learn(
        &self,
        learning: &dyn Encoder,
        reading: Arc<dyn Encoder>,
    ) -> Result<Learnt, AssistantError> {
        let learnt = match self.encode_and_fit(learning).await {
            Ok(brain) => {
                let learnt = brain.learnt;
                self.brain.store(Arc::new(Brain {
                    encoder: Some(reading),
                    readings: Readings::default(),
                    ..brain
                }));
                Ok(learnt)
            }
            Err(error) => {
                let set = TrainingSet::new(&self.shop.intents, text::normalize);
                let nlu = Arc::new(fit(move || Nlu::fit(&set)).await?);
                let base = self.brain.load_full();
                let retriever = self.retriever(&base, Vectors::default()).await?;
                self.brain.store(Arc::new(self.brain_of(Learnt::WithoutVectors, nlu, retriever)));
                Err(error)
            }
        };
        self.learnt.send_replace(true);
        learnt
    }

    /// Learns from the whole of the examples, nothing taken over, so that the same files understand the same.
    ///
    /// # Errors
    /// The encoder's; what was learnt before stays in use.
    pub async fn learn_anew(&self, learning: &dyn Encoder) -> Result<(), AssistantError> {
        let set = self.encoded_set(learning).await?;
        let nlu = Arc::new(fit(move || Nlu::fit(&set)).await?);
        let learnt = Learnt::Wholly;
        self.brain.rcu(|brain| {
            let (nlu, readings) = (Arc::clone(&nlu), Readings::default());
            Brain { nlu, learnt, readings, ..Brain::clone(brain) }
        });
        Ok(())
    }

    async fn encode_and_fit(&self, encoder: &dyn Encoder) -> Result<Brain, AssistantError> {
        let base = self.brain.load_full();
        let (nlu, learnt) = if base.learnt != Learnt::WithoutVectors && base.of.intents == self.shop.intents {
            (Arc::clone(&base.nlu), base.learnt)
        } else {
            let set = self.encoded_set(encoder).await?;
            let base = Arc::clone(&base);
            let (nlu, learnt) = fit(move || {
                let edited = (base.learnt != Learnt::WithoutVectors).then(|| base.nlu.edited(&set));
                match edited.transpose()?.flatten() {
                    Some(nlu) => Ok((nlu, Learnt::Quickly)),
                    None => Ok((Nlu::fit(&set)?, Learnt::Wholly)),
                }
            })
            .await?;
            (Arc::new(nlu), learnt)
        };
        let texts: Vec<String> = retrieval::texts(&self.shop, &self.products).into_iter().collect();
        let encoded = encode_in_turns(encoder, &texts).await?;
        let vectors: Vectors = texts.into_iter().zip(encoded).collect();
        let retriever = self.retriever(&base, vectors).await?;
        Ok(self.brain_of(learnt, nlu, retriever))
    }

    /// The shop's indexes; that of the products is taken over where it would be the same.
    async fn retriever(&self, base: &Brain, vectors: Vectors) -> Result<Arc<Retriever>, AssistantError> {
        let (shop, products) = (Arc::clone(&self.shop), Arc::clone(&self.products));
        let same = Arc::ptr_eq(&base.products, &products) && base.of.glossary == shop.glossary;
        let known = same.then(|| Arc::clone(&base.retriever));
        let building = move || match known {
            Some(known) => known.with_vectors(&shop, &vectors),
            None => Retriever::build(&shop, &products, &vectors),
        };
        let built = tokio::task::spawn_blocking(building).await.map_err(|_| RetrievalError::Panicked)?;
        Ok(Arc::new(built?))
    }

    fn brain_of(&self, learnt: Learnt, nlu: Arc<Nlu>, retriever: Arc<Retriever>) -> Brain {
        let (of, products) = (Arc::clone(&self.shop), Arc::clone(&self.products));
        Brain { of, learnt, nlu, products, retriever, encoder: None, readings: Readings::default() }
    }

    async fn encoded_set(&self, encoder: &dyn Encoder) -> Result<TrainingSet, AssistantError> {
        let mut set = TrainingSet::new(&self.shop.intents, text::normalize);
        set.attach(encode_in_turns(encoder, &set.texts()).await?, *encoder.fingerprint());
        Ok(set)
    }

    /// Every text that learning encodes; their vectors ship with the model for what the binary brings along.
    pub fn texts(shop: &Shop, products: &[Product]) -> BTreeSet<String> {
        let examples = TrainingSet::new(&shop.intents, text::normalize).texts();
        examples.into_iter().chain(retrieval::texts(shop, products)).collect()
    }

    /// The same understanding for another version of the shop's files that has the same examples.
    pub fn with_shop(&self, shop: Arc<Shop>) -> Self {
        Self {
            shop,
            products: Arc::clone(&self.products),
            lexicon: Arc::clone(&self.lexicon),
            brain: ArcSwap::new(self.brain.load_full()),
            learnt: watch::Sender::new(*self.learnt.borrow()),
        }
    }

    /// Its catalog, with the stock that the shop's files began with. Of a very large one only the best sold.
    pub(super) fn products(&self, most: usize) -> Arc<Vec<Product>> {
        let mut products = self.brain.load().retriever.all_products();
        if most < products.len() {
            products.sort_by_key(|product| std::cmp::Reverse(product.sales));
            products.truncate(most);
        }
        Arc::new(products.iter().map(|product| Product::clone(product)).collect())
    }

    /// Reads messages with another encoder from now on.
    pub fn read_with(&self, encoder: Arc<dyn Encoder>) {
        self.brain.rcu(|brain| Brain {
            encoder: Some(Arc::clone(&encoder)),
            readings: Readings::default(),
            ..Brain::clone(brain)
        });
    }

    /// Whether the model is in use.
    pub fn is_ready(&self) -> bool {
        self.brain.load().encoder.is_some()
    }

    /// Reads and understands a message by itself. Never fails: without a vector, words decide.
    pub async fn read(&self, words: &str, now: &ZonedDateTime) -> Reading {
        self.read_answer(words, now, &Asked::default()).await
    }

    /// The same in the light of what the shopper was just asked.
    #[tracing::instrument(name = "read", level = "debug", skip_all)]
    pub async fn read_answer(&self, words: &str, now: &ZonedDateTime, asked: &Asked) -> Reading {
        let started = Instant::now();
        let key = Readings::key(words, asked, now.date());
        let known = self.brain.load().readings.find(&key);
        if let Some(mut known) = known {
            known.understanding.micros = micros_since(started);
            return known;
        }
        let mut utterance = text::read(&self.lexicon, words, now);
        if let Some(value) = bare_answer(&utterance, &asked.values, now) {
            utterance.entities = vec![value];
        }
        if !*self.learnt.borrow() && !self.brain.load().nlu.knows(&utterance) {
            let mut learnt = self.learnt.subscribe();
            // A message is better understood a little later than not at all.
            let _ = tokio::time::timeout(LEARNING_DEADLINE, learnt.wait_for(|learnt| *learnt)).await;
        }
        let brain = self.brain.load_full();
        let message = brain.nlu.prepare(&utterance);
        let vectors = encode(&brain, &message.texts, asked.hurried).await;
        let mut understanding = brain.nlu.understand(&message, &vectors, &asked.context);
        understanding.micros = micros_since(started);
        metrics::histogram!("xiaoer_understand_seconds").record(started.elapsed().as_secs_f64());
        let whole = brain.encoder.is_some() && vectors.len() == message.texts.len();
        drop(message);
        let vector = vectors.into_iter().next();
        let reading = Reading { vector, understanding, faq: Arc::default(), utterance };
        if whole {
            brain.readings.keep(key, &reading);
        }
        reading
    }

    /// FAQ that a message may ask.
    pub(super) fn find_faq(&self, reading: Option<&Reading>) -> Vec<FaqMatch> {
        let Some(reading) = reading else { return Vec::new() };
        let find = || {
            let hits = self.faq_hits(reading, FAQ_CANDIDATES).into_iter();
            hits.map(|hit| FaqMatch { id: hit.id, score: hit.score }).collect()
        };
        reading.faq.get_or_init(find).clone()
    }

    /// FAQ hits with their scores.
    pub fn faq_hits(&self, reading: &Reading, limit: usize) -> Vec<FaqHit> {
        self.brain.load().retriever.faq(&reading.utterance, reading.vector.as_deref(), limit)
    }

    /// Product hits with their scores, filters taken from the words.
    pub fn product_hits(&self, reading: &Reading, limit: usize) -> Vec<ProductHit> {
        let brain = self.brain.load();
        let query = brain.retriever.understand_query(&reading.utterance);
        brain.retriever.products(&query, reading.vector.as_deref(), limit)
    }

    /// What a message searches for; refines the last search where the words do.
    pub(super) fn search(
        &self,
        reading: Option<&Reading>,
        previous: Option<&ProductQuery>,
        limit: usize,
    ) -> Fact {
        let Some(reading) = reading else { return Fact::Unavailable };
        let retriever = &self.brain.load().retriever;
        let refined = previous.and_then(|previous| retriever.refine(previous, &reading.utterance));
        let was_refined = refined.is_some();
        let query = refined.unwrap_or_else(|| retriever.understand_query(&reading.utterance));
        let products = self.find_products(&query, Some(reading), limit);
        Fact::Found { query, refined: was_refined, products }
    }

    /// Products that fit a query.
    pub(super) fn find_products(
        &self,
        query: &ProductQuery,
        reading: Option<&Reading>,
        limit: usize,
    ) -> Vec<Product> {
        // The vector speaks for the message's own words, not for those of an earlier search.
        let vector = reading
            .filter(|reading| query.words.split(' ').all(|word| reading.utterance.normal.contains(word)))
            .and_then(|reading| reading.vector.as_deref());
        let found = self.brain.load().retriever.found(query, vector, limit);
        found.into_iter().map(|(_, product)| Product::clone(&product)).collect()
    }

    /// The shop's stickers: ids and what they show, in the merchant's order.
    pub fn stickers(&self, locale: Locale) -> Vec<(String, String)> {
        let mut stickers: Vec<_> = self.shop.stickers.iter().collect();
        stickers.sort_by_key(|(_, sticker)| sticker.place);
        stickers.into_iter().map(|(id, sticker)| (id.clone(), self.shown(&sticker.alt, locale))).collect()
    }

    /// The part that says a sticker; `None` when the shop has none of this name.
    pub(super) fn sticker_part(&self, id: &str, locale: Locale) -> Option<Part> {
        let alt = self.shown(&self.shop.stickers.get(id)?.alt, locale);
        Some(Part { text: format!("[{alt}]"), kind: PartKind::Sticker { id: id.to_owned(), alt } })
    }

    /// A text of the merchant's as a reader of the language has it.
    fn shown(&self, text: &Localized, locale: Locale) -> String {
        let words = text.get(locale);
        if locale == Locale::ZhHant { text::to_traditional(words) } else { words.to_owned() }
    }

    /// A notice of the engine's own, such as "a person has joined", in the reader's language.
    pub(super) fn notice(&self, key: &str, slots: &[(&str, &str)], locale: Locale) -> String {
        let words = reply::words(&self.shop, key, slots, locale);
        if locale == Locale::ZhHant { text::to_traditional(&words) } else { words }
    }
}

/// The value that a message is when it is nothing but an answer; what names something by itself stays what it is.
fn bare_answer(utterance: &Utterance, kinds: &[EntityKind], now: &ZonedDateTime) -> Option<Entity> {
    let numbers = [EntityKind::OrderNo, EntityKind::TrackingNo, EntityKind::Phone];
    let names = |entity: &Entity| kinds.contains(&entity.kind) || numbers.contains(&entity.kind);
    if utterance.entities.iter().any(names) {
        return None;
    }
    kinds.iter().find_map(|kind| text::read_as(utterance, *kind, now))
}

fn micros_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Encodes texts some at a time, so that shoppers' messages get between.
async fn encode_in_turns(encoder: &dyn Encoder, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
    let mut vectors = Vec::with_capacity(texts.len());
    for some in texts.chunks(LEARNT_AT_ONCE) {
        vectors.extend(encoder.encode(some).await?);
    }
    Ok(vectors)
}

/// Fits on a thread of its own: it takes its time.
async fn fit<T: Send + 'static>(
    how: impl FnOnce() -> Result<T, NluError> + Send + 'static,
) -> Result<T, NluError> {
    tokio::task::spawn_blocking(how).await.map_err(|_| NluError::Panicked)?
}

/// The vectors of a message's texts, or none when the encoder is busy, late or absent.
async fn encode(brain: &Brain, texts: &[String], hurried: bool) -> Vec<Vector> {
    let Some(encoder) = &brain.encoder else { return Vec::new() };
    if texts.is_empty() {
        return Vec::new();
    }
    if hurried {
        return encoder.at_hand(texts).unwrap_or_default();
    }
    match tokio::time::timeout(ENCODE_DEADLINE, encoder.encode(texts)).await {
        Ok(Ok(vectors)) => vectors,
        Ok(Err(error)) => {
            metrics::counter!("xiaoer_encoder_failures_total").increment(1);
            tracing::warn!(error = %error, "a message is understood by words alone");
            Vec::new()
        }
        Err(_) => {
            metrics::counter!("xiaoer_encoder_failures_total").increment(1);
            tracing::warn!("the encoder took too long: a message is understood by words alone");
            Vec::new()
        }
    }
}
