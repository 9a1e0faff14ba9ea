//! Which store an address means.

use std::sync::Arc;

use super::{MemoryStore, Result, SharedStore, SqliteStore, StoreError};

/// Opens the store of an address: `sqlite:path/to/file.db` or `memory:`.
///
/// A missing SQLite file is made, with its folder, which then is its owner's alone to read.
///
/// # Errors
/// [`StoreError::Address`] for another scheme, and what opening the store gives.
pub async fn open(url: &str) -> Result<SharedStore> {
    match url {
        "memory:" => Ok(Arc::new(MemoryStore::new())),
        _ if url.starts_with("sqlite:") => Ok(Arc::new(SqliteStore::open_url(url).await?)),
        _ => Err(StoreError::Address),
    }
}
