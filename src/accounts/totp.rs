//! Codes of a second step (RFC 6238): six digits, thirty seconds, SHA-1, as every authenticator app makes them.
//!
//! Pure but for drawing random secrets. Nothing here prints or keeps a secret.

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{EcLevel, QrCode, render::svg};
use ring::hmac;

/// How long a code counts, in seconds.
const PERIOD: i64 = 30;
/// How many digits it has.
const DIGITS: usize = 6;
/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;
/// What an authenticator app shows beside the name.
const ISSUER: &str = "Xiaoer";

/// A secret as long as the hash, as RFC 4226 recommends.
pub(super) type Secret = [u8; 20];

/// A new secret.
pub(super) fn new_secret() -> Secret {
    rand::random()
}

/// The code of a time step.
fn code(secret: &[u8], step: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let digest = hmac::sign(&key, &step.to_be_bytes());
    let digest = digest.as_ref();
    let offset = usize::from(digest[digest.len() - 1] & 15);
    let mut word = [0; 4];
    word.copy_from_slice(&digest[offset..offset + 4]);
    let number = u32::from_be_bytes(word) & 0x7fff_ffff;
    format!("{:0DIGITS$}", number % 10_u32.pow(6))
}

/// The time step that a code belongs to, if it is one of now, just before or just after: clocks differ.
pub(super) fn step_of(secret: &[u8], given: &str, now: Timestamp) -> Option<u64> {
    let digits: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    let current = u64::try_from(now.as_second().div_euclid(PERIOD)).ok()?;
    // All three are computed whatever the first says, and compared without an early end.
    let steps = [current, current.saturating_sub(1), current + 1];
    let matching = steps.map(|step| is_equal(&code(secret, step), &digits).then_some(step));
    matching.into_iter().flatten().next()
}

fn is_equal(one: &str, other: &str) -> bool {
    let differs = one.bytes().zip(other.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b));
    one.len() == other.len() && differs == 0
}

/// A secret as people type it, in base 32.
pub(super) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while 5 <= bits {
            bits -= 5;
            text.push(char::from(LETTERS[((held >> bits) & 31) as usize]));
        }
    }
    if 0 < bits {
        text.push(char::from(LETTERS[((held << (5 - bits)) & 31) as usize]));
    }
    text
}

/// The address by which an authenticator app learns a secret.
pub(super) fn address(name: &str, secret: &[u8]) -> String {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let secret = base32(secret);
    format!(
        "otpauth://totp/{ISSUER}:{name}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30"
    )
}

/// An address as a QR code in SVG; `None` for one that is too long for any.
pub(super) fn picture(address: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(220, 220).build())
}

/// New recovery codes of 80 random bits each, in groups that can be copied by hand.
pub(super) fn recovery_codes() -> Vec<String> {
    let one = || {
        let letters = base32(&rand::random::<[u8; 10]>()).to_lowercase();
        format!("{}-{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..12], &letters[12..])
    };
    (0..RECOVERY_CODES).map(|_| one()).collect()
}

/// SHA-256 of a recovery code however it was typed.
pub(super) fn recovery_hash(given: &str) -> [u8; 32] {
    let plain: String = given.chars().filter(char::is_ascii_alphanumeric).collect();
    super::tokens::hash(&plain.to_ascii_lowercase())
}

/// Whether what was given looks like a code of an app rather than a recovery code.
pub(super) fn is_app_code(given: &str) -> bool {
    given.chars().filter(|c| !c.is_whitespace()).all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const RFC: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(RFC, seconds / 30), expected, "at {seconds} s");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_and_one_late() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (second, given, expected) in [
            (59, "287082", Some(1)),
            (59, " 287 082 ", Some(1)),
            (60, "287082", Some(1)),
            (89, "287082", Some(1)),
            (90, "287082", None),
            (29, "287082", Some(1)),
            (59, "28708", None),
            (59, "2870820", None),
            (59, "", None),
            (59, "２８７０８２", None),
            (-5, "287082", None),
        ] {
            assert_eq!(step_of(RFC, given, at(second)), expected, "{given} at {second} s");
        }
    }

    #[test]
    fn secrets_are_written_as_apps_read_them() {
        // RFC 4648, section 10, without the padding.
        for (bytes, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), expected);
        }
        let address = address("小安 & co", RFC);
        let expected = "otpauth://totp/Xiaoer:%E5%B0%8F%E5%AE%89%20%26%20co?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
                        &issuer=Xiaoer&algorithm=SHA1&digits=6&period=30";
        assert_eq!(address, expected);
        let picture = picture(&address).unwrap();
        assert!(picture.contains("<svg") && !picture.contains("secret"), "{picture}");
        assert_eq!(super::picture(&"x".repeat(5000)), None);
    }

    #[test]
    fn recovery_codes_are_read_however_they_are_typed() {
        let codes = recovery_codes();
        assert_eq!(codes.len(), RECOVERY_CODES);
        let code = &codes[0];
        assert_eq!((code.len(), code.split('-').count()), (19, 4));
        let typed = format!(" {} ", code.replace('-', " ").to_uppercase());
        assert_eq!(recovery_hash(&typed), recovery_hash(code));
        assert!(codes[1..].iter().all(|other| recovery_hash(other) != recovery_hash(code)));
    }
}
