//! The frames of the two websockets, as JSON text: read into checked values, written from domain values.
//!
//! Reading tells a frame that is no JSON object (`bad_json`) from one of unknown type (`unknown_type`) and one
//! whose fields are wrong (`bad_frame`); fields that nobody knows are ignored. Nothing here answers a frame.

pub mod desk;
pub mod shopper;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Json, message::author_name};
use crate::domain::{Author, Message, Part};

/// Why a frame can't be followed; the names on the wire are the contract's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the codes of CONTRACT section 3 and of the desk's frames")]
pub enum ErrorCode {
    BadJson,
    BadFrame,
    UnknownType,
    NotHello,
    TooLarge,
    TooFast,
    TooLong,
    IdReused,
    BadChoice,
    BadToken,
    BadAfter,
    BadShopper,
    Forbidden,
    Overloaded,
    Internal,
    UnsupportedVersion,
    NotFound,
    Taken,
    NotYours,
    Away,
    NoGroup,
}

impl ErrorCode {
    /// A safe sentence for people who read frames; clients go by the code.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::BadJson => "the frame is not a JSON object",
            Self::BadFrame => "a field of the frame is missing or wrong",
            Self::UnknownType => "no frame has this type",
            Self::NotHello => "the first frame has to be hello, within 10 seconds",
            Self::TooLarge => "the frame is larger than 64 KiB",
            Self::TooFast => "too many messages, wait a little",
            Self::TooLong => "the text is longer than 2000 characters",
            Self::IdReused => "this id was used for another message",
            Self::BadChoice => "this was not offered or does not exist",
            Self::BadToken => "the token is unknown or has expired",
            Self::BadAfter => "the conversation has no message of this number yet",
            Self::BadShopper => "the shopper token is not valid here",
            Self::Forbidden => "you may not do that",
            Self::Overloaded => "too busy, try again in a moment",
            Self::Internal => "something went wrong on our side",
            Self::UnsupportedVersion => "this version of the protocol is not spoken here",
            Self::NotFound => "there is no such conversation",
            Self::Taken => "somebody else has taken it",
            Self::NotYours => "the conversation is not yours",
            Self::Away => "this colleague is not there",
            Self::NoGroup => "the shop has no such group",
        }
    }
}

/// A frame that can't be read: the code to answer, and the frame's own `id` where it could be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameError {
    /// Why.
    pub code: ErrorCode,
    /// The `id` of the frame, for the client to know which.
    pub id: Option<String>,
}

/// The version of the protocols that is spoken here.
const VERSION: u64 = 1;
/// The longest id that a client may give a message, in characters.
const LONGEST_ID: usize = 64;
/// The longest text that may be said, in Unicode scalar values.
const LONGEST_TEXT: usize = 2000;

/// Reads a frame of one of the types in `known`.
fn parse<T: DeserializeOwned>(text: &str, known: &[&str]) -> Result<T, FrameError> {
    let value: Value = serde_json::from_str(text).map_err(|_| bad(ErrorCode::BadJson, None))?;
    let Value::Object(object) = &value else { return Err(bad(ErrorCode::BadJson, None)) };
    let id = object.get("id").and_then(Value::as_str).filter(|id| id.len() <= LONGEST_ID).map(str::to_owned);
    let Some(kind) = object.get("type").and_then(Value::as_str) else {
        return Err(bad(ErrorCode::BadFrame, id));
    };
    if !known.contains(&kind) {
        return Err(bad(ErrorCode::UnknownType, id));
    }
    serde_json::from_value(value).map_err(|_| bad(ErrorCode::BadFrame, id))
}

/// Reads the first frame of a connection, which has to be a hello of this version. The version is looked at before
/// all else: what the other fields of another version mean is not known here.
fn parse_hello<T: DeserializeOwned>(text: &str) -> Result<T, ErrorCode> {
    let value: Value = serde_json::from_str(text).map_err(|_| ErrorCode::NotHello)?;
    if value.get("type").and_then(Value::as_str) != Some("hello") {
        return Err(ErrorCode::NotHello);
    }
    match value.get("v") {
        Some(Value::Number(version)) if version.as_u64() != Some(VERSION) => {
            Err(ErrorCode::UnsupportedVersion)
        }
        _ => serde_json::from_value(value).map_err(|_| ErrorCode::BadFrame),
    }
}

fn bad(code: ErrorCode, id: Option<String>) -> FrameError {
    FrameError { code, id }
}

/// A client's id: 1 to 64 characters, none of them a control character.
fn check_id(id: &str) -> Result<(), FrameError> {
    let length = id.chars().count();
    if (1..=LONGEST_ID).contains(&length) && !id.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(bad(ErrorCode::BadFrame, None))
    }
}

/// A text to say: not empty, at most 2,000 characters.
fn check_text(text: &str, id: &str) -> Result<(), FrameError> {
    if text.trim().is_empty() {
        Err(bad(ErrorCode::BadFrame, Some(id.to_owned())))
    } else if LONGEST_TEXT < text.chars().count() {
        Err(bad(ErrorCode::TooLong, Some(id.to_owned())))
    } else {
        Ok(())
    }
}

/// A message laid out flat, as both websockets and the HTTP interface show it.
#[derive(Clone, Debug, Serialize)]
pub struct MessageForm {
    seq: u64,
    from: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    at: String,
    parts: Vec<Json<Part>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    micros: Option<u64>,
}

/// A person by the name shown to shoppers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Named {
    /// The name.
    pub name: String,
}

/// A sticker that may be said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StickerForm {
    /// Its id.
    pub id: String,
    /// What it shows, in the reader's language.
    pub alt: String,
}

impl MessageForm {
    /// The form of a message; with why the bot said it, if the reader may see that.
    pub fn of(message: &Message, trace: bool) -> Self {
        let why = message.trace.as_ref().filter(|_| trace);
        Self {
            seq: message.seq,
            from: author_name(&message.from),
            id: message.client_id.clone(),
            at: message.at.to_string(),
            parts: message.parts.iter().cloned().map(Json).collect(),
            agent: match &message.from {
                Author::Agent { name } => Some(Named { name: name.clone() }),
                _ => None,
            },
            intent: why.and_then(|why| why.intent.clone()),
            confidence: why.and_then(|why| why.confidence),
            source: why.map(|why| why.source.clone()),
            micros: why.map(|why| why.micros),
        }
    }
}
