//! The encoder put together: the model on its own thread, caches in front.

use std::{path::Path, sync::Arc};

use crate::encoder::{
    CacheOptions, CachedEncoder, CandleEncoder, ModelError, ModelFiles, QueueOptions, QueuedEncoder,
};

/// A loaded model.
pub struct Model {
    /// The model on its thread.
    pub bare: Arc<QueuedEncoder>,
    /// The same behind its caches.
    pub cached: Arc<CachedEncoder>,
}

/// Loads the model of a folder, or the one inside the binary.
///
/// # Errors
/// A missing or damaged file, named.
pub fn load(models: Option<&Path>, data: Option<&Path>) -> Result<Model, ModelError> {
    let files = match models {
        Some(folder) => ModelFiles::from_dir(folder)?,
        None => ModelFiles::embedded(),
    };
    let model = CandleEncoder::load(&files)?;
    let bare = Arc::new(QueuedEncoder::start(model, QueueOptions::default()));
    let options = CacheOptions { folder: data.map(Path::to_path_buf), ..CacheOptions::default() };
    let cached = CachedEncoder::new(Arc::clone(&bare) as _, files.vectors(), &options);
    Ok(Model { bare, cached: Arc::new(cached) })
}

/// The model of a folder alone, on its own thread without caches.
///
/// # Errors
/// A missing or damaged file, named.
pub fn bare(models: &Path) -> Result<QueuedEncoder, ModelError> {
    let model = CandleEncoder::load(&ModelFiles::from_dir(models)?)?;
    Ok(QueuedEncoder::start(model, QueueOptions::default()))
}
