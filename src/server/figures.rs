//! What the server counts of itself: requests by route, and the process as the system sees it.

use std::{sync::LazyLock, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};
use jiff::Timestamp;
use tracing::{Instrument, field::Empty};

/// When this was first asked for, which the server does as it starts.
static STARTED: LazyLock<Timestamp> = LazyLock::new(Timestamp::now);

/// What processor times are counted in, since Linux was made.
const TICKS_A_SECOND: f64 = 100.0;

/// The route that answered, as a part of an answer.
#[derive(Clone)]
pub(super) struct Route(MatchedPath);

/// Leaves the route in the answer: the interface is a service of its own, whose routes are not seen from outside.
pub(super) async fn name_route(route: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(Route(route));
    }
    response
}

/// Counts a request and how long it took, by its route as it is written in the program: an address may hold an id, and
/// has no end of forms.
pub(super) async fn measure(route: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = method(request.method());
    let span = tracing::debug_span!(
        "http.request",
        otel.kind = "server",
        http.request.method = method,
        http.route = Empty,
        http.response.status_code = Empty,
    );
    let response = next.run(request).instrument(span.clone()).await;
    let (status, inner) = (response.status(), response.extensions().get::<Route>());
    let route =
        inner.map(|route| &route.0).or(route.as_ref()).map_or("other", MatchedPath::as_str).to_owned();
    span.record("http.route", route.as_str()).record("http.response.status_code", status.as_u16());
    if status != StatusCode::SWITCHING_PROTOCOLS {
        let seconds = began.elapsed().as_secs_f64();
        metrics::histogram!("xiaoer_http_request_seconds", "route" => route.clone()).record(seconds);
    }
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.as_u16().to_string())];
    metrics::counter!("xiaoer_http_requests_total", &labels).increment(1);
    response
}

/// Methods that anybody may invent are one.
fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Notes when the process began.
pub(super) fn begin() {
    let _ = *STARTED;
}

/// One figure in the form of Prometheus.
pub(super) fn line(
    out: &mut String,
    (name, kind, help): (&str, &str, &str),
    labels: &str,
    value: impl ToString,
) {
    let head = format!("# TYPE {name} {kind}\n");
    if !out.contains(&head) {
        out.push_str(&format!("# HELP {name} {help}\n{head}"));
    }
    out.push_str(&format!("{name}{labels} {}\n", value.to_string()));
}

/// The process, by the names that every dashboard knows; what the system doesn't tell is left out.
pub(super) fn process(out: &mut String) {
    let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    line(out, ("xiaoer_build_info", "gauge", "The version that runs."), &version, 1);
    let started = STARTED.as_millisecond() as f64 / 1000.0;
    line(out, ("process_start_time_seconds", "gauge", "When the process started."), "", started);
    if let Some(seconds) = processor_seconds() {
        line(out, ("process_cpu_seconds_total", "counter", "Processor time used."), "", seconds);
    }
    if let Some(bytes) = resident_bytes() {
        line(out, ("process_resident_memory_bytes", "gauge", "Memory in use."), "", bytes);
    }
    if let Some(count) = open_files() {
        line(out, ("process_open_fds", "gauge", "Open files and connections."), "", count);
    }
    if let Some(count) = most_files() {
        line(out, ("process_max_fds", "gauge", "How many may be open."), "", count);
    }
}

fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name, in brackets, may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<u32>().ok().map(f64::from);
    Some((ticks(11)? + ticks(12)?) / TICKS_A_SECOND)
}

fn resident_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn open_files() -> Option<u64> {
    // Newer systems tell the count as the folder's size; reading fifty thousand entries takes a moment.
    match std::fs::metadata("/proc/self/fd").ok()?.len() {
        0 => Some(std::fs::read_dir("/proc/self/fd").ok()?.count() as u64),
        count => Some(count),
    }
}

fn most_files() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}
