//! The threat model of ARCHITECTURE.md names tests; each is there.

use std::{fs, path::Path};

const TITLE: &str = "## Who could harm it";

#[test]
fn every_threat_names_what_stops_it_and_a_test_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("it can be read");
    let section = document.split(TITLE).nth(1).expect("there is a threat model");
    let section = section.split("\n## ").next().expect("it ends");
    let rows: Vec<&str> =
        section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| who |")).collect();
    assert!(rows.len() >= 30, "{} rows", rows.len());
    let mut missing = Vec::new();
    for row in rows {
        let named: Vec<&str> = row.split('`').skip(1).step_by(2).filter(|word| word.contains("::")).collect();
        if named.is_empty() {
            missing.push(format!("no test: {row}"));
        }
        if row.matches(" | ").count() != 3 {
            missing.push(format!("not four columns: {row}"));
        }
        for name in named {
            let (file, test) = name.split_once("::").expect("it has both");
            let text = fs::read_to_string(root.join(file)).unwrap_or_default();
            let there = match file.rsplit('.').next() {
                Some("rs") => text.contains(&format!("fn {test}(")),
                _ => text.contains(&format!("'{test}")),
            };
            if !there {
                missing.push(format!("no such test: {name}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
