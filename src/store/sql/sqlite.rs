//! SQLite, within this process.
//!
//! Write-ahead log and `synchronous = FULL`: what was committed survives a crash of the machine. All writing goes
//! through one connection on a thread of its own. Use cases that wait while the disk is written are committed
//! together, each within a savepoint: one of them failing takes nothing from the others, and one wait for the disk
//! serves them all (group commit). `begin immediate` and the busy time-out keep other processes in order. Reading has
//! connections of its own and never waits for a writer.

use std::{
    any::Any,
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use rusqlite::{ErrorCode, OpenFlags, ffi, types::ValueRef};
use tokio::sync::oneshot;

use super::{
    Connection,
    statement::{Kind, Row, SqlError, Statement, Value},
};
use crate::store::{Result, StoreError};

/// How long a writer waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Use cases committed together, at most.
const TOGETHER: usize = 256;
/// Idle reading connections that are kept.
const READERS: usize = 8;
/// Statements that a connection keeps prepared.
const PREPARED: usize = 200;
/// Pages of the write-ahead log after which it is moved into the file: seldom enough that commits don't wait for it all
/// the time, often enough that the log stays at some tens of megabytes.
const CHECKPOINT_PAGES: u32 = 4000;

/// A file of at most so many bytes is scrubbed at once: it takes a moment.
const SCRUBBED_AT_ONCE: u64 = 64 << 20;
/// Milliseconds without a write after which a larger one is scrubbed.
const QUIET: u64 = 5_000;

/// An open SQLite file.
pub(super) struct Sqlite {
    writer: Mutex<Option<mpsc::Sender<Work>>>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
    readers: Arc<Readers>,
    /// When something was last written, in milliseconds since the file was opened.
    written: Arc<AtomicU64>,
    opened: Instant,
}

/// What the writer's thread is given.
enum Work {
    /// A use case, to be committed with others.
    Job(Box<dyn Job>),
    /// What no transaction may be around.
    Outside(Box<dyn FnOnce(&mut Lite) + Send>),
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").field("file", &self.readers.file).finish_non_exhaustive()
    }
}

/// Connections that read: as many as are read with at the same time.
struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Lite>>,
    closed: AtomicBool,
    /// Something in the file could not be read as it was written: what it was.
    damage: OnceLock<String>,
}

/// A connection with the column names of what it was asked before.
pub(super) struct Lite {
    connection: rusqlite::Connection,
    columns: HashMap<String, Arc<[Box<str>]>>,
}

impl Sqlite {
    /// Opens a file that has its tables.
    pub(super) fn open(file: &Path) -> Result<Self> {
        let writer = Lite::open(file, true)?;
        let (sender, jobs) = mpsc::channel();
        let (written, opened) = (Arc::new(AtomicU64::new(0)), Instant::now());
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn({
                let written = Arc::clone(&written);
                move || write_all(writer, &jobs, &|| written.store(millis(opened), Ordering::Release))
            })
            .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let readers = Readers {
            file: file.to_owned(),
            idle: Mutex::default(),
            closed: AtomicBool::new(false),
            damage: OnceLock::new(),
        };
        Ok(Self {
            writer: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
            readers: Arc::new(readers),
            written,
            opened,
        })
    }

    /// Ends the writer once everything handed to it is done; later calls fail.
    pub(super) fn close(&self) {
        self.readers.closed.store(true, Ordering::Release);
        drop(lock(&self.writer).take());
        if let Some(thread) = lock(&self.thread).take() {
            let _ = thread.join();
        }
        lock(&self.readers.idle).clear();
    }

    /// Reads on this thread: finding some rows by their key takes microseconds, less than waking another thread would.
    pub(super) fn read<T>(&self, work: impl FnMut(&mut Connection) -> Result<T>) -> Result<T> {
        self.readers.read(work)
    }

    /// Reads on a thread that may take its time.
    pub(super) async fn survey<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let readers = Arc::clone(&self.readers);
        let read = tokio::task::spawn_blocking(move || readers.read(work)).await;
        read.unwrap_or_else(|panic| Err(StoreError::Unavailable(Box::new(panic))))
    }

    /// Runs a use case on the writer's thread; returns once it is on disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, done) = oneshot::channel();
        let job = UseCase { work, outcome: None, done: sender };
        let handed = lock(&self.writer).as_ref().map(|writer| writer.send(Work::Job(Box::new(job))));
        let written = match handed {
            Some(Ok(())) => done.await.unwrap_or_else(|_| Err(closed())),
            _ => Err(closed()),
        };
        self.readers.notice(written)
    }

    /// Whether nothing damaged was come upon so far.
    pub(super) fn is_sound(&self) -> Result<()> {
        match self.readers.damage.get() {
            None => Ok(()),
            Some(found) => Err(StoreError::Damaged { file: self.readers.file.clone(), found: found.clone() }),
        }
    }

    /// Leaves nothing of what was deleted in the file and its log. `secure_delete` overwrites what is deleted where it
    /// lies; but a page that was split before keeps an old copy in its unused space until it fills again, and only
    /// `vacuum` writes the pages anew. Those who write wait meanwhile: a large file waits for a quiet moment, unless it
    /// may wait no more.
    pub(super) async fn scrub(&self, wait_no_more: bool) -> Result<bool> {
        let bytes = std::fs::metadata(&self.readers.file).map_or(0, |file| file.len());
        let quiet = millis(self.opened).saturating_sub(self.written.load(Ordering::Acquire));
        if SCRUBBED_AT_ONCE < bytes && quiet < QUIET && !wait_no_more {
            return Ok(false);
        }
        let (sender, done) = oneshot::channel();
        let work = Box::new(move |lite: &mut Lite| {
            let _ = sender.send(lite.scrub());
        });
        match lock(&self.writer).as_ref().map(|writer| writer.send(Work::Outside(work))) {
            Some(Ok(())) => {}
            _ => return Err(closed()),
        }
        done.await.unwrap_or_else(|_| Err(closed()))
    }

    /// What the writing connection answers to a question about itself.
    #[cfg(test)]
    pub(super) async fn setting(&self, question: &'static str) -> String {
        let asked = move |tx: &mut Connection| {
            let Connection::Sqlite(lite) = tx else { unreachable!("this engine is SQLite") };
            let answer =
                lite.connection.query_row(question, [], |row| row.get::<_, rusqlite::types::Value>(0));
            Ok(match answer.expect("a setting") {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => format!("{other:?}"),
            })
        };
        self.write(asked).await.expect("a setting")
    }
}

impl Readers {
    /// Reads on one consistent picture.
    fn read<T>(&self, work: impl FnMut(&mut Connection) -> Result<T>) -> Result<T> {
        self.notice(self.read_unnoticed(work))
    }

    /// Remembers damage that somebody came upon, and tells the operator once: who asked can do nothing about it.
    fn notice<T>(&self, outcome: Result<T>) -> Result<T> {
        let Err(StoreError::Damaged { found, .. }) = outcome else { return outcome };
        let damaged = StoreError::Damaged { file: self.file.clone(), found: found.clone() };
        if self.damage.set(found).is_ok() {
            tracing::error!(error = %damaged, "the store is damaged");
        }
        Err(damaged)
    }

    fn read_unnoticed<T>(&self, mut work: impl FnMut(&mut Connection) -> Result<T>) -> Result<T> {
        if self.closed.load(Ordering::Acquire) {
            return Err(closed());
        }
        let idle = lock(&self.idle).pop();
        let mut reader = idle.map_or_else(|| Lite::open(&self.file, false), Ok)?;
        reader.control("begin")?;
        let mut connection = Connection::Sqlite(reader);
        let found = work(&mut connection);
        if let Connection::Sqlite(mut reader) = connection
            && reader.control("commit").is_ok()
        {
            let mut idle = lock(&self.idle);
            if idle.len() < READERS {
                idle.push(reader);
            }
        }
        found
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".into())
}

/// What the writer does for somebody.
trait Job: Send {
    /// Does it; whether what it wrote is to be kept.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Tells how it went, once that is on disk or is not.
    fn finish(self: Box<Self>, committed: std::result::Result<(), Arc<SqlError>>);
}

struct UseCase<W, T> {
    work: W,
    outcome: Option<Result<T>>,
    done: oneshot::Sender<Result<T>>,
}

impl<T: Send, W: FnMut(&mut Connection) -> Result<T> + Send> Job for UseCase<W, T> {
    fn run(&mut self, connection: &mut Connection) -> bool {
        // A defect in one use case must not end the thread that serves all of them.
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(connection)));
        let outcome = outcome.unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
        self.outcome.insert(outcome).is_ok()
    }

    fn finish(self: Box<Self>, committed: std::result::Result<(), Arc<SqlError>>) {
        let outcome = match committed {
            Ok(()) => self.outcome.unwrap_or_else(|| Err(closed())),
            Err(error) => Err(match &*error {
                SqlError::Damaged(found) => {
                    StoreError::Damaged { file: PathBuf::new(), found: found.to_string() }
                }
                _ => StoreError::Unavailable(Box::new(error)),
            }),
        };
        // Whoever asked may have given up.
        let _ = self.done.send(outcome);
    }
}

fn panicked(panic: &(dyn Any + Send)) -> StoreError {
    let words = panic.downcast_ref::<&str>().copied().unwrap_or("a use case of the store panicked");
    StoreError::Unavailable(words.into())
}

/// The writer's thread: whatever waits is committed together.
fn write_all(writer: Lite, jobs: &mpsc::Receiver<Work>, wrote: &dyn Fn()) {
    let mut connection = Connection::Sqlite(writer);
    let mut next = None;
    while let Some(work) = next.take().or_else(|| jobs.recv().ok()) {
        let first = match work {
            Work::Job(first) => first,
            Work::Outside(work) => {
                if let Connection::Sqlite(lite) = &mut connection {
                    work(lite);
                }
                continue;
            }
        };
        let mut batch = vec![first];
        for work in jobs.try_iter().take(TOGETHER - 1) {
            match work {
                Work::Job(job) => batch.push(job),
                outside => {
                    next = Some(outside);
                    break;
                }
            }
        }
        let committed = write_batch(&mut connection, &mut batch).map_err(Arc::new);
        wrote();
        metrics::counter!("xiaoer_store_commits_total").increment(1);
        metrics::counter!("xiaoer_store_written_total").increment(batch.len() as u64);
        for job in batch {
            job.finish(committed.clone());
        }
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn write_batch(connection: &mut Connection, batch: &mut [Box<dyn Job>]) -> std::result::Result<(), SqlError> {
    control(connection, "begin immediate")?;
    for job in batch {
        if let Err(error) = write_one(connection, job.as_mut()) {
            let _ = control(connection, "rollback");
            return Err(error);
        }
    }
    let started = std::time::Instant::now();
    let committed = control(connection, "commit");
    metrics::histogram!("xiaoer_store_sync_seconds").record(started.elapsed().as_secs_f64());
    if committed.is_err() {
        let _ = control(connection, "rollback");
    }
    committed
}

/// What one use case wrote goes when it fails; what the others wrote stays.
fn write_one(connection: &mut Connection, job: &mut dyn Job) -> std::result::Result<(), SqlError> {
    control(connection, "savepoint one")?;
    if !job.run(connection) {
        control(connection, "rollback to one")?;
    }
    control(connection, "release one")
}

fn control(connection: &mut Connection, text: &str) -> std::result::Result<(), SqlError> {
    match connection {
        Connection::Sqlite(lite) => lite.control(text),
        Connection::Postgres(_) => unreachable!("this thread writes to SQLite"),
    }
}

impl Lite {
    fn open(file: &Path, writes: bool) -> Result<Self> {
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection = rusqlite::Connection::open_with_flags(file, flags).map_err(unavailable)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(unavailable)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        let settings = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
                        pragma temp_store = memory; pragma secure_delete = on;";
        connection.execute_batch(settings).map_err(unavailable)?;
        if writes {
            connection
                .execute_batch(&format!(
                    "pragma cache_size = -16000; pragma wal_autocheckpoint = {CHECKPOINT_PAGES}"
                ))
                .map_err(unavailable)?;
        } else {
            connection.execute_batch("pragma query_only = on").map_err(unavailable)?;
        }
        Ok(Self { connection, columns: HashMap::new() })
    }

    /// Writes every page anew and empties the log, which had the old ones; `false` when another process is in the way.
    fn scrub(&mut self) -> Result<bool> {
        // A copy of the whole file has no place in memory.
        let written = self.connection.execute_batch("pragma temp_store = file; vacuum");
        self.connection.execute_batch("pragma temp_store = memory").map_err(unavailable)?;
        match written {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => return Ok(false),
            other => other.map_err(unavailable)?,
        }
        let checkpoint = "pragma wal_checkpoint(truncate)";
        let busy = self.connection.query_row(checkpoint, [], |row| row.get::<_, i64>(0));
        Ok(busy.map_err(unavailable)? == 0)
    }

    /// Begins or ends a transaction.
    fn control(&mut self, text: &str) -> std::result::Result<(), SqlError> {
        let mut prepared = self.connection.prepare_cached(text).map_err(judge)?;
        prepared.execute([]).map(|_| ()).map_err(judge)
    }

    pub(super) fn fetch(&mut self, statement: &Statement) -> std::result::Result<Vec<Row>, SqlError> {
        let mut prepared = self.connection.prepare_cached(&statement.text).map_err(judge)?;
        let columns = match self.columns.get(&*statement.text) {
            Some(known) => Arc::clone(known),
            None => {
                let names: Arc<[Box<str>]> = prepared.column_names().into_iter().map(Into::into).collect();
                self.columns.insert(statement.text.clone().into_owned(), Arc::clone(&names));
                names
            }
        };
        bind(&mut prepared, &statement.values)?;
        let mut found = prepared.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(judge)? {
            let values = (0..columns.len()).map(|place| Ok(value(row.get_ref(place).map_err(judge)?)));
            let values = values.collect::<std::result::Result<_, SqlError>>()?;
            rows.push(Row { columns: Arc::clone(&columns), values });
        }
        Ok(rows)
    }

    pub(super) fn execute(&mut self, statement: &Statement) -> std::result::Result<u64, SqlError> {
        let mut prepared = self.connection.prepare_cached(&statement.text).map_err(judge)?;
        bind(&mut prepared, &statement.values)?;
        Ok(prepared.raw_execute().map_err(judge)? as u64)
    }
}

fn bind(prepared: &mut rusqlite::Statement<'_>, values: &[Value]) -> std::result::Result<(), SqlError> {
    for (place, value) in values.iter().enumerate() {
        let bound = match value {
            Value::Null(_) => prepared.raw_bind_parameter(place + 1, rusqlite::types::Null),
            Value::Integer(it) => prepared.raw_bind_parameter(place + 1, it),
            Value::Text(it) => prepared.raw_bind_parameter(place + 1, it),
            Value::Bytes(it) => prepared.raw_bind_parameter(place + 1, it),
        };
        bound.map_err(judge)?;
    }
    Ok(())
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null(Kind::Text),
        ValueRef::Integer(it) => Value::Integer(it),
        // No column holds fractions.
        ValueRef::Real(it) => Value::Integer(it as i64),
        ValueRef::Text(it) => Value::Text(String::from_utf8_lossy(it).into_owned()),
        ValueRef::Blob(it) => Value::Bytes(it.to_vec()),
    }
}

fn unavailable(error: rusqlite::Error) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

fn judge(error: rusqlite::Error) -> SqlError {
    let code = error.sqlite_error().map(|inner| (inner.code, inner.extended_code));
    match code {
        Some((ErrorCode::ConstraintViolation, ffi::SQLITE_CONSTRAINT_FOREIGNKEY)) => {
            SqlError::ForeignKey(Box::new(error))
        }
        Some((
            ErrorCode::ConstraintViolation,
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        )) => SqlError::Unique(Box::new(error)),
        Some((ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _)) => SqlError::Damaged(Box::new(error)),
        _ => SqlError::Engine(Box::new(error)),
    }
}
