//! The audit log in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::store::{
    Result,
    audit::{Audit, AuditFilter, AuditStore, NewAudit},
};

#[async_trait]
impl AuditStore for MemoryStore {
    async fn record_audit(&self, new: NewAudit) -> Result<()> {
        let mut tables = self.tables();
        let id = tables.audit.len() as u64 + 1;
        tables.audit.push(Audit {
            id,
            at: new.at,
            agent: new.agent,
            agent_name: new.agent_name,
            shop: new.shop,
            conversation: new.conversation,
            action: new.action.to_owned(),
            detail: new.detail,
        });
        Ok(())
    }

    async fn audit(&self, filter: &AuditFilter, before: Option<u64>, limit: usize) -> Result<Vec<Audit>> {
        let tables = self.tables();
        let older = tables.audit.iter().rev().filter(|entry| before.is_none_or(|before| entry.id < before));
        Ok(older.filter(|entry| filter.admits(entry)).take(limit).cloned().collect())
    }
}
