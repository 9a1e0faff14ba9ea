//! Spans of what the server does, for a collector that speaks OTLP over HTTP.
//!
//! Nothing of this is on unless the environment names a collector, by OpenTelemetry's own variables: `OTEL_EXPORTER_OTLP_ENDPOINT`
//! (and `…_HEADERS`, `…_TIMEOUT`), `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_SDK_DISABLED`. Spans
//! are ours alone and of level `debug`, which log lines do not ask for: without a collector none is made. A collector
//! that is away costs some memory, bounded by the batch, and no answer.

use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

use crate::fetch::{self, Full};

/// What a collector may take to answer, and what its answer may have.
const WITHIN: Duration = Duration::from_secs(10);
const CONNECTING: Duration = Duration::from_secs(3);
const LARGEST_ANSWER: usize = 64 * 1024;
/// The last spans may take so long at a stop.
const AT_THE_END: Duration = Duration::from_secs(3);

/// Spans on their way to a collector.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// What the environment asks for; `None` when it names no collector. Requests are sent on the runtime.
    ///
    /// # Errors
    /// Variables that can't be followed.
    pub fn from_environment(runtime: &Handle) -> anyhow::Result<Option<Self>> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let named = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
        let off = set("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || set("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
        if off || !named.iter().any(|name| set(name).is_some()) {
            return Ok(None);
        }
        let client = Sender {
            client: fetch::Client::new(CONNECTING, LARGEST_ANSWER, fetch::Reach::Machine),
            runtime: runtime.clone(),
        };
        let exporter = SpanExporter::builder().with_http().with_http_client(client).build();
        let exporter = exporter.context("traces can't be sent as the environment says")?;
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource());
        Ok(Some(Self(provider.build())))
    }

    /// The layer that makes them.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let ours = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("xiaoer"));
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("xiaoer"))
            .with_location(false)
            .with_threads(false)
            .with_filter(ours.with_max_level_hint(LevelFilter::DEBUG))
    }

    /// Sends what is left; blocks meanwhile.
    pub fn finish(&self) {
        if let Err(error) = self.0.shutdown_with_timeout(AT_THE_END) {
            tracing::warn!(error = %error, "the last spans were not sent");
        }
    }
}

/// Who speaks: the name that the environment gives, else our own.
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let builder = Resource::builder().with_attribute(version);
    let named = ["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"].iter().zip(["", "service.name="]);
    let mut named = named.filter_map(|(name, has)| Some((std::env::var(name).ok()?, has)));
    if named.any(|(value, has)| !value.is_empty() && value.contains(has)) {
        return builder.build();
    }
    builder.with_service_name("xiaoer").build()
}

/// Sends by the connections that everything else is sent by. The exporter has a plain thread of its own, without a
/// runtime; the request runs on the server's.
struct Sender {
    client: fetch::Client,
    runtime: Handle,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sender")
    }
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (client, request) = (self.client.clone(), request.map(Full::new));
        let sending = self.runtime.spawn(async move { client.exchange(request, WITHIN).await });
        let (status, body) = sending.await??;
        Ok(Response::builder().status(status).body(body)?)
    }
}
