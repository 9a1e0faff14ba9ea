//! FAQ out and in again, and tables as people make them.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::ShopId;
use crate::shop::exchange::{ExchangeKind, ExportForm, ImportFile, Imported, export, import};
use crate::shop::{Clock, Tree};

const ASK: &[&str] = &["ask"];
const ZH: &[&str] = &["answer", "zh"];
const EN: &[&str] = &["answer", "en"];
const FOLLOW: &[&str] = &["follow"];

fn tree(faq: &str) -> Tree {
    let shop = "version = 1\nid = \"tea\"\nname.zh = \"茶铺\"\npacks = []\nlocales = [\"zh-Hans\"]\n";
    let faq = format!("version = 1\n{faq}");
    Tree::new(
        [("shops/tea/shop.toml", shop.to_owned()), ("shops/tea/faq/own.toml", faq)]
            .map(|(path, text)| (path.to_owned(), text)),
    )
}

fn take(tree: &Tree, name: &str, bytes: &[u8]) -> Imported {
    let now = "2026-11-23T02:00:00Z".parse().expect("a moment");
    let file = ImportFile { kind: ExchangeKind::Faq, name, bytes, map: None };
    import(tree, &ShopId::from("tea"), &file, &Clock { seeded_at: now, now })
}

/// The rows of a table, with nothing wrong in it but what is named.
fn rows(tree: &Tree, text: &str, problems: &[&str]) -> Vec<FaqRow> {
    let imported = take(tree, "a.csv", text.as_bytes());
    let found: Vec<String> = imported
        .problems
        .iter()
        .map(|it| format!("{}:{}:{} {}", it.path, it.line, it.column, it.code))
        .collect();
    assert_eq!(found, problems, "{text}");
    imported.faq
}

fn row(id: &str, stated: &[(&'static [&'static str], Json)]) -> FaqRow {
    FaqRow { id: id.to_owned(), stated: stated.to_vec() }
}

#[test]
fn tables_are_read_as_people_make_them() {
    let none = tree("");
    assert_eq!(
        rows(
            &none,
            "\u{feff}编号,问题,答案\nkeep,\"怎么存\n 要冷藏吗 \n\",\"密封，\n\"\"避光\"\"\"\n,,\n00123,多少钱,'=1+1\n",
            &[]
        ),
        [
            row("keep", &[(ASK, json!(["怎么存", "要冷藏吗"])), (ZH, json!("密封，\n\"避光\""))]),
            row("00123", &[(ASK, json!(["多少钱"])), (ZH, json!("=1+1"))]),
        ]
    );
    // Names as other systems have them, a title above, columns of the shop's own, and an answer in English alone.
    assert_eq!(
        rows(
            &none,
            "茶铺的问答\n标准问题 *;相似问法;回答（英文）;标准答案;备注;FAQ ID\n怎么泡;几度的水;85 °C;85 度;小林写的;brew\n",
            &["a.csv:2:5 import.column"]
        ),
        [row("brew", &[(ASK, json!(["怎么泡", "几度的水"])), (ZH, json!("85 度")), (EN, json!("85 °C"))])]
    );
    // Further rows of the same id are further ways of asking.
    assert_eq!(
        rows(
            &none,
            "id\task\tanswer\tfollow\na\tx\t1\treturn.request、order.status\na\ty\t\t\na\tz\t1\t\n",
            &[]
        ),
        [row(
            "a",
            &[
                (ASK, json!(["x", "y", "z"])),
                (ZH, json!("1")),
                (FOLLOW, json!(["return.request", "order.status"]))
            ]
        )]
    );
    // As it was written once.
    assert_eq!(
        rows(&none, "id,ask[],answer.zh\na,x|y,1\n", &[]),
        [row("a", &[(ASK, json!(["x", "y"])), (ZH, json!("1"))])]
    );
}

#[test]
fn a_question_without_an_id_is_known_by_its_words() {
    let tree = tree("[[faq]]\nid = \"keep\"\nask = [\"怎么存\", \"要冷藏吗\"]\nanswer.zh = \"密封\"\n");
    let text = "问题,回答\n要冷藏吗,不用\n怎么泡,85 度\n";
    let first = rows(&tree, text, &[]);
    assert_eq!(first[0].id, "keep");
    assert!(first[1].id.starts_with("faq-") && first[1].id.len() == 14, "{}", first[1].id);
    assert_eq!(rows(&tree, text, &[]), first, "an id is the same each time");
    rows(&tree, "问题,回答\n怎么泡,1\n怎么泡,2\n", &["a.csv:3:1 import.repeated"]);
}

#[test]
fn a_row_says_what_it_says_and_no_more() {
    let tree =
        tree("[[faq]]\nid = \"keep\"\nask = [\"怎么存\"]\nanswer.zh = \"密封\"\nanswer.en = \"Seal\"\n");
    assert_eq!(
        rows(&tree, "编号,英文回答\nkeep,Seal it\n", &[]),
        [row("keep", &[(EN, json!("Seal it"))])],
        "a translator's table"
    );
    assert_eq!(
        rows(&tree, "编号,问题,回答,英文回答\nkeep,怎么存,密封,\n", &[]),
        [row("keep", &[(ASK, json!(["怎么存"])), (ZH, json!("密封")), (EN, Json::Null)])],
        "a cell that was emptied"
    );
    rows(&tree, "编号,问题,回答\nkeep,怎么存,\n", &["a.csv:2:1 faq.no_answer"]);
}

#[test]
fn what_is_wrong_is_told_by_row_and_column() {
    let none = tree("");
    for (text, problems) in [
        ("", &["a.csv:1:1 import.header"][..]),
        ("名称,价格\na,1\n", &["a.csv:1:1 import.header"]),
        ("编号,问题,回答,回答\na,x,1,2\n", &["a.csv:1:4 key.repeated"]),
        (
            "编号,问题,回答\na b,x,1\nc,,1\nd,x,\n,,只有回答\n",
            &[
                "a.csv:2:1 value.id",
                "a.csv:3:1 faq.no_ask",
                "a.csv:4:1 faq.no_answer",
                "a.csv:5:1 faq.no_ask",
            ],
        ),
        ("编号,问题,回答\na,x,1\nb,y,2\na,z,3\n", &["a.csv:4:1 id.repeated"]),
        ("编号,问题,回答\na,x,\"{开始\"\n", &["a.csv:2:3 slot.syntax"]),
    ] {
        let imported = take(&none, "a.csv", text.as_bytes());
        assert!(imported.faq.is_empty(), "{text}");
        let mut found: Vec<String> = imported
            .problems
            .iter()
            .map(|it| format!("{}:{}:{} {}", it.path, it.line, it.column, it.code))
            .collect();
        found.dedup();
        assert_eq!(found, problems, "{text}");
    }
    let long = format!("编号,问题,回答\na,x,{}\n", "长".repeat(32_768));
    assert_eq!(take(&none, "a.csv", long.as_bytes()).problems[0].code, "value.too_long");
}

#[test]
fn a_file_that_is_no_table_is_refused_with_a_reason() {
    let compound = |stream: &str| {
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 64], &name, &[0; 64]].concat()
    };
    for (name, bytes, code) in [
        ("a.xlsx", compound("EncryptedPackage"), "import.encrypted"),
        ("a.xls", compound("Workbook"), "import.old_sheet"),
        ("a.doc", compound("WordDocument"), "import.not_a_sheet"),
        ("a.xlsx", b"PK\x03\x04 and no more".to_vec(), "import.not_a_sheet"),
        ("a.xls", b"<html><table></table></html>".to_vec(), "import.not_a_sheet"),
        ("a.xlsx", b"\x89PNG\r\n\x00\xff".to_vec(), "import.not_a_sheet"),
        ("a.csv", b"\x89PNG\r\n\x00\xff".to_vec(), "import.encoding"),
        ("a.csv", b"\xff\xff\xff".to_vec(), "import.encoding"),
        ("a.csv", "编号,问题,回答\n".as_bytes().to_vec(), ""),
    ] {
        let imported = take(&tree(""), name, &bytes);
        let codes: Vec<&str> = imported.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, if code.is_empty() { vec![] } else { vec![code] }, "{name}");
    }
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// Texts with what tables and workbooks might trip over.
fn words() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "=1+1",
        "+86",
        "-1",
        "@x",
        "'",
        "''=1",
        "\t=1",
        "\r\n",
        "\n",
        "\"",
        ",",
        ";",
        "|",
        "[\"a\"]",
        "[]",
        "_x000D_",
        "_x0041_",
        "<r>",
        "</r>",
        "&amp;",
        "00123",
        "1e5",
        "2026-01-02",
        " ",
        "\u{3000}",
        "龘𠮷",
        "\u{feff}",
        "\u{1}",
        "\u{fffe}",
        "TRUE",
        "a",
    ]);
    let part = prop_oneof![2 => odd.prop_map(str::to_owned), 1 => "[ -z]{1,8}", 1 => any::<String>()];
    prop::collection::vec(part, 1..5)
        .prop_map(|parts| parts.concat().replace(['{', '}'], "·"))
        .prop_filter("a text that says something", |text| !text.trim().is_empty())
}

type Question = (Vec<String>, String, Option<String>, bool);

fn question() -> impl Strategy<Value = Question> {
    (prop::collection::vec(words(), 1..4), words(), prop::option::of(words()), any::<bool>())
}

fn written(questions: &[Question]) -> String {
    let mut text = String::new();
    for (number, (asks, zh, en, follows)) in questions.iter().enumerate() {
        let asks: Vec<String> = asks.iter().map(|ask| quoted(ask)).collect();
        text += &format!(
            "[[faq]]\nid = \"q-{number}.a\"\nask = [{}]\nanswer.zh = {}\n",
            asks.join(", "),
            quoted(zh)
        );
        if let Some(en) = en {
            text += &format!("answer.en = {}\n", quoted(en));
        }
        if *follows {
            text += "intent = \"return.request\"\nfollow = [\"order.status\", \"return.policy\"]\n";
        }
    }
    text
}

/// What a file says, as rows state it.
fn said(questions: &[Question]) -> Vec<FaqRow> {
    let has_en = questions.iter().any(|(_, _, en, _)| en.is_some());
    let has_intent = questions.iter().any(|(.., follows)| *follows);
    let row = |(number, (asks, zh, en, follows)): (usize, &Question)| {
        let mut stated: Vec<(&'static [&'static str], Json)> = vec![(ASK, json!(asks)), (ZH, json!(zh))];
        if has_en {
            stated.push((EN, json!(en)));
        }
        if has_intent {
            let words = |words: Json| if *follows { words } else { Json::Null };
            stated.push((&["intent"], words(json!("return.request"))));
            stated.push((FOLLOW, words(json!(["order.status", "return.policy"]))));
        }
        FaqRow { id: format!("q-{number}.a"), stated }
    };
    questions.iter().enumerate().map(row).collect()
}

fn comes_back(questions: &[Question]) {
    let tree = tree(&written(questions));
    for (form, name) in [(ExportForm::Xlsx, "a.xlsx"), (ExportForm::Csv, "a.csv")] {
        let bytes = export(&tree, &ShopId::from("tea"), ExchangeKind::Faq, form).expect("it fits");
        let back = take(&self::tree(""), name, &bytes);
        assert_eq!(
            back.problems.iter().filter(|problem| problem.is_error()).count(),
            0,
            "{:?}",
            back.problems
        );
        assert_eq!(back.faq, said(questions), "{name}");
    }
}

#[test]
fn more_ways_of_asking_than_a_cell_holds_come_back() {
    let asks: Vec<String> = (0..40).map(|number| format!("{number}{}", "问".repeat(2_000))).collect();
    comes_back(&[
        (asks, "答".repeat(10_000), None, false),
        (vec!["<r>_x0041_\n </r>".to_owned()], "<r>a</r>".to_owned(), None, true),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn any_faq_comes_back_from_a_workbook_and_from_csv(questions in prop::collection::vec(question(), 1..6)) {
        comes_back(&questions);
    }

    #[test]
    fn hostile_bytes_are_refused_without_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        head in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xef\xbb\xbf", b"[", b"sep=;\n"]),
        name in prop::sample::select(vec!["a.xlsx", "a.csv", "a.tsv", "a.json", "a", "a.xls"]),
    ) {
        take(&tree(""), name, &[head, &bytes].concat());
    }
}
