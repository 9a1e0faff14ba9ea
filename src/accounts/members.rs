//! What owners do with members of staff, and everybody with their own sessions.
//!
//! An owner who is bound to shops reaches only members who are bound to some of the same shops, and gives away no
//! other shop. Everything done here is in the audit log.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AccountError, Accounts, passwords, tokens};
use crate::{
    domain::{AgentId, ShopId},
    store::{
        Agent, AgentSession, Audit, AuditFilter, MemberChange, MemberChanged, NewAgent, NewAudit, Role,
        StoreError,
    },
};

/// The longest name, in characters.
const LONGEST_NAME: usize = 40;
/// The longest subject, in characters.
const LONGEST_SUBJECT: usize = 255;

/// The most groups of a member.
const MOST_GROUPS: usize = 50;
/// The most conversations at once.
const LARGEST_CAPACITY: u32 = 100;

/// A member to add.
pub struct NewMember {
    /// The name they sign in with and shoppers see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// In which shops; empty means all of them.
    pub shops: Vec<ShopId>,
    /// The groups of people they are there for; empty means all of them.
    pub groups: Vec<String>,
    /// How many conversations at once; 0 as their shops say.
    pub capacity: u32,
    /// Who they are to the shop's sign-in service.
    pub oidc_subject: Option<String>,
}

/// A session as its member and owners see it.
pub struct MemberSession {
    /// What it is called; good for ending it and nothing else.
    pub id: String,
    /// The session.
    pub session: AgentSession,
}

impl Accounts {
    /// The members that an owner reaches, by name.
    ///
    /// # Errors
    /// The store's.
    pub async fn members(&self, owner: &Agent) -> Result<Vec<Agent>, AccountError> {
        let mut members = self.store.agents().await?;
        members.retain(|member| reaches(owner, member));
        Ok(members)
    }

    /// Adds a member and returns the first password, which is kept nowhere else.
    ///
    /// # Errors
    /// A name or shops that can't be; [`AccountError::NameTaken`]; the store's.
    pub async fn add_member(
        &self,
        owner: &Agent,
        new: NewMember,
        now: Timestamp,
    ) -> Result<(Agent, String), AccountError> {
        let subject = clean_subject(new.oidc_subject)?;
        let name = clean_name(&new.name)?;
        may_give(owner, &new.shops)?;
        let password = passwords::random();
        let id = AgentId::from(tokens::random_id());
        let agent = NewAgent {
            id: id.clone(),
            name,
            password_hash: passwords::hash(&password).await?,
            role: new.role,
            shops: new.shops,
            groups: clean_groups(new.groups)?,
            capacity: clean_capacity(new.capacity)?,
            must_change: true,
            oidc_subject: subject,
            at: now,
        };
        self.store.add_agent(agent).await.map_err(|error| match error {
            StoreError::Conflict => AccountError::NameTaken,
            other => other.into(),
        })?;
        let member = self.known(&id).await?;
        self.tell(owner, "member.add", &member, rights(&member), now).await?;
        Ok((member, password))
    }

    /// Sets what a member may do and how they are known. What they have open begins anew with it.
    ///
    /// # Errors
    /// Out of reach is [`StoreError::NotFound`]; [`AccountError::NameTaken`], [`AccountError::LastOwner`]; the store's.
    pub async fn change_member(
        &self,
        owner: &Agent,
        id: &AgentId,
        change: impl FnOnce(&Agent) -> MemberChange + Send,
        now: Timestamp,
    ) -> Result<Agent, AccountError> {
        let member = self.reached(owner, id).await?;
        let wanted = change(&member);
        let wanted = MemberChange {
            name: clean_name(&wanted.name)?,
            oidc_subject: clean_subject(wanted.oidc_subject)?,
            groups: clean_groups(wanted.groups)?,
            capacity: clean_capacity(wanted.capacity)?,
            ..wanted
        };
        may_give(owner, &wanted.shops)?;
        done(self.store.change_member(id, wanted).await?)?;
        self.changed.send_replace(());
        let changed = self.known(id).await?;
        self.tell(owner, "member.change", &changed, difference(&member, &changed), now).await?;
        Ok(changed)
    }

    /// Gives a member a new first password, which ends their sessions and their waiting, and returns it.
    ///
    /// # Errors
    /// [`AccountError::Yourself`]; out of reach is [`StoreError::NotFound`]; the store's.
    pub async fn reset_password(
        &self,
        owner: &Agent,
        id: &AgentId,
        now: Timestamp,
    ) -> Result<String, AccountError> {
        let member = self.somebody_else(owner, id).await?;
        let password = passwords::random();
        let hash = passwords::hash(&password).await?;
        self.store.set_password(id, &hash, true, None).await?;
        self.forget_wrong(&member.name).await?;
        self.changed.send_replace(());
        self.tell(owner, "member.password", &member, json!({}), now).await?;
        Ok(password)
    }

    /// Forbids a member to sign in; every session of theirs ends.
    ///
    /// # Errors
    /// [`AccountError::Yourself`], [`AccountError::LastOwner`]; out of reach is [`StoreError::NotFound`]; the store's.
    pub async fn disable(&self, owner: &Agent, id: &AgentId, now: Timestamp) -> Result<Agent, AccountError> {
        let member = self.somebody_else(owner, id).await?;
        done(self.store.set_disabled(id, Some(now)).await?)?;
        self.changed.send_replace(());
        self.tell(owner, "member.disable", &member, json!({}), now).await?;
        self.known(id).await
    }

    /// Lets a member sign in again.
    ///
    /// # Errors
    /// Out of reach is [`StoreError::NotFound`]; the store's.
    pub async fn enable(&self, owner: &Agent, id: &AgentId, now: Timestamp) -> Result<Agent, AccountError> {
        let member = self.reached(owner, id).await?;
        done(self.store.set_disabled(id, None).await?)?;
        self.tell(owner, "member.enable", &member, json!({}), now).await?;
        self.known(id).await
    }

    /// Takes a colleague's second step away, who has lost the telephone.
    ///
    /// # Errors
    /// [`AccountError::Yourself`]; [`AccountError::SecondStep`] when there is none; the store's.
    pub async fn reset_second_step(
        &self,
        owner: &Agent,
        id: &AgentId,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let member = self.somebody_else(owner, id).await?;
        if !self.store.remove_second_step(id).await? {
            return Err(AccountError::SecondStep);
        }
        self.tell(owner, "member.second_step", &member, json!({}), now).await
    }

    /// The sessions of a member: one's own, or of somebody an owner reaches.
    ///
    /// # Errors
    /// Out of reach is [`StoreError::NotFound`]; the store's.
    pub async fn sessions(
        &self,
        by: &Agent,
        id: &AgentId,
        now: Timestamp,
    ) -> Result<Vec<MemberSession>, AccountError> {
        let member = self.reached(by, id).await?;
        let sessions = self.store.sessions_of(&member.id, now).await?;
        Ok(sessions
            .into_iter()
            .map(|session| MemberSession { id: session_name(&session.token_hash), session })
            .collect())
    }

    /// Ends one session, or with `None` all of them but the one with the token to keep.
    ///
    /// # Errors
    /// A session or a member that is unknown or out of reach is [`StoreError::NotFound`]; the store's.
    pub async fn end_sessions(
        &self,
        by: &Agent,
        id: &AgentId,
        which: Option<&str>,
        keep: Option<&str>,
        now: Timestamp,
    ) -> Result<u64, AccountError> {
        let member = self.reached(by, id).await?;
        let ended = match which {
            None => self.store.end_sessions(&member.id, keep.map(tokens::hash).as_ref()).await?,
            Some(name) => {
                let sessions = self.store.sessions_of(&member.id, now).await?;
                let found = sessions.iter().find(|session| session_name(&session.token_hash) == name);
                let session = found.ok_or(StoreError::NotFound("session"))?;
                self.store.remove_session(&session.token_hash).await?;
                1
            }
        };
        self.changed.send_replace(());
        self.tell(by, "session.revoke", &member, json!({"sessions": ended}), now).await?;
        Ok(ended)
    }

    /// The audit log as an owner may read it: bound to shops, that is their entries and those of the members reached.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit(
        &self,
        owner: &Agent,
        filter: AuditFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Audit>, AccountError> {
        let mut filter = filter;
        if !owner.shops.is_empty() {
            filter.agents = self.members(owner).await?.into_iter().map(|member| member.id).collect();
            match filter.shops.as_slice() {
                [] => filter.shops.clone_from(&owner.shops),
                asked if asked.iter().any(|shop| !owner.shops.contains(shop)) => return Ok(Vec::new()),
                _ => filter.agents.clear(),
            }
        }
        Ok(self.store.audit(&filter, before, limit).await?)
    }

    /// A member whom somebody reaches: themselves, or as an owner does.
    async fn reached(&self, by: &Agent, id: &AgentId) -> Result<Agent, AccountError> {
        let member = self.known(id).await?;
        if member.id == by.id || (by.role == Role::Owner && reaches(by, &member)) {
            Ok(member)
        } else {
            Err(StoreError::NotFound("member of staff").into())
        }
    }

    async fn somebody_else(&self, owner: &Agent, id: &AgentId) -> Result<Agent, AccountError> {
        if owner.id == *id { Err(AccountError::Yourself) } else { self.reached(owner, id).await }
    }

    async fn known(&self, id: &AgentId) -> Result<Agent, AccountError> {
        Ok(self.store.agent(id).await?.ok_or(StoreError::NotFound("member of staff"))?)
    }

    async fn tell(
        &self,
        by: &Agent,
        action: &'static str,
        member: &Agent,
        detail: Value,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let mut detail = detail;
        detail["member"] = json!(member.name);
        detail["id"] = json!(member.id.as_str());
        Ok(self.store.record_audit(NewAudit::by(by, action, now).with(detail)).await?)
    }
}

/// Whether an owner may look at and change a member.
fn reaches(owner: &Agent, member: &Agent) -> bool {
    let bound = !member.shops.is_empty() && member.shops.iter().all(|shop| owner.shops.contains(shop));
    owner.shops.is_empty() || bound
}

/// An owner gives away what they have.
fn may_give(owner: &Agent, shops: &[ShopId]) -> Result<(), AccountError> {
    let has = !shops.is_empty() && shops.iter().all(|shop| owner.shops.contains(shop));
    if owner.shops.is_empty() || has {
        Ok(())
    } else {
        Err(AccountError::BadMember("a member's shops have to be among your own"))
    }
}

fn done(changed: MemberChanged) -> Result<(), AccountError> {
    match changed {
        MemberChanged::Yes => Ok(()),
        MemberChanged::Taken => Err(AccountError::NameTaken),
        MemberChanged::LastOwner => Err(AccountError::LastOwner),
    }
}

pub(super) fn clean_name(name: &str) -> Result<String, AccountError> {
    let name = name.trim();
    let fine = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fine {
        Ok(name.to_owned())
    } else {
        Err(AccountError::BadMember("a name has 1 to 40 characters on one line"))
    }
}

fn clean_subject(subject: Option<String>) -> Result<Option<String>, AccountError> {
    let subject = subject.map(|subject| subject.trim().to_owned()).filter(|subject| !subject.is_empty());
    let long = subject.as_ref().is_some_and(|subject| LONGEST_SUBJECT < subject.chars().count());
    if long { Err(AccountError::BadMember("a subject has at most 255 characters")) } else { Ok(subject) }
}

fn clean_groups(groups: Vec<String>) -> Result<Vec<String>, AccountError> {
    let fine = |group: &String| (1..=64).contains(&group.len()) && !group.chars().any(char::is_control);
    if MOST_GROUPS < groups.len() || !groups.iter().all(fine) {
        return Err(AccountError::BadMember("groups are named by their ids, at most 50 of them"));
    }
    let mut groups = groups;
    groups.sort();
    groups.dedup();
    Ok(groups)
}

fn clean_capacity(capacity: u32) -> Result<u32, AccountError> {
    if capacity <= LARGEST_CAPACITY {
        Ok(capacity)
    } else {
        Err(AccountError::BadMember("nobody talks in more than 100 conversations at once"))
    }
}

/// What a session is called: a part of its hash, which leads back to nothing.
fn session_name(token_hash: &[u8; 32]) -> String {
    hex::encode(&token_hash[..9])
}

fn rights(member: &Agent) -> Value {
    let shops: Vec<&str> = member.shops.iter().map(|shop| shop.as_str()).collect();
    json!({"role": member.role.name(), "shops": shops, "groups": member.groups, "capacity": member.capacity})
}

/// What has changed, as it is now.
fn difference(before: &Agent, after: &Agent) -> Value {
    let (old, new) = (rights(before), rights(after));
    let mut changed = json!({});
    for name in ["role", "shops", "groups", "capacity"] {
        if old[name] != new[name] {
            changed[name] = new[name].clone();
        }
    }
    if before.name != after.name {
        changed["was"] = json!(before.name);
    }
    if before.oidc_subject != after.oidc_subject {
        changed["oidc_subject"] = json!(after.oidc_subject.is_some());
    }
    changed
}
