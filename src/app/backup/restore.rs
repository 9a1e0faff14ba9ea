//! Puts a backup back: into the data folder itself, which may be a volume that can't be renamed.
//!
//! Everything is copied beside what is there and checked first. Then a mark is set by which the server knows that a
//! restore is under way and does not start; what is there is moved aside, the copy's files are moved to their places, the
//! database last, and the mark goes. Whenever it is ended in between, either nothing was touched or the server says that
//! the restore has to be run again.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;

use super::{
    DATABASE, INTENTS, erased,
    files::{self, Readable},
    manifest::{Manifest, Sums},
};
use crate::store::{self, snapshot};

/// Where the copy is made.
const STAGED: &str = ".restore-staged";
/// The mark that is there while the copy is moved to its places.
const UNFINISHED: &str = ".restore-unfinished";
/// What names begin with of what was there before.
const ASIDE: &str = "before-restore-";
/// What makes no folder a full one.
const NOTHING: [&str; 4] = ["lost+found", "xiaoer.db.lock", STAGED, UNFINISHED];

/// Where a backup is put.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The data folder; made when missing.
    pub data: &'a Path,
    /// Where the merchant's files are to be, which are left as they are when there are any; when not given, in the data
    /// folder if they were there, else in `intents`.
    pub intents: Option<&'a Path>,
    /// Whether what is in the data folder is moved aside rather than in the way.
    pub moves_aside: bool,
}

/// A backup that is in its place.
#[derive(Debug)]
pub struct Restored {
    /// When it was made.
    pub made_at: Timestamp,
    /// The version of the database's tables.
    pub schema: i64,
    /// Where what was in the data folder is now.
    pub aside: Option<PathBuf>,
    /// Where the merchant's files were put; `None` where there were some.
    pub intents: Option<PathBuf>,
    /// Erasures of after the backup that were made again.
    pub erased_again: usize,
    /// Databases of before that could not be asked what was erased since.
    pub unasked: Vec<PathBuf>,
}

/// Whether a restore into a data folder was begun and not ended.
pub fn is_unfinished(data: &Path) -> bool {
    data.join(UNFINISHED).exists()
}

/// Checks a backup and puts it into a data folder.
///
/// # Errors
/// One clear line; what is in the data folder is as it was, unless [`is_unfinished`] says otherwise.
pub fn restore(backup: &Path, target: &Target<'_>, now: Timestamp) -> anyhow::Result<Restored> {
    let (manifest, sums) = Manifest::read(backup)?;
    let known = snapshot::known_schema();
    ensure!(
        manifest.schema <= known,
        "the backup {} has a database of version {}, this program knows versions up to {known}: use a newer xiaoer",
        backup.display(),
        manifest.schema
    );
    let data = target.data;
    let unwritten = || format!("can't write to the data folder {}", data.display());
    files::make_folder(data, Readable::ByOwner).with_context(unwritten)?;
    let _ours = store::claim_database(&data.join(DATABASE)).map_err(|error| match error {
        store::StoreError::InUse { .. } => anyhow::Error::from(error).context("stop the server first"),
        error => anyhow::Error::from(error).context(unwritten()),
    })?;
    let there = there(data).with_context(unwritten)?;
    ensure!(
        there.is_empty() || target.moves_aside,
        "the data folder {} is not empty: name another one, or give --move-aside to keep what is there beside it",
        data.display()
    );
    let staged = data.join(STAGED);
    let copied = stage(backup, &sums, &staged).and_then(|()| look_over(&staged, backup, &manifest));
    if let Err(error) = copied {
        let _ = fs::remove_dir_all(&staged);
        return Err(error);
    }
    let (erased_again, unasked) = erase_again(data, &staged);
    let inner = data.join(INTENTS);
    let usual = if manifest.intents_in_data { &inner } else { Path::new(INTENTS) };
    let intents = target.intents.unwrap_or(usual);
    let (aside, put) = put_in_place(data, intents, &there, now).with_context(unwritten)?;
    let intents = put.then(|| intents.to_owned());
    let (made_at, schema) = (manifest.made_at, manifest.schema);
    Ok(Restored { made_at, schema, aside, intents, erased_again, unasked })
}

/// Erases in the copy what any database of before says was erased; how many erasures, and which could not be asked: a
/// damaged database may be the reason for all this.
fn erase_again(data: &Path, restored: &Path) -> (usize, Vec<PathBuf>) {
    let entries = fs::read_dir(data).into_iter().flatten().flatten();
    let asides = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(ASIDE));
    let folders = asides.map(|entry| entry.path()).chain([data.to_owned()]);
    let (mut erased_again, mut unasked) = (0, Vec::new());
    for before in folders.filter(|folder| folder.join(DATABASE).is_file()) {
        match erased::erase_again(&before, restored) {
            Ok(count) => erased_again += count,
            Err(error) => {
                tracing::warn!(error = %format!("{error:#}"), "what was erased can't be told");
                unasked.push(before.join(DATABASE));
            }
        }
    }
    (erased_again, unasked)
}

/// What is in a data folder, but for what counts as nothing and what earlier restores moved aside.
fn there(data: &Path) -> io::Result<Vec<String>> {
    let mut there = Vec::new();
    for entry in fs::read_dir(data)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !NOTHING.contains(&name.as_str()) && !name.starts_with(ASIDE) {
            there.push(name);
        }
    }
    there.sort();
    Ok(there)
}

/// Copies the backup's files, each held against its digest as it is read.
fn stage(backup: &Path, sums: &Sums, staged: &Path) -> anyhow::Result<()> {
    if staged.exists() {
        fs::remove_dir_all(staged).with_context(|| format!("can't remove {}", staged.display()))?;
    }
    files::make_folder(staged, Readable::ByOwner)
        .with_context(|| format!("can't make the folder {}", staged.display()))?;
    for (path, digest) in sums {
        let readable = if path.starts_with("intents/") { Readable::AsUsual } else { Readable::ByOwner };
        let copied = files::copy(&backup.join(path), &staged.join(path), readable);
        if copied.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            bail!("the backup {} is damaged: {path} is missing", backup.display());
        }
        let (found, _) = copied.with_context(|| format!("{path} of the backup can't be copied"))?;
        if found != *digest {
            bail!("the backup {} is damaged: {path} is not as it was written", backup.display());
        }
    }
    Ok(())
}

fn look_over(staged: &Path, backup: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    let schema = snapshot::examine(&staged.join(DATABASE), true)
        .with_context(|| format!("the backup {} can't be used", backup.display()))?;
    ensure!(
        schema == manifest.schema,
        "the backup {} is damaged: its database is another one",
        backup.display()
    );
    Ok(())
}

/// Moves what is there aside and the copy into its place; where the former went, and whether the merchant's files were put
/// back.
fn put_in_place(
    data: &Path,
    intents: &Path,
    there: &[String],
    now: Timestamp,
) -> anyhow::Result<(Option<PathBuf>, bool)> {
    let (staged, mark) = (data.join(STAGED), data.join(UNFINISHED));
    own(&staged, data)?;
    // Those outside of the data folder are in nobody's way; those within it come when what is there has gone.
    let mut put = !intents.starts_with(data) && put_intents(&staged.join(INTENTS), intents, data)?;
    if !mark.exists() {
        files::write(&mark, "")?;
    }
    files::sync_folder(data)?;
    let name = format!("{ASIDE}{}", now.strftime("%Y-%m-%dT%H%M%SZ"));
    let names = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}-{number}")));
    let aside = names.map(|name| data.join(name)).find(|path| !path.exists()).expect("names don't end");
    if !there.is_empty() {
        files::make_folder(&aside, Readable::ByOwner)?;
    }
    for name in there {
        fs::rename(data.join(name), aside.join(name))?;
    }
    if intents.starts_with(data) {
        put = put_intents(&staged.join(INTENTS), intents, data)?;
    }
    let names = fs::read_dir(&staged)?.map(|entry| Ok(entry?.file_name()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.retain(|name| name != INTENTS);
    // Without a database nothing can be served: it comes last.
    names.sort_by_key(|name| name == DATABASE);
    for name in names {
        fs::rename(staged.join(&name), data.join(&name))?;
    }
    fs::remove_dir_all(&staged)?;
    files::sync_folder(data)?;
    fs::remove_file(&mark)?;
    files::sync_folder(data)?;
    Ok(((!there.is_empty()).then_some(aside), put))
}

/// Puts the merchant's files into their folder, unless there are some.
fn put_intents(from: &Path, to: &Path, data: &Path) -> anyhow::Result<bool> {
    let has_some = fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some());
    if has_some || !from.is_dir() {
        return Ok(false);
    }
    for path in files::below(from)? {
        files::copy(&from.join(&path), &to.join(&path), Readable::AsUsual)
            .with_context(|| format!("can't write {}", to.join(&path).display()))?;
    }
    own(to, data)?;
    Ok(true)
}

/// Gives a folder and all in it to whoever has another: the server is seldom run by root, who restores.
#[cfg(unix)]
fn own(folder: &Path, like: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (wanted, is) = (fs::metadata(like)?, fs::metadata(folder)?);
    if (wanted.uid(), wanted.gid()) == (is.uid(), is.gid()) {
        return Ok(());
    }
    let change = |path: &Path| chown(path, Some(wanted.uid()), Some(wanted.gid()));
    change(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { own(&path, like)? } else { change(&path)? }
    }
    Ok(())
}

#[cfg(not(unix))]
fn own(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}
