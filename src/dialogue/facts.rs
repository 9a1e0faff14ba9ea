//! Facts: what the step needs to know of the shop's systems, asked for as values and answered by the engine.
//!
//! A flow reads a fact as if it were there. Where it is missing, the whole step stops with [`super::Step::Need`],
//! the engine fetches it and calls the step again with the same state. Nothing here fetches anything.

use crate::{
    domain::{
        FaqId, Localized, OrderId, ProductId, ProductQuery, ShopperId,
        trade::{Order, Product, Ticket, WalletCoupon},
    },
    trade::recommend::{Why, Wish},
};

/// A question to the shop's systems or its indexes.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// All orders of a shopper, newest first. Answer: [`Fact::Orders`].
    Orders(ShopperId),
    /// One order, only if it is this shopper's. Answer: [`Fact::Orders`] with none or one.
    Order(ShopperId, OrderId),
    /// All tickets of a shopper, newest first. Answer: [`Fact::Tickets`].
    Tickets(ShopperId),
    /// The coupons that a shopper has or had. Answer: [`Fact::Wallet`].
    Wallet(ShopperId),
    /// Which of these keys something was done under ([`Act::Once`](crate::domain::Act::Once)). Answer:
    /// [`Fact::Keys`].
    SaidOnce(Vec<String>),
    /// The products of a shopper's last orders. Answer: [`Fact::Products`], those bought last first.
    Bought(ShopperId),
    /// One product with its stock now. Answer: [`Fact::Products`] with none or one.
    Product(ProductId),
    /// Products that fit a query. Answer: [`Fact::Products`], best first.
    Products(ProductQuery, usize),
    /// What this turn's words look for: a refinement of the last search where there is one and the words
    /// refine it, else a search of its own. Answer: [`Fact::Found`].
    Search {
        /// The last search.
        previous: Option<ProductQuery>,
        /// At most so many products.
        limit: usize,
    },
    /// The frequently asked questions nearest to this turn's words. Answer: [`Fact::Faq`].
    Faq,
    /// What to recommend to somebody. Answer: [`Fact::Recommended`].
    Recommend(Wish),
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "described at the queries they answer")]
pub enum Fact {
    Orders(Vec<Order>),
    Tickets(Vec<Ticket>),
    Wallet(Vec<WalletCoupon>),
    Keys(Vec<String>),
    Products(Vec<Product>),
    Found {
        /// The query as understood, to be refined later.
        query: ProductQuery,
        /// Whether it refines the last search.
        refined: bool,
        products: Vec<Product>,
    },
    Faq(Vec<FaqMatch>),
    Recommended(Recommended),
    /// The shop's system did not answer; the step says so.
    Unavailable,
}

/// What to recommend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recommended {
    /// Best first, in stock now, each with its reason.
    pub picks: Vec<(Product, Why)>,
    /// The widest categories, to ask what kind of thing it shall be.
    pub kinds: Vec<Localized>,
}

/// A frequently asked question and how well the words fit it, from 0 to 1; from 0.9 on they say the same.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "described above")]
pub struct FaqMatch {
    pub id: FaqId,
    pub score: f32,
}

/// Answers so far.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    answers: Vec<(Query, Fact)>,
}

impl Facts {
    /// Adds an answer; the latest answer to a query counts.
    pub fn insert(&mut self, query: Query, fact: Fact) {
        self.answers.push((query, fact));
    }

    /// The answer to a query, if it is known.
    pub fn get(&self, query: &Query) -> Option<&Fact> {
        self.answers.iter().rev().find(|(known, _)| known == query).map(|(_, fact)| fact)
    }
}
