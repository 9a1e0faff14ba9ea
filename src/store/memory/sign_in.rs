//! Second steps and sign-ins under way, in memory.

use std::collections::HashSet;

use async_trait::async_trait;
use jiff::Timestamp;

use super::MemoryStore;
use crate::{
    domain::AgentId,
    store::{Result, SecondStep, SignInStore, SignInTry, StoreError},
};

/// A member's second step with what only the store needs of it.
#[derive(Debug)]
pub(super) struct KeptStep {
    sealed: Vec<u8>,
    pub(super) confirmed_at: Option<Timestamp>,
    last_used: u64,
    recovery: HashSet<[u8; 32]>,
}

#[async_trait]
impl SignInStore for MemoryStore {
    async fn second_step(&self, id: &AgentId) -> Result<Option<SecondStep>> {
        Ok(self.tables().second_steps.get(id).map(|kept| SecondStep {
            sealed: kept.sealed.clone(),
            confirmed_at: kept.confirmed_at,
            recovery_left: kept.recovery.len(),
        }))
    }

    async fn propose_second_step(&self, id: &AgentId, sealed: &[u8]) -> Result<bool> {
        let mut tables = self.tables();
        if !tables.agents.iter().any(|agent| agent.id == *id) {
            return Err(StoreError::NotFound("member of staff"));
        }
        if tables.second_steps.get(id).is_some_and(|kept| kept.confirmed_at.is_some()) {
            return Ok(false);
        }
        let proposed =
            KeptStep { sealed: sealed.to_vec(), confirmed_at: None, last_used: 0, recovery: HashSet::new() };
        tables.second_steps.insert(id.clone(), proposed);
        Ok(true)
    }

    async fn confirm_second_step(
        &self,
        id: &AgentId,
        sealed: &[u8],
        step: u64,
        recovery: &[[u8; 32]],
        at: Timestamp,
    ) -> Result<bool> {
        let mut tables = self.tables();
        let proposed = tables.second_steps.get_mut(id);
        let Some(kept) = proposed.filter(|kept| kept.confirmed_at.is_none() && kept.sealed == sealed) else {
            return Ok(false);
        };
        kept.confirmed_at = Some(at);
        kept.last_used = step;
        kept.recovery = recovery.iter().copied().collect();
        Ok(true)
    }

    async fn use_step(&self, id: &AgentId, step: u64) -> Result<bool> {
        let mut tables = self.tables();
        let unused = tables.second_steps.get_mut(id).filter(|kept| kept.last_used < step);
        Ok(unused.map(|kept| kept.last_used = step).is_some())
    }

    async fn use_recovery_code(&self, id: &AgentId, hash: &[u8; 32]) -> Result<bool> {
        Ok(self.tables().second_steps.get_mut(id).is_some_and(|kept| kept.recovery.remove(hash)))
    }

    async fn remove_second_step(&self, id: &AgentId) -> Result<bool> {
        Ok(self.tables().second_steps.remove(id).is_some_and(|kept| kept.confirmed_at.is_some()))
    }

    async fn begin_try(&self, begun: SignInTry) -> Result<()> {
        let mut tables = self.tables();
        tables.sign_in_tries.retain(|_, kept| kept.expires_at > begun.at);
        tables.sign_in_tries.insert(begun.state_hash, begun);
        Ok(())
    }

    async fn finish_try(&self, state_hash: &[u8; 32], now: Timestamp) -> Result<Option<String>> {
        let begun = self.tables().sign_in_tries.remove(state_hash);
        Ok(begun.filter(|begun| begun.expires_at > now).map(|begun| begun.go_to))
    }
}
