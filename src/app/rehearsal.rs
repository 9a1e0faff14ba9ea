//! Conversation tests: each is held with an engine of its own, on a fresh store, at the time it names.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    accounts::tokens,
    dialogue,
    domain::{Content, DialogueState, Message, Part, ShopId, ShopperId, SlotValue},
    encoder::Encoder,
    engine::{Assistant, Clock as _, Engine, FixedClock, Said, Shops},
    shop::{self, Clock, Clocks, ConversationTest, Expectation, TestTurn, Tree},
    store::{self, Conversation, NewConversation, Page, Staff, Upload},
    workshop::coverage::{Coverage, Touched},
};

/// The most messages of a conversation that are looked through for what they touch.
const MESSAGES: usize = 1000;

/// What came of the tests.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The tests, in the order they were held.
    pub tests: Vec<Case>,
    /// How much of each shop its tests touch.
    pub coverage: Vec<(ShopId, Coverage)>,
    /// Shops whose tests can't be held since their files have errors.
    pub broken: Vec<ShopId>,
}

impl Outcome {
    /// How many tests held.
    pub fn passed(&self) -> usize {
        self.tests.iter().filter(|case| case.difference.is_none()).count()
    }

    /// How many did not, a shop whose tests can't be held being one.
    pub fn failed(&self) -> usize {
        self.tests.len() - self.passed() + self.broken.len()
    }
}

/// A test that was held.
#[derive(Clone, Debug)]
pub struct Case {
    /// The shop.
    pub shop: ShopId,
    /// The test's file, inside the tree.
    pub path: String,
    /// The line it begins on, from 1.
    pub line: u32,
    /// What the merchant calls it.
    pub name: String,
    /// What was said and the first thing that differed, if anything did.
    pub difference: Option<String>,
    /// How long it took.
    pub took: Duration,
}

/// Runs the tests of every shop whose file is `wanted`.
///
/// # Errors
/// A shop that can't be put together; what a test finds wrong is in the outcome.
pub async fn run(
    tree: &Tree,
    encoder: &Arc<dyn Encoder>,
    wanted: &dyn Fn(&str) -> bool,
) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    for (id, loaded) in shop::load_all(tree, &Clocks::now()).shops {
        let tests: Vec<ConversationTest> =
            loaded.tests.into_iter().filter(|test| wanted(&test.path)).collect();
        let Some(shop) = loaded.shop else {
            outcome.broken.push(id);
            continue;
        };
        if tests.is_empty() {
            continue;
        }
        // One understanding serves all tests; what depends on the date is loaded anew for each.
        let learnt = Assistant::start(Arc::new(shop), loaded.seed.products)?;
        learnt.learn(encoder.as_ref(), Arc::clone(encoder)).await?;
        let mut touched = Touched::default();
        for test in tests {
            let began = Instant::now();
            let held = hold(tree, &id, &learnt, encoder, &test).await?;
            touched.add(held.touched);
            let (shop, difference) = (id.clone(), held.difference);
            let ConversationTest { path, line, name, .. } = test;
            outcome.tests.push(Case { shop, path, line, name, difference, took: began.elapsed() });
        }
        outcome.coverage.push((id, coverage(&learnt.shop, &touched)));
    }
    Ok(outcome)
}

/// How much of a shop was touched.
pub(super) fn coverage(shop: &shop::Shop, touched: &Touched) -> Coverage {
    Coverage::of(shop, dialogue::keys::sentences(), touched)
}

/// A conversation under test.
pub(super) struct Stage {
    engine: Engine,
    /// Set forward where time is to pass.
    clock: Option<Arc<FixedClock>>,
    conversation: Conversation,
    /// The last message seen by the expectations so far.
    seen: u64,
    /// What was said, for the report.
    script: Vec<String>,
}

/// What came of one test.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    /// What was said and the first thing that differed, if anything did.
    pub(super) difference: Option<String>,
    /// What came up in it.
    pub(super) touched: Touched,
}

/// Holds one test's conversation.
pub(super) async fn hold(
    tree: &Tree,
    id: &ShopId,
    learnt: &Assistant,
    encoder: &Arc<dyn Encoder>,
    test: &ConversationTest,
) -> anyhow::Result<Held> {
    let now = test.now.unwrap_or_else(Timestamp::now);
    let loaded = shop::load(tree, id, &Clock { seeded_at: now, now });
    let Some(shop) = loaded.shop else {
        let difference = Some("the shop's files have errors at that time".to_owned());
        return Ok(Held { difference, ..Held::default() });
    };
    let assistant = Arc::new(learnt.with_shop(Arc::new(shop)));
    let clock = Arc::new(FixedClock::at(now));
    let engine = engine_of(&assistant, loaded.seed, encoder, Arc::clone(&clock)).await?;
    let page = Page { product: test.page_product.clone(), order: test.page_order.clone(), url: None };
    let conversation = open(&engine, id, (test.shopper.clone(), page), now).await?;
    let mut stage = Stage { clock: Some(clock), ..Stage::of(engine, conversation) };
    for (number, turn) in test.turns.iter().enumerate() {
        let checked = match turn {
            TestTurn::Shopper { content, .. } => stage.say(number, content).await?,
            TestTurn::Agent { text, .. } => stage.say_as_agent(number, text).await?,
            TestTurn::Wait { time, .. } => stage.wait(*time).await?,
            TestTurn::Bot(expected) => stage.check(expected).await?,
        };
        if let Err(difference) = checked {
            let script = stage.script.join("\n");
            let difference = Some(format!("{script}\n    ✗ {difference}"));
            return Ok(Held { difference, touched: stage.touched(&assistant.shop).await? });
        }
    }
    Ok(Held { difference: None, touched: stage.touched(&assistant.shop).await? })
}

/// An engine of one assistant over a store of its own.
pub(super) async fn engine_of(
    assistant: &Arc<Assistant>,
    seed: shop::Seed,
    encoder: &Arc<dyn Encoder>,
    clock: Arc<FixedClock>,
) -> anyhow::Result<Engine> {
    let store = store::MemoryStore::shared();
    store.seed(&assistant.shop.id, super::seed(seed, clock.now())).await?;
    let shops = Shops::default();
    shops.open(assistant);
    Ok(super::engine(store, Arc::clone(encoder), clock, shops))
}

/// A conversation of somebody on a page.
pub(super) async fn open(
    engine: &Engine,
    shop: &ShopId,
    (shopper, page): (Option<ShopperId>, Page),
    now: Timestamp,
) -> anyhow::Result<Conversation> {
    let (_, token_hash) = tokens::new();
    let new = NewConversation {
        id: tokens::random_id().into(),
        shop: shop.clone(),
        token_hash,
        token_expires_at: now + std::time::Duration::from_secs(86400),
        shopper,
        locale: Default::default(),
        page,
        at: now,
    };
    Ok(engine.parts().store.open(new).await?)
}

impl Stage {
    /// A conversation that has just begun.
    pub(super) fn of(engine: Engine, conversation: Conversation) -> Self {
        Self { engine, clock: None, conversation, seen: 0, script: Vec::new() }
    }

    /// Says it and waits for the answer; the inner error is why it can't be said.
    pub(super) async fn say(
        &mut self,
        number: usize,
        content: &Content,
    ) -> anyhow::Result<Result<(), String>> {
        let content = self.by_label(content).await?;
        if let Content::Image(id) = &content {
            self.upload(id).await?;
        }
        self.script.push(format!("    > {}", words(&content)));
        let said = self.engine.say(&self.conversation, &format!("t{number}"), content).await?;
        self.engine.settle(&self.conversation.id).await?;
        Ok(match said {
            Said::Stored { .. } => Ok(()),
            Said::IdReused => Err("the id was used before".to_owned()),
            Said::Overloaded { .. } => Err("too much is being tried at once".to_owned()),
            Said::BadChoice => Err("that choice was not offered, or does not exist".to_owned()),
        })
    }

    /// A picture of this name, uploaded before it is said. What it shows is nothing to the assistant.
    async fn upload(&self, id: &str) -> anyhow::Result<()> {
        let (width, height) = (1, 1);
        let picture = Upload {
            id: id.into(),
            conversation: self.conversation.id.clone(),
            agent: None,
            mime: "image/jpeg".to_owned(),
            width,
            height,
            bytes: Vec::new(),
            at: self.engine.now(),
        };
        self.engine.parts().store.add_upload(picture, u32::MAX).await?;
        Ok(())
    }

    /// Time passes; whatever wakes by itself does.
    async fn wait(&mut self, time: SignedDuration) -> anyhow::Result<Result<(), String>> {
        self.script.push(format!("    ({time:#} later)"));
        let said = self.engine.parts().store.latest(&self.conversation.id, 1).await?;
        self.seen = said.last().map_or(self.seen, |last| last.seq);
        if let Some(clock) = &self.clock {
            clock.set(self.engine.now() + time);
        }
        while 0 < self.engine.break_silences().await {}
        self.engine.settle(&self.conversation.id).await?;
        Ok(Ok(()))
    }

    /// A choice may be written by its label; the offered value is what is sent.
    async fn by_label(&self, content: &Content) -> anyhow::Result<Content> {
        let Content::Choice(wanted) = content else { return Ok(content.clone()) };
        let (_, state) = self.engine.parts().store.state(&self.conversation.id).await?;
        let offered = state.offered.iter().find(|choice| choice.value == *wanted || choice.label == *wanted);
        Ok(Content::Choice(offered.map_or(wanted, |choice| &choice.value).clone()))
    }

    /// What came up so far.
    async fn touched(&self, shop: &shop::Shop) -> anyhow::Result<Touched> {
        let store = &self.engine.parts().store;
        let (_, state) = store.state(&self.conversation.id).await?;
        let messages = store.messages(&self.conversation.id, 0, MESSAGES).await?;
        let mut touched = Touched { replies: state.said.into_keys().collect(), ..Touched::default() };
        touched.flows.extend(state.flows.into_iter().map(|run| run.flow));
        for trace in messages.into_iter().filter_map(|message| message.trace) {
            match trace.source.strip_prefix("faq:") {
                Some(faq) => drop(touched.faq.insert(faq.to_owned())),
                None => {
                    let flow = trace.intent.as_deref().and_then(|intent| dialogue::flow_of(shop, intent));
                    touched.flows.extend(flow.map(str::to_owned));
                }
            }
            touched.flows.extend((trace.source == "handoff").then_some(trace.source));
            touched.intents.extend(trace.intent);
        }
        Ok(touched)
    }

    async fn say_as_agent(&mut self, number: usize, text: &str) -> anyhow::Result<Result<(), String>> {
        self.script.push(format!("    (agent) {text}"));
        let agent = Staff { id: "tester".into(), name: "小二".to_owned() };
        if let Err(error) = self.engine.take(&self.conversation, &agent).await {
            return Ok(Err(format!("the agent can't take the conversation: {error}")));
        }
        let said = self
            .engine
            .say_as_agent(&self.conversation, &agent, &format!("a{number}"), vec![Part::text(text)])
            .await;
        Ok(said.map(drop).map_err(|error| format!("the agent can't say it: {error}")))
    }

    async fn check(&mut self, expected: &Expectation) -> anyhow::Result<Result<(), String>> {
        let store = &self.engine.parts().store;
        let messages = store.messages(&self.conversation.id, self.seen, 100).await?;
        self.seen = messages.last().map_or(self.seen, |last| last.seq);
        let answers: Vec<Message> =
            messages.into_iter().filter(|message| message.from == crate::domain::Author::Bot).collect();
        for message in &answers {
            self.script
                .extend(message.parts.iter().map(|part| format!("    < {}", part.text.replace('\n', " ⏎ "))));
        }
        let (_, state) = store.state(&self.conversation.id).await?;
        let mode = store.conversation(&self.conversation.id).await?.map(|conversation| conversation.mode);
        Ok(compare(expected, &answers, &state, mode))
    }
}

/// The first difference between what was expected and what came.
fn compare(
    expected: &Expectation,
    answers: &[Message],
    state: &DialogueState,
    mode: Option<crate::domain::Mode>,
) -> Result<(), String> {
    let parts = || answers.iter().flat_map(|message| &message.parts);
    let text = parts().map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n");
    let intent = answers.iter().find_map(|message| message.trace.as_ref()?.intent.clone());
    if let Some(wanted) = expected.intent.as_ref().filter(|wanted| intent.as_ref() != Some(wanted)) {
        return Err(format!("intent {wanted} expected, {} acted on", intent.as_deref().unwrap_or("none")));
    }
    if expected.silent && !answers.is_empty() {
        return Err("nothing expected to be said".to_owned());
    }
    if let Some(missing) = expected.contains.iter().find(|wanted| !text.contains(wanted.as_str())) {
        return Err(format!("“{missing}” expected in the answer"));
    }
    if let Some(found) = expected.not_contains.iter().find(|unwanted| text.contains(unwanted.as_str())) {
        return Err(format!("“{found}” not expected in the answer"));
    }
    let kinds: Vec<&str> = parts().map(|part| part.kind.name()).collect();
    if let Some(missing) = expected.parts.iter().find(|wanted| !kinds.contains(&wanted.as_str())) {
        return Err(format!("a {missing} part expected, these came: {}", kinds.join(", ")));
    }
    if let Some(wanted) = expected.mode.filter(|wanted| mode != Some(*wanted)) {
        return Err(format!(
            "mode {} expected, it is {}",
            wanted.name(),
            mode.map_or("none", |mode| mode.name())
        ));
    }
    let run = state.flows.last();
    let flow = run.map(|run| run.flow.as_str()).unwrap_or_default();
    if let Some(wanted) = expected.flow.as_deref().filter(|wanted| *wanted != flow) {
        return Err(format!("flow {wanted:?} expected, it is {flow:?}"));
    }
    let slots: BTreeMap<&str, String> = run
        .map(|run| run.slots.iter().map(|(name, value)| (name.as_str(), slot_words(value))).collect())
        .unwrap_or_default();
    for (name, wanted) in &expected.slots {
        if slots.get(name.as_str()) != Some(wanted) {
            let found = slots.get(name.as_str()).map_or("nothing", String::as_str);
            return Err(format!("slot {name} = {wanted:?} expected, it is {found:?}"));
        }
    }
    Ok(())
}

/// A slot's value as a test writes it.
fn slot_words(value: &SlotValue) -> String {
    match value {
        SlotValue::Text(text) => text.clone(),
        SlotValue::Integer(number) => number.to_string(),
        SlotValue::Bool(yes) => yes.to_string(),
        SlotValue::Money(money) => money.digits(),
        SlotValue::Date(date) => date.to_string(),
        SlotValue::Product(id) => id.to_string(),
        SlotValue::Order(id) => id.to_string(),
        SlotValue::Ticket(id) => id.to_string(),
        SlotValue::Lines(lines) => {
            lines.iter().map(|(line, units)| format!("{line}x{units}")).collect::<Vec<_>>().join(",")
        }
    }
}

fn words(content: &Content) -> String {
    match content {
        Content::Text(text) => text.clone(),
        Content::Choice(value) => format!("[{value}]"),
        Content::Product(id) => format!("[product {id}]"),
        Content::Order(id) => format!("[order {id}]"),
        Content::Sticker(id) => format!("[sticker {id}]"),
        Content::Image(id) => format!("[image {id}]"),
    }
}
