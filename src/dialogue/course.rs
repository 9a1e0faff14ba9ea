//! How flows run: the active one may take the turn, a question in the middle is answered and then the flow's
//! question is asked again, "never mind" leaves without a trace, what is too old is forgotten.
//!
//! Nothing here knows any flow; flows are values behind one trait.

use jiff::SignedDuration;

use super::{
    Source,
    flows::{self, Flow, Heard, Next},
    handover, step,
    talk::{Ask, Stop, Talk},
    words,
};
use crate::domain::{Band, ChangeOutcome, DialogueState, EntityKind, FlowRun, IntentId, Reason, SlotValue};

/// The slot asked for while the shopper has to sign in.
pub(super) const SIGN_IN: &str = "sign_in";
/// Set once a question was asked again after small talk; until it is answered it is not asked a third time.
const ASKED_AGAIN: &str = "asked_again";
/// Times a question may fail before a person is offered, and before one is fetched.
const OFFER_PERSON_AFTER: u8 = 2;

/// Drops flows that were left longer ago than the shop's time-out. One that waits for an outcome stays.
pub(super) fn forget_stale(talk: &mut Talk<'_>) {
    let Some(touched) = talk.state.touched_at else { return };
    let limit = SignedDuration::from_hours(i64::from(talk.shop.flow_resume_hours));
    if talk.now().duration_since(touched) > limit {
        talk.state.flows.retain(|run| run.asking.is_none());
        talk.state.shown.clear();
        talk.state.search = None;
        talk.state.basket.clear();
        talk.state.topic = None;
        talk.state.pictures.clear();
        talk.state.misses = 0;
        talk.state.repeated = None;
        talk.state.wanted = None;
        talk.state.mood = 0.0;
    }
}

/// Where the active flow stands in the list: the last that has asked something the shopper can answer by words.
fn active(talk: &Talk<'_>) -> Option<usize> {
    let signed_in = talk.turn.shopper.is_some();
    talk.state.flows.iter().rposition(|run| match run.asking.as_deref() {
        Some(SIGN_IN) => signed_in,
        asking => asking.is_some(),
    })
}

/// The active flow, where it insists on its question.
fn insisting(talk: &Talk<'_>) -> Option<usize> {
    active(talk).filter(|place| flows::by_id(&talk.state.flows[*place].flow).is_none_or(Flow::insists))
}

/// The intents that would answer what the shopper was just asked: yes or no to a summary, what a change under way is
/// about, the meanings that were offered. Empty when nothing was asked.
pub fn expected(state: &DialogueState) -> Vec<IntentId> {
    let yes_or_no = ["chat.affirm", "chat.deny"];
    let mut intents: Vec<IntentId> = state
        .offered
        .iter()
        .filter_map(|choice| choice.value.strip_prefix("intent:"))
        .map(IntentId::from)
        .collect();
    if let Some(run) = state.flows.iter().rfind(|run| run.asking.is_some()) {
        // A look-up asks for a name or a number, which is no intent.
        let own = flows::by_id(&run.flow).filter(|flow| flow.changes_something());
        let answers = match run.asking.as_deref() {
            Some("confirm" | "evidence") => &yes_or_no,
            _ => own.map_or(&[][..], Flow::intents),
        };
        let asides = own.map_or(&[][..], Flow::asides);
        intents.extend(answers.iter().chain(asides).copied().map(IntentId::from));
    }
    intents
}

/// The kinds of values that would answer the open question of a flow, the likelier first: `165` is a height where
/// measures were asked for.
pub fn asked_for(state: &DialogueState) -> Vec<EntityKind> {
    let Some(run) = state.flows.iter().rfind(|run| run.asking.is_some()) else { return Vec::new() };
    let missing = |(slot, kind): &(&str, EntityKind)| (!run.slots.contains_key(*slot)).then_some(*kind);
    match run.asking.as_deref() {
        Some("measures") => [("height", EntityKind::HeightCm), ("weight", EntityKind::WeightKg)]
            .iter()
            .filter_map(missing)
            .collect(),
        Some("order") => vec![EntityKind::Last4],
        _ => Vec::new(),
    }
}

/// Notes the facts that the active flow needs to ask its question again.
pub(super) fn ask_ahead(talk: &mut Talk<'_>) {
    let flow = active(talk).and_then(|place| flows::by_id(&talk.state.flows[place].flow));
    if let Some(flow) = flow {
        flow.ask_ahead(talk);
    }
}

/// Whether a question is open that a flow insists on.
pub(super) fn is_asking(talk: &Talk<'_>) -> bool {
    insisting(talk).is_some()
}

/// The active flow takes the turn when the message says something to it, or else a change that waits below a mere
/// look-up: "不喜欢" is a reason, whatever product was asked about in between.
pub(super) fn active_flow(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let Some(place) = active(talk) else { return Ok(None) };
    let Some(flow) = flows::by_id(&talk.state.flows[place].flow) else {
        talk.state.flows.remove(place);
        return Ok(None);
    };
    let gives_up = words::cancels(talk.words()) || talk.choice() == Some("cancel");
    let instead = if gives_up { wish_instead(talk) } else { None };
    if let Some(intent) = instead.filter(|intent| !flow.intents().contains(&intent.as_str())) {
        // 算了 我想退货: the other wish is answered, and the flow is gone.
        let run = talk.state.flows.remove(place);
        return Ok(step::answer(talk, &intent, None)?.or(Some(source_of(flow, &run))));
    }
    if gives_up && wish_instead(talk).is_none() {
        let run = talk.state.flows.remove(place);
        let what = talk.label(flow.name_key(), &[]);
        talk.say("flow.cancelled", &[("what", &what)]);
        return Ok(Some(source_of(flow, &run)));
    }
    if is_overtaken(talk, flow) {
        talk.state.flows.remove(place);
        return Ok(None);
    }
    let heard = heard_by(talk, flow, place)?;
    if heard.is_some() || flow.changes_something() {
        return Ok(heard);
    }
    // What is unclear, and a yes to a summary that stands further up, must not reach it.
    let changes = |run: &FlowRun| {
        let asks = run.asking.as_deref().is_some_and(|slot| slot != "confirm");
        asks && flows::by_id(&run.flow).is_some_and(|flow| flow.changes_something())
    };
    let unclear = talk.understanding().is_none_or(|it| it.oos || it.band == Band::Unknown);
    if unclear && step::stated(talk).is_empty() {
        return Ok(None);
    }
    let Some(below) = talk.state.flows[..place].iter().rposition(changes) else { return Ok(None) };
    let Some(flow) = flows::by_id(&talk.state.flows[below].flow) else { return Ok(None) };
    let look_up = talk.state.flows.remove(place);
    let heard = heard_by(talk, flow, below)?;
    if heard.is_none() {
        talk.state.flows.insert(place, look_up);
    }
    Ok(heard)
}

/// Lets the flow whose run stands at `place` take the message; `None` and nothing changed when it says nothing to it.
fn heard_by(talk: &mut Talk<'_>, flow: &dyn Flow, place: usize) -> Ask<Option<Source>> {
    let mut run = talk.state.flows.remove(place);
    let heard = match flow.hear(talk, &mut run) {
        Err(Stop::SignIn) => Heard::Took,
        heard => heard?,
    };
    let own = || step::stated(talk).iter().any(|(intent, _)| flow.intents().contains(&intent.as_str()));
    if heard == Heard::Nothing && !(talk.utterance().is_none() && own()) {
        talk.state.flows.insert(place, run);
        return Ok(None);
    }
    run.failures = 0;
    run.slots.remove(ASKED_AGAIN);
    talk.state.repeated = None;
    let source = source_of(flow, &run);
    side_question(talk, flow)?;
    advance(talk, flow, run)?;
    Ok(Some(source))
}

/// What a shopper who gives something up wants instead: 不退了 换个大一码的.
fn wish_instead(talk: &Talk<'_>) -> Option<IntentId> {
    /// Fewer characters are an end, not a wish.
    const LEAST: usize = 3;
    let rest = words::after_cancel(talk.words());
    if rest.len() == talk.words().len() || rest.chars().count() < LEAST || words::denies(rest) {
        return None;
    }
    let mut stated = step::stated(talk).into_iter().map(|(intent, _)| intent);
    stated.rfind(|intent| !intent.as_str().starts_with("chat."))
}

/// "It is too big, I want to exchange it": a wish to change something overtakes the open question of a look-up,
/// although it names an order as well.
fn is_overtaken(talk: &Talk<'_>, flow: &dyn Flow) -> bool {
    let wish = |(intent, _): &(IntentId, Option<f32>)| !flows::answers_at_once(intent.as_str());
    !flow.changes_something() && step::stated(talk).iter().any(wish)
}

/// A message that answers the flow's question and asks another gets both.
fn side_question(talk: &mut Talk<'_>, flow: &dyn Flow) -> Ask<()> {
    if !words::asks(talk.words()) {
        return Ok(());
    }
    for (intent, confidence) in step::stated(talk) {
        let own = flow.intents().contains(&intent.as_str()) || intent.as_str().starts_with("chat.");
        if !own && flows::answers_at_once(intent.as_str()) {
            step::answer(talk, &intent, confidence)?;
            return Ok(());
        }
    }
    Ok(())
}

/// Begins a flow for an intent. `None` when the flow leaves it to others.
pub(super) fn begin(
    talk: &mut Talk<'_>,
    flow: &'static dyn Flow,
    intent: &str,
    confidence: Option<f32>,
) -> Ask<Option<Source>> {
    let mut run = FlowRun {
        flow: flow.id().to_owned(),
        slots: [("intent".to_owned(), SlotValue::Text(intent.to_owned()))].into(),
        asking: None,
        failures: 0,
        started_at: talk.now(),
    };
    // The same flow asked for again goes on instead of standing twice.
    if let Some(place) =
        talk.state.flows.iter().rposition(|open| open.flow == run.flow && open.asking.is_some())
    {
        let open = talk.state.flows.remove(place);
        run.started_at = open.started_at;
        run.failures = open.failures;
        if flow.keeps_slots() {
            run.slots = open.slots;
            run.slots.insert("intent".to_owned(), SlotValue::Text(intent.to_owned()));
        }
    }
    match flow.hear(talk, &mut run) {
        Ok(_) | Err(Stop::SignIn) => {}
        Err(stop) => return Err(stop),
    }
    let source = Source { intent: Some(intent.into()), confidence, ..source_of(flow, &run) };
    Ok(advance(talk, flow, run)?.then_some(source))
}

/// Lets a flow say what it has to say and keeps it when it has asked. Whether it did anything.
fn advance(talk: &mut Talk<'_>, flow: &dyn Flow, mut run: FlowRun) -> Ask<bool> {
    let next = match flow.go_on(talk, &mut run) {
        Err(Stop::SignIn) => {
            talk.say_sign_in();
            Next::Ask(SIGN_IN)
        }
        next => next?,
    };
    match next {
        Next::Ask(slot) => {
            run.asking = Some(slot.to_owned());
            talk.state.flows.push(run);
            talk.asked = true;
        }
        Next::Wait => {
            run.asking = None;
            talk.state.flows.push(run);
        }
        Next::Done => {}
        Next::Pass => return Ok(false),
    }
    Ok(true)
}

/// After something else was answered, the flow set aside asks its question again; after small talk only once, and only
/// where a change waits for the answer: who says thanks or goodbye does not want to be asked again.
pub(super) fn ask_again_what_was_set_aside(talk: &mut Talk<'_>, answered: &Source) -> Ask<()> {
    let small_talk =
        answered.intent.as_ref().map(IntentId::as_str).filter(|intent| intent.starts_with("chat."));
    if small_talk == Some("chat.bye") {
        talk.state.flows.retain(|run| {
            run.asking.is_none() || flows::by_id(&run.flow).is_some_and(|flow| flow.changes_something())
        });
    }
    let handed_over = talk.acts.iter().any(|act| matches!(act, crate::domain::Act::Handoff(_)));
    let Some(place) = insisting(talk).filter(|_| !talk.asked && !handed_over && !talk.acts.is_empty()) else {
        return Ok(());
    };
    let mut run = talk.state.flows.remove(place);
    let Some(flow) = flows::by_id(&run.flow) else { return Ok(()) };
    let again = run.slots.contains_key(ASKED_AGAIN);
    let parting = matches!(small_talk, Some("chat.thanks" | "chat.bye" | "chat.praise"));
    if small_talk.is_some() && (parting || again || !flow.changes_something()) {
        talk.state.flows.insert(place, run);
        return Ok(());
    }
    if small_talk.is_some() {
        run.slots.insert(ASKED_AGAIN.to_owned(), SlotValue::Bool(true));
    }
    let what = talk.label(flow.name_key(), &[]);
    talk.say("flow.back_to", &[("what", &what)]);
    advance(talk, flow, run)?;
    Ok(())
}

/// The message said nothing to the open question: it is asked again; then a person is offered, then fetched.
pub(super) fn failed(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let Some(place) = insisting(talk) else { return Ok(None) };
    let Some(flow) = flows::by_id(&talk.state.flows[place].flow) else { return Ok(None) };
    let mut run = talk.state.flows.remove(place);
    run.failures = run.failures.saturating_add(1);
    let source = source_of(flow, &run);
    if run.failures > OFFER_PERSON_AFTER {
        talk.state.flows.push(run);
        handover::hand_over(talk, Reason::FlowFailed);
        return Ok(Some(source));
    }
    if run.failures == OFFER_PERSON_AFTER {
        talk.say("flow.stuck", &[]);
        talk.offer_person();
    } else {
        talk.say("flow.again", &[]);
    }
    advance(talk, flow, run)?;
    Ok(Some(source))
}

/// Time has passed: a flow that waited for the sign-in goes on once it has happened.
pub(super) fn wake(talk: &mut Talk<'_>) -> Ask<Source> {
    let waits = |run: &FlowRun| run.asking.as_deref() == Some(SIGN_IN);
    let Some(place) =
        active(talk).filter(|place| talk.turn.shopper.is_some() && waits(&talk.state.flows[*place]))
    else {
        return Ok(Source::default());
    };
    let run = talk.state.flows.remove(place);
    let Some(flow) = flows::by_id(&run.flow) else { return Ok(Source::default()) };
    let source = source_of(flow, &run);
    talk.state.offered.clear();
    advance(talk, flow, run)?;
    Ok(source)
}

/// The outcome of a change goes to the flow that waits for it.
pub(super) fn outcome(talk: &mut Talk<'_>, key: &str, outcome: &ChangeOutcome) -> Ask<Source> {
    let waits = |run: &FlowRun| run.slots.get("change") == Some(&SlotValue::Text(key.to_owned()));
    let run = talk.state.flows.iter().position(waits).map(|place| talk.state.flows.remove(place));
    let flow = run.as_ref().and_then(|run| flows::by_id(&run.flow)).or_else(|| flows::by_id("return"));
    let Some(flow) = flow else { return Ok(Source::default()) };
    flow.outcome(talk, run.as_ref(), outcome)?;
    let source = Source { name: flow.source().to_owned(), ..Source::default() };
    ask_again_what_was_set_aside(talk, &source)?;
    Ok(source)
}

fn source_of(flow: &dyn Flow, run: &FlowRun) -> Source {
    let intent = match run.slots.get("intent") {
        Some(SlotValue::Text(intent)) => Some(intent.as_str().into()),
        _ => None,
    };
    Source { name: flow.source().to_owned(), intent, confidence: None }
}
