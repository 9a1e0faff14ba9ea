//! Second steps and sign-ins under way, in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::Row as _;

use super::{
    SqliteStore,
    rows::{self, corrupt, nanos, on_foreign_key, signed},
};
use crate::{
    domain::AgentId,
    store::{Result, SecondStep, SignInStore, SignInTry},
};

#[async_trait]
impl SignInStore for SqliteStore {
    async fn second_step(&self, id: &AgentId) -> Result<Option<SecondStep>> {
        let row = sqlx::query(
            "select secret, confirmed_at,
                    (select count(*) from recovery_codes where agent = second_steps.agent) as recovery_left
             from second_steps where agent = ?",
        )
        .bind(id.as_str())
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SecondStep {
            sealed: row.try_get("secret")?,
            confirmed_at: rows::maybe_time(&row, "confirmed_at")?,
            recovery_left: usize::try_from(row.try_get::<i64, _>("recovery_left")?)
                .map_err(|_| corrupt("recovery_left"))?,
        }))
    }

    async fn propose_second_step(&self, id: &AgentId, sealed: &[u8]) -> Result<bool> {
        let done = sqlx::query(
            "insert into second_steps (agent, secret) values (?, ?)
             on conflict (agent) do update set secret = excluded.secret where confirmed_at is null",
        )
        .bind(id.as_str())
        .bind(sealed)
        .execute(&self.writer)
        .await
        .map_err(|error| on_foreign_key(error, "member of staff"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn confirm_second_step(
        &self,
        id: &AgentId,
        sealed: &[u8],
        step: u64,
        recovery: &[[u8; 32]],
        at: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "update second_steps set confirmed_at = ?, last_used = ?
             where agent = ? and secret = ? and confirmed_at is null",
        )
        .bind(nanos(at))
        .bind(signed(step))
        .bind(id.as_str())
        .bind(sealed)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for hash in recovery {
            sqlx::query("insert into recovery_codes (agent, hash) values (?, ?)")
                .bind(id.as_str())
                .bind(&hash[..])
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn use_step(&self, id: &AgentId, step: u64) -> Result<bool> {
        let done = sqlx::query("update second_steps set last_used = ?1 where agent = ?2 and last_used < ?1")
            .bind(signed(step))
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn use_recovery_code(&self, id: &AgentId, hash: &[u8; 32]) -> Result<bool> {
        let done = sqlx::query("delete from recovery_codes where agent = ? and hash = ?")
            .bind(id.as_str())
            .bind(&hash[..])
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn remove_second_step(&self, id: &AgentId) -> Result<bool> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from recovery_codes where agent = ?").bind(id.as_str()).execute(&mut *tx).await?;
        let removed = sqlx::query("delete from second_steps where agent = ? returning confirmed_at")
            .bind(id.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        match removed {
            Some(row) => Ok(rows::maybe_time(&row, "confirmed_at")?.is_some()),
            None => Ok(false),
        }
    }

    async fn begin_try(&self, begun: SignInTry) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from sign_in_tries where expires_at <= ?")
            .bind(nanos(begun.at))
            .execute(&mut *tx)
            .await?;
        sqlx::query("insert into sign_in_tries (state_hash, go_to, expires_at) values (?, ?, ?)")
            .bind(&begun.state_hash[..])
            .bind(&begun.go_to)
            .bind(nanos(begun.expires_at))
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn finish_try(&self, state_hash: &[u8; 32], now: Timestamp) -> Result<Option<String>> {
        let row = sqlx::query("delete from sign_in_tries where state_hash = ? returning go_to, expires_at")
            .bind(&state_hash[..])
            .fetch_optional(&self.writer)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let alive = rows::at(&row, "expires_at")? > now;
        Ok(if alive { Some(row.try_get("go_to")?) } else { None })
    }
}
