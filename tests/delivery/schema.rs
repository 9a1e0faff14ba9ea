//! Nodes are upgraded one by one: while a newer program has brought the tables up to date, those of before go on, also
//! when they are started again.

use std::{path::Path, process::Command, sync::Arc};

use sqlx::{
    PgPool, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};
use tempfile::TempDir;

use super::{
    engines::Engines,
    ledger::Ledger,
    plain::Line,
    process::{Home, Shared},
    small_tree::write_small_tree,
};

/// Columns of the tables that every message touches.
const COLUMNS: &str = "alter table conversations add column mood text not null default 'calm';
    alter table messages add column mood text; alter table changes add column mood text";

/// What a newer program would do to the database.
async fn upgrade(database: &str, version: i64, words: &'static str, statements: &'static str) {
    let known = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations/postgres");
    let known = Migrator::new(known).await.expect("the migrations can be read");
    let mut all: Vec<Migration> = known.iter().cloned().collect();
    let kind = MigrationType::Simple;
    all.push(Migration::new(version, words.into(), kind, statements.into_sql_str(), false));
    let mut newer = Migrator::with_migrations(all);
    // Those of earlier upgrades.
    newer.set_ignore_missing(true);
    let pool = PgPool::connect(database).await.expect("the database answers");
    newer.run(&pool).await.expect("the migration runs");
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and NATS, which tests/run installs"]
async fn nodes_of_before_go_on_with_a_database_one_version_ahead() {
    let folder = TempDir::new().expect("a folder can be made");
    let engines = Engines::start(folder.path());
    let shared = Shared { database: engines.database(), bus: engines.bus(), dies: false };
    let ledger = Arc::new(Ledger::default());
    let home = |name: &str| {
        let home = Home::new(&folder.path().join(name), Some(shared.clone()), Arc::clone(&ledger));
        write_small_tree(&home.folder.join("intents"));
        home
    };
    let (first, second) = (home("first"), home("second"));
    let (first_process, first_node, _) = first.start().ready().await;
    let mut shoppers = Vec::new();
    for _ in 0..20 {
        shoppers.push(Line::shopper(first_node, None).await.0);
    }
    // Statements are prepared on many connections.
    let all_converse = async |shoppers: &mut Vec<Line>, id: &str| {
        futures::future::join_all(shoppers.iter_mut().map(|shopper| shopper.converse(id))).await;
    };
    all_converse(&mut shoppers, "before").await;

    upgrade(&shared.database, 9001, "moods", COLUMNS).await;
    all_converse(&mut shoppers, "one ahead").await;
    let (second_process, second_node, _) = second.start().ready().await;
    shoppers.push(Line::shopper(second_node, None).await.0);
    all_converse(&mut shoppers, "two nodes").await;

    // A version that is further ahead: who runs goes on, who starts is refused.
    upgrade(&shared.database, 9002, "more moods", "create table moods (name text not null)").await;
    all_converse(&mut shoppers, "two ahead").await;
    let mut older = Command::new("timeout");
    older.args(["60", env!("CARGO_BIN_EXE_xiaoer")]);
    older.env("XIAOER_DATABASE", &shared.database).env("XIAOER_BUS", &shared.bus);
    older.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(folder.path());
    let refused = older.output().expect("it runs");
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    for words in ["has version 9002", "programs that know version 9001", "use a newer xiaoer"] {
        assert!(told.contains(words), "{words:?} is not said: {told}");
    }
    drop((first_process, second_process));
    assert_eq!(ledger.findings(), Vec::<String>::new());
}
