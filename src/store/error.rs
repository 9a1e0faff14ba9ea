//! Why the store could not do what was asked.

/// Errors of the store. No message holds a shopper's words, a token or a secret.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed it first; read again and try anew.
    #[error("it was changed by someone else meanwhile")]
    Conflict,
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The database was made by a newer Xiaoer.
    #[error(
        "the database has version {found}, this program knows versions up to {known}: use a newer xiaoer"
    )]
    Newer {
        /// The database's version.
        found: i64,
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
    /// A database address that no store understands.
    #[error("the database address must begin with sqlite:, postgres: or memory:")]
    Address,
    /// The database can't be reached, or its disk is full or read-only.
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
