//! Xiaoer (店小二): a self-hosted shop assistant.
//!
//! Modules stand in reading order; each may use only what ARCHITECTURE.md's table allows it.

// The shared vocabulary as plain values.
pub mod domain;

// From a shopper's words to normalised text, tokens and entities.
pub mod text;

// A shop's knowledge and policy, loaded from the merchant's files.
pub mod shop;

// Texts to vectors.
pub mod encoder;

// What a message means: intents, scope, mood.
pub mod nlu;

// Finding products and answers.
pub mod retrieval;

// The rules of trade as pure functions.
pub mod trade;

// A file that anybody sent into a clean picture.
pub mod picture;

// The pure step from a message to what is said and done.
pub mod dialogue;

// Acts into messages in the reader's language.
pub mod reply;

// JSON forms of domain values, and the frames.
pub mod wire;

// What is kept, behind one trait per concern.
pub mod store;

// One request to another server and its answer.
pub mod fetch;

// A shop's own systems.
pub mod backend;

// How people share the work.
pub mod desk;

// Figures about the people's side.
pub mod insight;

// Who hears what.
pub mod bus;

// Staff sign-in, shopper tokens, keys.
pub mod accounts;

// The merchant's lint.
pub mod check;

// The merchant's files, edited and tried before they are live.
pub mod workshop;

// The path of a message, and people's side of a conversation.
pub mod engine;

// Chat, desk, console and pages over one listener.
pub mod server;

// The composition root.
pub mod app;

// The command line.
pub mod cli;
