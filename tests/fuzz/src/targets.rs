//! What the fuzzer feeds: every reader of data from outside, with what holds for whatever it is given. Each takes bytes
//! and panics on a fault.
//!
//! `tests/it/doors/fuzzed.rs` replays the seeds and every case that once was a fault, without a fuzzer.

use std::{
    io::{Cursor, Write},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use xiaoer::{
    accounts::{Accounts, Key, KeyKind},
    domain::{
        DialogueState, ShopId,
        trade::{Order, Product, Shopper, Ticket},
    },
    picture, server,
    shop::{Clock, Clocks, ExchangeKind, ImportFile, Imported, Tree, import, load_all},
    store::MemoryStore,
    text::{self, Lexicon},
    wire::{self, frames},
};

/// A reader with the name of its folder of seeds.
pub type Target = (&'static str, fn(&[u8]));

/// Every reader.
pub const TARGETS: [Target; 10] = [
    ("shopper_frame", shopper_frame),
    ("desk_frame", desk_frame),
    ("merchant_file", merchant_file),
    ("table", table),
    ("workbook", workbook),
    ("product_feed", product_feed),
    ("entity_spans", entity_spans),
    ("tokens", tokens),
    ("image_head", image_head),
    ("system_answer", system_answer),
];

/// The repository: the nearest folder above this crate that has Xiaoer's own files in it.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().find(|folder| folder.join("tests/fuzz").is_dir());
    root.expect("this crate is part of the repository").to_owned()
}

fn words(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// A frame from a shopper, as a first one and as any other.
pub fn shopper_frame(data: &[u8]) {
    let Some(text) = words(data) else { return };
    if let Ok(frames::shopper::ClientFrame::Say { id, .. }) = frames::shopper::parse(text) {
        assert!((1..=64).contains(&id.chars().count()), "{id:?}");
    }
    let _ = frames::shopper::hello(text);
}

/// A frame from a desk.
pub fn desk_frame(data: &[u8]) {
    use frames::desk::ClientFrame::{Note, Say};
    let Some(text) = words(data) else { return };
    if let Ok(Say { id, text: Some(said), .. } | Note { id, text: said, .. }) = frames::desk::parse(text) {
        assert!((1..=64).contains(&id.chars().count()) && said.chars().count() <= 2000, "{id:?}");
    }
    let _ = frames::desk::hello(text);
}

/// Every kind of a merchant's file.
pub const FILES: [&str; 16] = [
    "packs/base/pack.toml",
    "packs/base/intents/a.toml",
    "packs/base/replies/zh.toml",
    "packs/base/faq/a.toml",
    "packs/base/policy.toml",
    "shops/tea/shop.toml",
    "shops/tea/glossary.toml",
    "shops/tea/promotions.toml",
    "shops/tea/sizes.toml",
    "shops/tea/handoff.toml",
    "shops/tea/stickers.toml",
    "shops/tea/policy.toml",
    "shops/tea/intents/a.toml",
    "shops/tea/catalog/products.jsonl",
    "shops/tea/orders/orders.jsonl",
    "shops/tea/tests/a.toml",
];

fn now() -> Timestamp {
    "2026-11-23T02:00:00Z".parse().expect("a moment")
}

/// A small shop that is fine.
fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| {
        Tree::read(&root().join("tests/fixtures/shops/fine")).expect("the fixture can be read")
    })
}

/// One of a merchant's files, told by the first byte, among others that are fine.
pub fn merchant_file(data: &[u8]) {
    let Some((which, text)) = data.split_first() else { return };
    let Some(text) = words(text) else { return };
    let path = FILES[usize::from(*which) % FILES.len()];
    let mut tree = tree().clone();
    tree.insert(path, text.to_owned());
    let clocks = Clocks { now: now(), seeded_at: Default::default() };
    for problem in load_all(&tree, &clocks).problems.iter().filter(|problem| problem.path == path) {
        let line = text.split('\n').nth(problem.line as usize - 1);
        let columns = line.unwrap_or_else(|| panic!("no such line: {problem:?}")).chars().count() + 1;
        assert!((1..=columns).contains(&(problem.column as usize)), "{problem:?}");
    }
}

fn taken(kind: ExchangeKind, name: &str, bytes: &[u8]) -> Imported {
    let clock = Clock { seeded_at: now(), now: now() };
    let taken = import(tree(), &ShopId::from("tea"), &ImportFile { kind, name, bytes, map: None }, &clock);
    if taken.problems.iter().any(|problem| problem.is_error()) {
        assert!(taken.files.files().next().is_none() && taken.faq.is_empty(), "nothing of it is taken");
    }
    taken
}

const KINDS: [ExchangeKind; 3] = [ExchangeKind::Faq, ExchangeKind::Products, ExchangeKind::Orders];

/// A table by its bytes; the first one tells what is in it and what it is called.
pub fn table(data: &[u8]) {
    let Some((which, bytes)) = data.split_first() else { return };
    let (kind, name) = (usize::from(*which) % 3, usize::from(*which) / 3 % 4);
    taken(KINDS[kind], ["a.csv", "a.tsv", "a.xlsx", "a"][name], bytes);
}

/// A workbook whose sheet and texts are what is given: a fuzzer could not pack one by itself.
pub fn workbook(data: &[u8]) {
    let Some((which, content)) = data.split_first() else { return };
    let half = content.iter().position(|byte| *byte == 0).unwrap_or(content.len());
    let (sheet, texts) = content.split_at(half);
    let parts: [(&str, &[u8]); 6] = [
        ("[Content_Types].xml", CONTENT_TYPES.as_bytes()),
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", SHEETS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", texts.get(1..).unwrap_or_default()),
    ];
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in parts {
        packed.start_file(name, plain).expect("it goes into memory");
        packed.write_all(bytes).expect("it goes into memory");
    }
    let bytes = packed.finish().expect("it goes into memory").into_inner();
    taken(KINDS[usize::from(*which) % 3], "a.xlsx", &bytes);
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const SHEETS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

/// Products, one JSON object a line; and orders in the same form.
pub fn product_feed(data: &[u8]) {
    for kind in [ExchangeKind::Products, ExchangeKind::Orders] {
        taken(kind, "feed.jsonl", data);
    }
}

/// What is named in a message: each in its place, in order, apart.
pub fn entity_spans(data: &[u8]) {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    let Some(said) = words(data) else { return };
    let lexicon = LEXICON.get_or_init(Lexicon::general);
    let now = "2026-11-23T10:00:00+08:00[Asia/Shanghai]".parse().expect("a time with its zone");
    let read = text::read(lexicon, said, &now);
    let mut end = 0;
    for entity in &read.entities {
        assert!(end <= entity.span.start && entity.span.start < entity.span.end, "{entity:?}");
        assert_eq!(said.get(entity.span.clone()), Some(entity.text.as_str()), "{entity:?}");
        end = entity.span.end;
    }
    for token in &read.tokens {
        assert!(said.get(token.span.clone()).is_some(), "{token:?}");
    }
    assert_eq!(text::normalize(&read.normal), read.normal, "it is folded once");
}

/// A shop with its key.
fn shop() -> &'static (Accounts, Key, tempfile::TempDir) {
    static SHOP: OnceLock<(Accounts, Key, tempfile::TempDir)> = OnceLock::new();
    SHOP.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let accounts = Accounts::new(MemoryStore::shared(), folder.path());
        let key = accounts.key(&ShopId::from("tea")).expect("a key is made");
        (accounts, key, folder)
    })
}

/// A shopper's token as it comes, and as claims that the shop has signed; and a header of cookies.
pub fn tokens(data: &[u8]) {
    let (accounts, key, _) = shop();
    let shop = ShopId::from("tea");
    let who = |token: &str| futures::executor::block_on(accounts.shopper(&shop, token, now()));
    if let Some(token) = words(data) {
        assert!(who(token).is_err(), "nobody has signed it: {token:?}");
    }
    let KeyKind::HS256 { secret } = &key.kind else { unreachable!("new keys are shared ones") };
    let secret = URL_SAFE_NO_PAD.decode(secret).expect("base64url");
    let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, key.kid);
    let begun = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(data));
    let sign = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
    let signature = ring::hmac::sign(&sign, begun.as_bytes());
    if let Ok(shopper) = who(&format!("{begun}.{}", URL_SAFE_NO_PAD.encode(signature))) {
        assert!((1..=128).contains(&shopper.as_str().len()), "{shopper}");
    }
    if let Ok(value) = HeaderValue::from_bytes(data) {
        let headers = HeaderMap::from_iter([(COOKIE, value)]);
        if let Some(found) = server::cookie(&headers, "xiaoer_session") {
            assert!(!found.contains(';'), "{found:?}");
        }
    }
}

/// A picture: its head, and its pixels where there are few.
pub fn image_head(data: &[u8]) {
    const FEW: u64 = 4 << 20;
    let Ok(opened) = picture::open(data) else { return };
    if opened.cost() <= FEW
        && let Ok(clean) = opened.clean()
    {
        let sides = 1..=picture::LONGEST_SIDE;
        assert!(sides.contains(&clean.width) && sides.contains(&clean.height) && !clean.bytes.is_empty());
    }
}

/// What a shop's own system answers, and what the store gives back.
pub fn system_answer(data: &[u8]) {
    let Some(text) = words(data) else { return };
    let _ = wire::decode::<Order>(text);
    let _ = wire::decode_list::<Ticket>(text);
    let _ = wire::decode::<Product>(text);
    let _ = wire::decode::<Shopper>(text);
    let _ = wire::decode::<DialogueState>(text);
}
