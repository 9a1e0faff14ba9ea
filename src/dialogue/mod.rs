//! Dialogue: from a shopper's message to what is said, shown, offered and changed.
//!
//! [`step()`] is a pure function: no IO, no clock, no chance. What it needs to know it asks for as [`Query`]
//! values and gets as [`Facts`]; at most three rounds are needed. It never words anything itself: replies are
//! named by key and worded by `reply`. It never shows an order to anybody but the shopper whose it is.
//!
//! Reading order: `step` (the order of deciding), `course` (how flows run), `flows` (one file each), `talk`
//! (what a flow sees and how it speaks), `handover` (when a person takes over).

mod attributes;
mod basket;
mod cards;
mod cases;
mod course;
mod danger;
mod facts;
mod flows;
mod handover;
mod hours;
pub mod keys;
mod looked_for;
mod orders;
mod products;
mod routing;
mod search_memory;
mod speaking_first;
mod step;
mod talk;
mod taste;
mod turn;
mod words;
mod worn;

#[cfg(test)]
pub(crate) mod tests;

pub use cards::{coupon_card, order_card, ticket_card};
pub use course::{asked_for, expected};
pub use facts::{Fact, Facts, FaqMatch, Query, Recommended};
pub use flows::flow_of;
pub use hours::{opens_next, people_answer};
pub use speaking_first::looks_again_at;
pub use step::{Step, accepts, step};
pub use turn::{Input, Page, Source, Turn};
