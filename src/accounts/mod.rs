//! Who is who: staff sign-in with argon2 hashes and sessions, shopper tokens signed by the shop, conversation
//! tokens. Secrets are compared in constant time, kept as hashes, and never reach a log or an error's text.

mod keys;
mod members;
pub mod oidc;
mod passwords;
mod seal;
mod second_step;
mod shoppers;
mod staff;
mod systems;
pub mod tokens;
mod totp;
mod trying;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::watch;

use crate::store::{Namer, SharedStore, StoreError};

pub use keys::{Key, KeyError, KeyKind};
pub use members::{MemberSession, NewMember};
pub use second_step::Proposal;
pub use shoppers::ShopperTokenError;
pub use staff::{Credentials, FirstSignIn, SignedIn};
pub use systems::SystemTokenError;

/// Staff sign-in and shopper tokens over a store and a data folder.
pub struct Accounts {
    store: SharedStore,
    keys: keys::KeyRing,
    /// Bearer tokens that shops' own systems have given out, one file a shop.
    system_tokens: PathBuf,
    first_sign_in: PathBuf,
    /// Seals the secrets of second steps.
    seal: seal::Seal,
    /// The key of the names that are left of whoever was erased.
    names: seal::Seal,
    /// Verified against when nobody has the name, so that both answers take the same time.
    nobody: tokio::sync::OnceCell<String>,
    /// Passwords and codes are tried one at a time.
    trying: trying::Trying,
    /// Another service that staff may sign in by.
    oidc: oidc::Oidc,
    /// Told whenever somebody's sessions or rights may have changed; what is sent means nothing.
    changed: watch::Sender<()>,
}

/// Why an account could not be used.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The name or the password is wrong; which one is not told.
    #[error("the name or the password is wrong")]
    BadCredentials,
    /// The password is right, and a code of the second step is asked for.
    #[error("a code of the second step is needed")]
    CodeNeeded,
    /// The code is wrong, or was used before.
    #[error("the code is wrong or was used before")]
    BadCode,
    /// Too many wrong passwords or codes: wait so many milliseconds.
    #[error("too many tries, wait {0} ms")]
    Locked(u64),
    /// The new password is too short or the same as the old one.
    #[error("a password needs at least 10 characters and has to be a new one")]
    WeakPassword,
    /// A member can't be as asked for; the sentence says why.
    #[error("{0}")]
    BadMember(&'static str),
    /// Another member has the name or the sign-in service's subject.
    #[error("another member has this name or subject")]
    NameTaken,
    /// Nobody would be left who may do everything.
    #[error("the last owner of all shops has to stay one")]
    LastOwner,
    /// Not for one's own account, so that nobody locks themselves out.
    #[error("this can't be done to one's own account")]
    Yourself,
    /// A second step is in use already, or there is none to confirm or turn off.
    #[error("the second step is not in a state for this")]
    SecondStep,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A password could not be hashed: memory ran out, or a stored hash was changed by other means.
    #[error("a password can't be hashed or checked")]
    Hashing,
    /// A key can't be read or made.
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
            seal: seal::Seal::new(data.join("keys").join("second-steps.key")),
            names: seal::Seal::new(data.join("keys").join("erasures.key")),
            nobody: tokio::sync::OnceCell::new(),
            trying: trying::Trying::default(),
            oidc: oidc::Oidc::new(data.join("oidc.toml")),
            changed: watch::Sender::new(()),
        }
    }

    /// Makes the names that are left of whoever was erased; the key is made at first use.
    ///
    /// # Errors
    /// A key file that can't be read or made.
    pub fn namer(&self) -> Result<Namer, KeyError> {
        Ok(Namer::new(&self.names.bytes()?))
    }

    /// The same, where the key is there already.
    ///
    /// # Errors
    /// A key file that can't be read.
    pub fn known_namer(&self) -> Result<Option<Namer>, KeyError> {
        if self.names.exists() { self.namer().map(Some) } else { Ok(None) }
    }
}
