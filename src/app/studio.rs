//! Where drafts are tried: an assistant of the draft on an empty stage. What serves is looked at and never changed.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use async_trait::async_trait;
use jiff::Timestamp;

use super::rehearsal::{self, Stage};
use crate::{
    domain::{Author, ConversationId, Message, Mode, ShopId, ShopperId, masking},
    encoder::Encoder,
    engine::{Assistant, Engine, FixedClock},
    retrieval,
    shop::{self, Clock, ConversationTest, Loaded, Seed},
    store::Page,
    workshop::{
        coverage::Touched,
        record::{self, Recording},
        rehearsal::{
            Answer, Case, Draft, Hit, ReadText, Recorded, RecordedFrom, RehearsalError, Rehearse, Script,
            Talk, Tested,
        },
    },
};

/// Assistants of drafts that are kept for the next try: an editor goes on with the one they have.
const KEPT: usize = 4;
/// FAQ and products that a tried text found, as many as are shown.
const HITS: usize = 3;
/// The most that a tried conversation holds.
const MESSAGES: usize = 400;

/// The telephone number that stands in tests for anybody's.
const NUMBER: &str = "13800138000";

/// A conversation that becomes a test.
struct HeldTalk {
    shopper: Option<ShopperId>,
    page: Page,
    now: Timestamp,
    messages: Vec<Message>,
    mode: Mode,
}

/// The studio of a server.
pub struct Studio {
    engine: Engine,
    encoder: Arc<dyn Encoder>,
    kept: Mutex<Vec<(String, Arc<Assistant>)>>,
}

impl Studio {
    /// Beside an engine that serves, with its encoder.
    pub fn new(engine: Engine, encoder: Arc<dyn Encoder>) -> Self {
        Self { engine, encoder, kept: Mutex::default() }
    }

    /// The draft's assistant, learnt, and what its shop begins with.
    async fn assistant(&self, draft: &Draft) -> Result<(Arc<Assistant>, Seed), RehearsalError> {
        let now = self.engine.now();
        let (tree, id) = (draft.tree.clone(), draft.shop.clone());
        let loading = move || shop::load(&tree, &id, &Clock { seeded_at: now, now });
        let loaded = tokio::task::spawn_blocking(loading).await.context("loading a draft panicked")?;
        let Loaded { shop, seed, problems, .. } = loaded;
        let shop = Arc::new(shop.ok_or(RehearsalError::Broken(problems))?);
        let key = format!("{}/{}", shop.id, shop.version);
        let known = self.kept().iter().find(|(known, _)| *known == key).map(|(_, it)| Arc::clone(it));
        let learnt = match known {
            Some(learnt) => learnt,
            None => {
                let products = seed.products.clone();
                let fresh = match self.engine.parts().shops.assistant(&shop.id) {
                    Ok(live) => Assistant::after(&live, Arc::clone(&shop), products),
                    Err(_) => Assistant::start(Arc::clone(&shop), products).map_err(anyhow::Error::from)?,
                };
                let learnt = fresh.learn(self.encoder.as_ref(), Arc::clone(&self.encoder)).await;
                learnt.map_err(anyhow::Error::from)?;
                let fresh = Arc::new(fresh);
                let mut kept = self.kept();
                kept.retain(|(known, _)| *known != key);
                kept.insert(0, (key, Arc::clone(&fresh)));
                kept.truncate(KEPT);
                fresh
            }
        };
        // Dates in the files count from now, whenever it was learnt.
        Ok((Arc::new(learnt.with_shop(shop)), seed))
    }

    /// A conversation with a shopper of the shop, no telephone number in it their own.
    async fn held(&self, shop: &ShopId, id: &ConversationId) -> Result<HeldTalk, RehearsalError> {
        let store = &self.engine.parts().store;
        let found = store.conversation(id).await.map_err(anyhow::Error::from)?;
        let conversation = found.filter(|it| it.shop == *shop).ok_or(RehearsalError::NoConversation)?;
        let mut messages = store.messages(id, 0, MESSAGES).await.map_err(anyhow::Error::from)?;
        for part in messages.iter_mut().flat_map(|message| &mut message.parts) {
            part.text = masking::replace_numbers(&part.text, &|_| NUMBER.to_owned());
        }
        let now = messages.first().map_or(conversation.created_at, |first| first.at);
        let (shopper, page, mode) = (conversation.shopper, conversation.page, conversation.mode);
        Ok(HeldTalk { shopper, page, now, messages, mode })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<(String, Arc<Assistant>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn stage(&self, draft: &Draft) -> Result<(Engine, Timestamp), RehearsalError> {
        let (assistant, seed) = self.assistant(draft).await?;
        let now = self.engine.now();
        let clock = Arc::new(FixedClock::at(now));
        Ok((rehearsal::engine_of(&assistant, seed, &self.encoder, clock).await?, now))
    }
}

#[async_trait]
impl Rehearse for Studio {
    async fn talk(&self, draft: Draft, script: Script) -> Result<Talk, RehearsalError> {
        let (engine, now) = self.stage(&draft).await?;
        let page = Page { product: script.product.map(Into::into), ..Page::default() };
        let conversation = rehearsal::open(&engine, &draft.shop, (script.shopper, page), now).await?;
        let assistant = engine.parts().shops.assistant(&draft.shop).map_err(anyhow::Error::from)?;
        let (mut read, mut refused) = (Vec::new(), None);
        let mut stage = Stage::of(engine.clone(), conversation.clone());
        for (number, content) in script.said.iter().enumerate() {
            if let crate::domain::Content::Text(text) = content {
                let reading = assistant.read(text, &engine.now_in(&assistant.shop)).await;
                let faq = assistant.faq_hits(&reading, HITS).into_iter().map(hit).collect();
                let products = assistant.product_hits(&reading, HITS).into_iter().map(hit).collect();
                let tokens = reading.utterance.tokens.into_iter().map(|token| token.text).collect();
                let understanding = reading.understanding;
                read.push(ReadText { text: text.clone(), tokens, understanding, faq, products });
            }
            if stage.say(number, content).await?.is_err() {
                refused = Some(number);
                break;
            }
        }
        let store = &engine.parts().store;
        let messages = store.messages(&conversation.id, 0, MESSAGES).await.map_err(anyhow::Error::from)?;
        let (_, state) = store.state(&conversation.id).await.map_err(anyhow::Error::from)?;
        let now = store.conversation(&conversation.id).await.map_err(anyhow::Error::from)?;
        let mode = now.map(|it| it.mode).unwrap_or_default();
        Ok(Talk { messages, read, state, mode, refused })
    }

    async fn record(&self, draft: Draft, recorded: Recorded) -> Result<(String, String), RehearsalError> {
        let path = format!("shops/{}/{}", draft.shop, record::FILE);
        let file = draft.tree.get(&path).map(str::to_owned);
        let mut held = match recorded.from {
            RecordedFrom::Conversation(id) => self.held(&draft.shop, &id).await?,
            RecordedFrom::Script(script) => {
                let (shopper, product) = (script.shopper.clone(), script.product.clone());
                let now = self.engine.now();
                let talk = self.talk(draft.clone(), script).await?;
                let page = Page { product: product.map(Into::into), ..Page::default() };
                HeldTalk { shopper, page, now, messages: talk.messages, mode: talk.mode }
            }
        };
        let (_, seed) = self.assistant(&draft).await?;
        // A test plays on the files alone: who is not in them is a guest.
        held.shopper = held.shopper.filter(|id| seed.shoppers.iter().any(|known| known.id == *id));
        let recording = Recording {
            name: &recorded.name,
            shopper: held.shopper.as_ref(),
            product: held.page.product.as_ref(),
            order: held.page.order.as_ref(),
            now: held.now,
            messages: &held.messages,
            mode: held.mode,
        };
        Ok((path, record::record(file.as_deref(), &recording)?))
    }

    async fn test(&self, draft: Draft) -> Result<Tested, RehearsalError> {
        let (learnt, _) = self.assistant(&draft).await?;
        let now = self.engine.now();
        let tests = shop::load(&draft.tree, &draft.shop, &Clock { seeded_at: now, now }).tests;
        let (mut tested, mut touched) = (Tested::default(), Touched::default());
        for test in tests {
            let held = rehearsal::hold(&draft.tree, &draft.shop, &learnt, &self.encoder, &test).await?;
            touched.add(held.touched);
            let ConversationTest { path, line, name, .. } = test;
            tested.tests.push(Case { path, line, name, difference: held.difference });
        }
        tested.coverage = rehearsal::coverage(&learnt.shop, &touched);
        Ok(tested)
    }

    async fn answer(&self, draft: Draft, questions: &[String]) -> Result<Vec<Answer>, RehearsalError> {
        let (engine, now) = self.stage(&draft).await?;
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            let conversation = rehearsal::open(&engine, &draft.shop, (None, Page::default()), now).await?;
            let mut stage = Stage::of(engine.clone(), conversation.clone());
            let said = stage.say(0, &crate::domain::Content::Text(question.clone())).await?;
            drop(said);
            let store = &engine.parts().store;
            let messages =
                store.messages(&conversation.id, 1, MESSAGES).await.map_err(anyhow::Error::from)?;
            answers.push(answer(&messages));
        }
        Ok(answers)
    }
}

fn hit<I: std::fmt::Display>(hit: retrieval::Hit<I>) -> Hit {
    let retrieval::Hit { id, title, score, why } = hit.named();
    Hit { id, title, score, legs: why }
}

/// What the bot said, as one answer.
fn answer(messages: &[Message]) -> Answer {
    let said: Vec<&Message> = messages.iter().filter(|message| message.from == Author::Bot).collect();
    let trace = said.iter().find_map(|message| message.trace.as_ref());
    let texts = said.iter().flat_map(|message| &message.parts).map(|part| part.text.as_str());
    Answer {
        intent: trace.and_then(|trace| trace.intent.clone()),
        source: trace.map(|trace| trace.source.clone()).unwrap_or_default(),
        text: texts.collect::<Vec<_>>().join("\n"),
    }
}
