//! Conversations, messages and turns.

use super::{numbers, stored, stories};
use crate::{
    domain::{ChangeOutcome, Content, Locale, Mode, Part},
    store::{
        Appended, Course, Identity, Page, Rating, Reader, SharedStore, StoreError, TurnCommit, samples::*,
    },
};

stories! {
    a_conversation_is_found_by_its_token_until_it_expires,
    messages_are_numbered_without_gaps_and_read_in_slices,
    the_same_id_is_the_same_message,
    one_id_sent_many_times_at_once_is_stored_once,
    many_at_once_get_gapless_numbers,
    a_message_is_unanswered_until_a_turn_reaches_it,
    what_is_said_alone_comes_with_what_its_turn_starts_from,
    a_stale_turn_changes_nothing,
    a_closed_conversation_opens_again_when_something_is_said,
    identity_is_kept_and_never_changes_hands,
    marks_move_forward_within_what_was_said,
    a_silence_is_looked_at_once_and_only_where_the_bot_answers,
    a_silence_while_a_person_has_it_counts_once_it_is_back,
    what_is_said_once_is_said_once_in_a_shop,
    what_was_asked_lately,
    conversations_as_they_went,
}

async fn a_conversation_is_found_by_its_token_until_it_expires(store: SharedStore) {
    let new = new_conversation("c1", 0);
    let hash = new.token_hash;
    let opened = store.open(new).await.unwrap();
    assert_eq!((opened.mode, opened.last_seq, opened.version), (Mode::Bot, 0, 0));
    assert_eq!(store.resume(&hash, at(3599)).await.unwrap(), Some(opened.clone()));
    assert_eq!(store.resume(&hash, at(3600)).await.unwrap(), None, "expired");
    assert_eq!(store.resume(&[9; 32], at(0)).await.unwrap(), None, "unknown");
    store.extend_token(&opened.id, at(9000)).await.unwrap();
    assert_eq!(store.resume(&hash, at(8999)).await.unwrap().as_ref(), Some(&opened));
    assert_eq!(store.conversation(&opened.id).await.unwrap(), Some(opened.clone()));
    assert_eq!(store.conversation(&"other".into()).await.unwrap(), None);
    let (version, state) = store.state(&opened.id).await.unwrap();
    assert_eq!((version, state.locale), (0, Locale::ZhHant));

    let page = Page { product: None, order: Some("20261101001".into()), url: None };
    store.record_page(&opened.id, page.clone()).await.unwrap();
    store.record_locale(&opened.id, Locale::En).await.unwrap();
    let changed = store.conversation(&opened.id).await.unwrap().unwrap();
    assert_eq!((changed.page, changed.locale), (page, Locale::En));
    let missing = store.append_shopper(&"other".into(), said("a", "在吗", 1)).await;
    assert!(matches!(missing, Err(StoreError::NotFound("conversation"))));
}

async fn messages_are_numbered_without_gaps_and_read_in_slices(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    for n in 1..=4 {
        store.append_shopper(&id, said(&format!("m{n}"), "在吗", n)).await.unwrap();
    }
    let answered = store.commit_turn(turn(&id, 0, 4, 5)).await.unwrap();
    assert_eq!(numbers(&answered.messages), [5]);
    for (after, limit, expected) in
        [(0, 100, vec![1, 2, 3, 4, 5]), (2, 2, vec![3, 4]), (5, 10, vec![]), (99, 10, vec![]), (0, 0, vec![])]
    {
        let slice = store.messages(&id, after, limit).await.unwrap();
        assert_eq!(numbers(&slice), expected, "after {after}, at most {limit}");
    }
    assert_eq!(numbers(&store.latest(&id, 2).await.unwrap()), [4, 5]);
    assert_eq!(numbers(&store.latest(&id, 9).await.unwrap()), [1, 2, 3, 4, 5]);
    for (before, limit, expected) in
        [(6, 2, vec![4, 5]), (4, 2, vec![2, 3]), (4, 9, vec![1, 2, 3]), (1, 9, vec![])]
    {
        let earlier = store.earlier(&id, before, limit).await.unwrap();
        assert_eq!(numbers(&earlier), expected, "{limit} before {before}");
    }
    assert_eq!(store.latest(&id, 1).await.unwrap(), answered.messages, "as it was stored, trace included");
    assert_eq!(store.messages(&"other".into(), 0, 9).await.unwrap(), []);
}

async fn the_same_id_is_the_same_message(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    let other = store.open(new_conversation("c2", 0)).await.unwrap().id;
    let first = stored(store.append_shopper(&id, said("a", "在吗", 1)).await.unwrap());
    assert_eq!(first.client_id.as_deref(), Some("a"));

    // The time and how it is shown may differ; the content decides.
    let mut again = said("a", "在吗", 7);
    again.parts = vec![Part::text("在吗？")];
    match store.append_shopper(&id, again).await.unwrap() {
        Appended::Stored { message, duplicate: true, .. } => assert_eq!(message, first),
        other => panic!("expected the first message again, got {other:?}"),
    }
    let mut reused = said("a", "在吗", 8);
    reused.content = Content::Choice("在吗".to_owned());
    assert_eq!(store.append_shopper(&id, reused).await.unwrap(), Appended::IdReused);
    assert_eq!(stored(store.append_shopper(&other, said("a", "别的", 8)).await.unwrap()).seq, 1);
    assert_eq!(store.conversation(&id).await.unwrap().unwrap().last_seq, 1);
}

async fn one_id_sent_many_times_at_once_is_stored_once(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    let sends = (0..8).map(|_| store.append_shopper(&id, said("a", "在吗", 1)));
    let answers = futures::future::join_all(sends).await;
    let fresh =
        answers.iter().filter(|answer| matches!(answer, Ok(Appended::Stored { duplicate: false, .. })));
    assert_eq!(fresh.count(), 1);
    for answer in answers {
        assert_eq!(stored(answer.unwrap()).seq, 1);
    }
}

async fn many_at_once_get_gapless_numbers(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    let sends = (0..20).map(|n| store.append_shopper(&id, said(&format!("m{n}"), "在吗", n)));
    let answers = futures::future::join_all(sends).await;
    let mut numbers: Vec<u64> = answers.into_iter().map(|answer| stored(answer.unwrap()).seq).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<u64>>());
}

async fn a_message_is_unanswered_until_a_turn_reaches_it(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    let other = store.open(new_conversation("c2", 0)).await.unwrap().id;
    assert_eq!(store.unanswered().await.unwrap(), []);
    for (client, seconds) in [("a", 1), ("b", 3)] {
        store.append_shopper(&id, said(client, client, seconds)).await.unwrap();
    }
    store.append_shopper(&other, said("x", "x", 2)).await.unwrap();
    assert_eq!(store.unanswered().await.unwrap(), [(other.clone(), 1), (id.clone(), 2)]);

    let pending = store.pending(&id).await.unwrap();
    let texts: Vec<_> =
        pending.messages.iter().map(|message| (message.seq, message.content.clone())).collect();
    assert_eq!(texts, [(1, Content::Text("a".to_owned())), (2, Content::Text("b".to_owned()))]);

    // The answer to the first comes while the second waits.
    let answered = store.commit_turn(turn(&id, 0, 1, 4)).await.unwrap();
    assert_eq!(numbers(&answered.messages), [3]);
    assert!(answered.more, "the second waits");
    let pending = store.pending(&id).await.unwrap();
    assert_eq!(pending.messages.iter().map(|message| message.seq).collect::<Vec<_>>(), [2]);
    assert_eq!((pending.conversation.version, &pending.state), (1, &some_state()));
    assert!(!store.commit_turn(turn(&id, 1, 2, 5)).await.unwrap().more);
    assert_eq!(store.pending(&id).await.unwrap().messages, []);
    assert_eq!(store.unanswered().await.unwrap(), [(other, 1)]);
}

async fn a_stale_turn_changes_nothing(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    store.append_shopper(&id, said("a", "退货", 1)).await.unwrap();
    store.commit_turn(turn(&id, 0, 1, 2)).await.unwrap();
    let before = store.pending(&id).await.unwrap();
    let mut stale = to_queue(&id, 0, 1, 3);
    stale.outbox.push(change("k", 1));
    assert!(matches!(store.commit_turn(stale.clone()).await, Err(StoreError::Conflict)));
    // A turn that tells an outcome which nobody knows fails as a whole as well.
    stale.expected_version = 1;
    stale.answered_outcomes.push("never asked".to_owned());
    assert!(matches!(store.commit_turn(stale).await, Err(StoreError::Conflict)));
    assert_eq!(store.pending(&id).await.unwrap(), before);
    assert_eq!(numbers(&store.latest(&id, 9).await.unwrap()), [1, 2]);
    assert_eq!(store.claim_changes(at(99), at(100), 9).await.unwrap(), []);

    // Of two turns computed from one version, one is committed.
    let race = [store.commit_turn(turn(&id, 1, 1, 4)), store.commit_turn(turn(&id, 1, 1, 4))];
    let won = futures::future::join_all(race).await.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(won, 1);
    assert_eq!(store.conversation(&id).await.unwrap().unwrap().last_seq, 3);
}

async fn a_closed_conversation_opens_again_when_something_is_said(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    store.append_shopper(&id, said("a", "再见", 1)).await.unwrap();
    let mut last = turn(&id, 0, 1, 2);
    last.mode = Some(Mode::Closed);
    store.commit_turn(last).await.unwrap();
    assert_eq!(store.conversation(&id).await.unwrap().unwrap().mode, Mode::Closed);
    match store.append_shopper(&id, said("b", "还有个问题", 3)).await.unwrap() {
        Appended::Stored { message, reopened: true, mode: Mode::Bot, .. } => assert_eq!(message.seq, 3),
        other => panic!("expected it to open again, got {other:?}"),
    }
    assert_eq!(store.unanswered().await.unwrap(), [(id, 3)]);
}

async fn identity_is_kept_and_never_changes_hands(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    for (shopper, expected, signed_in, owner, version) in [
        (None, Identity::Unchanged, None, None, 0),
        (Some("lin"), Identity::Changed, Some("lin"), Some("lin"), 1),
        (Some("lin"), Identity::Unchanged, Some("lin"), Some("lin"), 1),
        (Some("wang"), Identity::Other, Some("lin"), Some("lin"), 1),
        (None, Identity::Changed, None, Some("lin"), 2),
        (Some("wang"), Identity::Other, None, Some("lin"), 2),
        (Some("lin"), Identity::Changed, Some("lin"), Some("lin"), 3),
    ] {
        let answer = store.record_identity(&id, shopper.map(Into::into), at(1)).await.unwrap();
        let now = store.conversation(&id).await.unwrap().unwrap();
        assert_eq!(answer, expected, "{shopper:?}");
        assert_eq!(
            (now.shopper, now.owner),
            (signed_in.map(Into::into), owner.map(Into::into)),
            "{shopper:?}"
        );
        assert_eq!(now.version, version, "a turn computed for another identity can't be committed");
    }
}

async fn marks_move_forward_within_what_was_said(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    for n in 1..=3 {
        store.append_shopper(&id, said(&format!("m{n}"), "在吗", n)).await.unwrap();
    }
    for (reader, seq, expected) in
        [(Reader::Shopper, 2, 2), (Reader::Shopper, 1, 2), (Reader::Staff, 1, 1), (Reader::Shopper, 99, 3)]
    {
        assert_eq!(store.mark_read(&id, reader, seq).await.unwrap(), expected, "{reader:?} {seq}");
    }
    let rating = Rating { score: 5, comment: Some("很好".to_owned()), at: at(9) };
    store.rate(&id, Rating { score: 1, comment: None, at: at(8) }).await.unwrap();
    store.rate(&id, rating.clone()).await.unwrap();
    let now = store.conversation(&id).await.unwrap().unwrap();
    assert_eq!((now.shopper_read, now.staff_read, now.rating), (3, 1, Some(rating)));
    assert_eq!(now.version, 0, "marks don't make turns stale");
}

async fn a_silence_is_looked_at_once_and_only_where_the_bot_answers(store: SharedStore) {
    let mut ids = Vec::new();
    for (n, look_again_at) in
        [(1, Some(90)), (2, Some(80)), (3, None), (4, Some(99)), (5, Some(70)), (6, Some(60))]
    {
        let id = store.open(new_conversation(&format!("c{n}"), 0)).await.unwrap().id;
        store.append_shopper(&id, said("a", "在吗", n)).await.unwrap();
        let commit = TurnCommit { look_again_at: look_again_at.map(at), ..turn(&id, 0, 1, 10) };
        store.commit_turn(commit).await.unwrap();
        ids.push(id);
    }
    store.append_shopper(&ids[4], said("b", "还在吗", 20)).await.unwrap();
    store.commit_turn(to_queue(&ids[5], 1, 1, 30)).await.unwrap();
    let claim =
        async |seconds, limit| store.claim_silences(at(seconds), at(seconds + 300), limit).await.unwrap();
    assert_eq!(claim(59, 9).await, []);
    let mut first = claim(90, 9).await;
    first.sort();
    assert_eq!(
        first,
        ids[..2],
        "what is due, without the one that was spoken to and the one that waits for people"
    );
    assert_eq!(claim(90, 9).await, [], "once");
    assert_eq!(claim(99, 0).await, []);
    assert_eq!(claim(99, 1).await, ids[3..4]);
}

async fn a_silence_while_a_person_has_it_counts_once_it_is_back(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    store.append_shopper(&id, said("a", "转人工", 1)).await.unwrap();
    store.commit_turn(TurnCommit { look_again_at: Some(at(50)), ..to_queue(&id, 0, 1, 2) }).await.unwrap();
    store.take(take(&id, "a1", 3)).await.unwrap();
    store.append_shopper(&id, said("b", "在吗", 4)).await.unwrap();
    assert_eq!(store.claim_silences(at(90), at(390), 9).await.unwrap(), []);
    store.release(closing(&id, "a1", 91)).await.unwrap();
    assert_eq!(store.claim_silences(at(92), at(392), 9).await.unwrap(), [id]);
}

async fn what_is_said_alone_comes_with_what_its_turn_starts_from(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    let says = async |name: &str, seconds| match store.append_shopper(&id, said(name, name, seconds)).await {
        Ok(Appended::Stored { pending, .. }) => pending.map(|pending| *pending),
        other => panic!("it is stored: {other:?}"),
    };
    let first = says("a", 1).await;
    assert_eq!(first, Some(store.pending(&id).await.unwrap()), "it is what would be read now");
    assert_eq!(says("a", 1).await, None, "it was said before");
    assert_eq!(says("b", 2).await, None, "another waits before it");
    // The turn that begins with the first may be committed all the same, and leaves the second.
    assert!(store.commit_turn(turn(&id, 0, 1, 3)).await.unwrap().more);
    store.commit_turn(TurnCommit { outbox: vec![change("k", 2)], ..turn(&id, 1, 2, 4) }).await.unwrap();
    assert_eq!(says("c", 5).await, Some(store.pending(&id).await.unwrap()));
    store.commit_turn(turn(&id, 2, 7, 6)).await.unwrap();
    store.finish_change(&id, "k", ChangeOutcome::Done, at(7)).await.unwrap();
    assert_eq!(says("d", 8).await, None, "what became of the change is told first");
    let mut told = to_queue(&id, 3, 9, 9);
    told.answered_outcomes.push("k".to_owned());
    store.commit_turn(told).await.unwrap();
    store.take(take(&id, "a1", 10)).await.unwrap();
    assert_eq!(says("e", 11).await, None, "a person answers it");
    store.close(closing(&id, "a1", 12)).await.unwrap();
    assert_eq!(says("f", 13).await, Some(store.pending(&id).await.unwrap()), "it is open again");
}

async fn what_is_said_once_is_said_once_in_a_shop(store: SharedStore) {
    let commit = async |name: &str, keys: &[&str]| {
        let id = store.open(new_conversation(name, 0)).await.unwrap().id;
        let once = keys.iter().map(|key| (*key).to_owned()).collect();
        let done = store.commit_turn(TurnCommit { once, ..turn(&id, 0, 0, 10) }).await;
        (done.map(|committed| committed.messages.len()), store.messages(&id, 0, 9).await.unwrap().len())
    };
    assert!(matches!(commit("c1", &["pay/1"]).await, (Ok(1), 1)));
    assert!(matches!(commit("c2", &["pay/2", "pay/1"]).await, (Err(StoreError::Conflict), 0)));
    let keys = ["pay/1", "pay/2", "pay/3"].map(str::to_owned);
    assert_eq!(store.said_once(&shop(), &keys).await.unwrap(), ["pay/1"], "nothing of a conflict stays");
    assert_eq!(store.said_once(&"other".into(), &keys).await.unwrap(), [""; 0]);
    assert!(matches!(commit("c3", &["pay/2"]).await, (Ok(1), 1)));
}

async fn what_was_asked_lately(store: SharedStore) {
    let mut elsewhere = new_conversation("elsewhere", 0);
    elsewhere.shop = "other".into();
    for (new, text, seconds) in [
        (new_conversation("old", 0), "老问题", 1),
        (new_conversation("new", 0), "新问题", 5),
        (elsewhere, "别家的", 9),
    ] {
        let id = store.open(new).await.unwrap().id;
        store.append_shopper(&id, said("a", text, seconds)).await.unwrap();
    }
    assert_eq!(store.recent_said(&shop(), 1).await.unwrap(), ["新问题"]);
    let mut both = store.recent_said(&shop(), 9).await.unwrap();
    both.sort();
    assert_eq!(both, ["新问题", "老问题"]);
}

async fn conversations_as_they_went(store: SharedStore) {
    for (id, seconds) in [("early", 1), ("b", 5), ("a", 7)] {
        let id = store.open(new_conversation(id, 0)).await.unwrap().id;
        store.append_shopper(&id, said("a", "嘎嘎", seconds)).await.unwrap();
        store.commit_turn(turn(&id, 0, 1, seconds + 1)).await.unwrap();
    }
    store.rate(&"a".into(), Rating { score: 2, comment: None, at: at(9) }).await.unwrap();
    let courses = store.courses(&shop(), at(4), 9).await.unwrap();
    let score = |course: &Course| course.rating.as_ref().map(|rating| rating.score);
    let seen: Vec<_> =
        courses.iter().map(|it| (it.conversation.as_str(), score(it), it.messages.len())).collect();
    assert_eq!(seen, [("a", Some(2), 2), ("b", None, 2)]);
    let contents: Vec<_> =
        courses[0].messages.iter().map(|(message, content)| (message.seq, content.clone())).collect();
    assert_eq!(contents, [(1, Some(Content::Text("嘎嘎".to_owned()))), (2, None)]);
    assert_eq!(store.courses(&shop(), at(0), 1).await.unwrap().len(), 1);

    store.dismiss_words(&shop(), &["嘎嘎".to_owned(), "嘎嘎".to_owned()], at(1)).await.unwrap();
    store.dismiss_words(&"other".into(), &["别的".to_owned()], at(1)).await.unwrap();
    assert_eq!(store.dismissed_words(&shop()).await.unwrap(), ["嘎嘎".to_owned()].into());
}
