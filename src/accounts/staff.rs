//! Staff sign-in: sessions, lock-out, the first sign-in, changing a password.

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;

use super::{AccountError, Accounts, keys::write_private, passwords, tokens};
use crate::store::{Agent, AgentSession, NewAgent, Role};

/// How long a session lasts.
const SESSION: Duration = Duration::from_secs(12 * 3600);
/// Wrong passwords before waiting begins.
const FREE_TRIES: u32 = 5;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 900;
/// The name of the first member of staff.
const FIRST_NAME: &str = "owner";

/// Somebody has signed in.
#[derive(Debug)]
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

    /// Signs a member of staff in. After five wrong passwords each further try has to wait, twice as long each
    /// time, a quarter of an hour at most; names that nobody has behave the same.
    ///
    /// # Errors
    /// [`AccountError::BadCredentials`], [`AccountError::Locked`], the store's.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<SignedIn, AccountError> {
        let name: String = name.trim().chars().take(100).collect();
        let failures = self.store.failures(&name).await?;
        if let Some(wait) = wait_after(failures.count, failures.last_at, now) {
            return Err(AccountError::Locked(wait));
        }
        let agent = self.store.agent_by_name(&name).await?;
        let hash = match &agent {
            Some(agent) => agent.password_hash.clone(),
            None => self.nobodys_hash().await?,
        };
        let right = passwords::matches(password, &hash).await?;
        let Some(agent) = agent.filter(|_| right) else {
            self.store.count_failure(&name, now).await?;
            return Err(AccountError::BadCredentials);
        };
        self.store.clear_failures(&name).await?;
        let (token, token_hash) = tokens::new();
        let expires_at = now + SESSION;
        let session = AgentSession {
            token_hash,
            agent: agent.id.clone(),
            expires_at,
            client: String::new(),
            vouched: false,
            at: now,
        };
        self.store.add_session(session).await?;
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
    pub async fn sign_out(&self, token: &str) -> Result<(), AccountError> {
        Ok(self.store.remove_session(&tokens::hash(token)).await?)
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
        let failures = self.store.failures(&agent.name).await?;
        if let Some(wait) = wait_after(failures.count, failures.last_at, now) {
            return Err(AccountError::Locked(wait));
        }
        if !passwords::matches(old, &agent.password_hash).await? {
            self.store.count_failure(&agent.name, now).await?;
            return Err(AccountError::BadCredentials);
        }
        if new.chars().count() < passwords::SHORTEST || passwords::LONGEST < new.len() || new == old {
            return Err(AccountError::WeakPassword);
        }
        let hash = passwords::hash(new).await?;
        self.store.set_password(&agent.id, &hash, false, Some(&tokens::hash(session))).await?;
        // The first password is of no use any more; a file that is gone already is fine.
        let _ = std::fs::remove_file(&self.first_sign_in);
        Ok(())
    }

    async fn nobodys_hash(&self) -> Result<String, AccountError> {
        self.nobody.get_or_try_init(|| async { passwords::hash(&passwords::random()).await }).await.cloned()
    }
}

/// Milliseconds still to wait after so many failures, if any.
fn wait_after(count: u32, last_at: Option<Timestamp>, now: Timestamp) -> Option<u64> {
    let over = count.checked_sub(FREE_TRIES)?;
    let wait = (1_i64 << over.min(20)).min(LONGEST_WAIT) * 1000;
    let since = now.as_millisecond() - last_at?.as_millisecond();
    u64::try_from(wait - since).ok().filter(|left| 0 < *left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_begins_after_five_failures_and_doubles() {
        let now = Timestamp::from_second(1_000_000).expect("a time");
        for (count, seconds_ago, expected) in [
            (0, 0, None),
            (4, 0, None),
            (5, 0, Some(1000)),
            (6, 0, Some(2000)),
            (6, 1, Some(1000)),
            (6, 2, None),
            (40, 0, Some(900_000)),
        ] {
            let last = now - Duration::from_secs(seconds_ago);
            assert_eq!(wait_after(count, Some(last), now), expected, "{count} failures, {seconds_ago} s ago");
        }
    }
}
