//! What is asked every second or by every desk must not read the whole table: a shop keeps years of conversations.

use sqlx::Row as _;

use super::{
    SqliteStore,
    conversations::{COURSES, COURSES_AFTER, RECENT, UNANSWERED},
    queue,
};

#[tokio::test]
async fn what_is_asked_often_is_found_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("test.db")).await.unwrap();
    let lists =
        [queue::QUEUED, queue::MESSAGES, queue::HELD].map(|(mode, order)| queue::list_query(mode, order));
    let asked = lists
        .into_iter()
        .chain([queue::PLACE, queue::CLOSED, UNANSWERED, RECENT, COURSES, COURSES_AFTER].map(str::to_owned));
    for query in asked {
        let explain = format!("explain query plan {query}");
        let rows = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&store.readers).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        let whole = ["SCAN conversations", "SCAN mine", "SCAN other", "SCAN messages"];
        let scans = steps
            .iter()
            .filter(|step| whole.iter().any(|scan| step.starts_with(scan)) && !step.contains("INDEX"));
        assert_eq!(scans.count(), 0, "{query}: {steps:#?}");
    }
}
