//! When a person takes over, counted on sentences: who should have come and did not, who came for nothing.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use tempfile::TempDir;
use xiaoer::shop::Tree;

/// Wrong lines of each kind that are known and named in README; fewer is better, more is a defect.
const MISSES: usize = 0;
const NEEDLESS: usize = 0;

#[test]
fn misses_and_needless_handoffs_are_counted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lines = fs::read_to_string(root.join("tests/fixtures/handoff.tsv")).expect("the fixture is there");
    let rows: Vec<(&str, &str)> = lines
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').expect("a sentence and what is right"))
        .collect();
    // Each line is a conversation of its own, held as the merchant's tests are; hours are those of a working day.
    let mut tests = String::from("version = 1\n");
    for (words, right) in &rows {
        let mode = if *right == "no" { "bot" } else { "queue" };
        write!(
            tests,
            "[[test]]\nname = {words:?}\nnow = \"2026-11-24T15:00:00+08:00\"\nturns = [{{ shopper = {words:?} }}, {{ bot = {{ mode = \"{mode}\" }} }}]\n"
        )
        .expect("a text can be written to");
    }
    let tree = Tree::read(&root.join("intents")).expect("the shipped files can be read");
    let mut files: Vec<(String, String)> = tree
        .files()
        .filter(|(path, _)| !path.contains("/tests/"))
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
    files.push(("shops/demo/tests/handoff.toml".to_owned(), tests));
    let folder = TempDir::new().expect("a folder can be made");
    Tree::new(files).write(folder.path()).expect("the files can be written");
    let run = Command::new(env!("CARGO_BIN_EXE_xiaoer"))
        .args(["test", "--intents"])
        .arg(folder.path())
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    let (mut misses, mut needless) = (Vec::new(), Vec::new());
    for (words, right) in &rows {
        if told.contains(&format!("{words:?}")) || told.contains(&format!("> {words}\n")) {
            if *right == "no" { needless.push(*words) } else { misses.push(*words) }
        }
    }
    assert!(told.contains(" passed, "), "{told}");
    println!("{} of {} should have come and did not: {misses:?}", misses.len(), rows.len());
    println!("{} came for nothing: {needless:?}", needless.len());
    assert_eq!(misses.len(), MISSES, "a person should have come: {misses:?}\n{told}");
    assert_eq!(needless.len(), NEEDLESS, "a person came for nothing: {needless:?}");
}
