//! Secrets that have to be read again are sealed before the store gets them, so that a copy of the database is not
//! enough to use them. The key lies beside the others in the data folder, mode 0600.

use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};

use super::{KeyError, keys::write_private};

/// A sealed value begins with the version of its form, then its nonce.
const VERSION: u8 = 1;

/// The key of sealed secrets, made at first use.
pub(super) struct Seal {
    path: PathBuf,
}

impl Seal {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Seals a secret for one owner: in another's place it can't be opened.
    pub(super) fn close(&self, owner: &str, secret: &[u8]) -> Result<Vec<u8>, KeyError> {
        let key = self.key()?;
        // A random nonce: far fewer secrets are sealed than would make one come twice.
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut body = secret.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(owner), &mut body)
            .map_err(|_| self.damaged())?;
        Ok([&[VERSION][..], &nonce, &body].concat())
    }

    /// Opens a sealed secret.
    pub(super) fn open(&self, owner: &str, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let key = self.key()?;
        let parts = sealed.split_first().filter(|(version, _)| **version == VERSION);
        let parts = parts.and_then(|(_, rest)| rest.split_at_checked(NONCE_LEN));
        let (nonce, body) = parts.ok_or_else(|| self.damaged())?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| self.damaged())?;
        let mut body = body.to_vec();
        let opened = key.open_in_place(nonce, Aad::from(owner), &mut body);
        Ok(opened.map_err(|_| self.damaged())?.to_vec())
    }

    /// A name for a text by which nobody without the key finds out what it was.
    pub(super) fn tag(&self, text: &str) -> Result<String, KeyError> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.bytes()?);
        Ok(hex::encode(&hmac::sign(&key, text.as_bytes()).as_ref()[..16]))
    }

    fn key(&self) -> Result<LessSafeKey, KeyError> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.bytes()?).map_err(|_| self.damaged())?;
        Ok(LessSafeKey::new(key))
    }

    /// Whether the key is there.
    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// The key itself.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, KeyError> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.make()?,
            Err(source) => return Err(KeyError::File { path: self.path.clone(), source }),
        };
        URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| self.damaged())
    }

    fn make(&self) -> Result<String, KeyError> {
        let text = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let folder = self.path.parent().map_or(Ok(()), std::fs::create_dir_all);
        match folder.and_then(|()| write_private(&self.path, text.as_bytes())) {
            Ok(()) => Ok(text),
            // Somebody else made it first: theirs counts.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                std::fs::read_to_string(&self.path)
                    .map_err(|source| KeyError::File { path: self.path.clone(), source })
            }
            Err(source) => Err(KeyError::File { path: self.path.clone(), source }),
        }
    }

    fn damaged(&self) -> KeyError {
        KeyError::Sealed { path: self.path.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_by_its_owner_and_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let seal = Seal::new(folder.path().join("keys/second-steps.key"));
        let sealed = seal.close("mei", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_ne!(seal.close("mei", b"secret").unwrap(), sealed, "each with a nonce of its own");
        assert_eq!(seal.open("mei", &sealed).unwrap(), b"secret");
        assert!(seal.open("lei", &sealed).is_err());
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(seal.open("mei", &changed).is_err(), "byte {place}");
            assert!(seal.open("mei", &sealed[..place]).is_err(), "cut at {place}");
        }
        let other = Seal::new(folder.path().join("other.key"));
        assert!(other.open("mei", &sealed).is_err());
        std::fs::write(folder.path().join("other.key"), "short").unwrap();
        let error = other.open("mei", &sealed).unwrap_err().to_string();
        assert!(error.contains("other.key") && !error.contains("short"), "{error}");
    }
}
