//! A shop's assistant without a server: for the terminal, reports and searches. Nothing is kept but vectors that
//! ship with the model.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, bail};

use super::files;
use crate::{
    domain::ShopId,
    encoder::Encoder,
    engine::{Assistant, Clock, Engine, Shops},
    shop, store,
};

/// Which shop, of which files, with which model.
#[derive(Clone, Debug, clap::Args)]
pub struct Which {
    /// The shop.
    #[arg(long, default_value = "demo", value_name = "ID")]
    pub shop: String,
    /// The merchant's files; those in the binary when the folder is missing.
    #[arg(long, default_value = "intents", value_name = "DIR")]
    pub intents: PathBuf,
    /// The model's files; those in the binary when not given.
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
}

/// An engine that serves one shop from memory.
pub struct Opened {
    /// The engine.
    pub engine: Engine,
    /// The shop.
    pub shop: ShopId,
    /// Its assistant, learnt.
    pub assistant: Arc<Assistant>,
    /// The model without its caches.
    pub bare: Arc<dyn Encoder>,
}

/// Loads the shop and learns its examples before it returns.
///
/// # Errors
/// An unknown shop, files with errors, a model that can't be used.
pub async fn open(which: &Which, clock: Arc<dyn Clock>) -> anyhow::Result<Opened> {
    let tree = if which.intents.exists() { files::read(&which.intents)? } else { files::shipped() };
    let id = ShopId::from(which.shop.as_str());
    let now = clock.now();
    if !tree.folders("shops/").contains(&which.shop) {
        bail!("there is no shop {id} in {}", which.intents.display());
    }
    let loaded = shop::load(&tree, &id, &shop::Clock { seeded_at: now, now });
    let Some(shop) = loaded.shop else {
        bail!("the files of shop {id} have errors: `xiaoer check` lists them");
    };
    let models = which.models.clone();
    let loading = tokio::task::spawn_blocking(move || super::encoder(models.as_deref(), None));
    let model = loading.await.context("loading the model panicked")??;
    let encoder: Arc<dyn Encoder> = model.cached;
    let store = store::MemoryStore::shared();
    let assistant = Arc::new(Assistant::start(Arc::new(shop), loaded.seed.products.clone())?);
    assistant.learn(encoder.as_ref(), Arc::clone(&encoder)).await?;
    store.seed(&id, super::seed(loaded.seed, now)).await?;
    let shops = Shops::default();
    shops.open(&assistant);
    let engine = super::engine(store, encoder, clock, shops);
    Ok(Opened { engine, shop: id, assistant, bare: model.bare })
}
