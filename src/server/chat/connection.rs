//! One shopper's connection: frames in, events out, and every message once and in order.
//!
//! Whatever happens to a connection, the store has the truth: a gap or a lagging bus is filled from there.

use axum::extract::ws::WebSocket;

use super::{
    super::{
        ServerState,
        socket::{self, Ending, Gone, Incoming, Reader, Writer},
    },
    frames, hello,
};
use crate::{
    bus::{Event, Heard, Subscription},
    domain::{ConversationId, Message, ShopId},
    wire::frames::{
        ErrorCode,
        shopper::{self, ServerFrame, StateForm, parse},
    },
};

/// Messages fetched at once when a gap is filled.
const PAGE: usize = 200;

/// A connection that has said hello.
pub(super) struct Connection {
    pub(super) state: ServerState,
    pub(super) shop: ShopId,
    pub(super) conversation: ConversationId,
    /// The last message that this client was sent.
    pub(super) sent: u64,
    /// Whether the client may see why the bot said what.
    pub(super) trace: bool,
    pub(super) events: Subscription,
    pub(super) writer: Writer,
    /// The conversation was deleted: the client comes back, is told `bad_token` and begins anew.
    pub(super) over: bool,
}

/// Serves a connection until it ends.
pub(super) async fn run(state: ServerState, shop: ShopId, staff: bool, socket: WebSocket) {
    let (mut writer, mut reader) = socket::split(socket, state.drain.clone());
    let first = match reader.first().await {
        Ok(first) => first,
        Err(ending) => return socket::end(&mut writer, &mut reader, ending).await,
    };
    let hello = match first.as_deref().map_or(Err(ErrorCode::NotHello), shopper::hello) {
        Ok(hello) => hello,
        Err(code) => return writer.refuse(&ServerFrame::error(code, None, true)).await,
    };
    if let Some(mut connection) = hello::welcome(state, shop, staff, hello, writer).await {
        let ending = connection.serve(&mut reader).await;
        socket::end(&mut connection.writer, &mut reader, ending).await;
    }
}

impl Connection {
    /// Frames in, events out, until either side ends it.
    async fn serve(&mut self, reader: &mut Reader) -> Ending {
        loop {
            let step = tokio::select! {
                biased;
                incoming = reader.next() => match incoming {
                    Ok(Incoming::Text(text)) => self.handle(&text).await,
                    Ok(Incoming::Binary) => self.complain(ErrorCode::BadFrame, None).await,
                    Err(ending) => return ending,
                },
                heard = self.events.next() => self.hear(heard).await,
            };
            if step.is_err() {
                return if self.over { Ending::Over } else { Ending::Gone };
            }
        }
    }

    /// Answers one frame; an error frame disturbs nothing else.
    async fn handle(&mut self, text: &str) -> Result<(), Gone> {
        match parse(text) {
            Ok(frame) => frames::handle(self, frame).await,
            Err(error) => self.complain(error.code, error.id.as_deref()).await,
        }
    }

    /// Passes on what the bus tells.
    async fn hear(&mut self, heard: Heard) -> Result<(), Gone> {
        match heard {
            Heard::Event(Event::Message(message)) if message.seq <= self.sent => Ok(()),
            Heard::Event(Event::Message(message)) if message.seq == self.sent + 1 => {
                self.pass_on(&message).await
            }
            // A gap: the store knows what comes next.
            Heard::Event(Event::Message(_)) => self.catch_up().await,
            Heard::Event(Event::Gone) => Err(self.end_over()),
            Heard::Lagged => {
                self.catch_up().await?;
                // What was lost may have told that it is no more.
                let known = self.state.engine.parts().store.conversation(&self.conversation).await;
                if matches!(known, Ok(None)) {
                    return Err(self.end_over());
                }
                // What was lost may have told who answers now.
                self.state.engine.publish_state(&self.conversation).await;
                Ok(())
            }
            Heard::Event(Event::Standing { mode, queue, agent }) => {
                let state = StateForm::new(mode, queue, agent.map(|(_, name)| name));
                self.writer.send(&ServerFrame::State(state)).await
            }
            Heard::Event(Event::Typing { from }) if from != frames::SHOPPER => {
                self.writer.send(&ServerFrame::Typing { from }).await
            }
            Heard::Event(Event::Read { from, seq }) if from != frames::SHOPPER => {
                self.writer.send(&ServerFrame::Read { from, seq }).await
            }
            Heard::Event(_) => Ok(()),
            Heard::Closed => Err(Gone),
        }
    }

    /// Ends the connection because its conversation is no more.
    pub(super) fn end_over(&mut self) -> Gone {
        self.over = true;
        Gone
    }

    /// Sends every message after the last one sent.
    pub(super) async fn catch_up(&mut self) -> Result<(), Gone> {
        loop {
            let stored = self.state.engine.parts().store.messages(&self.conversation, self.sent, PAGE).await;
            let messages = stored.map_err(|error| {
                tracing::error!(error = %error, "messages can't be read");
                Gone
            })?;
            if messages.is_empty() {
                return Ok(());
            }
            for message in messages {
                self.pass_on(&message).await?;
            }
        }
    }

    async fn pass_on(&mut self, message: &Message) -> Result<(), Gone> {
        self.state.speech.hear(&self.conversation, message, self.state.engine.now());
        self.writer.send(&ServerFrame::message(message, self.trace)).await?;
        self.sent = message.seq;
        Ok(())
    }

    /// Tells the client that a frame can't be followed.
    pub(super) async fn complain(&mut self, code: ErrorCode, id: Option<&str>) -> Result<(), Gone> {
        self.writer.send(&ServerFrame::error(code, id, false)).await
    }
}
