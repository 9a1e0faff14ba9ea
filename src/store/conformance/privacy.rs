//! Personal data: what is kept of somebody, what holds it up, how it goes for good and comes not back.

use super::stories;
use crate::{
    domain::{Change, ConversationId, DataSubject, Erasure, ShopId, ShopperId, act::ChangeRequest},
    store::{
        Erased, Erasing, Forgotten, HeldUp, Namer, NewAgentChange, NewNote, ProposalUse, SharedStore, Upload,
        Within,
        privacy::{erase, erase_again, export},
        samples::*,
    },
};

stories! {
    a_conversation_goes_with_all_that_hangs_on_it,
    what_a_person_holds_or_what_is_under_way_stays,
    the_old_are_found_in_order_and_only_they,
    whoever_follows_hears_of_what_is_gone,
    trade_keeps_its_books_without_the_person,
    an_export_has_everything,
    a_backup_from_before_loses_them_again,
}

fn lin() -> ShopperId {
    "lin".into()
}

fn whole() -> Within {
    Within::default()
}

fn namer() -> Namer {
    Namer::new(b"a key of 32 bytes is long enough")
}

/// A conversation of the shopper that people had, with a row in every table that hangs on one, closed.
async fn lived(store: &SharedStore, id: &str, seconds: i64) -> ConversationId {
    let new = new_conversation(id, seconds);
    let id = store.open(crate::store::NewConversation { shopper: Some(lin()), ..new }).await.unwrap().id;
    store.append_shopper(&id, said("a", "我叫林小满，住文一西路", seconds + 1)).await.unwrap();
    store.commit_turn(to_queue(&id, 0, 1, seconds + 2)).await.unwrap();
    store.take(take(&id, "a1", seconds + 3)).await.unwrap();
    store.append_agent(&id, agent_says("a1", "b", "您好", seconds + 4)).await.unwrap();
    let note = NewNote {
        agent: staff("a1"),
        client_id: "n".to_owned(),
        text: "老顾客".to_owned(),
        mentions: Vec::new(),
        at: at(seconds + 5),
    };
    store.note(&id, note).await.unwrap();
    let upload = Upload {
        id: format!("u-{id}").into(),
        conversation: id.clone(),
        agent: None,
        mime: "image/jpeg".to_owned(),
        width: 4,
        height: 3,
        bytes: vec![1, 2, 3],
        at: at(seconds + 5),
    };
    store.add_upload(upload, 9).await.unwrap();
    let asked = NewAgentChange {
        client_id: "c".to_owned(),
        agent: staff("a1"),
        asked: "digest".to_owned(),
        change: None,
        outcome: None,
        at: at(seconds + 6),
    };
    store.begin_agent_change(&id, asked).await.unwrap();
    let used = ProposalUse {
        conversation: id.clone(),
        seq: 3,
        source: "faq".to_owned(),
        proposed: "您好！".to_owned(),
        said: "您好".to_owned(),
        at: at(seconds + 6),
    };
    store.record_proposal_use(used).await.unwrap();
    store.dismiss_words(&shop(), &["我叫林小满，住文一西路".to_owned()], at(seconds + 7)).await.unwrap();
    store.close(closing(&id, "a1", seconds + 8)).await.unwrap();
    id
}

async fn a_conversation_goes_with_all_that_hangs_on_it(store: SharedStore) {
    let id = lived(&store, "c1", 0).await;
    let other = lived(&store, "c2", 100).await;
    let elsewhere = ShopId::from("elsewhere");
    let none = store.forget_conversation(&elsewhere, &id, whole(), at(200)).await.unwrap();
    assert_eq!(none, Forgotten::No, "another shop's");
    for within in [
        Within { begun_by: Some(at(-1)), untouched_since: None },
        Within { begun_by: None, untouched_since: Some(at(8)) },
    ] {
        let none = store.forget_conversation(&shop(), &id, within, at(200)).await.unwrap();
        assert_eq!(none, Forgotten::No, "{within:?}");
    }
    let gone = store.forget_conversation(&shop(), &id, whole(), at(200)).await.unwrap();
    assert_eq!(gone, Forgotten::Yes { pictures: 1 });
    let again = store.forget_conversation(&shop(), &id, whole(), at(200)).await.unwrap();
    assert_eq!(again, Forgotten::No);

    assert_eq!(store.conversation(&id).await.unwrap(), None);
    assert_eq!(store.messages(&id, 0, 9).await.unwrap(), []);
    assert_eq!(store.notes(&id).await.unwrap(), []);
    assert_eq!(store.upload(&"u-c1".into()).await.unwrap(), None);
    assert_eq!(store.agent_change(&id, "c").await.unwrap(), None);
    assert_eq!(store.resume(&new_conversation("c1", 0).token_hash, at(9)).await.unwrap(), None);
    let uses = store.proposal_uses(&shop(), 0, 9).await.unwrap();
    assert_eq!(uses.iter().map(|(_, used)| &used.conversation).collect::<Vec<_>>(), [&other]);
    let stays = store.stints(&[shop()], at(-9), at(999)).await.unwrap();
    assert_eq!(stays.iter().map(|of| &of.conversation).collect::<Vec<_>>(), [&other]);
    assert!(store.dismissed_words(&shop()).await.unwrap().is_empty(), "their words as well");
    assert!(store.scrub(true).await.unwrap());
    // What others have is as it was.
    assert_eq!(store.kept_conversation(&other).await.unwrap().unwrap().uploads.len(), 1);
    // The id may come again: nothing of it is in the way.
    store.open(new_conversation("c1", 300)).await.unwrap();
}

async fn what_a_person_holds_or_what_is_under_way_stays(store: SharedStore) {
    let id = store.open(new_conversation("c1", 0)).await.unwrap().id;
    let held_up = async |seconds| store.held_up(&id, at(seconds)).await.unwrap();
    assert_eq!(held_up(0).await, None);
    store.append_shopper(&id, said("a", "在吗", 1)).await.unwrap();
    assert_eq!(held_up(1).await, Some(HeldUp::ByChange), "a message without an answer");
    let change = Change {
        key: "k".to_owned(),
        request: ChangeRequest::CancelOrder { shopper: lin(), order: "20261101001".into() },
    };
    let turn = crate::store::TurnCommit { outbox: vec![change.clone()], ..turn(&id, 0, 1, 2) };
    store.commit_turn(turn).await.unwrap();
    assert_eq!(held_up(2).await, Some(HeldUp::ByChange), "a change without an outcome");
    let stays = store.forget_conversation(&shop(), &id, whole(), at(2)).await.unwrap();
    assert_eq!(stays, Forgotten::HeldUp(HeldUp::ByChange));
    store.finish_change(&id, "k", crate::domain::ChangeOutcome::Done, at(3)).await.unwrap();
    assert_eq!(held_up(3).await, None);

    store.commit_turn(to_queue(&id, 1, 1, 4)).await.unwrap();
    assert_eq!(held_up(4).await, None, "who only waits is nobody's yet");
    store.take(take(&id, "a1", 5)).await.unwrap();
    assert_eq!(held_up(5).await, Some(HeldUp::ByPerson));
    let stays = store.forget_conversation(&shop(), &id, whole(), at(5)).await.unwrap();
    assert_eq!(stays, Forgotten::HeldUp(HeldUp::ByPerson));
    store.close(closing(&id, "a1", 6)).await.unwrap();

    let asked = NewAgentChange {
        client_id: "c".to_owned(),
        agent: staff("a1"),
        asked: "digest".to_owned(),
        change: Some(change),
        outcome: None,
        at: at(7),
    };
    store.begin_agent_change(&id, asked).await.unwrap();
    assert_eq!(held_up(8).await, Some(HeldUp::ByChange), "a person's change without an outcome");
    assert_eq!(held_up(8 + 24 * 3600).await, None, "that nobody goes on with any more");
}

async fn the_old_are_found_in_order_and_only_they(store: SharedStore) {
    for (id, seconds) in [("c", 20), ("a", 10), ("b", 10), ("new", 90)] {
        let new = new_conversation(id, seconds);
        store.open(new).await.unwrap();
    }
    let waits = store.open(new_conversation("waits", 5)).await.unwrap().id;
    store.append_shopper(&waits, said("a", "在吗", 6)).await.unwrap();
    let held = store.open(new_conversation("held", 5)).await.unwrap().id;
    store.append_shopper(&held, said("a", "转人工", 6)).await.unwrap();
    store.commit_turn(to_queue(&held, 0, 1, 7)).await.unwrap();
    store.take(take(&held, "a1", 8)).await.unwrap();

    let mut after = None;
    let mut found = Vec::new();
    loop {
        let page = store.untouched_since(&shop(), at(50), after.as_ref(), 2).await.unwrap();
        let Some(last) = page.last().cloned() else { break };
        found.extend(page.iter().map(|(_, id)| id.to_string()));
        after = Some(last);
    }
    assert_eq!(found, ["a", "b", "c"]);
    assert_eq!(store.untouched_since(&"elsewhere".into(), at(50), None, 9).await.unwrap(), []);

    store.dismiss_words(&shop(), &["旧".to_owned()], at(10)).await.unwrap();
    store.dismiss_words(&shop(), &["新".to_owned()], at(60)).await.unwrap();
    assert_eq!(store.forget_dismissed(&shop(), at(50)).await.unwrap(), 1);
    assert_eq!(store.dismissed_words(&shop()).await.unwrap().into_iter().collect::<Vec<_>>(), ["新"]);
}

async fn whoever_follows_hears_of_what_is_gone(store: SharedStore) {
    let one = lived(&store, "c1", 0).await;
    let other = lived(&store, "c2", 100).await;
    let never_handed = store.open(new_conversation("c3", 200)).await.unwrap().id;
    let before = store.touch_log().await.unwrap();
    assert_eq!(before.last_gone, 0);
    for id in [&one, &never_handed] {
        let gone = store.forget_conversation(&shop(), id, whole(), at(300)).await.unwrap();
        assert!(matches!(gone, Forgotten::Yes { .. }));
    }
    let heard = store.touched_since(before.last, 9).await.unwrap();
    assert_eq!(heard.len(), 1, "who never looked at it need not hear: {heard:?}");
    assert_eq!((&heard[0].id, &heard[0].conversation), (&one, &None));
    let log = store.touch_log().await.unwrap();
    assert_eq!((log.last, log.last_gone), (heard[0].number, heard[0].number));
    assert_eq!(log.id, before.id);
    // From the beginning: what lives and what is gone, in order.
    let all = store.touched_since(0, 9).await.unwrap();
    assert_eq!(all.iter().map(|it| &it.id).collect::<Vec<_>>(), [&other, &one]);
    // What lives on has higher numbers again.
    store.note(&other, new_note("later", 400)).await.unwrap();
    let later = store.touched_since(log.last, 9).await.unwrap();
    assert_eq!(later.iter().map(|it| &it.id).collect::<Vec<_>>(), [&other]);
}

fn new_note(text: &str, seconds: i64) -> NewNote {
    NewNote {
        agent: staff("a1"),
        client_id: text.to_owned(),
        text: text.to_owned(),
        mentions: Vec::new(),
        at: at(seconds),
    }
}

async fn trade_keeps_its_books_without_the_person(store: SharedStore) {
    let seed = seed();
    store.seed(&shop(), seed.clone()).await.unwrap();
    let theirs = store.kept_trade(&shop(), &lin()).await.unwrap();
    assert!(!theirs.orders.is_empty() && theirs.shopper.is_some(), "{theirs:?}");
    let stand_in = ShopperId::from("erased-1");
    let none = store.forget_trade(&shop(), &lin(), &stand_in, at(-1_000_000_000)).await.unwrap();
    assert_eq!(none, 0, "a shop that was filled later is left as it is");
    let rows = store.forget_trade(&shop(), &lin(), &stand_in, at(1_000_000_000)).await.unwrap();
    assert_eq!(rows, theirs.rows() as u64);
    assert_eq!(store.kept_trade(&shop(), &lin()).await.unwrap().rows(), 0);
    for before in &theirs.orders {
        let now = store.order(&shop(), &before.id).await.unwrap().unwrap();
        assert_eq!(
            (now.total, now.placed_at, &now.lines),
            (before.total, before.placed_at, &before.lines),
            "the books"
        );
        assert_eq!(now.shopper, stand_in);
        assert_eq!(now.address, Default::default());
        for shipment in &before.shipments {
            assert_eq!(store.order_by_tracking(&shop(), &shipment.number).await.unwrap(), None);
        }
        assert!(now.shipments.iter().all(|one| one.number.is_empty() && one.events.is_empty()));
    }
    // Others' are as they were.
    for other in seed.orders.iter().filter(|order| order.shopper != lin()) {
        assert_eq!(store.order(&shop(), &other.id).await.unwrap().as_ref(), Some(other));
    }
}

async fn an_export_has_everything(store: SharedStore) {
    store.seed(&shop(), seed()).await.unwrap();
    let id = lived(&store, "c1", 0).await;
    lived(&store, "c2", 100).await;
    let whose = DataSubject::Shopper(lin());
    let document = export(store.as_ref(), &shop(), &whose, at(200)).await.unwrap().unwrap();
    assert_eq!(document["conversations"].as_array().unwrap().len(), 2);
    let first = &document["conversations"][0];
    assert_eq!(first["id"], "c1");
    assert_eq!(first["messages"][0]["parts"][0]["text"], "我叫林小满，住文一西路");
    assert_eq!(first["internal"]["notes"][0]["text"], "老顾客");
    assert!(first["messages"].as_array().unwrap().iter().all(|one| one.get("notes").is_none()));
    assert_eq!(document["pictures"][0]["data"], "AQID");
    assert_eq!(document["person"]["id"], lin().as_str());
    assert!(!document["orders"].as_array().unwrap().is_empty());
    let alone = DataSubject::Conversation(id);
    let document = export(store.as_ref(), &shop(), &alone, at(200)).await.unwrap().unwrap();
    assert_eq!(document["conversations"].as_array().unwrap().len(), 1);
    assert_eq!(document["orders"], serde_json::json!([]));
    let nobody = DataSubject::Shopper("nobody".into());
    assert_eq!(export(store.as_ref(), &shop(), &nobody, at(200)).await.unwrap(), None);
    assert_eq!(export(store.as_ref(), &"elsewhere".into(), &whose, at(200)).await.unwrap(), None);
}

async fn a_backup_from_before_loses_them_again(store: SharedStore) {
    let namer = namer();
    let whose = DataSubject::Shopper(lin());
    let (of, nobody) = (shop(), DataSubject::Shopper("nobody".into()));
    let unknown = erase(store.as_ref(), &namer, (&of, &nobody), at(50)).await.unwrap();
    assert_eq!(unknown, Erasing::Unknown);
    assert_eq!(store.erasures().await.unwrap(), [], "of nobody nothing is noted");

    store.seed(&of, crate::store::Seed { at: at(0), ..seed() }).await.unwrap();
    let id = lived(&store, "c1", 0).await;
    let erased = erase(store.as_ref(), &namer, (&of, &whose), at(5_000)).await.unwrap();
    let Erasing::Done(erased) = erased else { panic!("{erased:?}") };
    assert_eq!((erased.conversations, erased.pictures, erased.left), (vec![id], 1, 0));
    let list = store.erasures().await.unwrap();
    assert_eq!(list.len(), 2, "them, and the conversation: a backup may have it from before they signed in");
    let told = format!("{list:?}");
    assert!(!told.contains(lin().as_str()) && !told.contains("c1"), "{told}");

    // As an older backup would have it: the conversation as theirs, and from before they signed in.
    lived(&store, "c1", 0).await;
    let mut anonymous = new_conversation("c9", 0);
    anonymous.at = at(1);
    store.open(anonymous).await.unwrap();
    let of_c9 = Erasure { who: namer.name(&of, &DataSubject::Conversation("c9".into())), ..list[0].clone() };
    // What came after the erasure is somebody's new beginning.
    let later = lived(&store, "later", 6_000).await;
    store.note_erasures(&[of_c9]).await.unwrap();
    let other = Namer::new(b"another key");
    let unknown = erase_again(store.as_ref(), &other, at(7_000)).await.unwrap();
    assert_eq!((unknown.conversations.len(), unknown.unknown), (0, 3), "who has another key can tell nobody");
    let erased: Erased = erase_again(store.as_ref(), &namer, at(7_000)).await.unwrap();
    let mut gone: Vec<String> = erased.conversations.iter().map(ToString::to_string).collect();
    gone.sort();
    assert_eq!(gone, ["c1", "c9"]);
    assert_eq!(store.conversations_kept(&of).await.unwrap(), std::slice::from_ref(&later));
    assert_eq!(erase_again(store.as_ref(), &namer, at(7_000)).await.unwrap(), Erased::default());
    // A later erasure of the same one counts from then on.
    let again = erase(store.as_ref(), &namer, (&of, &whose), at(8_000)).await.unwrap();
    assert!(matches!(again, Erasing::Done(erased) if erased.conversations == [later]));
    assert_eq!(store.erasures().await.unwrap().last().unwrap().at, at(8_000));
}

#[tokio::test]
async fn every_table_says_what_it_holds_of_shoppers() {
    use std::collections::BTreeSet;

    use crate::store::{SqlStore, privacy::tables::TABLES};

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    SqlStore::open_file(&file).await.unwrap().close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let mut raw = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let tables: Vec<(String,)> = sqlx::query_as(
        "select name from sqlite_schema where type = 'table' and name not glob '_sqlx*' and name not glob 'sqlite_*'",
    )
    .fetch_all(&mut raw)
    .await
    .unwrap();
    let tables: BTreeSet<&str> = tables.iter().map(|(name,)| name.as_str()).collect();
    assert_eq!(tables, TABLES.iter().map(|(name, _)| *name).collect());
}
