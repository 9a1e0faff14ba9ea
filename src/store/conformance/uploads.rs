//! Pictures: whose they are, how many, and which of them stay.

use super::stories;
use crate::store::{SharedStore, StoreError, Upload, samples::*};

stories! {
    a_picture_comes_out_as_it_went_in,
    a_picture_is_bound_in_its_own_conversation,
    a_conversation_keeps_so_many_and_no_more,
    what_was_never_said_is_forgotten,
}

fn picture(id: &str, conversation: &str, seconds: i64) -> Upload {
    Upload {
        id: id.into(),
        conversation: conversation.into(),
        agent: None,
        mime: "image/jpeg".to_owned(),
        width: 40,
        height: 30,
        bytes: vec![0, 255, 7],
        at: at(seconds),
    }
}

async fn a_picture_comes_out_as_it_went_in(store: SharedStore) {
    store.open(new_conversation("c1", 0)).await.unwrap();
    let of_staff = Upload {
        agent: Some("a1".into()),
        mime: "image/png".to_owned(),
        bytes: (0..=255).cycle().take(300_000).collect(),
        ..picture("two", "c1", 2)
    };
    for upload in [picture("one", "c1", 1), of_staff] {
        assert_eq!(store.upload(&upload.id).await.unwrap(), None);
        assert!(store.add_upload(upload.clone(), 9).await.unwrap());
        assert_eq!(store.upload(&upload.id).await.unwrap(), Some(upload));
    }
    let nowhere = store.add_upload(picture("three", "nowhere", 1), 9).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound("conversation"))), "{nowhere:?}");
}

async fn a_picture_is_bound_in_its_own_conversation(store: SharedStore) {
    for id in ["c1", "c2"] {
        store.open(new_conversation(id, 0)).await.unwrap();
    }
    store.add_upload(picture("one", "c1", 1), 9).await.unwrap();
    for (conversation, id, expected) in [
        ("c2", "one", None),
        ("c1", "two", None),
        ("c1", "one", Some((40, 30))),
        ("c1", "one", Some((40, 30))),
    ] {
        let bound = store.bind_upload(&conversation.into(), &id.into()).await.unwrap();
        assert_eq!(bound, expected, "{id} in {conversation}");
    }
}

async fn a_conversation_keeps_so_many_and_no_more(store: SharedStore) {
    for id in ["c1", "c2"] {
        store.open(new_conversation(id, 0)).await.unwrap();
    }
    for (id, conversation, expected) in
        [("one", "c1", true), ("two", "c1", true), ("three", "c1", false), ("four", "c2", true)]
    {
        assert_eq!(store.add_upload(picture(id, conversation, 1), 2).await.unwrap(), expected, "{id}");
    }
    assert_eq!(store.upload(&"three".into()).await.unwrap(), None);
}

async fn what_was_never_said_is_forgotten(store: SharedStore) {
    store.open(new_conversation("c1", 0)).await.unwrap();
    for (id, seconds) in [("said", 1), ("old", 2), ("new", 9)] {
        store.add_upload(picture(id, "c1", seconds), 9).await.unwrap();
    }
    store.bind_upload(&"c1".into(), &"said".into()).await.unwrap();
    assert_eq!(store.forget_uploads(at(9)).await.unwrap(), 1);
    assert_eq!(store.forget_uploads(at(9)).await.unwrap(), 0);
    for (id, stays) in [("said", true), ("old", false), ("new", true)] {
        assert_eq!(store.upload(&id.into()).await.unwrap().is_some(), stays, "{id}");
    }
}
