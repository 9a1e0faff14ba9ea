//! The draft of a turn: what is known, what was decided so far, and the ways to ask, say, show and offer.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Fact, Facts, FaqMatch, Input, Query, Recommended, Turn, keys};
use crate::{
    domain::{
        Act, Choice, Content, DialogueState, Entity, EntityKind, IntentId, Locale, Localized, Money,
        PartKind, ProductId, ProductQuery, Shown, Understanding, Utterance,
        trade::{Order, Product, Shopper, Ticket, WalletCoupon},
        wording,
    },
    shop::Shop,
    trade::recommend::Wish,
};

/// Why the step can't go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Facts are missing; they were noted.
    Missing,
    /// A system of the shop's does not answer.
    Unavailable,
    /// Nobody has signed in, and it takes that.
    SignIn,
}

/// A value that may have to be fetched first.
pub(super) type Ask<T> = Result<T, Stop>;

/// The draft of a turn.
pub(super) struct Talk<'a> {
    pub(super) shop: &'a Shop,
    pub(super) turn: &'a Turn,
    facts: &'a Facts,
    /// Facts to fetch before the turn can be decided.
    pub(super) missing: Vec<Query>,
    /// The state as it will be.
    pub(super) state: DialogueState,
    /// What was decided so far.
    pub(super) acts: Vec<Act>,
    /// A flow has asked its question in this turn; there is only one.
    pub(super) asked: bool,
}

impl<'a> Talk<'a> {
    pub(super) fn new(shop: &'a Shop, state: DialogueState, turn: &'a Turn, facts: &'a Facts) -> Self {
        Self { shop, turn, facts, missing: Vec::new(), state, acts: Vec::new(), asked: false }
    }

    // What came in.

    pub(super) fn content(&self) -> Option<&'a Content> {
        match &self.turn.input {
            Input::Said { content, .. } => Some(content),
            _ => None,
        }
    }

    pub(super) fn utterance(&self) -> Option<&'a Utterance> {
        match &self.turn.input {
            Input::Said { utterance, .. } => utterance.as_ref(),
            _ => None,
        }
    }

    pub(super) fn understanding(&self) -> Option<&'a Understanding> {
        match &self.turn.input {
            Input::Said { understanding, .. } => understanding.as_ref(),
            _ => None,
        }
    }

    /// The words folded for matching; empty for anything but words.
    pub(super) fn words(&self) -> &'a str {
        self.utterance().map_or("", |utterance| utterance.normal.as_str())
    }

    /// The value of the choice that was made.
    pub(super) fn choice(&self) -> Option<&'a str> {
        match self.content() {
            Some(Content::Choice(value)) => Some(value),
            _ => None,
        }
    }

    pub(super) fn entities(&self, kind: EntityKind) -> impl Iterator<Item = &'a Entity> + use<'a> {
        let entities = self.utterance().map_or(&[][..], |utterance| &utterance.entities);
        entities.iter().filter(move |entity| entity.kind == kind)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.turn.now.timestamp()
    }

    pub(super) fn zone(&self) -> &'a TimeZone {
        self.turn.now.time_zone()
    }

    pub(super) fn locale(&self) -> Locale {
        self.state.locale
    }

    // What has to be known.

    /// Notes a fact that will be needed, so that it is fetched together with others.
    pub(super) fn want(&mut self, query: Query) {
        if self.facts.get(&query).is_none() && !self.missing.contains(&query) {
            self.missing.push(query);
        }
    }

    fn fact(&mut self, query: Query) -> Ask<&'a Fact> {
        match self.facts.get(&query) {
            Some(Fact::Unavailable) => Err(Stop::Unavailable),
            Some(fact) => Ok(fact),
            None => {
                self.want(query);
                Err(Stop::Missing)
            }
        }
    }

    pub(super) fn shopper(&self) -> Ask<&'a Shopper> {
        self.turn.shopper.as_ref().ok_or(Stop::SignIn)
    }

    /// The signed-in shopper's orders, newest first.
    pub(super) fn orders(&mut self) -> Ask<&'a [Order]> {
        let query = Query::Orders(self.shopper()?.id.clone());
        match self.fact(query)? {
            Fact::Orders(orders) => Ok(orders),
            _ => Err(Stop::Unavailable),
        }
    }

    /// The shopper's orders where they are known already: what is better with them and does without.
    pub(super) fn orders_at_hand(&self) -> &'a [Order] {
        let query = self.turn.shopper.as_ref().map(|shopper| Query::Orders(shopper.id.clone()));
        match query.and_then(|query| self.facts.get(&query)) {
            Some(Fact::Orders(orders)) => orders,
            _ => &[],
        }
    }

    /// The signed-in shopper's tickets, newest first.
    pub(super) fn tickets(&mut self) -> Ask<&'a [Ticket]> {
        let query = Query::Tickets(self.shopper()?.id.clone());
        match self.fact(query)? {
            Fact::Tickets(tickets) => Ok(tickets),
            _ => Err(Stop::Unavailable),
        }
    }

    /// The signed-in shopper's coupons, used ones too.
    pub(super) fn wallet(&mut self) -> Ask<&'a [WalletCoupon]> {
        let query = Query::Wallet(self.shopper()?.id.clone());
        match self.fact(query)? {
            Fact::Wallet(coupons) => Ok(coupons),
            _ => Err(Stop::Unavailable),
        }
    }

    /// Those of the keys under which something was said in the shop before.
    pub(super) fn said_once(&mut self, keys: Vec<String>) -> Ask<&'a [String]> {
        if keys.is_empty() {
            return Ok(&[]);
        }
        match self.fact(Query::SaidOnce(keys))? {
            Fact::Keys(keys) => Ok(keys),
            _ => Err(Stop::Unavailable),
        }
    }

    /// The products of the signed-in shopper's last orders.
    pub(super) fn bought(&mut self) -> Ask<&'a [Product]> {
        let query = Query::Bought(self.shopper()?.id.clone());
        match self.fact(query)? {
            Fact::Products(products) => Ok(products),
            _ => Err(Stop::Unavailable),
        }
    }

    pub(super) fn product(&mut self, id: &ProductId) -> Ask<Option<&'a Product>> {
        match self.fact(Query::Product(id.clone()))? {
            Fact::Products(products) => Ok(products.first()),
            _ => Err(Stop::Unavailable),
        }
    }

    pub(super) fn products(&mut self, query: ProductQuery, limit: usize) -> Ask<&'a [Product]> {
        match self.fact(Query::Products(query, limit))? {
            Fact::Products(products) => Ok(products),
            _ => Err(Stop::Unavailable),
        }
    }

    pub(super) fn search(
        &mut self,
        previous: Option<ProductQuery>,
        limit: usize,
    ) -> Ask<(&'a ProductQuery, bool, &'a [Product])> {
        match self.fact(Query::Search { previous, limit })? {
            Fact::Found { query, refined, products } => Ok((query, *refined, products)),
            _ => Err(Stop::Unavailable),
        }
    }

    /// What to recommend.
    pub(super) fn recommended(&mut self, wish: Wish) -> Ask<&'a Recommended> {
        match self.fact(Query::Recommend(wish))? {
            Fact::Recommended(recommended) => Ok(recommended),
            _ => Err(Stop::Unavailable),
        }
    }

    /// The FAQ nearest to the words; none for anything but words, and none when retrieval is away.
    pub(super) fn faq(&mut self) -> Ask<&'a [FaqMatch]> {
        if self.utterance().is_none() {
            return Ok(&[]);
        }
        match self.fact(Query::Faq) {
            Ok(Fact::Faq(matches)) => Ok(matches),
            Err(Stop::Missing) => Err(Stop::Missing),
            _ => Ok(&[]),
        }
    }

    // What is said.

    /// Says a reply. Its key and slots are declared in [`keys`].
    pub(super) fn say(&mut self, key: &str, slots: &[(&str, &str)]) {
        debug_assert!(
            keys::declared(key).is_some_and(|names| slots.iter().all(|(name, _)| names.contains(name))),
            "undeclared reply {key} with {slots:?}"
        );
        *self.state.said.entry(key.to_owned()).or_default() += 1;
        let slots = slots.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.acts.push(Act::Say { key: key.to_owned(), slots });
    }

    pub(super) fn tell(&mut self, text: Localized) {
        self.acts.push(Act::Tell(text));
    }

    /// Shows a card and remembers what it shows, so that it can be pointed at.
    pub(super) fn show(&mut self, part: PartKind) {
        self.acts.push(Act::Show(Box::new(part)));
    }

    pub(super) fn offer(&mut self, choices: Vec<Choice>) {
        if !choices.is_empty() {
            self.state.offered.extend(choices.iter().cloned());
            self.acts.push(Act::Offer(choices));
        }
    }

    /// A short text of the reply files, such as a button's label, in the conversation's language.
    pub(super) fn label(&self, key: &str, slots: &[(&str, &str)]) -> String {
        self.label_in(self.locale(), key, slots)
    }

    /// A short text of the reply files in a language.
    pub(super) fn label_in(&self, locale: Locale, key: &str, slots: &[(&str, &str)]) -> String {
        debug_assert!(keys::declared(key).is_some(), "undeclared label {key}");
        let slots: Vec<_> =
            slots.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let variant = self.shop.replies.variants(key, locale).first();
        variant.map_or_else(|| key.to_owned(), |text| wording::fill_slots(text, &slots))
    }

    pub(super) fn choice_of(&self, key: &str, value: &str) -> Choice {
        Choice { label: self.label(key, &[]), value: value.to_owned() }
    }

    /// What an intent is called; a shop's own is named by its first example.
    pub(super) fn intent_name_in(&self, locale: Locale, intent: &IntentId) -> String {
        let key = format!("label.{intent}");
        if let Some(name) = self.shop.replies.variants(&key, locale).first() {
            return name.clone();
        }
        let example = self.shop.intents.get(intent).and_then(|known| known.examples.first());
        example.map_or_else(|| intent.to_string(), |example| example.text.clone())
    }

    /// A choice that states an intent.
    pub(super) fn intent_choice(&self, intent: &IntentId) -> Choice {
        Choice { label: self.intent_name_in(self.locale(), intent), value: format!("intent:{intent}") }
    }

    /// Asks to sign in, where the page can do it.
    pub(super) fn say_sign_in(&mut self) {
        let key = if self.turn.can_sign_in { "auth.sign_in" } else { "auth.sign_in_elsewhere" };
        self.say(key, &[]);
    }

    /// The way to a person, and the way on without.
    pub(super) fn offer_person(&mut self) {
        let choices = vec![
            self.choice_of("choice.person", "handoff:yes"),
            self.choice_of("choice.no_person", "handoff:no"),
        ];
        self.offer(choices);
    }

    // Words for slots.

    pub(super) fn moment(&self, at: Timestamp) -> String {
        wording::moment_words(at, &self.turn.now, self.locale())
    }

    /// An exclusive end: "until midnight" is said as the day before, which is the last.
    pub(super) fn last_moment(&self, until: Timestamp) -> String {
        self.moment(until.checked_sub(SignedDuration::from_secs(1)).unwrap_or(until))
    }

    pub(super) fn day(&self, at: Timestamp) -> String {
        let day = at.to_zoned_datetime(self.zone().clone()).date();
        wording::day_words(day, self.turn.now.date(), self.locale())
    }

    pub(super) fn text<'t>(&self, text: &'t Localized) -> &'t str {
        text.get(self.locale())
    }

    /// Several things in a row, as the language writes them.
    pub(super) fn list(&self, items: &[String]) -> String {
        items.join(if self.locale().is_chinese() { "、" } else { ", " })
    }

    /// Zero of the shop's currency.
    pub(super) fn nothing(&self) -> Money {
        Money::zero(self.shop.currency)
    }

    // What is talked about.

    /// Makes something the topic, and what "它" means.
    pub(super) fn about(&mut self, shown: Shown) {
        self.state.topic = Some(shown);
    }
}
