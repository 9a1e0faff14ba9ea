//! Behaviour through the public surface, in one binary: one module a subject.

mod chat;
mod check;
mod cli;
mod desk;
mod exchange;
mod http;
mod layers;
mod shop;
mod support;
mod tidy;
