//! A model folder that lacks something or was damaged: told by its file, and nothing is served without it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::super::{machine::run, support::Home};

/// Files without which there is no model.
const NEEDED: [&str; 3] = ["manifest.toml", "encoder.gguf", "tokenizer.json"];

/// The shipped model as links, so that a file of it can be another.
fn model() -> TempDir {
    let folder = TempDir::new().expect("a folder can be made");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    for entry in fs::read_dir(shipped).expect("it is there").flatten() {
        let link = folder.path().join(entry.file_name());
        std::os::unix::fs::symlink(entry.path(), link).expect("a link can be made");
    }
    folder
}

/// Refused in one line with a word, when a file of the model is changed to this.
fn refused_with(file: &str, change: impl FnOnce(&PathBuf, Vec<u8>), word: &str) {
    let (home, model) = (Home::on_disk(), model());
    let path = model.path().join(file);
    let bytes = fs::read(&path).expect("it can be read");
    fs::remove_file(&path).expect("a link can be removed");
    change(&path, bytes);
    let models = model.path().to_str().expect("UTF-8");
    let told = run(&home, &["serve", "--listen", "127.0.0.1:0", "--models", models]);
    assert!(told.refusal().contains("the model can't be used"), "{told:?}");
    assert!(told.err.contains(file) && told.err.contains(word), "{file}, {word}: {told:?}");
}

#[test]
fn a_model_that_lacks_a_file_or_has_a_damaged_one_is_told_by_that_file() {
    for file in NEEDED {
        refused_with(file, |_, _| {}, "cannot be read");
        refused_with(file, |path, bytes| fs::write(path, &bytes[..bytes.len() / 2]).expect("written"), "");
    }
    for file in ["encoder.gguf", "tokenizer.json"] {
        let flipped = |path: &PathBuf, mut bytes: Vec<u8>| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(path, bytes).expect("it can be written");
        };
        refused_with(file, flipped, "is damaged");
    }
    let home = Home::on_disk();
    let told = run(&home, &["serve", "--listen", "127.0.0.1:0", "--models", "no/such/folder"]);
    assert!(told.refusal().contains("no/such/folder"), "{told:?}");
}
