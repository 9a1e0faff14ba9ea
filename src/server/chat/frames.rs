//! What each of a shopper's frames does, once the connection has said hello.

use super::{super::socket::Gone, connection::Connection, hello::page_of};
use crate::{
    bus::{Event, Topic},
    domain::Content,
    engine::{EngineError, Said},
    store::{Conversation, Identity, Rating, Reader, StoreError},
    wire::frames::{
        ErrorCode,
        shopper::{ClientFrame, ServerFrame, StateForm},
    },
};

/// The shopper's name in events.
pub(super) const SHOPPER: &str = "shopper";

/// Does what a frame says.
pub(super) async fn handle(connection: &mut Connection, frame: ClientFrame) -> Result<(), Gone> {
    let done = match frame {
        // A second hello means nothing on an open connection.
        ClientFrame::Hello(_) => return connection.complain(ErrorCode::BadFrame, None).await,
        ClientFrame::Ping { t } => return connection.writer.send(&ServerFrame::Pong { t }).await,
        ClientFrame::Say { id, content } => say(connection, &id, content).await,
        ClientFrame::Identify { shopper } => identify(connection, shopper.as_deref()).await,
        ClientFrame::Page(page) => {
            let store = &connection.state.engine.parts().store;
            store.record_page(&connection.conversation, page_of(&page)).await.map_err(Failure::from)
        }
        ClientFrame::Typing => {
            tell(connection, Event::Typing { from: SHOPPER });
            Ok(())
        }
        ClientFrame::Read { seq } => read(connection, seq).await,
        ClientFrame::Rate { score, comment } => {
            let engine = &connection.state.engine;
            let rating = Rating { score, comment, at: engine.now() };
            let rated = engine.parts().store.rate(&connection.conversation, rating).await;
            rated.map(|()| engine.publish_board(&connection.shop)).map_err(Failure::from)
        }
        ClientFrame::LeaveQueue => leave_queue(connection).await,
    };
    match done {
        Ok(()) => Ok(()),
        Err(Failure::Gone) => Err(Gone),
        Err(Failure::Code(code, id)) => connection.complain(code, id.as_deref()).await,
        Err(Failure::Internal(error)) if is_over(&error) => Err(connection.end_over()),
        Err(Failure::Internal(error)) => {
            tracing::error!(conversation.id = %connection.conversation, error = %error, "a frame failed");
            connection.complain(ErrorCode::Internal, None).await
        }
    }
}

/// Why a frame was not followed.
enum Failure {
    Gone,
    Code(ErrorCode, Option<String>),
    Internal(EngineError),
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

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Internal(error)
    }
}

/// Whether the conversation is there no more.
fn is_over(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::UnknownConversation | EngineError::Store(StoreError::NotFound("conversation"))
    )
}

/// Stores a message, then acknowledges it; its own copy and the answer come by the bus afterwards.
async fn say(connection: &mut Connection, id: &str, content: Content) -> Result<(), Failure> {
    if let Err(wait) = connection.state.speech.say(&connection.conversation, id) {
        let frame = ServerFrame::retry(ErrorCode::TooFast, Some(id), wait);
        return Ok(connection.writer.send(&frame).await?);
    }
    let named = || Some(id.to_owned());
    let of = connection.conversation.clone();
    // Whoever said something is told what of it could not be stored.
    let not_stored = |failure| match failure {
        Failure::Internal(error) if !is_over(&error) => {
            tracing::error!(conversation.id = %of, error = %error, "a message can't be stored");
            Failure::Code(ErrorCode::Internal, named())
        }
        other => other,
    };
    let conversation = current(connection).await.map_err(&not_stored)?;
    match connection.state.engine.say(&conversation, id, content).await {
        Ok(Said::Stored { seq }) => {
            Ok(connection.writer.send(&ServerFrame::Ack { id: id.to_owned(), seq }).await?)
        }
        Ok(Said::IdReused) => Err(Failure::Code(ErrorCode::IdReused, named())),
        Ok(Said::BadChoice) => Err(Failure::Code(ErrorCode::BadChoice, named())),
        Ok(Said::Overloaded { retry }) => {
            let frame = ServerFrame::retry(ErrorCode::Overloaded, Some(id), retry);
            Ok(connection.writer.send(&frame).await?)
        }
        Err(error) => Err(not_stored(error.into())),
    }
}

/// Signs in, renews, or signs out in mid-conversation. The answer is the state as it stands.
async fn identify(connection: &mut Connection, jwt: Option<&str>) -> Result<(), Failure> {
    let now = connection.state.engine.now();
    let shopper = match jwt {
        None => None,
        Some(jwt) => match connection.state.accounts.shopper(&connection.shop, jwt, now).await {
            Ok(shopper) => Some(shopper),
            Err(_) => return Err(Failure::Code(ErrorCode::BadShopper, None)),
        },
    };
    let store = &connection.state.engine.parts().store;
    match store.record_identity(&connection.conversation, shopper, now).await? {
        Identity::Other => Err(Failure::Code(ErrorCode::BadShopper, None)),
        Identity::Unchanged | Identity::Changed => {
            connection.state.engine.wake_soon(connection.conversation.clone());
            connection.state.engine.publish_board(&connection.shop);
            let standing = connection.state.engine.standing(&connection.conversation).await?;
            let standing = standing.ok_or(EngineError::UnknownConversation)?;
            let queue = standing.wait();
            let state = StateForm::new(standing.mode, queue, standing.agent.map(|agent| agent.name));
            Ok(connection.writer.send(&ServerFrame::State(state)).await?)
        }
    }
}

async fn read(connection: &Connection, seq: u64) -> Result<(), Failure> {
    let store = &connection.state.engine.parts().store;
    let seq = store.mark_read(&connection.conversation, Reader::Shopper, seq).await?;
    tell(connection, Event::Read { from: SHOPPER, seq });
    Ok(())
}

async fn leave_queue(connection: &Connection) -> Result<(), Failure> {
    let conversation = current(connection).await?;
    connection.state.engine.leave_queue(&conversation).await.map_err(|error| match error {
        crate::engine::PeopleError::Engine(error) => Failure::Internal(error),
        _ => Failure::Code(ErrorCode::Forbidden, None),
    })
}

/// The conversation as it stands now.
async fn current(connection: &Connection) -> Result<Conversation, Failure> {
    let store = &connection.state.engine.parts().store;
    let found = store.conversation(&connection.conversation).await?;
    found.ok_or(Failure::Internal(EngineError::UnknownConversation))
}

fn tell(connection: &Connection, event: Event) {
    connection.state.engine.parts().bus.publish(&Topic::Conversation(connection.conversation.clone()), event);
}
