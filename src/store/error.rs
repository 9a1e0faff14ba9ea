//! Why the store could not do what was asked.

use std::path::PathBuf;

/// Errors of the store. No message holds a shopper's words, a token or a secret.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed it first; read again and try anew.
    #[error("it was changed by someone else meanwhile")]
    Conflict,
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A newer Xiaoer has changed the database beyond what this one can go on with.
    #[error(
        "the database has version {found}, which programs that know version {needs} can use; this one knows versions up to {known}: use a newer xiaoer"
    )]
    Newer {
        /// The database's version.
        found: i64,
        /// What a program has to know at least.
        needs: i64,
        /// The newest version known here.
        known: i64,
    },
    /// A row can't be read back; the database was changed by other means.
    #[error("a stored {what} can't be read")]
    Corrupt {
        /// What it should have been.
        what: &'static str,
        /// What was wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database's file is not as it was written: the disk failed, or something else wrote to it.
    #[error(
        "the database {} is damaged ({found}): stop the server and put a backup in its place with `xiaoer restore`",
        file.display()
    )]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What was found first.
        found: String,
    },
    /// Another server has the database.
    #[error("the database {} is in use by another xiaoer{}", file.display(), of_process(*process))]
    InUse {
        /// Which file.
        file: PathBuf,
        /// The other's process, where it is known.
        process: Option<u32>,
    },
    /// A copy of the database can't be written: the disk is full, say.
    #[error("the database can't be copied to {}", to.display())]
    Copy {
        /// Where.
        to: PathBuf,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A database address that no store understands.
    #[error("the database address must begin with sqlite:, postgres: or memory:")]
    Address,
    /// The database can't be reached, or its disk is full or read-only.
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn of_process(process: Option<u32>) -> String {
    process.map(|process| format!(" (process {process})")).unwrap_or_default()
}
