//! How people share the work: who gets the next conversation, which go on to somebody else, how long a wait is.
//!
//! Plain values in, decisions out; nothing here waits, sends or stores. `engine` carries out what is decided, and the
//! store makes sure that each decision holds or falls whole, so a decision made twice does no harm.

mod assignment;
mod attention;
mod waiting_time;

#[cfg(test)]
mod tests;

pub use assignment::{Next, Person, Waiting, assign};
pub use attention::{Held, Move, attend};
pub use waiting_time::{Pace, wait_seconds};
