//! Whose database it is: a file beside an SQLite database that the server holds locked, so that no second one serves it.
//!
//! Several programs may use the file at once, and commands of the terminal do; two servers would each keep their
//! shoppers to themselves.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
};

use super::{Result, SqlStore, StoreError};

/// A database that is ours until this is dropped or the process ends, however it does.
#[derive(Debug)]
pub struct Claim {
    _file: File,
}

/// The file that is locked for a database.
pub fn claim_file(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// Claims the database of an address; `None` for one that several servers may have, or none but its own.
///
/// # Errors
/// [`StoreError::InUse`] while another server has it.
pub fn claim(url: &str) -> Result<Option<Claim>> {
    SqlStore::file_of(url).map(|database| claim_database(&database)).transpose()
}

/// Claims the database in a file, which need not be there yet, though its folder has to.
///
/// # Errors
/// As for [`claim`].
pub fn claim_database(database: &Path) -> Result<Claim> {
    let path = claim_file(database);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    match file.try_lock() {
        Ok(()) => {
            // Who has it is told to others; without it they are refused all the same.
            let named = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
            if let Err(error) = named {
                tracing::debug!(error = %error, "the lock can't be named");
            }
        }
        Err(TryLockError::WouldBlock) => {
            let mut process = String::new();
            let read = file.rewind().and_then(|()| file.read_to_string(&mut process));
            let process = read.ok().and_then(|_| process.trim().parse().ok());
            return Err(StoreError::InUse { file: database.to_owned(), process });
        }
        // A file system without locks: what it can't tell is no reason not to serve.
        Err(TryLockError::Error(error)) => {
            tracing::warn!(error = %error, file = %path.display(), "nothing keeps a second server from this database");
        }
    }
    Ok(Claim { _file: file })
}
