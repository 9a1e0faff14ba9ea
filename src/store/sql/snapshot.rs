//! An SQLite database as a file: a copy of it while others write, and a look at it before it is used.
//!
//! A copy is made within one reading transaction, so that it is the database as it was at one moment, and by `vacuum
//! into`, which leaves out what was deleted: pages that SQLite has not used again hold it still.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::SQLITE_MIGRATIONS;
use crate::store::{Result, StoreError};

/// How long the look or the copy waits for a program that has the whole file for itself.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// Faults that are told of a damaged file: one says it all.
const TOLD: usize = 1;

/// The newest version of the tables that this program knows.
pub fn known_schema() -> i64 {
    SQLITE_MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Copies a database into a new file and returns the version of its tables. Who writes to the database meanwhile does
/// not wait.
///
/// # Errors
/// [`StoreError::Damaged`] for a database that can't be read, [`StoreError::Copy`] for a place that can't be written.
pub fn copy(database: &Path, to: &Path) -> Result<i64> {
    let connection = open(database)?;
    let schema = schema(database, &connection)?;
    let into =
        to.to_str().ok_or_else(|| StoreError::Copy { to: to.to_owned(), source: "no UTF-8".into() })?;
    connection.execute("vacuum into ?", [into]).map_err(|error| {
        damage(database, &error)
            .unwrap_or_else(|| StoreError::Copy { to: to.to_owned(), source: Box::new(error) })
    })?;
    Ok(schema)
}

/// Reads a whole database and finds out whether it is sound; returns the version of its tables. The thorough look also
/// compares every index with its table.
///
/// # Errors
/// [`StoreError::Damaged`].
pub fn examine(database: &Path, thoroughly: bool) -> Result<i64> {
    let connection = open(database)?;
    let question = if thoroughly { "pragma integrity_check" } else { "pragma quick_check" };
    let found = connection.query_row(&format!("{question}({TOLD})"), [], |row| row.get::<_, String>(0));
    let found = found.map_err(|error| unreadable(database, error))?;
    if found != "ok" {
        return Err(StoreError::Damaged { file: database.to_owned(), found: one_line(&found) });
    }
    schema(database, &connection)
}

/// A connection of its own that changes nothing.
fn open(database: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags);
    let connection = connection.map_err(|error| unreadable(database, error))?;
    connection.busy_timeout(PATIENCE).map_err(|error| unreadable(database, error))?;
    Ok(connection)
}

/// The version of the tables; 0 where there are none yet.
fn schema(database: &Path, connection: &Connection) -> Result<i64> {
    let made = "select count(*) from sqlite_master where name = '_sqlx_migrations'";
    let made = connection.query_row(made, [], |row| row.get::<_, i64>(0));
    if made.map_err(|error| unreadable(database, error))? == 0 {
        return Ok(0);
    }
    let newest = "select coalesce(max(version), 0) from _sqlx_migrations";
    connection.query_row(newest, [], |row| row.get(0)).map_err(|error| unreadable(database, error))
}

fn unreadable(database: &Path, error: rusqlite::Error) -> StoreError {
    damage(database, &error).unwrap_or_else(|| StoreError::Unavailable(Box::new(error)))
}

/// The damage that an error tells of, if it does.
fn damage(database: &Path, error: &rusqlite::Error) -> Option<StoreError> {
    let code = error.sqlite_error_code();
    let damaged = matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase));
    damaged.then(|| StoreError::Damaged { file: database.to_owned(), found: one_line(&error.to_string()) })
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}
