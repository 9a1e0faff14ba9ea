//! The store in an SQL database: SQLite for one node, PostgreSQL for any number.
//!
//! A use case is written once, as a plain function of a [`Connection`] within a transaction; the engine decides where
//! it runs and when it is on disk. What it returns as an error has not happened.

mod audit;
mod case;
mod conversations;
mod dialect;
#[cfg(test)]
mod plans;
mod postgres;
mod privacy;
mod queue;
mod rows;
mod schema;
mod sign_in;
pub mod snapshot;
mod sqlite;
mod staff;
mod statement;
mod trade;
mod uploads;
mod versions;

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use sqlx::{
    ConnectOptions,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use self::{
    postgres::{Postgres, Remote},
    sqlite::{Lite, Sqlite},
    statement::{Row, SqlError, Statement, sql},
};
use super::{Result, Store, StoreError};
use crate::{
    domain::{ConversationId, ShopId},
    wire::WireError,
};

/// The schema's history, inside the binary.
pub(super) static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations/sqlite");
pub(super) static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations/postgres");

/// The largest database that is read whole at each start, in bytes: that takes a part of a second.
const LOOKED_OVER: u64 = 256 << 20;

/// A store in an SQL database.
#[derive(Debug)]
pub struct SqlStore {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// A connection within a transaction.
enum Connection {
    Sqlite(Lite),
    Postgres(Remote),
}

/// What use cases change one after the other. Everything that changes rows of a conversation, but for leases, names it.
enum Alone<'a> {
    Conversation(&'a ConversationId),
    /// The built-in tables of a shop.
    Shop(&'a ShopId),
}

impl Alone<'_> {
    /// A number for it. Two that share one wait for each other, no more.
    fn key(&self) -> i64 {
        let mut hash = Sha256::new();
        match self {
            Self::Conversation(id) => hash.update(["conversation", id.as_str()].join("\0")),
            Self::Shop(id) => hash.update(["shop", id.as_str()].join("\0")),
        }
        i64::from_le_bytes(hash.finalize()[..8].try_into().expect("a digest is longer"))
    }
}

impl Connection {
    fn fetch(&mut self, statement: &Statement) -> std::result::Result<Vec<Row>, SqlError> {
        match self {
            Self::Sqlite(lite) => lite.fetch(statement),
            Self::Postgres(remote) => remote.fetch(statement),
        }
    }

    fn execute(&mut self, statement: &Statement) -> std::result::Result<u64, SqlError> {
        match self {
            Self::Sqlite(lite) => lite.execute(statement),
            Self::Postgres(remote) => remote.execute(statement),
        }
    }
}

impl SqlStore {
    /// Opens an SQLite file, making it and its tables where they are missing and bringing older ones up to date.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a file of a newer program that this one can't go on with,
    /// [`StoreError::Unavailable`] when it can't be opened.
    pub async fn open_file(file: &Path) -> Result<Self> {
        Self::open_sqlite(SqliteConnectOptions::new().filename(file)).await
    }

    /// Opens the database of an address such as `sqlite:///var/lib/xiaoer/xiaoer.db` or `postgres://user@host/name`.
    ///
    /// # Errors
    /// As for [`Self::open_file`], and [`StoreError::Address`] for an address that can't be read.
    pub async fn open_url(url: &str) -> Result<Self> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Ok(Self { engine: Engine::Postgres(Postgres::open(url).await?) });
        }
        Self::open_sqlite(SqliteConnectOptions::from_str(url).map_err(|_| StoreError::Address)?).await
    }

    /// The SQLite file of an address; `None` for one of another store.
    pub fn file_of(url: &str) -> Option<PathBuf> {
        let options = url.strip_prefix("sqlite:").and_then(|_| SqliteConnectOptions::from_str(url).ok())?;
        Some(options.get_filename().to_path_buf())
    }

    async fn open_sqlite(options: SqliteConnectOptions) -> Result<Self> {
        let file = options.get_filename().to_path_buf();
        if let Some(folder) = file.parent() {
            make_private(folder).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        }
        look_over(&file).await?;
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let pool = pool.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        schema::of_sqlite(&pool).await?;
        pool.close().await;
        Ok(Self { engine: Engine::Sqlite(Sqlite::open(&file)?) })
    }

    /// Closes every connection; later calls fail.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close(),
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }

    /// A use case that only reads, on one consistent picture. It is short: rows found by a key.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(work),
            Engine::Postgres(postgres) => postgres.read(work).await,
        }
    }

    /// A use case of one statement that reads: its picture is consistent by itself.
    async fn fetch(&self, statement: Statement) -> Result<Vec<Row>> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(move |reader| statement.fetch_all(reader)),
            Engine::Postgres(postgres) => postgres.fetch(&statement).await,
        }
    }

    /// A use case that reads many rows.
    async fn survey<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.survey(work).await,
            Engine::Postgres(postgres) => postgres.read(work).await,
        }
    }

    /// A use case that changes something: all of it or, when it returns an error, nothing. It may be run several times
    /// until it goes through, and counts once.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work).await,
            Engine::Postgres(postgres) => postgres.write(work).await,
        }
    }

    /// A use case beside which no other of its key runs, so that it needs no second try: what it reads is as the one
    /// before left it.
    async fn alone<T: Send + 'static>(
        &self,
        key: i64,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work).await,
            Engine::Postgres(postgres) => postgres.alone(key, work).await,
        }
    }

    /// The same for one that touches all rows of a shop and may take long.
    async fn alone_at_length<T: Send + 'static>(
        &self,
        key: i64,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work).await,
            Engine::Postgres(postgres) => postgres.alone_at_length(key, work).await,
        }
    }

    /// Whether the engine's files keep nothing of what was deleted; PostgreSQL sees to that itself in its own time.
    async fn scrub_files(&self, wait_no_more: bool) -> Result<bool> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.scrub(wait_no_more).await,
            Engine::Postgres(_) => Ok(true),
        }
    }

    /// What the writing connection of SQLite answers to a question about itself.
    #[cfg(test)]
    pub(super) async fn setting(&self, question: &'static str) -> String {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.setting(question).await,
            Engine::Postgres(_) => unreachable!("a question about SQLite"),
        }
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

/// Looks whether a database is sound before anything is written to it. One that takes long to read is looked at only as
/// far as it is used.
async fn look_over(file: &Path) -> Result<()> {
    let length = std::fs::metadata(file).map_or(0, |known| known.len());
    if !(1..=LOOKED_OVER).contains(&length) {
        return Ok(());
    }
    let file = file.to_owned();
    let looked = tokio::task::spawn_blocking(move || snapshot::examine(&file, false)).await;
    looked.unwrap_or_else(|panic| Err(StoreError::Unavailable(Box::new(panic)))).map(|_| ())
}

#[async_trait]
impl Store for SqlStore {
    async fn ping(&self) -> Result<()> {
        if let Engine::Sqlite(sqlite) = &self.engine {
            sqlite.is_sound()?;
        }
        sql("select count(*) as shops from seeded_shops").one(self).await?;
        // A write transaction finds a disk that is full or has become read-only.
        self.write(|tx| Ok(sql("update touched_of set id = id").execute(tx)?)).await?;
        Ok(())
    }

    async fn mark_key(&self, name: &str, digest: &str) -> Result<bool> {
        let new = sql("insert into key_marks (name, digest) values (?, ?) on conflict do nothing");
        let (new, known) =
            (new.bind(name).bind(digest), sql("select digest from key_marks where name = ?").bind(name));
        let (known, digest) = (known, digest.to_owned());
        self.write(move |tx| {
            new.execute(tx)?;
            Ok(known.fetch_one(tx)?.get::<&str>("digest")? == digest)
        })
        .await
    }
}

impl From<WireError> for StoreError {
    fn from(error: WireError) -> Self {
        Self::Corrupt { what: error.what, source: Box::new(error) }
    }
}
