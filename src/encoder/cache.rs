//! What was encoded before is not encoded again.
//!
//! Three places are asked in turn: the latest vectors in memory, those that ship with the model, and those kept in a
//! file of the data folder. Texts of shoppers stay in memory; only texts of a shop's own files, encoded through
//! [`CachedEncoder::lasting`], go into the file. Neither holds a text, only its SHA-256.
//!
//! The file is a convenience: when it cannot be read or written, that is logged once and vectors are made again.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::vectors::{self, Key};
use super::{EncodeError, Encoder, Fingerprint, Vector, VectorFileError, VectorTable};

/// The file's name in the data folder.
const FILE: &str = "encoder.vectors";

/// Bounds of a [`CachedEncoder`], and where it keeps vectors.
#[derive(Debug, Clone)]
pub struct CacheOptions {
    /// Vectors held in memory.
    pub memory_entries: usize,
    /// Vectors kept in the file; beyond it the oldest go when the file is next opened.
    pub file_entries: usize,
    /// The data folder; without one nothing is kept.
    pub folder: Option<PathBuf>,
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self { memory_entries: 10_000, file_entries: 100_000, folder: None }
    }
}

/// An [`Encoder`] that remembers what another has encoded.
pub struct CachedEncoder {
    inner: Arc<dyn Encoder>,
    memory: moka::sync::Cache<Key, Vector>,
    shipped: Option<VectorTable>,
    kept: Option<Mutex<KeptVectors>>,
}

impl CachedEncoder {
    /// A cache before `inner`; `shipped` are the vectors that come with the model, as their file's bytes. Vectors of
    /// another encoder, shipped or kept, are not used.
    pub fn new(inner: Arc<dyn Encoder>, shipped: Option<Cow<'static, [u8]>>, options: &CacheOptions) -> Self {
        let (fingerprint, dimension) = (*inner.fingerprint(), inner.dimension());
        let shipped = shipped.and_then(|bytes| {
            let table = VectorTable::parse(bytes, &fingerprint, dimension);
            table.inspect_err(|error| tracing::warn!(error = %error, "shipped vectors are not used")).ok()
        });
        let kept = options.folder.as_ref().and_then(|folder| {
            let kept = KeptVectors::open(&folder.join(FILE), &fingerprint, dimension, options.file_entries);
            kept.inspect_err(|error| tracing::warn!(error = %error, "vectors are not kept"))
                .ok()
                .map(Mutex::new)
        });
        let memory = moka::sync::Cache::new(options.memory_entries as u64);
        Self { inner, memory, shipped, kept }
    }

    /// The same encoder for texts worth keeping over a restart: those of a shop's files, never those of shoppers.
    pub fn lasting(self: &Arc<Self>) -> Arc<dyn Encoder> {
        Arc::new(LastingEncoder(Arc::clone(self)))
    }

    fn look_up(&self, key: &Key) -> Option<Vector> {
        if let Some(vector) = self.memory.get(key) {
            return Some(vector);
        }
        let kept =
            || self.kept.as_ref()?.lock().expect("no one panics while holding the table").table.by_key(key);
        // Those are at hand in a quarter of the room: memory is for what shoppers write.
        self.shipped.as_ref().and_then(|table| table.by_key(key)).or_else(kept)
    }

    fn begin(&self, texts: &[String]) -> Lookup {
        let keys: Vec<Key> = texts.iter().map(|text| vectors::key(text)).collect();
        let found: Vec<Option<Vector>> = keys.iter().map(|key| self.look_up(key)).collect();
        let mut missing: Vec<usize> = (0..texts.len()).filter(|index| found[*index].is_none()).collect();
        missing.sort_by_key(|index| keys[*index]);
        missing.dedup_by_key(|index| keys[*index]);
        let missing_texts = missing.iter().map(|index| texts[*index].clone()).collect();
        Lookup { keys, found, missing, missing_texts }
    }

    fn finish(&self, mut lookup: Lookup, made: Vec<Vector>) -> Vec<Vector> {
        let made: std::collections::HashMap<Key, Vector> =
            lookup.missing.iter().map(|index| lookup.keys[*index]).zip(made).collect();
        for (key, vector) in &made {
            self.memory.insert(*key, Arc::clone(vector));
        }
        let vectors = lookup.found.iter_mut().zip(&lookup.keys).map(|(found, key)| match found.take() {
            Some(vector) => vector,
            None => Arc::clone(made.get(key).expect("what was missing has been made")),
        });
        vectors.collect()
    }

    /// Puts vectors that neither shipped nor are kept yet into the file.
    fn keep(&self, texts: &[String], vectors: &[Vector]) {
        let Some(kept) = &self.kept else { return };
        let mut kept = kept.lock().expect("no one panics while holding the table");
        let shipped = |key: &Key| self.shipped.as_ref().is_some_and(|table| table.contains(key));
        let keyed = texts.iter().map(|text| vectors::key(text)).zip(vectors);
        kept.append(keyed.filter(|(key, _)| !shipped(key)));
    }
}

/// What one call found, and what is still to be made.
struct Lookup {
    keys: Vec<Key>,
    found: Vec<Option<Vector>>,
    missing: Vec<usize>,
    missing_texts: Vec<String>,
}

#[async_trait]
impl Encoder for CachedEncoder {
    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    fn fingerprint(&self) -> &Fingerprint {
        self.inner.fingerprint()
    }

    fn at_hand(&self, texts: &[String]) -> Option<Vec<Vector>> {
        texts.iter().map(|text| self.look_up(&vectors::key(text))).collect()
    }

    async fn encode(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
        let lookup = self.begin(texts);
        let made = match lookup.missing_texts.is_empty() {
            true => Vec::new(),
            false => self.inner.encode(&lookup.missing_texts).await?,
        };
        Ok(self.finish(lookup, made))
    }

    fn is_alive(&self) -> bool {
        self.inner.is_alive()
    }

    fn encode_blocking(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
        let lookup = self.begin(texts);
        let made = match lookup.missing_texts.is_empty() {
            true => Vec::new(),
            false => self.inner.encode_blocking(&lookup.missing_texts)?,
        };
        Ok(self.finish(lookup, made))
    }
}

/// [`CachedEncoder`] for texts whose vectors go into the file.
struct LastingEncoder(Arc<CachedEncoder>);

#[async_trait]
impl Encoder for LastingEncoder {
    fn dimension(&self) -> usize {
        self.0.dimension()
    }

    fn fingerprint(&self) -> &Fingerprint {
        self.0.fingerprint()
    }

    async fn encode(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
        let vectors = self.0.encode(texts).await?;
        self.0.keep(texts, &vectors);
        Ok(vectors)
    }

    fn is_alive(&self) -> bool {
        self.0.is_alive()
    }

    fn encode_blocking(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
        let vectors = self.0.encode_blocking(texts)?;
        self.0.keep(texts, &vectors);
        Ok(vectors)
    }
}

/// The kept vectors: all of them in memory, and their file open at its end.
struct KeptVectors {
    table: VectorTable,
    /// `None` while another process writes the file, or after a write failed: then nothing is added.
    file: Option<File>,
}

impl KeptVectors {
    /// Opens or makes the file. One of another encoder is begun anew.
    fn open(
        path: &Path,
        fingerprint: &Fingerprint,
        dimension: usize,
        limit: usize,
    ) -> Result<Self, VectorFileError> {
        let io = |source| VectorFileError::Io { path: path.to_owned(), source };
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).truncate(false).open(path).map_err(io)?;
        let owned = file.try_lock().is_ok();
        let bytes = std::fs::read(path).map_err(io)?;
        let found = bytes.len();
        let (table, as_found) = match VectorTable::parse(Cow::Owned(bytes), fingerprint, dimension) {
            Ok(table) if table.len() <= limit => {
                let whole = table.whole_bytes().len() == found;
                (table, whole)
            }
            Ok(table) => (table.shortened(fingerprint, limit / 2), false),
            Err(error) => {
                if 0 < found {
                    tracing::info!(error = %error, "kept vectors are begun anew");
                }
                (VectorTable::new(fingerprint, dimension), false)
            }
        };
        if !owned {
            return Ok(Self { table, file: None });
        }
        // What is on disk becomes what was understood: no torn end, no other encoder's vectors. The file is
        // emptied rather than replaced, since the lock belongs to it. A crash in between costs the cache alone.
        if !as_found {
            file.set_len(0).and_then(|()| file.write_all(table.whole_bytes())).map_err(io)?;
        }
        Ok(Self { table, file: Some(file) })
    }

    fn append<'a>(&mut self, vectors: impl Iterator<Item = (Key, &'a Vector)>) {
        let Some(file) = &mut self.file else { return };
        let mut records = Vec::new();
        for (key, vector) in vectors {
            if !self.table.contains(&key) {
                records.extend_from_slice(self.table.insert(key, vector));
            }
        }
        if let Err(error) = file.write_all(&records) {
            tracing::warn!(error = %error, "vectors are no longer kept");
            self.file = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::encoder::{HashingEncoder, cosine, write_vectors};

    /// Counts the texts that reach the encoder behind the cache.
    struct Counting {
        inner: HashingEncoder,
        texts: AtomicUsize,
    }

    #[async_trait]
    impl Encoder for Counting {
        fn dimension(&self) -> usize {
            self.inner.dimension()
        }

        fn fingerprint(&self) -> &Fingerprint {
            self.inner.fingerprint()
        }

        async fn encode(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
            self.encode_blocking(texts)
        }

        fn encode_blocking(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
            self.texts.fetch_add(texts.len(), Ordering::Relaxed);
            self.inner.encode_blocking(texts)
        }
    }

    struct Fixture {
        counting: Arc<Counting>,
        cached: Arc<CachedEncoder>,
    }

    impl Fixture {
        fn new(dimension: usize, shipped: Option<Vec<u8>>, options: &CacheOptions) -> Self {
            let inner = HashingEncoder::new(dimension);
            let counting = Arc::new(Counting { inner, texts: AtomicUsize::new(0) });
            let cached = CachedEncoder::new(Arc::clone(&counting) as _, shipped.map(Cow::Owned), options);
            Self { counting, cached: Arc::new(cached) }
        }

        /// Encodes through `encoder`, checks the vectors, and returns how many texts had to be encoded.
        fn encoded(&self, encoder: &dyn Encoder, texts: &[&str]) -> usize {
            let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
            let before = self.counting.texts.load(Ordering::Relaxed);
            let found = encoder.encode_blocking(&texts).unwrap();
            let after = self.counting.texts.load(Ordering::Relaxed);
            let expected = self.counting.inner.encode_blocking(&texts).unwrap();
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().zip(&expected).all(|(found, expected)| 0.99 < cosine(found, expected)));
            after - before
        }
    }

    fn in_folder(folder: &tempfile::TempDir) -> CacheOptions {
        CacheOptions { folder: Some(folder.path().to_owned()), ..Default::default() }
    }

    #[test]
    fn a_text_is_encoded_once() {
        let fixture = Fixture::new(64, None, &CacheOptions::default());
        for (texts, encoded) in
            [(&["退货", "发货", "退货"][..], 2), (&["退货"], 0), (&["", "发货", "新的", ""], 2), (&[], 0)]
        {
            assert_eq!(fixture.encoded(&*fixture.cached, texts), encoded, "{texts:?}");
        }
    }

    #[tokio::test]
    async fn async_and_blocking_calls_share_what_is_known() {
        let fixture = Fixture::new(64, None, &CacheOptions::default());
        fixture.cached.encode(&["退货".to_owned()]).await.unwrap();
        assert_eq!(fixture.encoded(&*fixture.cached, &["退货"]), 0);
    }

    #[test]
    fn shipped_vectors_are_not_encoded_unless_they_are_another_encoders() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base.vectors");
        write_vectors(&path, &HashingEncoder::new(64), &["退货".to_owned()]).unwrap();
        let shipped = std::fs::read(path).unwrap();
        for (dimension, shipped, encoded) in [
            (64, shipped.clone(), 1),
            (65, shipped.clone(), 2),
            (64, shipped[..63].to_vec(), 2),
            (64, vec![], 2),
        ] {
            let fixture = Fixture::new(dimension, Some(shipped), &CacheOptions::default());
            assert_eq!(fixture.encoded(&*fixture.cached, &["退货", "发货"]), encoded);
        }
    }

    #[test]
    fn lasting_vectors_outlive_the_process_and_others_do_not() {
        let folder = tempfile::tempdir().unwrap();
        {
            let fixture = Fixture::new(64, None, &in_folder(&folder));
            assert_eq!(fixture.encoded(&*fixture.cached, &["shopper", "seen by both"]), 2);
            assert_eq!(fixture.encoded(&*fixture.cached.lasting(), &["example", "seen by both"]), 1);
        }
        let fixture = Fixture::new(64, None, &in_folder(&folder));
        assert_eq!(fixture.encoded(&*fixture.cached, &["example", "seen by both", "shopper"]), 1);
    }

    #[test]
    fn a_torn_file_loses_its_end_and_takes_new_vectors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let lasting = |texts: &[&str]| {
            let fixture = Fixture::new(64, None, &in_folder(&folder));
            fixture.encoded(&*fixture.cached.lasting(), texts)
        };
        assert_eq!(lasting(&["a", "bb", "ccc"]), 3);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 7]).unwrap();
        assert_eq!(lasting(&["a", "bb", "ccc"]), 1);
        assert_eq!(lasting(&["a", "bb", "ccc"]), 0);
        assert_eq!(std::fs::read(&path).unwrap().len(), bytes.len());
    }

    #[test]
    fn a_file_of_another_encoder_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        for (dimension, encoded) in [(64, 1), (64, 0), (65, 1), (65, 0), (64, 1)] {
            let fixture = Fixture::new(dimension, None, &in_folder(&folder));
            assert_eq!(fixture.encoded(&*fixture.cached.lasting(), &["a"]), encoded);
        }
    }

    #[test]
    fn a_second_process_reads_the_file_and_leaves_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = Fixture::new(64, None, &in_folder(&folder));
        assert_eq!(first.encoded(&*first.cached.lasting(), &["a"]), 1);
        let second = Fixture::new(64, None, &in_folder(&folder));
        assert_eq!(second.encoded(&*second.cached.lasting(), &["a", "b"]), 1);
        drop((first, second));
        let third = Fixture::new(64, None, &in_folder(&folder));
        assert_eq!(third.encoded(&*third.cached, &["a", "b"]), 1);
    }

    #[test]
    fn the_oldest_vectors_go_when_the_file_is_too_long() {
        let folder = tempfile::tempdir().unwrap();
        let options = CacheOptions { file_entries: 4, ..in_folder(&folder) };
        let lasting = |texts: &[&str]| {
            let fixture = Fixture::new(64, None, &options);
            fixture.encoded(&*fixture.cached.lasting(), texts)
        };
        for text in ["a", "b", "c", "d", "e"] {
            assert_eq!(lasting(&[text]), 1);
        }
        assert_eq!(lasting(&["d", "e"]), 0);
        assert_eq!(lasting(&["a", "b", "c"]), 3);
    }

    #[test]
    fn a_folder_that_cannot_be_used_costs_nothing_but_the_keeping() {
        let options = CacheOptions { folder: Some("/dev/null/nowhere".into()), ..Default::default() };
        let fixture = Fixture::new(64, None, &options);
        assert_eq!(fixture.encoded(&*fixture.cached.lasting(), &["a"]), 1);
        assert_eq!(fixture.encoded(&*fixture.cached, &["a"]), 0);
    }
}
