//! Files on their way into a backup and out of it: digests, what is written for its owner alone, what has to be on disk.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// What is read at once.
const PIECE: usize = 1 << 16;

/// Who may read what is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Readable {
    /// Its owner alone: it holds secrets.
    ByOwner,
    /// Whoever the machine's rules let.
    AsUsual,
}

/// A file's digest and length.
pub(super) fn digest(file: &Path) -> io::Result<(String, u64)> {
    pass(&mut File::open(file)?, &mut io::sink())
}

/// Copies a file into a new one; its digest and length, as it was read.
pub(super) fn copy(from: &Path, to: &Path, readable: Readable) -> io::Result<(String, u64)> {
    let mut source = File::open(from)?;
    if let Some(folder) = to.parent() {
        make_folder(folder, readable)?;
    }
    let mut target = create(to, readable)?;
    let passed = pass(&mut source, &mut target)?;
    target.sync_all()?;
    Ok(passed)
}

/// Writes a new file.
pub(super) fn write(to: &Path, text: &str) -> io::Result<()> {
    let mut file = create(to, Readable::ByOwner)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Makes a folder, and those above it.
pub(super) fn make_folder(folder: &Path, readable: Readable) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    if readable == Readable::ByOwner {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    builder.create(folder)
}

/// What a folder holds is on disk, names included.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Files below a folder, by their path within it, in order. What is hidden is left out, and what is neither file nor
/// folder; links are followed to files and not into folders.
pub(super) fn below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    gather(folder, Path::new(""), &mut found)?;
    found.sort();
    Ok(found)
}

fn gather(folder: &Path, within: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = within.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &path, found)?;
        } else if fs::metadata(entry.path()).is_ok_and(|known| known.is_file()) {
            found.push(path);
        }
    }
    Ok(())
}

fn create(file: &Path, readable: Readable) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readable == Readable::ByOwner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(file)
}

fn pass(from: &mut impl Read, to: &mut impl Write) -> io::Result<(String, u64)> {
    let (mut hash, mut length, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok((hex::encode(hash.finalize()), length));
        }
        hash.update(&piece[..read]);
        to.write_all(&piece[..read])?;
        length += read as u64;
    }
}
