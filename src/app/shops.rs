//! Shops from files into service: at start, and whenever a merchant saves.

use std::{path::Path, sync::Arc};

use arc_swap::ArcSwap;

use super::files;
use crate::{
    domain::ShopId,
    encoder::Encoder,
    engine::{Assistant, Engine},
    shop::{self, Clock, Loaded, Problem, Shop, Tree},
    store,
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
    let loaded = shop::load_all(&tree, &clock(engine));
    for (id, loaded) in loaded.shops {
        open(engine, &tree, &id, loaded, encoder).await?;
    }
    problems.store(Arc::new(loaded.problems));
    Ok(())
}

fn clock(engine: &Engine) -> Clock {
    let now = engine.now();
    Clock { seeded_at: now, now }
}

async fn open(
    engine: &Engine,
    tree: &Tree,
    id: &ShopId,
    loaded: Loaded,
    encoder: &Arc<dyn Encoder>,
) -> anyhow::Result<()> {
    let store = &engine.parts().store;
    let Loaded { shop, seed, .. } = loaded;
    let shop = match shop {
        Some(shop) => {
            let seed = store::Seed { products: seed.products, shoppers: seed.shoppers, orders: seed.orders };
            store.seed(id, seed).await?;
            store.publish(id, &shop.version, &files::pack(tree, id.as_str()), engine.now()).await?;
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
    let tree = files::unpack(&version.files)?;
    Ok(shop::load(&tree, id, &clock(engine)).shop)
}

/// Serves a shop at once by words alone, and with the model as soon as its examples are learnt. A version that
/// is in service already is left as it is.
async fn put_in_service(engine: &Engine, shop: Arc<Shop>, encoder: Arc<dyn Encoder>) -> anyhow::Result<()> {
    let shops = &engine.parts().shops;
    shops.want(&shop.id, &shop.version);
    if shops.assistant(&shop.id).is_ok_and(|serving| serving.shop.version == shop.version) {
        return Ok(());
    }
    let products = engine.parts().store.products(&shop.id).await?;
    let id = shop.id.clone();
    let before = shops.assistant(&id).ok();
    let assistant = Arc::new(Assistant::start(shop, products)?);
    if before.is_none() {
        shops.open(&assistant);
    }
    let engine = engine.clone();
    tokio::spawn(async move {
        match assistant.learn(encoder.as_ref(), Arc::clone(&engine.parts().encoder)).await {
            Ok(()) => tracing::info!(shop.id = %id, "the shop's examples are learnt"),
            Err(error) => tracing::error!(shop.id = %id, error = %error, "words alone understand this shop"),
        }
        // A shop that was served before changes hands when the new version is as able as the old one.
        if !engine.parts().shops.open_if_wanted(&assistant) {
            tracing::info!(shop.id = %id, "a newer version was saved meanwhile");
        }
    });
    Ok(())
}
