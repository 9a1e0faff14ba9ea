//! Uploaded pictures, in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::MemoryStore;
use crate::{
    domain::{ConversationId, UploadId},
    store::{Result, Upload, UploadStore},
};

#[async_trait]
impl UploadStore for MemoryStore {
    async fn add_upload(&self, upload: Upload, most: u32) -> Result<bool> {
        let mut tables = self.tables();
        tables.kept(&upload.conversation)?;
        let so_far =
            tables.uploads.iter().filter(|(kept, _)| kept.conversation == upload.conversation).count();
        let fits = u32::try_from(so_far).is_ok_and(|so_far| so_far < most);
        if fits {
            tables.uploads.push((upload, false));
        }
        Ok(fits)
    }

    async fn upload(&self, id: &UploadId) -> Result<Option<Upload>> {
        let tables = self.tables();
        Ok(tables.uploads.iter().map(|(kept, _)| kept).find(|kept| kept.id == *id).cloned())
    }

    async fn bind_upload(&self, conversation: &ConversationId, id: &UploadId) -> Result<Option<(u32, u32)>> {
        let mut tables = self.tables();
        let mut all = tables.uploads.iter_mut();
        let found = all.find(|(kept, _)| kept.id == *id && kept.conversation == *conversation);
        Ok(found.map(|(kept, bound)| {
            *bound = true;
            (kept.width, kept.height)
        }))
    }

    async fn forget_uploads(&self, before: Timestamp) -> Result<u64> {
        let mut tables = self.tables();
        let so_far = tables.uploads.len();
        tables.uploads.retain(|(kept, bound)| *bound || before <= kept.at);
        Ok((so_far - tables.uploads.len()) as u64)
    }
}
