//! Published shop versions, in SQL.

use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{
    Connection, SqlStore,
    rows::{self, nanos, signed},
    statement::{Row, sql},
};
use crate::{
    domain::ShopId,
    store::{PublishedVersion, Result, VersionFiles, VersionMark, VersionStore},
};

#[async_trait]
impl VersionStore for SqlStore {
    async fn publish(&self, shop: &ShopId, digest: &str, files: &VersionFiles, at: Timestamp) -> Result<u64> {
        let (shop, digest, files) = (shop.clone(), digest.to_owned(), files.clone());
        self.write(move |tx| {
            let (shop, digest, files) = (&shop, &digest, &files);
            let newest =
                sql("select number, digest from shop_versions where shop = ? order by number desc limit 1")
                    .bind(shop.as_str())
                    .fetch_optional(tx)?;
            let (number, newest_digest) = match &newest {
                Some(row) => (rows::number(row, "number")?, row.get::<String>("digest")?),
                None => (0, String::new()),
            };
            if newest.is_some() && newest_digest == *digest {
                return Ok(number);
            }
            sql("insert into shop_versions (shop, number, digest, files, at) values (?, ?, ?, ?, ?)")
                .bind(shop.as_str())
                .bind(signed(number + 1))
                .bind(digest)
                .bind(Vec::new())
                .bind(nanos(at))
                .execute(tx)?;
            for (path, text) in files {
                keep_file(tx, shop, number + 1, (path, text))?;
            }
            Ok(number + 1)
        })
        .await
    }

    async fn newest_versions(&self) -> Result<Vec<(ShopId, u64, String)>> {
        let rows = sql("select shop, number, digest from shop_versions as it
             where number = (select max(number) from shop_versions where shop = it.shop) order by shop")
        .all(self)
        .await?;
        rows.iter()
            .map(|row| Ok((rows::id(row, "shop")?, rows::number(row, "number")?, row.get("digest")?)))
            .collect()
    }

    async fn latest_version(&self, shop: &ShopId) -> Result<Option<PublishedVersion>> {
        self.version_before(shop, u64::MAX).await
    }

    async fn version(&self, shop: &ShopId, number: u64) -> Result<Option<PublishedVersion>> {
        let row = sql("select * from shop_versions where shop = ? and number = ?")
            .bind(shop.as_str())
            .bind(signed(number))
            .optional(self)
            .await?;
        self.with_files(shop, row).await
    }

    async fn versions(&self, shop: &ShopId, before: Option<u64>, limit: usize) -> Result<Vec<VersionMark>> {
        let rows = sql(
            "select number, digest, at from shop_versions where shop = ? and number < ? order by number desc limit ?",
        )
        .bind(shop.as_str())
        .bind(signed(before.unwrap_or(u64::MAX)))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all(self).await?;
        rows.iter().map(mark).collect()
    }

    async fn version_before(&self, shop: &ShopId, number: u64) -> Result<Option<PublishedVersion>> {
        let row =
            sql("select * from shop_versions where shop = ? and number < ? order by number desc limit 1")
                .bind(shop.as_str())
                .bind(signed(number))
                .optional(self)
                .await?;
        self.with_files(shop, row).await
    }
}

impl SqlStore {
    async fn with_files(&self, shop: &ShopId, row: Option<Row>) -> Result<Option<PublishedVersion>> {
        let Some(row) = row else { return Ok(None) };
        let VersionMark { number, digest, at } = mark(&row)?;
        let old: Vec<u8> = row.get("files")?;
        if !old.is_empty() {
            let files = serde_json::from_slice(&old).map_err(|_| rows::corrupt("files"))?;
            return Ok(Some(PublishedVersion { number, digest, files, at }));
        }
        let kept = sql(
            "select path, text from shop_version_files natural join file_texts where shop = ? and number = ?",
        )
        .bind(shop.as_str())
        .bind(signed(number))
        .all(self)
        .await?;
        let file = |row: &Row| Ok((row.get("path")?, row.get("text")?));
        let files = kept.iter().map(file).collect::<Result<VersionFiles>>()?;
        Ok(Some(PublishedVersion { number, digest, files, at }))
    }
}

fn keep_file(tx: &mut Connection, shop: &ShopId, number: u64, (path, text): (&str, &str)) -> Result<()> {
    let digest = Sha256::digest(text.as_bytes()).to_vec();
    sql("insert into file_texts (digest, text) values (?, ?) on conflict do nothing")
        .bind(&digest)
        .bind(text)
        .execute(tx)?;
    sql("insert into shop_version_files (shop, number, path, digest) values (?, ?, ?, ?)")
        .bind(shop.as_str())
        .bind(signed(number))
        .bind(path)
        .bind(&digest)
        .execute(tx)?;
    Ok(())
}

fn mark(row: &Row) -> Result<VersionMark> {
    Ok(VersionMark {
        number: rows::number(row, "number")?,
        digest: row.get("digest")?,
        at: rows::at(row, "at")?,
    })
}
