//! The frames of the shopper's websocket (CONTRACT section 3).

use serde::{Deserialize, Serialize};

use super::{
    ErrorCode, FrameError, MessageForm, Named, StickerForm, check_id, check_text, parse as parse_frame,
    parse_hello,
};
use crate::domain::{Content, Message, Mode};

/// The types of frames that a shopper's client sends.
const TYPES: [&str; 8] = ["hello", "say", "identify", "page", "typing", "read", "rate", "leave_queue"];

/// What a shopper's client sends.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the frames of CONTRACT section 3")]
pub enum ClientFrame {
    Hello(Hello),
    Say { id: String, content: Content },
    Identify { shopper: Option<String> },
    Page(PageForm),
    Typing,
    Read { seq: u64 },
    Rate { score: u8, comment: Option<String> },
    LeaveQueue,
    Ping { t: serde_json::Value },
}

/// The first frame.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Hello {
    /// The version of the protocol; 1.
    pub v: u64,
    /// Resumes a conversation.
    pub token: Option<String>,
    /// The last message seen.
    pub after: Option<u64>,
    /// The language of the widget.
    pub locale: Option<String>,
    /// The page the shopper looks at.
    pub page: Option<PageForm>,
    /// A shopper token (CONTRACT section 5).
    pub shopper: Option<String>,
    /// Whether to tell why the bot said what.
    #[serde(default)]
    pub trace: bool,
}

/// The page a shopper looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct PageForm {
    /// A product's id.
    pub product: Option<String>,
    /// An order's number.
    pub order: Option<String>,
    /// Its address.
    pub url: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Raw {
    Hello(Hello),
    Say(RawSay),
    Identify {
        shopper: Option<String>,
    },
    Page(PageForm),
    Typing {},
    Read {
        seq: u64,
    },
    Rate {
        score: u8,
        comment: Option<String>,
    },
    LeaveQueue {},
    Ping {
        #[serde(default)]
        t: serde_json::Value,
    },
}

#[derive(Deserialize)]
struct RawSay {
    id: String,
    text: Option<String>,
    choice: Option<String>,
    product: Option<String>,
    order: Option<String>,
    sticker: Option<String>,
    image: Option<String>,
}

/// Reads a shopper's frame.
///
/// # Errors
/// [`FrameError`] with the code to answer; for any text whatever, never a panic.
pub fn parse(text: &str) -> Result<ClientFrame, FrameError> {
    let known: Vec<&str> = TYPES.into_iter().chain(["ping"]).collect();
    Ok(match parse_frame::<Raw>(text, &known)? {
        Raw::Hello(hello) => ClientFrame::Hello(hello),
        Raw::Say(say) => say.check()?,
        Raw::Identify { shopper } => ClientFrame::Identify { shopper },
        Raw::Page(page) => ClientFrame::Page(page),
        Raw::Typing {} => ClientFrame::Typing,
        Raw::Read { seq } => ClientFrame::Read { seq },
        Raw::Rate { score, comment } => {
            let short =
                comment.as_deref().is_none_or(|comment| comment.chars().count() <= super::LONGEST_TEXT);
            if !(1..=5).contains(&score) || !short {
                return Err(FrameError { code: ErrorCode::BadFrame, id: None });
            }
            ClientFrame::Rate { score, comment }
        }
        Raw::LeaveQueue {} => ClientFrame::LeaveQueue,
        Raw::Ping { t } => ClientFrame::Ping { t },
    })
}

/// Reads the first frame.
///
/// # Errors
/// The code to answer before closing: not a hello, one of another version, or one with a wrong field.
pub fn hello(text: &str) -> Result<Hello, ErrorCode> {
    parse_hello(text)
}

impl RawSay {
    /// Exactly one of the contents, within its bounds.
    fn check(self) -> Result<ClientFrame, FrameError> {
        check_id(&self.id)?;
        let id = self.id;
        let contents = [
            self.text.map(Content::Text),
            self.choice.map(Content::Choice),
            self.product.map(|product| Content::Product(product.into())),
            self.order.map(|order| Content::Order(order.into())),
            self.sticker.map(Content::Sticker),
            self.image.map(Content::Image),
        ];
        let mut given = contents.into_iter().flatten();
        let (Some(content), None) = (given.next(), given.next()) else {
            return Err(FrameError { code: ErrorCode::BadFrame, id: Some(id) });
        };
        let words = match &content {
            Content::Text(text) | Content::Choice(text) | Content::Sticker(text) | Content::Image(text) => {
                text
            }
            Content::Product(product) => product.as_str(),
            Content::Order(order) => order.as_str(),
        };
        check_text(words, &id)?;
        Ok(ClientFrame::Say { id, content })
    }
}

/// What the server sends to a shopper's client.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the frames of CONTRACT section 3")]
pub enum ServerFrame {
    Welcome(Box<Welcome>),
    Ack {
        id: String,
        seq: u64,
    },
    Message(Box<MessageForm>),
    State(StateForm),
    Typing {
        from: &'static str,
    },
    Read {
        from: &'static str,
        seq: u64,
    },
    Pong {
        t: serde_json::Value,
    },
    Error {
        code: ErrorCode,
        message: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_ms: Option<u64>,
        fatal: bool,
    },
}

/// The answer to `hello`.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of CONTRACT section 3")]
pub struct Welcome {
    pub conversation: String,
    pub token: String,
    pub seq: u64,
    pub shop: ShopForm,
    pub state: StateForm,
    pub messages: Vec<MessageForm>,
    pub more: bool,
}

/// The shop as a widget names it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of CONTRACT section 3")]
pub struct ShopForm {
    pub id: String,
    pub name: String,
    pub locales: Vec<&'static str>,
    pub stickers: Vec<StickerForm>,
}

/// Who answers.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of CONTRACT section 3")]
pub struct StateForm {
    pub mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Named>,
}

impl StateForm {
    /// Who answers, with the place in the queue (from 1, and seconds to wait) or the person's name.
    pub fn new(mode: Mode, queue: Option<(u32, u64)>, agent: Option<String>) -> Self {
        Self {
            mode: mode.name(),
            queue: queue.map(|(position, wait_seconds)| QueueForm { position, wait_seconds }),
            agent: agent.map(|name| Named { name }),
        }
    }
}

/// A place in the queue.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of CONTRACT section 3")]
pub struct QueueForm {
    pub position: u32,
    pub wait_seconds: u64,
}

impl ServerFrame {
    /// A message, with why the bot said it if the reader may see that.
    pub fn message(message: &Message, trace: bool) -> Self {
        Self::Message(Box::new(MessageForm::of(message, trace)))
    }

    /// An error; after a fatal one the server closes.
    pub fn error(code: ErrorCode, id: Option<&str>, fatal: bool) -> Self {
        Self::Error { code, message: code.sentence(), id: id.map(str::to_owned), retry_ms: None, fatal }
    }

    /// An error that passes by itself after a while.
    pub fn retry(code: ErrorCode, id: Option<&str>, wait: std::time::Duration) -> Self {
        let retry_ms = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1));
        Self::Error { code, message: code.sentence(), id: id.map(str::to_owned), retry_ms, fatal: false }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_are_read_or_refused_with_the_contracts_code() {
        let long = format!(r#"{{"type":"say","id":"a","text":"{}"}}"#, "好".repeat(2001));
        let fits = format!(r#"{{"type":"say","id":"a","text":"{}"}}"#, "好".repeat(2000));
        for (text, expected) in [
            ("", Some(ErrorCode::BadJson)),
            ("[1]", Some(ErrorCode::BadJson)),
            ("{\"type\":", Some(ErrorCode::BadJson)),
            ("{}", Some(ErrorCode::BadFrame)),
            (r#"{"type":"fly"}"#, Some(ErrorCode::UnknownType)),
            (r#"{"type":"hello"}"#, Some(ErrorCode::BadFrame)),
            (r#"{"type":"hello","v":1,"from_the_future":true}"#, None),
            (r#"{"type":"say","id":"a"}"#, Some(ErrorCode::BadFrame)),
            (r#"{"type":"say","id":"a","text":"x","choice":"y"}"#, Some(ErrorCode::BadFrame)),
            (r#"{"type":"say","id":"","text":"x"}"#, Some(ErrorCode::BadFrame)),
            (r#"{"type":"say","id":"a","text":"  "}"#, Some(ErrorCode::BadFrame)),
            (r#"{"type":"say","id":"a","text":"你好"}"#, None),
            (long.as_str(), Some(ErrorCode::TooLong)),
            (fits.as_str(), None),
            (r#"{"type":"rate","score":6}"#, Some(ErrorCode::BadFrame)),
            (r#"{"type":"rate","score":5}"#, None),
            (r#"{"type":"read","seq":-1}"#, Some(ErrorCode::BadFrame)),
            (r#"{"type":"leave_queue"}"#, None),
            (r#"{"type":"ping"}"#, None),
        ] {
            assert_eq!(parse(text).err().map(|error| error.code), expected, "{text}");
        }
    }

    #[test]
    fn the_first_frame_is_a_hello_of_this_version() {
        for (text, expected) in [
            ("", Some(ErrorCode::NotHello)),
            ("[1]", Some(ErrorCode::NotHello)),
            ("{}", Some(ErrorCode::NotHello)),
            (r#"{"type":"say","id":"a","text":"x"}"#, Some(ErrorCode::NotHello)),
            (r#"{"type":"dance"}"#, Some(ErrorCode::NotHello)),
            (r#"{"type":"hello","v":2}"#, Some(ErrorCode::UnsupportedVersion)),
            (r#"{"type":"hello","v":0.5}"#, Some(ErrorCode::UnsupportedVersion)),
            (r#"{"type":"hello","v":2,"after":"the third"}"#, Some(ErrorCode::UnsupportedVersion)),
            (r#"{"type":"hello"}"#, Some(ErrorCode::BadFrame)),
            (r#"{"type":"hello","v":"1"}"#, Some(ErrorCode::BadFrame)),
            (r#"{"type":"hello","v":1}"#, None),
            (r#"{"type":"hello","v":1,"from_the_future":true}"#, None),
        ] {
            assert_eq!(hello(text).err(), expected, "{text}");
            assert_eq!(super::super::desk::hello(text).err(), expected, "the desk: {text}");
        }
        let wrong = r#"{"type":"hello","v":1,"after":"soon"}"#;
        assert_eq!(hello(wrong).err(), Some(ErrorCode::BadFrame));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = parse(&text);
            let _ = hello(&text);
        }

        #[test]
        fn no_object_panics(kind in "hello|say|read|rate|ping|page", id in ".{0,80}", n in any::<i64>()) {
            let frame = serde_json::json!({"type": kind, "id": id, "v": n, "seq": n, "score": n, "text": id});
            let _ = parse(&frame.to_string());
        }
    }
}
