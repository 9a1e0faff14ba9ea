//! PostgreSQL, shared by any number of nodes.
//!
//! A writing use case is a `serializable` transaction: it goes through as if no other had run beside it, or it is run
//! again (PostgreSQL, "Serialization Failure Handling"). Those of one conversation, or of one shop's tables, are common
//! and would often come between each other: they wait for their key's advisory lock instead, which is theirs until the
//! commit, and read what is committed by then. Reading is `repeatable read`: one consistent picture.
//! Use cases run on threads that may wait, as many as there are connections.
//!
//! A network that swallows everything tells nobody: each step waits so long and no longer, and a connection that is given
//! up is not used again. The server is told to give up its end sooner, for a node that is cut off in the middle of a use
//! case keeps others of its conversation waiting.

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Executor as _, Row as _, SqlSafeStr as _, SqlStr,
    TypeInfo as _, ValueRef as _,
    postgres::{PgArguments, PgConnectOptions, PgConnection, PgDatabaseError, PgPool, PgPoolOptions, PgRow},
};
use tokio::{runtime::Handle, time::timeout};

use super::{
    Connection, dialect, schema,
    statement::{Kind, Row, SqlError, Statement, Value},
};
use crate::store::{Result, StoreError};

/// Connections of a node. PostgreSQL allows 100 in all unless told otherwise.
const CONNECTIONS: u32 = 16;
/// How long a use case waits for a connection, or for a server that is starting again.
const PATIENCE: Duration = Duration::from_secs(8);
/// A statement that is not answered within this is given up.
const ANSWERED_WITHIN: Duration = Duration::from_secs(15);
/// The same for one about all rows of a shop.
const DONE_WITHIN: Duration = Duration::from_secs(600);
/// What became of a connection whose use case was given up is known within this, or it is closed.
const MENDED_WITHIN: Duration = Duration::from_secs(2);
/// What the server does for this node's connections: it ends those that fall silent in the middle of a use case, where
/// the next statement follows at once, and notices within half a minute that nobody is there any more.
const SESSION: &str = "set idle_in_transaction_session_timeout = '3s'; set tcp_keepalives_idle = 10;
    set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4; set tcp_user_timeout = 20000";
/// How often a server that is away is looked for.
const AWAY: Duration = Duration::from_millis(100);
/// A use case that others come between is run again so many times.
const ATTEMPTS: u32 = 12;
/// Statements that a connection keeps prepared.
const PREPARED: usize = 300;

const WRITING: &str = "begin isolation level serializable";
const READING: &str = "begin isolation level repeatable read read only";

/// A database of a PostgreSQL server.
#[derive(Debug)]
pub(super) struct Postgres {
    pool: PgPool,
}

/// A connection within a transaction.
pub(super) struct Remote {
    transaction: sqlx::Transaction<'static, sqlx::Postgres>,
    runtime: Handle,
    /// How long each statement may take.
    within: Duration,
}

impl Postgres {
    /// Connects, and brings the tables up to date.
    pub(super) async fn open(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Address)?
            .application_name("xiaoer")
            .statement_cache_capacity(PREPARED);
        let options = sqlx::ConnectOptions::disable_statement_logging(options);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .after_connect(|connection, _| Box::pin(async { connection.execute(SESSION).await.map(|_| ()) }))
            .after_release(|connection, _| Box::pin(is_mended(connection)))
            .connect_with(options)
            .await
            .map_err(unavailable)?;
        schema::of_postgres(&pool).await?;
        Ok(Self { pool })
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    /// Runs a use case that changes nothing.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.transact(READING.into_sql_str(), ANSWERED_WITHIN, work).await
    }

    /// Answers one statement that reads, outside a transaction: one way to the server and back.
    pub(super) async fn fetch(&self, statement: &Statement) -> Result<Vec<Row>> {
        let started = Instant::now();
        loop {
            let error = match timeout(ANSWERED_WITHIN, self.fetch_once(statement)).await {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(error)) => error,
                Err(_) => judge(sqlx::Error::PoolTimedOut),
            };
            match error {
                SqlError::Away(_) if started.elapsed() < PATIENCE => tokio::time::sleep(AWAY).await,
                // Each connection finds out once.
                SqlError::Stale(_) => {}
                error => return Err(error.into()),
            }
        }
    }

    async fn fetch_once(&self, statement: &Statement) -> std::result::Result<Vec<Row>, SqlError> {
        let mut connection = self.pool.acquire().await.map_err(judge)?;
        let found = query(statement)?.fetch_all(&mut *connection).await.map_err(judge);
        if let Err(SqlError::Stale(_)) = found {
            connection.clear_cached_statements().await.map_err(judge)?;
        }
        rows(&found?)
    }

    /// Runs a use case; returns once it is committed.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.transact(WRITING.into_sql_str(), ANSWERED_WITHIN, work).await
    }

    /// Runs a use case while none of the same key runs.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        key: i64,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.alone_within(key, ANSWERED_WITHIN, work).await
    }

    /// The same for one that touches all rows of a shop.
    pub(super) async fn alone_at_length<T: Send + 'static>(
        &self,
        key: i64,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.alone_within(key, DONE_WITHIN, work).await
    }

    async fn alone_within<T: Send + 'static>(
        &self,
        key: i64,
        within: Duration,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // Both at once: one way to the server and back.
        let beginning = format!("begin isolation level read committed; select pg_advisory_xact_lock({key})");
        self.transact(AssertSqlSafe(beginning).into_sql_str(), within, work).await
    }

    async fn transact<T: Send + 'static>(
        &self,
        beginning: SqlStr,
        within: Duration,
        mut work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (mut attempt, started) = (0, Instant::now());
        loop {
            let begun = timeout(within, self.pool.begin_with(beginning.clone())).await;
            let transaction = match begun.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(judge) {
                Ok(transaction) => transaction,
                Err(SqlError::Away(_)) if started.elapsed() < PATIENCE => {
                    tokio::time::sleep(AWAY).await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let remote = Remote { transaction, runtime: Handle::current(), within };
            let ran = tokio::task::spawn_blocking(move || (run(remote, &mut work), work)).await;
            let (outcome, again) = ran.map_err(|panic| StoreError::Unavailable(Box::new(panic)))?;
            work = again;
            match outcome {
                Outcome::Is(result) => return result,
                // The server went away before the commit: nothing has happened, and it may be back soon.
                Outcome::Away(_) if started.elapsed() < PATIENCE => tokio::time::sleep(AWAY).await,
                Outcome::Away(error) => return Err(error),
                // Each connection finds out once.
                Outcome::Stale => {}
                Outcome::Again(_) if attempt < ATTEMPTS => {
                    metrics::counter!("xiaoer_store_repeated_total").increment(1);
                    // Whoever came between is given time to finish; a little chance keeps two from meeting again.
                    let most = 2_u64 << attempt.min(6);
                    tokio::time::sleep(Duration::from_millis(rand::random_range(0..=most))).await;
                    attempt += 1;
                }
                Outcome::Again(error) => return Err(error),
            }
        }
    }
}

/// Whether a connection that was given back can be used: at once after a use case that ended; one that was given up in
/// the middle has to show that it is where it should be.
async fn is_mended(connection: &mut PgConnection) -> std::result::Result<bool, sqlx::Error> {
    if !connection.should_flush() {
        return Ok(true);
    }
    timeout(MENDED_WITHIN, connection.ping()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
}

enum Outcome<T> {
    Is(Result<T>),
    /// Another transaction came between.
    Again(StoreError),
    /// A newer program changed a table since this connection prepared a statement. It will prepare its statements anew.
    Stale,
    /// The server went away before the commit.
    Away(StoreError),
}

fn run<T>(remote: Remote, work: &mut impl FnMut(&mut Connection) -> Result<T>) -> Outcome<T> {
    let mut connection = Connection::Postgres(remote);
    let result = work(&mut connection);
    let Connection::Postgres(Remote { mut transaction, runtime, within }) = connection else {
        unreachable!("a use case can't change the engine")
    };
    match result {
        Ok(value) => match wait(&runtime, within, transaction.commit()) {
            Ok(()) => Outcome::Is(Ok(value)),
            Err(error) => match judge(error) {
                error @ SqlError::Again(_) => Outcome::Again(error.into()),
                error => Outcome::Is(Err(error.into())),
            },
        },
        Err(error) => match again(error) {
            // Nobody answers: it is given up as it is.
            away @ Outcome::Away(_) => away,
            Outcome::Stale => {
                let _ = wait(&runtime, within, transaction.clear_cached_statements());
                let _ = wait(&runtime, within, transaction.rollback());
                Outcome::Stale
            }
            outcome => {
                let _ = wait(&runtime, within, transaction.rollback());
                outcome
            }
        },
    }
}

/// Waits for the server, so long and no longer.
fn wait<T>(
    runtime: &Handle,
    within: Duration,
    answer: impl Future<Output = std::result::Result<T, sqlx::Error>>,
) -> std::result::Result<T, sqlx::Error> {
    let answered = runtime.block_on(async { timeout(within, answer).await });
    answered.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// What a use case's own error asks for.
fn again<T>(error: StoreError) -> Outcome<T> {
    let StoreError::Unavailable(inner) = &error else { return Outcome::Is(Err(error)) };
    match inner.downcast_ref() {
        // A row that another transaction has just added may be met before the engine sees that it came between.
        Some(SqlError::Again(_) | SqlError::Unique(_)) => Outcome::Again(error),
        Some(SqlError::Away(_)) => Outcome::Away(error),
        Some(SqlError::Stale(_)) => Outcome::Stale,
        _ => Outcome::Is(Err(error)),
    }
}

impl Remote {
    pub(super) fn fetch(&mut self, statement: &Statement) -> std::result::Result<Vec<Row>, SqlError> {
        let found = query(statement)?.fetch_all(&mut *self.transaction);
        rows(&wait(&self.runtime, self.within, found).map_err(judge)?)
    }

    pub(super) fn execute(&mut self, statement: &Statement) -> std::result::Result<u64, SqlError> {
        let done = query(statement)?.execute(&mut *self.transaction);
        Ok(wait(&self.runtime, self.within, done).map_err(judge)?.rows_affected())
    }
}

fn query(
    statement: &Statement,
) -> std::result::Result<sqlx::query::Query<'static, sqlx::Postgres, PgArguments>, SqlError> {
    Ok(sqlx::query_with(AssertSqlSafe(dialect::postgres(&statement.text)), arguments(statement)?))
}

fn rows(found: &[PgRow]) -> std::result::Result<Vec<Row>, SqlError> {
    let Some(first) = found.first() else { return Ok(Vec::new()) };
    let columns: std::sync::Arc<[Box<str>]> =
        first.columns().iter().map(|column| column.name().into()).collect();
    let row = |row| {
        let values = (0..columns.len()).map(|place| value(row, place));
        Ok(Row { columns: columns.clone(), values: values.collect::<std::result::Result<_, _>>()? })
    };
    found.iter().map(row).collect()
}

/// PostgreSQL keeps no texts with U+0000: a replacement character stands for it.
fn arguments(statement: &Statement) -> std::result::Result<PgArguments, SqlError> {
    use sqlx::Arguments as _;
    let mut arguments = PgArguments::default();
    for value in &statement.values {
        match value {
            Value::Null(Kind::Integer) => arguments.add(None::<i64>),
            Value::Null(Kind::Text) => arguments.add(None::<String>),
            Value::Null(Kind::Bytes) => arguments.add(None::<Vec<u8>>),
            Value::Integer(it) => arguments.add(*it),
            Value::Text(it) if it.contains('\0') => arguments.add(it.replace('\0', "\u{fffd}")),
            Value::Text(it) => arguments.add(it.clone()),
            Value::Bytes(it) => arguments.add(it.clone()),
        }
        .map_err(SqlError::Engine)?;
    }
    Ok(arguments)
}

fn value(row: &PgRow, place: usize) -> std::result::Result<Value, SqlError> {
    let raw = row.try_get_raw(place).map_err(judge)?;
    if raw.is_null() {
        return Ok(Value::Null(Kind::Text));
    }
    let kind = raw.type_info().name().to_owned();
    let value = match kind.as_str() {
        "INT8" => Value::Integer(row.try_get::<i64, _>(place).map_err(judge)?),
        "INT4" => Value::Integer(row.try_get::<i32, _>(place).map_err(judge)?.into()),
        "BOOL" => Value::Integer(row.try_get::<bool, _>(place).map_err(judge)?.into()),
        "BYTEA" => Value::Bytes(row.try_get::<Vec<u8>, _>(place).map_err(judge)?),
        _ => Value::Text(row.try_get::<String, _>(place).map_err(judge)?),
    };
    Ok(value)
}

fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// By the codes of SQLSTATE: 23505 and 23503 are broken keys, 40001 and 40P01 another transaction's doing; 57P01 to 57P03
/// and 08 come from a server that stops or starts, 25P03 from one that waited too long for us. That a statement was
/// prepared for other columns has no code of its own, and words in the server's language.
fn judge(error: sqlx::Error) -> SqlError {
    if let sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed = error {
        return SqlError::Away(Box::new(error));
    }
    let refused = error.as_database_error().and_then(|inner| inner.try_downcast_ref::<PgDatabaseError>());
    if refused.is_some_and(|refused| refused.routine() == Some("RevalidateCachedQuery")) {
        return SqlError::Stale(Box::new(error));
    }
    let code = error.as_database_error().and_then(|inner| inner.code()).unwrap_or_default().into_owned();
    match code.as_str() {
        "23505" => SqlError::Unique(Box::new(error)),
        "23503" => SqlError::ForeignKey(Box::new(error)),
        "40001" | "40P01" => SqlError::Again(Box::new(error)),
        "57P01" | "57P02" | "57P03" | "25P03" => SqlError::Away(Box::new(error)),
        code if code.starts_with("08") => SqlError::Away(Box::new(error)),
        _ => SqlError::Engine(Box::new(error)),
    }
}
