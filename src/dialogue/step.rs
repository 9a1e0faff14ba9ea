//! The step: the order in which a turn is decided.

use super::{
    Facts, Input, Query, Source, Turn, course, flows, handover, products, speaking_first,
    talk::{Ask, Stop, Talk},
    words,
};
use crate::{
    domain::{
        Act, Band, Content, DialogueState, EntityKind, FaqId, IntentId, Locale, Mode, OrderId, Reason,
        SentimentLabel, Shown, Understanding,
    },
    shop::{Faq, Shop},
};

/// What a step comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The turn is decided: the state to keep, what to do in order, and what answered. Without acts nothing
    /// reaches the shopper.
    Done(Box<DialogueState>, Vec<Act>, Source),
    /// These facts are missing; call again with the same state and all facts so far.
    Need(Vec<Query>),
}

/// From this score on the words of a question are the shopper's own.
const FAQ_SAME_WORDS: f32 = 0.9;
/// From this score on a question is near enough to answer when no intent is sure.
const FAQ_NEAR: f32 = 0.7;
/// How much of the mood stays from one message to the next.
const MOOD_KEPT: f32 = 0.6;

/// Decides a turn.
pub fn step(shop: &Shop, state: DialogueState, turn: &Turn, facts: &Facts) -> Step {
    let mut talk = Talk::new(shop, state.clone(), turn, facts);
    open_turn(&mut talk);
    match decide(&mut talk) {
        Ok(source) => finish(talk, source),
        Err(Stop::Missing) => Step::Need(talk.missing),
        Err(stop) => {
            // What was decided so far is dropped: the flow stands where it stood.
            let mut talk = Talk::new(shop, state, turn, facts);
            open_turn(&mut talk);
            if stop == Stop::SignIn {
                talk.say_sign_in();
            } else {
                talk.say("trouble.system", &[]);
                talk.offer_person();
            }
            finish(talk, Source { name: "trouble".to_owned(), ..Source::default() })
        }
    }
}

/// Whether a choice is one of those that the last answer offered; the engine answers `bad_choice` otherwise.
pub fn accepts(state: &DialogueState, choice: &str) -> bool {
    state.offered.iter().any(|offered| offered.value == choice)
}

fn finish(talk: Talk<'_>, mut source: Source) -> Step {
    let said_none = |act: &Act| matches!(act, Act::Say { key, .. } if NOT_FOUND.contains(&key.as_str()));
    if source.name == "search" && talk.acts.iter().any(said_none) {
        source.name.push_str(":none");
    }
    Step::Done(Box::new(talk.state), talk.acts, source)
}

/// What is said where nothing was found that was asked for: merchants want to know what their shop lacks.
const NOT_FOUND: [&str; 2] = ["search.none", "search.none_such"];

/// Brings the state up to this turn: what is too old is forgotten, language and mood follow the message.
fn open_turn(talk: &mut Talk<'_>) {
    course::forget_stale(talk);
    if !matches!(talk.turn.input, Input::Said { .. }) {
        return;
    }
    talk.state.offered.clear();
    talk.state.touched_at = Some(talk.now());
    if let Some(locale) = talk.utterance().and_then(|utterance| utterance.locale)
        && talk.shop.locales.contains(&locale)
    {
        talk.state.locale = locale;
    } else if !talk.shop.locales.contains(&talk.state.locale) {
        talk.state.locale = talk.shop.locales.first().copied().unwrap_or(Locale::ZhHans);
    }
    if let Some(understanding) = talk.understanding() {
        let score = understanding.sentiment.score;
        talk.state.mood = (MOOD_KEPT * talk.state.mood + (1.0 - MOOD_KEPT) * score).clamp(-1.0, 1.0);
    }
}

/// The order of deciding, top to bottom. Whatever answers first, answers.
fn decide(talk: &mut Talk<'_>) -> Ask<Source> {
    match &talk.turn.input {
        Input::Wake => return course::wake(talk),
        Input::Silence => return speaking_first::speak(talk),
        Input::Outcome { key, outcome } => return course::outcome(talk, key, outcome),
        Input::Said { .. } => {}
    }
    ask_ahead(talk);
    match talk.turn.mode {
        Mode::Agent => return Ok(Source::default()),
        Mode::Queue | Mode::Message => return while_waiting(talk),
        Mode::Bot | Mode::Closed => {}
    }
    if talk.turn.assist {
        if let Some(source) = handover::urgent(talk)? {
            return Ok(source);
        }
        if let Some(source) = handover::assisted(talk) {
            return Ok(source);
        }
    }
    let answered = match first_to_answer(talk)? {
        Some(source) => source,
        None => not_understood(talk)?,
    };
    if !answered.name.starts_with("faq:") {
        talk.state.told = None;
    }
    course::ask_again_what_was_set_aside(talk, &answered)?;
    Ok(answered)
}

/// Notes the facts that this turn is likely to need, so that they come together in the first round. Nothing is
/// fetched for a turn that can be decided without.
fn ask_ahead(talk: &mut Talk<'_>) {
    if talk.utterance().is_some() {
        talk.want(Query::Faq);
    }
    if let Some(product) = products::meant_id(talk) {
        talk.want(Query::Product(product));
    }
    let stated = stated(talk);
    stated.iter().for_each(|(intent, _)| flows::ask_ahead(talk, intent.as_str()));
    course::ask_ahead(talk);
    let personal = stated.iter().any(|(intent, _)| flows::is_personal(talk.shop, intent.as_str()));
    if let Some(shopper) = talk.turn.shopper.as_ref().filter(|_| personal || course::is_asking(talk)) {
        talk.want(Query::Orders(shopper.id.clone()));
        talk.want(Query::Tickets(shopper.id.clone()));
    }
}

/// A way to answer a message, or to leave it to the next.
type Way = fn(&mut Talk<'_>) -> Ask<Option<Source>>;

fn first_to_answer(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let ways: [Way; 11] = [
        handover::urgent,
        chosen,
        course::active_flow,
        pointed_at,
        flows::claimed,
        flows::changed_basket,
        flows::followed_up,
        flows::refined_search,
        faq_in_the_same_words,
        understood,
        faq_near,
    ];
    for way in ways {
        if let Some(source) = way(talk)? {
            talk.state.misses = 0;
            return Ok(Some(source));
        }
    }
    Ok(None)
}

/// A button that means the same wherever it is pressed.
fn chosen(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    match talk.choice() {
        Some("handoff:yes") => {
            handover::hand_over(talk, Reason::Asked);
            Ok(Some(source("handoff")))
        }
        Some("handoff:no") => {
            talk.say("handoff.declined", &[]);
            Ok(Some(source("handoff")))
        }
        _ => Ok(None),
    }
}

/// A product or order picked from a card or the page, an image, a sticker without a meaning.
fn pointed_at(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let order = |value: &str| value.strip_prefix("order:").map(OrderId::from);
    match talk.content() {
        Some(Content::Product(id)) => {
            talk.about(Shown::Product(id.clone()));
            flows::start(talk, "product.attribute", None)
        }
        Some(Content::Order(id)) => {
            talk.about(Shown::Order(id.clone()));
            flows::start(talk, "order.status", None)
        }
        Some(Content::Choice(value)) if order(value).is_some() => {
            talk.state.topic = order(value).map(Shown::Order);
            flows::start(talk, "order.status", None)
        }
        Some(Content::Choice(value)) if value.starts_with("claim:") => {
            flows::start(talk, "promo.coupon", None)
        }
        Some(Content::Image(id)) => Ok(Some(picture(talk, id))),
        Some(Content::Sticker(id))
            if talk.shop.stickers.get(id.as_str()).is_none_or(|known| known.means.is_none()) =>
        {
            talk.say("chat.sticker", &[]);
            Ok(Some(source("chat")))
        }
        _ => Ok(None),
    }
}

/// A picture says nothing to the assistant. It is kept for colleagues and for what the shopper says it is about.
fn picture(talk: &mut Talk<'_>, id: &str) -> Source {
    /// More than a shopper sends before a word.
    const MOST: usize = 9;
    if talk.state.pictures.len() < MOST {
        talk.state.pictures.push(id.into());
    }
    talk.say("chat.image", &[]);
    let mut choices: Vec<_> =
        ["item.defective", "item.wrong_or_missing"].map(|intent| talk.intent_choice(&intent.into())).into();
    choices.push(talk.choice_of("choice.person", "handoff:yes"));
    talk.offer(choices);
    source("chat")
}

/// A merchant's own words for the shopper's own words come before any guess; but what a flow can answer from
/// the shopper's own orders is better than a general text.
fn faq_in_the_same_words(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let Some(best) = talk.faq()?.first() else {
        return Ok(None);
    };
    let Some(faq) = faq_by_id(talk.shop, &best.id) else {
        return Ok(None);
    };
    let personal = faq.intent.as_ref().is_some_and(|intent| flows::is_personal(talk.shop, intent.as_str()));
    if best.score < FAQ_SAME_WORDS || (personal && talk.turn.shopper.is_some()) {
        return Ok(None);
    }
    if let Some(intent) = &faq.intent {
        handover::remember(talk, intent);
    }
    if faq.intent.as_ref().is_some_and(|intent| handover::asked_too_often(talk, intent)) {
        handover::hand_over(talk, Reason::Repeated);
        return Ok(Some(source("handoff")));
    }
    Ok(Some(tell_faq(talk, faq)))
}

/// What the message states: at most two things, the most urgent first.
fn understood(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let mut stated = stated(talk);
    if stated.len() > 1 {
        stated.retain(|(intent, _)| !intent.as_str().starts_with("chat."));
    }
    // Who is owed something has said how late it is as the reason.
    stated.sort_by_key(|(intent, _)| intent.as_str() != "compensation.request");
    let in_passing = stated.len() > 1 && stated.iter().any(|(intent, _)| intent.as_str() == "human.request");
    if in_passing {
        stated.retain(|(intent, _)| intent.as_str() != "human.request");
    }
    if let Some((intent, _)) = stated.first() {
        handover::remember(talk, intent);
    }
    if let Some(reason) = handover::soon(talk, &stated) {
        handover::hand_over(talk, reason);
        return Ok(Some(source("handoff")));
    }
    let mut first = None;
    let same = |(intent, _): &(IntentId, _), other: &(IntentId, _)| {
        flows::answered_alike(intent.as_str(), other.0.as_str())
    };
    if let [one, other, ..] = &stated[..]
        && same(one, other)
    {
        stated.remove(1);
    }
    for (intent, confidence) in stated.into_iter().take(2) {
        let answered = answer(talk, &intent, confidence)?;
        first = first.or(answered);
        if talk.asked {
            break;
        }
    }
    if in_passing && first.is_some() {
        talk.offer_person();
    }
    Ok(first)
}

/// Answers one intent: a flow, or the merchant's text for it, or an honest word that it takes a person.
pub(super) fn answer(talk: &mut Talk<'_>, intent: &IntentId, confidence: Option<f32>) -> Ask<Option<Source>> {
    if flows::yields_to_faq(talk.shop, intent.as_str())
        && let Some(faq) = faq_of_intent(talk, intent)?
    {
        return Ok(Some(Source { intent: Some(intent.clone()), confidence, ..tell_faq(talk, faq) }));
    }
    if let Some(source) = flows::start(talk, intent.as_str(), confidence)? {
        return Ok(Some(source));
    }
    if let Some(faq) = faq_of_intent(talk, intent)? {
        return Ok(Some(Source { intent: Some(intent.clone()), confidence, ..tell_faq(talk, faq) }));
    }
    let topic = talk.intent_choice(intent).label;
    talk.say("unknown.topic", &[("topic", &topic)]);
    talk.offer_person();
    Ok(Some(Source { intent: Some(intent.clone()), confidence, name: "unknown".to_owned() }))
}

fn names_an_order(talk: &Talk<'_>) -> bool {
    [EntityKind::OrderNo, EntityKind::TrackingNo].into_iter().any(|kind| talk.entities(kind).next().is_some())
}

/// Intents that the message states with their confidence; empty when it is not sure.
pub(super) fn stated(talk: &Talk<'_>) -> Vec<(IntentId, Option<f32>)> {
    if let Some(intent) = talk.choice().and_then(|choice| choice.strip_prefix("intent:")) {
        return vec![(IntentId::from(intent), None)];
    }
    if let Some(Content::Sticker(id)) = talk.content() {
        let means = talk.shop.stickers.get(id.as_str()).and_then(|sticker| sticker.means.clone());
        return means.into_iter().map(|intent| (intent, None)).collect();
    }
    // A number without a word around it says nothing of what is wanted.
    if names_an_order(talk) && words::is_fragment(talk.words()) {
        return Vec::new();
    }
    let Some(understanding) = talk.understanding().filter(|it| is_sure(talk, it)) else {
        return Vec::new();
    };
    let confidence = |id: &IntentId| {
        understanding.intents.iter().find(|ranked| ranked.id == *id).map(|ranked| ranked.confidence)
    };
    if understanding.stated.is_empty() || understanding.oos {
        return understanding.top().map(|top| (top.id.clone(), Some(top.confidence))).into_iter().collect();
    }
    understanding.stated.iter().map(|id| (id.clone(), confidence(id))).collect()
}

/// What one flow answers alike is one meaning, however many intents share it: together they may be sure where none
/// is alone. A message that names an order or a parcel is never out of scope.
const SURE_TOGETHER: f32 = 0.5;
/// Goods named, a price or a number speak for a meaning that is this far ahead of every other.
const SURE_WITH_NAMES: f32 = 0.4;
/// How far ahead: so many times the likeliest meaning of another flow.
const AHEAD: f32 = 2.5;

fn is_sure(talk: &Talk<'_>, understanding: &Understanding) -> bool {
    let names =
        |kinds: &[EntityKind]| understanding.entities.iter().any(|entity| kinds.contains(&entity.kind));
    let number = names(&[EntityKind::OrderNo, EntityKind::TrackingNo]);
    if understanding.oos && !number {
        return false;
    }
    if understanding.band == Band::Answer {
        return true;
    }
    let Some(top) = understanding.top() else { return false };
    let same = |id: &IntentId| *id == top.id || flows::answered_alike(id.as_str(), top.id.as_str());
    let together: f32 = understanding.intents.iter().filter(|it| same(&it.id)).map(|it| it.confidence).sum();
    let other = understanding.intents.iter().filter(|it| !same(&it.id)).map(|it| it.confidence);
    let ahead = AHEAD * other.fold(0.0, f32::max) <= together;
    let named = number || names(&[EntityKind::ProductName, EntityKind::MoneyRange]);
    let served = !talk.asked && (SURE_TOGETHER <= together || (named && SURE_WITH_NAMES <= together));
    served && ahead
}

/// No intent is sure, but a question is near.
fn faq_near(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let Some(best) = talk.faq()?.first().filter(|best| best.score >= FAQ_NEAR) else {
        return Ok(None);
    };
    Ok(faq_by_id(talk.shop, &best.id).map(|faq| tell_faq(talk, faq)))
}

/// Nothing answered: within a flow its question is asked again; else ask back, or admit it.
fn not_understood(talk: &mut Talk<'_>) -> Ask<Source> {
    if let Some(source) = course::failed(talk)? {
        return Ok(source);
    }
    // An order's number alone asks about the order.
    if names_an_order(talk)
        && let Some(source) = flows::start(talk, "order.status", None)?
    {
        return Ok(source);
    }
    let understanding = talk.understanding();
    if let Some(understanding) = understanding.filter(|it| !it.oos && it.band == Band::Clarify) {
        let likely: Vec<IntentId> =
            understanding.intents.iter().take(3).map(|ranked| ranked.id.clone()).collect();
        let mut choices: Vec<_> = likely.iter().map(|intent| talk.intent_choice(intent)).collect();
        choices.push(talk.choice_of("choice.none_of_these", "handoff:yes"));
        talk.say("clarify.which", &[]);
        talk.offer(choices);
        return Ok(source("clarify"));
    }
    if words::is_fragment(talk.words()) {
        talk.say("chat.go_on", &[]);
        return Ok(source("chat"));
    }
    if let Some(source) = picked(talk)? {
        return Ok(source);
    }
    if let Some(source) = small_answer(talk)? {
        return Ok(source);
    }
    if understanding.is_some_and(|it| it.oos) && !words::asks_for_goods(talk.words()) {
        talk.say("oos.limit", &[]);
        return Ok(source("oos"));
    }
    talk.state.misses = talk.state.misses.saturating_add(1);
    if talk.state.misses >= talk.shop.handoff.misses.max(1) {
        handover::hand_over(talk, Reason::NotUnderstood);
        return Ok(source("handoff"));
    }
    talk.say("unknown.first", &[]);
    talk.offer_person();
    Ok(source("unknown"))
}

/// 第二个怎么样: one of the products shown, whatever is asked of it.
fn picked(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let shown = products::shown(talk);
    let Some(one) = words::pick(&shown, talk.words()).filter(|_| words::ordinal(talk.words()).is_some())
    else {
        return Ok(None);
    };
    talk.about(Shown::Product(one.clone()));
    flows::start(talk, "product.attribute", None)
}

/// What says nothing of the shop's and is still no reason to turn the shopper away: a bare yes or no, displeasure,
/// something told in the middle of a conversation.
fn small_answer(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let text = talk.words();
    let Some(understanding) = talk.understanding().filter(|it| it.oos) else { return Ok(None) };
    for (is_it, intent) in [(words::affirms(text), "chat.affirm"), (words::denies(text), "chat.deny")] {
        if is_it && let Some(source) = flows::start(talk, intent, None)? {
            return Ok(Some(source));
        }
    }
    let under_way = talk.state.told.is_some() || talk.state.said.keys().any(|key| !key.starts_with("oos."));
    if under_way && understanding.sentiment.label == SentimentLabel::Negative {
        talk.say("chat.displeased", &[]);
        talk.offer_person();
        return Ok(Some(source("chat")));
    }
    Ok((under_way && !words::asks(text)).then(|| noted(talk)))
}

/// What is told in the middle of a conversation and asks nothing is taken in, not turned away; with what can be done.
fn noted(talk: &mut Talk<'_>) -> Source {
    talk.say("chat.noted", &[]);
    let mut choices = Vec::new();
    if matches!(talk.state.topic, Some(Shown::Order(_))) {
        choices.push(talk.intent_choice(&"order.status".into()));
        choices.push(talk.intent_choice(&"shipping.urge".into()));
    }
    choices.push(talk.choice_of("choice.person", "handoff:yes"));
    talk.offer(choices);
    source("chat")
}

/// While a person is awaited, questions that change nothing are answered; all else is left to the person.
fn while_waiting(talk: &mut Talk<'_>) -> Ask<Source> {
    if talk.turn.assist && talk.turn.mode == Mode::Queue {
        return Ok(Source::default());
    }
    if let Some(source) = faq_in_the_same_words(talk)? {
        return Ok(source);
    }
    for (intent, confidence) in stated(talk).into_iter().take(2) {
        if intent.as_str() == "human.request" {
            handover::ask_again(talk);
            return Ok(Source { intent: Some(intent), confidence, name: "handoff".to_owned() });
        }
        if flows::changes_nothing(intent.as_str())
            && let Some(source) = flows::start(talk, intent.as_str(), confidence)?
        {
            return Ok(source);
        }
        if let Some(faq) = faq_of_intent(talk, &intent)? {
            return Ok(Source { intent: Some(intent), confidence, ..tell_faq(talk, faq) });
        }
    }
    if talk.turn.mode == Mode::Message {
        // People are back: whoever writes now need not wait as a message any more.
        if talk.turn.people_open {
            handover::ask_again(talk)
        } else {
            handover::take_message(talk)
        }
        return Ok(source("handoff"));
    }
    Ok(Source::default())
}

fn source(name: &str) -> Source {
    Source { name: name.to_owned(), ..Source::default() }
}

fn faq_by_id<'a>(shop: &'a Shop, id: &FaqId) -> Option<&'a Faq> {
    shop.faq.iter().find(|faq| faq.id == *id)
}

/// The text for an intent: of several, the one nearest to the words; else the first.
fn faq_of_intent<'a>(talk: &mut Talk<'a>, intent: &IntentId) -> Ask<Option<&'a Faq>> {
    let shop = talk.shop;
    let serves = |faq: &&Faq| faq.intent.as_ref() == Some(intent);
    let nearest = talk.faq()?.iter().filter_map(|hit| faq_by_id(shop, &hit.id)).find(serves);
    Ok(nearest.or_else(|| shop.faq.iter().find(serves)))
}

fn tell_faq(talk: &mut Talk<'_>, faq: &Faq) -> Source {
    let source = Source { name: format!("faq:{}", faq.id), intent: faq.intent.clone(), confidence: None };
    // Never the same text twice in a row: it did not help.
    if talk.state.told.replace(faq.id.clone()).as_ref() == Some(&faq.id) {
        talk.state.told = None;
        talk.say("faq.again", &[]);
        talk.offer_person();
        return source;
    }
    talk.tell(faq.answer.clone());
    let follow = faq.follow.iter().map(|intent| talk.intent_choice(intent)).collect();
    talk.offer(follow);
    source
}
