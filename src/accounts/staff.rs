//! Staff sign-in: sessions, the first sign-in, changing a password.

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;

use super::{AccountError, Accounts, keys::write_private, passwords, tokens};
use crate::store::{Agent, AgentSession, NewAgent, NewAudit, Role};

/// How long a session lasts.
const SESSION: Duration = Duration::from_secs(12 * 3600);
/// How much of a browser's name for itself is kept, in characters.
const LONGEST_CLIENT: usize = 300;
/// How long a session that ended on another node may go unnoticed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// The name of the first member of staff.
const FIRST_NAME: &str = "owner";

/// What somebody gives to sign in.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// Who they say they are.
    pub name: &'a str,
    /// Their password.
    pub password: &'a str,
    /// A code of the second step, or a recovery code, once it was asked for.
    pub code: Option<&'a str>,
    /// What their browser calls itself.
    pub client: &'a str,
}

/// Somebody has signed in.
pub struct SignedIn {
    /// The session's token, for the cookie.
    pub token: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Who.
    pub agent: Agent,
}

/// The sign-in that a new store begins with.
#[derive(Clone)]
pub struct FirstSignIn {
    /// The name.
    pub name: String,
    /// The password, to be changed at first use.
    pub password: String,
    /// The file that keeps both.
    pub file: PathBuf,
}

impl Accounts {
    /// Makes the first member of staff if there is none, and writes name and password to `first-sign-in`.
    ///
    /// # Errors
    /// The store's; a file that can't be written.
    pub async fn first_sign_in(&self, now: Timestamp) -> Result<Option<FirstSignIn>, AccountError> {
        if !self.store.agents().await?.is_empty() {
            return Ok(None);
        }
        let password = passwords::random();
        let owner = NewAgent {
            id: tokens::random_id().into(),
            name: FIRST_NAME.to_owned(),
            password_hash: passwords::hash(&password).await?,
            role: Role::Owner,
            shops: Vec::new(),
            groups: Vec::new(),
            capacity: 0,
            must_change: true,
            oidc_subject: None,
            at: now,
        };
        // The file comes first: an owner whose password nobody knows would be worse than a file too many.
        let file = self.first_sign_in.clone();
        let text = format!("name: {FIRST_NAME}\npassword: {password}\n");
        let written = match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => write_private(&file, text.as_bytes()),
        };
        written.map_err(|source| AccountError::FirstSignIn { path: file.clone(), source })?;
        let made = self.store.bootstrap_owner(owner).await?;
        Ok(made.then(|| FirstSignIn { name: FIRST_NAME.to_owned(), password, file }))
    }

    /// Signs a member of staff in. After five wrong passwords or codes each further try has to wait, twice as long
    /// each time, a quarter of an hour at most; names that nobody has, and members who are disabled, behave the same.
    ///
    /// # Errors
    /// [`AccountError::BadCredentials`], [`AccountError::CodeNeeded`] when the password is right and a code is missing,
    /// [`AccountError::BadCode`], [`AccountError::Locked`], the store's.
    pub async fn sign_in(&self, given: Credentials<'_>, now: Timestamp) -> Result<SignedIn, AccountError> {
        let name: String = given.name.trim().chars().take(100).collect();
        let _turn = self.begin_trying(&name, now).await?;
        let agent = self.store.agent_by_name(&name).await?;
        let hash = match &agent {
            Some(agent) => agent.password_hash.clone(),
            None => self.nobodys_hash().await?,
        };
        let right = passwords::matches(given.password, &hash).await?;
        let admitted = agent.as_ref().filter(|agent| right && agent.disabled_at.is_none());
        let Some(agent) = admitted else {
            return self.failed(&name, agent.as_ref(), "password", now).await;
        };
        if agent.second_step {
            let code = given.code.map(str::trim).filter(|code| !code.is_empty());
            let code = code.ok_or(AccountError::CodeNeeded)?;
            if !self.uses_code(agent, code, now).await? {
                self.count_wrong(&name, Some(agent), "code", now).await?;
                return Err(AccountError::BadCode);
            }
        }
        self.forget_wrong(&name).await?;
        self.begin_session(agent.clone(), given.client, false, now).await
    }

    /// What a wrong name or password is answered; it counts.
    async fn failed(
        &self,
        name: &str,
        agent: Option<&Agent>,
        what: &str,
        now: Timestamp,
    ) -> Result<SignedIn, AccountError> {
        self.count_wrong(name, agent, what, now).await?;
        Err(AccountError::BadCredentials)
    }

    /// Begins a session of somebody who has proved who they are.
    pub(super) async fn begin_session(
        &self,
        agent: Agent,
        client: &str,
        vouched: bool,
        now: Timestamp,
    ) -> Result<SignedIn, AccountError> {
        let (token, token_hash) = tokens::new();
        let expires_at = now + SESSION;
        let client: String = client.chars().filter(|c| !c.is_control()).take(LONGEST_CLIENT).collect();
        let session =
            AgentSession { token_hash, agent: agent.id.clone(), expires_at, client, vouched, at: now };
        self.store.add_session(session).await?;
        let by = if vouched { "oidc" } else { "password" };
        let detail = serde_json::json!({"by": by});
        self.store.record_audit(NewAudit::by(&agent, "session.begin", now).with(detail)).await?;
        Ok(SignedIn { token, expires_at, agent })
    }

    /// Whose session a token is.
    ///
    /// # Errors
    /// The store's.
    pub async fn session(&self, token: &str, now: Timestamp) -> Result<Option<Agent>, AccountError> {
        Ok(self.store.session(&tokens::hash(token), now).await?)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_out(&self, token: &str, now: Timestamp) -> Result<(), AccountError> {
        let Some(agent) = self.session(token, now).await? else { return Ok(()) };
        self.store.remove_session(&tokens::hash(token)).await?;
        self.changed.send_replace(());
        Ok(self.store.record_audit(NewAudit::by(&agent, "session.end", now)).await?)
    }

    /// Returns once a session has ended, or its member may do or is called something else than `agent` says: whoever
    /// serves them on a connection that stays open has to begin anew then.
    pub async fn until_over(&self, token: &str, agent: &Agent, now: impl Fn() -> Timestamp) {
        let hash = tokens::hash(token);
        let mut changes = self.changed.subscribe();
        loop {
            match self.store.session(&hash, now()).await {
                Ok(Some(current)) if has_rights_of(&current, agent) => {}
                Ok(_) => return,
                Err(error) => tracing::warn!(error = %error, "a session can't be looked at"),
            }
            // Woken or not, the store knows.
            let _ = tokio::time::timeout(LOOK_AGAIN, changes.changed()).await;
        }
    }

    /// Changes a password; every other session of this person ends.
    ///
    /// # Errors
    /// The old password is wrong, the new one too weak; the store's.
    pub async fn change_password(
        &self,
        agent: &Agent,
        session: &str,
        old: &str,
        new: &str,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        self.prove_password(agent, old, now).await?;
        if new.chars().count() < passwords::SHORTEST || passwords::LONGEST < new.len() || new == old {
            return Err(AccountError::WeakPassword);
        }
        let hash = passwords::hash(new).await?;
        self.store.set_password(&agent.id, &hash, false, Some(&tokens::hash(session))).await?;
        // The first password is of no use any more; a file that is gone already is fine.
        let _ = std::fs::remove_file(&self.first_sign_in);
        self.changed.send_replace(());
        Ok(self.store.record_audit(NewAudit::by(agent, "password.change", now)).await?)
    }

    /// Asks a member who is signed in for the password again; wrong ones count as they do at the sign-in.
    pub(super) async fn prove_password(
        &self,
        agent: &Agent,
        password: &str,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let _turn = self.begin_trying(&agent.name, now).await?;
        if passwords::matches(password, &agent.password_hash).await? {
            return Ok(());
        }
        self.failed(&agent.name, Some(agent), "password", now).await.map(drop)
    }

    async fn nobodys_hash(&self) -> Result<String, AccountError> {
        self.nobody.get_or_try_init(|| async { passwords::hash(&passwords::random()).await }).await.cloned()
    }
}

/// Whether a member is and may do what it was when a connection was opened.
fn has_rights_of(current: &Agent, agent: &Agent) -> bool {
    let rights = |of: &Agent| (of.name.clone(), of.role, of.shops.clone(), of.groups.clone(), of.capacity);
    rights(current) == rights(agent)
}
