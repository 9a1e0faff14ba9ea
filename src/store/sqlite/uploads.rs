//! Uploaded pictures, in SQLite. They lie in a table of their own, whose rows only those who ask for a picture read.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, corrupt, nanos},
};
use crate::{
    domain::{ConversationId, UploadId},
    store::{Result, StoreError, Upload, UploadStore},
};

#[async_trait]
impl UploadStore for SqliteStore {
    async fn add_upload(&self, upload: Upload, most: u32) -> Result<bool> {
        let mut tx = self.begin().await?;
        let known = sqlx::query(
            "select (select count(*) from uploads where conversation = conversations.id) as so_far
             from conversations where id = ?",
        )
        .bind(upload.conversation.as_str())
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::NotFound("conversation"))?;
        if u64::from(most) <= rows::number(&known, "so_far")? {
            return Ok(false);
        }
        sqlx::query(
            "insert into uploads (id, conversation, agent, mime, width, height, bytes, bound, at)
             values (?, ?, ?, ?, ?, ?, ?, 0, ?)",
        )
        .bind(upload.id.as_str())
        .bind(upload.conversation.as_str())
        .bind(upload.agent.as_ref().map(|agent| agent.as_str()))
        .bind(&upload.mime)
        .bind(upload.width)
        .bind(upload.height)
        .bind(&upload.bytes)
        .bind(nanos(upload.at))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn upload(&self, id: &UploadId) -> Result<Option<Upload>> {
        let row = sqlx::query("select * from uploads where id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(upload).transpose()
    }

    async fn bind_upload(&self, conversation: &ConversationId, id: &UploadId) -> Result<Option<(u32, u32)>> {
        let mut tx = self.begin().await?;
        let row = sqlx::query(
            "update uploads set bound = 1 where id = ? and conversation = ? returning width, height",
        )
        .bind(id.as_str())
        .bind(conversation.as_str())
        .fetch_optional(&mut *tx)
        .await?;
        let size = row.as_ref().map(size).transpose()?;
        tx.commit().await?;
        Ok(size)
    }

    async fn forget_uploads(&self, before: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let gone = sqlx::query("delete from uploads where bound = 0 and at < ?")
            .bind(nanos(before))
            .execute(&mut *tx)
            .await?
            .rows_affected();
        tx.commit().await?;
        Ok(gone)
    }
}

fn upload(row: &SqliteRow) -> Result<Upload> {
    let (width, height) = size(row)?;
    Ok(Upload {
        id: rows::id(row, "id")?,
        conversation: rows::id(row, "conversation")?,
        agent: row.try_get::<Option<String>, _>("agent")?.map(Into::into),
        mime: row.try_get("mime")?,
        width,
        height,
        bytes: row.try_get("bytes")?,
        at: rows::at(row, "at")?,
    })
}

fn size(row: &SqliteRow) -> Result<(u32, u32)> {
    let side = |column| u32::try_from(rows::number(row, column)?).map_err(|_| corrupt(column));
    Ok((side("width")?, side("height")?))
}
