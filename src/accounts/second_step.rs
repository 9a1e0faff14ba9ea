//! The second step of signing in: set up with the password, confirmed with a code, turned off with both.

use jiff::Timestamp;
use serde_json::json;

use super::{AccountError, Accounts, totp};
use crate::store::{Agent, NewAudit, StoreError};

/// A second step to be confirmed, for its member's eyes alone.
pub struct Proposal {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as an `otpauth:` address.
    pub address: String,
    /// The address as a QR code in SVG.
    pub picture: String,
}

impl Accounts {
    /// Makes a secret for a member, in place of one that was never confirmed.
    ///
    /// # Errors
    /// A wrong password; [`AccountError::SecondStep`] when one is in use; the store's.
    pub async fn propose_second_step(
        &self,
        agent: &Agent,
        password: &str,
        now: Timestamp,
    ) -> Result<Proposal, AccountError> {
        self.prove_password(agent, password, now).await?;
        let secret = totp::new_secret();
        let sealed = self.seal.close(agent.id.as_str(), &secret)?;
        if !self.store.propose_second_step(&agent.id, &sealed).await? {
            return Err(AccountError::SecondStep);
        }
        let address = totp::address(&agent.name, &secret);
        // A name of a hundred characters fits; without a picture the secret can still be typed.
        let picture = totp::picture(&address).unwrap_or_default();
        Ok(Proposal { secret: totp::base32(&secret), address, picture })
    }

    /// Puts the proposed second step in use by a code of it; the recovery codes are shown this once.
    ///
    /// # Errors
    /// [`AccountError::BadCode`]; [`AccountError::SecondStep`] when none is proposed; the store's.
    pub async fn confirm_second_step(
        &self,
        agent: &Agent,
        code: &str,
        now: Timestamp,
    ) -> Result<Vec<String>, AccountError> {
        let _turn = self.begin_trying(&agent.name, now).await?;
        let proposed = self.store.second_step(&agent.id).await?;
        let proposed = proposed.filter(|step| step.confirmed_at.is_none()).ok_or(AccountError::SecondStep)?;
        let secret = self.seal.open(agent.id.as_str(), &proposed.sealed)?;
        let Some(step) = totp::step_of(&secret, code, now) else {
            self.count_wrong(&agent.name, Some(agent), "code", now).await?;
            return Err(AccountError::BadCode);
        };
        let codes = totp::recovery_codes();
        let hashes: Vec<[u8; 32]> = codes.iter().map(|code| totp::recovery_hash(code)).collect();
        if !self.store.confirm_second_step(&agent.id, &proposed.sealed, step, &hashes, now).await? {
            return Err(AccountError::SecondStep);
        }
        self.store.record_audit(NewAudit::by(agent, "second_step.on", now)).await?;
        Ok(codes)
    }

    /// Turns a member's own second step off.
    ///
    /// # Errors
    /// A wrong password or code; [`AccountError::SecondStep`] when there is none in use; the store's.
    pub async fn remove_second_step(
        &self,
        agent: &Agent,
        password: &str,
        code: &str,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        if !agent.second_step {
            return Err(AccountError::SecondStep);
        }
        self.prove_password(agent, password, now).await?;
        let _turn = self.begin_trying(&agent.name, now).await?;
        if !self.uses_code(agent, code, now).await? {
            self.count_wrong(&agent.name, Some(agent), "code", now).await?;
            return Err(AccountError::BadCode);
        }
        self.store.remove_second_step(&agent.id).await?;
        Ok(self.store.record_audit(NewAudit::by(agent, "second_step.off", now)).await?)
    }

    /// How many recovery codes a member has left.
    ///
    /// # Errors
    /// The store's.
    pub async fn recovery_left(&self, agent: &Agent) -> Result<usize, AccountError> {
        Ok(self.store.second_step(&agent.id).await?.map_or(0, |step| step.recovery_left))
    }

    /// Whether a code is one of the member's, app or recovery; it is used up then. The caller has the turn to try.
    pub(super) async fn uses_code(
        &self,
        agent: &Agent,
        given: &str,
        now: Timestamp,
    ) -> Result<bool, AccountError> {
        if !totp::is_app_code(given) {
            let used = self.store.use_recovery_code(&agent.id, &totp::recovery_hash(given)).await?;
            if used {
                let left = self.recovery_left(agent).await?;
                let entry = NewAudit::by(agent, "second_step.recovery", now).with(json!({"left": left}));
                self.store.record_audit(entry).await?;
            }
            return Ok(used);
        }
        let kept = self.store.second_step(&agent.id).await?;
        let kept = kept.ok_or(AccountError::Store(StoreError::NotFound("second step")))?;
        let secret = self.seal.open(agent.id.as_str(), &kept.sealed)?;
        match totp::step_of(&secret, given, now) {
            Some(step) => Ok(self.store.use_step(&agent.id, step).await?),
            None => Ok(false),
        }
    }
}
