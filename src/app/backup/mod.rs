//! Backups: everything that can't be made anew, as a folder of plain files, and back again.
//!
//! A backup is the database as it was at one moment (`xiaoer.db`), then the keys and settings of the data folder, then the
//! merchant's files (`intents/`). In that order: a secret that is sealed in the database was sealed with a key that is
//! there already. What can be made anew, the indexes and kept vectors, is left out. `manifest.json` says what made it, and
//! `SHA256SUMS` (in the form of `sha256sum`) what every file has to be. Nothing counts before it is whole: a backup is
//! written under another name and renamed, and what is restored is checked before anything is put in its place.

mod erased;
mod files;
mod make;
mod manifest;
mod restore;

pub use make::{Made, Source, forget_old, make};
pub use restore::{Restored, Target, is_unfinished, restore};

/// The database in a backup, and in the data folder.
const DATABASE: &str = "xiaoer.db";
/// The merchant's files in a backup.
const INTENTS: &str = "intents";
/// Folders of the data folder whose files are kept: signing keys, and tokens of shops' own systems.
const FOLDERS: [&str; 2] = ["keys", "systems"];
/// Files of the data folder that are kept: sign-in by another service, and the first password, while it still counts.
const FILES: [&str; 2] = ["oidc.toml", "first-sign-in"];
