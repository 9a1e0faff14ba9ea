//! The frames of the desk's websocket (ARCHITECTURE.md, "The desk's frames").

use serde::{Deserialize, Serialize};

use super::{
    ErrorCode, FrameError, MessageForm, Named, check_id, check_text, parse as parse_frame, parse_hello,
};

const TYPES: [&str; 12] =
    ["hello", "open", "earlier", "shut", "take", "say", "note", "typing", "read", "release", "close", "ping"];

/// What a desk sends.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the frames of ARCHITECTURE.md")]
pub enum ClientFrame {
    Hello {
        v: u64,
    },
    Open {
        conversation: String,
        after: Option<u64>,
    },
    Earlier {
        conversation: String,
        before: u64,
    },
    Shut {
        conversation: String,
    },
    Take {
        conversation: String,
    },
    Say {
        id: String,
        conversation: String,
        text: String,
    },
    Note {
        id: String,
        conversation: String,
        text: String,
    },
    Typing {
        conversation: String,
    },
    Read {
        conversation: String,
        seq: u64,
    },
    Release {
        conversation: String,
    },
    Close {
        conversation: String,
    },
    Ping {
        #[serde(default)]
        t: serde_json::Value,
    },
}

/// Reads a desk's frame.
///
/// # Errors
/// [`FrameError`] with the code to answer; for any text whatever, never a panic.
pub fn parse(text: &str) -> Result<ClientFrame, FrameError> {
    let frame = parse_frame::<ClientFrame>(text, &TYPES)?;
    if let ClientFrame::Say { id, text, .. } | ClientFrame::Note { id, text, .. } = &frame {
        check_id(id)?;
        check_text(text, id)?;
    }
    Ok(frame)
}

/// Reads the first frame.
///
/// # Errors
/// The code to answer before closing: not a hello, one of another version, or one with a wrong field.
pub fn hello(text: &str) -> Result<(), ErrorCode> {
    /// Nothing but its version, which is checked already.
    #[derive(Deserialize)]
    struct Hello {
        #[serde(rename = "v")]
        _version: u64,
    }
    parse_hello::<Hello>(text).map(drop)
}

/// What the server sends to a desk.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the frames of ARCHITECTURE.md")]
pub enum ServerFrame {
    Welcome {
        agent: AgentForm,
        shops: Vec<ShopName>,
        #[serde(flatten)]
        board: BoardForm,
    },
    Board(BoardForm),
    Conversation {
        card: Box<CardForm>,
        messages: Vec<MessageForm>,
        notes: Vec<NoteForm>,
        more: bool,
    },
    Earlier {
        conversation: String,
        messages: Vec<MessageForm>,
        more: bool,
    },
    Message {
        conversation: String,
        #[serde(flatten)]
        message: Box<MessageForm>,
    },
    Note {
        conversation: String,
        #[serde(flatten)]
        note: NoteForm,
    },
    State {
        conversation: String,
        mode: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        agent: Option<Named>,
    },
    Typing {
        conversation: String,
        from: &'static str,
    },
    Read {
        conversation: String,
        from: &'static str,
        seq: u64,
    },
    Ack {
        id: String,
        conversation: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        n: Option<u64>,
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
        conversation: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        fatal: bool,
    },
}

/// The three lists of a desk.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct BoardForm {
    pub waiting: Vec<CardForm>,
    pub mine: Vec<CardForm>,
    pub closed: Vec<CardForm>,
}

/// A conversation as the desk's lists show it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct CardForm {
    pub conversation: String,
    pub shop: String,
    pub mode: &'static str,
    pub shopper: ShopperForm,
    pub since: String,
    pub reason: Option<ReasonForm>,
    pub summary: Vec<String>,
    pub slots: Vec<SlotForm>,
    pub order: Option<String>,
    pub product: Option<String>,
    pub ticket: Option<String>,
    pub last: Option<LastForm>,
    pub agent: Option<StaffForm>,
    pub locale: &'static str,
    pub suggestions: Vec<SuggestionForm>,
    pub unread: u64,
}

/// Who the shopper is.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct ShopperForm {
    pub id: Option<String>,
    pub name: Option<String>,
    pub signed_in: bool,
}

/// Why a person is needed.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct ReasonForm {
    pub code: &'static str,
    pub text: String,
}

/// A slot that a flow has filled.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct SlotForm {
    pub name: String,
    pub value: String,
}

/// The last message of a conversation.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct LastForm {
    pub from: &'static str,
    pub text: String,
    pub at: String,
}

/// A reply that fits.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct SuggestionForm {
    pub text: String,
}

/// A member of staff.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct StaffForm {
    pub id: String,
    pub name: String,
}

/// The member of staff whose desk it is.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct AgentForm {
    pub id: String,
    pub name: String,
    pub role: &'static str,
}

/// A shop by name.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct ShopName {
    pub id: String,
    pub name: String,
}

/// An internal note.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct NoteForm {
    pub n: u64,
    pub at: String,
    pub agent: Named,
    pub text: String,
}

impl ServerFrame {
    /// An error about a frame of this id and conversation, as far as they are known.
    pub fn error(code: ErrorCode, id: Option<&str>, conversation: Option<&str>) -> Self {
        Self::Error {
            code,
            message: code.sentence(),
            id: id.map(str::to_owned),
            conversation: conversation.map(str::to_owned),
            by: None,
            fatal: false,
        }
    }

    /// An error after which the server closes.
    pub fn fatal(code: ErrorCode) -> Self {
        let message = code.sentence();
        Self::Error { code, message, id: None, conversation: None, by: None, fatal: true }
    }
}
