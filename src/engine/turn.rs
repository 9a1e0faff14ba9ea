//! The path of a message, once, from top to bottom.
//!
//! [`take`] is what a newcomer reads first. Every stage but the commit may fail without taking the answer with
//! it: no vector → words alone; no search → the flow alone; no shop system → the reply says so.

use std::time::{Duration, Instant};

use jiff::{Timestamp, ZonedDateTime};

use super::{
    Engine,
    assistant::{Asked, Assistant, Reading},
};
use crate::{
    backend::Backend,
    dialogue::{self, Fact, Facts, Input, Page, Query, Source, Step, Turn},
    domain::{
        Act, Author, ChangeOutcome, Content, DialogueState, Handoff, Mode, ShopId, ShopperId, Trace,
        trade::{Product, Shopper},
    },
    nlu::Context,
    reply,
    shop::Shop,
    store::{NewAnswer, Pending, TurnCommit},
    text,
};

/// The step may ask for facts so many times; then it has to decide with what it has.
const FACT_ROUNDS: usize = 3;
/// Lines of a shopper's orders whose products are looked up.
const LINES_LOOKED_AT: usize = 40;
/// What the shop's own system may take to answer.
const BACKEND_DEADLINE: Duration = Duration::from_secs(3);

/// What a turn is about.
#[derive(Clone, Debug)]
pub(super) enum Due {
    /// A shopper's message.
    Message { seq: u64, content: Content },
    /// The outcome of a change.
    Outcome { key: String, outcome: ChangeOutcome },
    /// Something about the conversation has changed, such as who the shopper is.
    Wake,
    /// The shopper has been silent for some time.
    Silence,
}

/// Takes one turn: reads, understands, finds, decides, words, and returns what is to be committed.
pub(super) async fn take(engine: &Engine, assistant: &Assistant, pending: &Pending, due: &Due) -> TurnCommit {
    let started = Instant::now();
    let shop = &assistant.shop;
    let now = engine.now_in(shop);
    let reading = match due {
        Due::Message { content: Content::Text(words), .. } => {
            let asked = Asked {
                context: Context { expecting: dialogue::expected(&pending.state) },
                values: dialogue::asked_for(&pending.state),
                hurried: engine.door.is_hurried(),
            };
            Some(assistant.read_answer(words, &now, &asked).await)
        }
        _ => None,
    };
    let turn = turn(engine, assistant, pending, due, reading.as_ref(), &now).await;
    let (state, acts, source) = decide(engine, assistant, &pending.state, &turn, reading.as_ref()).await;
    let render = || reply::render(shop, &state, &acts, &now, &text::to_traditional);
    let messages = tracing::debug_span!("reply").in_scope(render);
    let trace = Trace {
        intent: source.intent.as_ref().map(ToString::to_string),
        confidence: source.confidence,
        source: source.name,
        micros: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
    };
    let handoff = acts.iter().find_map(|act| match act {
        Act::Handoff(handoff) => Some(handoff.clone()),
        _ => None,
    });
    let look_again_at = look_again_at(shop, due, &state, &acts, &now);
    TurnCommit {
        conversation: pending.conversation.id.clone(),
        expected_version: pending.conversation.version,
        answered_up_to: if let Due::Message { seq, .. } = due { *seq } else { 0 },
        answered_outcomes: if let Due::Outcome { key, .. } = due { vec![key.clone()] } else { Vec::new() },
        state,
        messages: messages
            .into_iter()
            .map(|parts| NewAnswer { from: Author::Bot, parts, trace: Some(trace.clone()) })
            .collect(),
        mode: new_mode(turn.mode, handoff.as_ref(), turn.people_open),
        handoff,
        contact: acts
            .iter()
            .find_map(|act| if let Act::Contact(how) = act { Some(how.clone()) } else { None }),
        once: acts
            .iter()
            .filter_map(|act| if let Act::Once(key) = act { Some(key.clone()) } else { None })
            .collect(),
        look_again_at,
        outbox: acts
            .into_iter()
            .filter_map(|act| if let Act::Change(change) = act { Some(change) } else { None })
            .collect(),
        at: engine.now(),
    }
}

/// When to look at the silence that follows: a while after the shopper's words, or when the step says so.
fn look_again_at(
    shop: &Shop,
    due: &Due,
    state: &DialogueState,
    acts: &[Act],
    now: &ZonedDateTime,
) -> Option<Timestamp> {
    let asked = acts.iter().find_map(|act| if let Act::LookAgain(at) = act { Some(*at) } else { None });
    let begins = !matches!(due, Due::Silence);
    asked.or_else(|| {
        let at =
            begins.then(|| dialogue::looks_again_at(&shop.policy, state, now.timestamp(), now.time_zone()));
        at.flatten()
    })
}

/// A handoff leads into the queue, or out of hours to a message.
fn new_mode(mode: Mode, handoff: Option<&Handoff>, people_open: bool) -> Option<Mode> {
    let wanted = if people_open { Mode::Queue } else { Mode::Message };
    handoff.filter(|_| mode != wanted && mode != Mode::Agent).map(|_| wanted)
}

/// What the step is told about the turn.
async fn turn(
    engine: &Engine,
    assistant: &Assistant,
    pending: &Pending,
    due: &Due,
    reading: Option<&Reading>,
    now: &ZonedDateTime,
) -> Turn {
    let conversation = &pending.conversation;
    let input = match due {
        Due::Message { content, .. } => Input::Said {
            content: content.clone(),
            utterance: reading.map(|reading| reading.utterance.clone()),
            understanding: reading.map(|reading| reading.understanding.clone()),
        },
        Due::Outcome { key, outcome } => Input::Outcome { key: key.clone(), outcome: outcome.clone() },
        Due::Wake => Input::Wake,
        Due::Silence => Input::Silence,
    };
    Turn {
        input,
        shopper: shopper(engine, assistant, pending).await,
        page: Page { product: conversation.page.product.clone(), order: conversation.page.order.clone() },
        can_sign_in: true,
        people_open: dialogue::people_answer(&assistant.shop.hours, now),
        assist: assistant
            .shop
            .handoff
            .assist
            .as_ref()
            .is_some_and(|hours| dialogue::people_answer(hours, now)),
        mode: conversation.mode,
        now: now.clone(),
    }
}

/// Who it is, when the shop has proved it. A shop system that doesn't answer leaves the name out, not the turn.
async fn shopper(engine: &Engine, assistant: &Assistant, pending: &Pending) -> Option<Shopper> {
    let id = pending.conversation.shopper.as_ref()?;
    let answer =
        tokio::time::timeout(BACKEND_DEADLINE, engine.parts.backend.shopper(&assistant.shop.id, id)).await;
    let known = answer.ok().and_then(Result::ok).flatten();
    Some(known.unwrap_or_else(|| Shopper {
        id: id.clone(),
        name: String::new(),
        phone: String::new(),
        level: String::new(),
        points: 0,
        locale: None,
        note: String::new(),
    }))
}

/// Calls the pure step until it has the facts it needs.
#[tracing::instrument(level = "debug", skip_all)]
async fn decide(
    engine: &Engine,
    assistant: &Assistant,
    state: &DialogueState,
    turn: &Turn,
    reading: Option<&Reading>,
) -> (DialogueState, Vec<Act>, Source) {
    let mut facts = Facts::default();
    for _ in 0..=FACT_ROUNDS {
        match dialogue::step(&assistant.shop, state.clone(), turn, &facts) {
            Step::Done(state, acts, source) => return (*state, acts, source),
            Step::Need(queries) => {
                for query in queries {
                    let fact = fetch(engine, assistant, reading, &query).await;
                    facts.insert(query, fact);
                }
            }
        }
    }
    // A flow that never has enough is a defect; the shopper gets an honest answer all the same.
    tracing::error!(shop.id = %assistant.shop.id, "the dialogue step asked for facts more than {FACT_ROUNDS} times");
    let act = Act::Say { key: "trouble.system".to_owned(), slots: Vec::new() };
    (state.clone(), vec![act], Source { name: "unknown".to_owned(), ..Source::default() })
}

/// Answers one query from the indexes or the shop's system.
#[tracing::instrument(name = "fact", level = "debug", skip_all)]
async fn fetch(engine: &Engine, assistant: &Assistant, reading: Option<&Reading>, query: &Query) -> Fact {
    match query {
        Query::Faq => Fact::Faq(assistant.find_faq(reading)),
        Query::Search { previous, limit } => assistant.search(reading, previous.as_ref(), *limit),
        Query::Products(query, limit) => Fact::Products(assistant.find_products(query, reading, *limit)),
        Query::SaidOnce(keys) => match engine.parts.store.said_once(&assistant.shop.id, keys).await {
            Ok(said) => Fact::Keys(said),
            Err(error) => {
                tracing::warn!(error = %error, "what was said once can't be read");
                Fact::Unavailable
            }
        },
        _ => match tokio::time::timeout(BACKEND_DEADLINE, from_backend(engine, assistant, query)).await {
            Ok(Ok(fact)) => fact,
            Ok(Err(error)) => {
                let error = error.with_causes();
                tracing::warn!(shop.id = %assistant.shop.id, error, "the shop's system gave no answer");
                Fact::Unavailable
            }
            Err(_) => {
                tracing::warn!(shop.id = %assistant.shop.id, "the shop's system did not answer in time");
                Fact::Unavailable
            }
        },
    }
}

async fn from_backend(
    engine: &Engine,
    assistant: &Assistant,
    query: &Query,
) -> Result<Fact, crate::backend::BackendError> {
    let (backend, shop) = (&engine.parts.backend, &assistant.shop.id);
    Ok(match query {
        Query::Orders(shopper) => Fact::Orders(backend.orders_of(shop, shopper).await?),
        Query::Order(shopper, order) => {
            let found = backend.order(shop, order).await?;
            Fact::Orders(found.into_iter().filter(|order| order.shopper == *shopper).collect())
        }
        Query::Tickets(shopper) => Fact::Tickets(backend.tickets_of(shop, shopper).await?),
        Query::Wallet(shopper) => Fact::Wallet(backend.wallet(shop, shopper).await?),
        Query::Bought(shopper) => Fact::Products(bought(backend.as_ref(), shop, shopper).await?),
        Query::Product(id) => Fact::Products(backend.product(shop, id).await?.into_iter().collect()),
        Query::Recommend(wish) => engine.recommend(assistant, wish).await?,
        Query::Products(..) | Query::Search { .. } | Query::Faq | Query::SaidOnce(_) => Fact::Unavailable,
    })
}

/// The products of a shopper's last orders, each once, those bought last first.
async fn bought(
    backend: &dyn Backend,
    shop: &ShopId,
    shopper: &ShopperId,
) -> Result<Vec<Product>, crate::backend::BackendError> {
    let orders = backend.orders_of(shop, shopper).await?;
    let mut products: Vec<Product> = Vec::new();
    for line in orders.iter().flat_map(|order| &order.lines).take(LINES_LOOKED_AT) {
        if !products.iter().any(|product| product.id == line.product) {
            products.extend(backend.product(shop, &line.product).await?);
        }
    }
    Ok(products)
}
