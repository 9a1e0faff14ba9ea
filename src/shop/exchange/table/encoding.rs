//! Bytes of a text file, read in the encodings that spreadsheets write: UTF-8 and UTF-16 with their marks, and what
//! Chinese Windows calls ANSI.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The text, without the mark it may begin with; `None` if it is in none of the encodings.
pub(in crate::shop::exchange) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let known = [UTF_8, UTF_16LE, UTF_16BE].contains(&encoding);
        return known.then(|| strictly(encoding, &bytes[mark..])).flatten();
    }
    // Hardly any text in GB18030 is UTF-8 by chance, so that is tried first.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text));
    }
    // What holds a zero byte is no text; GB18030 would make one of nearly anything.
    let is_text = !bytes.contains(&0);
    is_text.then(|| strictly(GB18030, bytes)).flatten()
}

fn strictly<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Option<Cow<'b, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_a_spreadsheet_is_read() {
        let text = "问题,回答\r\n龘和𠮷,“是”\r\n";
        let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let gb18030 = GB18030.encode(text).0.into_owned();
        for (what, bytes) in [
            ("UTF-8", text.as_bytes().to_vec()),
            ("UTF-8 with its mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            ("UTF-16 as Windows has it", [b"\xff\xfe".to_vec(), utf16(u16::to_le_bytes)].concat()),
            ("UTF-16 the other way", [b"\xfe\xff".to_vec(), utf16(u16::to_be_bytes)].concat()),
            ("GB18030", gb18030),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Some(text), "{what}");
        }
        for (what, bytes) in [
            ("half a character of UTF-16", &b"\xff\xfea"[..]),
            ("no UTF-8 after its mark", b"\xef\xbb\xbf\xff"),
            ("a picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"),
            ("no character of GB18030", b"\xff\xff\xff"),
        ] {
            assert_eq!(decode(bytes), None, "{what}");
        }
    }
}
