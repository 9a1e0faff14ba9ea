//! Messages found by their words.

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn line(number: u64, from: &'static str, text: &str) -> IndexedLine {
    IndexedLine { number, from, at: at(number as i64), text: text.to_owned(), answer: None }
}

fn conversation(id: &str, shop: &str, exact: &[&str], lines: Vec<IndexedLine>) -> IndexedConversation {
    let exact = exact.iter().map(|exact| (*exact).to_owned()).collect();
    IndexedConversation { id: id.into(), shop: shop.into(), exact, lines }
}

fn mark(number: u64) -> Mark {
    Mark { log: "one log".to_owned(), number }
}

fn filled() -> MessageIndex {
    let index = MessageIndex::in_memory().unwrap();
    let conversations = [
        conversation(
            "c1",
            "demo",
            &["林小满", "lin"],
            vec![
                line(1, "shopper", "我买的羽绒服什么时候发货"),
                line(2, "bot", "订单 610027001017 今天发出"),
                line(1, "note", "顾客很着急，催了仓库"),
                line(3, "agent", "已经帮您催了，running shoes 也一起发"),
            ],
        ),
        conversation(
            "c2",
            "demo",
            &[],
            vec![line(1, "shopper", "運費誰出？可以退款嗎"), line(2, "agent", "退货运费我们出")],
        ),
        conversation("c3", "other", &["林小满"], vec![line(1, "shopper", "羽绒服能退吗")]),
    ];
    index.replace(&conversations, &mark(7)).unwrap();
    index
}

fn found(index: &MessageIndex, words: &str, shops: &[&str]) -> Vec<String> {
    let shops: Vec<ShopId> = shops.iter().map(|shop| (*shop).into()).collect();
    let hits = index.search(words, &shops, 9).unwrap();
    let name = |hit: MessageHit| match hit.number {
        Some(number) => format!("{} {} {number}", hit.conversation, hit.from),
        None => hit.conversation.to_string(),
    };
    hits.into_iter().map(name).collect()
}

#[test]
fn words_parts_of_words_numbers_and_names_find_messages() {
    let index = filled();
    for (words, expected) in [
        ("羽绒服", &["c1 shopper 1"][..]),
        ("羽絨服", &["c1 shopper 1"]),
        ("羽绒", &["c1 shopper 1"]),
        ("绒", &["c1 shopper 1"]),
        ("610027001017", &["c1 bot 2"]),
        ("6100270", &["c1 bot 2"]),
        ("1017", &["c1 bot 2"]),
        ("仓库", &["c1 note 1"]),
        ("SHOE", &["c1 agent 3"]),
        ("运费", &["c2 shopper 1", "c2 agent 2"]),
        ("退款 运费", &["c2 shopper 1", "c2 agent 2"]),
        ("可以", &["c2 shopper 1"]),
        ("林小满", &["c1"]),
        ("LIN", &["c1"]),
        ("林小", &[]),
        ("没有这样的话", &[]),
        ("", &[]),
        ("？！", &[]),
    ] {
        let mut hits = found(&index, words, &["demo"]);
        let mut expected: Vec<String> = expected.iter().map(|hit| (*hit).to_owned()).collect();
        if words == "运费" {
            hits.sort();
            expected.sort();
        }
        assert_eq!(hits, expected, "{words}");
    }
    let everywhere = found(&index, "羽绒服", &[]);
    assert_eq!(everywhere.len(), 2, "{everywhere:?}");
}

#[test]
fn what_people_type_is_never_a_command() {
    let index = filled();
    for words in [
        "shop:other",
        "* OR *",
        "\"羽绒服",
        "text:[* TO *]",
        "羽绒服 AND NOT shop:demo",
        "(((",
        "\\",
        "{}",
        "\u{0}",
        "%' or 1=1 --",
        "../../etc/passwd",
        &"羽绒服".repeat(4_000),
        &"a ".repeat(5_000),
        "🧥",
    ] {
        let hits = index.search(words, &["demo".into()], 9).unwrap();
        assert!(hits.iter().all(|hit| hit.conversation.as_str() != "c3"), "{words}");
    }
    assert_eq!(index.search("羽绒服", &["demo".into()], 0).unwrap(), []);
}

#[test]
fn a_conversation_is_replaced_whole_and_the_mark_goes_with_it() {
    let index = filled();
    assert_eq!(index.mark(), Some(mark(7)));
    let shorter = conversation("c1", "demo", &[], vec![line(1, "shopper", "毛衣什么时候发货")]);
    index.replace(&[shorter], &mark(8)).unwrap();
    assert_eq!(found(&index, "羽绒服", &["demo"]), [""; 0]);
    assert_eq!(found(&index, "林小满", &["demo"]), [""; 0]);
    assert_eq!(found(&index, "毛衣", &["demo"]), ["c1 shopper 1"]);
    assert_eq!(index.mark(), Some(mark(8)));
    index.empty(&mark(0)).unwrap();
    assert_eq!((found(&index, "运费", &[]), index.mark()), (Vec::new(), Some(mark(0))));
}

#[test]
fn a_folder_is_opened_again_and_emptied_where_it_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("search");
    let index = MessageIndex::in_folder(&place).unwrap();
    assert_eq!(index.mark(), None);
    index.replace(&[conversation("c1", "demo", &[], vec![line(1, "shopper", "羽绒服")])], &mark(3)).unwrap();
    assert!(MessageIndex::in_folder(&place).is_err() || cfg!(windows), "one writer at a time");
    drop(index);
    let again = MessageIndex::in_folder(&place).unwrap();
    assert_eq!(
        (again.mark(), found(&again, "羽绒服", &[])),
        (Some(mark(3)), vec!["c1 shopper 1".to_owned()])
    );
    drop(again);
    std::fs::write(place.join("meta.json"), "{").unwrap();
    let mended = MessageIndex::in_folder(&place).unwrap();
    assert_eq!((mended.mark(), found(&mended, "羽绒服", &[])), (None, Vec::new()));
}

#[test]
fn marks_stand_where_the_words_are() {
    let index = filled();
    let hits = index.search("退款運費", &["demo".into()], 1).unwrap();
    let marked: Vec<&str> = hits[0].marks.iter().map(|range| &hits[0].text[range.clone()]).collect();
    assert_eq!(marked, ["運費", "退款"]);
}

#[test]
fn answers_to_questions_alike_are_found_in_the_same_shop() {
    let index = MessageIndex::in_memory().unwrap();
    let answered = |id: &str, shop: &str, question: &str, answer: Option<&str>| {
        let line = IndexedLine { answer: answer.map(str::to_owned), ..line(1, "shopper", question) };
        conversation(id, shop, &[], vec![line])
    };
    let conversations = [
        answered("c1", "demo", "退货运费谁出", Some("质量问题运费我们出")),
        answered("c2", "demo", "请问退货的运费谁出？", Some("质量问题，运费我们出。")),
        answered("c3", "demo", "退货运费谁出呀", None),
        answered("c4", "other", "退货运费谁出", Some("您出")),
        answered("c5", "demo", "衣服起球了怎么办", Some("给您换一件")),
    ];
    index.replace(&conversations, &mark(1)).unwrap();
    let before = |question: &str, but: &str| {
        let found = index.answered_before(question, &"demo".into(), &but.into(), 3).unwrap();
        found.into_iter().map(|one| one.answer).collect::<Vec<_>>()
    };
    assert_eq!(before("退貨運費誰出", "c9").len(), 1, "the same answer is told once");
    assert_eq!(before("衣服起球了怎么办", "c9"), ["给您换一件"]);
    assert_eq!(before("衣服起球了怎么办", "c5"), [""; 0], "its own answer is no proposal");
    assert_eq!(before("今天天气怎么样", "c9"), [""; 0]);
    assert_eq!(before("", "c9"), [""; 0]);
}
