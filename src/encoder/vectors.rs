//! Vectors kept in a file, each under the SHA-256 of its text: those that ship with the model, and those that
//! a node keeps in its data folder. The texts themselves are never in it.
//!
//! All numbers are little-endian. A header of 64 bytes: `XVEC`, format version (u32), dimension (u32), four
//! zero bytes, the encoder's fingerprint (32 bytes), sixteen zero bytes. Then records of `40 + dimension` bytes: the key (32
//! bytes), a scale (f32), the numbers divided by the scale (i8 each), and the first four bytes of the SHA-256 of all
//! that. A record is whole or it is skipped, so a file torn by a crash loses its last vector only.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{EncodeError, Encoder, Fingerprint, Vector, to_unit};

const MAGIC: &[u8; 4] = b"XVEC";
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 64;
const KEY_BYTES: usize = 32;
/// Bytes of a record beside its numbers: key, scale, check.
const FRAME_BYTES: usize = KEY_BYTES + 8;

/// What a vector is stored under.
pub(super) type Key = [u8; KEY_BYTES];

/// The key of a text.
pub(super) fn key(text: &str) -> Key {
    Sha256::digest(text).into()
}

/// Why a file of vectors cannot be used or written.
#[derive(Debug, thiserror::Error)]
pub enum VectorFileError {
    /// The bytes do not begin as a file of vectors does.
    #[error("not a file of vectors")]
    Magic,
    /// Another version of the format.
    #[error("vectors in format {found}, expected {VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// Made by another encoder.
    #[error("vectors of encoder {found}, expected {expected}")]
    Foreign {
        /// This program's encoder.
        expected: Fingerprint,
        /// The file's.
        found: Fingerprint,
    },
    /// Vectors of another length.
    #[error("vectors of dimension {found}, expected {expected}")]
    Dimension {
        /// This program's dimension.
        expected: usize,
        /// The file's.
        found: usize,
    },
    /// The vectors could not be made.
    #[error("the vectors could not be made")]
    Encode(#[from] EncodeError),
    /// The file could not be read or written.
    #[error("file of vectors {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// A file of vectors in memory, in its quantised form: about a quarter of what the vectors themselves would take.
pub struct VectorTable {
    bytes: Cow<'static, [u8]>,
    dimension: usize,
    /// Where each key's record begins.
    records: HashMap<Key, usize>,
}

impl VectorTable {
    /// A table without vectors.
    pub fn new(fingerprint: &Fingerprint, dimension: usize) -> Self {
        Self { bytes: Cow::Owned(header(fingerprint, dimension)), dimension, records: HashMap::new() }
    }

    /// The table in a file's bytes. Damaged records and a torn end are left out; a header of another encoder,
    /// dimension or format is an error.
    pub fn parse(
        bytes: Cow<'static, [u8]>,
        fingerprint: &Fingerprint,
        dimension: usize,
    ) -> Result<Self, VectorFileError> {
        check_header(&bytes, fingerprint, dimension)?;
        let mut records = HashMap::new();
        let size = FRAME_BYTES + dimension;
        for (index, record) in bytes[HEADER_BYTES..].chunks_exact(size).enumerate() {
            let (content, check) = record.split_at(size - 4);
            if checksum(content) == check {
                let key = content[..KEY_BYTES].try_into().expect("a record begins with its key");
                records.insert(key, HEADER_BYTES + index * size);
            }
        }
        Ok(Self { bytes, dimension, records })
    }

    /// How many texts have a vector.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether no text has one.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The text's vector, of unit length; within 0.01 of the cosine of the one it was made from.
    pub fn get(&self, text: &str) -> Option<Vector> {
        self.by_key(&key(text))
    }

    pub(super) fn by_key(&self, key: &Key) -> Option<Vector> {
        let record = &self.bytes[*self.records.get(key)?..][KEY_BYTES..][..4 + self.dimension];
        let (scale, numbers) = record.split_at(4);
        let scale = f32::from_le_bytes(scale.try_into().expect("a scale has four bytes"));
        Some(to_unit(numbers.iter().map(|number| f32::from(*number as i8) * scale).collect()))
    }

    pub(super) fn contains(&self, key: &Key) -> bool {
        self.records.contains_key(key)
    }

    /// Adds a vector and returns the bytes of its record, for the file.
    pub(super) fn insert(&mut self, key: Key, vector: &[f32]) -> &[u8] {
        let bytes = self.bytes.to_mut();
        // Behind a torn record of a file that was read, the next would be unreadable.
        let size = FRAME_BYTES + self.dimension;
        bytes.truncate(HEADER_BYTES + (bytes.len() - HEADER_BYTES) / size * size);
        let start = bytes.len();
        bytes.extend(record(&key, vector));
        self.records.insert(key, start);
        &self.bytes[start..]
    }

    /// The file's bytes, records only whole.
    pub(super) fn whole_bytes(&self) -> &[u8] {
        let size = FRAME_BYTES + self.dimension;
        &self.bytes[..HEADER_BYTES + (self.bytes.len() - HEADER_BYTES) / size * size]
    }

    /// The table with its newest `limit` records alone.
    pub(super) fn shortened(&self, fingerprint: &Fingerprint, limit: usize) -> Self {
        let mut starts: Vec<usize> = self.records.values().copied().collect();
        starts.sort_unstable();
        let mut bytes = header(fingerprint, self.dimension);
        for start in &starts[starts.len().saturating_sub(limit)..] {
            bytes.extend(&self.bytes[*start..][..FRAME_BYTES + self.dimension]);
        }
        Self::parse(Cow::Owned(bytes), fingerprint, self.dimension).expect("the header has just been written")
    }
}

fn header(fingerprint: &Fingerprint, dimension: usize) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend(MAGIC);
    header.extend(VERSION.to_le_bytes());
    header.extend((dimension as u32).to_le_bytes());
    header.extend([0; 4]);
    header.extend(fingerprint.as_bytes());
    header.resize(HEADER_BYTES, 0);
    header
}

fn check_header(bytes: &[u8], fingerprint: &Fingerprint, dimension: usize) -> Result<(), VectorFileError> {
    if bytes.len() < HEADER_BYTES || bytes[..4] != *MAGIC {
        return Err(VectorFileError::Magic);
    }
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    if number(4) != VERSION {
        return Err(VectorFileError::Version { found: number(4) });
    }
    let found = Fingerprint::from_bytes(bytes[16..48].try_into().expect("32 bytes"));
    if found != *fingerprint {
        return Err(VectorFileError::Foreign { expected: *fingerprint, found });
    }
    let found = number(8) as usize;
    if found != dimension {
        return Err(VectorFileError::Dimension { expected: dimension, found });
    }
    Ok(())
}

fn record(key: &Key, vector: &[f32]) -> Vec<u8> {
    let highest = vector.iter().fold(0.0_f32, |highest, x| highest.max(x.abs()));
    let scale = highest.max(f32::MIN_POSITIVE) / 127.0;
    let mut record = Vec::with_capacity(FRAME_BYTES + vector.len());
    record.extend(key);
    record.extend(scale.to_le_bytes());
    record.extend(vector.iter().map(|x| (x / scale).round() as i8 as u8));
    let check = checksum(&record);
    record.extend(check);
    record
}

fn checksum(content: &[u8]) -> [u8; 4] {
    let digest: [u8; 32] = Sha256::digest(content).into();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// Encodes the texts and writes their vectors, each text once and in an order of its own: the same texts give the
/// same file. Returns how many there are. The file appears complete or not at all.
pub fn write_vectors(path: &Path, encoder: &dyn Encoder, texts: &[String]) -> Result<usize, VectorFileError> {
    let mut texts = texts.to_vec();
    texts.sort();
    texts.dedup();
    let vectors = encoder.encode_blocking(&texts)?;
    let mut records: Vec<_> = texts.iter().map(|text| key(text)).zip(&vectors).collect();
    records.sort_by_key(|(key, _)| *key);
    let mut table = VectorTable::new(encoder.fingerprint(), encoder.dimension());
    for (key, vector) in records {
        table.insert(key, vector);
    }
    write_file(path, table.whole_bytes())?;
    Ok(table.len())
}

/// Writes a file beside its place and moves it there.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), VectorFileError> {
    let beside = path.with_extension("new");
    let write = || {
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|source| VectorFileError::Io { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::encoder::{HashingEncoder, cosine};

    const DIMENSION: usize = 48;

    fn texts() -> Vec<String> {
        ["退货", "", "where is my order", "退货", "发货了吗😀"].map(str::to_owned).to_vec()
    }

    fn file() -> (HashingEncoder, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.vectors");
        let encoder = HashingEncoder::new(DIMENSION);
        assert_eq!(write_vectors(&path, &encoder, &texts()).unwrap(), 4);
        (encoder, std::fs::read(path).unwrap())
    }

    fn parse(bytes: &[u8], encoder: &HashingEncoder) -> Result<VectorTable, VectorFileError> {
        VectorTable::parse(Cow::Owned(bytes.to_vec()), encoder.fingerprint(), DIMENSION)
    }

    #[test]
    fn a_written_vector_is_read_back_within_a_hundredth() {
        let (encoder, bytes) = file();
        let table = parse(&bytes, &encoder).unwrap();
        for (text, vector) in texts().iter().zip(encoder.encode_blocking(&texts()).unwrap()) {
            assert!(0.9999 < cosine(&table.get(text).unwrap(), &vector), "{text}");
        }
        assert!(table.get("something else").is_none());
    }

    #[test]
    fn a_torn_end_loses_the_last_vector_only() {
        let (encoder, bytes) = file();
        for cut in 1..FRAME_BYTES + DIMENSION {
            assert_eq!(parse(&bytes[..bytes.len() - cut], &encoder).unwrap().len(), 3, "cut by {cut}");
        }
    }

    #[test]
    fn a_vector_added_behind_a_torn_end_is_readable() {
        let (encoder, bytes) = file();
        let mut table = parse(&bytes[..bytes.len() - 5], &encoder).unwrap();
        table.insert(key("new"), &encoder.encode_blocking(&["new".to_owned()]).unwrap()[0]);
        let again = parse(table.whole_bytes(), &encoder).unwrap();
        assert_eq!(again.len(), 4);
        assert!(again.get("new").is_some());
    }

    #[test]
    fn a_foreign_file_says_what_was_expected_and_found() {
        let (encoder, bytes) = file();
        let fails = |at: usize, with: &[u8], expected: &str| {
            let mut bytes = bytes.clone();
            bytes[at..at + with.len()].copy_from_slice(with);
            let error = parse(&bytes, &encoder).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        fails(0, b"GGUF", "not a file of vectors");
        fails(4, &[9], "format 9, expected 1");
        fails(8, &[47], "dimension 47, expected 48");
        fails(16, &[0; 32], &format!("encoder {}, expected {}", "0".repeat(64), encoder.fingerprint()));
        assert!(matches!(parse(&bytes[..HEADER_BYTES - 1], &encoder), Err(VectorFileError::Magic)));
        assert!(matches!(parse(&[], &encoder), Err(VectorFileError::Magic)));
    }

    proptest! {
        /// Whatever happens to the bytes: no panic, and no vector that was not written.
        #[test]
        fn damage_never_gives_a_wrong_vector(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            length in any::<prop::sample::Index>(),
        ) {
            let (encoder, mut bytes) = file();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(length.index(bytes.len() + 1));
            if let Ok(table) = parse(&bytes, &encoder) {
                for (text, vector) in texts().iter().zip(encoder.encode_blocking(&texts()).unwrap()) {
                    prop_assert!(table.get(text).is_none_or(|found| 0.9999 < cosine(&found, &vector)));
                }
            }
        }
    }
}
