//! What is asked of the sign-in service: its configuration, its keys, and the ID token for a code.
//!
//! Everything is asked anew for each sign-in. Staff sign in a few times a day; keys that were changed count at once.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, de::DeserializeOwned};
use url::form_urlencoded;

use super::{
    OidcError,
    settings::{Settings, is_safe},
};
use crate::fetch::{
    Bytes, Client, Full, Method, Reach, Request, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};

/// How long the service may take for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much it may answer, in bytes.
const LARGEST: usize = 256 * 1024;

/// The service's configuration, as far as it is used here.
#[derive(Deserialize)]
pub(super) struct Discovery {
    issuer: String,
    pub(super) authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// The way to the service.
pub(super) struct Provider {
    client: Client,
}

impl Provider {
    pub(super) fn new() -> Self {
        // The operator names the service, in a file that no page edits.
        Self { client: Client::new(PATIENCE, LARGEST, Reach::Machine) }
    }

    /// The configuration; it has to be that of the issuer asked for, with addresses that are safe to use.
    pub(super) async fn discover(&self, settings: &Settings) -> Result<Discovery, OidcError> {
        let address = format!("{}/.well-known/openid-configuration", settings.issuer.trim_end_matches('/'));
        let found: Discovery = self.get(&address).await?;
        if found.issuer != settings.issuer {
            return Err(OidcError::Refused("its configuration names another issuer"));
        }
        let addresses = [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri];
        if !addresses.into_iter().all(|address| is_safe(address)) {
            return Err(OidcError::Refused("its configuration has an address that is not https"));
        }
        Ok(found)
    }

    /// The keys that it signs with.
    pub(super) async fn keys(&self, discovery: &Discovery) -> Result<JwkSet, OidcError> {
        self.get(&discovery.jwks_uri).await
    }

    /// The ID token for a code.
    pub(super) async fn redeem(
        &self,
        settings: &Settings,
        discovery: &Discovery,
        (code, verifier, redirect): (&str, &str, &str),
    ) -> Result<String, OidcError> {
        let methods = &discovery.token_endpoint_auth_methods_supported;
        let in_form = methods.iter().any(|method| method == "client_secret_post")
            && !methods.iter().any(|method| method == "client_secret_basic");
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(&discovery.token_endpoint)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("client_id", &settings.client_id),
            ("code_verifier", verifier),
        ];
        match &settings.client_secret {
            Some(secret) if in_form => fields.push(("client_secret", secret)),
            Some(secret) => request = request.header(AUTHORIZATION, basic(&settings.client_id, secret)?),
            None => {}
        }
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request.body(Full::from(form)).map_err(|_| OidcError::Request)?;
        let tokens: Tokens = self.ask(request).await?;
        Ok(tokens.id_token)
    }

    async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T, OidcError> {
        let request = Request::builder().uri(address).header(ACCEPT, "application/json");
        self.ask(request.body(Full::default()).map_err(|_| OidcError::Request)?).await
    }

    async fn ask<T: DeserializeOwned>(&self, request: Request<Full<Bytes>>) -> Result<T, OidcError> {
        let (status, body) = self.client.exchange(request, PATIENCE).await.map_err(OidcError::Fetch)?;
        if status != StatusCode::OK {
            return Err(OidcError::Status(status.as_u16()));
        }
        // What can't be read may hold a token, so nothing of it is told.
        serde_json::from_slice(&body).map_err(|_| OidcError::Refused("its answer can't be read"))
    }
}

/// RFC 6749, section 2.3.1: both halves are form-encoded before they are joined.
fn basic(id: &str, secret: &str) -> Result<HeaderValue, OidcError> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let text = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
    let mut value = HeaderValue::from_str(&format!("Basic {text}")).map_err(|_| OidcError::Request)?;
    value.set_sensitive(true);
    Ok(value)
}
