//! What a workbook is before anybody reads it: a zip archive, looked through within bounds.
//!
//! A small archive can unpack to any size, and what it says of its sizes need not be true: so every part is unpacked once
//! and counted, and nothing of it is kept. Only then is it given to the reader, which trusts what it reads.

use std::io::{Cursor, Read};

use zip::{ZipArchive, read::ZipFile};

use crate::shop::problem::{Problem, kinds};

/// The largest workbook, packed and unpacked, in bytes.
const LARGEST_PACKED: usize = 16 * 1024 * 1024;
const LARGEST_UNPACKED: u64 = 64 * 1024 * 1024;

/// The largest part about looks: few bytes of it make a large thing in memory.
const LARGEST_STYLES: usize = 4 * 1024 * 1024;

/// Parts of a workbook; each sheet is one.
const MOST_PARTS: usize = 2_000;

/// What every file that Office wrote before 2007, or wrote encrypted, begins with.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Whether these are the bytes of a workbook, of whatever kind.
pub(in crate::shop::exchange) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(COMPOUND)
}

/// A problem of the file as a whole.
pub(super) fn not_a_sheet(name: &str, why: &str) -> Problem {
    Problem::new(name, 1, 1, &kinds::IMPORT_NOT_A_SHEET, &[why])
}

/// Nothing, if it is a workbook of the kind that is read, of bearable size.
pub(super) fn look_through(name: &str, bytes: &[u8]) -> Result<(), Problem> {
    let refused = |kind, argument: &str| Err(Problem::new(name, 1, 1, kind, &[argument]));
    if bytes.starts_with(COMPOUND) {
        let has = |stream: &str| {
            let wanted: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
            bytes.windows(wanted.len()).any(|window| window == wanted)
        };
        return match (has("EncryptedPackage"), has("Workbook") || has("Book")) {
            (true, _) => refused(&kinds::IMPORT_ENCRYPTED, ""),
            (_, true) => refused(&kinds::IMPORT_OLD_SHEET, ".xls"),
            _ => Err(not_a_sheet(name, "OLE")),
        };
    }
    if LARGEST_PACKED < bytes.len() {
        return refused(&kinds::FILE_TOO_LARGE, &LARGEST_PACKED.to_string());
    }
    let broken = |error: &dyn std::fmt::Display| not_a_sheet(name, &error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if MOST_PARTS < archive.len() {
        return Err(not_a_sheet(name, "zip"));
    }
    let mut left = LARGEST_UNPACKED;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| broken(&error))?;
        let content = unpack(&mut part, left).map_err(|error| broken(&error))?;
        let Some(rest) = left.checked_sub(content.len() as u64) else {
            return refused(&kinds::IMPORT_TOO_LARGE, &LARGEST_UNPACKED.to_string());
        };
        left = rest;
        let path = part.name().map_err(|error| broken(&error))?.to_ascii_lowercase();
        if path == "mimetype" && content.starts_with(b"application/vnd.oasis.opendocument") {
            return refused(&kinds::IMPORT_OLD_SHEET, ".ods");
        }
        if path.ends_with("workbook.bin") {
            return refused(&kinds::IMPORT_OLD_SHEET, ".xlsb");
        }
        if path.ends_with("styles.xml") && LARGEST_STYLES < content.len() {
            return refused(&kinds::IMPORT_TOO_LARGE, &LARGEST_STYLES.to_string());
        }
        if path.ends_with("sharedstrings.xml") && !is_honest(&content) {
            return Err(not_a_sheet(name, "sharedStrings.xml"));
        }
    }
    Ok(())
}

/// A part's real content, or one byte more than is left.
fn unpack(part: &mut ZipFile<'_, Cursor<&[u8]>>, left: u64) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    part.take(left + 1).read_to_end(&mut content)?;
    Ok(content)
}

/// Whether the list of texts says how many it has and has them. The reader makes room for as many as are told, before it
/// looks for them. What is not in UTF-8 could say it in a way that is not seen here; no spreadsheet writes that.
fn is_honest(content: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(content) else { return false };
    let head: String = text.chars().take(200).collect::<String>().to_ascii_lowercase();
    let is_utf8 = !head.contains("encoding") || head.contains("utf-8");
    is_utf8
        && text.match_indices("uniqueCount").all(|(at, found)| {
            let value = text[at + found.len()..]
                .trim_start_matches(|c: char| c.is_whitespace() || "='\"".contains(c));
            let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
            // The shortest text takes more than four bytes.
            digits.is_empty() || digits.parse().is_ok_and(|count: usize| count <= content.len() / 4)
        })
}
