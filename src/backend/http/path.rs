//! Paths of requests. An id stays one segment of its path, whatever is in it.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The longest id that is asked for, in bytes. Ids may come from what a shopper typed.
const LONGEST: usize = 256;
/// What a header's value can't hold, and the sign of encoding itself.
const NOT_IN_HEADERS: &AsciiSet = &CONTROLS.add(b' ').add(b'%');

/// The path of these segments; `None` when one of them can't name anything.
///
/// A piece `..` between slashes is refused although it would be encoded: proxies are known to decode a path, to resolve
/// its dots, and to send the request elsewhere.
pub(super) fn path(segments: &[&str]) -> Option<String> {
    let mut path = String::new();
    for segment in segments {
        let dots = segment.split(['/', '\\']).any(|piece| piece == "." || piece == "..");
        if segment.is_empty() || dots || LONGEST < segment.len() {
            return None;
        }
        path.push('/');
        path.extend(utf8_percent_encode(segment, RESERVED));
    }
    Some(path)
}

/// A change's key as a header's value. Different keys stay different.
pub(super) fn header_value(key: &str) -> String {
    utf8_percent_encode(key, NOT_IN_HEADERS).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_is_one_segment_or_nothing() {
        for (id, expected) in [
            ("20261101001", Some("/orders/20261101001")),
            ("a b", Some("/orders/a%20b")),
            ("a/b?c#d%2F", Some("/orders/a%2Fb%3Fc%23d%252F")),
            ("订单", Some("/orders/%E8%AE%A2%E5%8D%95")),
            ("v1.2~x_y-z", Some("/orders/v1.2~x_y-z")),
            ("a\r\nhost: evil", Some("/orders/a%0D%0Ahost%3A%20evil")),
            ("...", Some("/orders/...")),
            ("", None),
            (".", None),
            ("..", None),
            ("../admin", None),
            ("a/../b", None),
            ("a\\..\\b", None),
        ] {
            assert_eq!(path(&["orders", id]).as_deref(), expected, "{id:?}");
        }
        assert_eq!(path(&["orders", &"1".repeat(257)]), None);
    }

    proptest! {
        #[test]
        fn no_id_adds_a_segment(id in "\\PC{1,20}|[./\\\\%?#a]{1,8}") {
            if let Some(path) = path(&["shoppers", &id, "orders"]) {
                prop_assert_eq!(path.split('/').count(), 4);
                let parsed = url::Url::parse(&format!("http://host{path}")).unwrap();
                prop_assert_eq!((parsed.path(), parsed.query(), parsed.fragment()), (path.as_str(), None, None));
            }
        }

        #[test]
        fn keys_stay_apart_in_headers(one in "\\PC{0,12}", other in "\\PC{0,12}|[%0-9A]{0,6}") {
            prop_assert!(crate::fetch::header::HeaderValue::from_str(&header_value(&one)).is_ok());
            prop_assert_eq!(one == other, header_value(&one) == header_value(&other));
        }
    }
}
