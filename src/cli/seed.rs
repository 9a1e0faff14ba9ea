//! `xiaoer seed --reset ID`: a shop's products, shoppers, orders and tickets again as its files have them.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};

use super::{Outcome, complain, runtime, start_logging};
use crate::{
    app::{self, files, settings::database},
    domain::ShopId,
    shop, store,
};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The shop whose data is put back; what was ordered or returned since is gone.
    #[arg(long, value_name = "ID")]
    reset: String,
    /// The merchant's files.
    #[arg(long, default_value = "intents", value_name = "DIR")]
    intents: PathBuf,
    /// The data folder.
    #[arg(long, default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// The store's address; the SQLite file in the data folder when not given.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

pub(super) fn run(options: Options) -> Outcome {
    start_logging("error");
    let tree = files::read(&options.intents)?;
    let id = ShopId::from(options.reset.as_str());
    if !tree.folders("shops/").contains(&options.reset) {
        bail!("there is no shop {id} in {}", options.intents.display());
    }
    let clock = shop::Clock::now();
    let loaded = shop::load(&tree, &id, &clock);
    if loaded.shop.is_none() {
        bail!("the files of shop {id} have errors: `xiaoer check` lists them");
    }
    let seed = app::seed(loaded.seed, clock.seeded_at);
    runtime()?.block_on(async {
        let store = store::open(&database(options.database, &options.data))
            .await
            .context("can't open the database")?;
        store.reset(&id, seed).await.context("can't put the data back")
    })?;
    complain(&format!("shop {id} is as its files have it"));
    Ok(ExitCode::SUCCESS)
}
