//! One desk's connection: its lists, the conversations it has open, and what happens in them.

use std::{collections::HashMap, pin::Pin, time::Duration};

use axum::extract::ws::WebSocket;
use futures::{
    Stream, StreamExt,
    stream::{self, SelectAll},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    super::{
        ServerState,
        socket::{self, Ending, Gone, Incoming, Reader, Writer},
    },
    forms, frames,
};
use crate::{
    bus::{Event, Heard, Topic},
    domain::{ConversationId, ShopId},
    store::{Agent, Staff},
    wire::frames::{
        ErrorCode, MessageForm, Named,
        desk::{self, AgentForm, NoteForm, ServerFrame, parse},
    },
};

/// Messages fetched at once when a gap is filled.
const PAGE: usize = 200;
/// How often a desk tells that it is open.
const PRESENT_EVERY: Duration = Duration::from_secs(15);
/// How often its lists are sent, at most.
const BOARD_EVERY: Duration = Duration::from_millis(250);

/// A desk that has said hello.
pub(super) struct Desk {
    pub(super) state: ServerState,
    pub(super) agent: Agent,
    /// The shops whose conversations this person may see.
    pub(super) shops: Vec<ShopId>,
    pub(super) open: HashMap<ConversationId, Followed>,
    pub(super) writer: Writer,
    /// The lists are not what this desk was last sent.
    board_changed: bool,
    /// What is heard of the shops and of the open conversations.
    hearing: SelectAll<Hearing>,
}

type Hearing = Pin<Box<dyn Stream<Item = (Topic, Heard)> + Send + Sync>>;

/// An open conversation. It is listened to as long as this is kept.
pub(super) struct Followed {
    /// The last message that this desk was sent.
    pub(super) sent: u64,
    /// The last note that this desk was sent.
    pub(super) noted: u64,
    _listening: DropGuard,
}

/// Serves a desk until it ends.
pub(super) async fn run(state: ServerState, agent: Agent, socket: WebSocket) {
    let (mut writer, mut reader) = socket::split(socket, state.drain.clone());
    let first = match reader.first().await {
        Ok(first) => first,
        Err(ending) => return socket::end(&mut writer, &mut reader, ending).await,
    };
    if let Err(code) = first.as_deref().map_or(Err(ErrorCode::NotHello), desk::hello) {
        return writer.refuse(&ServerFrame::fatal(code)).await;
    }
    let shops = shops_of(&state, &agent);

    let open = state.engine.open_desk(&agent.id, &shops).await;
    let hearing = SelectAll::new();

    let mut desk = Desk { state, agent, shops, open: HashMap::new(), writer, board_changed: false, hearing };
    for shop in desk.shops.clone() {
        desk.listen(Topic::Desk(shop), CancellationToken::new());
    }

    if desk.welcome().await.is_ok() {
        let ending = desk.serve(&mut reader).await;
        socket::end(&mut desk.writer, &mut reader, ending).await;
    }
    desk.state.engine.close_desk(open, &desk.shops).await;
}

/// The shops that are served and that this person works for.
fn shops_of(state: &ServerState, agent: &Agent) -> Vec<ShopId> {
    let served = state.engine.parts().shops.list().into_iter().map(|shop| shop.id);
    served.filter(|shop| agent.shops.is_empty() || agent.shops.contains(shop)).collect()
}

impl Desk {
    async fn welcome(&mut self) -> Result<(), Gone> {
        let board = forms::board(self).await;
        let shops = forms::shops(self);
        let agent = AgentForm {
            id: self.agent.id.to_string(),
            name: self.agent.name.clone(),
            role: self.agent.role.name(),
            groups: self.agent.groups.clone(),
            capacity: self.agent.capacity,
        };
        let frame = ServerFrame::Welcome { agent, shops, board };
        self.writer.send(&frame).await
    }

    /// Frames in, events out, until either side ends it.
    async fn serve(&mut self, reader: &mut Reader) -> Ending {
        let mut present = tokio::time::interval(PRESENT_EVERY);
        let mut board = tokio::time::interval(BOARD_EVERY);
        board.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                biased;
                incoming = reader.next() => match incoming {
                    Ok(Incoming::Text(text)) => self.handle(&text).await,
                    Ok(Incoming::Binary) => self.complain(ErrorCode::BadFrame, None, None).await,
                    Err(ending) => return ending,
                },
                Some((topic, heard)) = self.hearing.next() => self.hear(&topic, heard).await,
                _ = board.tick(), if self.board_changed => self.send_board().await,
                _ = present.tick() => self.still_present().await,
            };
            if step.is_err() {
                return Ending::Gone;
            }
        }
    }

    async fn send_board(&mut self) -> Result<(), Gone> {
        self.board_changed = false;
        let board = forms::board(self).await;
        self.writer.send(&ServerFrame::Board(board)).await
    }

    /// Tells that this desk is open, for those who give out conversations.
    async fn still_present(&mut self) -> Result<(), Gone> {
        if let Err(error) = self.state.engine.be_present(&self.agent.id, None).await {
            tracing::warn!(error = %error, "a person's presence can't be kept");
        }
        // A shop was opened or shut: the page comes back at once and sees it.
        if shops_of(&self.state, &self.agent) == self.shops { Ok(()) } else { Err(Gone) }
    }

    async fn handle(&mut self, text: &str) -> Result<(), Gone> {
        match parse(text) {
            Ok(frame) => frames::handle(self, frame).await,
            Err(error) => self.complain(error.code, error.id.as_deref(), None).await,
        }
    }

    /// Listens to a topic until `stop`.
    fn listen(&mut self, topic: Topic, stop: CancellationToken) {
        let subscription = self.state.engine.parts().bus.subscribe(&topic);
        let events = stream::unfold((topic, subscription), |(topic, mut subscription)| async move {
            let heard = subscription.next().await;
            Some(((topic.clone(), heard), (topic, subscription)))
        });
        self.hearing.push(Box::pin(events.take_until(stop.cancelled_owned())));
    }

    /// Begins to follow a conversation, or goes on with it: it is listened to once, however often it is opened.
    pub(super) fn follow(&mut self, id: &ConversationId) {
        if !self.open.contains_key(id) {
            let stop = CancellationToken::new();
            self.listen(Topic::Conversation(id.clone()), stop.clone());
            let followed = Followed { sent: 0, noted: 0, _listening: stop.drop_guard() };
            self.open.insert(id.clone(), followed);
        }
    }

    async fn hear(&mut self, topic: &Topic, heard: Heard) -> Result<(), Gone> {
        match topic {
            // A busy hour changes the lists many times a second; nobody reads them that fast.
            Topic::Desk(_) => {
                self.board_changed = true;
                Ok(())
            }
            Topic::Conversation(id) => self.tell(id, heard).await,
            // Files are no matter of the desk's.
            Topic::Shops => Ok(()),
        }
    }

    /// Passes on an event of an open conversation.
    async fn tell(&mut self, id: &ConversationId, heard: Heard) -> Result<(), Gone> {
        let Some(followed) = self.open.get_mut(id) else { return Ok(()) };
        let conversation = id.to_string();
        let frame = match heard {
            Heard::Event(Event::Message(message)) if message.seq <= followed.sent => return Ok(()),
            Heard::Event(Event::Message(message)) if message.seq == followed.sent + 1 => {
                followed.sent = message.seq;
                ServerFrame::Message { conversation, message: Box::new(MessageForm::of(&message, true)) }
            }
            Heard::Event(Event::Note { number, .. }) if number <= followed.noted => return Ok(()),
            Heard::Event(Event::Note { number, agent, text, at }) if number == followed.noted + 1 => {
                followed.noted = number;
                let note = NoteForm { n: number, at: at.to_string(), agent: Named { name: agent }, text };
                ServerFrame::Note { conversation, note }
            }
            // A gap: the store knows what comes next.
            Heard::Event(Event::Message(_) | Event::Note { .. }) => return self.catch_up(id).await,
            Heard::Lagged => {
                self.catch_up(id).await?;
                // What was lost may have told who answers now.
                self.state.engine.publish_state(id).await;
                return Ok(());
            }
            Heard::Event(Event::Standing { mode, agent, .. }) => ServerFrame::State {
                conversation,
                mode: mode.name(),
                agent: agent.map(|(_, name)| Named { name }),
            },
            Heard::Event(Event::Gone) => {
                self.open.remove(id);
                ServerFrame::error(ErrorCode::NotFound, None, Some(&conversation))
            }
            Heard::Event(Event::Typing { from }) if from != frames::AGENT => {
                ServerFrame::Typing { conversation, from }
            }
            Heard::Event(Event::Read { from, seq }) if from != frames::AGENT => {
                ServerFrame::Read { conversation, from, seq }
            }
            Heard::Event(_) => return Ok(()),
            Heard::Closed => return Err(Gone),
        };
        self.writer.send(&frame).await
    }

    /// Sends every message and note of an open conversation after the last ones sent.
    pub(super) async fn catch_up(&mut self, id: &ConversationId) -> Result<(), Gone> {
        let store = self.state.engine.parts().store.clone();
        let unreadable = |error| {
            tracing::error!(error = %error, "a conversation can't be read");
            Gone
        };
        while let Some(followed) = self.open.get_mut(id) {
            let messages = store.messages(id, followed.sent, PAGE).await.map_err(unreadable)?;
            let Some(last) = messages.last() else { break };
            followed.sent = last.seq;
            for message in &messages {
                let message = Box::new(MessageForm::of(message, true));
                let frame = ServerFrame::Message { conversation: id.to_string(), message };
                self.writer.send(&frame).await?;
            }
        }
        let notes = store.notes(id).await.map_err(unreadable)?;
        let Some(followed) = self.open.get_mut(id) else { return Ok(()) };
        let known = std::mem::replace(&mut followed.noted, notes.last().map_or(0, |last| last.number));
        for note in notes.into_iter().filter(|note| note.number > known) {
            let frame = ServerFrame::Note { conversation: id.to_string(), note: forms::note(note) };
            self.writer.send(&frame).await?;
        }
        Ok(())
    }

    /// This person, as a conversation names them.
    pub(super) fn staff(&self) -> Staff {
        Staff { id: self.agent.id.clone(), name: self.agent.name.clone() }
    }

    /// Tells the desk that a frame can't be followed.
    pub(super) async fn complain(
        &mut self,
        code: ErrorCode,
        id: Option<&str>,
        conversation: Option<&str>,
    ) -> Result<(), Gone> {
        self.writer.send(&ServerFrame::error(code, id, conversation)).await
    }
}
