//! What is asked every second or by every desk must not read the whole table: a shop keeps years of conversations.

use super::{
    SqlStore,
    conversations::{COURSES, COURSES_AFTER, RECENT, UNANSWERED},
    privacy::UNTOUCHED,
    queue,
    statement::sql,
};

#[tokio::test]
async fn what_is_asked_often_is_found_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open_file(&folder.path().join("test.db")).await.unwrap();
    let lists =
        [queue::QUEUED, queue::MESSAGES, queue::HELD].map(|(mode, order)| queue::list_query(mode, order));
    let asked = lists.into_iter().chain(
        [queue::PLACE, queue::CLOSED, UNANSWERED, RECENT, COURSES, COURSES_AFTER, UNTOUCHED]
            .map(str::to_owned),
    );
    for query in asked {
        let rows = sql(format!("explain query plan {query}")).all(&store).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.get("detail").unwrap()).collect();
        let whole = ["SCAN conversations", "SCAN mine", "SCAN other", "SCAN messages"];
        let scans = steps
            .iter()
            .filter(|step| whole.iter().any(|scan| step.starts_with(scan)) && !step.contains("INDEX"));
        assert_eq!(scans.count(), 0, "{query}: {steps:#?}");
    }
}
