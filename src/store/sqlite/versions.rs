//! Published shop versions, in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, nanos, signed},
};
use crate::{
    domain::ShopId,
    store::{PublishedVersion, Result, VersionFiles, VersionMark, VersionStore},
};

#[async_trait]
impl VersionStore for SqliteStore {
    async fn publish(&self, shop: &ShopId, digest: &str, files: &VersionFiles, at: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let newest = sqlx::query(
            "select number, digest from shop_versions where shop = ? order by number desc limit 1",
        )
        .bind(shop.as_str())
        .fetch_optional(&mut *tx)
        .await?;
        let (number, newest_digest) = match &newest {
            Some(row) => (rows::number(row, "number")?, row.try_get::<String, _>("digest")?),
            None => (0, String::new()),
        };
        if newest.is_some() && newest_digest == digest {
            return Ok(number);
        }
        sqlx::query("insert into shop_versions (shop, number, digest, files, at) values (?, ?, ?, x'', ?)")
            .bind(shop.as_str())
            .bind(signed(number + 1))
            .bind(digest)
            .bind(nanos(at))
            .execute(&mut *tx)
            .await?;
        for (path, text) in files {
            keep_file(&mut tx, shop, number + 1, (path, text)).await?;
        }
        tx.commit().await?;
        Ok(number + 1)
    }

    async fn latest_version(&self, shop: &ShopId) -> Result<Option<PublishedVersion>> {
        self.version_before(shop, u64::MAX).await
    }

    async fn version(&self, shop: &ShopId, number: u64) -> Result<Option<PublishedVersion>> {
        let row = sqlx::query("select * from shop_versions where shop = ? and number = ?")
            .bind(shop.as_str())
            .bind(signed(number))
            .fetch_optional(&self.readers)
            .await?;
        self.with_files(shop, row).await
    }

    async fn versions(&self, shop: &ShopId, before: Option<u64>, limit: usize) -> Result<Vec<VersionMark>> {
        let rows = sqlx::query(
            "select number, digest, at from shop_versions where shop = ? and number < ? order by number desc limit ?",
        )
        .bind(shop.as_str())
        .bind(signed(before.unwrap_or(u64::MAX)))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(mark).collect()
    }

    async fn version_before(&self, shop: &ShopId, number: u64) -> Result<Option<PublishedVersion>> {
        let row = sqlx::query(
            "select * from shop_versions where shop = ? and number < ? order by number desc limit 1",
        )
        .bind(shop.as_str())
        .bind(signed(number))
        .fetch_optional(&self.readers)
        .await?;
        self.with_files(shop, row).await
    }
}

impl SqliteStore {
    async fn with_files(&self, shop: &ShopId, row: Option<SqliteRow>) -> Result<Option<PublishedVersion>> {
        let Some(row) = row else { return Ok(None) };
        let VersionMark { number, digest, at } = mark(&row)?;
        let old: Vec<u8> = row.try_get("files")?;
        if !old.is_empty() {
            let files = serde_json::from_slice(&old).map_err(|_| rows::corrupt("files"))?;
            return Ok(Some(PublishedVersion { number, digest, files, at }));
        }
        let kept = sqlx::query(
            "select path, text from shop_version_files natural join file_texts where shop = ? and number = ?",
        )
        .bind(shop.as_str())
        .bind(signed(number))
        .fetch_all(&self.readers)
        .await?;
        let file = |row: &SqliteRow| Ok((row.try_get("path")?, row.try_get("text")?));
        let files = kept.iter().map(file).collect::<Result<VersionFiles>>()?;
        Ok(Some(PublishedVersion { number, digest, files, at }))
    }
}

async fn keep_file(
    connection: &mut SqliteConnection,
    shop: &ShopId,
    number: u64,
    (path, text): (&str, &str),
) -> Result<()> {
    let digest = Sha256::digest(text.as_bytes()).to_vec();
    sqlx::query("insert into file_texts (digest, text) values (?, ?) on conflict do nothing")
        .bind(&digest)
        .bind(text)
        .execute(&mut *connection)
        .await?;
    sqlx::query("insert into shop_version_files (shop, number, path, digest) values (?, ?, ?, ?)")
        .bind(shop.as_str())
        .bind(signed(number))
        .bind(path)
        .bind(&digest)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

fn mark(row: &SqliteRow) -> Result<VersionMark> {
    Ok(VersionMark {
        number: rows::number(row, "number")?,
        digest: row.try_get("digest")?,
        at: rows::at(row, "at")?,
    })
}
