//! Passwords as argon2id hashes in PHC form, made and checked off the async threads.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use super::AccountError;

/// The shortest password, in characters.
pub(super) const SHORTEST: usize = 10;
/// The longest that is looked at, in bytes: hashing must not become a way to keep the server busy.
pub(super) const LONGEST: usize = 1024;

/// Hashes a password with a random salt.
pub(super) async fn hash(password: &str) -> Result<String, AccountError> {
    let password = password.to_owned();
    let hashing = move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string());
    match tokio::task::spawn_blocking(hashing).await {
        Ok(Ok(hash)) => Ok(hash),
        _ => Err(AccountError::Hashing),
    }
}

/// Whether a password is the one that was hashed.
pub(super) async fn matches(password: &str, hash: &str) -> Result<bool, AccountError> {
    if LONGEST < password.len() {
        return Ok(false);
    }
    let (password, hash) = (password.to_owned(), hash.to_owned());
    let checking = move || {
        let hash = PasswordHash::new(&hash).map_err(|_| AccountError::Hashing)?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    };
    tokio::task::spawn_blocking(checking).await.map_err(|_| AccountError::Hashing)?
}

/// A random password that can be read out and typed: 20 letters and digits in groups, about 100 bits.
pub(super) fn random() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = rand::random::<[u8; 20]>();
    let letters = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let mut password = String::new();
    for (place, letter) in letters.enumerate() {
        if 0 < place && place % 5 == 0 {
            password.push('-');
        }
        password.push(letter);
    }
    password
}
