//! What signing in takes beyond a password: the second step, recovery codes, sign-ins by another service under way.
//!
//! Secrets come here sealed and codes as hashes; the store can't read the first or guess the second.

use async_trait::async_trait;
use jiff::Timestamp;

use super::Result;
use crate::domain::{AgentId, ShopId};

/// What an owner may change of a member. Everything is set, so a caller begins with what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberChange {
    /// The name.
    pub name: String,
    /// The role.
    pub role: super::Role,
    /// The shops; empty means all of them.
    pub shops: Vec<ShopId>,
    /// The groups of people they are there for; empty means all of them.
    pub groups: Vec<String>,
    /// How many conversations at once; 0 as their shops say.
    pub capacity: u32,
    /// Who they are to the shop's sign-in service.
    pub oidc_subject: Option<String>,
}

/// What became of a change of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberChanged {
    /// It is done.
    Yes,
    /// Somebody else has the name or the subject.
    Taken,
    /// Nobody would be left who may do everything: an enabled owner of all shops.
    LastOwner,
}

/// The second step of a member's sign-in.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondStep {
    /// The secret that codes come from, sealed.
    pub sealed: Vec<u8>,
    /// Since when it is asked for; `None` while it is being set up.
    pub confirmed_at: Option<Timestamp>,
    /// How many recovery codes were not used yet.
    pub recovery_left: usize,
}

// Even sealed, a secret has no place in a log.
impl std::fmt::Debug for SecondStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondStep").field("confirmed_at", &self.confirmed_at).finish_non_exhaustive()
    }
}

/// A sign-in by another service that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInTry {
    /// SHA-256 of the state it has to come back with.
    pub state_hash: [u8; 32],
    /// The page to go on to.
    pub go_to: String,
    /// Until when it may come back.
    pub expires_at: Timestamp,
    /// Now.
    pub at: Timestamp,
}

/// Second steps and sign-ins under way.
#[async_trait]
pub trait SignInStore: Send + Sync {
    /// A member's second step, set up or being set up.
    async fn second_step(&self, id: &AgentId) -> Result<Option<SecondStep>>;

    /// Begins to set one up, in place of one that was begun before; `false` when one is in use already.
    ///
    /// # Errors
    /// [`super::StoreError::NotFound`] for an unknown member.
    async fn propose_second_step(&self, id: &AgentId, sealed: &[u8]) -> Result<bool>;

    /// Puts the proposed one in use, with `step` as the last time step used and the hashes of its recovery codes;
    /// `false` when it isn't the one that was proposed last.
    async fn confirm_second_step(
        &self,
        id: &AgentId,
        sealed: &[u8],
        step: u64,
        recovery: &[[u8; 32]],
        at: Timestamp,
    ) -> Result<bool>;

    /// Uses up every time step up to this one: of several who try the same step, one gets `true`.
    async fn use_step(&self, id: &AgentId, step: u64) -> Result<bool>;

    /// Uses up a recovery code; `false` when there is none of this hash.
    async fn use_recovery_code(&self, id: &AgentId, hash: &[u8; 32]) -> Result<bool>;

    /// Removes a member's second step and recovery codes; `false` when there was none in use.
    async fn remove_second_step(&self, id: &AgentId) -> Result<bool>;

    /// Keeps a sign-in that has begun; those that have run out leave.
    async fn begin_try(&self, begun: SignInTry) -> Result<()>;

    /// Ends a sign-in that comes back, and says where it goes on; `None` when its state is unknown, was used
    /// before or has run out at `now`.
    async fn finish_try(&self, state_hash: &[u8; 32], now: Timestamp) -> Result<Option<String>>;
}
