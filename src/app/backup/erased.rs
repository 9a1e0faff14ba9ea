//! What was erased after a backup was made must not come back with it.
//!
//! A backup holds what shoppers had erased since. Where the data folder of before is still at hand, its database knows what
//! that was: its list of erasures is brought over and applied to the copy before the copy is put in place.

use std::{fs, path::Path, sync::Arc};

use anyhow::Context;

use super::DATABASE;
use crate::{
    app::privacy::apply_erasures,
    domain::Erasure,
    store::{PrivacyStore, SharedStore, SqlStore, snapshot},
};

/// The key that erasures are named by, in a data folder.
const KEY: &str = "keys/erasures.key";
/// Where the database of before is looked at, so that nothing of it is touched.
const LOOKED_AT: &str = "before.db";

/// Erases again in the data folder `restored` what the one of `before` says was erased; how many erasures there were.
///
/// # Errors
/// A database that can't be read or changed; erasures that a key names which neither folder has.
pub(super) fn erase_again(before: &Path, restored: &Path) -> anyhow::Result<usize> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let list = erasures(before, restored).await.context("can't read what was erased")?;
        if list.is_empty() {
            return Ok(0);
        }
        // A backup from before the first erasure has no key yet.
        if !restored.join(KEY).exists() && before.join(KEY).exists() {
            fs::create_dir_all(restored.join("keys"))?;
            fs::copy(before.join(KEY), restored.join(KEY)).context("can't copy the key of erasures")?;
        }
        let store = Arc::new(SqlStore::open_file(&restored.join(DATABASE)).await?);
        let shared: SharedStore = Arc::<SqlStore>::clone(&store);
        let erased = apply_erasures(&shared, restored, &list).await;
        store.close().await;
        let unknown = erased?.unknown;
        anyhow::ensure!(unknown == 0, "{unknown} erasures are named by a key that is not there");
        Ok(list.len())
    })
}

/// What the database of a folder says was erased, read from a copy of it.
async fn erasures(before: &Path, room: &Path) -> anyhow::Result<Vec<Erasure>> {
    let copy = room.join(LOOKED_AT);
    snapshot::copy(&before.join(DATABASE), &copy)?;
    let store = SqlStore::open_file(&copy).await?;
    let list = store.erasures().await;
    store.close().await;
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(room.join(format!("{LOOKED_AT}{end}")));
    }
    Ok(list?)
}
