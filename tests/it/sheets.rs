//! FAQ in spreadsheets: files of other programs, and the console's way in and out.
//!
//! The files were saved by LibreOffice from `faq.fods` beside them (`faq-libreoffice.xlsx`, `faq.xls`, `faq.ods`), and from
//! a plainer table as CSV; `faq-odd.xlsx` is `faq-odd.toml` exported and saved again. `faq-unsaved.xlsx` is of a library
//! that computes no formulas, `faq-locked.xlsx` has a password.

use std::{collections::BTreeMap, fs, io::Write as _, path::Path};

use serde_json::{Value, json};
use xiaoer::domain::ShopId;
use xiaoer::shop::{Clock, ExchangeKind, FaqRow, ImportFile, Imported, Problem, Tree, import};
use xiaoer::workshop::intake::take_in;

use super::support::{Answer, Home, Server};

const SHOP: &str = "/api/v1/console/shops/demo/faq";

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name);
    fs::read(path).expect("the fixture can be read")
}

fn take(name: &str, bytes: &[u8]) -> Imported {
    let shop = "version = 1\nid = \"new\"\nname.zh = \"新店\"\npacks = []\nlocales = [\"zh-Hans\"]\n";
    take_into(&Tree::new([("shops/new/shop.toml".to_owned(), shop.to_owned())]), name, bytes)
}

fn take_into(tree: &Tree, name: &str, bytes: &[u8]) -> Imported {
    let now = "2026-11-23T02:00:00Z".parse().expect("a moment");
    let file = ImportFile { kind: ExchangeKind::Faq, name, bytes, map: None };
    import(tree, &ShopId::from("new"), &file, &Clock { seeded_at: now, now })
}

fn places(imported: &Imported) -> Vec<String> {
    let place =
        |problem: &Problem| format!("{}:{}:{} {}", problem.path, problem.line, problem.column, problem.code);
    imported.problems.iter().map(place).collect()
}

/// What each row says, by its id and the way to it.
fn said(imported: &Imported) -> BTreeMap<String, BTreeMap<String, Value>> {
    let values =
        |row: &FaqRow| row.stated.iter().map(|(way, value)| (way.join("."), value.clone())).collect();
    imported.faq.iter().map(|row| (row.id.clone(), values(row))).collect()
}

#[test]
fn a_workbook_of_libreoffice_is_read_as_it_is_seen() {
    let imported = take("faq.xlsx", &fixture("faq-libreoffice.xlsx"));
    // A column of the shop's own, and the heading of a group.
    assert_eq!(
        places(&imported),
        ["faq.xlsx[常见问题]:3:5 import.column", "faq.xlsx[常见问题]:4:1 import.heading"]
    );
    let said = said(&imported);
    let of = |id: &str, way: &str| said[id][way].clone();
    assert_eq!(imported.rows, 6, "{said:#?}");
    assert_eq!(of("keep", "ask"), json!(["茶叶怎么保存", "要放冰箱吗", "how do I keep tea"]));
    assert_eq!(of("keep", "answer.zh"), "密封、避光，放阴凉处。\n绿茶最好冷藏，“0–5℃”。");
    assert_eq!(of("keep", "answer.en"), "Sealed, dark, cool, \"dry\".");
    assert_eq!(of("brew", "answer.zh"), "用 85 度的水。", "what a formula shows, in a hidden row");
    assert_eq!(of("2026", "answer.zh"), "2026-04-01", "a date");
    assert_eq!(of("phone", "answer.zh"), "4000000131", "a number");
    assert_eq!(of("phone", "answer.en"), "00400-0131");
    assert_eq!(of("fee", "ask"), json!(["运费多少", "包邮吗"]), "rows whose answer is one cell");
    assert_eq!(of("fee", "answer.zh"), "=满99元包邮，不满收8元");
    let unnamed = said.keys().find(|id| id.starts_with("faq-")).expect("a question without an id");
    assert_eq!(of(unnamed, "ask"), json!(["可以试喝吗"]));
}

#[test]
fn what_was_exported_and_saved_again_by_libreoffice_is_the_same() {
    let shop = "version = 1\nid = \"new\"\nname.zh = \"新店\"\npacks = []\nlocales = [\"zh-Hans\", \"en\"]\n";
    let own = String::from_utf8(fixture("faq-odd.toml")).expect("UTF-8");
    let files = [("shops/new/shop.toml", shop.to_owned()), ("shops/new/faq/own.toml", own)];
    let tree = Tree::new(files.map(|(path, text)| (path.to_owned(), text)));
    let imported = take_into(&tree, "faq-odd.xlsx", &fixture("faq-odd.xlsx"));
    assert_eq!(places(&imported), Vec::<String>::new());
    let intake = take_in(&tree, &ShopId::from("new"), &imported.faq).expect("a place for each");
    assert_eq!((intake.unchanged, intake.changed, intake.added), (5, 0, 0), "{:?}", intake.changes);
}

#[test]
fn csv_of_libreoffice_is_read_in_chinese_encodings() {
    for name in ["faq-gb18030.csv", "faq-utf16.csv"] {
        let imported = take(name, &fixture(name));
        assert_eq!(places(&imported), Vec::<String>::new(), "{name}");
        let said = said(&imported);
        assert_eq!(said["keep"]["ask"], json!(["茶叶怎么保存", "要放冰箱吗"]), "{name}");
        assert_eq!(said["keep"]["answer.zh"], "密封、避光；“0–5℃”, 䶮先生说", "{name}");
        assert_eq!(said.len(), 2, "{name}");
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    for (name, expected) in [
        ("faq.xls", &["a:1:1 import.old_sheet"][..]),
        ("faq.ods", &["a:1:1 import.old_sheet"]),
        ("faq-locked.xlsx", &["a:1:1 import.encrypted"]),
        ("faq-unsaved.xlsx", &["a[FAQ]:2:3 import.formula", "a[FAQ]:3:3 import.cell"]),
        ("faq.fods", &["a:1:1 import.header"]),
    ] {
        let imported = take("a", &fixture(name));
        assert_eq!(places(&imported), expected, "{name}");
        assert!(imported.faq.is_empty() && imported.files.files().next().is_none());
    }
}

/// The parts of a workbook.
fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook is a zip");
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let mut content = Vec::new();
        std::io::copy(&mut part, &mut content).expect("it unpacks");
        let name = part.name().expect("a name").into_owned();
        parts.push((name, content));
    }
    parts
}

/// A workbook of parts.
fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part begins");
        writer.write_all(content).expect("it is written");
    }
    writer.finish().expect("the archive ends").into_inner()
}

/// A workbook with one part changed.
fn tampered(part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut parts = parts(&fixture("faq-libreoffice.xlsx"));
    let (_, content) = parts.iter_mut().find(|(name, _)| name.ends_with(part)).expect("the part");
    *content = change(String::from_utf8(content.clone()).expect("XML")).into_bytes();
    packed(&parts)
}

#[test]
fn a_workbook_made_to_do_harm_is_refused_before_it_is_read() {
    let cell =
        |at: &str| format!("<sheetData><row><c r=\"{at}\" t=\"inlineStr\"><is><t>x</t></is></c></row>");
    let sheet = |at: &'static str| move |text: String| text.replace("<sheetData>", &cell(at));
    let bomb = "<si><t>".to_owned() + &" ".repeat(70 * 1024 * 1024) + "</t></si></sst>";
    let many = |count: &'static str| {
        move |text: String| {
            let (head, rest) = text.split_once("uniqueCount=\"").expect("LibreOffice counts");
            let (_, rest) = rest.split_once('"').expect("a value ends");
            format!("{head}uniqueCount=\"{count}\"{rest}")
        }
    };
    for (what, bytes, code) in [
        ("a bomb", tampered("sharedStrings.xml", |text| text.replace("</sst>", &bomb)), "import.too_large"),
        ("a count that is a lie", tampered("sharedStrings.xml", many("99999999999")), "import.not_a_sheet"),
        (
            "a count beyond any",
            tampered("sharedStrings.xml", many("18446744073709551615")),
            "import.not_a_sheet",
        ),
        ("a cell far to the right", tampered("sheet3.xml", sheet("XFD1")), "import.too_wide"),
        ("a cell far below", tampered("sheet3.xml", sheet("A4294967295")), "import.too_many"),
        ("no texts", tampered("sharedStrings.xml", |_| String::new()), "import.not_a_sheet"),
    ] {
        assert!(bytes.len() < 100_000, "{what}");
        let codes: Vec<&str> = take("a.xlsx", &bytes).problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [code], "{what}");
    }
}

/// Mutations that a checksum does not give away, for they are packed again.
#[test]
fn workbooks_with_any_byte_changed_never_panic() {
    let whole = parts(&fixture("faq-libreoffice.xlsx"));
    let mut seed = 20_261_129_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).expect("it is below one")
    };
    for _ in 0..300 {
        let mut parts = whole.clone();
        let which = random(parts.len());
        let content = &mut parts[which].1;
        for _ in 0..=random(4) {
            if content.is_empty() {
                break;
            }
            let at = random(content.len());
            match random(3) {
                0 => content[at] = u8::try_from(random(256)).expect("a byte"),
                1 => {
                    content.remove(at);
                }
                _ => content.truncate(at),
            }
        }
        take("a.xlsx", &packed(&parts));
    }
}

async fn post(server: &Server, cookie: &str, name: &str, bytes: &[u8]) -> Answer {
    let headers = [("content-type", "application/octet-stream"), ("cookie", cookie)];
    server.http_bytes("POST", &format!("{SHOP}/import?name={name}"), &headers, bytes).await
}

#[tokio::test]
async fn the_console_takes_a_table_into_a_draft_and_gives_what_is_live() {
    let home = Home::on_disk();
    let own = "version = 1\n\n# 保存\n[[faq]]\nid = \"keep\"\nask = [\"茶叶怎么保存\"] # 常问\nanswer.zh = \"密封\"\nanswer.en = \"Seal\"\n";
    let path = home.intents().join("shops/demo/faq/tea.toml");
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(&path, own).expect("written");
    let server = Server::start_in(home).await;
    let owner = server.owner().await;

    let taken = post(
        &server,
        &owner,
        "a.csv",
        "编号,问题,回答\nkeep,茶叶怎么保存,冷藏\nnew,怎么泡,85 度\n".as_bytes(),
    )
    .await;
    assert_eq!(taken.status, 200, "{}", taken.body);
    let taken = taken.json();
    assert_eq!((&taken["added"], &taken["changed"], &taken["unchanged"]), (&json!(1), &json!(1), &json!(0)));
    let files = taken["files"].as_array().expect("files");
    let file = |path: &str| files.iter().find(|file| file["path"] == path).expect("the file");
    let changed = file("shops/demo/faq/tea.toml");
    assert_eq!(changed["text"], own.replace("密封", "冷藏"), "comments stay");
    assert_eq!(file("shops/demo/faq/imported.toml")["base"], Value::Null);
    assert_eq!(fs::read_to_string(&path).expect("there"), own, "nothing is written");

    // The draft is what the console checks and saves.
    let draft = json!({"files": files});
    let checked = server.post("/api/v1/console/shops/demo/check", &owner, draft).await.json();
    assert!(checked["version"].is_string(), "{checked}");

    let wrong = post(&server, &owner, "b.csv", "编号,问题,回答\nx,怎么泡,\n".as_bytes()).await.json();
    assert_eq!((&wrong["files"], &wrong["problems"][0]["code"]), (&json!([]), &json!("faq.no_answer")));
    assert_eq!(wrong["problems"][0]["path"], "b.csv");
    let large = post(&server, &owner, "c.csv", &vec![b'x'; 9 * 1024 * 1024]).await;
    assert_eq!(large.status, 413, "{}", large.body);

    for (format, kind) in [("csv", "text/csv; charset=utf-8"), ("jsonl", "application/jsonl; charset=utf-8")]
    {
        let path = format!("{SHOP}/export?format={format}");
        let file = server.http("GET", &path, &[("cookie", &owner)], "").await;
        assert_eq!((file.status, file.header("content-type")), (200, kind));
        assert!(file.header("content-disposition").contains(&format!("demo-faq.{format}")));
        let back = post(&server, &owner, &format!("a.{format}"), file.body.as_bytes()).await.json();
        assert_eq!(
            (&back["files"], &back["unchanged"], &back["problems"]),
            (&json!([]), &back["rows"], &json!([]))
        );
    }
    let workbook = server.http("GET", &format!("{SHOP}/export"), &[("cookie", &owner)], "").await;
    assert_eq!(workbook.status, 200);
    assert!(
        workbook.header("content-type").ends_with("spreadsheetml.sheet") && workbook.body.starts_with("PK")
    );
    let unknown = server.http("GET", &format!("{SHOP}/export?format=pdf"), &[("cookie", &owner)], "").await;
    assert_eq!(unknown.error(), (422, "bad_format".to_owned()));
}
