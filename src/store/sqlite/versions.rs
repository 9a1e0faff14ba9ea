//! Published shop versions, in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, nanos, signed},
};
use crate::{
    domain::ShopId,
    store::{PublishedVersion, Result, VersionStore},
};

#[async_trait]
impl VersionStore for SqliteStore {
    async fn publish(&self, shop: &ShopId, digest: &str, files: &[u8], at: Timestamp) -> Result<u64> {
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
        sqlx::query("insert into shop_versions (shop, number, digest, files, at) values (?, ?, ?, ?, ?)")
            .bind(shop.as_str())
            .bind(signed(number + 1))
            .bind(digest)
            .bind(files)
            .bind(nanos(at))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(number + 1)
    }

    async fn latest_version(&self, shop: &ShopId) -> Result<Option<PublishedVersion>> {
        self.version_before(shop, u64::MAX).await
    }

    async fn version_before(&self, shop: &ShopId, number: u64) -> Result<Option<PublishedVersion>> {
        let row = sqlx::query(
            "select * from shop_versions where shop = ? and number < ? order by number desc limit 1",
        )
        .bind(shop.as_str())
        .bind(signed(number))
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(version).transpose()
    }
}

fn version(row: &SqliteRow) -> Result<PublishedVersion> {
    Ok(PublishedVersion {
        number: rows::number(row, "number")?,
        digest: row.try_get("digest")?,
        files: row.try_get("files")?,
        at: rows::at(row, "at")?,
    })
}
