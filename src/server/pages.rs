//! The pages, inside the binary: the demo store, the widget, the desk, the console.
//!
//! Files of `web/` are served as they are, with an entity tag; nothing is rendered on the server.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "web/"]
#[exclude = "node_modules/*"]
#[exclude = "*.test.js"]
#[exclude = "package*.json"]
#[exclude = "tsconfig.json"]
struct Web;

/// What pages may load and do. The store page is a stand-in for a merchant's site, so it follows the same rules.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
     connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// The demo store.
pub(super) async fn store(headers: HeaderMap) -> Response {
    page("index.html", &headers)
}

/// The desk.
pub(super) async fn desk(headers: HeaderMap) -> Response {
    page("desk/index.html", &headers)
}

/// The figures of the desk.
pub(super) async fn report(headers: HeaderMap) -> Response {
    page("report/index.html", &headers)
}

/// The console.
pub(super) async fn console(headers: HeaderMap) -> Response {
    page("console/index.html", &headers)
}

/// Any other file of `web/`. Their names are plain, so none is written with percent signs.
pub(super) async fn file(address: Uri, headers: HeaderMap) -> Response {
    page(address.path().trim_start_matches('/'), &headers)
}

fn page(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Web::get(path) else {
        return (StatusCode::NOT_FOUND, "not found").into_response();
    };
    let tag = entity_tag(&file);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = Body::from(file.data.into_owned());
        ([(header::CONTENT_TYPE, content_type(path))], body).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).expect("a hexadecimal tag is a valid header"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    if path.ends_with(".html") {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    } else {
        // The widget's modules are loaded by pages of other sites.
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

fn entity_tag(file: &EmbeddedFile) -> String {
    format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..8]))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
