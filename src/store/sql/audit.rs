//! The audit log, in SQL.

use async_trait::async_trait;

use super::{
    SqlStore,
    rows::{self, limit, nanos, signed},
    statement::{Row, Statement, sql},
};
use crate::{
    store::{
        Result,
        audit::{Audit, AuditFilter, AuditStore, NewAudit},
    },
    wire,
};

#[async_trait]
impl AuditStore for SqlStore {
    async fn record_audit(&self, new: NewAudit) -> Result<()> {
        sql("insert into audit (at, agent, agent_name, shop, conversation, action, detail)
             values (?, ?, ?, ?, ?, ?, ?)")
        .bind(nanos(new.at))
        .bind(new.agent.as_ref().map(|agent| agent.as_str()))
        .bind(&new.agent_name)
        .bind(new.shop.as_ref().map(|shop| shop.as_str()))
        .bind(new.conversation.as_ref().map(|conversation| conversation.as_str()))
        .bind(new.action)
        .bind(&new.detail)
        .run(self)
        .await?;
        Ok(())
    }

    async fn audit(&self, filter: &AuditFilter, before: Option<u64>, most: usize) -> Result<Vec<Audit>> {
        let mut query = sql("select * from audit where id < ").push_bind(before.map_or(i64::MAX, signed));
        if !filter.shops.is_empty() {
            query = one_of(query.push(" and (shop"), filter.shops.iter().map(|shop| shop.as_str()));
            query = query.push(" or shop is null and agent");
            query = one_of(query, filter.agents.iter().map(|agent| agent.as_str())).push(")");
        }
        if let Some(agent) = &filter.agent {
            query = query.push(" and agent = ").push_bind(agent.as_str());
        }
        match &filter.action {
            Some(group) if group.ends_with('.') => {
                // Every name that begins with the group lies between it and its successor: `/` follows the dot.
                let after = format!("{}/", group.trim_end_matches('.'));
                query = query.push(" and action >= ").push_bind(group.as_str());
                query = query.push(" and action < ").push_bind(after);
            }
            Some(action) => query = query.push(" and action = ").push_bind(action.as_str()),
            None => {}
        }
        let rows = query.push(" order by id desc limit ").push_bind(limit(most)).survey(self).await?;
        rows.iter().map(entry).collect()
    }
}

fn one_of<'a>(query: Statement, values: impl Iterator<Item = &'a str>) -> Statement {
    let values: Vec<String> = values.map(str::to_owned).collect();
    query.push(" in (select value from json_each(").push_bind(wire::encode_list(&values)).push("))")
}

fn entry(row: &Row) -> Result<Audit> {
    Ok(Audit {
        id: rows::number(row, "id")?,
        at: rows::at(row, "at")?,
        agent: rows::maybe_id(row, "agent")?,
        agent_name: row.get("agent_name")?,
        shop: rows::maybe_id(row, "shop")?,
        conversation: rows::maybe_id(row, "conversation")?,
        action: row.get("action")?,
        detail: row.get("detail")?,
    })
}
