//! The HTTP interface under `/api/v1`, one file a subject.

mod account;
mod audit;
mod case;
mod case_forms;
mod case_wishes;
mod catalog;
mod console;
mod conversations;
mod demo;
mod members;
mod oidc;
mod openapi;
mod parameters;
mod privacy;
mod report;
mod schema;
mod search;
mod spreadsheet;
mod uploads;

use std::time::Duration;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, Method, header},
    middleware,
    routing::{delete, get, patch, post},
};
use tower_http::{
    cors::{Any, CorsLayer},
    limit::RequestBodyLimitLayer,
    set_header::SetResponseHeaderLayer,
};

use super::{ServerState, bearer, error, error::ApiError, figures, staff};

/// Requests carry little.
const LARGEST_BODY: usize = 256 * 1024;

/// A shop's files with all that an editor has changed in them.
const LARGEST_DRAFT: usize = 8 * 1024 * 1024;

/// What is for one member of staff is kept by no browser and no proxy.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

/// Every route of the interface. Whatever goes wrong in one, or on the way to it, is told in the form of errors; so
/// the interface is a service of its own, which no path below it escapes.
pub(super) fn service(state: ServerState) -> Router {
    Router::new()
        .merge(public())
        .merge(staffs().layer(middleware::from_fn(staff::from_our_pages)))
        .fallback(async || ApiError::not_found("page"))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .merge(drafts().layer(middleware::from_fn(staff::from_our_pages)))
        .merge(of_conversations())
        .layer(middleware::map_response(error::in_one_form))
        .layer(middleware::from_fn(figures::name_route))
        .with_state(state)
}

/// What a widget asks for with its conversation's token, from the page of whatever site it stands on. A browser lets
/// no page of another site read an answer to a cookie, as long as no answer here allows credentials.
fn of_conversations() -> Router<ServerState> {
    let anywhere = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, bearer::SHOPPER])
        .max_age(Duration::from_secs(24 * 3600));
    let messages = Router::new()
        .route("/conversations/{id}/messages", get(conversations::messages))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY));
    // The bound of a picture is its own.
    let uploads =
        Router::new().route("/uploads", post(uploads::keep)).route("/uploads/{id}", get(uploads::show));
    messages.merge(uploads).layer(anywhere)
}

/// What shoppers and other programs ask for; no cookie counts here.
fn public() -> Router<ServerState> {
    Router::new()
        .route("/openapi.json", get(openapi::document))
        .route("/system.openapi.json", get(openapi::system_document))
        .route("/schema/", get(schema::index))
        .route("/schema/{name}", get(schema::document))
        .route("/schema/files/{name}", get(schema::file))
        .route("/shops/{shop}/products", get(catalog::products))
        .route("/shops/{shop}/look", get(catalog::look))
        .route("/shops/{shop}/promotions", get(catalog::promotions))
        .route("/demo/shoppers", get(demo::shoppers))
        .route("/demo/shoppers/{id}/token", post(demo::token))
}

/// What editors send with all of a draft.
fn drafts() -> Router<ServerState> {
    Router::new()
        .route("/console/edit", post(console::files::edit))
        .route("/console/shops/{shop}/files", get(console::files::list).put(console::files::save))
        .route("/console/shops/{shop}/check", post(console::files::check))
        .route("/console/shops/{shop}/talk", post(console::trials::talk))
        .route("/console/shops/{shop}/tests", post(console::trials::test))
        .route("/console/shops/{shop}/tests/record", post(console::trials::record))
        .route("/console/shops/{shop}/compare", post(console::trials::compare))
        .route("/console/shops/{shop}/faq/import", post(console::faq::import))
        .route("/console/shops/{shop}/faq/export", get(console::faq::export))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(LARGEST_DRAFT))
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, NOT_KEPT))
}

/// What staff ask for with their cookie: nothing is changed for a page of another site.
fn staffs() -> Router<ServerState> {
    Router::new()
        .route("/session", get(staff::show).post(staff::sign_in).delete(staff::sign_out))
        .route("/session/password", post(staff::change_password))
        .route("/session/sessions", get(account::sessions).delete(account::end_others))
        .route("/session/sessions/{id}", delete(account::end_one))
        .route("/session/second-step", get(account::second_step).post(account::propose))
        .route("/session/second-step/confirm", post(account::confirm))
        .route("/session/second-step/off", post(account::turn_off))
        .route("/staff", get(members::list).post(members::add))
        .route("/staff/{id}", patch(members::change))
        .route("/staff/{id}/password", post(members::reset_password))
        .route("/staff/{id}/disable", post(members::disable))
        .route("/staff/{id}/enable", post(members::enable))
        .route("/staff/{id}/second-step", delete(members::reset_second_step))
        .route("/staff/{id}/sessions", get(members::sessions).delete(members::end_sessions))
        .route("/staff/{id}/sessions/{session}", delete(members::end_session))
        .route("/oidc", get(oidc::button))
        .route("/oidc/start", get(oidc::begin))
        .route("/oidc/callback", get(oidc::finish))
        .route("/audit", get(audit::list))
        .route("/audit.csv", get(audit::file))
        .route("/privacy/kept", get(privacy::kept))
        .route("/privacy/export", get(privacy::file))
        .route("/privacy/erase", post(privacy::erase))
        .route("/desk/conversations/{id}/case", get(case::show))
        .route("/desk/conversations/{id}/reveal", post(case::reveal))
        .route("/desk/conversations/{id}/quote", post(case::quote))
        .route("/desk/conversations/{id}/changes", post(case::change))
        .route("/desk/search", get(search::search))
        .route("/desk/report", get(report::report))
        .route("/desk/report.csv", get(report::table))
        .route("/desk/live", get(report::live))
        .route("/console/shops", get(console::shops))
        .route("/console/understand", post(console::understand))
        .route("/console/shops/{shop}/versions", get(console::versions::list))
        .route("/console/shops/{shop}/versions/{number}", get(console::versions::show))
        .route("/console/shops/{shop}/versions/{number}/restore", post(console::versions::restore))
        .route("/console/shops/{shop}/file", get(console::files::show))
        .route("/console/shops/{shop}/conversations", get(console::conversations::list))
        .route("/console/shops/{shop}/conversations/{id}", get(console::conversations::show))
        .route("/console/shops/{shop}/figures", get(console::figures::figures))
        .route("/console/shops/{shop}/figures.csv", get(console::figures::table))
        .route("/console/shops/{shop}/learning", get(console::learning::list))
        .route("/console/shops/{shop}/learning/dismiss", post(console::learning::dismiss))
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, NOT_KEPT))
}
