//! Uploaded pictures, in SQL. They lie in a table of their own, whose rows only those who ask for a picture read.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    SqlStore,
    rows::{self, corrupt, nanos},
    statement::{Row, sql},
};
use crate::{
    domain::{ConversationId, UploadId},
    store::{Result, StoreError, Upload, UploadStore},
};

#[async_trait]
impl UploadStore for SqlStore {
    async fn add_upload(&self, upload: Upload, most: u32) -> Result<bool> {
        self.write(move |tx| {
            let upload = upload.clone();
            let known =
                sql("select (select count(*) from uploads where conversation = conversations.id) as so_far
             from conversations where id = ?")
                .bind(upload.conversation.as_str())
                .fetch_optional(tx)?
                .ok_or(StoreError::NotFound("conversation"))?;
            if u64::from(most) <= rows::number(&known, "so_far")? {
                return Ok(false);
            }
            sql("insert into uploads (id, conversation, agent, mime, width, height, bytes, bound, at)
             values (?, ?, ?, ?, ?, ?, ?, 0, ?)")
            .bind(upload.id.as_str())
            .bind(upload.conversation.as_str())
            .bind(upload.agent.as_ref().map(|agent| agent.as_str()))
            .bind(&upload.mime)
            .bind(upload.width)
            .bind(upload.height)
            .bind(&upload.bytes)
            .bind(nanos(upload.at))
            .execute(tx)?;
            Ok(true)
        })
        .await
    }

    async fn upload(&self, id: &UploadId) -> Result<Option<Upload>> {
        let row = sql("select * from uploads where id = ?").bind(id.as_str()).optional(self).await?;
        row.as_ref().map(upload).transpose()
    }

    async fn bind_upload(&self, conversation: &ConversationId, id: &UploadId) -> Result<Option<(u32, u32)>> {
        let (conversation, id) = (conversation.clone(), id.clone());
        self.write(move |tx| {
            let (conversation, id) = (&conversation, &id);
            let row =
                sql("update uploads set bound = 1 where id = ? and conversation = ? returning width, height")
                    .bind(id.as_str())
                    .bind(conversation.as_str())
                    .fetch_optional(tx)?;
            let size = row.as_ref().map(size).transpose()?;
            Ok(size)
        })
        .await
    }

    async fn forget_uploads(&self, before: Timestamp) -> Result<u64> {
        self.write(move |tx| {
            let gone =
                sql("delete from uploads where bound = 0 and at < ?").bind(nanos(before)).execute(tx)?;
            Ok(gone)
        })
        .await
    }
}

pub(super) fn upload(row: &Row) -> Result<Upload> {
    let (width, height) = size(row)?;
    Ok(Upload {
        id: rows::id(row, "id")?,
        conversation: rows::id(row, "conversation")?,
        agent: row.get::<Option<String>>("agent")?.map(Into::into),
        mime: row.get("mime")?,
        width,
        height,
        bytes: row.get("bytes")?,
        at: rows::at(row, "at")?,
    })
}

fn size(row: &Row) -> Result<(u32, u32)> {
    let side = |column| u32::try_from(rows::number(row, column)?).map_err(|_| corrupt(column));
    Ok((side("width")?, side("height")?))
}
