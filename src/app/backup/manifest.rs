//! What a backup says of itself, and the digests of its files.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Component, Path},
};

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{DATABASE, files};

/// The version of the form of backups.
const FORMAT: u32 = 1;
/// The file that makes a folder a backup.
const MANIFEST: &str = "manifest.json";
/// The digests of all other files, in the form of `sha256sum`.
const SUMS: &str = "SHA256SUMS";

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The version of the form.
    format: u32,
    /// The program that made it.
    pub(super) xiaoer: String,
    /// The version of the database's tables.
    pub(super) schema: i64,
    /// When it was begun: what was acknowledged before is in it.
    #[serde(with = "as_text")]
    pub(super) made_at: Timestamp,
    /// How many files it has besides the two that tell of them.
    pub(super) files: usize,
    /// Their length in bytes, all together.
    pub(super) bytes: u64,
    /// Whether the merchant's files were in the data folder.
    pub(super) intents_in_data: bool,
}

/// Times in RFC 3339.
mod as_text {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A backup's files, by their path, with their digests.
pub(super) type Sums = BTreeMap<String, String>;

impl Manifest {
    /// Of this program and form.
    pub(super) fn new(
        schema: i64,
        made_at: Timestamp,
        files: usize,
        bytes: u64,
        intents_in_data: bool,
    ) -> Self {
        let xiaoer = env!("CARGO_PKG_VERSION").to_owned();
        Self { format: FORMAT, xiaoer, schema, made_at, files, bytes, intents_in_data }
    }

    /// Writes both files that tell of the others.
    pub(super) fn write(&self, backup: &Path, sums: &Sums) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self).expect("a manifest always serialises") + "\n";
        let own = (MANIFEST.to_owned(), hex::encode(Sha256::digest(&text)));
        files::write(&backup.join(MANIFEST), &text)?;
        let lines = sums.iter().chain(std::iter::once((&own.0, &own.1)));
        let lines = lines.map(|(path, digest)| format!("{digest}  {path}\n"));
        files::write(&backup.join(SUMS), &lines.collect::<String>())
    }

    /// What a folder says of itself; `None` when it is no backup.
    pub(super) fn of(backup: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(backup.join(MANIFEST)).ok()?).ok()
    }

    /// Reads a backup's manifest and digests, and holds the manifest against its own.
    pub(super) fn read(backup: &Path) -> anyhow::Result<(Self, Sums)> {
        let (shown, path) = (backup.display(), backup.join(MANIFEST));
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                bail!("{shown} is no backup: it has no {MANIFEST}{}", newest_within(backup))
            }
            Err(error) => return Err(error).with_context(|| format!("can't read {}", path.display())),
        };
        let damaged = |file: &str| format!("the backup {shown} is damaged: {file} is not as it was written");
        #[derive(Deserialize)]
        struct Form {
            format: u32,
        }
        let form: Form = serde_json::from_slice(&text).with_context(|| damaged(MANIFEST))?;
        ensure!(
            form.format <= FORMAT,
            "the backup {shown} has form {}, this program knows forms up to {FORMAT}: use a newer xiaoer",
            form.format
        );
        let manifest: Self = serde_json::from_slice(&text).with_context(|| damaged(MANIFEST))?;
        let listed = fs::read_to_string(backup.join(SUMS)).with_context(|| damaged(SUMS))?;
        let mut sums = sums_of(&listed).with_context(|| damaged(SUMS))?;
        let own = sums.remove(MANIFEST);
        ensure!(own == Some(hex::encode(Sha256::digest(&text))), damaged(MANIFEST));
        ensure!(sums.len() == manifest.files && sums.contains_key(DATABASE), damaged(SUMS));
        Ok((manifest, sums))
    }
}

/// The lines of `sha256sum`; `None` for anything else, and for a path that leads out of the folder.
fn sums_of(text: &str) -> Option<Sums> {
    let lines = text.ends_with('\n').then(|| text.lines())?;
    lines
        .map(|line| {
            let (digest, path) = line.split_once("  ")?;
            let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
            let fine = plain && !path.is_empty() && digest.len() == 64;
            fine.then(|| (path.to_owned(), digest.to_owned()))
        })
        .collect()
}

/// For whoever names the folder in which backups are.
fn newest_within(folder: &Path) -> String {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let backups = entries.filter_map(|entry| Some((Manifest::of(&entry.path())?.made_at, entry.path())));
    let newest = backups.max().map(|(_, path)| format!("; the newest one in it is {}", path.display()));
    newest.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_within_the_backup_are_listed() {
        let digest = "0".repeat(64);
        assert_eq!(sums_of(&format!("{digest}  keys/demo.json\n")).map(|sums| sums.len()), Some(1));
        for path in ["../keys", "/etc/passwd", "keys/../../x", "", "./x"] {
            assert_eq!(sums_of(&format!("{digest}  {path}\n")), None, "{path}");
        }
        for text in ["", "short  keys\n", &format!("{digest}  cut"), &format!("{digest} keys\n")] {
            assert_eq!(sums_of(text), None, "{text:?}");
        }
    }
}
