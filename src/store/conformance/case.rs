//! What people know and do about a case.

use super::{numbers, stored, stories};
use crate::{
    domain::{Author, Change, ChangeOutcome, ConversationId, Part},
    store::{
        AnsweredByPeople, NewAgentChange, NewConversation, NewNote, Noted, Notice, ProposalUse, SharedStore,
        StoreError, samples::*,
    },
};

stories! {
    a_change_is_begun_once_and_its_first_outcome_stays,
    a_notice_is_told_once_whoever_answers,
    earlier_conversations_are_those_that_people_had,
    what_was_touched_comes_in_order_and_each_conversation_once,
    proposals_are_kept_with_what_was_said,
    questions_come_with_the_first_answer_of_a_person,
}

/// A conversation that waits for people since a second.
async fn handed(store: &SharedStore, id: &str, seconds: i64) -> ConversationId {
    opened(store, new_conversation(id, seconds)).await
}

async fn opened(store: &SharedStore, new: NewConversation) -> ConversationId {
    let at = new.at.as_second() - at(0).as_second();
    let id = store.open(new).await.unwrap().id;
    store.append_shopper(&id, said("first", "转人工", at)).await.unwrap();
    store.commit_turn(to_queue(&id, 0, 1, at)).await.unwrap();
    id
}

fn asks(client_id: &str, asked: &str, change: Option<Change>) -> NewAgentChange {
    NewAgentChange {
        client_id: client_id.to_owned(),
        agent: staff("a1"),
        asked: asked.to_owned(),
        change,
        outcome: None,
        at: at(9),
    }
}

async fn a_change_is_begun_once_and_its_first_outcome_stays(store: SharedStore) {
    let id = handed(&store, "c1", 1).await;
    assert_eq!(store.agent_change(&id, "x").await.unwrap(), None);
    let change = change("desk/c1/x", 1);
    let begun = store.begin_agent_change(&id, asks("x", "refund", Some(change.clone()))).await.unwrap();
    assert_eq!((begun.agent, begun.change, begun.outcome), (staff("a1"), Some(change.clone()), None));

    let again = store.begin_agent_change(&id, asks("x", "other", None)).await.unwrap();
    assert_eq!((again.asked.as_str(), again.change), ("refund", Some(change)), "the first stays");
    let outcome = ChangeOutcome::TicketOpened("T1".into());
    store.finish_agent_change(&id, "x", outcome.clone()).await.unwrap();
    store.finish_agent_change(&id, "x", ChangeOutcome::Done).await.unwrap();
    assert_eq!(store.agent_change(&id, "x").await.unwrap().unwrap().outcome, Some(outcome));

    let refused = ChangeOutcome::Refused("too_late".to_owned());
    let new = NewAgentChange { outcome: Some(refused.clone()), ..asks("y", "cancel", None) };
    assert_eq!(store.begin_agent_change(&id, new).await.unwrap().outcome, Some(refused));
    let nowhere = store.begin_agent_change(&"nowhere".into(), asks("x", "refund", None)).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound("conversation"))));
}

fn notice(client_id: &str, text: &str, seconds: i64) -> Notice {
    Notice { client_id: client_id.to_owned(), parts: vec![Part::text(text)], at: at(seconds) }
}

async fn a_notice_is_told_once_whoever_answers(store: SharedStore) {
    let id = handed(&store, "c1", 1).await;
    store.take(take(&id, "a1", 2)).await.unwrap();
    store.append_agent(&id, agent_says("a1", "x", "稍等", 3)).await.unwrap();
    let (told, repeated) = store.tell(&id, notice("x", "已受理", 4)).await.unwrap();
    assert_eq!((told.seq, &told.from, repeated), (5, &Author::System, false));
    let again = store.tell(&id, notice("x", "别的话", 5)).await.unwrap();
    assert_eq!(again, (told, true), "ids of people and of notices count apart");
    store.close(closing(&id, "a1", 6)).await.unwrap();
    store.tell(&id, notice("y", "退款到账", 7)).await.unwrap();
    assert_eq!(numbers(&store.latest(&id, 9).await.unwrap()), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(store.unanswered().await.unwrap(), [], "a notice asks nothing");
}

async fn earlier_conversations_are_those_that_people_had(store: SharedStore) {
    let of = |id: &str, shopper: &str, seconds| NewConversation {
        shopper: Some(shopper.into()),
        ..new_conversation(id, seconds)
    };
    for (id, shopper, seconds) in [("c1", "lin", 1), ("c2", "lin", 2), ("c3", "wang", 3), ("c4", "lin", 4)] {
        opened(&store, of(id, shopper, seconds)).await;
    }
    store.open(of("private", "lin", 5)).await.unwrap();
    store.take(take(&"c1".into(), "a1", 6)).await.unwrap();
    store.close(closing(&"c1".into(), "a1", 7)).await.unwrap();

    let found = store.earlier_conversations(&shop(), &"lin".into(), &"c4".into(), 9).await.unwrap();
    let told: Vec<_> = found.iter().map(|one| (one.conversation.id.as_str(), one.closed_at)).collect();
    assert_eq!(told, [("c1", Some(at(7))), ("c2", None)]);
    assert_eq!(
        (found[0].wrap_up.as_deref(), found[0].summary.join("")),
        (Some("returns"), "要求人工".to_owned())
    );
    assert!(!found[1].summary.is_empty(), "{:?}", found[1]);
    let one = store.earlier_conversations(&shop(), &"lin".into(), &"c4".into(), 1).await.unwrap();
    assert_eq!(one.len(), 1);
    let elsewhere =
        store.earlier_conversations(&"other".into(), &"lin".into(), &"c4".into(), 9).await.unwrap();
    assert_eq!(elsewhere, []);
}

async fn what_was_touched_comes_in_order_and_each_conversation_once(store: SharedStore) {
    let touched = async |after| -> Vec<(u64, String)> {
        let found = store.touched_since(after, 9).await.unwrap();
        found.into_iter().map(|one| (one.number, one.id.to_string())).collect()
    };
    let ids = |touched: &[(u64, String)]| touched.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>();
    assert_eq!(touched(0).await, []);
    let log = store.touch_log().await.unwrap();
    assert_eq!((log.last, log.id.is_empty()), (0, false));
    let private = store.open(new_conversation("private", 0)).await.unwrap().id;
    store.append_shopper(&private, said("a", "你好", 1)).await.unwrap();
    let (first, second) = (handed(&store, "c1", 2).await, handed(&store, "c2", 3).await);
    let seen = touched(0).await;
    assert_eq!(ids(&seen), ["c1", "c2"], "what people never had is not told");
    assert_eq!(store.touched_since(0, 1).await.unwrap().len(), 1);
    let last = seen[1].0;
    assert_eq!(store.touch_log().await.unwrap(), crate::store::TouchLog { last, ..log });

    assert_eq!(touched(last).await, []);
    store.append_shopper(&first, said("b", "在吗", 4)).await.unwrap();
    let note = NewNote {
        agent: staff("a1"),
        client_id: "n".to_owned(),
        text: "老客户".to_owned(),
        mentions: Vec::new(),
        at: at(5),
    };
    let seen = touched(last).await;
    assert_eq!(ids(&seen), ["c1"]);
    assert!(matches!(store.note(&second, note).await.unwrap(), Noted::Stored { .. }));
    assert_eq!(ids(&touched(seen[0].0).await), ["c2"], "a note counts as well");
    assert_eq!(ids(&touched(0).await), ["c1", "c2"]);
}

async fn proposals_are_kept_with_what_was_said(store: SharedStore) {
    let id = handed(&store, "c1", 1).await;
    let used = |seq, said: &str| ProposalUse {
        conversation: id.clone(),
        seq,
        source: "faq".to_owned(),
        proposed: "48小时内发货".to_owned(),
        said: said.to_owned(),
        at: at(9),
    };
    for new in [used(3, "48小时内发"), used(4, "今天发"), used(3, "again")] {
        store.record_proposal_use(new).await.unwrap();
    }
    let found = store.proposal_uses(&shop(), 0, 9).await.unwrap();
    let said: Vec<_> = found.iter().map(|(_, used)| used.said.as_str()).collect();
    assert_eq!(said, ["48小时内发", "今天发"]);
    assert_eq!(found[0].1, used(3, "48小时内发"));
    assert_eq!(store.proposal_uses(&shop(), found[0].0, 9).await.unwrap(), [found[1].clone()]);
    assert_eq!(store.proposal_uses(&"other".into(), 0, 9).await.unwrap(), []);
    let nowhere = ProposalUse { conversation: "nowhere".into(), ..used(1, "x") };
    assert!(matches!(store.record_proposal_use(nowhere).await, Err(StoreError::NotFound("conversation"))));
}

async fn questions_come_with_the_first_answer_of_a_person(store: SharedStore) {
    for (id, seconds) in [("c1", 1), ("c2", 2)] {
        let id = handed(&store, id, seconds).await;
        store.take(take(&id, "a1", 3)).await.unwrap();
    }
    let (first, second) = (ConversationId::from("c1"), ConversationId::from("c2"));
    store.append_agent(&first, agent_says("a1", "1", "您好", 4)).await.unwrap();
    stored(store.append_shopper(&first, said("q1", "能改地址吗", 5)).await.unwrap());
    stored(store.append_shopper(&second, said("q2", "什么时候发货", 6)).await.unwrap());
    store.append_agent(&second, agent_says("a1", "2", "今天发", 7)).await.unwrap();
    store.append_agent(&first, agent_says("a1", "3", "可以改", 8)).await.unwrap();
    store.append_agent(&first, agent_says("a1", "4", "请发新地址", 9)).await.unwrap();

    let found = store.answered_by_people(&shop(), None, 9).await.unwrap();
    let told = |found: &[AnsweredByPeople]| -> Vec<(String, String)> {
        found.iter().map(|one| (one.question.clone(), one.answer.clone())).collect()
    };
    let pairs = [("转人工", "您好"), ("什么时候发货", "今天发"), ("能改地址吗", "可以改")];
    assert_eq!(told(&found), pairs.map(|(question, answer)| (question.to_owned(), answer.to_owned())));
    assert_eq!(store.answered_by_people(&shop(), Some(&found[0]), 1).await.unwrap(), [found[1].clone()]);
    assert_eq!(store.answered_by_people(&shop(), Some(&found[2]), 9).await.unwrap(), []);
    assert_eq!(store.answered_by_people(&"other".into(), None, 9).await.unwrap(), []);
}
