//! Pictures that people upload: cleaned on a thread of their own, kept with their conversation, said like words.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use super::{Engine, EngineError};
use crate::{
    domain::{AgentId, ConversationId, Part, PartKind, UploadId},
    picture::{self, Picture, PictureError},
    store::{Conversation, StoreError, Upload},
};

/// Pictures that a conversation keeps.
const MOST_KEPT: u32 = 100;
/// A picture that nobody said within this time is forgotten.
const UNUSED_FOR: Duration = Duration::from_secs(24 * 3600);
/// What decoding may take at once, in MiB, all pictures together; the largest that is allowed takes about all of it.
const MEBIBYTES: u32 = 400;
const MEBIBYTE: u64 = 1024 * 1024;

/// Why an upload is not kept.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The file.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The conversation has as many as it may have.
    #[error("this conversation has 100 pictures, the most there may be")]
    TooMany,
    /// The store's errors.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many pictures may be decoded side by side, by the memory they take.
pub(super) struct Workbench(Arc<Semaphore>);

impl Default for Workbench {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MEBIBYTES as usize)))
    }
}

impl Workbench {
    /// Cleans a file, once there is room for it. A decoder that panics has met a broken file.
    async fn clean(&self, file: Vec<u8>) -> Result<Picture, PictureError> {
        let (room, runtime) = (Arc::clone(&self.0), tokio::runtime::Handle::current());
        let work = move || {
            let opened = picture::open(&file)?;
            let cost =
                u32::try_from(opened.cost().div_ceil(MEBIBYTE)).unwrap_or(MEBIBYTES).clamp(1, MEBIBYTES);
            let _room = runtime.block_on(room.acquire_many(cost)).map_err(|_| PictureError::Broken)?;
            opened.clean()
        };
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(PictureError::Broken))
    }
}

impl Engine {
    /// Cleans and keeps a picture; `agent` is who of the staff uploads it, `None` for the shopper.
    ///
    /// # Errors
    /// A file that is no picture for us, a conversation that is full, the store's.
    pub async fn upload(
        &self,
        conversation: &ConversationId,
        agent: Option<AgentId>,
        id: UploadId,
        file: Vec<u8>,
    ) -> Result<(), UploadError> {
        let Picture { mime, width, height, bytes } = self.workbench.clean(file).await?;
        let upload = Upload {
            id,
            conversation: conversation.clone(),
            agent,
            mime: mime.to_owned(),
            width,
            height,
            bytes,
            at: self.now(),
        };
        if self.parts.store.add_upload(upload, MOST_KEPT).await? { Ok(()) } else { Err(UploadError::TooMany) }
    }

    /// The part that says an uploaded picture, which from now on is kept; `None` for one that was not uploaded in
    /// this conversation.
    ///
    /// # Errors
    /// The store's; a shop that is not served.
    pub async fn image_part(
        &self,
        conversation: &Conversation,
        upload: &UploadId,
    ) -> Result<Option<Part>, EngineError> {
        let assistant = self.parts.shops.assistant(&conversation.shop)?;
        let Some((width, height)) = self.parts.store.bind_upload(&conversation.id, upload).await? else {
            return Ok(None);
        };
        let alt = assistant.notice("picture.alt", &[], conversation.locale);
        let (text, url) = (format!("[{alt}]"), upload.address());
        let kind = PartKind::Image { url, alt, width: Some(width), height: Some(height) };
        Ok(Some(Part { text, kind }))
    }

    /// Forgets pictures that were uploaded and never said.
    pub(super) async fn forget_unused_uploads(&self) {
        match self.parts.store.forget_uploads(self.now() - UNUSED_FOR).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(uploads = count, "pictures that were never sent are forgotten"),
            Err(error) => tracing::error!(error = %error, "unused pictures can't be forgotten"),
        }
    }
}
