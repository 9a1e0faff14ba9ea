//! The audit log.

use super::stories;
use crate::store::{AuditFilter, NewAudit, SharedStore, Staff, samples::*};

stories! {
    entries_are_read_newest_first_and_in_pages,
    entries_are_found_by_shop_member_and_action,
    the_first_mark_of_a_key_counts,
}

/// What a member did, by id and second.
fn did(agent: &str, action: &'static str, seconds: i64) -> NewAudit {
    NewAudit::by_staff(&Staff { id: agent.into(), name: agent.to_uppercase() }, action, at(seconds))
}

async fn actions(store: &SharedStore, filter: AuditFilter) -> Vec<String> {
    let entries = store.audit(&filter, None, 100).await.unwrap();
    entries.into_iter().map(|entry| entry.action).collect()
}

async fn entries_are_read_newest_first_and_in_pages(store: SharedStore) {
    assert_eq!(store.audit(&AuditFilter::default(), None, 10).await.unwrap(), []);
    for (second, action) in ["session.begin", "conversation.take", "conversation.close"].iter().enumerate() {
        let second = i64::try_from(second).unwrap();
        store.record_audit(did("mei", action, second)).await.unwrap();
    }
    let whole =
        did("mei", "personal.reveal", 9).in_conversation(&shop(), &"c1".into()).with(r#"{"field":"phone"}"#);
    store.record_audit(whole).await.unwrap();

    let first = store.audit(&AuditFilter::default(), None, 2).await.unwrap();
    assert_eq!(
        first.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(),
        ["personal.reveal", "conversation.close"]
    );
    let newest = &first[0];
    assert_eq!(
        (newest.at, newest.agent.clone(), newest.agent_name.as_str()),
        (at(9), Some("mei".into()), "MEI")
    );
    assert_eq!((newest.shop.clone(), newest.conversation.clone()), (Some(shop()), Some("c1".into())));
    assert_eq!(newest.detail, r#"{"field":"phone"}"#);
    assert_eq!((first[1].shop.clone(), first[1].detail.as_str()), (None, "{}"));
    let rest = store.audit(&AuditFilter::default(), Some(first[1].id), 10).await.unwrap();
    assert_eq!(
        rest.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(),
        ["conversation.take", "session.begin"]
    );
    assert_eq!(store.audit(&AuditFilter::default(), Some(rest[1].id), 10).await.unwrap(), []);
}

async fn entries_are_found_by_shop_member_and_action(store: SharedStore) {
    for entry in [
        did("mei", "member.add", 1),
        did("mei", "conversation.take", 2).in_shop(&shop()),
        did("lei", "conversation.take", 3).in_shop(&"other".into()),
        did("lei", "members", 4),
        NewAudit::by_nobody("who", "session.fail", at(5)),
    ] {
        store.record_audit(entry).await.unwrap();
    }
    let all = AuditFilter::default;
    let one = |action: &str| AuditFilter { action: Some(action.to_owned()), ..all() };
    assert_eq!(actions(&store, one("member.")).await, ["member.add"], "a group ends with its dot");
    assert_eq!(actions(&store, one("member")).await, [""; 0]);
    assert_eq!(actions(&store, one("conversation.take")).await.len(), 2);
    let lei = AuditFilter { agent: Some("lei".into()), ..all() };
    assert_eq!(actions(&store, lei).await, ["members", "conversation.take"]);
    let bound = AuditFilter { shops: vec![shop()], ..all() };
    assert_eq!(actions(&store, bound.clone()).await, ["conversation.take"]);
    let with_mei = AuditFilter { agents: vec!["mei".into()], ..bound };
    assert_eq!(actions(&store, with_mei.clone()).await, ["conversation.take", "member.add"]);
    let narrow = AuditFilter { action: Some("member.add".to_owned()), ..with_mei };
    assert_eq!(actions(&store, narrow).await, ["member.add"]);
}

async fn the_first_mark_of_a_key_counts(store: SharedStore) {
    for (name, digest, same) in [
        ("demo.json", "a", true),
        ("demo.json", "a", true),
        ("demo.json", "b", false),
        ("other.json", "b", true),
    ] {
        assert_eq!(store.mark_key(name, digest).await.unwrap(), same, "{name} {digest}");
    }
}
