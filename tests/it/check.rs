//! The merchant's lint, as data: every folder of `tests/fixtures/shops` is a tree with something wrong in it.
//!
//! `tests/fixtures/meaning` is the same for what only the encoder shows: those cases are checked with it, the others without.
//!
//! A case's files lie over those of the case `fine`, so that each shows its own mistake alone. `expected.txt` holds the
//! problems as `path:line:column severity code`. `XIAOER_UPDATE=1` writes it anew; read the difference before keeping it.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use xiaoer::app::{encoder, meaning};
use xiaoer::check::{Language, line};
use xiaoer::domain::ShopId;
use xiaoer::shop::problem::{Kind, kinds};
use xiaoer::shop::{Clock, Clocks, LARGEST_FILE, Problem, SLOTS, Tree, load, load_all};

use super::doors::fuzzed::targets::FILES;

fn fixtures() -> PathBuf {
    fixtures_of("shops")
}

fn fixtures_of(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(kind)
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

fn listed(problems: &[Problem]) -> String {
    let line = |p: &Problem| format!("{}:{}:{} {} {}\n", p.path, p.line, p.column, p.severity, p.code);
    problems.iter().map(line).collect()
}

fn cases() -> Vec<PathBuf> {
    cases_of("shops")
}

fn cases_of(kind: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(fixtures_of(kind)).expect("the fixtures can be read");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    cases
}

/// The problems of every case without the encoder, and of the cases of meaning those that it shows.
fn found_in_all() -> Vec<(PathBuf, Vec<Problem>)> {
    let found = |case: PathBuf| {
        let problems = load_all(&tree_of(&case), &clocks()).problems;
        (case, problems)
    };
    let mut all: Vec<_> = cases().into_iter().map(found).collect();
    let model = encoder(None, None).expect("the model is in the binary");
    for case in cases_of("meaning") {
        let loaded = load_all(&tree_of(&case), &clocks());
        let mut problems = loaded.problems.clone();
        problems.extend(meaning::problems(&loaded, model.cached.as_ref()).expect("the model works"));
        xiaoer::shop::problem::sort(&mut problems);
        all.push((case, problems));
    }
    all
}

#[test]
fn every_faulty_tree_says_what_is_wrong_and_where() {
    let mut wrong = Vec::new();
    for (case, problems) in found_in_all() {
        let found = listed(&problems);
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
    assert!(cases().len() + cases_of("meaning").len() > 80);
}

/// Whether a sentence is one of a kind: the pieces between its arguments, in their order.
fn is_of(problem: &Problem, kind: &Kind) -> bool {
    let mut rest = problem.message.en.as_str();
    let pieces: Vec<&str> =
        kind.en.split(['0', '1', '2', '3', '4', '5']).map(|piece| piece.trim_matches(['{', '}'])).collect();
    let in_order = pieces.iter().all(|piece| {
        let found = rest.find(piece);
        rest = found.map_or("", |at| &rest[at + piece.len()..]);
        found.is_some()
    });
    problem.code == kind.code && in_order
}

/// A file that is too large, and a tree without shops: neither fits a folder of its own.
fn found_elsewhere() -> Vec<Problem> {
    let folder = tempfile::TempDir::new().expect("a folder can be made");
    let large = fs::File::create(folder.path().join("large.toml")).expect("a file can be made");
    large.set_len(LARGEST_FILE + 1).expect("a file with a hole takes no room");
    let tree = Tree::read(folder.path()).expect("the folder can be read");
    load_all(&tree, &clocks()).problems
}

#[test]
fn every_kind_of_problem_is_shown_somewhere() {
    let mut all: Vec<Problem> = found_in_all().into_iter().flat_map(|(_, problems)| problems).collect();
    all.extend(found_elsewhere());
    // An import's problems stand in its own tests, by their codes.
    let imports = [
        include_str!("../../src/shop/exchange/tests.rs"),
        include_str!("../../src/shop/exchange/faq/tests.rs"),
        include_str!("sheets.rs"),
    ];
    let shown = |kind: &&Kind| {
        all.iter().any(|problem| is_of(problem, kind))
            || (kind.code.starts_with("import.") && imports.iter().any(|tests| tests.contains(kind.code)))
    };
    let missing: Vec<String> = kinds::ALL
        .iter()
        .filter(|kind| !shown(kind))
        .map(|kind| format!("{}: {}", kind.code, kind.en))
        .collect();
    assert!(missing.is_empty(), "no case shows\n{}", missing.join("\n"));
}

#[test]
fn a_shop_is_there_exactly_when_nothing_is_an_error() {
    for case in cases() {
        let loaded = load(&tree_of(&case), &ShopId::from("tea"), &clock());
        let errors = loaded.problems.iter().any(Problem::is_error);
        assert_eq!(loaded.shop.is_none(), errors, "{}", case.display());
    }
}

#[test]
fn sentences_say_something_in_both_languages() {
    for (_, problems) in found_in_all() {
        for problem in problems {
            for language in [Language::Chinese, Language::English] {
                let sentence = line(&problem, language);
                assert!(!sentence.contains('\n') && !sentence.ends_with(": "), "{sentence}");
            }
            assert!(problem.message.zh.chars().any(|letter| letter > '\u{2e80}'), "{}", problem.message.zh);
        }
    }
}

#[test]
fn every_slot_that_a_flow_writes_may_be_named_by_a_test() {
    let mut written = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dialogue")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a source folder can be read") {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                folders.extend(Some(path).filter(|path| !path.ends_with("tests")));
                continue;
            }
            let source = fs::read_to_string(&path).expect("a source file can be read");
            let names =
                ["slots.insert(\"", "run.put(\""].into_iter().flat_map(|begin| source.split(begin).skip(1));
            for name in names.filter_map(|rest| rest.split('"').next()) {
                assert!(SLOTS.contains(&name), "{}: {name} is missing in SLOTS", path.display());
                written += 1;
            }
        }
    }
    assert!(written > 50, "only {written} are found: do flows write their slots in another way now?");
}

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
    fn no_text_in_any_file_brings_the_reader_down(path in proptest::sample::select(&FILES[..]), text in near_text()) {
        let mut tree = tree_of(&fixtures().join("fine"));
        tree.insert(path, text.clone());
        let loaded = load_all(&tree, &clocks());
        let lines = u32::try_from(text.split('\n').count()).expect("few lines");
        for problem in loaded.problems.iter().filter(|problem| problem.path == path) {
            prop_assert!(problem.line >= 1 && problem.line <= lines && problem.column >= 1);
        }
    }

    #[test]
    fn whatever_becomes_of_a_file_each_problem_lies_inside_its_own(
        file in any::<prop::sample::Index>(),
        changes in proptest::collection::vec(change(), 1..6),
    ) {
        let mut tree = tree_of(&fixtures().join("fine"));
        let paths: Vec<String> = tree.files().map(|(path, _)| path.to_owned()).collect();
        let path = &paths[file.index(paths.len())];
        let text = changes.iter().fold(tree.get(path).unwrap_or_default().to_owned(), changed);
        tree.insert(path.clone(), text);
        for problem in load_all(&tree, &clocks()).problems {
            // What is missing has a path and no text.
            let text = tree.get(&problem.path).unwrap_or_default();
            let line = text.split('\n').nth(problem.line as usize - 1);
            prop_assert!(line.is_some(), "{problem:?}");
            let columns = line.unwrap_or_default().chars().count() + 1;
            prop_assert!((1..=columns).contains(&(problem.column as usize)), "{problem:?}");
        }
    }
}

/// A change to a text: where, what comes in, and how many letters go.
type Change = (prop::sample::Index, String, usize);

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![
        2 => "[\\[\\]{}\"'=,.\\\\\n #0-9a-z-]{0,3}",
        1 => Just("\"".to_owned()),
        1 => Just("店".to_owned()),
        1 => any::<String>(),
    ];
    (any::<prop::sample::Index>(), piece, prop_oneof![3 => 0..4_usize, 1 => 0..400_usize])
}

fn changed(text: String, (at, piece, gone): &Change) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = at.index(letters.len() + 1);
    let end = letters.len().min(at + gone);
    letters[..at].iter().copied().chain(piece.chars()).chain(letters[end..].iter().copied()).collect()
}
