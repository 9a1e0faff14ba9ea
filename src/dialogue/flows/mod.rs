//! Flows: what the assistant can do, one file each, listed once.
//!
//! A flow hears a message (fills its slots from it) and goes on (says what it has to say, or asks one question).
//! It never waits: between turns all it knows stands in its [`FlowRun`]. A new flow is a new file and a word here.

use super::{
    Source, course,
    talk::{Ask, Talk},
};
use crate::{
    domain::{ChangeOutcome, FlowRun},
    shop::Shop,
};

macro_rules! flows {
    ($($module:ident::$flow:ident),+ $(,)?) => {
        $(mod $module;)+
        /// Every flow; the first that names an intent has it.
        pub(super) static ALL: &[&dyn Flow] = &[$(&$module::$flow),+];
    };
}

flows! {
    handoff::HandoffFlow,
    return_goods::ReturnFlow,
    order_service::OrderService,
    order_status::OrderStatus,
    compare::Compare,
    restock::Restock,
    authenticity::Authenticity,
    product_question::ProductQuestion,
    size_advice::SizeAdvice,
    product_search::ProductSearch,
    recommend::Recommend,
    price_protection::PriceProtectionFlow,
    compensation::Compensation,
    review::Review,
    quote::QuoteFlow,
    coupons::Coupons,
    promotions::Promotions,
    policy::PolicyFlow,
    chat::Chat,
}

pub(super) use product_search::{CHEAPER, asks_for_others};
pub(super) use restock::{ask_for_stock, stock_news};

/// Whether a message said something to a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It filled or corrected a slot.
    Took,
    /// Nothing for this flow.
    Nothing,
}

/// How a flow goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It asked for this slot.
    Ask(&'static str),
    /// It waits for the outcome of a change.
    Wait,
    /// It has answered.
    Done,
    /// It has nothing to say to this, and said nothing.
    Pass,
}

/// Something the assistant can do.
pub(super) trait Flow: Sync {
    /// Its id, stored with its runs.
    fn id(&self) -> &'static str;

    /// What it is called in traces.
    fn source(&self) -> &'static str {
        self.id()
    }

    /// The reply key of its name ("退货").
    fn name_key(&self) -> &'static str {
        "flow.name.question"
    }

    /// The intents it serves.
    fn intents(&self) -> &'static [&'static str];

    /// What shoppers ask in the middle of it, of which it says little itself.
    fn asides(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether a merchant's text for the intent is preferred to it.
    fn yields_to_faq(&self) -> bool {
        false
    }

    /// Whether it speaks of the shopper's own orders.
    fn is_personal(&self) -> bool {
        false
    }

    /// Whether it may end in a change, or calls a person; such a flow rests while a person is awaited.
    fn changes_something(&self) -> bool {
        false
    }

    /// Whether its intents get much the same answer, such as where the order and its parcel are.
    fn answers_alike(&self) -> bool {
        false
    }

    /// Intents of another flow that get much the same answer.
    fn answers_like(&self) -> &'static [&'static str] {
        &[]
    }

    /// Notes the facts that it will need for certain, so that they come together in the first round.
    fn ask_ahead(&self, _talk: &mut Talk<'_>) {}

    /// Whether what it knows is kept when it is asked for again while open.
    fn keeps_slots(&self) -> bool {
        false
    }

    /// Whether its question is asked again after something else, or when it was not answered; else it only waits.
    fn insists(&self) -> bool {
        true
    }

    /// The intent of a message whose words are this flow's own, however it was understood.
    fn claims(&self, _talk: &Talk<'_>) -> Option<&'static str> {
        None
    }

    /// Takes from the message what it needs, whatever was asked.
    fn hear(&self, _talk: &mut Talk<'_>, _run: &mut FlowRun) -> Ask<Heard> {
        Ok(Heard::Nothing)
    }

    /// Says what there is to say and asks at most one question.
    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next>;

    /// A change it asked for came to an end; `run` is missing when it was forgotten meanwhile.
    fn outcome(&self, _talk: &mut Talk<'_>, _run: Option<&FlowRun>, _outcome: &ChangeOutcome) -> Ask<()> {
        Ok(())
    }
}

/// The flow with an id.
pub(super) fn by_id(id: &str) -> Option<&'static dyn Flow> {
    ALL.iter().copied().find(|flow| flow.id() == id)
}

/// The ids of all flows.
#[cfg(test)]
pub(super) fn ids() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|flow| flow.id())
}

fn of_intent(intent: &str) -> Option<&'static dyn Flow> {
    ALL.iter().copied().find(|flow| flow.intents().contains(&intent))
}

/// The flow that serves an intent in a shop: the first of those that the merchant has not switched off.
fn serving(shop: &Shop, intent: &str) -> Option<&'static dyn Flow> {
    let serves = |flow: &&dyn Flow| flow.intents().contains(&intent) && !is_off(shop, flow.id());
    ALL.iter().copied().find(serves)
}

/// The id of the flow that serves an intent in a shop.
pub fn flow_of(shop: &Shop, intent: &str) -> Option<&'static str> {
    serving(shop, intent).map(Flow::id)
}

/// Whether the merchant has switched a flow off: it is not started, but one under way comes to its end.
fn is_off(shop: &Shop, id: &str) -> bool {
    shop.flows_off.iter().any(|off| off == id)
}

/// A message whose words a flow knows for its own goes to it.
pub(super) fn claimed(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let own = ALL.iter().copied().filter(|flow| !is_off(talk.shop, flow.id()));
    let claim = own.filter_map(|flow| Some((flow, flow.claims(talk)?))).next();
    claim.map_or(Ok(None), |(flow, intent)| course::begin(talk, flow, intent, None))
}

/// A change of what was priced last.
pub(super) fn changed_basket(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    if is_off(talk.shop, "quote") { Ok(None) } else { quote::changed_basket(talk) }
}

/// What follows on a recommendation.
pub(super) fn followed_up(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    if is_off(talk.shop, "recommend") { Ok(None) } else { recommend::followed_up(talk) }
}

/// A change of the last search.
pub(super) fn refined_search(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    if is_off(talk.shop, "product_search") { Ok(None) } else { product_search::refined_search(talk) }
}

/// Whether one flow answers both intents alike, so that telling them apart changes nothing.
pub(super) fn answered_alike(one: &str, other: &str) -> bool {
    let alike = |flow: &dyn Flow| {
        (flow.answers_alike() && flow.intents().contains(&other)) || flow.answers_like().contains(&other)
    };
    of_intent(one).is_some_and(alike)
}

/// Notes the facts that the flow of an intent will need for certain.
pub(super) fn ask_ahead(talk: &mut Talk<'_>, intent: &str) {
    if let Some(flow) = of_intent(intent) {
        flow.ask_ahead(talk);
    }
}

/// Starts the flow of an intent. `None` when there is none or it leaves the intent to others.
pub(super) fn start(talk: &mut Talk<'_>, intent: &str, confidence: Option<f32>) -> Ask<Option<Source>> {
    match serving(talk.shop, intent) {
        Some(flow) => course::begin(talk, flow, intent, confidence),
        None => Ok(None),
    }
}

/// Whether a merchant's text is preferred for an intent.
pub(super) fn yields_to_faq(shop: &Shop, intent: &str) -> bool {
    serving(shop, intent).is_none_or(Flow::yields_to_faq)
}

/// Whether an intent is served from the shopper's own orders.
pub(super) fn is_personal(shop: &Shop, intent: &str) -> bool {
    serving(shop, intent).is_some_and(Flow::is_personal)
}

/// Whether serving an intent can't end in a change or a handoff; an intent without a flow can't.
pub(super) fn changes_nothing(intent: &str) -> bool {
    of_intent(intent).is_none_or(|flow| !flow.changes_something())
}

/// Whether an intent is served by a word or two, so that another flow may go on after it.
pub(super) fn answers_at_once(intent: &str) -> bool {
    of_intent(intent).is_none_or(|flow| !flow.changes_something() && !flow.is_personal())
}
