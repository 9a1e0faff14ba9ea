//! The audit log, in SQLite.

use async_trait::async_trait;
use sqlx::{QueryBuilder, Row as _, Sqlite, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, limit, nanos, signed},
};
use crate::store::{
    Result,
    audit::{Audit, AuditFilter, AuditStore, NewAudit},
};

#[async_trait]
impl AuditStore for SqliteStore {
    async fn record_audit(&self, new: NewAudit) -> Result<()> {
        sqlx::query(
            "insert into audit (at, agent, agent_name, shop, conversation, action, detail)
             values (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(nanos(new.at))
        .bind(new.agent.as_ref().map(|agent| agent.as_str()))
        .bind(&new.agent_name)
        .bind(new.shop.as_ref().map(|shop| shop.as_str()))
        .bind(new.conversation.as_ref().map(|conversation| conversation.as_str()))
        .bind(new.action)
        .bind(&new.detail)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn audit(&self, filter: &AuditFilter, before: Option<u64>, most: usize) -> Result<Vec<Audit>> {
        let mut query = QueryBuilder::new("select * from audit where id < ");
        query.push_bind(before.map_or(i64::MAX, signed));
        if !filter.shops.is_empty() {
            query.push(" and (shop");
            one_of(&mut query, filter.shops.iter().map(|shop| shop.as_str()));
            query.push(" or shop is null and agent");
            one_of(&mut query, filter.agents.iter().map(|agent| agent.as_str()));
            query.push(")");
        }
        if let Some(agent) = &filter.agent {
            query.push(" and agent = ").push_bind(agent.as_str());
        }
        match &filter.action {
            Some(group) if group.ends_with('.') => {
                // Every name that begins with the group lies between it and its successor: `/` follows the dot.
                let after = format!("{}/", group.trim_end_matches('.'));
                query.push(" and action >= ").push_bind(group.as_str());
                query.push(" and action < ").push_bind(after);
            }
            Some(action) => {
                query.push(" and action = ").push_bind(action.as_str());
            }
            None => {}
        }
        query.push(" order by id desc limit ").push_bind(limit(most));
        let rows = query.build().fetch_all(&self.readers).await?;
        rows.iter().map(entry).collect()
    }
}

fn one_of<'a>(query: &mut QueryBuilder<Sqlite>, values: impl Iterator<Item = &'a str>) {
    query.push(" in (");
    let mut list = query.separated(", ");
    values.for_each(|value| {
        list.push_bind(value.to_owned());
    });
    query.push(")");
}

fn entry(row: &SqliteRow) -> Result<Audit> {
    Ok(Audit {
        id: rows::number(row, "id")?,
        at: rows::at(row, "at")?,
        agent: rows::maybe_id(row, "agent")?,
        agent_name: row.try_get("agent_name")?,
        shop: rows::maybe_id(row, "shop")?,
        conversation: rows::maybe_id(row, "conversation")?,
        action: row.try_get("action")?,
        detail: row.try_get("detail")?,
    })
}
