//! One desk's connection: its lists, the conversations it has open, and what happens in them.

use std::{collections::HashMap, time::Duration};

use axum::extract::ws::WebSocket;
use futures::{StreamExt, stream::FuturesUnordered};
use tokio::time::Instant;

use super::{
    super::{
        ServerState,
        socket::{self, Gone, Incoming, Reader, Writer, close},
    },
    forms, frames,
};
use crate::{
    bus::{Event, Heard, Subscription, Topic},
    domain::{ConversationId, ShopId},
    store::{Agent, Staff},
    wire::frames::{
        ErrorCode, MessageForm, Named,
        desk::{AgentForm, ClientFrame, NoteForm, ServerFrame, ShopName, parse},
    },
};

const HELLO_DEADLINE: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(60);
/// Messages fetched at once when a gap is filled.
const PAGE: usize = 200;

/// A desk that has said hello.
pub(super) struct Desk {
    pub(super) state: ServerState,
    pub(super) agent: Agent,
    /// The shops whose conversations this person may see.
    pub(super) shops: Vec<ShopId>,
    /// Open conversations and the last message sent of each.
    pub(super) open: HashMap<ConversationId, u64>,
    pub(super) writer: Writer,
    /// One pending "next event" for each topic listened to.
    pub(super) hearing: FuturesUnordered<Hearing>,
}

type Hearing = std::pin::Pin<Box<dyn Future<Output = (Topic, Subscription, Heard)> + Send + Sync>>;

/// Serves a desk until it ends.
pub(super) async fn run(state: ServerState, agent: Agent, socket: WebSocket) {
    let (mut writer, mut reader) = socket::split(socket);
    let first = tokio::time::timeout(HELLO_DEADLINE, reader.next()).await;
    let hello = match first {
        Ok(Incoming::Text(text)) => parse(&text),
        _ => return,
    };
    if hello != Ok(ClientFrame::Hello { v: 1 }) {
        let error = ServerFrame::error(ErrorCode::NotHello, None, None);
        if writer.send(&error).await.is_ok() {
            writer.close(close::POLICY, "see the error before").await;
        }
        return;
    }
    let served = state.engine.parts().shops.list().into_iter().map(|shop| shop.id);
    let shops = served.filter(|shop| agent.shops.is_empty() || agent.shops.contains(shop)).collect();
    let mut desk =
        Desk { state, agent, shops, open: HashMap::new(), writer, hearing: FuturesUnordered::new() };
    for shop in desk.shops.clone() {
        desk.listen(Topic::Desk(shop));
    }
    if desk.welcome().await.is_ok() {
        desk.serve(&mut reader).await;
    }
}

impl Desk {
    async fn welcome(&mut self) -> Result<(), Gone> {
        let board = forms::board(self).await;
        let shops = self.state.engine.parts().shops.list().into_iter();
        let shops = shops.filter(|shop| self.shops.contains(&shop.id)).map(|shop| ShopName {
            id: shop.id.to_string(),
            name: shop.name.map(|name| name.zh).unwrap_or_default(),
        });
        let agent = AgentForm {
            id: self.agent.id.to_string(),
            name: self.agent.name.clone(),
            role: self.agent.role.name(),
        };
        let frame = ServerFrame::Welcome { agent, shops: shops.collect(), board };
        self.writer.send(&frame).await
    }

    async fn serve(&mut self, reader: &mut Reader) {
        let drain = self.state.drain.clone();
        let mut silent_since = Instant::now();
        loop {
            let step = tokio::select! {
                biased;
                () = drain.cancelled() => return self.writer.close(close::RESTART, "restarting").await,
                incoming = reader.next() => {
                    silent_since = Instant::now();
                    match incoming {
                        Incoming::Text(text) => self.handle(&text).await,
                        Incoming::Control => Ok(()),
                        Incoming::Binary => self.complain(ErrorCode::BadFrame, None, None).await,
                        Incoming::TooLarge => {
                            return self.writer.close(close::TOO_LARGE, "frame too large").await;
                        }
                        Incoming::Gone => return,
                    }
                }
                Some((topic, subscription, heard)) = self.hearing.next() => {
                    self.hear(topic, subscription, heard).await
                }
                () = tokio::time::sleep_until(silent_since + SILENCE) => {
                    return self.writer.close(close::AWAY, "silent for too long").await;
                }
            };
            if step.is_err() {
                return;
            }
        }
    }

    async fn handle(&mut self, text: &str) -> Result<(), Gone> {
        match parse(text) {
            Ok(frame) => frames::handle(self, frame).await,
            Err(error) => self.complain(error.code, error.id.as_deref(), None).await,
        }
    }

    /// Begins to listen to a topic.
    pub(super) fn listen(&mut self, topic: Topic) {
        let subscription = self.state.engine.parts().bus.subscribe(&topic);
        self.hearing.push(hear_next(topic, subscription));
    }

    async fn hear(&mut self, topic: Topic, subscription: Subscription, heard: Heard) -> Result<(), Gone> {
        let told = match &topic {
            Topic::Desk(_) => {
                let board = forms::board(self).await;
                self.writer.send(&ServerFrame::Board(board)).await
            }
            // A conversation that was shut is listened to no longer.
            Topic::Conversation(id) if !self.open.contains_key(id) => return Ok(()),
            Topic::Conversation(id) => self.tell(&id.clone(), heard).await,
        };
        self.hearing.push(hear_next(topic, subscription));
        told
    }

    /// Passes on an event of an open conversation.
    async fn tell(&mut self, id: &ConversationId, heard: Heard) -> Result<(), Gone> {
        let conversation = id.to_string();
        let frame = match heard {
            Heard::Event(Event::Message(message)) => {
                let sent = self.open.get(id).copied().unwrap_or_default();
                if message.seq != sent + 1 {
                    return if message.seq <= sent { Ok(()) } else { self.catch_up(id).await };
                }
                self.open.insert(id.clone(), message.seq);
                ServerFrame::Message { conversation, message: Box::new(MessageForm::of(&message, true)) }
            }
            Heard::Lagged => return self.catch_up(id).await,
            Heard::Event(Event::Standing { mode, agent, .. }) => ServerFrame::State {
                conversation,
                mode: mode.name(),
                agent: agent.map(|(_, name)| Named { name }),
            },
            Heard::Event(Event::Typing { from }) if from != frames::AGENT => {
                ServerFrame::Typing { conversation, from }
            }
            Heard::Event(Event::Read { from, seq }) if from != frames::AGENT => {
                ServerFrame::Read { conversation, from, seq }
            }
            Heard::Event(Event::Note { number, agent, text, at }) => ServerFrame::Note {
                conversation,
                note: NoteForm { n: number, at: at.to_string(), agent: Named { name: agent }, text },
            },
            Heard::Event(_) => return Ok(()),
            Heard::Closed => return Err(Gone),
        };
        self.writer.send(&frame).await
    }

    /// Sends every message of a conversation after the last one sent.
    pub(super) async fn catch_up(&mut self, id: &ConversationId) -> Result<(), Gone> {
        loop {
            let sent = self.open.get(id).copied().unwrap_or_default();
            let stored = self.state.engine.parts().store.messages(id, sent, PAGE).await;
            let messages = stored.map_err(|error| {
                tracing::error!(error = %error, "messages can't be read");
                Gone
            })?;
            if messages.is_empty() {
                return Ok(());
            }
            for message in messages {
                self.open.insert(id.clone(), message.seq);
                let form = Box::new(MessageForm::of(&message, true));
                let frame = ServerFrame::Message { conversation: id.to_string(), message: form };
                self.writer.send(&frame).await?;
            }
        }
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

fn hear_next(topic: Topic, mut subscription: Subscription) -> Hearing {
    Box::pin(async move {
        let heard = subscription.next().await;
        (topic, subscription, heard)
    })
}
