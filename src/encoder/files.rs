//! The model's files, from the binary or from a folder, checked against their manifest before anyone reads
//! them: a damaged, missing or foreign file is one error that names the file, what was expected and what was found.
//!
//! This module does not interpret the weights; [`super::weights`] does.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Fingerprint;

/// What decides a vector beside the files. `models/recipe/build.py` states it alike.
const POOLING: &str =
    "v2: prefix 'query: ', at most 128 tokens, 8-bit products, mean of the last layer, unit length";
const MANIFEST_VERSION: u32 = 1;
const MANIFEST: &str = "manifest.toml";
const WEIGHTS: &str = "encoder.gguf";
const TOKENIZER: &str = "tokenizer.json";
const VECTORS: &str = "base.vectors";

/// Why a model cannot be used. Each is one line that names the file.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file cannot be read.
    #[error("model file {path} cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The manifest is not what this version reads.
    #[error("model file {path}: {reason}")]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file's size differs from the manifest's.
    #[error("model file {path} is damaged: expected {expected} bytes, found {found}")]
    Size {
        /// The file.
        path: PathBuf,
        /// Bytes by the manifest.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// A file's content differs from the manifest's.
    #[error("model file {path} is damaged: expected sha256 {expected}, found {found}")]
    Checksum {
        /// The file.
        path: PathBuf,
        /// SHA-256 by the manifest.
        expected: String,
        /// SHA-256 of what is there.
        found: String,
    },
    /// A file is whole but does not hold what this version needs.
    #[error("model file {path}: expected {expected}, found {found}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What this version reads.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The forward pass failed.
    #[error("the forward pass failed")]
    Forward(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The raw files of one model. Nothing is copied when they come from the binary.
pub struct ModelFiles {
    folder: PathBuf,
    manifest: Cow<'static, [u8]>,
    pub(super) weights: Cow<'static, [u8]>,
    pub(super) tokenizer: Cow<'static, [u8]>,
    vectors: Option<Cow<'static, [u8]>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u32,
    fingerprint: String,
    file: Vec<ManifestFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestFile {
    name: String,
    bytes: u64,
    sha256: String,
}

impl ModelFiles {
    /// The model inside the binary.
    pub fn embedded() -> Self {
        macro_rules! built_in {
            ($name:literal) => {
                Cow::Borrowed(&include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/", $name))[..])
            };
        }
        Self {
            folder: PathBuf::from("(built in)"),
            manifest: built_in!("manifest.toml"),
            weights: built_in!("encoder.gguf"),
            tokenizer: built_in!("tokenizer.json"),
            vectors: Some(built_in!("base.vectors")),
        }
    }

    /// The model in a folder. The vectors that ship with it may be absent; every other file must be there.
    pub fn from_dir(folder: &Path) -> Result<Self, ModelError> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map(Cow::Owned).map_err(|source| ModelError::Read { path, source })
        };
        Ok(Self {
            folder: folder.to_owned(),
            manifest: read(MANIFEST)?,
            weights: read(WEIGHTS)?,
            tokenizer: read(TOKENIZER)?,
            vectors: read(VECTORS).ok(),
        })
    }

    /// The vectors that ship with the model, as [`super::VectorTable::parse`] takes them.
    pub fn vectors(&self) -> Option<Cow<'static, [u8]>> {
        self.vectors.clone()
    }

    /// Checks every file against the manifest, and the manifest against this program. What came with the binary is as
    /// the manifest says (a test holds it to that): reading it all here would only make all of it resident.
    pub fn verify(&self) -> Result<Fingerprint, ModelError> {
        let manifest = self.parse_manifest()?;
        let mut total = Sha256::new();
        total.update(format!("{POOLING}\n"));
        let files = [(WEIGHTS, &self.weights), (TOKENIZER, &self.tokenizer)];
        let digests: Vec<Option<String>> = std::thread::scope(|scope| {
            let tasks = files.map(|(_, bytes)| {
                let read = matches!(bytes, Cow::Owned(_));
                read.then(|| scope.spawn(move || hex::encode(Sha256::digest(bytes))))
            });
            tasks.map(|task| task.map(|task| task.join().expect("hashing cannot fail"))).into()
        });
        for ((name, bytes), found) in files.into_iter().zip(digests) {
            let stated = manifest.file.iter().find(|file| file.name == name);
            let stated = stated.ok_or_else(|| self.manifest_error(format!("does not list {name}")))?;
            let path = self.folder.join(name);
            if stated.bytes != bytes.len() as u64 {
                return Err(ModelError::Size { path, expected: stated.bytes, found: bytes.len() as u64 });
            }
            if let Some(found) = found.filter(|found| stated.sha256 != *found) {
                return Err(ModelError::Checksum { path, expected: stated.sha256.clone(), found });
            }
            total.update(format!("{name} {}\n", stated.sha256));
        }
        let fingerprint = Fingerprint::from_bytes(total.finalize().into());
        if manifest.fingerprint != fingerprint.to_string() {
            let stated = manifest.fingerprint;
            return Err(self.manifest_error(format!("expected fingerprint {fingerprint}, found {stated}")));
        }
        Ok(fingerprint)
    }

    /// An error about the content of the weights.
    pub(super) fn weights_error(&self, expected: impl ToString, found: impl ToString) -> ModelError {
        let path = self.folder.join(WEIGHTS);
        ModelError::Content { path, expected: expected.to_string(), found: found.to_string() }
    }

    /// An error about the content of the tokenizer.
    pub(super) fn tokenizer_error(&self, expected: impl ToString, found: impl ToString) -> ModelError {
        let path = self.folder.join(TOKENIZER);
        ModelError::Content { path, expected: expected.to_string(), found: found.to_string() }
    }

    fn parse_manifest(&self) -> Result<Manifest, ModelError> {
        let text = std::str::from_utf8(&self.manifest).map_err(|_| self.manifest_error("is not UTF-8"))?;
        let manifest: Manifest = toml::from_str(text)
            .map_err(|error| self.manifest_error(error.message().lines().next().unwrap_or("is not TOML")))?;
        if manifest.version != MANIFEST_VERSION {
            let found = manifest.version;
            return Err(self.manifest_error(format!("expected version {MANIFEST_VERSION}, found {found}")));
        }
        Ok(manifest)
    }

    fn manifest_error(&self, reason: impl Into<String>) -> ModelError {
        ModelError::Manifest { path: self.folder.join(MANIFEST), reason: reason.into() }
    }
}
