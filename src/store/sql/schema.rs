//! Tables are brought up to date, and a program of before goes on with newer ones where they say so, so that nodes are
//! upgraded one by one and taken back one by one. `src/store/migrations/README.md` is the rule for who writes a migration.
//!
//! How far back a migration reaches stands in the name of its file, which sqlx keeps beside its number in the database:
//! an older program reads there what it could not know when it was built. Without a word it is the migration before.

use sqlx::{
    PgPool, SqlitePool,
    migrate::{Migrate as _, MigrateError, Migrator},
};

use super::{POSTGRES_MIGRATIONS, SQLITE_MIGRATIONS};
use crate::store::{Result, StoreError};

/// What sqlx keeps of the migrations that a database has.
const TABLE: &str = "_sqlx_migrations";
const APPLIED: &str = "select version, description from _sqlx_migrations order by version";

/// A migration that a database has: its number, and the words of its file's name.
type Applied = (i64, String);

/// The tables of an SQLite file.
pub(super) async fn of_sqlite(pool: &SqlitePool) -> Result<()> {
    let before = async {
        pool.acquire().await?.ensure_migrations_table(TABLE).await?;
        Ok(sqlx::query_as(APPLIED).fetch_all(pool).await?)
    };
    judge(&SQLITE_MIGRATIONS, before.await)?;
    applying(&SQLITE_MIGRATIONS).run(pool).await.map_err(unavailable)?;
    judge(&SQLITE_MIGRATIONS, sqlx::query_as(APPLIED).fetch_all(pool).await.map_err(MigrateError::from))
}

/// The tables of a PostgreSQL database: one node brings them up to date, the others wait for it. What it has made of them
/// meanwhile may be too new for those who waited.
pub(super) async fn of_postgres(pool: &PgPool) -> Result<()> {
    let before = async {
        pool.acquire().await?.ensure_migrations_table(TABLE).await?;
        Ok(sqlx::query_as(APPLIED).fetch_all(pool).await?)
    };
    judge(&POSTGRES_MIGRATIONS, before.await)?;
    applying(&POSTGRES_MIGRATIONS).run(pool).await.map_err(unavailable)?;
    judge(&POSTGRES_MIGRATIONS, sqlx::query_as(APPLIED).fetch_all(pool).await.map_err(MigrateError::from))
}

/// The same migrations, for a database that may have more.
fn applying(known: &Migrator) -> Migrator {
    let mut applying = Migrator::with_migrations(known.iter().cloned().collect());
    applying.set_ignore_missing(true);
    applying
}

fn unavailable(error: MigrateError) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// Refuses a database that this program can't go on with.
fn judge(known: &Migrator, applied: std::result::Result<Vec<Applied>, MigrateError>) -> Result<()> {
    let applied = applied.map_err(unavailable)?;
    let versions: Vec<i64> = known.iter().map(|migration| migration.version).collect();
    let newest = versions.iter().copied().max().unwrap_or_default();
    match needed(&applied, &versions) {
        Some(needs) if newest < needs => {
            let found = applied.last().map_or(newest, |(version, _)| *version);
            Err(StoreError::Newer { found, needs, known: newest })
        }
        Some(_) => {
            let ahead = applied.iter().filter(|(version, _)| !versions.contains(version)).count();
            tracing::warn!(
                migrations = ahead,
                "the database is of a newer program, which this one goes on with"
            );
            Ok(())
        }
        None => Ok(()),
    }
}

/// What a program has to know for the migrations of a database that it does not know; `None` where it knows them all.
fn needed(applied: &[Applied], known: &[i64]) -> Option<i64> {
    let before = std::iter::once(0).chain(applied.iter().map(|(version, _)| *version));
    let unknown = applied.iter().zip(before).filter(|((version, _), _)| !known.contains(version));
    unknown.map(|((_, words), before)| reaches_back_to(words).unwrap_or(before)).max()
}

/// The number in `0015_seats_from_0013.sql`: programs that know this migration can go on.
fn reaches_back_to(words: &str) -> Option<i64> {
    words.rsplit_once(" from ")?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_schema_says_who_can_go_on_with_it() {
        for (applied, expected) in [
            (&["1 first", "2 second"][..], None),
            (&["1 first", "2 second", "3 third"], Some(2)),
            (&["1 first", "2 second", "7 numbers may leave gaps"], Some(2)),
            (&["1 first", "2 second", "3 third", "4 fourth"], Some(3)),
            (&["1 first", "2 second", "3 third", "4 fourth from 0002"], Some(2)),
            (&["1 first", "2 second", "3 third from 1", "4 fourth from 2"], Some(2)),
            (&["1 first", "2 second", "3 third", "4 one that leaves nobody behind from 4"], Some(4)),
            (&["1 first", "2 second", "3 words from afar"], Some(2)),
        ] {
            let rows: Vec<Applied> = applied
                .iter()
                .map(|row| row.split_once(' ').expect("a number and words"))
                .map(|(version, words)| (version.parse().expect("a number"), words.to_owned()))
                .collect();
            assert_eq!(needed(&rows, &[1, 2]), expected, "{applied:?}");
        }
    }

    #[test]
    fn what_a_name_says_is_a_migration_before_it() {
        for known in [&SQLITE_MIGRATIONS, &POSTGRES_MIGRATIONS] {
            for migration in known.iter() {
                let Some(from) = reaches_back_to(&migration.description) else { continue };
                assert!(
                    from < migration.version && known.version_exists(from),
                    "{} {}",
                    migration.version,
                    migration.description
                );
            }
        }
    }
}
