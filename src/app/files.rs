//! The merchant's files: a folder, or what is inside the binary, written out where the folder is missing.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context;
use rust_embed::RustEmbed;

use crate::shop::Tree;

#[derive(RustEmbed)]
#[folder = "intents/"]
struct Shipped;

/// The packs and the demo shop inside the binary.
pub fn shipped() -> Tree {
    Tree::new(Shipped::iter().filter_map(|path| {
        let file = Shipped::get(&path)?;
        Some((path.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
    }))
}

/// The packs inside the binary, without any shop.
pub fn packs() -> Tree {
    let shipped = shipped();
    let packs = shipped.below("packs/").map(|(path, text)| (path.to_owned(), text.to_owned()));
    Tree::new(packs.collect::<Vec<_>>())
}

/// The files of a folder; when it doesn't exist, those of the binary are written there first.
///
/// # Errors
/// A folder that can't be read or written.
pub fn open(folder: &Path) -> anyhow::Result<Tree> {
    if !folder.exists() {
        shipped()
            .write(folder)
            .with_context(|| format!("can't write the shop files to {}", folder.display()))?;
        tracing::info!(folder = %folder.display(), "wrote the packs and the demo shop");
    }
    read(folder)
}

/// The files of a folder that has to be there.
///
/// # Errors
/// A folder that can't be read.
pub fn read(folder: &Path) -> anyhow::Result<Tree> {
    Tree::read(folder).with_context(|| format!("can't read the shop files in {}", folder.display()))
}

/// The files that one shop is made of (its own and the packs'), as the store keeps a published version.
pub fn pack(tree: &Tree, shop: &str) -> Vec<u8> {
    let own = format!("shops/{shop}/");
    let kept = |path: &str| {
        path.starts_with("packs/")
            || path
                .strip_prefix(&own)
                .is_some_and(|rest| !rest.starts_with("catalog/") && !rest.starts_with("orders/"))
    };
    let files: BTreeMap<&str, &str> = tree.files().filter(|(path, _)| kept(path)).collect();
    serde_json::to_vec(&files).expect("a map of texts always serialises")
}

/// The files of a published version.
///
/// # Errors
/// A version that was stored by other means.
pub fn unpack(files: &[u8]) -> anyhow::Result<Tree> {
    let files: BTreeMap<String, String> =
        serde_json::from_slice(files).context("a published version can't be read back")?;
    Ok(Tree::new(files))
}
