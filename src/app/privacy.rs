//! Personal data that has to go: what shops keep no longer, and whoever was erased, again after a backup came back.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use jiff::Timestamp;

use crate::{
    accounts::Accounts,
    domain::Erasure,
    engine::Engine,
    retrieval::MessageIndex,
    store::{Erased, SharedStore, privacy::erase_again},
};

/// How often old conversations and erasures are looked for.
const LOOKS: Duration = Duration::from_secs(3600);
/// How often index and files are asked whether they still hold what the tables have forgotten: another node deleted it, or
/// a command did.
const FOLLOWS: Duration = Duration::from_secs(60);
/// How long a file waits for a quiet moment to be written anew.
const WAITS: Duration = Duration::from_secs(24 * 3600);

/// Looks after it as long as the server runs. Everything is found again by the next look, so errors are told and no more.
pub fn look_after(engine: Engine, accounts: Arc<Accounts>) {
    tokio::spawn(async move {
        let mut looked: Option<Instant> = None;
        let mut waiting: Option<Instant> = None;
        let mut known = 0;
        loop {
            if looked.is_none_or(|looked| LOOKS <= looked.elapsed()) {
                look(&engine, &accounts, &mut known).await;
                looked = Some(Instant::now());
            }
            let wait_no_more = waiting.is_some_and(|since| WAITS <= since.elapsed());
            match engine.forget_everywhere(wait_no_more).await {
                Ok(true) => waiting = None,
                Ok(false) => _ = waiting.get_or_insert_with(Instant::now),
                Err(error) => {
                    tracing::error!(error = %chain(error), "what was deleted is not off the disk yet")
                }
            }
            tokio::time::sleep(FOLLOWS).await;
        }
    });
}

/// Whom the list names, where it has grown since it was `known`, and what is older than shops keep it.
async fn look(engine: &Engine, accounts: &Accounts, known: &mut usize) {
    match erase_listed(engine, accounts, *known).await {
        Ok(length) => *known = length,
        Err(error) => tracing::error!(error = %format!("{error:#}"), "erasures can't be applied again"),
    }
    if let Err(error) = engine.forget_the_old().await {
        tracing::error!(error = %chain(error), "old conversations can't be deleted");
    }
}

/// How many erasures there are, once they are applied; 0 where some wait.
async fn erase_listed(engine: &Engine, accounts: &Accounts, known: usize) -> anyhow::Result<usize> {
    let length = engine.parts().store.erasures().await?.len();
    if length <= known {
        return Ok(known);
    }
    let Some(namer) = accounts.known_namer()? else {
        tracing::error!(
            erasures = length,
            "keys/erasures.key is missing: who was erased before would come back with an older backup"
        );
        return Ok(length);
    };
    let erased = engine.erase_again(&namer).await?;
    tell_unknown(&erased);
    Ok(if erased.left == 0 { length } else { 0 })
}

fn tell_unknown(erased: &Erased) {
    if 0 < erased.unknown {
        tracing::warn!(
            erasures = erased.unknown,
            "named by another keys/erasures.key: nobody here can tell whom they mean"
        );
    }
}

fn chain(error: impl Into<anyhow::Error>) -> String {
    format!("{:#}", error.into())
}

/// Adds erasures to a store's list and erases whoever is there of them, in the files too: for a backup that was restored.
/// Safe to repeat. No server may run on the store.
///
/// # Errors
/// The store's; a key file that can't be read.
pub async fn apply_erasures(store: &SharedStore, data: &Path, brought: &[Erasure]) -> anyhow::Result<Erased> {
    store.note_erasures(brought).await.context("can't keep the list of erasures")?;
    let Some(namer) = Accounts::new(Arc::clone(store), data).known_namer()? else {
        return Ok(Erased { unknown: store.erasures().await?.len() as u64, ..Erased::default() });
    };
    let erased = erase_again(store.as_ref(), &namer, Timestamp::now()).await.context("can't erase again")?;
    off_the_disk(store, data).await?;
    Ok(erased)
}

/// Takes what was deleted out of a data folder; `false` where a server uses it, which does the rest by itself.
///
/// # Errors
/// The store's and the index's.
pub async fn off_the_disk(store: &SharedStore, data: &Path) -> anyhow::Result<bool> {
    let folder = data.join("search");
    // The index has one writer: who can't be it has met the server that is.
    let index = folder.exists().then(|| MessageIndex::in_folder(&folder));
    let alone = !matches!(index, Some(Err(_)));
    let scrubbed = store.scrub(alone).await.context("what was deleted is not off the disk yet")?;
    if let Some(Ok(index)) = index {
        forget_in_index(store, index, &folder).await?;
    }
    Ok(alone && scrubbed)
}

async fn forget_in_index(store: &SharedStore, index: MessageIndex, folder: &Path) -> anyhow::Result<()> {
    let log = store.touch_log().await?;
    let Some(mark) = index.mark().filter(|mark| mark.log == log.id && mark.number <= log.last) else {
        // Of another database, or of a state that it has not: the next start fills it anew.
        drop(index);
        return std::fs::remove_dir_all(folder).context("can't remove the index of messages");
    };
    let mut after = mark.number;
    loop {
        let touched = store.touched_since(after, 1000).await?;
        let Some(last) = touched.last().map(|last| last.number) else { break };
        let gone = touched.into_iter().filter(|one| one.conversation.is_none()).map(|one| one.id);
        // How far the index has come stays: what lives is the next start's to index.
        index.forget(&gone.collect::<Vec<_>>(), &mark)?;
        after = last;
    }
    index.purge().context("the index of messages can't forget")
}
