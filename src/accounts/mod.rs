//! Who is who: staff sign-in with argon2 hashes and sessions, shopper tokens signed by the shop, conversation
//! tokens. Secrets are compared in constant time, kept as hashes, and never reach a log or an error's text.

mod keys;
mod passwords;
mod shoppers;
mod staff;
mod systems;
pub mod tokens;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::store::{SharedStore, StoreError};

pub use keys::{Key, KeyError};
pub use shoppers::ShopperTokenError;
pub use staff::{FirstSignIn, SignedIn};
pub use systems::SystemTokenError;

/// Staff sign-in and shopper tokens over a store and a data folder.
pub struct Accounts {
    store: SharedStore,
    keys: keys::KeyRing,
    /// Bearer tokens that shops' own systems have given out, one file a shop.
    system_tokens: PathBuf,
    first_sign_in: PathBuf,
    /// Verified against when nobody has the name, so that both answers take the same time.
    nobody: tokio::sync::OnceCell<String>,
}

/// Why an account could not be used.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The name or the password is wrong; which one is not told.
    #[error("the name or the password is wrong")]
    BadCredentials,
    /// Too many wrong passwords: wait so many milliseconds.
    #[error("too many tries, wait {0} ms")]
    Locked(u64),
    /// The new password is too short or the same as the old one.
    #[error("a password needs at least 10 characters and has to be a new one")]
    WeakPassword,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A password could not be hashed: memory ran out, or a stored hash was changed by other means.
    #[error("a password can't be hashed or checked")]
    Hashing,
    /// A shop's key can't be read or made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The file of the first sign-in can't be written.
    #[error("the first sign-in can't be written to {path}")]
    FirstSignIn {
        /// Where.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
}

impl Accounts {
    /// Accounts over a store; keys and the first sign-in lie in the data folder.
    pub fn new(store: SharedStore, data: &Path) -> Self {
        Self {
            store: Arc::clone(&store),
            keys: keys::KeyRing::new(data.join("keys")),
            system_tokens: data.join("systems"),
            first_sign_in: data.join("first-sign-in"),
            nobody: tokio::sync::OnceCell::new(),
        }
    }
}
