//! A shop's knowledge and policy, loaded from the merchant's files into one immutable value.
//!
//! Files hold knowledge; orders, customers and stock live in the store. Nothing here answers anything. A [`Tree`] of
//! files goes in; a [`Loaded`] with the shop, what its store begins with, and every problem comes out.

mod document;
mod exchange;
mod files;
mod load;
mod merge;
pub mod model;
pub mod people;
pub mod problem;
pub mod schema;
pub mod taxonomy;
mod tests_file;
mod times;
mod tree;
mod watch;

pub use exchange::{
    ExchangeKind, ExportError, ExportForm, FAQ_IMPORTED, FaqRow, ImportFile, Imported, export, import,
};
pub use files::shop_file::FLOWS;
pub use load::{Loaded, LoadedTree, Seed, digest_of, load, load_all};
pub use merge::sayings::{Saying, SayingGroup, Sayings};
pub use model::{
    Example, Faq, Glossary, Hours, IntentExamples, Look, Replies, Shop, Side, Sticker, Term, Tone,
};
pub use people::{Assignment, AssignmentOrder, HandoffRules};
pub use problem::{Problem, Sentence, Severity};
pub use tests_file::{ConversationTest, Expectation, SLOTS, TestTurn};
pub use times::{Clock, Clocks};
pub use tree::{LARGEST_FILE, Tree, TreeError};
pub use watch::{Watch, WatchError, watch};
