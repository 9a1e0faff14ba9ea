//! `xiaoer chat`: a shop's assistant in the terminal, on the same engine, with nothing kept.

use std::{
    io::{BufRead, IsTerminal},
    process::ExitCode,
    sync::Arc,
};

use super::{Outcome, complain, runtime, say, start_logging};
use crate::{
    accounts::tokens,
    app,
    domain::{Author, Content, PartKind},
    engine::{Engine, Said, SystemClock},
    store::{Conversation, NewConversation, Page},
};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    which: app::offline::Which,
    /// Sign in as one of the shop's shoppers.
    #[arg(long = "as", value_name = "SHOPPER")]
    shopper: Option<String>,
    /// The product whose page the shopper looks at.
    #[arg(long, value_name = "PRODUCT")]
    page: Option<String>,
    /// Show why each answer was given.
    #[arg(long)]
    trace: bool,
}

pub(super) fn run(options: Options) -> Outcome {
    start_logging("error");
    let runtime = runtime()?;
    let opened = runtime.block_on(app::offline::open(&options.which, Arc::new(SystemClock)))?;
    let engine = opened.engine;
    let conversation = runtime.block_on(open(&engine, &opened.shop, &options))?;
    if std::io::stdin().is_terminal() {
        complain("店小二 · 输入消息，空行或 Ctrl-D 结束 (type a message; an empty line ends)");
    }
    let mut seen = 0;
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            break;
        }
        seen = runtime.block_on(turn(&engine, &conversation, number, line.trim(), seen, options.trace))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(
    engine: &Engine,
    shop: &crate::domain::ShopId,
    options: &Options,
) -> anyhow::Result<Conversation> {
    let now = engine.now();
    let (_, token_hash) = tokens::new();
    let new = NewConversation {
        id: tokens::random_id().into(),
        shop: shop.clone(),
        token_hash,
        token_expires_at: now + std::time::Duration::from_secs(86400),
        shopper: options.shopper.clone().map(Into::into),
        locale: Default::default(),
        page: Page { product: options.page.clone().map(Into::into), ..Page::default() },
        at: now,
    };
    Ok(engine.parts().store.open(new).await?)
}

/// Says one line and prints what is answered; a number picks an offered choice.
async fn turn(
    engine: &Engine,
    conversation: &Conversation,
    number: usize,
    line: &str,
    seen: u64,
    trace: bool,
) -> anyhow::Result<u64> {
    let store = &engine.parts().store;
    let (_, state) = store.state(&conversation.id).await?;
    let picked = line.parse::<usize>().ok().and_then(|place| state.offered.get(place.checked_sub(1)?));
    let content =
        picked.map_or_else(|| Content::Text(line.to_owned()), |choice| Content::Choice(choice.value.clone()));
    let words = content_length(&content);
    if 2000 < words {
        complain("that is longer than 2000 characters");
        return Ok(seen);
    }
    if engine.say(conversation, &format!("c{number}"), content).await? == Said::BadChoice {
        complain("that was not offered");
    }
    engine.settle(&conversation.id).await?;
    let messages = store.messages(&conversation.id, seen, 100).await?;
    for message in messages.iter().filter(|message| message.from != Author::Shopper) {
        for part in &message.parts {
            match &part.kind {
                PartKind::Choices { options } => {
                    for (place, option) in options.iter().enumerate() {
                        say(&format!("  {}. {}", place + 1, option.label));
                    }
                }
                _ => say(&part.text),
            }
        }
        if let Some(why) = message.trace.as_ref().filter(|_| trace) {
            let intent = why.intent.as_deref().unwrap_or("-");
            say(&format!("  [{} {} {} µs]", why.source, intent, why.micros));
        }
    }
    Ok(messages.last().map_or(seen, |last| last.seq))
}

fn content_length(content: &Content) -> usize {
    match content {
        Content::Text(text) => text.chars().count(),
        _ => 0,
    }
}
