//! The merchant's files: a folder, or what is inside the binary, written out where the folder is missing.

use std::path::Path;

use anyhow::Context;
use rust_embed::RustEmbed;

use crate::{shop::Tree, store::VersionFiles};

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

/// The files that one shop is made of (its own and its packs'), as the store keeps a published version.
pub fn pack(tree: &Tree, shop: &str, packs: &[String]) -> VersionFiles {
    let own = format!("shops/{shop}/");
    let kept = |path: &str| {
        let of_pack = path.strip_prefix("packs/").and_then(|rest| rest.split('/').next());
        let of_shop = path.strip_prefix(&own);
        of_pack.is_some_and(|pack| packs.iter().any(|used| used == pack))
            || of_shop.is_some_and(|rest| !rest.starts_with("catalog/") && !rest.starts_with("orders/"))
    };
    let files = tree.files().filter(|(path, _)| kept(path));
    files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}
