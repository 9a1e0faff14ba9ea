//! What each of a desk's frames does.

use serde_json::{Value, json};

use super::{super::socket::Gone, connection::Desk, forms};
use crate::{
    bus::{Event, Topic},
    domain::{ConversationId, Message, Mode, Part, Shown},
    engine::{Leaving, PeopleError, Recipient, supervises},
    store::{Conversation, Duty, NewAudit, Reader, StoreError},
    wire::frames::{
        ErrorCode, MessageForm,
        desk::{ClientFrame, ServerFrame},
    },
};

/// A person's name in events.
pub(super) const AGENT: &str = "agent";
/// Messages shown at once.
const SHOWN: usize = 200;

/// What went wrong with a frame.
enum Failure {
    Gone,
    Code(ErrorCode),
    Taken(String),
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl From<Gone> for Failure {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<PeopleError> for Failure {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Taken(by) => Self::Taken(by),
            PeopleError::NotWaiting | PeopleError::NotHolder => Self::Code(ErrorCode::NotYours),
            PeopleError::Away => Self::Code(ErrorCode::Away),
            PeopleError::NoGroup => Self::Code(ErrorCode::NoGroup),
            PeopleError::IdReused => Self::Code(ErrorCode::IdReused),
            PeopleError::Engine(error) => Self::Internal(error.into()),
        }
    }
}

/// Does what a frame says.
pub(super) async fn handle(desk: &mut Desk, frame: ClientFrame) -> Result<(), Gone> {
    let (id, conversation) = match &frame {
        ClientFrame::Hello { .. } => return desk.complain(ErrorCode::BadFrame, None, None).await,
        ClientFrame::Ping { t } => return desk.writer.send(&ServerFrame::Pong { t: t.clone() }).await,
        ClientFrame::Status { status } => return change_status(desk, status).await,
        ClientFrame::Say { id, conversation, .. } | ClientFrame::Note { id, conversation, .. } => {
            (Some(id.clone()), conversation.clone())
        }
        ClientFrame::Open { conversation, .. }
        | ClientFrame::Earlier { conversation, .. }
        | ClientFrame::Shut { conversation }
        | ClientFrame::Take { conversation }
        | ClientFrame::TakeOver { conversation }
        | ClientFrame::Typing { conversation }
        | ClientFrame::Read { conversation, .. }
        | ClientFrame::Tag { conversation, .. }
        | ClientFrame::Suggest { conversation }
        | ClientFrame::Transfer { conversation, .. }
        | ClientFrame::Release { conversation, .. }
        | ClientFrame::Close { conversation, .. } => (None, conversation.clone()),
    };
    let failure = match follow(desk, frame, &conversation).await {
        Ok(()) => return Ok(()),
        Err(failure) => failure,
    };
    let (code, by) = match failure {
        Failure::Gone => return Err(Gone),
        Failure::Code(code) => (code, None),
        Failure::Taken(by) => (ErrorCode::Taken, Some(by)),
        Failure::Internal(error) => {
            tracing::error!(error = %error, "a desk's frame failed");
            (ErrorCode::Internal, None)
        }
    };
    let mut error = ServerFrame::error(code, id.as_deref(), Some(&conversation));
    if let ServerFrame::Error { by: named, .. } = &mut error {
        *named = by;
    }
    desk.writer.send(&error).await
}

async fn follow(desk: &mut Desk, frame: ClientFrame, conversation: &str) -> Result<(), Failure> {
    if let ClientFrame::Shut { .. } = frame {
        desk.open.remove(&ConversationId::from(conversation));
        return Ok(());
    }
    let current = seen(desk, conversation).await?;
    let (engine, staff) = (desk.state.engine.clone(), desk.staff());
    let done = recorded(&frame);
    match frame {
        ClientFrame::Open { after, .. } => open(desk, &current, after).await?,
        ClientFrame::Earlier { before, .. } => earlier(desk, &current.id, before).await?,
        ClientFrame::Take { .. } => engine.take(&current, &staff).await?,
        ClientFrame::TakeOver { .. } if supervises(desk.agent.role) => {
            engine.take_over(&current, &staff).await?;
        }
        ClientFrame::TakeOver { .. } => return Err(Failure::Code(ErrorCode::Forbidden)),
        ClientFrame::Release { order, note, .. } => {
            let topic = order.map(|order| Shown::Order(order.as_str().into()));
            engine.release(&current, &staff, Leaving { wrap_up: None, note, topic }).await?;
        }
        ClientFrame::Close { wrap_up, note, .. } => {
            engine.close(&current, &staff, Leaving { wrap_up, note, topic: None }).await?;
        }
        ClientFrame::Transfer { agent, group, note, .. } => {
            transfer(desk, &current, agent, group, note).await?;
        }
        ClientFrame::Tag { tags, .. } => engine.tag(&current, tags).await?,
        ClientFrame::Suggest { .. } => {
            let suggestions = forms::suggestions(desk, &current).await;
            let (conversation, seq) = (conversation.to_owned(), current.last_seq);
            desk.writer.send(&ServerFrame::Suggestions { conversation, seq, suggestions }).await?;
        }
        ClientFrame::Say { id, text, image, sticker, suggestion, .. } => {
            let parts = spoken(desk, &current, (text.clone(), image, sticker)).await?;
            let seq = engine.say_as_agent(&current, &staff, &id, parts).await?;
            let conversation = conversation.to_owned();
            desk.writer.send(&ServerFrame::Ack { id, conversation, seq: Some(seq), n: None }).await?;
            if let (Some(used), Some(said)) = (suggestion, text) {
                engine.proposal_used(&current, seq, &used.source, &used.text, &said).await;
            }
        }
        ClientFrame::Note { id, text, .. } => {
            let n = Some(engine.note(&current, &staff, &id, &text).await?);
            let conversation = conversation.to_owned();
            desk.writer.send(&ServerFrame::Ack { id, conversation, seq: None, n }).await?;
        }
        ClientFrame::Typing { .. } if holds(desk, &current) => {
            tell(desk, &current.id, Event::Typing { from: AGENT });
        }
        ClientFrame::Read { seq, .. } if holds(desk, &current) => {
            let seq = engine.parts().store.mark_read(&current.id, Reader::Staff, seq).await?;
            tell(desk, &current.id, Event::Read { from: AGENT, seq });
        }
        _ => {}
    }
    if let Some((action, detail)) = done {
        let entry = NewAudit::by_staff(&staff, action, engine.now());
        let entry = entry.in_conversation(&current.shop, &current.id).with(detail);
        engine.parts().store.record_audit(entry).await?;
    }
    Ok(())
}

/// What the audit log says of a frame that was followed: the action and its ids, never what was written.
fn recorded(frame: &ClientFrame) -> Option<(&'static str, Value)> {
    Some(match frame {
        ClientFrame::Take { .. } => ("conversation.take", json!({})),
        ClientFrame::TakeOver { .. } => ("conversation.take_over", json!({})),
        ClientFrame::Transfer { agent: Some(agent), .. } => {
            ("conversation.transfer", json!({"to_agent": agent}))
        }
        ClientFrame::Transfer { group, .. } => ("conversation.transfer", json!({"to_group": group})),
        ClientFrame::Release { .. } => ("conversation.release", json!({})),
        ClientFrame::Close { wrap_up, .. } => ("conversation.close", json!({"wrap_up": wrap_up})),
        ClientFrame::Note { .. } => ("conversation.note", json!({})),
        _ => return None,
    })
}

/// This person wants new conversations, or doesn't.
async fn change_status(desk: &mut Desk, status: &str) -> Result<(), Gone> {
    let Some(duty) = Duty::from_name(status) else {
        return desk.complain(ErrorCode::BadFrame, None, None).await;
    };
    let engine = desk.state.engine.clone();
    if let Err(error) = engine.be_present(&desk.agent.id, Some(duty)).await {
        tracing::error!(error = %error, "a person's status can't be kept");
        return desk.complain(ErrorCode::Internal, None, None).await;
    }
    // Every desk shows who is there.
    desk.shops.iter().for_each(|shop| engine.publish_board(shop));
    Ok(())
}

/// Hands a conversation on; the next person reads the note as an internal note.
async fn transfer(
    desk: &Desk,
    current: &Conversation,
    agent: Option<String>,
    group: Option<String>,
    note: Option<String>,
) -> Result<(), Failure> {
    let (engine, staff) = (&desk.state.engine, desk.staff());
    let to = match (agent, group) {
        (Some(agent), _) => Recipient::Agent(agent.as_str().into()),
        (None, group) => Recipient::Group(group.unwrap_or_default()),
    };
    let note = note.filter(|note| !note.trim().is_empty());
    engine.transfer(current, &staff, to, note.clone(), supervises(desk.agent.role)).await?;
    if let Some(note) = note {
        let id = format!("transfer:{}", current.version);
        engine.note(current, &staff, &id, &note).await?;
    }
    Ok(())
}

/// What a person says: words, a picture uploaded in this conversation, or a sticker of the shop.
async fn spoken(
    desk: &Desk,
    current: &Conversation,
    said: (Option<String>, Option<String>, Option<String>),
) -> Result<Vec<Part>, Failure> {
    let engine = &desk.state.engine;
    let part = match said {
        (Some(text), ..) => Some(Part::text(text)),
        (None, Some(image), _) => {
            engine.image_part(current, &image.as_str().into()).await.map_err(PeopleError::from)?
        }
        (None, None, Some(id)) => engine.sticker_part(&current.shop, &id, current.locale),
        (None, None, None) => None,
    };
    part.map(|part| vec![part]).ok_or(Failure::Code(ErrorCode::BadFrame))
}

/// The conversation, if this person may see it: one of their shops that was brought to people once, also after it
/// has left them. Any other stays private.
async fn seen(desk: &Desk, conversation: &str) -> Result<Conversation, Failure> {
    let found = desk.state.engine.parts().store.conversation(&conversation.into()).await?;
    found
        .filter(|conversation| desk.shops.contains(&conversation.shop) && conversation.handed_at.is_some())
        .ok_or(Failure::Code(ErrorCode::NotFound))
}

fn holds(desk: &Desk, conversation: &Conversation) -> bool {
    conversation.mode == Mode::Agent
        && conversation.agent.as_ref().is_some_and(|agent| agent.id == desk.agent.id)
}

/// Shows a conversation and follows it from there on.
async fn open(desk: &mut Desk, conversation: &Conversation, after: Option<u64>) -> Result<(), Failure> {
    let id = &conversation.id;
    let after = after.map(|after| after.min(conversation.last_seq));
    // Listening begins before the messages are read, so that nothing falls between.
    desk.follow(id);
    let store = desk.state.engine.parts().store.clone();
    let messages = match after {
        Some(after) => store.messages(id, after, SHOWN).await?,
        None => store.latest(id, SHOWN).await?,
    };
    let card = store.card(id, Some(&desk.agent.id)).await?.ok_or(Failure::Code(ErrorCode::NotFound))?;
    let notes = store.notes(id).await?;
    if let Some(followed) = desk.open.get_mut(id) {
        followed.sent = messages.last().map_or(after.unwrap_or_default(), |last| last.seq);
        followed.noted = notes.last().map_or(0, |last| last.number);
    }
    let frame = ServerFrame::Conversation {
        card: Box::new(forms::whole_card(desk, &card).await),
        more: after.is_none() && starts_later(&messages),
        messages: messages.iter().map(|message| MessageForm::of(message, true)).collect(),
        notes: notes.into_iter().map(forms::note).collect(),
    };
    desk.writer.send(&frame).await?;
    if card.mentioned {
        store.see_mentions(&desk.agent.id, id).await?;
    }
    Ok(desk.catch_up(id).await?)
}

/// Shows what was said before.
async fn earlier(desk: &mut Desk, id: &ConversationId, before: u64) -> Result<(), Failure> {
    let messages = desk.state.engine.parts().store.earlier(id, before, SHOWN).await?;
    let frame = ServerFrame::Earlier {
        conversation: id.to_string(),
        more: starts_later(&messages),
        messages: messages.iter().map(|message| MessageForm::of(message, true)).collect(),
    };
    Ok(desk.writer.send(&frame).await?)
}

/// Whether the conversation has messages before these.
fn starts_later(messages: &[Message]) -> bool {
    messages.first().is_some_and(|first| 1 < first.seq)
}

fn tell(desk: &Desk, id: &ConversationId, event: Event) {
    desk.state.engine.parts().bus.publish(&Topic::Conversation(id.clone()), event);
}
