//! Members of staff, their sessions and failed sign-ins, in SQL.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Connection, SqlError, SqlStore,
    rows::{self, corrupt, nanos},
    statement::{Row, Statement, sql},
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
impl StaffStore for SqlStore {
    async fn bootstrap_owner(&self, owner: NewAgent) -> Result<bool> {
        self.write(move |tx| {
            let owner = owner.clone();
            if sql("select id from agents limit 1").fetch_optional(tx)?.is_some() {
                return Ok(false);
            }
            add(tx, &owner)?;
            Ok(true)
        })
        .await
    }

    async fn add_agent(&self, agent: NewAgent) -> Result<()> {
        self.write(move |tx| {
            let agent = agent.clone();
            add(tx, &agent)?;
            Ok(())
        })
        .await
    }

    async fn agent(&self, id: &AgentId) -> Result<Option<Agent>> {
        member_by("id", id.as_str()).optional(self).await?.as_ref().map(agent).transpose()
    }

    async fn agent_by_name(&self, name: &str) -> Result<Option<Agent>> {
        member_by("folded", &folded(name)).optional(self).await?.as_ref().map(agent).transpose()
    }

    async fn agent_by_subject(&self, subject: &str) -> Result<Option<Agent>> {
        member_by("oidc_subject", subject).optional(self).await?.as_ref().map(agent).transpose()
    }

    async fn agents(&self) -> Result<Vec<Agent>> {
        let rows = sql(MEMBERS).push(" from agents order by folded").all(self).await?;
        rows.iter().map(agent).collect()
    }

    async fn change_member(&self, id: &AgentId, change: MemberChange) -> Result<MemberChanged> {
        let id = id.clone();
        self.write(move |tx| {
let (id, change) = (&id, change.clone());
        let member = member(tx, id)?;
        let stays = change.role == Role::Owner && change.shops.is_empty();
        if !stays && governs_alone(tx, &member)? {
            return Ok(MemberChanged::LastOwner);
        }
        let done = sql(
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
        .execute(tx);
        match done {
            Err(SqlError::Unique(_)) => Ok(MemberChanged::Taken),
            Err(error) => Err(error.into()),
            Ok(_) => Ok(MemberChanged::Yes),
        }
}).await
    }

    async fn set_disabled(&self, id: &AgentId, since: Option<Timestamp>) -> Result<MemberChanged> {
        let id = id.clone();
        self.write(move |tx| {
            let id = &id;
            let member = member(tx, id)?;
            if since.is_some() && governs_alone(tx, &member)? {
                return Ok(MemberChanged::LastOwner);
            }
            sql("update agents set disabled_at = ? where id = ?")
                .bind(since.map(nanos))
                .bind(id.as_str())
                .execute(tx)?;
            if since.is_some() {
                end_sessions(tx, id, None)?;
            }
            Ok(MemberChanged::Yes)
        })
        .await
    }

    async fn set_password(
        &self,
        id: &AgentId,
        password_hash: &str,
        must_change: bool,
        keep_session: Option<&[u8; 32]>,
    ) -> Result<()> {
        let (id, password_hash, keep_session) = (id.clone(), password_hash.to_owned(), keep_session.cloned());
        self.write(move |tx| {
            let (id, password_hash, keep_session) = (&id, &password_hash, keep_session.as_ref());
            let done = sql("update agents set password_hash = ?, must_change = ? where id = ?")
                .bind(password_hash)
                .bind(must_change)
                .bind(id.as_str())
                .execute(tx)?;
            if done == 0 {
                return Err(StoreError::NotFound("member of staff"));
            }
            end_sessions(tx, id, keep_session)?;
            Ok(())
        })
        .await
    }

    async fn add_session(&self, session: AgentSession) -> Result<()> {
        self.write(move |tx| {
            let session = session.clone();
            // Sessions that have run out leave with the next sign-in.
            sql("delete from sessions where expires_at <= ?").bind(nanos(session.at)).execute(tx)?;
            let done =
                sql("insert into sessions (token_hash, agent, expires_at, created_at, client, vouched)
             select ?, id, ?, ?, ?, ? from agents where id = ? and disabled_at is null")
                .bind(&session.token_hash[..])
                .bind(nanos(session.expires_at))
                .bind(nanos(session.at))
                .bind(&session.client)
                .bind(session.vouched)
                .bind(session.agent.as_str())
                .execute(tx)?;
            if done == 0 {
                return Err(StoreError::NotFound("member of staff"));
            }
            Ok(())
        })
        .await
    }

    async fn session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Agent>> {
        let query = sql(MEMBERS)
            .push(", vouched from sessions join agents on agents.id = sessions.agent where token_hash = ")
            .push_bind(&token_hash[..])
            .push(" and expires_at > ")
            .push_bind(nanos(now));
        let Some(row) = query.optional(self).await? else { return Ok(None) };
        let mut agent = agent(&row)?;
        agent.must_change &= !row.get::<bool>("vouched")?;
        Ok(Some(agent))
    }

    async fn sessions_of(&self, id: &AgentId, now: Timestamp) -> Result<Vec<AgentSession>> {
        let rows = sql("select * from sessions where agent = ? and expires_at > ? order by created_at desc")
            .bind(id.as_str())
            .bind(nanos(now))
            .all(self)
            .await?;
        rows.iter().map(session).collect()
    }

    async fn remove_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        sql("delete from sessions where token_hash = ?").bind(&token_hash[..]).run(self).await?;
        Ok(())
    }

    async fn end_sessions(&self, id: &AgentId, keep_session: Option<&[u8; 32]>) -> Result<u64> {
        let (id, keep_session) = (id.clone(), keep_session.cloned());
        self.write(move |tx| {
            let (id, keep_session) = (&id, keep_session.as_ref());
            let ended = end_sessions(tx, id, keep_session)?;
            Ok(ended)
        })
        .await
    }

    async fn count_failure(&self, name: &str, at: Timestamp) -> Result<SignInFailures> {
        let name = folded(name);
        self.write(move |tx| {
            sql("delete from sign_in_failures where last_at < ?")
                .bind(nanos(stale_before(at)))
                .execute(tx)?;
            let counted = sql("insert into sign_in_failures (folded, count, last_at) values (?, 1, ?)
                 on conflict (folded) do update
                     set count = sign_in_failures.count + 1, last_at = excluded.last_at
                 returning *");
            failures(&counted.bind(&name).bind(nanos(at)).fetch_one(tx)?)
        })
        .await
    }

    async fn failures(&self, name: &str) -> Result<SignInFailures> {
        let row =
            sql("select * from sign_in_failures where folded = ?").bind(folded(name)).optional(self).await?;
        row.as_ref().map_or_else(|| Ok(SignInFailures::default()), failures)
    }

    async fn clear_failures(&self, name: &str) -> Result<()> {
        sql("delete from sign_in_failures where folded = ?").bind(folded(name)).run(self).await?;
        Ok(())
    }
}

fn add(tx: &mut Connection, new: &NewAgent) -> Result<()> {
    sql("insert into agents (id, name, folded, password_hash, role, shops, groups, capacity, must_change,
             oidc_subject, created_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
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
    .execute(tx)
    .map_err(|error| if let SqlError::Unique(_) = error { StoreError::Conflict } else { error.into() })?;
    Ok(())
}

/// Everything of members, and whether there is a second step.
const MEMBERS: &str = "select agents.*, exists (select 1 from second_steps
    where second_steps.agent = agents.id and confirmed_at is not null) as second_step";

/// The one member that a column names.
fn member_by(column: &str, value: &str) -> Statement {
    sql(MEMBERS).push(" from agents where ").push(column).push(" = ").push_bind(value)
}

fn member(tx: &mut Connection, id: &AgentId) -> Result<Agent> {
    let row = member_by("id", id.as_str()).fetch_optional(tx)?;
    row.as_ref().map(agent).transpose()?.ok_or(StoreError::NotFound("member of staff"))
}

/// Whether nobody but this member may do everything.
fn governs_alone(tx: &mut Connection, member: &Agent) -> Result<bool> {
    if !governs(member) {
        return Ok(false);
    }
    let other = sql(
        "select 1 from agents where id <> ? and role = 'owner' and shops = '[]' and disabled_at is null limit 1",
    )
    .bind(member.id.as_str())
    .fetch_optional(tx)?;
    Ok(other.is_none())
}

fn end_sessions(tx: &mut Connection, id: &AgentId, keep_session: Option<&[u8; 32]>) -> Result<u64> {
    // No token hash is empty, so without one to keep every session ends.
    let keep = keep_session.map_or(&[][..], |hash| &hash[..]);
    let done = sql("delete from sessions where agent = ? and token_hash <> ?")
        .bind(id.as_str())
        .bind(keep)
        .execute(tx)?;
    Ok(done)
}

fn agent(row: &Row) -> Result<Agent> {
    let role: String = row.get("role")?;
    Ok(Agent {
        id: rows::id(row, "id")?,
        name: row.get("name")?,
        password_hash: row.get("password_hash")?,
        role: Role::from_name(&role).ok_or_else(|| corrupt("role"))?,
        shops: wire::decode_list(row.get("shops")?)?,
        groups: wire::decode_list(row.get("groups")?)?,
        capacity: row.get("capacity")?,
        must_change: row.get("must_change")?,
        oidc_subject: row.get("oidc_subject")?,
        disabled_at: rows::maybe_time(row, "disabled_at")?,
        second_step: row.get("second_step")?,
        created_at: rows::at(row, "created_at")?,
    })
}

fn session(row: &Row) -> Result<AgentSession> {
    let hash: Vec<u8> = row.get("token_hash")?;
    Ok(AgentSession {
        token_hash: hash.try_into().map_err(|_| corrupt("token_hash"))?,
        agent: rows::id(row, "agent")?,
        expires_at: rows::at(row, "expires_at")?,
        client: row.get("client")?,
        vouched: row.get("vouched")?,
        at: rows::at(row, "created_at")?,
    })
}

fn failures(row: &Row) -> Result<SignInFailures> {
    Ok(SignInFailures { count: row.get("count")?, last_at: Some(rows::at(row, "last_at")?) })
}
