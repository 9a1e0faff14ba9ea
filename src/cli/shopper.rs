//! `xiaoer shopper`: everything that is kept of a shopper, and their erasure, in a data folder.
//!
//! A server may run on the same store: SQLite keeps the two in order, and the server follows within a minute, closes the
//! erased conversations' connections and takes them out of its index of messages.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, bail};
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, complain, runtime, say, start_logging};
use crate::{
    accounts::Accounts,
    app::{privacy::off_the_disk, settings::database},
    domain::{DataSubject, ShopId},
    store::{
        self, Erasing, HeldUp, NewAudit, SharedStore,
        privacy::{erase, export},
    },
};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print all that is kept of them as one JSON document.
    Export(Who),
    /// Erase them for good: conversations, pictures, and who they are in orders.
    Erase(Who),
}

#[derive(Debug, clap::Args)]
struct Who {
    /// The shopper's id in the shop, or the id of one conversation.
    #[arg(value_name = "SHOPPER|CONVERSATION")]
    id: String,
    /// The shop.
    #[arg(long, value_name = "ID")]
    shop: String,
    /// The data folder.
    #[arg(long, default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// The store's address; the SQLite file in the data folder when not given.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Under which name the audit log has what was done here.
const BY_COMMAND: &str = "command line";

pub(super) fn run(options: Options) -> Outcome {
    start_logging("error");
    let (Action::Export(who) | Action::Erase(who)) = &options.action;
    let address = database(who.database.clone(), &who.data);
    if who.database.is_none() && !who.data.join("xiaoer.db").exists() {
        bail!("there is no database in {}", who.data.display());
    }
    runtime()?.block_on(async {
        let store = store::open(&address).await.context("can't open the database")?;
        let shop = ShopId::from(who.shop.as_str());
        let whose = whose(&store, &shop, &who.id).await?;
        match &options.action {
            Action::Export(who) => export_all(&store, who, (&shop, &whose)).await,
            Action::Erase(who) => erase_all(&store, who, (&shop, &whose)).await,
        }
    })
}

/// A conversation's id is random: what is one of the shop's is that, and anything else a shopper's.
async fn whose(store: &SharedStore, shop: &ShopId, id: &str) -> anyhow::Result<DataSubject> {
    let conversation = store.conversation(&id.into()).await?.filter(|it| it.shop == *shop);
    Ok(match conversation {
        Some(it) => DataSubject::Conversation(it.id),
        None => DataSubject::Shopper(id.into()),
    })
}

async fn export_all(store: &SharedStore, who: &Who, of: (&ShopId, &DataSubject)) -> Outcome {
    let now = Timestamp::now();
    let Some(document) = export(store.as_ref(), of.0, of.1, now).await? else { return nothing(who) };
    audit(store, who, of, ("personal.export", json!({}))).await?;
    say(&document.to_string());
    Ok(ExitCode::SUCCESS)
}

async fn erase_all(store: &SharedStore, who: &Who, of: (&ShopId, &DataSubject)) -> Outcome {
    let namer = Accounts::new(Arc::clone(store), &who.data).namer()?;
    let erased = match erase(store.as_ref(), &namer, of, Timestamp::now()).await? {
        Erasing::Done(erased) => erased,
        Erasing::Unknown => return nothing(who),
        Erasing::HeldUp(HeldUp::ByPerson) => bail!("a person holds one of their conversations: end it first"),
        Erasing::HeldUp(HeldUp::ByChange) => {
            bail!("a message or a change of theirs is still under way: try again when it is done")
        }
    };
    let counts = json!({
        "conversations": erased.conversations.len(), "pictures": erased.pictures, "rows": erased.rows,
    });
    audit(store, who, of, ("personal.erase", counts.clone())).await?;
    let here = off_the_disk(store, &who.data).await?;
    if !here {
        complain("a server runs on this data folder: it takes them out of its search within a minute");
    }
    say(&json!({"erased": counts}).to_string());
    Ok(ExitCode::SUCCESS)
}

fn nothing(who: &Who) -> Outcome {
    bail!("nothing is kept of {} in shop {}", who.id, who.shop)
}

async fn audit(
    store: &SharedStore,
    who: &Who,
    (shop, whose): (&ShopId, &DataSubject),
    (action, mut detail): (&'static str, serde_json::Value),
) -> anyhow::Result<()> {
    let namer = Accounts::new(Arc::clone(store), &who.data).namer()?;
    detail["who"] = namer.name(shop, whose).into();
    let entry = NewAudit::by_nobody(BY_COMMAND, action, Timestamp::now());
    Ok(store.record_audit(entry.in_shop(shop).with(detail)).await?)
}
