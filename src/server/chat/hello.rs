//! `hello` and `welcome`: a conversation is opened, or resumed where the client left off.

use std::time::Duration;

use super::{
    super::{
        ServerState,
        socket::{Gone, Writer},
    },
    connection::Connection,
};
use crate::{
    accounts::tokens,
    bus::Topic,
    domain::{Locale, Message, ShopId, ShopperId},
    engine::EngineError,
    shop::Shop,
    store::{Conversation, Identity, NewConversation, Page, StoreError},
    wire::frames::{
        ErrorCode, MessageForm, StickerForm,
        shopper::{Hello, PageForm, ServerFrame, ShopForm, StateForm, Welcome},
    },
};

/// Messages in a `welcome`, at most.
const WELCOME_MESSAGES: usize = 200;
/// Messages that tell how much was said lately: more than anybody can say in the time that counts, and be answered.
const LATELY: usize = 50;
/// How long a token resumes a conversation after its last use.
const TOKEN_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

/// What a client may be told.
enum Found {
    /// The conversation of its token, from this message on (`None`: the latest).
    Resumed(Conversation, String, Option<u64>),
    /// None; why a token was refused, if one was.
    Fresh(Option<ErrorCode>),
    /// The token's conversation, whose end lies before `after`.
    BadAfter(Conversation, String),
}

/// Answers `hello` with `welcome`. `None`: refused and closed, or the client is gone.
pub(super) async fn welcome(
    state: ServerState,
    shop: ShopId,
    staff: bool,
    hello: Hello,
    mut writer: Writer,
) -> Option<Connection> {
    let trace = hello.trace && (staff || state.demo);
    let opened = match open(&state, &shop, &hello, &mut writer).await {
        Ok(opened) => opened,
        Err(refusal) => {
            refuse(&mut writer, refusal).await;
            return None;
        }
    };
    let (conversation, token, after) = opened;
    // Listening begins before the messages are read, so that nothing falls between.
    let events = state.engine.parts().bus.subscribe(&Topic::Conversation(conversation.id.clone()));
    let mut connection = Connection {
        state,
        shop,
        conversation: conversation.id.clone(),
        sent: 0,
        trace,
        events,
        writer,
        over: false,
    };
    match first_frame(&connection, &conversation, token, after).await {
        Ok((welcome, sent)) => {
            connection.sent = sent;
            let frame = ServerFrame::Welcome(Box::new(welcome));
            connection.writer.send(&frame).await.is_ok().then_some(connection)
        }
        Err(error) => {
            refuse(&mut connection.writer, Refusal::Failed(error)).await;
            None
        }
    }
}

async fn refuse(writer: &mut Writer, refusal: Refusal) {
    let code = match refusal {
        Refusal::Gone => return,
        Refusal::Code(code) => code,
        Refusal::Failed(error) => {
            tracing::error!(error = %error, "a conversation can't be opened");
            ErrorCode::Internal
        }
    };
    writer.refuse(&ServerFrame::error(code, None, true)).await;
}

/// Why there is no conversation to serve.
enum Refusal {
    Gone,
    Code(ErrorCode),
    Failed(EngineError),
}

impl From<Gone> for Refusal {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// The conversation to serve, its token, and the message after which to begin.
async fn open(
    state: &ServerState,
    shop: &ShopId,
    hello: &Hello,
    writer: &mut Writer,
) -> Result<(Conversation, String, Option<u64>), Refusal> {
    let assistant = state.engine.parts().shops.assistant(shop)?;
    let shopper = match &hello.shopper {
        Some(jwt) => match state.accounts.shopper(shop, jwt, state.engine.now()).await {
            Ok(shopper) => Some(shopper),
            Err(_) => return Err(Refusal::Code(ErrorCode::BadShopper)),
        },
        None => None,
    };
    let found = find(state, shop, hello, shopper.as_ref()).await?;
    let (conversation, token, after) = match found {
        Found::Resumed(conversation, token, after) => (conversation, token, after),
        Found::BadAfter(conversation, token) => {
            writer.send(&ServerFrame::error(ErrorCode::BadAfter, None, false)).await?;
            (conversation, token, None)
        }
        Found::Fresh(code) => {
            if let Some(code) = code {
                writer.send(&ServerFrame::error(code, None, false)).await?;
            }
            let (conversation, token) = begin(state, &assistant.shop, hello, shopper.clone()).await?;
            return Ok((conversation, token, None));
        }
    };
    let store = &state.engine.parts().store;
    let now = state.engine.now();
    store.extend_token(&conversation.id, now + TOKEN_LIFE).await?;
    if store.record_identity(&conversation.id, shopper, now).await? == Identity::Changed {
        // A flow may have waited for just that, and the desks see who it is.
        state.engine.wake_soon(conversation.id.clone());
        state.engine.publish_board(shop);
    }

    if let Some(page) = &hello.page {
        store.record_page(&conversation.id, page_of(page)).await?;
    }
    if let Some(locale) = spoken(&assistant.shop, hello) {
        store.record_locale(&conversation.id, locale).await?;
    }
    Ok((conversation, token, after))
}

/// Finds the conversation of a token. One that was signed in is resumed by the same shopper alone.
async fn find(
    state: &ServerState,
    shop: &ShopId,
    hello: &Hello,
    shopper: Option<&ShopperId>,
) -> Result<Found, StoreError> {
    let Some(token) = &hello.token else { return Ok(Found::Fresh(None)) };
    let store = &state.engine.parts().store;
    let found = store.resume(&tokens::hash(token), state.engine.now()).await?;
    let allowed = found.filter(|conversation| {
        conversation.shop == *shop && (conversation.owner.is_none() || conversation.owner.as_ref() == shopper)
    });
    Ok(match (allowed, hello.after) {
        (None, _) => Found::Fresh(Some(ErrorCode::BadToken)),
        (Some(conversation), Some(after)) if conversation.last_seq < after => {
            Found::BadAfter(conversation, token.to_owned())
        }
        (Some(conversation), after) => Found::Resumed(conversation, token.clone(), after),
    })
}

/// The language the client asks for, if the shop speaks it.
fn spoken(shop: &Shop, hello: &Hello) -> Option<Locale> {
    hello.locale.as_deref().and_then(Locale::from_tag).filter(|locale| shop.locales.contains(locale))
}

async fn begin(
    state: &ServerState,
    shop: &Shop,
    hello: &Hello,
    shopper: Option<ShopperId>,
) -> Result<(Conversation, String), StoreError> {
    let (token, token_hash) = tokens::new();
    let now = state.engine.now();
    let spoken = spoken(shop, hello);

    let new = NewConversation {
        id: tokens::random_id().into(),
        shop: shop.id.clone(),
        token_hash,
        token_expires_at: now + TOKEN_LIFE,
        shopper,
        locale: spoken.or_else(|| shop.locales.first().copied()).unwrap_or_default(),
        page: hello.page.as_ref().map(page_of).unwrap_or_default(),
        at: now,
    };
    Ok((state.engine.parts().store.open(new).await?, token))
}

/// The page as the store keeps it.
pub(super) fn page_of(page: &PageForm) -> Page {
    Page {
        product: page.product.clone().map(Into::into),
        order: page.order.clone().map(Into::into),
        url: page.url.clone(),
    }
}

/// What was said elsewhere a moment ago counts here too.
async fn hear_what_was_said(
    connection: &Connection,
    resumed: bool,
    shown: &[Message],
) -> Result<(), StoreError> {
    let (state, id) = (&connection.state, &connection.conversation);
    // A client that has seen it is not shown what it said a moment ago.
    let seen = if resumed && shown.len() < LATELY {
        state.engine.parts().store.latest(id, LATELY).await?
    } else {
        Vec::new()
    };
    let said = if seen.is_empty() { shown } else { &seen };
    for message in said {
        state.speech.hear(id, message, state.engine.now());
    }
    Ok(())
}

/// The `welcome` and the number of the last message in it.
async fn first_frame(
    connection: &Connection,
    conversation: &Conversation,
    token: String,
    after: Option<u64>,
) -> Result<(Welcome, u64), EngineError> {
    let engine = &connection.state.engine;
    let store = &engine.parts().store;
    let standing = engine.standing(&conversation.id).await?.ok_or(EngineError::UnknownConversation)?;
    // Before the messages: one that is stored in between is among them or heard, never only counted.
    let now = store.conversation(&conversation.id).await?.ok_or(EngineError::UnknownConversation)?;
    let messages = match after {
        Some(after) => store.messages(&conversation.id, after, WELCOME_MESSAGES).await?,
        None => store.latest(&conversation.id, WELCOME_MESSAGES).await?,
    };
    hear_what_was_said(connection, after.is_some(), &messages).await?;
    let sent = messages.last().map_or(after.unwrap_or(now.last_seq), |last| last.seq);
    let more = match after {
        Some(_) => sent < now.last_seq,
        None => messages.first().is_some_and(|first| 1 < first.seq),
    };
    let assistant = engine.parts().shops.assistant(&connection.shop)?;
    let shop = &assistant.shop;
    let stickers = assistant.stickers(conversation.locale).into_iter();
    let queue = standing.wait();
    let welcome = Welcome {
        conversation: conversation.id.to_string(),
        token,
        seq: now.last_seq.max(sent),
        shop: ShopForm {
            id: shop.id.to_string(),
            name: shop.name.get(conversation.locale).to_owned(),
            locales: shop.locales.iter().map(|locale| locale.tag()).collect(),
            stickers: stickers.map(|(id, alt)| StickerForm { id, alt }).collect(),
        },
        state: StateForm::new(standing.mode, queue, standing.agent.map(|agent| agent.name)),
        messages: messages.iter().map(|message| MessageForm::of(message, connection.trace)).collect(),
        more,
    };
    // With `after`, what did not fit is fetched by the client; live messages go on from the end.
    Ok((welcome, if after.is_some() { now.last_seq.max(sent) } else { sent }))
}
