//! Makes a backup, and forgets those that are too old.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use jiff::{SignedDuration, Timestamp};

use super::{
    DATABASE, FILES, FOLDERS, INTENTS,
    files::{self, Readable},
    manifest::{Manifest, Sums},
};
use crate::store::{SqlStore, snapshot};

/// What names of backups begin with; a time follows.
const NAME: &str = "xiaoer-";
/// What the name of one ends with that is not whole yet.
const UNFINISHED: &str = ".part";
/// An unfinished one as old as this was left by a program that was ended.
const LEFT_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What is backed up.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// The store's address.
    pub database: &'a str,
    /// The merchant's files; when not given, those in the data folder, else those in `intents`.
    pub intents: Option<&'a Path>,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Made {
    /// The folder that it is.
    pub folder: PathBuf,
    /// The version of the database's tables.
    pub schema: i64,
    /// How many files it has.
    pub files: usize,
    /// Their length in bytes.
    pub bytes: u64,
    /// Whether the merchant's files are among them; they are not when their folder isn't there.
    pub has_intents: bool,
}

/// Makes a backup in a folder of backups, named by the time. The server may run meanwhile.
///
/// # Errors
/// One clear line; nothing is left behind then, and no backup that is there is touched.
pub fn make(source: &Source<'_>, folder: &Path, now: Timestamp) -> anyhow::Result<Made> {
    let database = database_of(source)?;
    let name = format!("{NAME}{}", now.strftime("%Y-%m-%dT%H%M%SZ"));
    let (whole, part) = (folder.join(&name), folder.join(format!(".{name}{UNFINISHED}")));
    files::make_folder(folder, Readable::ByOwner)
        .with_context(|| format!("can't make the folder {}", folder.display()))?;
    ensure!(
        fs::symlink_metadata(&whole).is_err(),
        "{} is there already: nothing was written",
        whole.display()
    );
    fs::create_dir(&part).with_context(|| format!("can't write the backup {}", part.display()))?;
    let made = fill(source, &database, &part, now).and_then(|made| {
        fs::rename(&part, &whole).with_context(|| format!("can't name the backup {}", whole.display()))?;
        files::sync_folder(folder).with_context(|| format!("can't write to {}", folder.display()))?;
        Ok(Made { folder: whole, ..made })
    });
    if made.is_err() {
        // What can't be removed now is once it is old.
        let _ = fs::remove_dir_all(&part);
    }
    made
}

/// The database's file.
fn database_of(source: &Source<'_>) -> anyhow::Result<PathBuf> {
    if source.database.starts_with("postgres") {
        bail!(
            "the database is on a PostgreSQL server: back it up there (pg_dump), and keys/, systems/ and oidc.toml of \
             {} beside it; README.md shows how",
            source.data.display()
        );
    }
    if source.database.starts_with("memory:") {
        bail!("memory: keeps nothing that could be backed up");
    }
    let database = SqlStore::file_of(source.database).context("the database address can't be read")?;
    ensure!(
        database.is_file(),
        "there is no database {}: --data names the server's data folder",
        database.display()
    );
    Ok(database)
}

fn fill(source: &Source<'_>, database: &Path, part: &Path, now: Timestamp) -> anyhow::Result<Made> {
    let unwritten = || format!("can't write the backup {}", part.display());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(part, fs::Permissions::from_mode(0o700)).with_context(unwritten)?;
    }
    let copied = part.join(DATABASE);
    let schema = snapshot::copy(database, &copied)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&copied, fs::Permissions::from_mode(0o600)).with_context(unwritten)?;
    }
    fs::File::open(&copied).and_then(|file| file.sync_all()).with_context(unwritten)?;
    let (digest, length) = files::digest(&copied).with_context(unwritten)?;
    let mut sums = Sums::from([(DATABASE.to_owned(), digest)]);
    let mut bytes = length;
    for (from, path) in secrets(source.data)? {
        bytes += take(&from, part, &path, Readable::ByOwner, &mut sums)?;
    }
    let inner = source.data.join(INTENTS);
    let usual = if inner.is_dir() { &inner } else { Path::new(INTENTS) };
    let intents = source.intents.unwrap_or(usual);
    let has_intents = intents.is_dir();
    if has_intents {
        let unread = || format!("can't read {}", intents.display());
        for path in files::below(intents).with_context(unread)? {
            let kept = format!("{INTENTS}/{}", text(&path)?);
            bytes += take(&intents.join(&path), part, &kept, Readable::AsUsual, &mut sums)?;
        }
    }
    let in_data = is_within(intents, source.data);
    Manifest::new(schema, now, sums.len(), bytes, in_data).write(part, &sums).with_context(unwritten)?;
    for folder in [INTENTS].into_iter().chain(FOLDERS).map(|name| part.join(name)) {
        if folder.is_dir() {
            files::sync_folder(&folder).with_context(unwritten)?;
        }
    }
    files::sync_folder(part).with_context(unwritten)?;
    Ok(Made { folder: part.to_owned(), schema, files: sums.len(), bytes, has_intents })
}

fn is_within(path: &Path, folder: &Path) -> bool {
    let (path, folder) = (fs::canonicalize(path), fs::canonicalize(folder));
    path.is_ok_and(|path| folder.is_ok_and(|folder| path.starts_with(folder)))
}

/// Keys and settings of a data folder: where each is, and its path in the backup.
fn secrets(data: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        let inner = data.join(folder);
        if inner.is_dir() {
            let unread = || format!("can't read {}", inner.display());
            for path in files::below(&inner).with_context(unread)? {
                found.push((inner.join(&path), format!("{folder}/{}", text(&path)?)));
            }
        }
    }
    found.extend(
        FILES.map(|file| (data.join(file), file.to_owned())).into_iter().filter(|(path, _)| path.is_file()),
    );
    Ok(found)
}

/// Copies one file; its length.
fn take(from: &Path, part: &Path, path: &str, readable: Readable, sums: &mut Sums) -> anyhow::Result<u64> {
    let copied = files::copy(from, &part.join(path), readable);
    let (digest, length) = copied.with_context(|| format!("{} can't be copied", from.display()))?;
    sums.insert(path.to_owned(), digest);
    Ok(length)
}

fn text(path: &Path) -> anyhow::Result<&str> {
    let text = path.to_str().filter(|text| !text.contains(['\n', '\r']));
    text.with_context(|| format!("{}: a name of plain text is needed", path.display()))
}

/// Removes the backups of a folder that are older than so many days, but never the one that was just made; and what a
/// program that was ended left unfinished. Other files and folders are left alone.
///
/// # Errors
/// A folder that can't be read, a backup that can't be removed.
pub fn forget_old(
    folder: &Path,
    days: u32,
    just_made: &Path,
    now: Timestamp,
) -> anyhow::Result<Vec<PathBuf>> {
    let horizon = SignedDuration::from_hours(24 * i64::from(days));
    let mut old = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))? {
        let entry = entry.with_context(|| format!("can't read {}", folder.display()))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let left = name.starts_with(&format!(".{NAME}")) && name.ends_with(UNFINISHED);
        let age = match (left, name.starts_with(NAME)) {
            (true, _) => changed_at(&path).ok().filter(|at| LEFT_AFTER < now.duration_since(*at)),
            (false, true) => Manifest::of(&path).map(|manifest| manifest.made_at),
            (false, false) => None,
        };
        let is_old = age.is_some_and(|at| left || horizon < now.duration_since(at));
        if is_old && path != just_made {
            fs::remove_dir_all(&path).with_context(|| format!("can't remove {}", path.display()))?;
            old.push(path);
        }
    }
    old.sort();
    Ok(old)
}

fn changed_at(path: &Path) -> io::Result<Timestamp> {
    Timestamp::try_from(fs::metadata(path)?.modified()?).map_err(io::Error::other)
}
