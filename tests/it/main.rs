//! Behaviour through the public surface, in one binary: one module a subject.

mod backup;
mod case;
mod chat;
mod check;
#[path = "../../src/wire/schema/checker.rs"]
mod checker;
mod cli;
mod deploy;
mod desk;
mod desk_search;
mod doors;
mod exchange;
mod faults;
mod file_schemas;
#[path = "../../benches/goods/mod.rs"]
mod goods;
mod handoffs;
mod http;
mod large_catalog;
mod layers;
mod learning;
mod machine;
mod metrics;
mod oidc;
mod older_program;
mod operations;
mod overload;
mod privacy;
mod proposals;
mod queue;
mod report;
mod schema;
mod search;
#[path = "../../benches/corpus/shoppers.rs"]
mod sentences;
mod sheets;
mod shop;
mod shop_system;
mod small_tree;
mod soak;
mod staff;
mod support;
mod system;
mod tidy;
mod understanding;
mod uploads;
mod workshop;
