//! Messages, what shoppers send, and traces, as rows keep them. Frames lay the same fields out flat.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::form::{list, maybe, mirrored, one};
use crate::domain::{Author, Content, Message, OrderId, Part, ProductId, Trace};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Message")]
struct MessageForm {
    seq: u64,
    #[serde(with = "one")]
    from: Author,
    #[serde(rename = "id", default, skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(with = "one")]
    at: Timestamp,
    #[serde(with = "list")]
    parts: Vec<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    trace: Option<Trace>,
}

/// `"shopper"`, `"bot"`, `"system"`, or `{"agent":{"name":"…"}}`.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Author", rename_all = "snake_case")]
enum AuthorForm {
    Shopper,
    Bot,
    Agent { name: String },
    System,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Trace")]
struct TraceForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    source: String,
    micros: u64,
}

/// `{"text":"…"}`, `{"choice":"…"}` and so on, as in a `say` frame.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Content", rename_all = "snake_case")]
enum ContentForm {
    Text(String),
    Choice(String),
    Product(#[serde(with = "one")] ProductId),
    Order(#[serde(with = "one")] OrderId),
    Sticker(String),
    Image(String),
}

mirrored! { Message => MessageForm, Author => AuthorForm, Trace => TraceForm, Content => ContentForm }

/// The `from` of a message in frames: `shopper`, `bot`, `agent` or `system`.
pub fn author_name(author: &Author) -> &'static str {
    match author {
        Author::Shopper => "shopper",
        Author::Bot => "bot",
        Author::Agent { .. } => "agent",
        Author::System => "system",
    }
}
