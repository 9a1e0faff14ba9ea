//! An upgrade that turns out badly is taken back: the program of before starts on the file of after, where the file says
//! that it can.

use std::{path::Path, process::Command};

use sqlx::{
    ConnectOptions as _, Connection as _, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::SqliteConnectOptions,
};
use tempfile::TempDir;

use super::operations::Process;

/// What a newer program would do to a file.
async fn upgrade(file: &Path, version: i64, words: &'static str, statements: &'static str) {
    let known = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations/sqlite");
    let known = Migrator::new(known).await.expect("the migrations can be read");
    let mut all: Vec<Migration> = known.iter().cloned().collect();
    let kind = MigrationType::Simple;
    all.push(Migration::new(version, words.into(), kind, statements.into_sql_str(), false));
    let mut newer = Migrator::with_migrations(all);
    // Those of earlier upgrades.
    newer.set_ignore_missing(true);
    let mut raw = SqliteConnectOptions::new().filename(file).connect().await.expect("the file opens");
    newer.run(&mut raw).await.expect("the migration runs");
    raw.close().await.expect("the file closes");
}

#[tokio::test]
async fn a_file_one_version_ahead_is_used_and_one_further_ahead_is_refused() {
    let folder = TempDir::new().expect("a folder can be made");
    let file = folder.path().join("shop.db");
    let address = format!("sqlite:{}", file.display());
    let flags = ["--database", address.as_str()];
    let server = Process::start(&flags, &[]).await;
    server.converse("你好").await;
    server.stop().await;

    let column = "alter table conversations add column mood text not null default 'calm'";
    upgrade(&file, 9001, "moods", column).await;
    let server = Process::start(&flags, &[]).await;
    server.converse("你好").await;
    let log = server.stop().await;
    assert!(log.contains("the database is of a newer program"), "{log}");

    // Two migrations of the same version.
    upgrade(&file, 9002, "more moods from 0013", "create table moods (name text not null primary key)").await;
    let server = Process::start(&flags, &[]).await;
    server.converse("你好").await;
    server.stop().await;

    upgrade(&file, 9003, "no more moods", "drop table moods").await;
    let mut older = Command::new("timeout");
    older.args(["60", env!("CARGO_BIN_EXE_xiaoer")]);
    older.args(["serve", "--listen", "127.0.0.1:0"]).args(flags).current_dir(folder.path());
    let refused = older.output().expect("it runs");
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    for words in ["has version 9003", "programs that know version 9002", "use a newer xiaoer"] {
        assert!(told.contains(words), "{words:?} is not said: {told}");
    }
}
