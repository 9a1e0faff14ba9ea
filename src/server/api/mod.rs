//! The HTTP interface under `/api/v1`, one file a subject.

mod catalog;
mod console;
mod conversations;
mod demo;
mod openapi;
mod schema;
mod uploads;

use std::time::Duration;

use axum::{
    Router,
    http::{Method, header},
    middleware,
    routing::{get, post},
};
use tower_http::{
    cors::{Any, CorsLayer},
    limit::RequestBodyLimitLayer,
};

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
        .route("/shops/{shop}/products", get(catalog::products))
        .route("/shops/{shop}/promotions", get(catalog::promotions))
        .route("/demo/shoppers", get(demo::shoppers))
        .route("/demo/shoppers/{id}/token", post(demo::token))
        .route("/console/shops", get(console::shops))
        .route("/console/understand", post(console::understand))
        .fallback(async || ApiError::not_found("page"))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .merge(of_conversations())
        .layer(middleware::map_response(error::in_one_form))
        .with_state(state)
}

/// What a widget asks for with its conversation's token, from the page of whatever site it stands on. A browser lets
/// no page of another site read an answer to a cookie, as long as no answer here allows credentials.
fn of_conversations() -> Router<ServerState> {
    let anywhere = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .max_age(Duration::from_secs(24 * 3600));
    let messages = Router::new()
        .route("/conversations/{id}/messages", get(conversations::messages))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY));
    // The bound of a picture is its own.
    let uploads =
        Router::new().route("/uploads", post(uploads::keep)).route("/uploads/{id}", get(uploads::show));
    messages.merge(uploads).layer(anywhere)
}
