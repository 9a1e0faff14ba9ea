//! The frames of the desk's websocket (ARCHITECTURE.md, "The desk's frames").

use serde::{Deserialize, Serialize};

use super::{
    ErrorCode, FrameError, LONGEST_TEXT, MessageForm, Named, StickerForm, bad, check_id, check_text,
    parse as parse_frame, parse_hello,
};

const TYPES: [&str; 17] = [
    "hello",
    "status",
    "open",
    "earlier",
    "shut",
    "take",
    "take_over",
    "say",
    "note",
    "typing",
    "read",
    "tag",
    "suggest",
    "transfer",
    "release",
    "close",
    "ping",
];
/// Tags of a conversation at most; longer lists are wrong frames.
const MOST_TAGS: usize = 50;

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
    Status {
        status: String,
    },
    Take {
        conversation: String,
    },
    TakeOver {
        conversation: String,
    },
    Say {
        id: String,
        conversation: String,
        text: Option<String>,
        image: Option<String>,
        sticker: Option<String>,
        suggestion: Option<UsedSuggestion>,
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
    Tag {
        conversation: String,
        tags: Vec<String>,
    },
    Suggest {
        conversation: String,
    },
    Transfer {
        conversation: String,
        agent: Option<String>,
        group: Option<String>,
        note: Option<String>,
    },
    Release {
        conversation: String,
        order: Option<String>,
        note: Option<String>,
    },
    Close {
        conversation: String,
        wrap_up: Option<String>,
        note: Option<String>,
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
    match &frame {
        ClientFrame::Say { id, text, image, sticker, .. } => {
            check_id(id)?;
            let given = [text, image, sticker].into_iter().flatten().count();
            if given != 1 {
                return Err(bad(ErrorCode::BadFrame, Some(id.clone())));
            }
            text.iter().try_for_each(|text| check_text(text, id))?;
        }
        ClientFrame::Note { id, text, .. } => {
            check_id(id)?;
            check_text(text, id)?;
        }
        ClientFrame::Transfer { agent, group, note, .. } => {
            if agent.is_some() == group.is_some() {
                return Err(bad(ErrorCode::BadFrame, None));
            }
            check_remark(note.as_deref())?;
        }
        ClientFrame::Release { note, .. } | ClientFrame::Close { note, .. } => {
            check_remark(note.as_deref())?;
        }
        ClientFrame::Tag { tags, .. } if MOST_TAGS < tags.len() => {
            return Err(bad(ErrorCode::BadFrame, None));
        }
        _ => {}
    }
    Ok(frame)
}

/// A remark that may be left out, and may be empty.
fn check_remark(remark: Option<&str>) -> Result<(), FrameError> {
    let fine = remark.is_none_or(|remark| remark.chars().count() <= LONGEST_TEXT);
    if fine { Ok(()) } else { Err(bad(ErrorCode::TooLong, None)) }
}

/// The suggestion that a reply was made of.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct UsedSuggestion {
    /// Where it came from.
    pub source: String,
    /// As it was suggested.
    pub text: String,
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
        shops: Vec<ShopForm>,
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
    Suggestions {
        conversation: String,
        seq: u64,
        suggestions: Vec<SuggestionForm>,
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

/// The lists of a desk.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct BoardForm {
    pub status: &'static str,
    pub waiting: Vec<CardForm>,
    pub messages: Vec<CardForm>,
    pub mine: Vec<CardForm>,
    pub others: Vec<CardForm>,
    pub closed: Vec<CardForm>,
    pub colleagues: Vec<ColleagueForm>,
}

/// A member of staff who may hold conversations.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct ColleagueForm {
    pub id: String,
    pub name: String,
    pub status: &'static str,
    pub load: u32,
    pub capacity: u32,
    pub groups: Vec<String>,
    pub shops: Vec<String>,
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
    pub group: Option<NamedId>,
    pub priority: i32,
    pub taken_at: Option<String>,
    pub awaiting_since: Option<String>,
    pub due: Option<String>,
    pub promised: Option<String>,
    pub contact: Option<String>,
    pub tags: Vec<String>,
    pub wrap_up: Option<String>,
    pub note: Option<String>,
    pub ended_at: Option<String>,
    pub rating: Option<RatingForm>,
    pub mentioned: bool,
}

/// Something with an id and a name.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct NamedId {
    pub id: String,
    pub name: String,
}

/// A shopper's rating.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct RatingForm {
    pub score: u8,
    pub comment: Option<String>,
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
    pub source: &'static str,
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
    pub groups: Vec<String>,
    pub capacity: u32,
}

/// A shop, and what its people work with.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct ShopForm {
    pub id: String,
    pub name: String,
    pub groups: Vec<NamedId>,
    pub tags: Vec<String>,
    pub wrap_ups: Vec<NamedId>,
    pub canned: Vec<CannedForm>,
    pub stickers: Vec<StickerForm>,
    pub service: ServiceForm,
}

/// A reply that is always at hand.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct CannedForm {
    pub id: String,
    pub zh: String,
    pub en: Option<String>,
}

/// How fast people mean to answer, in seconds.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of ARCHITECTURE.md")]
pub struct ServiceForm {
    pub first_reply: i64,
    pub reply: i64,
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
