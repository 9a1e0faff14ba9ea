//! What reports are made of, besides the stays that `people` tells of.

use super::stories;
use crate::{
    domain::{ConversationId, Trace},
    store::{Missed, NewAnswer, Rating, SharedStore, Signs, TurnCommit, samples::*},
};

stories! {
    where_a_person_should_have_come_and_nobody_did,
    conversations_are_read_through_in_the_order_they_were_touched,
}

const SIGNS: Signs = Signs { rated_at_most: 2, asks: "human.request", no_answer: &["unknown", "trouble"] };

/// A conversation with a turn of one answer for each source, an intent after a slash.
async fn answered(store: &SharedStore, id: &str, sources: &[&str]) -> ConversationId {
    let id = store.open(new_conversation(id, 0)).await.unwrap().id;
    for (version, written) in sources.iter().enumerate() {
        let (source, intent) = written.split_once('/').unwrap_or((*written, ""));
        let intent = (!intent.is_empty()).then(|| intent.to_owned());
        let trace = Trace { intent, source: source.to_owned(), ..Trace::default() };
        let version = u64::try_from(version).unwrap();
        let seconds = 10 + i64::try_from(version).unwrap();
        let messages = vec![NewAnswer { trace: Some(trace), ..answer("嗯") }];
        store.commit_turn(TurnCommit { messages, ..turn(&id, version, 0, seconds) }).await.unwrap();
    }
    id
}

async fn where_a_person_should_have_come_and_nobody_did(store: SharedStore) {
    answered(&store, "fine", &["unknown", "faq:hours"]).await;
    answered(&store, "lost", &["faq:hours", "unknown"]).await;
    answered(&store, "asked", &["flow:handoff/human.request", "faq:hours", "chat"]).await;
    let bad = answered(&store, "bad", &["trouble"]).await;
    store.rate(&bad, Rating { score: 2, comment: None, at: at(20) }).await.unwrap();
    let good = answered(&store, "good", &["chat"]).await;
    store.rate(&good, Rating { score: 3, comment: None, at: at(20) }).await.unwrap();
    answered(&store, "late", &["chat", "chat", "chat", "chat", "unknown"]).await;
    // Whoever was brought to people was not missed, however it ended.
    let handed = answered(&store, "handed", &["unknown"]).await;
    store.commit_turn(to_queue(&handed, 1, 0, 11)).await.unwrap();
    store.leave_queue(&handed, Vec::new(), at(12)).await.unwrap();
    let mut elsewhere = new_conversation("elsewhere", 0);
    elsewhere.shop = "other".into();
    let elsewhere = store.open(elsewhere).await.unwrap().id;
    store.rate(&elsewhere, Rating { score: 1, comment: None, at: at(1) }).await.unwrap();

    let found = store.missed(&[shop()], at(10), at(14), &SIGNS).await.unwrap();
    let missed = |id: &str, seconds, [rated_badly, asked, unanswered]: [bool; 3]| Missed {
        conversation: id.into(),
        touched_at: at(seconds),
        rated_badly,
        asked,
        unanswered,
    };
    assert_eq!(
        found,
        [
            missed("bad", 10, [true, false, true]),
            missed("lost", 11, [false, false, true]),
            missed("asked", 12, [false, true, false]),
        ]
    );
    let both = store.missed(&[shop(), "other".into()], at(0), at(15), &SIGNS).await.unwrap();
    assert_eq!(both.len(), 5);
    assert_eq!(store.missed(&[], at(0), at(99), &SIGNS).await.unwrap(), []);
}

async fn conversations_are_read_through_in_the_order_they_were_touched(store: SharedStore) {
    for (id, sources) in
        [("b", vec!["chat"]), ("a", vec!["chat"]), ("c", vec!["faq:hours", "chat"]), ("silent", vec![])]
    {
        answered(&store, id, &sources).await;
    }
    store.rate(&"c".into(), Rating { score: 4, comment: None, at: at(30) }).await.unwrap();
    let mut elsewhere = new_conversation("elsewhere", 40);
    elsewhere.shop = "other".into();
    store.open(elsewhere).await.unwrap();

    let read = async |since, limit| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.courses_after(&shop(), at(since), after.as_ref(), limit).await.unwrap();
            let Some(last) = page.last() else { return found };
            after = Some((last.touched_at, last.conversation.clone()));
            assert!(page.len() <= limit);
            found.extend(
                page.into_iter().map(|it| (it.conversation.to_string(), it.messages.len(), it.rating)),
            );
        }
    };
    let all = read(0, 1).await;
    let names: Vec<(&str, usize)> = all.iter().map(|(id, count, _)| (id.as_str(), *count)).collect();
    assert_eq!(names, [("silent", 0), ("a", 1), ("b", 1), ("c", 2)]);
    assert_eq!(all[3].2.as_ref().map(|rating| rating.score), Some(4));
    assert_eq!(read(0, 3).await, all);
    assert_eq!(read(11, 9).await, all[3..]);
    assert_eq!(read(99, 9).await, []);
}
