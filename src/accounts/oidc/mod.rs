//! Staff sign in by another service: the authorization code flow of OpenID Connect with PKCE.
//!
//! Everything a sign-in under way is bound by comes from one random secret that the browser keeps in a cookie: state,
//! nonce and verifier are made of it. The store keeps the hash of the state, and gives it back once. The service is
//! believed who somebody is, and nothing else: what they may do is the owner's to say.

mod provider;
mod settings;
mod token;

use std::{path::PathBuf, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use self::{
    provider::Provider,
    settings::{Matched, Settings},
    token::{Expected, Person},
};
use super::{AccountError, Accounts, SignedIn, members::clean_name, passwords, tokens};
use crate::{
    domain::AgentId,
    fetch::FetchError,
    store::{Agent, NewAgent, NewAudit, SignInTry, StoreError},
};

pub use settings::SettingsError;

/// How long a sign-in may take at the service.
pub const PATIENCE: Duration = Duration::from_secs(600);
/// The path that the service sends browsers back to.
pub const RETURN_PATH: &str = "/api/v1/oidc/callback";

/// Why a sign-in by the service did not succeed. Texts hold no secret, no token and nobody's name.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// There is no `oidc.toml`.
    #[error("no sign-in service is set up")]
    Off,
    /// `oidc.toml` can't be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The service gave no answer.
    #[error("the sign-in service gave no answer")]
    Fetch(#[source] FetchError),
    /// The service answered with another status than 200.
    #[error("the sign-in service answered with status {0}")]
    Status(u16),
    /// The service can't be asked.
    #[error("the sign-in service can't be asked")]
    Request,
    /// The service's answer does not hold.
    #[error("the sign-in service's answer is not accepted: {0}")]
    Refused(&'static str),
    /// The browser came back from a sign-in that it did not begin, a second time, or too late.
    #[error("the sign-in is not under way in this browser")]
    State,
    /// Nobody here is who the service says.
    #[error("the sign-in service knows this person, and no member is known as them")]
    Unknown,
    /// The account can't be used.
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl From<StoreError> for OidcError {
    fn from(error: StoreError) -> Self {
        Self::Account(error.into())
    }
}

/// The sign-in service.
pub(super) struct Oidc {
    file: PathBuf,
    provider: Provider,
}

/// What the sign-in page shows.
pub struct OidcButton {
    /// What it says in Chinese, if the owner has a name for it.
    pub zh: Option<String>,
    /// In English.
    pub en: Option<String>,
}

/// A sign-in that has begun.
pub struct Begun {
    /// Where the browser goes.
    pub address: String,
    /// What it keeps in a cookie meanwhile.
    pub secret: String,
}

/// What the browser comes back with.
#[derive(Clone, Copy)]
pub struct Returned<'a> {
    /// The code, to be redeemed.
    pub code: &'a str,
    /// The state that it was sent with.
    pub state: &'a str,
    /// The secret of the cookie.
    pub secret: &'a str,
    /// How the browser reaches us, without a path.
    pub address: &'a str,
    /// What the browser calls itself.
    pub client: &'a str,
}

impl Oidc {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, provider: Provider::new() }
    }

    fn settings(&self) -> Result<Settings, OidcError> {
        Settings::read(&self.file)?.ok_or(OidcError::Off)
    }
}

/// What is made of a sign-in's secret for one purpose.
fn derived(secret: &str, purpose: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{purpose}:{secret}")))
}

/// Where the service sends browsers back to.
fn redirect(settings: &Settings, address: &str) -> String {
    let address = settings.address.as_deref().unwrap_or(address);
    format!("{}{RETURN_PATH}", address.trim_end_matches('/'))
}

impl Accounts {
    /// What the sign-in page shows; `None` where no service is set up.
    ///
    /// # Errors
    /// A file that can't be used.
    pub fn oidc_button(&self) -> Result<Option<OidcButton>, OidcError> {
        let settings = Settings::read(&self.oidc.file)?;
        Ok(settings.map(|settings| OidcButton { zh: settings.name.zh, en: settings.name.en }))
    }

    /// Begins a sign-in by the service, to go on to a page of ours afterwards. `address` is how the browser reaches us.
    ///
    /// # Errors
    /// [`OidcError`], for a service that is not set up or does not answer.
    pub async fn begin_oidc(&self, go_to: &str, address: &str, now: Timestamp) -> Result<Begun, OidcError> {
        let settings = self.oidc.settings()?;
        let discovery = self.oidc.provider.discover(&settings).await?;
        let (secret, _) = tokens::new();
        let state = derived(&secret, "state");
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(derived(&secret, "verifier")));
        let mut to = Url::parse(&discovery.authorization_endpoint).map_err(|_| OidcError::Request)?;
        to.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", &redirect(&settings, address))
            .append_pair("scope", &settings.scope())
            .append_pair("state", &state)
            .append_pair("nonce", &derived(&secret, "nonce"))
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let begun = SignInTry {
            state_hash: tokens::hash(&state),
            go_to: go_to.to_owned(),
            expires_at: now + PATIENCE,
            at: now,
        };
        self.store.begin_try(begun).await?;
        Ok(Begun { address: to.into(), secret })
    }

    /// Ends a sign-in that the browser brings back, and says which page it goes on to.
    ///
    /// # Errors
    /// [`OidcError`]. The state is used up whatever comes of it.
    pub async fn finish_oidc(
        &self,
        returned: Returned<'_>,
        now: Timestamp,
    ) -> Result<(SignedIn, String), OidcError> {
        let settings = self.oidc.settings()?;
        let go_to = self.store.finish_try(&tokens::hash(returned.state), now).await?;
        let own = derived(returned.secret, "state") == returned.state;
        let go_to = go_to.filter(|_| own).ok_or(OidcError::State)?;
        let discovery = self.oidc.provider.discover(&settings).await?;
        let verifier = derived(returned.secret, "verifier");
        let redirect = redirect(&settings, returned.address);
        let redeemed = (returned.code, verifier.as_str(), redirect.as_str());
        let id_token = self.oidc.provider.redeem(&settings, &discovery, redeemed).await?;
        let keys = self.oidc.provider.keys(&discovery).await?;
        let nonce = derived(returned.secret, "nonce");
        let expected = Expected { issuer: &settings.issuer, client: &settings.client_id, nonce: &nonce };
        let person = token::check(&id_token, &keys, &expected, now)?;
        let member = self.member_who_is(&settings, &person, now).await?;
        let signed_in = self.begin_session(member, returned.client, true, now).await?;
        Ok((signed_in, go_to))
    }

    /// The member that the service speaks of; added, where the owner wants that.
    async fn member_who_is(
        &self,
        settings: &Settings,
        person: &Person,
        now: Timestamp,
    ) -> Result<Agent, OidcError> {
        if settings.claim == "email" && !settings.trust_email && !person.has_verified_email() {
            return Err(OidcError::Refused("the e-mail address is not verified"));
        }
        let value = person.claim(&settings.claim).map(str::trim).filter(|value| !value.is_empty());
        let value = value.ok_or(OidcError::Refused("the ID token lacks the claim that says who it is"))?;
        let found = match settings.matched {
            Matched::Subject => self.store.agent_by_subject(value).await?,
            Matched::Name => self.store.agent_by_name(value).await?,
        };
        match found {
            Some(member) if member.disabled_at.is_none() => Ok(member),
            Some(member) => {
                let entry = NewAudit::by(&member, "session.fail", now).with(json!({"wrong": "disabled"}));
                self.store.record_audit(entry).await?;
                Err(OidcError::Unknown)
            }
            None => self.add_by_oidc(settings, person, value, now).await,
        }
    }

    /// Adds a member whom nobody has added by hand. Their password is one that nobody knows.
    async fn add_by_oidc(
        &self,
        settings: &Settings,
        person: &Person,
        value: &str,
        now: Timestamp,
    ) -> Result<Agent, OidcError> {
        let create = settings.create.as_ref().ok_or(OidcError::Unknown)?;
        let (name, subject) = match settings.matched {
            Matched::Name => (value, None),
            Matched::Subject => {
                let told = ["name", "preferred_username", "email"].iter().find_map(|name| person.claim(name));
                (told.unwrap_or(value), Some(value.to_owned()))
            }
        };
        let short: String = name.trim().chars().take(40).collect();
        let id = AgentId::from(tokens::random_id());
        let new = NewAgent {
            id: id.clone(),
            name: clean_name(&short)?,
            password_hash: passwords::hash(&passwords::random()).await?,
            role: create.role(),
            shops: create.shops.iter().map(|shop| shop.as_str().into()).collect(),
            groups: Vec::new(),
            capacity: 0,
            must_change: true,
            oidc_subject: subject,
            at: now,
        };
        self.store.add_agent(new).await.map_err(|error| match error {
            StoreError::Conflict => AccountError::NameTaken,
            other => other.into(),
        })?;
        let member = self.store.agent(&id).await?.ok_or(StoreError::NotFound("member of staff"))?;
        let entry = NewAudit::by(&member, "member.add", now).with(json!({"by": "oidc"}));
        self.store.record_audit(entry).await?;
        Ok(member)
    }
}
