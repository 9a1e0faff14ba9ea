//! Behaviour through the public surface, in one binary: one module a subject.

mod case;
mod chat;
mod check;
#[path = "../../src/wire/schema/checker.rs"]
mod checker;
mod cli;
mod desk;
mod desk_search;
mod exchange;
mod http;
mod layers;
mod learning;
mod proposals;
mod schema;
mod search;
mod shop;
mod shop_system;
mod support;
mod system;
mod tidy;
mod understanding;
