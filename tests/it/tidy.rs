//! The house rules that a machine can check: sizes, module paragraphs, paths that documents promise, licences.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const LONGEST_FILE: usize = 600;
const LONGEST_FUNCTION: usize = 80;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder with one of the extensions; `node_modules` and `target` left out.
fn files(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    fn walk(path: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(path) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && name != "node_modules" && name != "target" {
                walk(&path, extensions, found);
            } else if path.extension().and_then(|e| e.to_str()).is_some_and(|e| extensions.contains(&e)) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), extensions, &mut found);
    found.sort();
    found
}

/// The source without its trailing unit tests.
fn without_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

#[test]
fn files_stay_short() {
    let mut long = Vec::new();
    for file in
        files("src", &["rs"]).into_iter().chain(files("web", &["js", "css"])).chain(files("tests", &["rs"]))
    {
        let text = fs::read_to_string(&file).expect("a source file can be read");
        let lines = without_tests(&text).lines().count();
        if lines > LONGEST_FILE {
            long.push(format!("{}: {lines} lines", file.display()));
        }
    }
    assert!(long.is_empty(), "files over {LONGEST_FILE} lines:\n{}", long.join("\n"));
}

#[test]
fn functions_stay_short() {
    let mut long = Vec::new();
    for file in files("src", &["rs"]) {
        let text = fs::read_to_string(&file).expect("a source file can be read");
        let lines: Vec<&str> = without_tests(&text).lines().collect();
        for (first, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let words = line.trim_start();
            let starts = [
                "fn ",
                "pub fn ",
                "pub(crate) fn ",
                "pub(super) fn ",
                "async fn ",
                "pub async fn ",
                "const fn ",
            ]
            .iter()
            .any(|start| words.starts_with(start))
                || words.starts_with("pub(crate) async fn ")
                || words.starts_with("pub(super) async fn ");
            if !starts || line.trim_end().ends_with(';') || line.contains("{}") {
                continue;
            }
            let closing = format!("{}}}", " ".repeat(indent));
            let length = lines[first..].iter().position(|l| **l == closing).map_or(0, |n| n + 1);
            if length > LONGEST_FUNCTION {
                long.push(format!("{}:{}: {length} lines", file.display(), first + 1));
            }
        }
    }
    assert!(long.is_empty(), "functions over {LONGEST_FUNCTION} lines:\n{}", long.join("\n"));
}

#[test]
fn every_module_opens_with_what_it_is_for() {
    for file in files("src", &["rs"]) {
        let text = fs::read_to_string(&file).expect("a source file can be read");
        assert!(text.starts_with("//!"), "{} does not open with a `//!` paragraph", file.display());
    }
}

#[test]
fn main_stays_small() {
    let lines = fs::read_to_string(root().join("src/main.rs")).expect("main.rs can be read").lines().count();
    assert!(lines < 60, "main.rs has {lines} lines");
}

#[test]
fn paths_in_the_documents_exist() {
    let folders = ["src/", "web/", "intents/", "models/", "tests/", "benches/", ".ci/"];
    let mut missing = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "models/README.md"] {
        let text =
            fs::read_to_string(root().join(document)).unwrap_or_else(|_| panic!("{document} is missing"));
        for word in text.split(|c: char| c.is_whitespace() || "`()[]<>\"'|,;，。；（）".contains(c)) {
            // A test is named by its file and function; `doors` looks for the function.
            let word = word.split("::").next().unwrap_or(word).trim_end_matches(['.', ':', '/']);
            let promised = folders.iter().any(|folder| word.starts_with(folder))
                || ["Cargo.toml", "LICENSE", "README.md", "ARCHITECTURE.md"].contains(&word);
            if promised && !word.contains(['*', '{', '…']) && !root().join(word).exists() {
                missing.push(format!("{document}: {word}"));
            }
        }
    }
    assert!(missing.is_empty(), "paths that do not exist:\n{}", missing.join("\n"));
}

#[test]
fn only_the_listed_entries_stand_at_the_top() {
    let listed = [
        "Cargo.toml",
        "Cargo.lock",
        "LICENSE",
        "README.md",
        "ARCHITECTURE.md",
        "src",
        "models",
        "intents",
        "tests",
        "benches",
        "web",
    ];
    // What git ignores may lie around; what it tracks may not.
    let output = Command::new("git").args(["ls-files"]).current_dir(root()).output().expect("git runs");
    let tracked = String::from_utf8(output.stdout).expect("paths are UTF-8");
    for path in tracked.lines() {
        let top = path.split('/').next().expect("a path has a first part");
        assert!(top.starts_with('.') || listed.contains(&top), "{path} is not listed for the top level");
    }
}

#[test]
fn dependencies_have_permissive_licences() {
    let allowed = [
        "MIT",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Zlib",
        "0BSD",
        "CC0-1.0",
        "Unicode-3.0",
        "Unicode-DFS-2016",
        "Unlicense",
        "BSL-1.0",
        "MPL-2.0",
        "MIT-0",
        "CDLA-Permissive-2.0",
    ];
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let mut refused = Vec::new();
    for package in metadata["packages"].as_array().expect("metadata lists packages") {
        let licence = package["license"].as_str().unwrap_or_default().replace('/', " OR ");
        // An expression is fine when one of its alternatives is made of allowed licences alone.
        let fine = licence.trim_matches(['(', ')']).split(" OR ").any(|alternative| {
            alternative.split(" AND ").all(|part| allowed.contains(&part.trim().trim_matches(['(', ')'])))
        });
        if !fine && !licence_file_reviewed(package["name"].as_str().unwrap_or_default()) {
            refused.push(format!("{}: {licence:?}", package["name"]));
        }
    }
    assert!(refused.is_empty(), "licences to look at:\n{}", refused.join("\n"));
}

/// Packages whose licence field is not an expression; each was read.
fn licence_file_reviewed(name: &str) -> bool {
    let _ = name;
    false
}
