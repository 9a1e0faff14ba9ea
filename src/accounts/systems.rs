//! How Xiaoer proves to a shop's own system who asks.
//!
//! The rule: if the file `<data>/systems/<shop>.token` is there, what it holds is the bearer token, as it is. If it is
//! not, Xiaoer signs a JWT of its own with the shop's HS256 key, which the shop has too. With an EdDSA key, of which
//! only the shop holds the private half, there is nothing to show.

use std::path::PathBuf;

use jiff::Timestamp;
use jsonwebtoken::Header;
use serde::Serialize;

use super::{
    Accounts, KeyError,
    keys::{KeyKind, file_name},
};
use crate::domain::ShopId;

/// What a token's `iss` says.
const ISSUER: &str = "xiaoer";
/// What a token's `aud` says.
const AUDIENCE: &str = "system";
/// How long a token lives, in seconds: as long as the slowest request and a clock that is a little behind.
const LIFE: i64 = 60;
/// The largest token file, in bytes.
const LARGEST: usize = 4096;

/// Why there is no token for a shop's system. No text of it holds a token.
#[derive(Debug, thiserror::Error)]
pub enum SystemTokenError {
    /// The shop's key can't be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The file of the token can't be read.
    #[error("the token file {path} can't be read")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Others than its owner may read the file.
    #[error("the token file {path} can be read by others; make it 0600")]
    Open {
        /// Which.
        path: PathBuf,
    },
    /// The file holds no token.
    #[error("the token file {path} does not hold one line of printable ASCII")]
    Damaged {
        /// Which.
        path: PathBuf,
    },
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    exp: i64,
}

impl Accounts {
    /// The bearer token that a shop's own system is shown at `now`; `None` where there is nothing to show. Read and
    /// signed anew each time, so that a changed file counts at once.
    ///
    /// # Errors
    /// A key or token file that can't be used.
    pub fn system_token(&self, shop: &ShopId, now: Timestamp) -> Result<Option<String>, SystemTokenError> {
        let path = self.system_tokens.join(format!("{}.token", file_name(shop)?));
        match std::fs::metadata(&path) {
            Ok(known) if open_to_others(&known) => Err(SystemTokenError::Open { path }),
            Ok(_) => given(path).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(self.signed(shop, now)?),
            Err(source) => Err(SystemTokenError::File { path, source }),
        }
    }

    /// A JWT by the shop's key, if that is a shared one.
    fn signed(&self, shop: &ShopId, now: Timestamp) -> Result<Option<String>, KeyError> {
        let key = self.keys.key(shop)?;
        if let KeyKind::EdDSA { .. } = key.kind {
            return Ok(None);
        }
        let signing = key.signs().ok_or(KeyError::CheckOnly)?;
        let iat = now.as_second();
        let claims = Claims { iss: ISSUER, aud: AUDIENCE, sub: shop.as_str(), iat, exp: iat + LIFE };
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(key.algorithm()) };
        jsonwebtoken::encode(&header, &claims, &signing).map(Some).map_err(|_| KeyError::CheckOnly)
    }
}

/// A token as the shop's system gave it out.
fn given(path: PathBuf) -> Result<String, SystemTokenError> {
    match std::fs::read(&path) {
        Ok(bytes) => {
            let token = bytes.trim_ascii();
            let fine = (1..=LARGEST).contains(&token.len()) && token.iter().all(u8::is_ascii_graphic);
            let token = std::str::from_utf8(token).ok().filter(|_| fine).map(str::to_owned);
            token.ok_or(SystemTokenError::Damaged { path })
        }
        Err(source) => Err(SystemTokenError::File { path, source }),
    }
}

#[cfg(unix)]
pub(super) fn open_to_others(known: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&known.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
pub(super) fn open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use jsonwebtoken::{Algorithm, DecodingKey, Validation};
    use serde_json::{Value, json};

    use super::*;
    use crate::store::MemoryStore;

    const NOW: i64 = 1_800_000_000;

    fn token(accounts: &Accounts) -> Result<Option<String>, SystemTokenError> {
        accounts.system_token(&"demo".into(), Timestamp::from_second(NOW).unwrap())
    }

    fn write(path: &Path, text: &str, mode: u32) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_shared_key_signs_a_token_that_a_shopper_could_not_use() {
        let data = tempfile::tempdir().unwrap();
        let accounts = Accounts::new(MemoryStore::shared(), data.path());
        let signed = token(&accounts).unwrap().expect("a new shop has a shared key");
        let key = accounts.key(&"demo".into()).unwrap();
        let KeyKind::HS256 { secret } = &key.kind else { panic!("new keys are shared ones") };
        let checks = DecodingKey::from_secret(&URL_SAFE_NO_PAD.decode(secret).unwrap());
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&["system"]);
        validation.set_issuer(&["xiaoer"]);
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<Value>(&signed, &checks, &validation).unwrap();
        assert_eq!(read.header.kid.as_deref(), Some(key.kid.as_str()));
        let expected = json!({"iss": "xiaoer", "aud": "system", "sub": "demo", "iat": NOW, "exp": NOW + 60});
        assert_eq!(read.claims, expected);
    }

    #[test]
    fn a_given_token_comes_first_and_a_public_key_signs_nothing() {
        let data = tempfile::tempdir().unwrap();
        let accounts = Accounts::new(MemoryStore::shared(), data.path());
        let public = URL_SAFE_NO_PAD.encode([9_u8; 32]);
        let key = json!({"kid": "k1", "algorithm": "EdDSA", "public": public}).to_string();
        write(&data.path().join("keys/demo.json"), &key, 0o600);
        // Not every 32 bytes are a point of the curve; whether the key is used or refused, nothing is signed.
        assert!(!matches!(token(&accounts), Ok(Some(_))));

        let file = data.path().join("systems/demo.token");
        write(&file, "erp-secret\n", 0o600);
        assert_eq!(token(&accounts).unwrap().as_deref(), Some("erp-secret"));
        for (text, mode) in
            [("erp-secret", 0o644), ("erp-secret", 0o640), ("", 0o600), ("two words", 0o600), ("密", 0o600)]
        {
            write(&file, text, mode);
            let refused = token(&accounts).unwrap_err().to_string();
            assert!(refused.contains("demo.token") && !refused.contains("erp-secret"), "{refused}");
        }
        let refused = accounts.system_token(&"../demo".into(), Timestamp::UNIX_EPOCH);
        assert!(matches!(refused, Err(SystemTokenError::Key(KeyError::Name))));
    }
}
