//! The learning queue: what shoppers said lately that the assistant did not answer well, by meaning, with what it might
//! have been. Nothing is learnt here; a merchant decides.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::SignedDuration;

use super::{Assistant, Engine, EngineError};
use crate::{
    domain::{Author, Content, FaqId, IntentId, ShopId},
    encoder::Vector,
    insight::learning::{self, Cluster, Course, Line, Miss},
    store, text,
};

/// Conversations that are looked at, the last ones.
const CONVERSATIONS: usize = 2_000;
/// Different wordings that are gathered, those said most.
const WORDINGS: usize = 600;
/// Entries of the queue.
const ENTRIES: usize = 100;
/// Examples of each intent that the centre is taken of.
const CENTRE: usize = 12;
/// What an entry might have been, of each kind.
const SUGGESTIONS: usize = 3;
/// The longest wording that anybody learns from, in Unicode scalar values.
const LONGEST: usize = 60;

/// An entry of the queue.
#[derive(Clone, Debug)]
pub struct ToLearn {
    /// What was said.
    pub cluster: Cluster,
    /// The intents it is nearest to, with confidence.
    pub intents: Vec<(IntentId, f32)>,
    /// The FAQ it is nearest to, with scores.
    pub faq: Vec<(FaqId, f32)>,
}

impl Engine {
    /// What a shop's assistant should learn from the last days.
    ///
    /// # Errors
    /// Unknown or broken shop; the store's.
    pub async fn to_learn(&self, shop: &ShopId, days: u32) -> Result<Vec<ToLearn>, EngineError> {
        let assistant = self.parts.shops.assistant(shop)?;
        let now = self.now();
        let time = SignedDuration::from_hours(24 * i64::from(days));
        let since = now.checked_sub(time).unwrap_or(now);
        let courses = self.parts.store.courses(shop, since, CONVERSATIONS).await?;
        let dismissed = self.parts.store.dismissed_words(shop).await?;
        let known = known(&assistant);
        let learns = |miss: &Miss| {
            let letters = miss.text.chars().filter(|letter| letter.is_alphanumeric()).count();
            (1..=LONGEST).contains(&letters)
                && !dismissed.contains(&miss.text)
                && !known.contains(&text::normalize(&miss.text))
        };
        let misses: Vec<Miss> =
            courses.into_iter().flat_map(|it| learning::misses(&course(it))).filter(learns).collect();
        let misses = the_most_frequent(misses);
        let vectors = self.centred(&assistant, &misses).await;
        let vector = |text: &str| vectors.get(text).map(Vec::as_slice);
        let middle = now.checked_sub(time / 2).unwrap_or(now);
        let mut queue = Vec::new();
        for cluster in learning::cluster(&misses, vector, middle).into_iter().take(ENTRIES) {
            let words = cluster.wordings.first().map(|(text, _)| text.clone()).unwrap_or_default();
            let reading = assistant.read(&words, &self.now_in(&assistant.shop)).await;
            let ranked = reading.understanding.intents.iter().take(SUGGESTIONS);
            let intents = ranked.map(|it| (it.id.clone(), it.confidence)).collect();
            let faq = assistant.faq_hits(&reading, SUGGESTIONS);
            let faq = faq.into_iter().map(|hit| (hit.id, hit.score)).collect();
            queue.push(ToLearn { cluster, intents, faq });
        }
        Ok(queue)
    }

    /// Vectors of the wordings, from the centre of the shop's examples; without the encoder each stands by itself.
    async fn centred(&self, assistant: &Assistant, misses: &[Miss]) -> HashMap<String, Vec<f32>> {
        let texts: BTreeSet<&String> = misses.iter().map(|miss| &miss.text).collect();
        let texts: Vec<String> = texts.into_iter().cloned().collect();
        let examples = assistant.shop.intents.values().flat_map(|it| it.examples.iter().take(CENTRE));
        let examples: Vec<String> = examples.map(|example| example.text.clone()).collect();
        let encoder = &self.parts.encoder;
        match futures::future::try_join(encoder.encode(&texts), encoder.encode(&examples)).await {
            Ok((vectors, examples)) => {
                let centre = mean(&examples);
                let vectors = vectors.iter().map(|vector| learning::centred(vector, &centre));
                texts.into_iter().zip(vectors).collect()
            }
            Err(error) => {
                tracing::warn!(error = %error, "what is to be learnt is not gathered by meaning");
                HashMap::new()
            }
        }
    }
}

/// The mean of vectors of one length; empty without any.
fn mean(vectors: &[Vector]) -> Vec<f32> {
    let mut sum = vec![0.0; vectors.first().map_or(0, |vector| vector.len())];
    for vector in vectors {
        sum.iter_mut().zip(vector.iter()).for_each(|(sum, number)| *sum += number);
    }
    sum.into_iter().map(|sum: f32| sum / vectors.len() as f32).collect()
}

/// What the assistant knows by heart: it was learnt meanwhile.
fn known(assistant: &Assistant) -> BTreeSet<String> {
    let shop = &assistant.shop;
    let examples = shop.intents.values().flat_map(|it| &it.examples).map(|example| &example.text);
    let asks = shop.faq.iter().flat_map(|faq| &faq.ask);
    examples.chain(asks).map(|text| text::normalize(text)).collect()
}

fn the_most_frequent(misses: Vec<Miss>) -> Vec<Miss> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for miss in &misses {
        *counts.entry(&miss.text).or_default() += 1;
    }
    let mut texts: Vec<(&str, usize)> = counts.into_iter().collect();
    texts.sort_by_key(|(text, count)| (std::cmp::Reverse(*count), *text));
    let kept: BTreeSet<String> = texts.into_iter().take(WORDINGS).map(|(text, _)| text.to_owned()).collect();
    misses.into_iter().filter(|miss| kept.contains(&miss.text)).collect()
}

fn course(stored: store::Course) -> Course {
    let words = |message: &crate::domain::Message| {
        message.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n")
    };
    let lines = stored.messages.iter().filter_map(|(message, content)| match (&message.from, content) {
        (Author::Shopper, Some(Content::Text(text))) => {
            Some(Line::Words { text: text.clone(), at: message.at })
        }
        (Author::Shopper, Some(Content::Choice(value))) => Some(Line::Choice(value.clone())),
        (Author::Bot, _) => message.trace.as_ref().map(|trace| Line::Bot {
            intent: trace.intent.as_deref().map(IntentId::from),
            source: trace.source.clone(),
        }),
        (Author::Agent { .. }, _) => Some(Line::Person(words(message))),
        _ => None,
    });
    Course {
        conversation: stored.conversation,
        rating: stored.rating.map(|rating| rating.score),
        lines: lines.collect(),
    }
}
