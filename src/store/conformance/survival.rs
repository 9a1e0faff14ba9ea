//! What only a store on disk can show: what was acked is there when the file is opened again, two programs may
//! share it, and a newer file is refused.

use super::numbers;
use crate::{
    domain::ChangeOutcome,
    store::{ConversationStore, QueueStore, SqlStore, StoreError, VersionStore, open, samples::*, sql},
};

#[tokio::test]
async fn what_was_acked_is_there_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    let store = SqlStore::open_file(&file).await.unwrap();
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    store.append_shopper(&id, said("a", "退货", 1)).await.unwrap();
    let mut first = turn(&id, 0, 1, 2);
    first.outbox.push(change("k", 1));
    store.commit_turn(first).await.unwrap();
    store.append_shopper(&id, said("b", "在吗", 3)).await.unwrap();

    // As after a kill: the old store is never closed, and the copy has what was on disk at this moment.
    let copy = tempfile::tempdir().unwrap();
    for name in ["test.db", "test.db-wal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let again = SqlStore::open_file(&copy.path().join("test.db")).await.unwrap();
    assert_eq!(again.unanswered().await.unwrap(), [(id.clone(), 3)]);
    assert_eq!(numbers(&again.latest(&id, 9).await.unwrap()), [1, 2, 3]);
    assert_eq!(again.latest(&id, 9).await.unwrap(), store.latest(&id, 9).await.unwrap());
    assert_eq!(again.pending(&id).await.unwrap(), store.pending(&id).await.unwrap());
    let due = again.claim_changes(at(9), at(30), 9).await.unwrap();
    assert_eq!(due[0].change, change("k", 1));
    again.finish_change(&id, "k", ChangeOutcome::TicketOpened("T1".into()), at(9)).await.unwrap();
    again.close().await;

    let third = SqlStore::open_file(&copy.path().join("test.db")).await.unwrap();
    assert_eq!(third.pending(&id).await.unwrap().outcomes.len(), 1);
}

#[tokio::test]
async fn two_programs_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    let (left, right) =
        (SqlStore::open_file(&file).await.unwrap(), SqlStore::open_file(&file).await.unwrap());
    let id = left.open(new_conversation("c1", 0)).await.unwrap().id;
    let writes = (0..30).map(|n| {
        let store = if n % 2 == 0 { &left } else { &right };
        store.append_shopper(&id, said(&format!("m{n}"), "在吗", n))
    });
    for answer in futures::future::join_all(writes).await {
        answer.expect("a busy file makes a writer wait, not fail");
    }
    assert_eq!(numbers(&right.latest(&id, 99).await.unwrap()), (1..=30).collect::<Vec<u64>>());
    left.commit_turn(to_queue(&id, 0, 30, 31)).await.unwrap();
    assert_eq!(right.waiting(&[shop()]).await.unwrap().len(), 1);
}

/// Changes a file behind the store's back.
async fn change_file(file: &std::path::Path, statements: &[&'static str]) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut raw = sqlx::ConnectOptions::connect(&options).await.unwrap();
    for statement in statements {
        sqlx::query(*statement).execute(&mut raw).await.unwrap();
    }
    sqlx::Connection::close(raw).await.unwrap();
}

/// Writes what the program of schema `version` would have left of the file `now`: the tables and columns it had.
async fn write_as_of(version: i64, now: &std::path::Path, older: &std::path::Path) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(older).create_if_missing(true).foreign_keys(false);
    let mut raw = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sql::SQLITE_MIGRATIONS.run_to(version, &mut raw).await.unwrap();
    sqlx::query("attach ? as now").bind(now.to_str()).execute(&mut raw).await.unwrap();
    let tables: Vec<(String, String)> = sqlx::query_as(
        "select t.name, group_concat(c.name) from sqlite_schema t, pragma_table_info(t.name) c
         where t.type = 'table' and t.name not glob '_sqlx*' and t.name not glob 'sqlite_*'
         group by t.name",
    )
    .fetch_all(&mut raw)
    .await
    .unwrap();
    for (table, columns) in tables {
        let copy = format!("insert into main.{table} ({columns}) select {columns} from now.{table}");
        sqlx::query(sqlx::AssertSqlSafe(copy)).execute(&mut raw).await.unwrap();
    }
    sqlx::Connection::close(raw).await.unwrap();
}

#[tokio::test]
async fn what_people_had_is_told_from_an_older_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    let store = SqlStore::open_file(&file).await.unwrap();
    for id in ["private", "waiting", "released"] {
        let id = store.open(new_conversation(id, 0)).await.unwrap().id;
        store.append_shopper(&id, said("a", "转人工", 1)).await.unwrap();
    }
    store.commit_turn(to_queue(&"waiting".into(), 0, 1, 5)).await.unwrap();
    store.commit_turn(to_queue(&"released".into(), 0, 1, 6)).await.unwrap();
    store.take(take(&"released".into(), "a1", 7)).await.unwrap();
    store.append_agent(&"released".into(), agent_says("a1", "a", "您好", 8)).await.unwrap();
    store.release(closing(&"released".into(), "a1", 9)).await.unwrap();
    store.close().await;
    let older = folder.path().join("older.db");
    write_as_of(1, &file, &older).await;

    let store = SqlStore::open_file(&older).await.unwrap();
    for (id, expected) in [("private", None), ("waiting", Some(at(5))), ("released", Some(at(9)))] {
        assert_eq!(store.conversation(&id.into()).await.unwrap().unwrap().handed_at, expected, "{id}");
    }
}

#[tokio::test]
async fn a_version_that_an_older_program_published_has_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    SqlStore::open_file(&file).await.unwrap().close().await;
    change_file(
        &file,
        &[r#"insert into shop_versions (shop, number, digest, files, at)
             values ('demo', 1, 'a', cast('{"shops/demo/shop.toml":"version = 1"}' as blob), 0)"#],
    )
    .await;
    let store = SqlStore::open_file(&file).await.unwrap();
    let version = store.latest_version(&shop()).await.unwrap().unwrap();
    assert_eq!(version.files, [("shops/demo/shop.toml".to_owned(), "version = 1".to_owned())].into());
}

#[tokio::test]
async fn the_address_chooses_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep").join("named.db");
    for (url, works) in [
        (format!("sqlite:{}", file.display()), true),
        ("memory:".to_owned(), true),
        ("mysql://localhost/xiaoer".to_owned(), false),
        ("nonsense".to_owned(), false),
        (String::new(), false),
    ] {
        match open(&url).await {
            Ok(store) => {
                assert!(works, "{url}");
                store.ping().await.unwrap();
            }
            Err(error) => assert!(!works && matches!(error, StoreError::Address), "{url}: {error}"),
        }
    }
    assert!(file.is_file());
}

#[tokio::test]
async fn every_commit_reaches_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open_file(&folder.path().join("test.db")).await.unwrap();
    for (pragma, expected) in [
        ("select journal_mode from pragma_journal_mode", "wal"),
        ("select cast(synchronous as text) from pragma_synchronous", "2"), // FULL
        ("select cast(foreign_keys as text) from pragma_foreign_keys", "1"),
        ("select cast(secure_delete as text) from pragma_secure_delete", "1"),
    ] {
        assert_eq!(store.setting(pragma).await, expected, "{pragma}");
    }
}
