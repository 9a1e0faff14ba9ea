//! Members of staff, their sessions and failed sign-ins, in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryStore, Tables};
use crate::{
    domain::AgentId,
    store::{Agent, AgentSession, NewAgent, Result, SignInFailures, StaffStore, StoreError, rules::folded},
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
        Ok(self.tables().agents.iter().find(|agent| agent.id == *id).cloned())
    }

    async fn agent_by_name(&self, name: &str) -> Result<Option<Agent>> {
        let tables = self.tables();
        Ok(tables.agents.iter().find(|agent| folded(&agent.name) == folded(name)).cloned())
    }

    async fn agents(&self) -> Result<Vec<Agent>> {
        let mut agents = self.tables().agents.clone();
        agents.sort_by_key(|agent| folded(&agent.name));
        Ok(agents)
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
        if !tables.agents.iter().any(|agent| agent.id == session.agent) {
            return Err(StoreError::NotFound("member of staff"));
        }
        tables.sessions.retain(|known| known.expires_at > session.at);
        tables.sessions.push(session);
        Ok(())
    }

    async fn session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Agent>> {
        let tables = self.tables();
        let mut sessions = tables.sessions.iter();
        let session = sessions.find(|known| known.token_hash == *token_hash && known.expires_at > now);
        Ok(session.and_then(|session| tables.agents.iter().find(|agent| agent.id == session.agent)).cloned())
    }

    async fn remove_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        self.tables().sessions.retain(|session| session.token_hash != *token_hash);
        Ok(())
    }

    async fn count_failure(&self, name: &str, at: Timestamp) -> Result<SignInFailures> {
        let mut tables = self.tables();
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
    fn add(&mut self, new: NewAgent) -> Result<()> {
        let taken = |agent: &Agent| agent.id == new.id || folded(&agent.name) == folded(&new.name);
        if self.agents.iter().any(taken) {
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
            created_at: new.at,
        });
        Ok(())
    }
}
