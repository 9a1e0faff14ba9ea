//! Whether an ID token says what it has to say, here and now. Pure: keys and clock come from the caller.

use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::OidcError;

/// The largest token that is looked at, in bytes.
const LARGEST: usize = 16 * 1024;
/// How far the service's clock may be from ours, in seconds.
const LEEWAY: i64 = 60;
/// How old a token may be when it arrives, in seconds: it was made for this sign-in.
const OLDEST: i64 = 600;

/// What the token has to be bound to.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    sub: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Who it is, as far as the service says.
#[derive(Debug)]
pub(super) struct Person {
    sub: String,
    more: Map<String, Value>,
}

impl Person {
    /// A claim that is text.
    pub(super) fn claim(&self, name: &str) -> Option<&str> {
        if name == "sub" { Some(&self.sub) } else { self.more.get(name)?.as_str() }
    }

    /// Whether the service has seen that the e-mail address is theirs.
    pub(super) fn has_verified_email(&self) -> bool {
        self.more.get("email_verified").is_some_and(|told| *told == Value::Bool(true) || *told == "true")
    }
}

/// Checks a token: signed by a key that the service publishes, by an algorithm that belongs to that key, for us, now,
/// and for the sign-in that was begun.
pub(super) fn check(
    token: &str,
    keys: &JwkSet,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Person, OidcError> {
    let refused = |why| Err(OidcError::Refused(why));
    if LARGEST < token.len() {
        return refused("the ID token is too large");
    }
    // `none` is no algorithm that the library knows, and fails here.
    let header = jsonwebtoken::decode_header(token)
        .map_err(|_| OidcError::Refused("the ID token has no header that can be read"))?;
    let Some(key) = key_for(keys, header.kid.as_deref(), header.alg) else {
        return refused("the ID token is signed by no key that is published for it");
    };
    let decoding = DecodingKey::from_jwk(key).map_err(|_| OidcError::Refused("its key can't be read"))?;
    // The claims are checked below against the caller's clock; the library checks the signature alone.
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &decoding, &validation)
        .map_err(|_| OidcError::Refused("the ID token's signature or form is wrong"))?
        .claims;
    let now = now.as_second();
    if claims.iss != expected.issuer {
        return refused("the ID token is of another issuer");
    }
    let (named, alone) = match &claims.aud {
        Audience::One(one) => (one == expected.client, true),
        Audience::Several(several) => (several.iter().any(|one| one == expected.client), several.len() == 1),
    };
    let authorized = claims.azp.as_deref().map_or(alone, |azp| azp == expected.client);
    if !named || !authorized {
        return refused("the ID token is for another client");
    }
    if claims.exp <= now.saturating_sub(LEEWAY) {
        return refused("the ID token has expired");
    }
    let age = now.saturating_sub(claims.iat);
    if !(-LEEWAY..=OLDEST).contains(&age) {
        return refused("the ID token was not made just now");
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return refused("the ID token belongs to another sign-in");
    }
    if claims.sub.is_empty() {
        return refused("the ID token names nobody");
    }
    Ok(Person { sub: claims.sub, more: claims.more })
}

/// The published key that a token names, if the algorithm is one of a public key of that very kind. A token without a
/// name may be signed by the only key there is.
fn key_for<'a>(keys: &'a JwkSet, kid: Option<&str>, algorithm: Algorithm) -> Option<&'a Jwk> {
    let key = match (kid, keys.keys.as_slice()) {
        (Some(kid), all) => all.iter().find(|key| key.common.key_id.as_deref() == Some(kid))?,
        (None, [only]) => only,
        (None, _) => return None,
    };
    let kind = matches!(
        (algorithm, &key.algorithm),
        (Algorithm::RS256, AlgorithmParameters::RSA(_))
            | (Algorithm::ES256, AlgorithmParameters::EllipticCurve(_))
            | (Algorithm::EdDSA, AlgorithmParameters::OctetKeyPair(_))
    );
    let says = key.common.key_algorithm.is_none_or(|says| says.to_string() == format!("{algorithm:?}"));
    let signs = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
    (kind && says && signs).then_some(key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A public key of 2048 bits, and a token signed by its private half, which nobody has kept.
    const MODULUS: &str = "shisdNm3AM0MCMAJiCO7TgQVVcKfqe8ZuZmv4Qr16CW3udo-g1oD8b7m41mHy-GVCh_DiMfYPONEXsYNI515pEAwFQujTDOli74zfO9tui0jNOzU9Jw0oazsdrBY-NNNOfdRv-jTFaUBGYohrVo1f2mcMxwnmnpR1mZP4S5W5QDPDEIv0y8VN650LWbtRKDoZUjzlaQBBYEIb50FDschJLLULER4TghRQKG2diVjW2aygOTH9imb_isJme-psA8mNM6JNaijiTlyT9WavrokGjMgR_0VI4ZDnxQcR36y3oMNY8CYbSpvygrBAfIshKzDdvGNmqhwgps6KgdMjObPqw";
    const TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6InIxIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJ4aWFvZXIiLCJzdWIiOiJwZXJzb24tMSIsIm5vbmNlIjoibi0xIiwiaWF0IjoxODAwMDAwMDAwLCJleHAiOjE4MDAwMDAzMDAsImVtYWlsIjoiYW5AZXhhbXBsZS5jb20iLCJlbWFpbF92ZXJpZmllZCI6InRydWUifQ.lLacCqsCxyxBY5Z_y0XxfRr4a6z0Yy9gNO8987cHeKSMMceJqn1KhAjKAYHO1MWFVkAvhpmMNzgi-XXVJVT3SolUx1APUD84kXXMJyaGS2z23Y2n4zATafyt0cOtBGhXL8Zo96dgJZ9LabMBk2aHeaQSqy9efglM4nSPxKSOHyS0uhCWA3jeT9e3G1Pu_9vNXjUM5rZHZZKFg1AeZSbTBNStN7z4F2g9-Enpuigd-oxa--L6i7MyEuNlKs5tEVJ5DQHkV-LQs3A7d2bwelNtVsHC8Gb1s9meZ7jDaqjXBdr-ItrSAGL6aY9ebgaAiLySrVpdn42cwgfkA5-FJLrn5Q";

    fn keys(key: Value) -> JwkSet {
        serde_json::from_value(json!({"keys": [key]})).expect("a set of keys")
    }

    fn check_at(second: i64, key: Value, nonce: &str) -> Result<Person, String> {
        let expected = Expected { issuer: "https://login.example", client: "xiaoer", nonce };
        let now = Timestamp::from_second(second).expect("a time");
        check(TOKEN, &keys(key), &expected, now).map_err(|error| error.to_string())
    }

    #[test]
    fn a_token_by_rsa_is_checked_by_the_published_key() {
        let key = json!({"kty": "RSA", "kid": "r1", "alg": "RS256", "use": "sig", "n": MODULUS, "e": "AQAB"});
        let with = |name: &str, value: &str| {
            let mut key = key.clone();
            key[name] = json!(value);
            key
        };
        let person = check_at(1_800_000_010, key.clone(), "n-1").expect("it holds");
        assert_eq!((person.claim("sub"), person.claim("email")), (Some("person-1"), Some("an@example.com")));
        assert!(person.has_verified_email() && person.claim("name").is_none());
        for (second, key, nonce) in [
            (1_800_000_400, key.clone(), "n-1"),
            (1_799_999_900, key.clone(), "n-1"),
            (1_800_000_010, key.clone(), "n-2"),
            (1_800_000_010, with("kid", "r2"), "n-1"),
            (1_800_000_010, with("alg", "RS512"), "n-1"),
            (1_800_000_010, with("use", "enc"), "n-1"),
            (1_800_000_010, with("e", "Aw"), "n-1"),
            (1_800_000_010, json!({"kty": "oct", "kid": "r1", "k": MODULUS}), "n-1"),
        ] {
            assert!(check_at(second, key.clone(), nonce).is_err(), "{second} {key} {nonce}");
        }
    }
}
