//! Nodes that share a store keep their working copies of the merchant's files alike.
//!
//! A version is published to the store by the node whose copy was edited; the bus tells the others, and whoever missed
//! it looks every few seconds. A copy that somebody is editing is left alone: the node then serves the version from
//! the store, and says so.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use tokio::sync::Mutex;

use super::{files, shops};
use crate::{
    bus::{Event, Topic},
    domain::ShopId,
    encoder::Encoder,
    engine::Engine,
    shop::{self, Tree},
    store::{PublishedVersion, VersionFiles},
};

/// How often a node looks whether there is a version it has not heard of.
const LOOKS_AGAIN: Duration = Duration::from_secs(3);
/// Older versions that a copy may still be.
const REMEMBERED: usize = 10_000;

/// Held while the working copy is read or written, so that nobody loads half of a version.
pub(super) type CopyLock = Arc<Mutex<()>>;

/// Before the first load: a missing copy is made from what was published, and one that is older than the store's is
/// brought up to date. A copy that was edited meanwhile stays; loading will publish it.
///
/// # Errors
/// The store's; a folder that can't be read or written.
pub(super) async fn bring_up_to_date(engine: &Engine, folder: &Path) -> anyhow::Result<()> {
    let store = &engine.parts().store;
    let newest = store.newest_versions().await?;
    let copy = if folder.exists() { Some(files::read(folder)?) } else { None };
    for (shop, number, digest) in newest {
        let own = copy.as_ref().and_then(|copy| shop::digest_of(copy, &shop));
        if own.as_ref() == Some(&digest) {
            continue;
        }
        if let Some(own) = own
            && !store.versions(&shop, None, REMEMBERED).await?.iter().any(|mark| mark.digest == own)
        {
            tracing::warn!(shop.id = %shop, "the shop's files were edited while the node was away: they become a version of their own");
            continue;
        }
        if let Some(version) = store.version(&shop, number).await? {
            write(folder, &shop, &version.files)?;
            tracing::info!(shop.id = %shop, version = number, "the shop's files are brought up to date");
        }
    }
    Ok(())
}

/// Follows what other nodes publish for as long as the process lives.
pub(super) fn follow(
    engine: Engine,
    folder: std::path::PathBuf,
    encoder: Arc<dyn Encoder>,
    problems: shops::Problems,
    copying: CopyLock,
) {
    tokio::spawn(async move {
        let mut published = engine.parts().bus.subscribe(&Topic::Shops);
        loop {
            let _ = tokio::time::timeout(LOOKS_AGAIN, published.next()).await;
            let _alone = copying.lock().await;
            if let Err(error) = look(&engine, &folder, &encoder, &problems).await {
                tracing::error!(error = %format!("{error:#}"), "published versions can't be followed");
                tokio::time::sleep(LOOKS_AGAIN).await;
            }
        }
    });
}

/// Tells the other nodes that there may be a new version.
pub(super) fn tell(engine: &Engine) {
    engine.parts().bus.publish(&Topic::Shops, Event::Published);
}

async fn look(
    engine: &Engine,
    folder: &Path,
    encoder: &Arc<dyn Encoder>,
    problems: &shops::Problems,
) -> anyhow::Result<()> {
    let parts = engine.parts();
    let mut copied = false;
    for (id, number, digest) in parts.store.newest_versions().await? {
        if parts.shops.wanted(&id).as_ref() == Some(&digest) {
            continue;
        }
        let Some(version) = parts.store.version(&id, number).await? else { continue };
        let copy = files::read(folder)?;
        let own = shop::digest_of(&copy, &id);
        if own.is_none() || own == parts.shops.wanted(&id) {
            write(folder, &id, &version.files)?;
            copied = true;
        } else if own.as_ref() != Some(&digest) {
            tracing::warn!(shop.id = %id, version = number, "the shop's files are being edited here: the version serves from the store");
            serve(engine, &id, version, encoder).await?;
        }
    }
    if copied {
        shops::open_all(engine, folder, encoder, problems).await?;
    }
    Ok(())
}

async fn serve(
    engine: &Engine,
    id: &ShopId,
    version: PublishedVersion,
    encoder: &Arc<dyn Encoder>,
) -> anyhow::Result<()> {
    let tree = Tree::new(version.files);
    if let Some(shop) = shops::load(engine, &tree, id).await? {
        shops::put_in_service(engine, Arc::new(shop), Arc::clone(encoder)).await?;
    }
    Ok(())
}

/// Writes a version's files over a copy; what the version doesn't have goes, but for catalog and orders, which are no
/// part of it.
fn write(folder: &Path, shop: &ShopId, files: &VersionFiles) -> anyhow::Result<()> {
    let copy = if folder.exists() { files::read(folder)? } else { Tree::default() };
    let packs: BTreeSet<&str> =
        files.keys().filter_map(|path| path.strip_prefix("packs/")?.split('/').next()).collect();
    let packs: Vec<String> = packs.into_iter().map(str::to_owned).collect();
    for path in files::pack(&copy, shop.as_str(), &packs).keys() {
        if !files.contains_key(path) {
            let file = folder.join(path);
            std::fs::remove_file(&file).with_context(|| format!("can't remove {}", file.display()))?;
        }
    }
    let changed = files.iter().filter(|(path, text)| copy.get(path) != Some(text.as_str()));
    let changed = Tree::new(changed.map(|(path, text)| (path.clone(), text.clone())).collect::<Vec<_>>());
    changed.write(folder).with_context(|| format!("can't write the shop files to {}", folder.display()))
}
