//! The merchant's files as paths and texts, wherever they come from: a folder, the binary, or a test.
//!
//! Reading a folder is the only input and output in the loading of a shop; all else works on a [`Tree`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::problem::{Problem, kinds};

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// How deep folders may lie within each other.
const DEEPEST: usize = 8;

/// A set of files by their path from the tree's root, with forward slashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, String>,
    unreadable: Vec<Problem>,
}

/// Why a tree could not be read or written at all.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A folder or file that could not be read.
    #[error("cannot read {path}")]
    Read {
        /// What was read.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A folder or file that could not be written.
    #[error("cannot write {path}")]
    Write {
        /// What was written.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
}

impl Tree {
    /// A tree of given files; for the files inside the binary and for tests.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        Tree { files: files.into_iter().collect(), unreadable: Vec::new() }
    }

    /// Reads every file the formats know (`.toml` and `.jsonl`) below a folder. Files that are no UTF-8 or too large
    /// become problems that loading reports; hidden files and other kinds are left alone.
    pub fn read(root: &Path) -> Result<Self, TreeError> {
        let mut tree = Tree::default();
        read_folder(root, "", 0, &mut tree)?;
        Ok(tree)
    }

    /// Writes every file below a folder, making folders as needed and replacing files of the same name.
    pub fn write(&self, root: &Path) -> Result<(), TreeError> {
        for (path, text) in &self.files {
            let target = root.join(path);
            let folder = target.parent().unwrap_or(root);
            std::fs::create_dir_all(folder)
                .and_then(|()| std::fs::write(&target, text))
                .map_err(|source| TreeError::Write { path: target.clone(), source })?;
        }
        Ok(())
    }

    /// Lays another tree over this one: its files replace those of the same path.
    pub fn lay_over(&mut self, over: Tree) {
        for problem in &over.unreadable {
            self.files.remove(&problem.path);
        }
        self.files.extend(over.files);
        self.unreadable.extend(over.unreadable);
    }

    /// The files that were there and could not be read.
    pub fn unreadable(&self) -> &[Problem] {
        &self.unreadable
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }

    /// Takes a file out, and says what was in it.
    pub fn remove(&mut self, path: &str) -> Option<String> {
        self.files.remove(path)
    }

    /// Every file by rising path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files below a folder (written with its closing slash), by rising path.
    pub fn below<'t>(&'t self, folder: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.files
            .range(folder.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(folder))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The names of the folders directly below a folder (written with its closing slash).
    pub fn folders(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = self
            .below(folder)
            .filter_map(|(path, _)| path[folder.len()..].split_once('/').map(|(name, _)| name.to_owned()))
            .collect();
        names.dedup();
        names
    }
}

fn read_folder(folder: &Path, prefix: &str, depth: usize, tree: &mut Tree) -> Result<(), TreeError> {
    let failed = |source| TreeError::Read { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        // Following links is wanted: merchants keep shared packs elsewhere. A circle of links ends at the depth limit.
        let Ok(about) = std::fs::metadata(entry.path()) else { continue };
        if about.is_dir() {
            if depth < DEEPEST {
                read_folder(&entry.path(), &format!("{path}/"), depth + 1, tree)?;
            }
        } else if name.ends_with(".toml") || name.ends_with(".jsonl") {
            read_one(&entry.path(), path, about.len(), tree)?;
        }
    }
    Ok(())
}

fn read_one(file: &Path, path: String, bytes: u64, tree: &mut Tree) -> Result<(), TreeError> {
    if bytes > LARGEST_FILE {
        tree.unreadable.push(Problem::new(&path, 1, 1, &kinds::FILE_TOO_LARGE, &[&LARGEST_FILE.to_string()]));
        return Ok(());
    }
    let content = match std::fs::read(file) {
        Ok(content) => content,
        // A file may vanish between the listing and the reading while an editor saves it.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(TreeError::Read { path: file.to_owned(), source }),
    };
    match String::from_utf8(content) {
        Ok(text) => tree.insert(path, text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned)),
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            tree.unreadable.push(Problem::new(&path, line, 1, &kinds::NOT_UTF8, &[]));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tree = Tree::new([
            ("packs/base/pack.toml".to_owned(), "version = 1\n".to_owned()),
            ("shops/a/shop.toml".to_owned(), "version = 1 # 店\n".to_owned()),
            ("shops/b/catalog/products.jsonl".to_owned(), String::new()),
        ]);
        tree.write(folder.path()).expect("written");
        std::fs::write(folder.path().join("notes.txt"), "left alone").expect("written");
        std::fs::write(folder.path().join(".hidden.toml"), "left alone").expect("written");
        std::fs::write(folder.path().join("bad.toml"), b"a = 1\n\xff").expect("written");
        let read = Tree::read(folder.path()).expect("readable");
        assert!(read.files().eq(tree.files()));
        let problems = read.unreadable();
        assert_eq!((problems.len(), problems[0].code, problems[0].line), (1, kinds::NOT_UTF8.code, 2));
        assert_eq!(read.folders("shops/"), ["a", "b"]);
        assert_eq!(read.below("shops/a").count(), 1);
    }
}
