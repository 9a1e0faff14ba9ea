//! Shops from files into service: at start, and whenever a merchant saves.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Instant};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use super::files;
use crate::{
    domain::ShopId,
    encoder::Encoder,
    engine::{Assistant, Engine, Learnt},
    shop::{self, Clocks, Loaded, Problem, Shop, Tree},
};

/// What the merchant's files have wrong, as of the last load.
pub type Problems = Arc<ArcSwap<Vec<Problem>>>;

/// Loads every shop of a folder and serves it: the files if they are sound, else what was published last, else
/// nothing (that shop alone answers 503). Understanding is learnt in the background.
///
/// # Errors
/// A folder that can't be read, or the store's.
pub async fn open_all(
    engine: &Engine,
    folder: &Path,
    encoder: &Arc<dyn Encoder>,
    problems: &Problems,
) -> anyhow::Result<()> {
    let tree = files::open(folder)?;
    let clocks = clocks(engine, &tree).await?;
    let loaded = shop::load_all(&tree, &clocks);
    for (id, loaded) in loaded.shops {
        let at = clocks.of(&id).seeded_at;
        open(engine, &tree, (&id, at), loaded, encoder).await?;
    }
    problems.store(Arc::new(loaded.problems));
    Ok(())
}

/// Offsets in a shop's files count from when it was first made, however often the files are loaded.
async fn clocks(engine: &Engine, tree: &Tree) -> anyhow::Result<Clocks> {
    let mut clocks = Clocks { now: engine.now(), seeded_at: BTreeMap::new() };
    for shop in tree.folders("shops/").into_iter().map(ShopId::from) {
        if let Some(at) = engine.parts().store.seeded_at(&shop).await? {
            clocks.seeded_at.insert(shop, at);
        }
    }
    Ok(clocks)
}

async fn open(
    engine: &Engine,
    tree: &Tree,
    (id, at): (&ShopId, Timestamp),
    loaded: Loaded,
    encoder: &Arc<dyn Encoder>,
) -> anyhow::Result<()> {
    let store = &engine.parts().store;
    let Loaded { shop, seed, packs, .. } = loaded;
    let outcome = if shop.is_some() { "loaded" } else { "refused" };
    metrics::counter!("xiaoer_shop_loads_total", "shop" => id.to_string(), "outcome" => outcome).increment(1);
    let shop = match shop {
        Some(shop) => {
            store.seed(id, super::seed(seed, at)).await?;
            let files = files::pack(tree, id.as_str(), &packs);
            store.publish(id, &shop.version, &files, engine.now()).await?;
            super::copies::tell(engine);
            Some(shop)
        }
        None => last_published(engine, id).await?,
    };
    match shop {
        Some(shop) => put_in_service(engine, Arc::new(shop), Arc::clone(encoder)).await?,
        None => {
            tracing::error!(shop.id = %id, "the shop's files have errors and none were published before: it answers 503");
            engine.parts().shops.mark_broken(id.clone());
        }
    }
    Ok(())
}

/// A shop whose files have errors goes on as it was published last.
async fn last_published(engine: &Engine, id: &ShopId) -> anyhow::Result<Option<Shop>> {
    if let Ok(assistant) = engine.parts().shops.assistant(id) {
        tracing::error!(shop.id = %id, "the shop's files have errors: the version in use stays");
        return Ok(Some(Shop::clone(&assistant.shop)));
    }
    let Some(version) = engine.parts().store.latest_version(id).await? else { return Ok(None) };
    tracing::error!(shop.id = %id, version = version.number, "the shop's files have errors: the last published version serves");
    load(engine, &Tree::new(version.files), id).await
}

/// A shop out of some files; `None` when they have errors.
pub(super) async fn load(engine: &Engine, tree: &Tree, id: &ShopId) -> anyhow::Result<Option<Shop>> {
    let clock = clocks(engine, tree).await?.of(id);
    Ok(shop::load(tree, id, &clock).shop)
}

/// Serves a shop at once by what it knows by heart, and with the model as soon as its examples are learnt. A version
/// that is in service already is left as it is.
pub(super) async fn put_in_service(
    engine: &Engine,
    shop: Arc<Shop>,
    encoder: Arc<dyn Encoder>,
) -> anyhow::Result<()> {
    let shops = &engine.parts().shops;
    shops.want(&shop.id, &shop.version);
    let before = shops.assistant(&shop.id).ok();
    if before.as_ref().is_some_and(|serving| serving.shop.version == shop.version) {
        return Ok(());
    }
    let products = engine.parts().store.products(&shop.id).await?;
    let assistant = match before {
        Some(before) => Arc::new(Assistant::after(&before, shop, products)),
        None => {
            let assistant = Arc::new(Assistant::start(shop, products)?);
            shops.open(&assistant);
            assistant
        }
    };
    tokio::spawn(learn(engine.clone(), assistant, encoder));
    Ok(())
}

/// Learns a version and then puts it in place of the one before, which serves until the new one is as able.
async fn learn(engine: Engine, assistant: Arc<Assistant>, encoder: Arc<dyn Encoder>) {
    let (parts, id) = (engine.parts(), &assistant.shop.id);
    let started = Instant::now();
    let learnt = assistant.learn(encoder.as_ref(), Arc::clone(&parts.encoder)).await;
    let duration_ms = started.elapsed().as_millis();
    match &learnt {
        Ok(_) => tracing::info!(shop.id = %id, duration_ms, "the shop's examples are learnt"),
        Err(error) => tracing::error!(shop.id = %id, error = %error, "words alone understand this shop"),
    }
    if !parts.shops.open_if_wanted(&assistant) {
        tracing::info!(shop.id = %id, "a newer version was saved meanwhile");
    } else if matches!(learnt, Ok(Learnt::Quickly))
        && let Err(error) = assistant.learn_anew(encoder.as_ref()).await
    {
        tracing::error!(shop.id = %id, error = %error, "the shop goes on with what it learnt quickly");
    }
}
