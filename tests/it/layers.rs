//! The module table of ARCHITECTURE.md, held against the imports of the code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Rows of the table: module → what it may use.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text =
        fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is at the top level");
    let section = text.split("## The modules").nth(1).expect("ARCHITECTURE.md has the section The modules");
    let section = section.split("\n## ").next().expect("a section has a beginning");
    section
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
            let [module, _, may_use] = cells[..] else { return None };
            let module = module.strip_prefix('`')?.strip_suffix('`')?;
            let words =
                may_use.split([',', ' ']).map(|w| w.trim_matches('`')).filter(|w| !w.is_empty() && *w != "–");
            Some((module.to_owned(), words.map(str::to_owned).collect()))
        })
        .collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of a module.
fn files(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).expect("a source folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
    found
}

/// Files that only tests are made of may use anything.
fn is_test(file: &Path) -> bool {
    let is = |name: &str| file.components().any(|part| part.as_os_str() == name);
    is("tests") || is("conformance") || is("tests.rs") || is("samples.rs")
}

/// Names after `crate::` in a source text, comments and tests left out; `use crate::{a::x, b}` gives a and b.
fn used_modules(source: &str) -> BTreeSet<String> {
    let code: String = source
        .split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut used = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            used.insert(leading_word(rest));
            continue;
        };
        let (mut depth, mut at_start) = (0, true);
        for (place, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => at_start = true,
                c if at_start && !c.is_whitespace() => {
                    used.insert(leading_word(&group[place..]));
                    at_start = false;
                }
                _ => {}
            }
        }
    }
    used.retain(|word| !word.is_empty() && word.starts_with(|c: char| c.is_ascii_lowercase()));
    used
}

fn leading_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn imports_follow_the_table() {
    let table = table();
    let source = root().join("src");
    let mut offences = Vec::new();
    for entry in fs::read_dir(&source).expect("src can be read") {
        let path = entry.expect("an entry can be read").path();
        let name = path.file_stem().and_then(|s| s.to_str()).expect("names are UTF-8").to_owned();
        if ["main", "lib"].contains(&name.as_str()) {
            continue;
        }
        let Some(allowed) = table.get(&name) else {
            offences.push(format!("module `{name}` has no row in ARCHITECTURE.md"));
            continue;
        };
        let module_files = if path.is_dir() { files(&path) } else { vec![path.clone()] };
        let module_files = module_files.into_iter().filter(|file| !is_test(file));
        for file in module_files {
            let text = fs::read_to_string(&file).expect("a source file can be read");
            for used in used_modules(&text) {
                if used != name
                    && table.contains_key(&used)
                    && !allowed.contains(&used)
                    && !allowed.contains("all")
                {
                    offences.push(format!("{}: `{name}` may not use `{used}`", file.display()));
                }
            }
        }
    }
    for module in table.keys() {
        if !source.join(module).exists() && !source.join(format!("{module}.rs")).exists() {
            offences.push(format!("ARCHITECTURE.md lists `{module}`, which does not exist"));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn the_table_is_acyclic() {
    let table = table();
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    let mut left: BTreeSet<&str> = table.keys().map(String::as_str).collect();
    while !left.is_empty() {
        let ready: Vec<&str> = left
            .iter()
            .copied()
            .filter(|module| {
                table[*module]
                    .iter()
                    .all(|used| used == "all" || placed.contains(used.as_str()) || used == module)
            })
            .collect();
        assert!(!ready.is_empty(), "the modules {left:?} use each other in a circle");
        for module in ready {
            left.remove(module);
            placed.insert(module);
        }
    }
}

#[test]
fn pure_modules_stay_pure() {
    let forbidden = ["async fn", "tokio", "sqlx", "axum", "serde", "std::fs", "std::net"];
    for module in ["domain", "text", "trade", "picture", "dialogue", "reply"] {
        for file in files(&root().join("src").join(module)).into_iter().filter(|file| !is_test(file)) {
            let text = fs::read_to_string(&file).expect("a source file can be read");
            let code: Vec<&str> = text
                .split("#[cfg(test)]")
                .next()
                .unwrap_or_default()
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            for word in forbidden {
                assert!(
                    !code.iter().any(|line| line.contains(word)),
                    "{}: `{word}` in a pure module",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn concrete_parts_are_named_in_one_place() {
    for (word, allowed) in [
        ("sqlx::", vec!["store"]),
        ("rusqlite::", vec!["store"]),
        ("async_nats::", vec!["bus"]),
        ("candle_core", vec!["encoder", "nlu"]),
        ("tantivy::", vec!["retrieval"]),
        ("axum::", vec!["server", "app"]),
        ("hyper::", vec!["fetch", "server"]),
        ("rustls::", vec!["fetch"]),
        ("image::", vec!["picture"]),
    ] {
        for file in files(&root().join("src")) {
            if is_test(&file) {
                continue;
            }
            let text = fs::read_to_string(&file).expect("a source file can be read");
            let relative = file.strip_prefix(root().join("src")).expect("files are below src").to_path_buf();
            let module = relative.iter().next().and_then(|part| part.to_str()).expect("names are UTF-8");
            assert!(
                !text.contains(word) || allowed.contains(&module.trim_end_matches(".rs")),
                "{}: only {allowed:?} may name {word}",
                file.display()
            );
        }
    }
}
