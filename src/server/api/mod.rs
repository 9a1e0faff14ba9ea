//! The HTTP interface under `/api/v1`, one file a subject.

mod case;
mod case_forms;
mod case_wishes;
mod catalog;
mod console;
mod conversations;
mod demo;
mod openapi;
mod schema;
mod search;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use tower_http::limit::RequestBodyLimitLayer;

use super::{ServerState, error, error::ApiError, staff};

/// Requests carry little.
const LARGEST_BODY: usize = 256 * 1024;

/// Every route of the interface. Whatever goes wrong in one, or on the way to it, is told in the form of errors; so
/// the interface is a service of its own, which no path below it escapes.
pub(super) fn service(state: ServerState) -> Router {
    Router::new()
        .route("/openapi.json", get(openapi::document))
        .route("/system.openapi.json", get(openapi::system_document))
        .route("/schema/", get(schema::index))
        .route("/schema/{name}", get(schema::document))
        .route("/session", get(staff::show).post(staff::sign_in).delete(staff::sign_out))
        .route("/session/password", post(staff::change_password))
        .route("/conversations/{id}/messages", get(conversations::messages))
        .route("/shops/{shop}/products", get(catalog::products))
        .route("/shops/{shop}/promotions", get(catalog::promotions))
        .route("/demo/shoppers", get(demo::shoppers))
        .route("/demo/shoppers/{id}/token", post(demo::token))
        .route("/desk/conversations/{id}/case", get(case::show))
        .route("/desk/conversations/{id}/reveal", post(case::reveal))
        .route("/desk/conversations/{id}/quote", post(case::quote))
        .route("/desk/conversations/{id}/changes", post(case::change))
        .route("/desk/search", get(search::search))
        .route("/console/shops", get(console::shops))
        .route("/console/understand", post(console::understand))
        .fallback(async || ApiError::not_found("page"))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(middleware::map_response(error::in_one_form))
        .with_state(state)
}
