//! The demo shop's files with ten times the FAQ or ten times the products, for seeing how figures fall.

use std::{fs, path::Path};

use anyhow::Context;

/// How often everything is there.
const TIMES: usize = 10;

/// What there is more of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum More {
    Faq,
    Products,
}

/// Copies the merchant's files and adds to those of the demo shop. Copies of an entry ask in other words and are called
/// otherwise, so that each is a document of its own.
pub(crate) fn files(from: &Path, to: &Path, more: More) -> anyhow::Result<()> {
    copy(from, to)?;
    let shop = to.join("shops/demo");
    match more {
        More::Faq => more_faq(&shop.join("faq")),
        More::Products => more_products(&shop.join("catalog/products.jsonl")),
    }
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("no folder {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn more_faq(folder: &Path) -> anyhow::Result<()> {
    let files: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    for file in files {
        let known: toml::Table = fs::read_to_string(file.path())?.parse()?;
        let entries = known["faq"].as_array().context("a file of FAQ")?;
        for time in 1..TIMES {
            let mut table = toml::Table::new();
            table.insert("version".to_owned(), 1.into());
            let others = entries.iter().map(|entry| another(entry, time)).collect::<Vec<_>>();
            table.insert("faq".to_owned(), others.into());
            let name = format!("more{time}-{}", file.file_name().to_string_lossy());
            fs::write(folder.join(name), toml::to_string(&table)?)?;
        }
    }
    Ok(())
}

/// An entry like another, about the same things of another kind.
fn another(entry: &toml::Value, time: usize) -> toml::Value {
    let mut entry = entry.clone();
    let ask = entry["ask"].as_array().into_iter().flatten();
    let ask = ask.filter_map(|way| way.as_str()).map(|way| format!("{time}号仓的{way}")).collect::<Vec<_>>();
    let id = format!("{}.more{time}", entry["id"].as_str().unwrap_or_default());
    if let Some(table) = entry.as_table_mut() {
        table.insert("id".to_owned(), id.into());
        table.insert("ask".to_owned(), ask.into());
    }
    entry
}

fn more_products(file: &Path) -> anyhow::Result<()> {
    let known = fs::read_to_string(file)?;
    let mut all = known.clone();
    for time in 1..TIMES {
        for line in known.lines().filter(|line| !line.trim().is_empty()) {
            let mut product: serde_json::Value = serde_json::from_str(line)?;
            let renamed =
                |id: &serde_json::Value| format!("{}-{time}", id.as_str().unwrap_or_default()).into();
            product["id"] = renamed(&product["id"]);
            product["title"] = format!("{} {time}代", product["title"].as_str().unwrap_or_default()).into();
            for variant in product["variants"].as_array_mut().into_iter().flatten() {
                variant["id"] = renamed(&variant["id"]);
            }
            all.push_str(&product.to_string());
            all.push('\n');
        }
    }
    Ok(fs::write(file, all)?)
}
