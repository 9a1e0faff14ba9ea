//! Members as owners change them, second steps, and sign-ins by another service.

use super::stories;
use crate::store::{
    AgentSession, MemberChange, MemberChanged, NewAgent, Role, SharedStore, SignInFailures, SignInTry,
    StoreError, samples::*,
};

stories! {
    members_are_changed_whole_or_not_at_all,
    somebody_who_governs_is_left_always,
    a_disabled_member_has_no_sessions,
    sessions_are_listed_and_ended_by_member,
    a_vouched_session_owes_no_new_password,
    a_second_step_is_proposed_confirmed_and_used_once,
    recovery_codes_work_once_each,
    a_sign_in_by_another_service_comes_back_once,
    old_failures_are_forgotten,
}

fn change(name: &str, role: Role, shops: &[&str]) -> MemberChange {
    let shops = shops.iter().map(|shop| (*shop).into()).collect();
    MemberChange { name: name.to_owned(), role, shops, groups: Vec::new(), capacity: 0, oidc_subject: None }
}

fn owner(id: &str) -> NewAgent {
    NewAgent { role: Role::Owner, shops: Vec::new(), ..new_agent(id, id) }
}

fn session(agent: &str, token: u8, seconds: i64) -> AgentSession {
    AgentSession {
        token_hash: [token; 32],
        agent: agent.into(),
        expires_at: at(100),
        client: format!("browser {token}"),
        vouched: false,
        at: at(seconds),
    }
}

async fn members_are_changed_whole_or_not_at_all(store: SharedStore) {
    store.add_agent(new_agent("a1", "mei")).await.unwrap();
    let lei = NewAgent { oidc_subject: Some("lei@example.com".to_owned()), ..new_agent("a2", "lei") };
    store.add_agent(lei.clone()).await.unwrap();
    let again = NewAgent { id: "a3".into(), name: "other".to_owned(), ..lei };
    assert!(matches!(store.add_agent(again).await, Err(StoreError::Conflict)), "the subject is taken");
    let known = store.agent_by_subject("lei@example.com").await.unwrap().unwrap();
    assert_eq!(known.id.as_str(), "a2");
    assert_eq!(store.agent_by_subject("nobody").await.unwrap(), None);

    let wanted = MemberChange {
        oidc_subject: Some("mei@example.com".to_owned()),
        groups: vec!["presale".to_owned()],
        capacity: 7,
        ..change(" Mei Li ", Role::Editor, &["tea", "books"])
    };
    assert_eq!(store.change_member(&"a1".into(), wanted).await.unwrap(), MemberChanged::Yes);
    let mei = store.agent_by_name("mei li").await.unwrap().unwrap();
    assert_eq!((mei.name.as_str(), mei.role, mei.shops.len()), ("Mei Li", Role::Editor, 2));
    assert_eq!(mei.oidc_subject.as_deref(), Some("mei@example.com"));
    assert_eq!((mei.groups.as_slice(), mei.capacity), (&["presale".to_owned()][..], 7));
    let taken_subject =
        MemberChange { oidc_subject: Some("lei@example.com".to_owned()), ..change("mei", Role::Agent, &[]) };
    for taken in [change("LEI", Role::Agent, &[]), taken_subject] {
        assert_eq!(store.change_member(&"a1".into(), taken).await.unwrap(), MemberChanged::Taken);
        assert_eq!(store.agent(&"a1".into()).await.unwrap(), Some(mei.clone()), "nothing changed");
    }
    let same_name = change("MEI LI", Role::Agent, &[]);
    assert_eq!(store.change_member(&"a1".into(), same_name.clone()).await.unwrap(), MemberChanged::Yes);
    let unknown = store.change_member(&"x".into(), same_name).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))));
}

async fn somebody_who_governs_is_left_always(store: SharedStore) {
    store.add_agent(owner("o1")).await.unwrap();
    store.add_agent(NewAgent { shops: vec![shop()], ..owner("bound") }).await.unwrap();
    let demoted = async |id: &str, role, shops: &[&str]| {
        store.change_member(&id.into(), change(id, role, shops)).await.unwrap()
    };
    let disabled = async |id: &str| store.set_disabled(&id.into(), Some(at(5))).await.unwrap();
    assert_eq!(demoted("o1", Role::Editor, &[]).await, MemberChanged::LastOwner);
    assert_eq!(demoted("o1", Role::Owner, &["demo"]).await, MemberChanged::LastOwner);
    assert_eq!(disabled("o1").await, MemberChanged::LastOwner, "an owner of some shops is not enough");
    assert_eq!(store.agent(&"o1".into()).await.unwrap().unwrap().disabled_at, None);
    store.add_agent(owner("o2")).await.unwrap();
    // Of two who leave at once, one stays.
    let both = [demoted("o1", Role::Agent, &[]), demoted("o2", Role::Agent, &[])];
    let done = futures::future::join_all(both).await;
    assert_eq!(done.iter().filter(|done| **done == MemberChanged::Yes).count(), 1, "{done:?}");
    assert_eq!(demoted("bound", Role::Agent, &[]).await, MemberChanged::Yes);
}

async fn a_disabled_member_has_no_sessions(store: SharedStore) {
    store.add_agent(new_agent("a1", "mei")).await.unwrap();
    store.add_session(session("a1", 1, 0)).await.unwrap();
    assert_eq!(store.set_disabled(&"a1".into(), Some(at(5))).await.unwrap(), MemberChanged::Yes);
    assert_eq!(store.session(&[1; 32], at(6)).await.unwrap(), None);
    assert_eq!(store.agent(&"a1".into()).await.unwrap().unwrap().disabled_at, Some(at(5)));
    let refused = store.add_session(session("a1", 2, 6)).await;
    assert!(matches!(refused, Err(StoreError::NotFound(_))));
    store.set_disabled(&"a1".into(), None).await.unwrap();
    store.add_session(session("a1", 2, 7)).await.unwrap();
    assert!(store.session(&[2; 32], at(8)).await.unwrap().is_some());
    assert!(matches!(store.set_disabled(&"x".into(), None).await, Err(StoreError::NotFound(_))));
}

async fn sessions_are_listed_and_ended_by_member(store: SharedStore) {
    store.add_agent(new_agent("a1", "mei")).await.unwrap();
    store.add_agent(new_agent("a2", "lei")).await.unwrap();
    for (agent, token, seconds) in [("a1", 1, 1), ("a2", 2, 2), ("a1", 3, 3), ("a1", 4, 4)] {
        store.add_session(session(agent, token, seconds)).await.unwrap();
    }
    let listed = async |id: &str, seconds| {
        let sessions = store.sessions_of(&id.into(), at(seconds)).await.unwrap();
        sessions.into_iter().map(|session| session.client).collect::<Vec<_>>()
    };
    assert_eq!(listed("a1", 5).await, ["browser 4", "browser 3", "browser 1"]);
    assert_eq!(listed("a1", 100).await, [""; 0], "they have run out");
    assert_eq!(store.sessions_of(&"a2".into(), at(5)).await.unwrap(), [session("a2", 2, 2)]);
    assert_eq!(store.end_sessions(&"a1".into(), Some(&[3; 32])).await.unwrap(), 2);
    assert_eq!((listed("a1", 5).await, listed("a2", 5).await.len()), (vec!["browser 3".to_owned()], 1));
    assert_eq!(store.end_sessions(&"a1".into(), None).await.unwrap(), 1);
    assert_eq!(listed("a1", 5).await, [""; 0]);
}

async fn a_vouched_session_owes_no_new_password(store: SharedStore) {
    store.add_agent(new_agent("a1", "mei")).await.unwrap();
    store.add_session(session("a1", 1, 1)).await.unwrap();
    store.add_session(AgentSession { vouched: true, ..session("a1", 2, 1) }).await.unwrap();
    for (token, owes) in [(1, true), (2, false)] {
        let agent = store.session(&[token; 32], at(2)).await.unwrap().unwrap();
        assert_eq!(agent.must_change, owes);
    }
}

async fn a_second_step_is_proposed_confirmed_and_used_once(store: SharedStore) {
    store.add_agent(new_agent("a1", "mei")).await.unwrap();
    let id = "a1".into();
    let has = async || store.agent(&"a1".into()).await.unwrap().unwrap().second_step;
    assert_eq!(store.second_step(&id).await.unwrap(), None);
    assert!(store.propose_second_step(&id, b"first").await.unwrap());
    assert!(store.propose_second_step(&id, b"second").await.unwrap(), "begun anew");
    assert!(!has().await, "nothing is asked for before it is confirmed");
    assert!(!store.confirm_second_step(&id, b"first", 7, &[], at(1)).await.unwrap(), "an old one");
    assert!(store.confirm_second_step(&id, b"second", 7, &[[1; 32], [2; 32]], at(1)).await.unwrap());
    assert!(has().await);
    assert!(!store.confirm_second_step(&id, b"second", 8, &[], at(2)).await.unwrap(), "once");
    assert!(!store.propose_second_step(&id, b"third").await.unwrap(), "it is in use");
    let kept = store.second_step(&id).await.unwrap().unwrap();
    assert_eq!((kept.sealed.as_slice(), kept.confirmed_at), (&b"second"[..], Some(at(1))));
    assert_eq!(kept.recovery_left, 2);

    assert!(!store.use_step(&id, 7).await.unwrap(), "it confirmed");
    let tries = futures::future::join_all((0..4).map(|_| store.use_step(&id, 9))).await;
    assert_eq!(tries.into_iter().filter(|used| *used.as_ref().unwrap()).count(), 1);
    assert!(!store.use_step(&id, 8).await.unwrap(), "an earlier one");
    assert!(store.use_step(&id, 10).await.unwrap());

    assert!(store.remove_second_step(&id).await.unwrap());
    assert!(!has().await);
    assert!(!store.remove_second_step(&id).await.unwrap());
    assert!(!store.use_step(&id, 11).await.unwrap());
    assert!(!store.use_recovery_code(&id, &[1; 32]).await.unwrap(), "they went with it");
    let unknown = store.propose_second_step(&"x".into(), b"any").await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))));
}

async fn recovery_codes_work_once_each(store: SharedStore) {
    store.add_agent(new_agent("a1", "mei")).await.unwrap();
    let id = "a1".into();
    store.propose_second_step(&id, b"secret").await.unwrap();
    store.confirm_second_step(&id, b"secret", 1, &[[1; 32], [2; 32]], at(1)).await.unwrap();
    let used = async |code: u8| store.use_recovery_code(&"a1".into(), &[code; 32]).await.unwrap();
    assert_eq!((used(1).await, used(1).await, used(3).await), (true, false, false));
    assert_eq!(store.second_step(&id).await.unwrap().unwrap().recovery_left, 1);
    assert!(!store.use_recovery_code(&"other".into(), &[2; 32]).await.unwrap());
}

async fn a_sign_in_by_another_service_comes_back_once(store: SharedStore) {
    let begun = |state: u8, seconds| SignInTry {
        state_hash: [state; 32],
        go_to: "/desk".to_owned(),
        expires_at: at(seconds + 10),
        at: at(seconds),
    };
    for (state, seconds) in [(1, 0), (2, 0), (3, 5)] {
        store.begin_try(begun(state, seconds)).await.unwrap();
    }
    let back = async |state: u8, seconds| store.finish_try(&[state; 32], at(seconds)).await.unwrap();
    assert_eq!(back(1, 9).await.as_deref(), Some("/desk"));
    assert_eq!((back(1, 9).await, back(9, 9).await), (None, None), "used, and unknown");
    assert_eq!(back(2, 10).await, None, "too late");
    store.begin_try(begun(4, 14)).await.unwrap();
    assert_eq!(back(3, 14).await.as_deref(), Some("/desk"));
}

async fn old_failures_are_forgotten(store: SharedStore) {
    store.count_failure("old", at(0)).await.unwrap();
    store.count_failure("new", at(100)).await.unwrap();
    store.count_failure("any", at(24 * 3600 + 50)).await.unwrap();
    assert_eq!(store.failures("old").await.unwrap(), SignInFailures::default());
    assert_eq!(store.failures("new").await.unwrap().count, 1);
}
