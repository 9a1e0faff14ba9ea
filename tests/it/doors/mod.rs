//! What somebody might try who means harm: the tests that ARCHITECTURE.md's threat model names and no other file has.

mod bodies;
mod floods;
mod frames;
pub(super) mod fuzzed;
mod matrix;
mod model;
mod pages;
mod prey;
mod secrets;
mod systems;
mod tokens;
