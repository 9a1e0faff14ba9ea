//! Changes to the shop's system: written with a turn, carried out once, told once.

use super::stories;
use crate::{
    domain::{ChangeOutcome, ConversationId},
    store::{Closing, PendingOutcome, SharedStore, StoreError, TurnCommit, samples::*},
};

stories! {
    a_change_is_due_once_at_a_time_and_again_after_its_lease,
    an_outcome_becomes_a_turn_and_is_told_once,
    a_key_used_again_is_told_again_and_not_done_again,
    a_refused_key_is_tried_anew,
    while_a_person_holds_it_outcomes_wait,
    a_later_change_waits_for_an_earlier_one_that_failed,
}

/// A conversation whose first turn asks for a change.
async fn with_change(store: &SharedStore, key: &str) -> ConversationId {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    store.append_shopper(&id, said("a", "退货", 1)).await.unwrap();
    let mut first = turn(&id, 0, 1, 2);
    first.outbox.push(change(key, 1));
    store.commit_turn(first).await.unwrap();
    id
}

fn opened() -> ChangeOutcome {
    ChangeOutcome::TicketOpened("T100001".into())
}

fn untold(key: &str, outcome: ChangeOutcome) -> Vec<PendingOutcome> {
    vec![PendingOutcome { change: change(key, 1), outcome }]
}

async fn a_change_is_due_once_at_a_time_and_again_after_its_lease(store: SharedStore) {
    let id = with_change(&store, "k").await;
    assert_eq!(store.claim_changes(at(1), at(30), 9).await.unwrap(), [], "not due yet");
    let claimed = store.claim_changes(at(2), at(30), 9).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!((&claimed[0].conversation, &claimed[0].shop, claimed[0].attempts), (&id, &shop(), 1));
    assert_eq!(claimed[0].change, change("k", 1));
    assert_eq!(store.claim_changes(at(3), at(30), 9).await.unwrap(), [], "somebody is at it");
    assert_eq!(store.claim_changes(at(30), at(60), 9).await.unwrap()[0].attempts, 2, "its lease ran out");
    store.retry_change(&id, "k", at(40)).await.unwrap();
    assert_eq!(store.claim_changes(at(39), at(60), 9).await.unwrap(), []);
    assert_eq!(store.claim_changes(at(40), at(60), 0).await.unwrap(), [], "none were asked for");
    assert_eq!(store.claim_changes(at(40), at(60), 9).await.unwrap()[0].attempts, 3);
    // Nobody puts a change off for hours: the clock that did so has been set back since.
    store.retry_change(&id, "k", at(20_000)).await.unwrap();
    assert_eq!(store.claim_changes(at(41), at(71), 9).await.unwrap()[0].attempts, 4);
    assert_eq!(store.claim_changes(at(42), at(72), 9).await.unwrap(), [], "somebody is at it");
}

async fn an_outcome_becomes_a_turn_and_is_told_once(store: SharedStore) {
    let id = with_change(&store, "k").await;
    assert!(store.finish_change(&id, "k", opened(), at(3)).await.unwrap());
    let late = ChangeOutcome::Refused("late".to_owned());
    assert!(!store.finish_change(&id, "k", late.clone(), at(4)).await.unwrap(), "the first outcome stays");
    assert!(!store.finish_change(&id, "other", late, at(4)).await.unwrap());
    assert_eq!(store.claim_changes(at(99), at(100), 9).await.unwrap(), []);
    assert_eq!(store.pending(&id).await.unwrap().outcomes, untold("k", opened()));
    assert_eq!(store.unanswered().await.unwrap(), [(id.clone(), 0)]);

    let mut told = turn(&id, 1, 0, 5);
    told.answered_outcomes.push("k".to_owned());
    assert!(!store.commit_turn(told.clone()).await.unwrap().more);
    assert_eq!(store.pending(&id).await.unwrap().outcomes, []);
    assert_eq!(store.unanswered().await.unwrap(), []);
    told.expected_version = 2;
    assert!(matches!(store.commit_turn(told).await, Err(StoreError::Conflict)), "it was told already");
}

async fn a_key_used_again_is_told_again_and_not_done_again(store: SharedStore) {
    let id = with_change(&store, "k").await;
    let mut again = turn(&id, 1, 0, 3);
    again.outbox.push(change("k", 1));
    store.commit_turn(again.clone()).await.unwrap();
    assert_eq!(store.claim_changes(at(9), at(30), 9).await.unwrap().len(), 1, "asked twice, done once");
    store.finish_change(&id, "k", opened(), at(10)).await.unwrap();

    again.expected_version = 2;
    again.answered_outcomes.push("k".to_owned());
    assert!(store.commit_turn(again).await.unwrap().more, "its outcome is to be told again");
    assert_eq!(store.claim_changes(at(99), at(100), 9).await.unwrap(), [], "it is done");
    assert_eq!(store.pending(&id).await.unwrap().outcomes, untold("k", opened()), "and is told again");
}

async fn a_refused_key_is_tried_anew(store: SharedStore) {
    let id = with_change(&store, "k").await;
    let refused = ChangeOutcome::Refused("units_claimed".to_owned());
    store.claim_changes(at(2), at(30), 9).await.unwrap();
    store.finish_change(&id, "k", refused, at(3)).await.unwrap();
    let mut again = turn(&id, 1, 0, 4);
    again.answered_outcomes.push("k".to_owned());
    again.outbox.push(change("k", 1));
    store.commit_turn(again).await.unwrap();
    assert_eq!(store.pending(&id).await.unwrap().outcomes, []);
    assert_eq!(store.claim_changes(at(4), at(30), 9).await.unwrap()[0].attempts, 1);
    assert!(store.finish_change(&id, "k", opened(), at(5)).await.unwrap());
    assert_eq!(store.pending(&id).await.unwrap().outcomes, untold("k", opened()));
}

async fn while_a_person_holds_it_outcomes_wait(store: SharedStore) {
    let id = with_change(&store, "k").await;
    store.commit_turn(to_queue(&id, 1, 1, 3)).await.unwrap();
    store.take(take(&id, "a1", 4)).await.unwrap();
    store.finish_change(&id, "k", opened(), at(5)).await.unwrap();
    assert_eq!(store.pending(&id).await.unwrap().outcomes, []);
    assert_eq!(store.unanswered().await.unwrap(), []);
    store.release(closing(&id, "a1", 6)).await.unwrap();
    assert_eq!(store.pending(&id).await.unwrap().outcomes, untold("k", opened()));
    assert_eq!(store.unanswered().await.unwrap(), [(id.clone(), 0)]);
    // Nor does the bot have the last word after a person's: it waits for the shopper.
    store.close(Closing { agent: None, ..closing(&id, "a1", 7) }).await.unwrap();
    assert_eq!(store.pending(&id).await.unwrap().outcomes, []);
    assert_eq!(store.unanswered().await.unwrap(), []);
    store.append_shopper(&id, said("b", "在吗", 8)).await.unwrap();
    assert_eq!(store.pending(&id).await.unwrap().outcomes, untold("k", opened()));
}

async fn a_later_change_waits_for_an_earlier_one_that_failed(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    let outbox = vec![change("first", 1), change("second", 1)];
    store.commit_turn(TurnCommit { outbox, ..turn(&id, 0, 0, 10) }).await.unwrap();
    let claim = async |seconds| {
        let due = store.claim_changes(at(seconds), at(seconds + 30), 9).await.unwrap();
        due.into_iter().map(|due| due.change.key).collect::<Vec<_>>()
    };
    assert_eq!(claim(10).await, ["first", "second"], "in order");
    // The first fails and is to be tried much later; the second was not tried.
    store.retry_change(&id, "first", at(300)).await.unwrap();
    assert_eq!(claim(50).await, [""; 0], "an older wish must not come after a newer one");
    assert_eq!(claim(300).await, ["first", "second"]);
    store.finish_change(&id, "first", ChangeOutcome::Done, at(301)).await.unwrap();
    assert_eq!(claim(340).await, ["second"]);
}
