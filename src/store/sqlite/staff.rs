//! Members of staff, their sessions and failed sign-ins, in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteExecutor, Transaction, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, corrupt, nanos},
};
use crate::{
    domain::AgentId,
    store::{
        Agent, AgentSession, MemberChange, MemberChanged, NewAgent, Result, Role, SignInFailures, StaffStore,
        StoreError,
        rules::{folded, governs, stale_before},
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
        member_by(&self.readers, "id", id.as_str()).await
    }

    async fn agent_by_name(&self, name: &str) -> Result<Option<Agent>> {
        member_by(&self.readers, "folded", &folded(name)).await
    }

    async fn agent_by_subject(&self, subject: &str) -> Result<Option<Agent>> {
        member_by(&self.readers, "oidc_subject", subject).await
    }

    async fn agents(&self) -> Result<Vec<Agent>> {
        let mut query = QueryBuilder::<Sqlite>::new(MEMBERS);
        let rows = query.push(" from agents order by folded").build().fetch_all(&self.readers).await?;
        rows.iter().map(agent).collect()
    }

    async fn change_member(&self, id: &AgentId, change: MemberChange) -> Result<MemberChanged> {
        let mut tx = self.begin().await?;
        let member = member_by(&mut *tx, "id", id.as_str()).await?;
        let member = member.ok_or(StoreError::NotFound("member of staff"))?;
        let stays = change.role == Role::Owner && change.shops.is_empty();
        if !stays && governs_alone(&mut tx, &member).await? {
            return Ok(MemberChanged::LastOwner);
        }
        let done = sqlx::query(
            "update agents set name = ?, folded = ?, role = ?, shops = ?, groups = ?, capacity = ?, oidc_subject = ?
             where id = ?",
        )
        .bind(change.name.trim())
        .bind(folded(&change.name))
        .bind(change.role.name())
        .bind(wire::encode_list(&change.shops))
        .bind(wire::encode_list(&change.groups))
        .bind(change.capacity)
        .bind(&change.oidc_subject)
        .bind(id.as_str())
        .execute(&mut *tx)
        .await;
        match done {
            Err(sqlx::Error::Database(inner)) if inner.is_unique_violation() => Ok(MemberChanged::Taken),
            Err(error) => Err(error.into()),
            Ok(_) => {
                tx.commit().await?;
                Ok(MemberChanged::Yes)
            }
        }
    }

    async fn set_disabled(&self, id: &AgentId, since: Option<Timestamp>) -> Result<MemberChanged> {
        let mut tx = self.begin().await?;
        let member = member_by(&mut *tx, "id", id.as_str()).await?;
        let member = member.ok_or(StoreError::NotFound("member of staff"))?;
        if since.is_some() && governs_alone(&mut tx, &member).await? {
            return Ok(MemberChanged::LastOwner);
        }
        sqlx::query("update agents set disabled_at = ? where id = ?")
            .bind(since.map(nanos))
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        if since.is_some() {
            end_sessions(&mut tx, id, None).await?;
        }
        tx.commit().await?;
        Ok(MemberChanged::Yes)
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
        end_sessions(&mut tx, id, keep_session).await?;
        Ok(tx.commit().await?)
    }

    async fn add_session(&self, session: AgentSession) -> Result<()> {
        let mut tx = self.begin().await?;
        // Sessions that have run out leave with the next sign-in.
        sqlx::query("delete from sessions where expires_at <= ?")
            .bind(nanos(session.at))
            .execute(&mut *tx)
            .await?;
        let done = sqlx::query(
            "insert into sessions (token_hash, agent, expires_at, created_at, client, vouched)
             select ?, id, ?, ?, ?, ? from agents where id = ? and disabled_at is null",
        )
        .bind(&session.token_hash[..])
        .bind(nanos(session.expires_at))
        .bind(nanos(session.at))
        .bind(&session.client)
        .bind(session.vouched)
        .bind(session.agent.as_str())
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("member of staff"));
        }
        Ok(tx.commit().await?)
    }

    async fn session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Agent>> {
        let mut query = QueryBuilder::<Sqlite>::new(MEMBERS);
        query.push(", vouched from sessions join agents on agents.id = sessions.agent where token_hash = ");
        query.push_bind(&token_hash[..]).push(" and expires_at > ").push_bind(nanos(now));
        let Some(row) = query.build().fetch_optional(&self.readers).await? else { return Ok(None) };
        let mut agent = agent(&row)?;
        agent.must_change &= !row.try_get::<bool, _>("vouched")?;
        Ok(Some(agent))
    }

    async fn sessions_of(&self, id: &AgentId, now: Timestamp) -> Result<Vec<AgentSession>> {
        let rows =
            sqlx::query("select * from sessions where agent = ? and expires_at > ? order by created_at desc")
                .bind(id.as_str())
                .bind(nanos(now))
                .fetch_all(&self.readers)
                .await?;
        rows.iter().map(session).collect()
    }

    async fn remove_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        sqlx::query("delete from sessions where token_hash = ?")
            .bind(&token_hash[..])
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn end_sessions(&self, id: &AgentId, keep_session: Option<&[u8; 32]>) -> Result<u64> {
        let mut tx = self.begin().await?;
        let ended = end_sessions(&mut tx, id, keep_session).await?;
        tx.commit().await?;
        Ok(ended)
    }

    async fn count_failure(&self, name: &str, at: Timestamp) -> Result<SignInFailures> {
        sqlx::query("delete from sign_in_failures where last_at < ?")
            .bind(nanos(stale_before(at)))
            .execute(&self.writer)
            .await?;
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
        "insert into agents (id, name, folded, password_hash, role, shops, groups, capacity, must_change,
             oidc_subject, created_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
    .bind(&new.oidc_subject)
    .bind(nanos(new.at))
    .execute(&mut **tx)
    .await
    .map_err(|error| match &error {
        sqlx::Error::Database(inner) if inner.is_unique_violation() => StoreError::Conflict,
        _ => error.into(),
    })?;
    Ok(())
}

/// Everything of members, and whether there is a second step.
const MEMBERS: &str = "select agents.*, exists (select 1 from second_steps
    where second_steps.agent = agents.id and confirmed_at is not null) as second_step";

/// The one member that a column names.
async fn member_by(reader: impl SqliteExecutor<'_>, column: &str, value: &str) -> Result<Option<Agent>> {
    let mut query = QueryBuilder::new(MEMBERS);
    query.push(" from agents where ").push(column).push(" = ").push_bind(value);
    let row = query.build().fetch_optional(reader).await?;
    row.as_ref().map(agent).transpose()
}

/// Whether nobody but this member may do everything.
async fn governs_alone(tx: &mut Transaction<'static, Sqlite>, member: &Agent) -> Result<bool> {
    if !governs(member) {
        return Ok(false);
    }
    let other = sqlx::query(
        "select 1 from agents where id <> ? and role = 'owner' and shops = '[]' and disabled_at is null limit 1",
    )
    .bind(member.id.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    Ok(other.is_none())
}

async fn end_sessions(
    tx: &mut Transaction<'static, Sqlite>,
    id: &AgentId,
    keep_session: Option<&[u8; 32]>,
) -> Result<u64> {
    // No token hash is empty, so without one to keep every session ends.
    let keep = keep_session.map_or(&[][..], |hash| &hash[..]);
    let done = sqlx::query("delete from sessions where agent = ? and token_hash <> ?")
        .bind(id.as_str())
        .bind(keep)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
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
        oidc_subject: row.try_get("oidc_subject")?,
        disabled_at: rows::maybe_time(row, "disabled_at")?,
        second_step: row.try_get("second_step")?,
        created_at: rows::at(row, "created_at")?,
    })
}

fn session(row: &SqliteRow) -> Result<AgentSession> {
    let hash: Vec<u8> = row.try_get("token_hash")?;
    Ok(AgentSession {
        token_hash: hash.try_into().map_err(|_| corrupt("token_hash"))?,
        agent: rows::id(row, "agent")?,
        expires_at: rows::at(row, "expires_at")?,
        client: row.try_get("client")?,
        vouched: row.try_get("vouched")?,
        at: rows::at(row, "created_at")?,
    })
}

fn failures(row: &SqliteRow) -> Result<SignInFailures> {
    Ok(SignInFailures { count: row.try_get("count")?, last_at: Some(rows::at(row, "last_at")?) })
}
