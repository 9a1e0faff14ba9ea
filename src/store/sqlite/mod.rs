//! The store in one SQLite file.
//!
//! Write-ahead log and `synchronous = FULL`: what was committed survives a crash of the machine. All writing goes
//! through one connection, so writers of this process queue in order instead of failing; `begin immediate` and
//! the busy time-out do the same towards other processes. Reading has connections of its own and never waits for
//! a writer.

mod audit;
mod case;
mod conversations;
#[cfg(test)]
mod plans;
mod queue;
mod rows;
mod sign_in;
mod staff;
mod trade;
mod uploads;
mod versions;

use std::{path::Path, str::FromStr, time::Duration};

use async_trait::async_trait;
use sqlx::{
    ConnectOptions, Sqlite, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Result, Store, StoreError};
use crate::wire::WireError;

/// The schema's history, inside the binary.
pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// How long a writer waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections that read. Reads are short, and cores are few.
const READERS: u32 = 4;

/// A store in an SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, making it and its tables where they are missing and bringing older ones up to date.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a file made by a newer program, [`StoreError::Unavailable`] when it can't be
    /// opened.
    pub async fn open(file: &Path) -> Result<Self> {
        Self::connect(SqliteConnectOptions::new().filename(file)).await
    }

    /// Opens the file of an address such as `sqlite:///var/lib/xiaoer/xiaoer.db`.
    ///
    /// # Errors
    /// As for [`Self::open`], and [`StoreError::Address`] for an address that can't be read.
    pub async fn open_url(url: &str) -> Result<Self> {
        Self::connect(SqliteConnectOptions::from_str(url).map_err(|_| StoreError::Address)?).await
    }

    async fn connect(options: SqliteConnectOptions) -> Result<Self> {
        if let Some(folder) = options.get_filename().parent() {
            make_private(folder).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        }
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await?;
        migrate(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self { writer, readers })
    }

    /// Closes every connection; later calls fail.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// What the writing connection answers to a question about itself.
    #[cfg(test)]
    pub(super) async fn setting(&self, question: &'static str) -> String {
        sqlx::query_scalar(question).fetch_one(&self.writer).await.expect("a setting")
    }

    /// Begins the transaction of a use case. Dropping it undoes it.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("begin immediate").await?)
    }
}

/// Makes a missing folder, for its owner alone to read.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if folder.as_os_str().is_empty() { Ok(()) } else { builder.create(folder) }
}

/// Brings the tables up to date, and names both versions when they are ahead of this program.
async fn migrate(writer: &SqlitePool) -> Result<()> {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    match MIGRATIONS.run(writer).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) => Err(StoreError::Newer { found, known }),
        Err(error) => Err(StoreError::Unavailable(Box::new(error))),
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> Result<()> {
        sqlx::query("select count(*) from seeded_shops").execute(&self.readers).await?;
        // An empty write transaction finds a disk that has become read-only.
        self.begin().await?.commit().await?;
        Ok(())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Corrupt { what: "row", source: Box::new(error) }
            }
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

impl From<WireError> for StoreError {
    fn from(error: WireError) -> Self {
        Self::Corrupt { what: error.what, source: Box::new(error) }
    }
}
