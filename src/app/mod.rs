//! The composition root: chooses concrete parts, puts them together, starts and stops them.
//!
//! Everything else in the crate takes its parts as values; only here do SQLite, candle and the clock have names.

pub mod backup;
mod copies;
pub mod files;
pub mod meaning;
pub mod model;
pub mod offline;
pub mod privacy;
pub mod rehearsal;
pub mod serve;
pub mod settings;
pub mod shops;
pub mod studio;
mod systems;
pub mod telemetry;

use std::{path::Path, sync::Arc};

use anyhow::Context;
use jiff::Timestamp;

use crate::{
    accounts::Accounts,
    backend::{BuiltinBackend, Limits, RoutingBackend},
    bus::{Bus, LocalBus, NatsBus},
    domain::trade::WalletCoupon,
    encoder::Encoder,
    engine::{Clock, Engine, Parts, Shops},
    fetch::Reach,
    retrieval::MessageIndex,
    shop,
    store::{self, SharedStore},
};

/// An engine over a store, with the built-in shop system and the bus within this process. It never reaches a shop's own
/// system: what is tried in a test or in the terminal must not open a case there.
pub fn engine(store: SharedStore, encoder: Arc<dyn Encoder>, clock: Arc<dyn Clock>, shops: Shops) -> Engine {
    let backend = Arc::new(BuiltinBackend::new(Arc::clone(&store)));
    let messages = MessageIndex::in_memory().expect("an index in memory needs nothing but memory");
    let bus = Arc::new(LocalBus::default());
    Engine::new(Parts { store, backend, bus, encoder, clock, shops, messages: Arc::new(messages) })
}

/// The engine of a server: shops with a system of their own, within reach, are asked by it.
fn serving_engine(
    accounts: &Arc<Accounts>,
    (store, bus): (SharedStore, Arc<dyn Bus>),
    encoder: Arc<dyn Encoder>,
    messages: Arc<MessageIndex>,
    (reach, clock): (Reach, Arc<dyn Clock>),
) -> Engine {
    let shops = Shops::default();
    let built_in = Arc::new(BuiltinBackend::new(Arc::clone(&store)));
    let systems = systems::OfShops::new(shops.clone(), Arc::clone(accounts), Arc::clone(&clock));
    let backend = RoutingBackend::new(built_in, Arc::new(systems), Limits { reach, ..Limits::default() });
    Engine::new(Parts { store, backend: Arc::new(backend), bus, encoder, clock, shops, messages })
}

/// The bus of an address; without one, the bus within this process.
async fn bus(address: Option<&str>) -> anyhow::Result<Arc<dyn Bus>> {
    Ok(match address {
        Some(address) => Arc::new(NatsBus::connect(address).await?),
        None => Arc::new(LocalBus::default()),
    })
}

/// The index of messages in a data folder; in memory for a store that is gone with the process, and where the folder can't
/// be used: it is a copy, and made anew then.
fn message_index(settings: &settings::Settings) -> anyhow::Result<MessageIndex> {
    if settings.database.starts_with("memory:") {
        return Ok(MessageIndex::in_memory()?);
    }
    MessageIndex::in_folder(&settings.data.join("search")).or_else(|error| {
        tracing::warn!(error = %format!("{:#}", anyhow::Error::from(error)), "messages are indexed in memory");
        Ok(MessageIndex::in_memory()?)
    })
}

/// What a shop's tables begin with, from what its files say, as of `at`.
pub fn seed(seed: shop::Seed, at: Timestamp) -> store::Seed {
    let shop::Seed { products, shoppers, orders, coupons } = seed;
    let used = orders.iter().flat_map(|order| {
        let used = |promotion: &String| WalletCoupon {
            promotion: promotion.as_str().into(),
            claimed_at: order.placed_at,
            order: Some(order.id.clone()),
        };
        order.coupons.iter().map(move |promotion| (order.shopper.clone(), used(promotion)))
    });
    let kept = |promotion| WalletCoupon { promotion, claimed_at: at, order: None };
    let kept = coupons.into_iter().map(|(shopper, promotion)| (shopper, kept(promotion)));
    let wallets = used.chain(kept).collect();
    store::Seed { at, products, shoppers, orders, wallets }
}

/// The encoder of a model folder (or of the binary), with vectors kept in a data folder if one is given.
///
/// # Errors
/// One clear line on a damaged or missing model.
pub fn encoder(models: Option<&Path>, data: Option<&Path>) -> anyhow::Result<model::Model> {
    model::load(models, data).context("the model can't be used")
}
