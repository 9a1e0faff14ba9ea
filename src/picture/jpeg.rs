//! Whether a JPEG is all there, and no more than that. Its decoder fills up with grey what is missing, and half a photo is
//! no evidence; and it goes over the whole picture once a scan, of which a small file can hold a hundred thousand.

/// Start of scan, and end of the image.
const SCAN: u8 = 0xDA;
const END: u8 = 0xD9;
/// Cameras and editors make fourteen at the most.
const MOST_SCANS: usize = 64;

/// Whether the end of the image follows its scans, and there are not too many of them. What comes after it is nobody's business: it is not kept.
pub(super) fn is_whole(file: &[u8]) -> bool {
    let mut rest = file.get(2..).unwrap_or_default();
    let mut scans = 0;
    while let Some((marker, after)) = next_marker(rest) {
        match marker {
            END => return true,
            // Restarts and a lone temporary marker have no length.
            0x01 | 0xD0..=0xD8 => rest = after,
            _ => {
                let [high, low, ..] = after else { return false };
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let Some(behind) = after.get(length.max(2)..) else { return false };
                rest = if marker == SCAN { behind_scan(behind) } else { behind };
                scans += usize::from(marker == SCAN);
                if MOST_SCANS < scans {
                    return false;
                }
            }
        }
    }
    false
}

/// The next marker and what follows it; any number of 0xFF may stand before one.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let start = bytes.iter().position(|byte| *byte == 0xFF)?;
    let place = start + bytes[start..].iter().position(|byte| *byte != 0xFF)?;
    Some((bytes[place], &bytes[place + 1..]))
}

/// Skips a scan's data: in it 0xFF stands before 0 or a restart only.
fn behind_scan(bytes: &[u8]) -> &[u8] {
    let is_marker = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xD0..=0xD7 | 0xFF);
    bytes.windows(2).position(is_marker).map_or(&[], |place| &bytes[place..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_end_behind_the_scans_counts() {
        let head = [0xFF, 0xD8];
        let thumbnail = [0xFF, 0xE1, 0, 6, 0xFF, 0xD9, 1, 2];
        let scan = [0xFF, SCAN, 0, 2, 7, 0xFF, 0, 8, 0xFF, 0xD3, 9];
        let end = [0xFF, 0xFF, END];
        for (parts, expected) in [
            (&[&head[..], &thumbnail, &scan, &end][..], true),
            (&[&head, &thumbnail, &scan, &scan, &end, b"PK\x03\x04 and more"], true),
            (&[&head, &scan.repeat(MOST_SCANS)[..], &end], true),
            (&[&head, &scan.repeat(MOST_SCANS + 1)[..], &end], false),
            (&[&head, &thumbnail, &scan], false),
            (&[&head, &thumbnail], false),
            (&[&head, &thumbnail[..5]], false),
            (&[&head], false),
            (&[], false),
        ] {
            assert_eq!(is_whole(&parts.concat()), expected, "{parts:?}");
        }
    }
}
