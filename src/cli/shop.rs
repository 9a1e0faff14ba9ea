//! `xiaoer shop`: a new shop with comments to begin from, a shop's key, the version published before.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};

use super::{Outcome, complain, runtime, say, start_logging};
use crate::{
    accounts::Accounts,
    app::{files, settings::database},
    domain::ShopId,
    shop::Tree,
    store,
};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Write a commented shop to start from.
    New(Place),
    /// Show the key that signs a shop's shopper tokens (made at first use).
    Key(Place),
    /// Write the files of the version published before the newest one back.
    Rollback(Place),
}

#[derive(Debug, clap::Args)]
struct Place {
    /// The shop.
    id: String,
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
    match options.action {
        Action::New(place) => new(&place),
        Action::Key(place) => key(&place),
        Action::Rollback(place) => rollback(&place),
    }
}

fn check_id(id: &str) -> anyhow::Result<()> {
    let fine = (1..=64).contains(&id.len())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if fine { Ok(()) } else { bail!("a shop's id is 1 to 64 lower-case letters, digits and hyphens") }
}

fn new(place: &Place) -> Outcome {
    check_id(&place.id)?;
    let folder = place.intents.join("shops").join(&place.id);
    if folder.exists() {
        bail!("{} exists already", folder.display());
    }
    if !place.intents.exists() {
        files::packs().write(&place.intents).context("can't write the packs")?;
    }
    starter(&place.id).write(&folder).context("can't write the shop")?;
    complain(&format!("{} is ready; `xiaoer check` looks it over", folder.display()));
    Ok(ExitCode::SUCCESS)
}

/// The files of a new shop, each with comments on what it is for.
fn starter(id: &str) -> Tree {
    let files = [
        ("shop.toml", include_str!("starter/shop.toml")),
        ("faq/faq.toml", include_str!("starter/faq.toml")),
        ("intents/own.toml", include_str!("starter/intents.toml")),
        ("policy.toml", include_str!("starter/policy.toml")),
        ("promotions.toml", include_str!("starter/promotions.toml")),
        ("tests/first.toml", include_str!("starter/tests.toml")),
    ];
    Tree::new(files.map(|(path, text)| (path.to_owned(), text.replace("{id}", id))))
}

fn key(place: &Place) -> Outcome {
    check_id(&place.id)?;
    runtime()?.block_on(async {
        let key =
            Accounts::new(store::MemoryStore::shared(), &place.data).key(&ShopId::from(place.id.as_str()))?;
        say(&serde_json::to_string(&key)?);
        Ok(ExitCode::SUCCESS)
    })
}

fn rollback(place: &Place) -> Outcome {
    check_id(&place.id)?;
    let id = ShopId::from(place.id.as_str());
    let files = runtime()?.block_on(async {
        let store = store::open(&database(place.database.clone(), &place.data))
            .await
            .context("can't open the database")?;
        let Some(newest) = store.latest_version(&id).await? else {
            bail!("shop {id} was never published");
        };
        let Some(before) = store.version_before(&id, newest.number).await? else {
            bail!("shop {id} has no version before the newest one");
        };
        complain(&format!("back from version {} to version {}", newest.number, before.number));
        anyhow::Ok(Tree::new(before.files))
    })?;
    write_back(&files, &place.intents, &place.id)?;
    Ok(ExitCode::SUCCESS)
}

/// Replaces the shop's own knowledge files; packs, catalog and orders stay as they are.
fn write_back(files: &Tree, intents: &Path, id: &str) -> anyhow::Result<()> {
    let own = format!("shops/{id}/");
    let kept = files.below(&own).map(|(path, text)| (path.to_owned(), text.to_owned()));
    let before = Tree::new(kept);
    let now = files::read(intents)?;
    for (path, _) in now.below(&own) {
        let seed = ["catalog/", "orders/"].iter().any(|part| path[own.len()..].starts_with(part));
        if !seed && before.get(path).is_none() {
            std::fs::remove_file(intents.join(path)).with_context(|| format!("can't remove {path}"))?;
        }
    }
    before.write(intents).context("can't write the files back")
}
