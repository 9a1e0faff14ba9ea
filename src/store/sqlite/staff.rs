//! Members of staff, their sessions and failed sign-ins, in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{Row as _, Sqlite, Transaction, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, corrupt, nanos},
};
use crate::{
    domain::AgentId,
    store::{
        Agent, AgentSession, NewAgent, Result, Role, SignInFailures, StaffStore, StoreError, rules::folded,
    },
    wire,
};

#[async_trait]
impl StaffStore for SqliteStore {
    async fn bootstrap_owner(&self, owner: NewAgent) -> Result<bool> {
        let mut tx = self.begin().await?;
        if sqlx::query("select id from agents limit 1").fetch_optional(&mut *tx).await?.is_some() {
            return Ok(false);
        }
        add(&mut tx, &owner).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn add_agent(&self, agent: NewAgent) -> Result<()> {
        let mut tx = self.begin().await?;
        add(&mut tx, &agent).await?;
        Ok(tx.commit().await?)
    }

    async fn agent(&self, id: &AgentId) -> Result<Option<Agent>> {
        let row = sqlx::query("select * from agents where id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(agent).transpose()
    }

    async fn agent_by_name(&self, name: &str) -> Result<Option<Agent>> {
        let row = sqlx::query("select * from agents where folded = ?")
            .bind(folded(name))
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(agent).transpose()
    }

    async fn agents(&self) -> Result<Vec<Agent>> {
        let rows = sqlx::query("select * from agents order by folded").fetch_all(&self.readers).await?;
        rows.iter().map(agent).collect()
    }

    async fn set_password(
        &self,
        id: &AgentId,
        password_hash: &str,
        must_change: bool,
        keep_session: Option<&[u8; 32]>,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = sqlx::query("update agents set password_hash = ?, must_change = ? where id = ?")
            .bind(password_hash)
            .bind(must_change)
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("member of staff"));
        }
        // No token hash is empty, so without one to keep every session ends.
        let keep = keep_session.map_or(&[][..], |hash| &hash[..]);
        sqlx::query("delete from sessions where agent = ? and token_hash <> ?")
            .bind(id.as_str())
            .bind(keep)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn add_session(&self, session: AgentSession) -> Result<()> {
        let mut tx = self.begin().await?;
        // Sessions that have run out leave with the next sign-in.
        sqlx::query("delete from sessions where expires_at <= ?")
            .bind(nanos(session.at))
            .execute(&mut *tx)
            .await?;
        sqlx::query("insert into sessions (token_hash, agent, expires_at, created_at) values (?, ?, ?, ?)")
            .bind(&session.token_hash[..])
            .bind(session.agent.as_str())
            .bind(nanos(session.expires_at))
            .bind(nanos(session.at))
            .execute(&mut *tx)
            .await
            .map_err(|error| on_foreign_key(error, "member of staff"))?;
        Ok(tx.commit().await?)
    }

    async fn session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Agent>> {
        let row = sqlx::query(
            "select agents.* from sessions join agents on agents.id = sessions.agent
             where token_hash = ? and expires_at > ?",
        )
        .bind(&token_hash[..])
        .bind(nanos(now))
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(agent).transpose()
    }

    async fn remove_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        sqlx::query("delete from sessions where token_hash = ?")
            .bind(&token_hash[..])
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn count_failure(&self, name: &str, at: Timestamp) -> Result<SignInFailures> {
        let row = sqlx::query(
            "insert into sign_in_failures (folded, count, last_at) values (?, 1, ?)
             on conflict (folded) do update set count = count + 1, last_at = excluded.last_at
             returning *",
        )
        .bind(folded(name))
        .bind(nanos(at))
        .fetch_one(&self.writer)
        .await?;
        failures(&row)
    }

    async fn failures(&self, name: &str) -> Result<SignInFailures> {
        let row = sqlx::query("select * from sign_in_failures where folded = ?")
            .bind(folded(name))
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map_or_else(|| Ok(SignInFailures::default()), failures)
    }

    async fn clear_failures(&self, name: &str) -> Result<()> {
        sqlx::query("delete from sign_in_failures where folded = ?")
            .bind(folded(name))
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

async fn add(tx: &mut Transaction<'static, Sqlite>, new: &NewAgent) -> Result<()> {
    sqlx::query(
        "insert into agents (id, name, folded, password_hash, role, shops, groups, capacity, must_change, created_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.id.as_str())
    .bind(new.name.trim())
    .bind(folded(&new.name))
    .bind(&new.password_hash)
    .bind(new.role.name())
    .bind(wire::encode_list(&new.shops))
    .bind(wire::encode_list(&new.groups))
    .bind(new.capacity)
    .bind(new.must_change)
    .bind(nanos(new.at))
    .execute(&mut **tx)
    .await
    .map_err(|error| match &error {
        sqlx::Error::Database(inner) if inner.is_unique_violation() => StoreError::Conflict,
        _ => error.into(),
    })?;
    Ok(())
}

fn on_foreign_key(error: sqlx::Error, what: &'static str) -> StoreError {
    match &error {
        sqlx::Error::Database(inner) if inner.is_foreign_key_violation() => StoreError::NotFound(what),
        _ => error.into(),
    }
}

fn agent(row: &SqliteRow) -> Result<Agent> {
    let role: String = row.try_get("role")?;
    Ok(Agent {
        id: rows::id(row, "id")?,
        name: row.try_get("name")?,
        password_hash: row.try_get("password_hash")?,
        role: Role::from_name(&role).ok_or_else(|| corrupt("role"))?,
        shops: wire::decode_list(row.try_get("shops")?)?,
        groups: wire::decode_list(row.try_get("groups")?)?,
        capacity: row.try_get("capacity")?,
        must_change: row.try_get("must_change")?,
        created_at: rows::at(row, "created_at")?,
    })
}

fn failures(row: &SqliteRow) -> Result<SignInFailures> {
    Ok(SignInFailures { count: row.try_get("count")?, last_at: Some(rows::at(row, "last_at")?) })
}
