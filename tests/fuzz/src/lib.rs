//! The readers of data from outside, for `cargo fuzz`; `tests/fuzz/run` builds and runs them all.

pub mod targets;
