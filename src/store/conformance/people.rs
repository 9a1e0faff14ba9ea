//! The queue and the people who work it off.

use jiff::SignedDuration;

use super::{numbers, stories};
use crate::{
    domain::{Author, ConversationId, Ended, Handoff, Mode, Part, Shown},
    store::{
        AgentAppended, Appended, Card, Closing, Destination, Duty, NewAgent, NewNote, NewShopperMessage,
        Noted, Onward, QueuePlace, Rating, Reader, Role, SharedStore, Staffed, StoreError, Take, Taken,
        Taking, samples::*,
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
    what_is_urgent_comes_first_and_each_group_has_its_line,
    from_one_person_to_the_next,
    whoever_does_not_answer_is_passed_over,
    a_stay_is_kept_from_queue_to_rating,
    who_is_there,
    who_is_named_in_a_note_is_told_until_they_look,
    back_to_the_person_who_had_it,
    what_moved_meanwhile_is_not_closed,
    whoever_waits_and_asks_again_keeps_their_rank,
    a_late_rating_makes_nobody_idle,
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
        (&early, Some(QueuePlace { position: 1, since: at(5), group: "after_sale".to_owned() })),
        (&late, Some(QueuePlace { position: 2, since: at(9), group: "after_sale".to_owned() })),
        (&elsewhere, Some(QueuePlace { position: 1, since: at(1), group: "after_sale".to_owned() })),
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
    assert_eq!(store.card(&id, None).await.unwrap().unwrap().unread, 1);

    // The shopper used the id `a` as well: the two count apart.
    let first = store.append_agent(&id, agent_says("a1", "a", "您好", 8)).await.unwrap();
    let AgentAppended::Stored { message, duplicate: false } = first else { panic!("it is the holder") };
    assert_eq!((message.seq, &message.from), (4, &Author::Agent { name: "客服a1".to_owned() }));
    assert_eq!(store.card(&id, None).await.unwrap().unwrap().unread, 0, "who answers has read");
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
    let card = store.card(&id, None).await.unwrap().unwrap();
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
    assert_eq!(ids(&board.closed), ["c3", "c2", "c1"], "what people had and closed is everybody's to read");
    assert_eq!(ids(&store.board(&"a2".into(), &[shop()], 1).await.unwrap().closed), ["c3"]);
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
        mentions: Vec::new(),
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

/// A conversation that waits for a group since `seconds`.
async fn waiting_for(
    store: &SharedStore,
    id: &str,
    group: &str,
    priority: i32,
    seconds: i64,
) -> ConversationId {
    let id = store.open(new_conversation(id, 0)).await.unwrap().id;
    let mut turn = to_queue(&id, 0, 0, seconds);
    turn.handoff = Some(Handoff { group: group.to_owned(), priority, ..handoff() });
    store.commit_turn(turn).await.unwrap();
    id
}

async fn what_is_urgent_comes_first_and_each_group_has_its_line(store: SharedStore) {
    waiting_for(&store, "first", "sale", 0, 1).await;
    let second = waiting_for(&store, "second", "sale", 0, 2).await;
    let other = waiting_for(&store, "other", "after_sale", 0, 3).await;
    let urgent = waiting_for(&store, "urgent", "sale", 9, 4).await;
    assert_eq!(ids(&store.waiting(&[shop()]).await.unwrap()), ["urgent", "first", "second", "other"]);
    for (id, position) in [(&urgent, 1), (&second, 3), (&other, 1)] {
        assert_eq!(store.queue_place(id).await.unwrap().unwrap().position, position, "{id}");
    }
}

async fn from_one_person_to_the_next(store: SharedStore) {
    let id = waiting_for(&store, "c1", "sale", 5, 1).await;
    let to = |agent: &str| Destination::Agent(staff(agent));
    assert_eq!(store.hand_on(onward(&id, "a1", to("a2"), 2)).await.unwrap(), Staffed::NotHolder);
    store.take(take(&id, "a1", 3)).await.unwrap();
    assert_eq!(store.hand_on(onward(&id, "a2", to("a2"), 4)).await.unwrap(), Staffed::NotHolder);
    assert_eq!(store.hand_on(onward(&id, "a1", to("a1"), 4)).await.unwrap(), Staffed::Unchanged);
    let Staffed::Done(notice) = store.hand_on(onward(&id, "a1", to("a2"), 5)).await.unwrap() else {
        panic!("the holder may")
    };
    assert_eq!((&notice.from, &notice.parts), (&Author::System, &vec![Part::text("换人")]));
    let early = store.append_agent(&id, agent_says("a1", "x", "等等", 6)).await.unwrap();
    assert_eq!(early, AgentAppended::NotHolder, "what was handed on is the next one's");
    assert!(matches!(
        store.append_agent(&id, agent_says("a2", "x", "您好", 6)).await.unwrap(),
        AgentAppended::Stored { duplicate: false, .. }
    ));

    // To a group: it waits there, before those who came after it.
    store.hand_on(onward(&id, "a2", Destination::Group("after_sale".to_owned()), 7)).await.unwrap();
    let place = store.queue_place(&id).await.unwrap().unwrap();
    assert_eq!((place.group.as_str(), place.since), ("after_sale", at(1)));

    // Whoever looks after the others takes it, whoever has it.
    store.take(take(&id, "a1", 8)).await.unwrap();
    let over = Take { from: Taking::FromAnyone, ..take(&id, "a3", 9) };
    assert!(matches!(store.take(over).await.unwrap(), Taken::Yes(Some(_))));
    let stints = store.stints(&[shop()], at(0), at(100)).await.unwrap();
    let told: Vec<_> = stints
        .iter()
        .map(|of| {
            let agent = of.stint.agent.as_ref().map(|agent| agent.id.as_str());
            (of.stint.number, of.stint.group.as_str(), agent, of.stint.ended, of.stint.replies)
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, "sale", Some("a1"), Some(Ended::Transferred), 0),
            (2, "sale", Some("a2"), Some(Ended::Transferred), 1),
            (3, "after_sale", Some("a1"), Some(Ended::Transferred), 0),
            (4, "after_sale", Some("a3"), None, 0),
        ]
    );
}

async fn whoever_does_not_answer_is_passed_over(store: SharedStore) {
    let id = waiting_for(&store, "c1", "sale", 0, 1).await;
    store.take(take(&id, "a1", 3)).await.unwrap();
    let back = |seconds| Onward { only_unanswered: true, ..onward(&id, "a1", Destination::Queue, seconds) };
    assert!(matches!(store.hand_on(back(9)).await.unwrap(), Staffed::Done(_)));
    let card = store.card(&id, None).await.unwrap().unwrap();
    let stint = card.stint.unwrap();
    assert_eq!(
        (card.conversation.mode, stint.queued_at, stint.passed),
        (Mode::Queue, at(1), vec!["a1".into()])
    );
    assert_eq!(store.queue_place(&id).await.unwrap().unwrap().since, at(1), "its place stays");

    store.take(take(&id, "a1", 10)).await.unwrap();
    store.append_agent(&id, agent_says("a1", "x", "您好", 11)).await.unwrap();
    assert_eq!(store.hand_on(back(12)).await.unwrap(), Staffed::Unchanged, "it was answered just in time");
    store.append_shopper(&id, said("y", "在吗", 13)).await.unwrap();
    let stint = store.card(&id, None).await.unwrap().unwrap().stint.unwrap();
    assert_eq!((stint.first_reply_at, stint.awaiting_since), (Some(at(11)), Some(at(13))));
}

async fn a_stay_is_kept_from_queue_to_rating(store: SharedStore) {
    let id = waiting_for(&store, "c1", "sale", 0, 1).await;
    let before = store.last_stints(&shop(), 9).await.unwrap();
    store.take(take(&id, "a1", 3)).await.unwrap();
    store.append_agent(&id, agent_says("a1", "x", "您好", 5)).await.unwrap();
    store.close(closing(&id, "a1", 9)).await.unwrap();
    store.rate(&id, Rating { score: 4, comment: Some("快".to_owned()), at: at(10) }).await.unwrap();
    let stints = store.last_stints(&shop(), 9).await.unwrap();
    assert_eq!((before.len(), stints.len()), (0, 1));
    let stint = &stints[0];
    assert_eq!(
        (stint.queued_at, stint.taken_at, stint.first_reply_at, stint.ended_at),
        (at(1), Some(at(3)), Some(at(5)), Some(at(9)))
    );
    assert_eq!((stint.ended, stint.rating, stint.replies), (Some(Ended::Closed), Some(4), 1));
    assert_eq!(
        (stint.wrap_up.as_deref(), stint.summary.as_slice()),
        (Some("returns"), &["要求人工".to_owned()][..])
    );
    assert_eq!(store.stints(&[shop()], at(2), at(100)).await.unwrap(), [], "it began before");

    // Back to the bot, with the order that was found.
    let other = waiting_for(&store, "c2", "sale", 0, 11).await;
    store.take(take(&other, "a1", 12)).await.unwrap();
    let topic = Some(Shown::Order("20261101001".into()));
    store.release(Closing { topic: topic.clone(), ..closing(&other, "a1", 13) }).await.unwrap();
    assert_eq!(store.state(&other).await.unwrap().1.topic, topic);
}

async fn who_is_there(store: SharedStore) {
    store.add_agent(new_agent("a1", "小安")).await.unwrap();
    store.add_agent(NewAgent { role: Role::Editor, ..new_agent("a2", "编辑") }).await.unwrap();
    assert_eq!(store.be_present(&"a1".into(), None, at(1)).await.unwrap(), Duty::Away);
    assert_eq!(store.be_present(&"a1".into(), Some(Duty::Here), at(2)).await.unwrap(), Duty::Here);
    assert_eq!(store.be_present(&"a1".into(), None, at(5)).await.unwrap(), Duty::Here);
    let id = waiting_for(&store, "c1", "sale", 0, 1).await;
    store.take(take(&id, "a1", 6)).await.unwrap();
    let people = store.on_duty().await.unwrap();
    assert_eq!(people.len(), 1, "an editor holds no conversation");
    let one = &people[0];
    assert_eq!((one.duty, one.seen_at, one.given_at, one.load), (Duty::Here, Some(at(5)), Some(at(6)), 1));
    assert_eq!((one.groups.as_slice(), one.capacity), (&["after_sale".to_owned()][..], 3));
    store.close(closing(&id, "a1", 9)).await.unwrap();
    let one = store.on_duty().await.unwrap().remove(0);
    assert_eq!((one.freed_at, one.load), (Some(at(9)), 0));

    let is_there =
        async |now| store.on_duty().await.unwrap()[0].is_there(at(now), SignedDuration::from_secs(60));
    assert!(is_there(64).await && !is_there(65).await, "seen at 5, and heard no more");
    store.be_gone(&"a1".into(), at(10)).await.unwrap();
    assert!(!is_there(10).await, "a closed desk is not waited for");
    assert_eq!(
        store.be_present(&"a1".into(), None, at(11)).await.unwrap(),
        Duty::Here,
        "what they wanted is kept"
    );
    assert!(is_there(11).await);
}

async fn who_is_named_in_a_note_is_told_until_they_look(store: SharedStore) {
    store.add_agent(new_agent("a1", "小安")).await.unwrap();
    store.add_agent(new_agent("a2", "小北")).await.unwrap();
    let id = waiting_for(&store, "c1", "sale", 0, 1).await;
    let note = NewNote {
        agent: staff("a1"),
        client_id: "n".to_owned(),
        text: "@小北 看一下".to_owned(),
        mentions: vec!["a2".into()],
        at: at(2),
    };
    store.note(&id, note).await.unwrap();
    let mentioned = async |agent: &str| {
        let board = store.board(&agent.into(), &[shop()], 9).await.unwrap();
        board.waiting[0].mentioned
    };
    assert_eq!((mentioned("a1").await, mentioned("a2").await), (false, true));
    store.see_mentions(&"a2".into(), &id).await.unwrap();
    assert!(!mentioned("a2").await);
    store.tag(&id, vec!["急".to_owned()]).await.unwrap();
    assert_eq!(store.conversation(&id).await.unwrap().unwrap().tags, ["急"]);
}

async fn back_to_the_person_who_had_it(store: SharedStore) {
    let id = waiting_for(&store, "c1", "sale", 0, 1).await;
    store.take(take(&id, "a1", 3)).await.unwrap();
    store.close(closing(&id, "a1", 9)).await.unwrap();
    let again = NewShopperMessage { reopen_to: Some(staff("a1")), ..said("again", "还有个问题", 12) };
    let Appended::Stored { reopened: true, mode: Mode::Agent, .. } =
        store.append_shopper(&id, again).await.unwrap()
    else {
        panic!("it opens for the person")
    };
    let card = store.card(&id, None).await.unwrap().unwrap();
    let stint = card.stint.unwrap();
    assert_eq!((stint.number, stint.group.as_str(), stint.awaiting_since), (2, "sale", Some(at(12))));
    assert_eq!(card.conversation.agent, Some(staff("a1")));
    assert_eq!(store.pending(&id).await.unwrap().messages, []);
}

async fn what_moved_meanwhile_is_not_closed(store: SharedStore) {
    let idle = |id: &ConversationId, since: i64, seconds: i64| Closing {
        agent: None,
        untouched_since: Some(at(since)),
        ..closing(id, "a1", seconds)
    };
    let id = waiting(&store, "c1", 5).await;
    assert_eq!(store.close(idle(&id, 5, 50)).await.unwrap(), Staffed::Unchanged, "it waits for a person");
    store.take(take(&id, "a1", 6)).await.unwrap();
    assert_eq!(store.close(idle(&id, 6, 51)).await.unwrap(), Staffed::Unchanged, "it waits for their words");
    store.append_agent(&id, agent_says("a1", "x", "您好", 7)).await.unwrap();
    assert_eq!(store.close(idle(&id, 6, 52)).await.unwrap(), Staffed::Unchanged, "something was said since");
    assert!(matches!(store.close(idle(&id, 7, 53)).await.unwrap(), Staffed::Done(_)));
}

async fn whoever_waits_and_asks_again_keeps_their_rank(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    let mut first = to_queue(&id, 0, 0, 5);
    first.mode = Some(Mode::Message);
    first.handoff = Some(Handoff { priority: 40, contact: Some("13800000001".to_owned()), ..handoff() });
    store.commit_turn(first).await.unwrap();
    let mut again = to_queue(&id, 1, 0, 9);
    again.handoff = Some(Handoff { priority: 0, contact: None, ..handoff() });
    store.commit_turn(again).await.unwrap();
    let card = store.waiting(&[shop()]).await.unwrap().remove(0);
    let record = card.handoff.unwrap();
    assert_eq!((card.conversation.mode, record.since), (Mode::Queue, at(5)));
    assert_eq!((record.handoff.priority, record.handoff.contact.as_deref()), (40, Some("13800000001")));
}

async fn a_late_rating_makes_nobody_idle(store: SharedStore) {
    store.add_agent(new_agent("a1", "小安")).await.unwrap();
    store.be_present(&"a1".into(), None, at(1)).await.unwrap();
    let (early, late) = (waiting(&store, "c1", 5).await, waiting(&store, "c2", 5).await);
    for (id, taken, closed) in [(&early, 6, 10), (&late, 7, 60)] {
        store.take(take(id, "a1", taken)).await.unwrap();
        store.close(closing(id, "a1", closed)).await.unwrap();
    }
    store.rate(&early, Rating { score: 5, comment: None, at: at(65) }).await.unwrap();
    assert_eq!(store.on_duty().await.unwrap()[0].freed_at, Some(at(60)));
    store.be_away(&"a1".into()).await.unwrap();
    let one = store.on_duty().await.unwrap().remove(0);
    assert_eq!((one.duty, one.seen_at), (Duty::Away, Some(at(1))), "whether a desk is open stays as it was");
}
