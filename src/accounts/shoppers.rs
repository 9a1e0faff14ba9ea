//! Shopper tokens: a JWT by which a shop proves who its shopper is (CONTRACT section 5).

use jiff::Timestamp;
use jsonwebtoken::{Header, Validation};
use serde::{Deserialize, Serialize};

use super::{AccountError, Accounts, Key, KeyError};
use crate::domain::{ShopId, ShopperId};

/// The longest that a token may live, in seconds.
const LONGEST_LIFE: i64 = 3600;
/// How far a shop's clock may be ahead of ours, in seconds.
const LEEWAY: i64 = 60;
/// The largest token that is looked at, in bytes.
const LARGEST: usize = 4096;

/// Why a shopper token is not accepted. The client learns that it isn't, not why.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShopperTokenError {
    /// Not a token, or signed by another key or algorithm.
    #[error("the token is not signed by this shop")]
    Signature,
    /// For another shop, expired, from the future, or living too long.
    #[error("the token's claims are not valid here and now")]
    Claims,
    /// The shop's key can't be read; the log says why.
    #[error("the shop's key can't be used")]
    Key,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
}

impl Accounts {
    /// Who a shopper token speaks of.
    ///
    /// # Errors
    /// [`ShopperTokenError`], for anything that is not a valid token of this shop at `now`.
    pub async fn shopper(
        &self,
        shop: &ShopId,
        token: &str,
        now: Timestamp,
    ) -> Result<ShopperId, ShopperTokenError> {
        let key = self.keys.key(shop).map_err(|error| {
            tracing::error!(shop.id = %shop, error = %error, "a shop's key can't be used");
            ShopperTokenError::Key
        })?;
        check(&key, shop, token, now)
    }

    /// Makes a token for one of a shop's shoppers, as the shop's own server would; it lives for half an hour.
    ///
    /// # Errors
    /// A key that can't be read, or that can only check.
    pub async fn sign_shopper(
        &self,
        shop: &ShopId,
        shopper: &ShopperId,
        now: Timestamp,
    ) -> Result<String, AccountError> {
        let key = self.keys.key(shop)?;
        let signing = key.signs().ok_or(KeyError::CheckOnly)?;
        let iat = now.as_second();
        let claims =
            Claims { aud: shop.to_string(), sub: shopper.to_string(), iat, exp: iat + LONGEST_LIFE / 2 };
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(key.algorithm()) };
        jsonwebtoken::encode(&header, &claims, &signing).map_err(|_| KeyError::CheckOnly.into())
    }

    /// A shop's key, made at first use.
    ///
    /// # Errors
    /// A file that can't be read or made.
    pub fn key(&self, shop: &ShopId) -> Result<Key, KeyError> {
        self.keys.key(shop)
    }
}

fn check(key: &Key, shop: &ShopId, token: &str, now: Timestamp) -> Result<ShopperId, ShopperTokenError> {
    if LARGEST < token.len() {
        return Err(ShopperTokenError::Signature);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| ShopperTokenError::Signature)?;
    if header.kid.as_deref() != Some(key.kid.as_str()) {
        return Err(ShopperTokenError::Signature);
    }
    let checks = key.checks().ok_or(ShopperTokenError::Key)?;
    // The claims are checked below against the engine's clock; the library checks the signature alone.
    let mut validation = Validation::new(key.algorithm());
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &checks, &validation)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::Json(_) => ShopperTokenError::Claims,
            _ => ShopperTokenError::Signature,
        })?
        .claims;
    let now = now.as_second();
    let life = claims.exp.checked_sub(claims.iat);
    let fine = claims.aud == shop.as_str()
        && (1..=128).contains(&claims.sub.len())
        && claims.iat <= now.saturating_add(LEEWAY)
        && now < claims.exp
        && life.is_some_and(|life| (1..=LONGEST_LIFE).contains(&life));
    if fine { Ok(claims.sub.into()) } else { Err(ShopperTokenError::Claims) }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use jsonwebtoken::{Algorithm, EncodingKey};
    use proptest::prelude::*;

    use super::{super::keys::KeyKind, *};

    const NOW: i64 = 1_800_000_000;

    fn key(secret: &[u8; 32]) -> Key {
        Key { kid: "k1".to_owned(), kind: KeyKind::HS256 { secret: URL_SAFE_NO_PAD.encode(secret) } }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).expect("a time")
    }

    fn signed(secret: &[u8], algorithm: Algorithm, kid: &str, aud: &str, iat: i64, exp: i64) -> String {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) };
        let claims = Claims { aud: aud.to_owned(), sub: "lin".to_owned(), iat, exp };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).expect("it can be signed")
    }

    #[test]
    fn only_this_shops_fresh_and_short_tokens_are_accepted() {
        use ShopperTokenError::{Claims as BadClaims, Signature};
        let (ours, theirs) = ([7_u8; 32], [8_u8; 32]);
        let sign = |secret, algorithm, kid, aud, iat, exp| signed(secret, algorithm, kid, aud, iat, exp);
        let valid = sign(&ours, Algorithm::HS256, "k1", "demo", NOW - 5, NOW + 600);
        let none = {
            let payload = valid.split('.').nth(1).expect("three parts").to_owned();
            let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"k1"}"#);
            format!("{header}.{payload}.")
        };
        let swapped = {
            let other = sign(&ours, Algorithm::HS256, "k1", "demo", NOW, NOW + 60);
            let (head, _) = valid.rsplit_once('.').expect("three parts");
            format!("{head}.{}", other.rsplit('.').next().expect("three parts"))
        };
        for (name, token, expected) in [
            ("valid", valid.clone(), Ok(())),
            ("a whole hour", sign(&ours, Algorithm::HS256, "k1", "demo", NOW, NOW + 3600), Ok(())),
            (
                "another shop's key",
                sign(&theirs, Algorithm::HS256, "k1", "demo", NOW, NOW + 60),
                Err(Signature),
            ),
            ("another key's id", sign(&ours, Algorithm::HS256, "k2", "demo", NOW, NOW + 60), Err(Signature)),
            ("another algorithm", sign(&ours, Algorithm::HS512, "k1", "demo", NOW, NOW + 60), Err(Signature)),
            ("no algorithm", none, Err(Signature)),
            ("another's signature", swapped, Err(Signature)),
            ("another shop", sign(&ours, Algorithm::HS256, "k1", "other", NOW, NOW + 60), Err(BadClaims)),
            ("expired", sign(&ours, Algorithm::HS256, "k1", "demo", NOW - 90, NOW), Err(BadClaims)),
            (
                "from the future",
                sign(&ours, Algorithm::HS256, "k1", "demo", NOW + 300, NOW + 600),
                Err(BadClaims),
            ),
            ("too long a life", sign(&ours, Algorithm::HS256, "k1", "demo", NOW, NOW + 3601), Err(BadClaims)),
            ("overflowing", sign(&ours, Algorithm::HS256, "k1", "demo", i64::MIN, i64::MAX), Err(BadClaims)),
            ("empty", String::new(), Err(Signature)),
            ("large", "a".repeat(1 << 20), Err(Signature)),
        ] {
            let answer = check(&key(&ours), &"demo".into(), &token, now()).map(drop);
            assert_eq!(answer, expected, "{name}");
        }
    }

    #[test]
    fn a_public_key_is_no_shared_secret() {
        let public = URL_SAFE_NO_PAD.encode([9_u8; 32]);
        let key = Key { kid: "k1".to_owned(), kind: KeyKind::EdDSA { public } };
        let forged = signed(&[9_u8; 32], Algorithm::HS256, "k1", "demo", NOW, NOW + 60);
        assert_eq!(check(&key, &"demo".into(), &forged, now()), Err(ShopperTokenError::Signature));
    }

    proptest! {
        #[test]
        fn no_text_is_a_token(token in ".{0,200}|[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}") {
            prop_assert!(check(&key(&[7; 32]), &"demo".into(), &token, now()).is_err());
        }
    }
}
