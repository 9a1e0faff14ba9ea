//! The merchant's lint, as data: every folder of `tests/fixtures/shops` is a tree with something wrong in it.
//!
//! A case's files lie over those of the case `fine`, so that each shows its own mistake alone. `expected.txt` holds the
//! problems as `path:line:column severity code`. `XIAOER_UPDATE=1` writes it anew; read the difference before keeping it.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use xiaoer::check::{Language, line};
use xiaoer::domain::ShopId;
use xiaoer::shop::{Clock, Clocks, LoadedTree, Tree, load, load_all};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shops")
}

fn clocks() -> Clocks {
    Clocks { now: clock().now, seeded_at: Default::default() }
}

fn clock() -> Clock {
    let now = "2026-11-23T02:00:00Z".parse().expect("a moment");
    Clock { seeded_at: now, now }
}

fn tree_of(case: &Path) -> Tree {
    let mut tree = Tree::read(&fixtures().join("fine")).expect("the case `fine` can be read");
    tree.lay_over(Tree::read(case).expect("the case can be read"));
    tree
}

fn listed(loaded: &LoadedTree) -> String {
    let line =
        |p: &xiaoer::shop::Problem| format!("{}:{}:{} {} {}\n", p.path, p.line, p.column, p.severity, p.code);
    loaded.problems.iter().map(line).collect()
}

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(fixtures()).expect("the fixtures can be read");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    cases
}

#[test]
fn every_faulty_tree_says_what_is_wrong_and_where() {
    let mut wrong = Vec::new();
    for case in cases() {
        let found = listed(&load_all(&tree_of(&case), &clocks()));
        let expected_path = case.join("expected.txt");
        if std::env::var_os("XIAOER_UPDATE").is_some() {
            fs::write(&expected_path, &found).expect("expected.txt can be written");
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{}\nexpected:\n{expected}found:\n{found}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases().len() > 25);
}

#[test]
fn a_shop_is_there_exactly_when_nothing_is_an_error() {
    for case in cases() {
        let loaded = load(&tree_of(&case), &ShopId::from("tea"), &clock());
        let errors = loaded.problems.iter().any(xiaoer::shop::Problem::is_error);
        assert_eq!(loaded.shop.is_none(), errors, "{}", case.display());
    }
}

#[test]
fn sentences_say_something_in_both_languages() {
    for case in cases() {
        for problem in load_all(&tree_of(&case), &clocks()).problems {
            for language in [Language::Chinese, Language::English] {
                let sentence = line(&problem, language);
                assert!(!sentence.contains('\n') && !sentence.ends_with(": "), "{sentence}");
            }
            assert!(problem.message.zh.chars().any(|letter| letter > '\u{2e80}'), "{}", problem.message.zh);
        }
    }
}

/// Every path that a reader of its own stands behind.
const PATHS: [&str; 14] = [
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
    "shops/tea/catalog/products.jsonl",
    "shops/tea/orders/orders.jsonl",
    "shops/tea/tests/a.toml",
];

/// Text that is near to what a merchant writes: lines of real files, cut and shuffled, with odd ones between.
fn near_text() -> impl Strategy<Value = String> {
    let lines: Vec<String> = Tree::read(&fixtures().join("fine"))
        .expect("the case `fine` can be read")
        .files()
        .flat_map(|(_, text)| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let cut = (proptest::sample::select(lines), 0..200_usize, any::<bool>())
        .prop_map(|(line, at, whole)| if whole { line } else { line.chars().take(at).collect() });
    let odd = prop_oneof!["[a-z_.\\[\\]\"={}, 0-9\\-]{0,40}", any::<String>()];
    proptest::collection::vec(prop_oneof![4 => cut, 1 => odd], 0..12).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_in_any_file_brings_the_reader_down(path in proptest::sample::select(&PATHS[..]), text in near_text()) {
        let mut tree = tree_of(&fixtures().join("fine"));
        tree.insert(path, text.clone());
        let loaded = load_all(&tree, &clocks());
        let lines = u32::try_from(text.split('\n').count()).expect("few lines");
        for problem in loaded.problems.iter().filter(|problem| problem.path == path) {
            prop_assert!(problem.line >= 1 && problem.line <= lines && problem.column >= 1);
        }
    }
}
