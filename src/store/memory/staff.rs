//! Members of staff, their sessions and failed sign-ins, in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryStore, Tables};
use crate::{
    domain::AgentId,
    store::{
        Agent, AgentSession, MemberChange, MemberChanged, NewAgent, Result, SignInFailures, StaffStore,
        StoreError,
        rules::{folded, governs, stale_before},
    },
};

#[async_trait]
impl StaffStore for MemoryStore {
    async fn bootstrap_owner(&self, owner: NewAgent) -> Result<bool> {
        let mut tables = self.tables();
        if !tables.agents.is_empty() {
            return Ok(false);
        }
        tables.add(owner)?;
        Ok(true)
    }

    async fn add_agent(&self, agent: NewAgent) -> Result<()> {
        self.tables().add(agent)
    }

    async fn agent(&self, id: &AgentId) -> Result<Option<Agent>> {
        Ok(self.tables().find_agent(|agent| agent.id == *id))
    }

    async fn agent_by_name(&self, name: &str) -> Result<Option<Agent>> {
        Ok(self.tables().find_agent(|agent| folded(&agent.name) == folded(name)))
    }

    async fn agent_by_subject(&self, subject: &str) -> Result<Option<Agent>> {
        Ok(self.tables().find_agent(|agent| agent.oidc_subject.as_deref() == Some(subject)))
    }

    async fn agents(&self) -> Result<Vec<Agent>> {
        let tables = self.tables();
        let mut agents: Vec<Agent> = tables.agents.iter().map(|agent| tables.seen(agent)).collect();
        agents.sort_by_key(|agent| folded(&agent.name));
        Ok(agents)
    }

    async fn change_member(&self, id: &AgentId, change: MemberChange) -> Result<MemberChanged> {
        let mut tables = self.tables();
        let mut changed =
            tables.find_agent(|agent| agent.id == *id).ok_or(StoreError::NotFound("member of staff"))?;
        changed.name = change.name.trim().to_owned();
        changed.role = change.role;
        changed.shops = change.shops;
        changed.groups = change.groups;
        changed.capacity = change.capacity;
        changed.oidc_subject = change.oidc_subject;
        if tables.is_taken(&changed.id, &changed.name, changed.oidc_subject.as_deref()) {
            return Ok(MemberChanged::Taken);
        }
        Ok(tables.replace(changed))
    }

    async fn set_disabled(&self, id: &AgentId, since: Option<Timestamp>) -> Result<MemberChanged> {
        let mut tables = self.tables();
        let mut changed =
            tables.find_agent(|agent| agent.id == *id).ok_or(StoreError::NotFound("member of staff"))?;
        changed.disabled_at = since;
        let done = tables.replace(changed);
        if done == MemberChanged::Yes && since.is_some() {
            tables.sessions.retain(|session| session.agent != *id);
        }
        Ok(done)
    }

    async fn set_password(
        &self,
        id: &AgentId,
        password_hash: &str,
        must_change: bool,
        keep_session: Option<&[u8; 32]>,
    ) -> Result<()> {
        let mut tables = self.tables();
        let agent = tables.agents.iter_mut().find(|agent| agent.id == *id);
        let agent = agent.ok_or(StoreError::NotFound("member of staff"))?;
        password_hash.clone_into(&mut agent.password_hash);
        agent.must_change = must_change;
        tables.sessions.retain(|session| session.agent != *id || Some(&session.token_hash) == keep_session);
        Ok(())
    }

    async fn add_session(&self, session: AgentSession) -> Result<()> {
        let mut tables = self.tables();
        if !tables.agents.iter().any(|agent| agent.id == session.agent && agent.disabled_at.is_none()) {
            return Err(StoreError::NotFound("member of staff"));
        }
        tables.sessions.retain(|known| known.expires_at > session.at);
        tables.sessions.push(session);
        Ok(())
    }

    async fn session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Agent>> {
        let tables = self.tables();
        let mut sessions = tables.sessions.iter();
        let found = sessions.find(|known| known.token_hash == *token_hash && known.expires_at > now);
        let Some(session) = found else { return Ok(None) };
        let mut agent = tables.find_agent(|agent| agent.id == session.agent);
        if let Some(agent) = agent.as_mut() {
            agent.must_change &= !session.vouched;
        }
        Ok(agent)
    }

    async fn sessions_of(&self, id: &AgentId, now: Timestamp) -> Result<Vec<AgentSession>> {
        let tables = self.tables();
        let theirs = tables.sessions.iter().filter(|known| known.agent == *id && known.expires_at > now);
        let mut sessions: Vec<AgentSession> = theirs.cloned().collect();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.at));
        Ok(sessions)
    }

    async fn remove_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        self.tables().sessions.retain(|session| session.token_hash != *token_hash);
        Ok(())
    }

    async fn end_sessions(&self, id: &AgentId, keep_session: Option<&[u8; 32]>) -> Result<u64> {
        let mut tables = self.tables();
        let before = tables.sessions.len();
        tables.sessions.retain(|session| session.agent != *id || Some(&session.token_hash) == keep_session);
        Ok((before - tables.sessions.len()) as u64)
    }

    async fn count_failure(&self, name: &str, at: Timestamp) -> Result<SignInFailures> {
        let mut tables = self.tables();
        tables.failures.retain(|_, failures| failures.last_at.is_none_or(|last| stale_before(at) <= last));
        let failures = tables.failures.entry(folded(name)).or_default();
        failures.count += 1;
        failures.last_at = Some(at);
        Ok(*failures)
    }

    async fn failures(&self, name: &str) -> Result<SignInFailures> {
        Ok(self.tables().failures.get(&folded(name)).copied().unwrap_or_default())
    }

    async fn clear_failures(&self, name: &str) -> Result<()> {
        self.tables().failures.remove(&folded(name));
        Ok(())
    }
}

impl Tables {
    /// A member as callers see them: whether there is a second step is known elsewhere.
    fn seen(&self, agent: &Agent) -> Agent {
        let second_step = self.second_steps.get(&agent.id).is_some_and(|kept| kept.confirmed_at.is_some());
        Agent { second_step, ..agent.clone() }
    }

    fn find_agent(&self, wanted: impl Fn(&Agent) -> bool) -> Option<Agent> {
        self.agents.iter().find(|agent| wanted(agent)).map(|agent| self.seen(agent))
    }

    /// Whether another member has the name or the subject.
    fn is_taken(&self, id: &AgentId, name: &str, subject: Option<&str>) -> bool {
        self.agents.iter().filter(|agent| agent.id != *id).any(|agent| {
            folded(&agent.name) == folded(name)
                || (subject.is_some() && agent.oidc_subject.as_deref() == subject)
        })
    }

    /// Keeps a member as changed, unless nobody would be left to govern.
    fn replace(&mut self, changed: Agent) -> MemberChanged {
        let others = self.agents.iter().filter(|agent| agent.id != changed.id).any(governs);
        let Some(agent) = self.agents.iter_mut().find(|agent| agent.id == changed.id) else {
            return MemberChanged::Yes;
        };
        if governs(agent) && !governs(&changed) && !others {
            return MemberChanged::LastOwner;
        }
        *agent = changed;
        MemberChanged::Yes
    }

    fn add(&mut self, new: NewAgent) -> Result<()> {
        if self.agents.iter().any(|agent| agent.id == new.id)
            || self.is_taken(&new.id, &new.name, new.oidc_subject.as_deref())
        {
            return Err(StoreError::Conflict);
        }
        self.agents.push(Agent {
            id: new.id,
            name: new.name.trim().to_owned(),
            password_hash: new.password_hash,
            role: new.role,
            shops: new.shops,
            groups: new.groups,
            capacity: new.capacity,
            must_change: new.must_change,
            oidc_subject: new.oidc_subject,
            disabled_at: None,
            second_step: false,
            created_at: new.at,
        });
        Ok(())
    }
}
