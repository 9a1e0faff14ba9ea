//! Which store an address means.

use std::sync::Arc;

use super::{MemoryStore, Result, SharedStore, SqlStore, StoreError};

/// The beginnings of addresses that [`SqlStore`] opens.
const SQL: [&str; 3] = ["sqlite:", "postgres:", "postgresql:"];

/// Opens the store of an address: `sqlite:path/to/file.db`, `postgres://user@host/database` or `memory:`.
///
/// A missing SQLite file is made, with its folder, which then is its owner's alone to read. A PostgreSQL database has
/// to be there; its tables are made.
///
/// # Errors
/// [`StoreError::Address`] for another scheme, and what opening the store gives.
pub async fn open(url: &str) -> Result<SharedStore> {
    match url {
        "memory:" => Ok(Arc::new(MemoryStore::new())),
        _ if SQL.iter().any(|scheme| url.starts_with(scheme)) => Ok(Arc::new(SqlStore::open_url(url).await?)),
        _ => Err(StoreError::Address),
    }
}
