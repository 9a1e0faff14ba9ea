//! Second steps and sign-ins under way, in SQL.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    SqlStore,
    rows::{self, corrupt, nanos, on_foreign_key, signed},
    statement::sql,
};
use crate::{
    domain::AgentId,
    store::{Result, SecondStep, SignInStore, SignInTry},
};

#[async_trait]
impl SignInStore for SqlStore {
    async fn second_step(&self, id: &AgentId) -> Result<Option<SecondStep>> {
        let row = sql("select secret, confirmed_at,
                    (select count(*) from recovery_codes where agent = second_steps.agent) as recovery_left
             from second_steps where agent = ?")
        .bind(id.as_str())
        .optional(self)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SecondStep {
            sealed: row.get("secret")?,
            confirmed_at: rows::maybe_time(&row, "confirmed_at")?,
            recovery_left: usize::try_from(row.get::<i64>("recovery_left")?)
                .map_err(|_| corrupt("recovery_left"))?,
        }))
    }

    async fn propose_second_step(&self, id: &AgentId, sealed: &[u8]) -> Result<bool> {
        let proposed = sql("insert into second_steps (agent, secret) values (?, ?)
             on conflict (agent) do update set secret = excluded.secret
                 where second_steps.confirmed_at is null");
        let proposed = proposed.bind(id.as_str()).bind(sealed);
        self.write(move |tx| {
            let done =
                proposed.clone().execute(tx).map_err(|error| on_foreign_key(error, "member of staff"))?;
            Ok(done == 1)
        })
        .await
    }

    async fn confirm_second_step(
        &self,
        id: &AgentId,
        sealed: &[u8],
        step: u64,
        recovery: &[[u8; 32]],
        at: Timestamp,
    ) -> Result<bool> {
        let (id, sealed, recovery) = (id.clone(), sealed.to_vec(), recovery.to_vec());
        self.write(move |tx| {
            let (id, sealed, recovery) = (&id, &sealed, &recovery);
            let done = sql("update second_steps set confirmed_at = ?, last_used = ?
             where agent = ? and secret = ? and confirmed_at is null")
            .bind(nanos(at))
            .bind(signed(step))
            .bind(id.as_str())
            .bind(sealed)
            .execute(tx)?;
            if done == 0 {
                return Ok(false);
            }
            for hash in recovery {
                sql("insert into recovery_codes (agent, hash) values (?, ?)")
                    .bind(id.as_str())
                    .bind(&hash[..])
                    .execute(tx)?;
            }
            Ok(true)
        })
        .await
    }

    async fn use_step(&self, id: &AgentId, step: u64) -> Result<bool> {
        let done = sql("update second_steps set last_used = ?1 where agent = ?2 and last_used < ?1")
            .bind(signed(step))
            .bind(id.as_str())
            .run(self)
            .await?;
        Ok(done == 1)
    }

    async fn use_recovery_code(&self, id: &AgentId, hash: &[u8; 32]) -> Result<bool> {
        let done = sql("delete from recovery_codes where agent = ? and hash = ?")
            .bind(id.as_str())
            .bind(&hash[..])
            .run(self)
            .await?;
        Ok(done == 1)
    }

    async fn remove_second_step(&self, id: &AgentId) -> Result<bool> {
        let id = id.clone();
        self.write(move |tx| {
            let id = &id;
            sql("delete from recovery_codes where agent = ?").bind(id.as_str()).execute(tx)?;
            let removed = sql("delete from second_steps where agent = ? returning confirmed_at")
                .bind(id.as_str())
                .fetch_optional(tx)?;
            match removed {
                Some(row) => Ok(rows::maybe_time(&row, "confirmed_at")?.is_some()),
                None => Ok(false),
            }
        })
        .await
    }

    async fn begin_try(&self, begun: SignInTry) -> Result<()> {
        self.write(move |tx| {
            let begun = begun.clone();
            sql("delete from sign_in_tries where expires_at <= ?").bind(nanos(begun.at)).execute(tx)?;
            sql("insert into sign_in_tries (state_hash, go_to, expires_at) values (?, ?, ?)")
                .bind(&begun.state_hash[..])
                .bind(&begun.go_to)
                .bind(nanos(begun.expires_at))
                .execute(tx)?;
            Ok(())
        })
        .await
    }

    async fn finish_try(&self, state_hash: &[u8; 32], now: Timestamp) -> Result<Option<String>> {
        let forgotten = sql("delete from sign_in_tries where state_hash = ? returning go_to, expires_at");
        let forgotten = forgotten.bind(&state_hash[..]);
        let row = self.write(move |tx| forgotten.clone().fetch_optional(tx)).await?;
        let Some(row) = row else { return Ok(None) };
        let alive = rows::at(&row, "expires_at")? > now;
        Ok(if alive { Some(row.get("go_to")?) } else { None })
    }
}
