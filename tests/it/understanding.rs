//! What the shipped model and base pack make of messages by another hand than the examples': meanings, the same meanings
//! typed otherwise, and two at once.

use std::{
    collections::BTreeMap,
    io::Write,
    process::{Command, Stdio},
};

use serde_json::Value;

/// What `xiaoer understand` says of each text.
fn understood(texts: &[&str]) -> Vec<Value> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_xiaoer"))
        .args(["understand", "--intents", "intents", "--models", "models"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let lines: String = texts.iter().map(|text| format!("{text}\n")).collect();
    let mut input = program.stdin.take().expect("stdin");
    // Written beside reading: neither pipe may fill up while the other is waited for.
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = program.wait_with_output().expect("the program ends");
    writing.join().expect("the writer ends").expect("the messages are read");
    let answers = String::from_utf8(output.stdout).expect("UTF-8");
    let answers: Vec<Value> =
        answers.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect();
    assert_eq!(answers.len(), texts.len());
    answers
}

fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect()
}

/// Rows of text and intent, and whether each is understood rightly.
fn judged<'a>(rows: &[Vec<&'a str>]) -> Vec<(&'a str, bool)> {
    let texts: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    let right = |(row, answer): (&Vec<&'a str>, Value)| (row[0], answer["intents"][0]["id"] == row[1]);
    rows.iter().zip(understood(&texts)).map(right).collect()
}

/// Typed otherwise, messages are understood nearly as well: the promise is at most 4 points lost.
#[test]
fn typos_scripts_and_chatter_cost_little() {
    let base = rows(include_str!("../fixtures/nlu/base.tsv"));
    let variants = rows(include_str!("../fixtures/nlu/variants.tsv"));
    let plain: BTreeMap<&str, bool> = judged(&base).into_iter().collect();
    let mut by_kind: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (row, (_, right)) in variants.iter().zip(judged(&variants)) {
        // Emoji alone have no plainer form.
        let Some(before) = plain.get(row[3]) else { continue };
        let counts = by_kind.entry(row[2]).or_default();
        counts[0] += 1;
        counts[1] += usize::from(*before);
        counts[2] += usize::from(right);
    }
    let sum = |place: usize| by_kind.values().map(|counts| counts[place]).sum::<usize>() as f64;
    let lost = (sum(1) - sum(2)) / sum(0);
    assert!(1_000.0 <= sum(0), "{by_kind:?}");
    assert!(
        lost <= 0.04,
        "{lost:.3} of the points are lost: {by_kind:?} (messages, right before, right now)"
    );
}

/// Messages that say two things, and messages that only look so. When the thresholds were set, both were found in 128
/// of 200 and a second in 21 of 200 that have none; the floors leave room for other weights.
#[test]
fn two_meanings_are_told_from_one() {
    let rows = rows(include_str!("../fixtures/nlu/two.tsv"));
    let texts: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    let (mut two, mut both, mut one, mut doubled) = (0, 0, 0, 0);
    for (row, answer) in rows.iter().zip(understood(&texts)) {
        let stated: Vec<&str> =
            answer["stated"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        match row.get(2).copied().filter(|second| !second.is_empty()) {
            Some(second) => {
                two += 1;
                both += usize::from(stated.contains(&row[1]) && stated.contains(&second));
            }
            None => {
                one += 1;
                doubled += usize::from(1 < stated.len());
            }
        }
    }
    assert!(two * 55 <= both * 100, "both are found in {both} of {two}");
    assert!(doubled * 100 <= one * 15, "a second is found in {doubled} of {one} that have none");
}
