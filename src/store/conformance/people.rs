//! The queue and the people who work it off.

use super::{numbers, stories};
use crate::{
    domain::{Author, ConversationId, Mode, Part},
    store::{
        AgentAppended, Appended, Card, NewNote, Noted, QueuePlace, Reader, SharedStore, Staffed, StoreError,
        Taken, samples::*,
    },
};

stories! {
    who_waits_longest_comes_first,
    of_two_takers_one_wins,
    a_person_takes_what_waits_for_an_answer,
    only_the_holder_speaks_and_each_id_once,
    from_the_desk_back_to_the_bot,
    what_people_had_once_is_theirs_to_see,
    closing_and_the_boards_lists,
    leaving_the_queue,
    notes_have_numbers_of_their_own,
}

/// A conversation that waits since `seconds`.
async fn waiting(store: &SharedStore, id: &str, seconds: i64) -> ConversationId {
    let id = store.open(new_conversation(id, 0)).await.unwrap().id;
    store.append_shopper(&id, said("a", "转人工", seconds - 1)).await.unwrap();
    store.commit_turn(to_queue(&id, 0, 1, seconds)).await.unwrap();
    id
}

fn ids(cards: &[Card]) -> Vec<&str> {
    cards.iter().map(|card| card.conversation.id.as_str()).collect()
}

async fn who_waits_longest_comes_first(store: SharedStore) {
    let late = waiting(&store, "late", 9).await;
    let early = waiting(&store, "early", 5).await;
    let mut elsewhere = new_conversation("elsewhere", 0);
    elsewhere.shop = "other".into();
    let elsewhere = store.open(elsewhere).await.unwrap().id;
    store.commit_turn(to_queue(&elsewhere, 0, 0, 1)).await.unwrap();

    let cards = store.waiting(&[shop()]).await.unwrap();
    assert_eq!(ids(&cards), ["early", "late"]);
    assert_eq!(
        cards[0].handoff.as_ref().map(|record| (&record.handoff, record.since)),
        Some((&handoff(), at(5)))
    );
    assert_eq!(cards[0].last.as_ref().map(|message| message.seq), Some(2));
    assert_eq!(cards[0].unread, 1);
    assert_eq!(ids(&store.waiting(&[shop(), "other".into()]).await.unwrap()), ["elsewhere", "early", "late"]);
    assert_eq!(ids(&store.waiting(&[]).await.unwrap()), [""; 0]);

    for (id, expected) in [
        (&early, Some(QueuePlace { position: 1, since: at(5) })),
        (&late, Some(QueuePlace { position: 2, since: at(9) })),
        (&elsewhere, Some(QueuePlace { position: 1, since: at(1) })),
    ] {
        assert_eq!(store.queue_place(id).await.unwrap(), expected, "{id}");
    }
    // An answer while it waits doesn't move it back.
    store.commit_turn(to_queue(&early, 1, 1, 30)).await.unwrap();
    assert_eq!(store.queue_place(&early).await.unwrap().unwrap().since, at(5));
    store.take(take(&early, "a1", 31)).await.unwrap();
    assert_eq!(store.queue_place(&early).await.unwrap(), None);
    assert_eq!(store.queue_place(&late).await.unwrap().unwrap().position, 1);
}

async fn of_two_takers_one_wins(store: SharedStore) {
    let id = waiting(&store, "c1", 5).await;
    let tries = ["a1", "a2", "a3"].map(|agent| store.take(take(&id, agent, 6)));
    let answers: Vec<Taken> =
        futures::future::join_all(tries).await.into_iter().map(|answer| answer.unwrap()).collect();
    let holder = store.conversation(&id).await.unwrap().unwrap().agent.unwrap();
    let won = answers.iter().filter(|answer| matches!(answer, Taken::Yes(Some(_)))).count();
    let lost = answers.iter().filter(|answer| **answer == Taken::AlreadyTaken(holder.clone())).count();
    assert_eq!((won, lost), (1, 2));
    let again = store.take(take(&id, holder.id.as_str(), 7)).await.unwrap();
    assert_eq!(again, Taken::Yes(None), "taking what one holds says nothing twice");
    assert_eq!(store.conversation(&id).await.unwrap().unwrap().last_seq, 3);

    let free = store.open(new_conversation("c2", 0)).await.unwrap().id;
    assert_eq!(store.take(take(&free, "a1", 8)).await.unwrap(), Taken::NotWaiting(Mode::Bot));
}

async fn a_person_takes_what_waits_for_an_answer(store: SharedStore) {
    let id = waiting(&store, "c1", 5).await;
    store.append_shopper(&id, said("b", "在吗", 6)).await.unwrap();
    assert_eq!(store.unanswered().await.unwrap().len(), 1);
    let version = store.conversation(&id).await.unwrap().unwrap().version;
    let Taken::Yes(Some(notice)) = store.take(take(&id, "a1", 7)).await.unwrap() else { panic!("it waits") };
    assert_eq!((notice.seq, &notice.from, &notice.parts), (4, &Author::System, &vec![Part::text("来了")]));

    // The bot was about to answer; it must not any more, whichever version it names.
    for version in [version, version + 1] {
        assert!(matches!(store.commit_turn(turn(&id, version, 3, 8)).await, Err(StoreError::Conflict)));
    }
    assert_eq!(store.unanswered().await.unwrap(), []);
    match store.append_shopper(&id, said("c", "你好", 9)).await.unwrap() {
        Appended::Stored { mode: Mode::Agent, message, .. } => assert_eq!(message.seq, 5),
        other => panic!("expected the person to get it, got {other:?}"),
    }
    assert_eq!(store.pending(&id).await.unwrap().messages, []);
}

async fn only_the_holder_speaks_and_each_id_once(store: SharedStore) {
    let id = waiting(&store, "c1", 5).await;
    let early = store.append_agent(&id, agent_says("a1", "a", "您好", 6)).await.unwrap();
    assert_eq!(early, AgentAppended::NotHolder);
    store.take(take(&id, "a1", 7)).await.unwrap();
    assert_eq!(store.card(&id).await.unwrap().unwrap().unread, 1);

    // The shopper used the id `a` as well: the two count apart.
    let first = store.append_agent(&id, agent_says("a1", "a", "您好", 8)).await.unwrap();
    let AgentAppended::Stored { message, duplicate: false } = first else { panic!("it is the holder") };
    assert_eq!((message.seq, &message.from), (4, &Author::Agent { name: "客服a1".to_owned() }));
    assert_eq!(store.card(&id).await.unwrap().unwrap().unread, 0, "who answers has read");
    for (agent, client, text, expected) in [
        ("a1", "a", "您好", AgentAppended::Stored { message: message.clone(), duplicate: true }),
        ("a1", "a", "别的", AgentAppended::IdReused),
        ("a2", "a", "您好", AgentAppended::IdReused),
        ("a2", "b", "您好", AgentAppended::NotHolder),
    ] {
        let answer = store.append_agent(&id, agent_says(agent, client, text, 9)).await.unwrap();
        assert_eq!(answer, expected, "{agent} {client} {text}");
    }
    assert_eq!(store.latest(&id, 1).await.unwrap(), [message]);
}

async fn from_the_desk_back_to_the_bot(store: SharedStore) {
    let id = waiting(&store, "c1", 5).await;
    assert_eq!(store.release(closing(&id, "a1", 6)).await.unwrap(), Staffed::NotHolder);
    store.take(take(&id, "a1", 7)).await.unwrap();
    store.append_shopper(&id, said("b", "在吗", 8)).await.unwrap();
    assert_eq!(store.release(closing(&id, "a2", 9)).await.unwrap(), Staffed::NotHolder);
    let Staffed::Done(notice) = store.release(closing(&id, "a1", 10)).await.unwrap() else {
        panic!("it holds")
    };
    assert_eq!(notice.seq, 5);
    let card = store.card(&id).await.unwrap().unwrap();
    assert_eq!((card.conversation.mode, card.conversation.agent, card.handoff), (Mode::Bot, None, None));
    assert_eq!(store.unanswered().await.unwrap(), [], "what was said to the person stays theirs");
    store.append_shopper(&id, said("c", "还有", 11)).await.unwrap();
    assert_eq!(store.unanswered().await.unwrap(), [(id, 6)]);
}

async fn what_people_had_once_is_theirs_to_see(store: SharedStore) {
    let private = store.open(new_conversation("private", 0)).await.unwrap().id;
    store.append_shopper(&private, said("a", "你好", 1)).await.unwrap();
    store.commit_turn(turn(&private, 0, 1, 2)).await.unwrap();
    assert_eq!(store.conversation(&private).await.unwrap().unwrap().handed_at, None);
    assert_eq!(
        store.close(closing(&private, "a1", 3)).await.unwrap(),
        Staffed::NotHolder,
        "what waits for nobody is nobody's to close"
    );

    let id = waiting(&store, "c1", 5).await;
    let handed = async || store.conversation(&id).await.unwrap().unwrap().handed_at;
    assert_eq!(handed().await, Some(at(5)));
    store.take(take(&id, "a1", 6)).await.unwrap();
    store.release(closing(&id, "a1", 7)).await.unwrap();
    assert_eq!(handed().await, Some(at(5)), "after it went back to the bot");
    assert_eq!(store.close(closing(&id, "a1", 8)).await.unwrap(), Staffed::NotHolder);
    let version = store.conversation(&id).await.unwrap().unwrap().version;
    store.commit_turn(to_queue(&id, version, 1, 9)).await.unwrap();
    store.close(closing(&id, "a2", 10)).await.unwrap();
    store.append_shopper(&id, said("b", "你好", 11)).await.unwrap();
    assert_eq!(
        handed().await,
        Some(at(5)),
        "the first time counts, also after it was closed and opened again"
    );
}

async fn closing_and_the_boards_lists(store: SharedStore) {
    let (first, second, third) =
        (waiting(&store, "c1", 5).await, waiting(&store, "c2", 6).await, waiting(&store, "c3", 7).await);
    for (id, seconds) in [(&second, 8), (&first, 9)] {
        store.take(take(id, "a1", seconds)).await.unwrap();
    }
    let board = store.board(&"a1".into(), &[shop()], 9).await.unwrap();
    assert_eq!(
        (ids(&board.waiting), ids(&board.mine), ids(&board.closed)),
        (vec!["c3"], vec!["c1", "c2"], vec![])
    );

    assert_eq!(store.close(closing(&first, "a2", 10)).await.unwrap(), Staffed::NotHolder);
    for (id, seconds) in [(&first, 11), (&second, 12), (&third, 13)] {
        let closed = store.close(closing(id, "a1", seconds)).await.unwrap();
        assert!(matches!(closed, Staffed::Done(_)), "{id}: {closed:?}");
    }
    assert_eq!(store.close(closing(&first, "a1", 14)).await.unwrap(), Staffed::Unchanged);
    assert_eq!(numbers(&store.latest(&first, 9).await.unwrap()), [1, 2, 3, 4]);
    let board = store.board(&"a1".into(), &[shop()], 9).await.unwrap();
    assert_eq!((ids(&board.waiting), ids(&board.mine)), (vec![], vec![]));
    assert_eq!(ids(&board.closed), ["c2", "c1"], "the one nobody held is in nobody's list");
    assert_eq!(ids(&store.board(&"a1".into(), &[], 1).await.unwrap().closed), ["c2"]);
    assert_eq!(store.board(&"a2".into(), &[], 9).await.unwrap(), Default::default());
}

async fn leaving_the_queue(store: SharedStore) {
    let id = waiting(&store, "c1", 5).await;
    let notice = vec![Part::text("已退出排队")];
    let Staffed::Done(said) = store.leave_queue(&id, notice.clone(), at(6)).await.unwrap() else {
        panic!("it waits")
    };
    assert_eq!((said.seq, said.parts), (3, notice.clone()));
    assert_eq!(store.leave_queue(&id, notice.clone(), at(7)).await.unwrap(), Staffed::Unchanged);
    assert_eq!(store.waiting(&[shop()]).await.unwrap(), []);
    let now = store.conversation(&id).await.unwrap().unwrap();
    assert_eq!((now.mode, now.version), (Mode::Bot, 2));

    // Waiting again counts from the new beginning.
    store.commit_turn(to_queue(&id, 2, 1, 20)).await.unwrap();
    assert_eq!(store.queue_place(&id).await.unwrap().unwrap().since, at(20));
    store.take(take(&id, "a1", 21)).await.unwrap();
    assert_eq!(store.leave_queue(&id, notice, at(22)).await.unwrap(), Staffed::Unchanged);
}

async fn notes_have_numbers_of_their_own(store: SharedStore) {
    let id = waiting(&store, "c1", 5).await;
    let new = |client: &str, text: &str| NewNote {
        agent: staff("a1"),
        client_id: client.to_owned(),
        text: text.to_owned(),
        at: at(6),
    };
    let mut numbers = Vec::new();
    for (client, text) in [("n1", "老客户"), ("n2", "已核实"), ("n1", "老客户")] {
        let Noted::Stored { note, .. } = store.note(&id, new(client, text)).await.unwrap() else {
            panic!("new")
        };
        numbers.push(note.number);
    }
    assert_eq!(numbers, [1, 2, 1]);
    assert_eq!(store.note(&id, new("n1", "别的")).await.unwrap(), Noted::IdReused);
    let texts: Vec<_> = store.notes(&id).await.unwrap().into_iter().map(|note| note.text).collect();
    assert_eq!(texts, ["老客户", "已核实"]);
    assert_eq!(
        store.conversation(&id).await.unwrap().unwrap().last_seq,
        2,
        "the shopper's numbers don't move"
    );
    assert_eq!(store.mark_read(&id, Reader::Staff, 2).await.unwrap(), 2);
    let missing = store.note(&"other".into(), new("n", "x")).await;
    assert!(matches!(missing, Err(StoreError::NotFound("conversation"))));
}
