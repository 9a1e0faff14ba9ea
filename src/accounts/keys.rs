//! The keys by which shops prove who a shopper is, one file a shop in the data folder, mode 0600.

use std::{io::Write, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};

use crate::domain::ShopId;

/// Why a key can't be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can't be read or written.
    #[error("the key file {path} can't be read or written")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The file is no key file.
    #[error("the key file {path} is damaged; remove it to have a new key made")]
    Damaged {
        /// Which.
        path: PathBuf,
    },
    /// A sealed secret can't be opened with the key in the file.
    #[error("a sealed secret can't be opened with the key file {path}")]
    Sealed {
        /// Which.
        path: PathBuf,
    },
    /// The name could not be a file's.
    #[error("the shop's id can't name a key")]
    Name,
    /// Only a shop that holds the private key can sign with it.
    #[error("this shop's key can check shopper tokens and not make them")]
    CheckOnly,
}

/// A shop's key, as its file has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The key's id, `kid` in a token's header.
    pub kid: String,
    /// What it is good for.
    #[serde(flatten)]
    pub kind: KeyKind,
}

/// A key bound to its algorithm: a token of any other is refused.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "algorithm")]
pub enum KeyKind {
    /// A shared secret of at least 32 bytes, base64url.
    HS256 {
        /// The secret.
        secret: String,
    },
    /// The shop's Ed25519 public key (`x` of its JWK), base64url; its private half stays with the shop.
    EdDSA {
        /// The public key.
        public: String,
    },
}

// Secrets stay out of logs.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Key {
    fn new() -> Self {
        let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        Self { kid: super::tokens::random_id(), kind: KeyKind::HS256 { secret } }
    }

    /// The one algorithm that this key may be used with.
    pub(super) fn algorithm(&self) -> Algorithm {
        match self.kind {
            KeyKind::HS256 { .. } => Algorithm::HS256,
            KeyKind::EdDSA { .. } => Algorithm::EdDSA,
        }
    }

    pub(super) fn checks(&self) -> Option<DecodingKey> {
        match &self.kind {
            KeyKind::HS256 { secret } => Some(DecodingKey::from_secret(&shared(secret)?)),
            KeyKind::EdDSA { public } => DecodingKey::from_ed_components(public).ok(),
        }
    }

    pub(super) fn signs(&self) -> Option<EncodingKey> {
        match &self.kind {
            KeyKind::HS256 { secret } => Some(EncodingKey::from_secret(&shared(secret)?)),
            KeyKind::EdDSA { .. } => None,
        }
    }
}

/// A shared secret's bytes; one that could be guessed is no secret.
fn shared(secret: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(secret).ok().filter(|bytes| 32 <= bytes.len())
}

/// The folder of keys.
pub(super) struct KeyRing {
    folder: PathBuf,
}

impl KeyRing {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// A shop's key; made at first use. Read anew each time, so that a changed file counts at once.
    pub(super) fn key(&self, shop: &ShopId) -> Result<Key, KeyError> {
        let path = self.path(shop)?;
        match std::fs::read(&path) {
            Ok(bytes) => {
                let key: Key =
                    serde_json::from_slice(&bytes).map_err(|_| KeyError::Damaged { path: path.clone() })?;
                if key.checks().is_some() { Ok(key) } else { Err(KeyError::Damaged { path }) }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.make(shop),
            Err(source) => Err(KeyError::File { path, source }),
        }
    }

    fn make(&self, shop: &ShopId) -> Result<Key, KeyError> {
        let path = self.path(shop)?;
        let key = Key::new();
        let bytes = serde_json::to_vec_pretty(&key).expect("a key always serialises");
        let written = std::fs::create_dir_all(&self.folder).and_then(|()| write_private(&path, &bytes));
        match written {
            Ok(()) => Ok(key),
            // Somebody else made it first: theirs counts.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => self.key(shop),
            Err(source) => Err(KeyError::File { path, source }),
        }
    }

    fn path(&self, shop: &ShopId) -> Result<PathBuf, KeyError> {
        Ok(self.folder.join(format!("{}.json", file_name(shop)?)))
    }
}

/// A shop's id as the name of a file; only what can't leave the folder.
pub(super) fn file_name(shop: &ShopId) -> Result<&str, KeyError> {
    let name = shop.as_str();
    let fine = (1..=64).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if fine { Ok(name) } else { Err(KeyError::Name) }
}

/// Writes a new file that only its owner can read; one that exists is an error.
pub(super) fn write_private(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
