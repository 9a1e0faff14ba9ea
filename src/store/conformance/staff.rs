//! Staff, sessions, failed sign-ins, and published versions.

use super::stories;
use crate::store::{
    AgentSession, SharedStore, SignInFailures, StoreError, VersionFiles, VersionMark, samples::*,
};

stories! {
    the_first_member_is_made_once,
    names_are_unique_without_regard_to_case,
    sessions_end_by_time_by_hand_and_by_a_new_password,
    failures_are_counted_until_success,
    versions_are_published_once_each,
}

async fn the_first_member_is_made_once(store: SharedStore) {
    let tries = ["o1", "o2", "o3"].map(|id| store.bootstrap_owner(new_agent(id, id)));
    let made =
        futures::future::join_all(tries).await.into_iter().filter(|made| *made.as_ref().unwrap()).count();
    assert_eq!((made, store.agents().await.unwrap().len()), (1, 1));
}

async fn names_are_unique_without_regard_to_case(store: SharedStore) {
    store.add_agent(new_agent("a1", " Mei ")).await.unwrap();
    store.add_agent(new_agent("a2", "阿明")).await.unwrap();
    assert!(matches!(store.add_agent(new_agent("a3", "MEI")).await, Err(StoreError::Conflict)));
    let mei = store.agent_by_name("mEi").await.unwrap().unwrap();
    assert_eq!((mei.id.as_str(), mei.name.as_str(), mei.must_change), ("a1", "Mei", true));
    assert_eq!(mei.shops, [shop()]);
    assert_eq!(store.agent(&"a1".into()).await.unwrap(), Some(mei));
    assert_eq!(store.agent_by_name("nobody").await.unwrap(), None);
    let names: Vec<_> = store.agents().await.unwrap().into_iter().map(|agent| agent.name).collect();
    assert_eq!(names, ["Mei", "阿明"]);
}

async fn sessions_end_by_time_by_hand_and_by_a_new_password(store: SharedStore) {
    store.add_agent(new_agent("a1", "mei")).await.unwrap();
    let session = |token: u8| AgentSession {
        token_hash: [token; 32],
        agent: "a1".into(),
        expires_at: at(100),
        client: "Firefox".to_owned(),
        vouched: false,
        at: at(0),
    };
    for token in 1..=3 {
        store.add_session(session(token)).await.unwrap();
    }
    let known =
        async |token: u8, seconds: i64| store.session(&[token; 32], at(seconds)).await.unwrap().is_some();
    assert!(known(1, 99).await);
    assert!(!known(1, 100).await, "it has run out");
    assert!(!known(9, 1).await, "unknown");
    store.remove_session(&[1; 32]).await.unwrap();
    assert!(!known(1, 1).await);
    store.set_password(&"a1".into(), "new hash", false, Some(&[2; 32])).await.unwrap();
    assert!(known(2, 1).await, "the session that changed the password stays");
    assert!(!known(3, 1).await, "the others end");
    let mei = store.agent(&"a1".into()).await.unwrap().unwrap();
    assert_eq!((mei.password_hash.as_str(), mei.must_change), ("new hash", false));
    store.set_password(&"a1".into(), "newer", true, None).await.unwrap();
    assert!(!known(2, 1).await);
    let nobody = AgentSession { agent: "nobody".into(), ..session(8) };
    assert!(matches!(store.add_session(nobody).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.set_password(&"x".into(), "h", true, None).await, Err(StoreError::NotFound(_))));
}

async fn failures_are_counted_until_success(store: SharedStore) {
    let tries = (0..5).map(|n| store.count_failure(if n % 2 == 0 { "Mei" } else { "mei" }, at(7)));
    futures::future::join_all(tries).await;
    let counted = SignInFailures { count: 5, last_at: Some(at(7)) };
    assert_eq!(store.failures("MEI").await.unwrap(), counted);
    assert_eq!(
        store.count_failure("mei", at(9)).await.unwrap(),
        SignInFailures { count: 6, last_at: Some(at(9)) }
    );
    store.clear_failures("mei").await.unwrap();
    assert_eq!(store.failures("mei").await.unwrap(), SignInFailures::default());
}

async fn versions_are_published_once_each(store: SharedStore) {
    let files = |digest: &str| {
        VersionFiles::from([
            ("packs/x.toml".into(), "same".into()),
            ("shops/a/x.toml".into(), digest.to_owned()),
        ])
    };
    assert_eq!(store.latest_version(&shop()).await.unwrap(), None);
    for (digest, expected) in [("a", 1), ("a", 1), ("b", 2), ("a", 3)] {
        let number = store.publish(&shop(), digest, &files(digest), at(expected)).await.unwrap();
        assert_eq!(number, u64::try_from(expected).unwrap(), "{digest}");
    }
    let newest = store.latest_version(&shop()).await.unwrap().unwrap();
    assert_eq!(
        (newest.number, newest.digest.as_str(), &newest.files, newest.at),
        (3, "a", &files("a"), at(3))
    );
    assert_eq!(store.version_before(&shop(), 3).await.unwrap().unwrap().files, files("b"));
    assert_eq!(store.version_before(&shop(), 1).await.unwrap(), None);
    assert_eq!(store.version(&shop(), 1).await.unwrap().unwrap().files, files("a"));
    assert_eq!(store.version(&shop(), 4).await.unwrap(), None);
    let numbers = |marks: Vec<VersionMark>| marks.iter().map(|mark| mark.number).collect::<Vec<_>>();
    assert_eq!(numbers(store.versions(&shop(), None, 2).await.unwrap()), [3, 2]);
    assert_eq!(numbers(store.versions(&shop(), Some(2), 9).await.unwrap()), [1]);
    assert_eq!(store.publish(&"other".into(), "b", &VersionFiles::new(), at(1)).await.unwrap(), 1);
    assert_eq!(store.version(&"other".into(), 1).await.unwrap().unwrap().files, VersionFiles::new());
}
