//! The working copy: the merchant's files on disk, read whole and written without overwriting what somebody else wrote
//! meanwhile.

use std::{
    io::Write as _,
    path::{Component, Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

use crate::{
    domain::ShopId,
    shop::{Tree, TreeError},
};

/// The longest path of a file, in bytes.
const LONGEST_PATH: usize = 200;

/// A file as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path in the tree: `shops/demo/faq/shop.toml`.
    pub path: String,
    /// What is to be in it; `None` removes it.
    pub text: Option<String>,
    /// The revision that was edited; `None` where there was no file.
    pub base: Option<String>,
}

/// Why files were not saved. None of them was.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Files that are not what they were when the edit began.
    #[error("changed by somebody else meanwhile: {}", .0.join(", "))]
    Conflict(Vec<String>),
    /// A path that is no file of the shop.
    #[error("{0} is no file of this shop that can be edited")]
    NotOurs(String),
    /// The folder can't be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A file can't be written.
    #[error("cannot write {path}")]
    Write {
        /// Which.
        path: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
}

/// What tells one content of a file from another: the beginning of its SHA-256, in hexadecimal.
pub fn revision(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..8])
}

/// Whether a path is one of a shop's own files of knowledge. Seeds (`catalog/`, `orders/`) are imported, not edited.
pub fn is_own(shop: &ShopId, path: &str) -> bool {
    let Some(rest) = path.strip_prefix("shops/").and_then(|rest| rest.strip_prefix(shop.as_str())) else {
        return false;
    };
    let Some(rest) = rest.strip_prefix('/') else { return false };
    let plain = Path::new(rest).components().all(|part| match part {
        Component::Normal(name) => name.to_str().is_some_and(|name| !name.starts_with('.')),
        _ => false,
    });
    let seed = rest.starts_with("catalog/") || rest.starts_with("orders/");
    let letters = |letter: char| letter.is_alphanumeric() || "-_./".contains(letter);
    path.len() <= LONGEST_PATH && plain && !seed && rest.ends_with(".toml") && rest.chars().all(letters)
}

/// The folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// One at a time looks whether files are as they were, and writes them.
    writing: Mutex<()>,
}

impl Folder {
    /// The folder at a path.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), writing: Mutex::default() }
    }

    /// Every file, as it is now.
    ///
    /// # Errors
    /// It can't be read.
    pub fn tree(&self) -> Result<Tree, TreeError> {
        Tree::read(&self.root)
    }

    /// Writes a shop's files, if each is still what it was when the edit began.
    ///
    /// # Errors
    /// A conflict; a path that is not the shop's; a file that can't be written.
    pub fn save(&self, shop: &ShopId, changes: &[Change]) -> Result<(), SaveError> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = changes.iter().find(|change| !is_own(shop, &change.path)) {
            return Err(SaveError::NotOurs(other.path.clone()));
        }
        let now = self.tree()?;
        let moved = |change: &&Change| now.get(&change.path).map(revision) != change.base;
        let conflicts: Vec<String> = changes.iter().filter(moved).map(|change| change.path.clone()).collect();
        if !conflicts.is_empty() {
            return Err(SaveError::Conflict(conflicts));
        }
        // Everything that may fail for want of room comes before the first file is in its place.
        let mut written = Vec::new();
        for change in changes {
            let failed = |source| SaveError::Write { path: change.path.clone(), source };
            let target = self.target(&change.path).map_err(failed)?;
            let fresh = change.text.as_ref().map(|text| beside(&target, text)).transpose().map_err(failed)?;
            written.push((change, target, fresh));
        }
        for (change, target, fresh) in written {
            let done = match fresh {
                Some(fresh) => fresh.persist(&target).map(drop).map_err(|error| error.error),
                None => std::fs::remove_file(&target),
            };
            done.map_err(|source| SaveError::Write { path: change.path.clone(), source })?;
        }
        Ok(())
    }

    /// Where a file really lies: below the folder, or where a link of the merchant's leads.
    fn target(&self, path: &str) -> std::io::Result<PathBuf> {
        let target = self.root.join(path);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if target.is_symlink() { target.canonicalize() } else { Ok(target) }
    }
}

/// A file beside another, written and on disk, that takes its place in one step; it may be read by whom that may.
fn beside(target: &Path, text: &str) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let usual = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o644);
    #[cfg(unix)]
    builder.permissions(std::fs::metadata(target).map_or(usual, |about| about.permissions()));
    let mut fresh = builder.prefix(".").suffix(".new").tempfile_in(folder)?;
    fresh.write_all(text.as_bytes())?;
    fresh.as_file().sync_all()?;
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, text: Option<&str>, base: Option<&str>) -> Change {
        Change { path: path.to_owned(), text: text.map(str::to_owned), base: base.map(revision) }
    }

    #[test]
    fn files_are_written_when_they_are_what_was_edited() {
        let root = tempfile::tempdir().expect("a folder");
        let (folder, tea) = (Folder::new(root.path()), ShopId::from("tea"));
        let (shop, faq) = ("shops/tea/shop.toml", "shops/tea/faq/new.toml");
        folder.save(&tea, &[change(shop, Some("a"), None), change(faq, Some("b"), None)]).expect("new files");
        folder.save(&tea, &[change(shop, Some("c"), Some("a"))]).expect("an edit");

        let late = [change(faq, Some("d"), Some("b")), change(shop, Some("e"), Some("a"))];
        let conflict = folder.save(&tea, &late).expect_err("somebody else was faster");
        assert!(matches!(conflict, SaveError::Conflict(paths) if paths == [shop]));
        let gone =
            folder.save(&tea, &[change(shop, None, Some("a"))]).expect_err("removing is an edit as well");
        assert!(matches!(gone, SaveError::Conflict(_)));
        let tree = folder.tree().expect("a folder");
        assert_eq!((tree.get(shop), tree.get(faq)), (Some("c"), Some("b")), "none of two was written");

        folder.save(&tea, &[change(faq, None, Some("b"))]).expect("removed");
        assert_eq!(folder.tree().expect("a folder").files().count(), 1);
        let left = std::fs::read_dir(root.path().join("shops/tea")).expect("a folder").count();
        assert_eq!(left, 2, "the shop's file, and the folder of FAQ: nothing half written lies about");
    }

    #[test]
    fn only_a_shops_own_files_are_written() {
        let root = tempfile::tempdir().expect("a folder");
        let (folder, tea) = (Folder::new(root.path()), ShopId::from("tea"));
        for path in [
            "shops/tea/../demo/shop.toml",
            "shops/demo/shop.toml",
            "shops/teashop/shop.toml",
            "shops/tea/../../../etc/x.toml",
            "/etc/x.toml",
            "packs/base/pack.toml",
            "shops/tea/catalog/products.toml",
            "shops/tea/.hidden/x.toml",
            "shops/tea/faq/.x.toml",
            "shops/tea/faq/x.sh",
            "shops/tea//x.toml/",
            "shops/tea/faq\\x.toml",
            "shops/tea/a\nb.toml",
            "shops/tea/",
            "",
        ] {
            let refused = folder.save(&tea, &[change(path, Some("x"), None)]).expect_err(path);
            assert!(matches!(refused, SaveError::NotOurs(_)), "{path}: {refused}");
        }
        for path in ["shops/tea/shop.toml", "shops/tea/faq/常见问题.toml", "shops/tea/tests/a-b_2.toml"] {
            assert!(is_own(&tea, path), "{path}");
        }
        assert!(std::fs::read_dir(root.path()).expect("a folder").next().is_none());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_stays_a_link_and_rights_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let (root, kept) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let real = kept.path().join("policy.toml");
        std::fs::write(&real, "a").expect("written");
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("set");
        std::fs::create_dir_all(root.path().join("shops/tea")).expect("made");
        let link = root.path().join("shops/tea/policy.toml");
        std::os::unix::fs::symlink(&real, &link).expect("linked");
        let folder = Folder::new(root.path());
        folder.save(&"tea".into(), &[change("shops/tea/policy.toml", Some("b"), Some("a"))]).expect("saved");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&real).expect("there"), "b");
        assert_eq!(std::fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o640);
    }
}
