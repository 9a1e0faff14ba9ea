//! The OpenAPI documents: of the HTTP interface, written by hand beside the routes, and of what it asks of a shop's own
//! system.

use axum::{
    Json,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::backend::OPENAPI;

/// `GET /api/v1/system.openapi.json`: what a shop's own system has to answer, for those who build one.
pub(in crate::server) async fn system_document() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// `GET /api/v1/openapi.json`
pub(in crate::server) async fn document() -> Json<Value> {
    let answer = |what: &str| json!({"200": {"description": what}, "default": {"$ref": "#/components/responses/Error"}});
    let mut messages = answer("at most 200 messages");
    messages["200"]["content"]["application/json"]["schema"] = json!({
        "type": "object", "required": ["messages", "more"],
        "properties": {"messages": {"type": "array", "items": {"$ref": "schema/message.json"}}, "more": {"type": "boolean"}},
    });
    Json(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Xiaoer", "version": env!("CARGO_PKG_VERSION"), "license": {"name": "Apache-2.0"},
            "description": "Conversations themselves go over websockets: /ws/chat for shoppers, /ws/desk for staff. \
                            The JSON Schemas of their frames are listed at /api/v1/schema/.",
        },
        "paths": {
            "/api/v1/schema/": {"get": {"summary": "The JSON Schemas of the websockets' frames", "responses": answer("a list")}},
            "/api/v1/schema/{name}.json": {"get": {"summary": "One of them", "responses": answer("a JSON Schema")}},
            "/api/v1/system.openapi.json": {
                "get": {"summary": "What a shop's own system has to answer", "responses": answer("an OpenAPI document")},
            },
            "/api/v1/session": {
                "get": {"summary": "The signed-in member of staff", "responses": answer("who it is")},
                "post": {"summary": "Sign in", "responses": answer("who it is; the session is a cookie")},
                "delete": {"summary": "Sign out", "responses": answer("done")},
            },
            "/api/v1/session/password": {
                "post": {"summary": "Change the password", "responses": answer("done")},
            },
            "/api/v1/conversations/{id}/messages": {
                "get": {"summary": "Messages of a conversation after a number", "security": [{"conversation": []}],
                        "responses": messages},
            },
            "/api/v1/shops/{shop}/products": {"get": {"summary": "A shop's products", "responses": answer("products")}},
            "/api/v1/shops/{shop}/promotions": {
                "get": {"summary": "Promotions that run now", "responses": answer("promotions")},
            },
            "/api/v1/demo/shoppers": {"get": {"summary": "Demo shoppers (with --demo)", "responses": answer("shoppers")}},
            "/api/v1/demo/shoppers/{id}/token": {
                "post": {"summary": "Sign a demo shopper in (with --demo)", "responses": answer("a shopper token")},
            },
            "/api/v1/desk/conversations/{id}/case": {
                "get": {"summary": "What is known of a conversation's case, personal data masked (staff)",
                        "responses": answer("shopper, about, orders, tickets, evidence, product, coupons, earlier, slots, \
                                             limits, unavailable")},
            },
            "/api/v1/desk/conversations/{id}/reveal": {
                "post": {"summary": "One personal value whole: field phone, name or address, of an order or not; kept in the \
                                     audit log (staff)", "responses": answer("value")},
            },
            "/api/v1/desk/conversations/{id}/quote": {
                "post": {"summary": "What a change would come to; nothing is done (the holder, or an owner)",
                        "responses": answer("refused or null, amount, computed, most, limit, shipping_payer, due, lines")},
            },
            "/api/v1/desk/conversations/{id}/changes": {
                "post": {"summary": "Does a change for the shopper, once by its id, and tells them (the holder, or an owner)",
                        "responses": answer("outcome done, ticket or refused; reason, ticket_id, ticket, order, seq")},
            },
            "/api/v1/desk/search": {
                "get": {"summary": "Messages and notes of conversations that people had (staff): q, shop, limit up to 50",
                        "responses": answer("hits with marks in UTF-16 code units; behind while the index follows")},
            },
            "/api/v1/console/shops": {"get": {"summary": "Shops and their problems", "responses": answer("shops")}},
            "/api/v1/console/understand": {
                "post": {"summary": "What a text is understood as", "responses": answer("the understanding")},
            },
        },
        "components": {
            "securitySchemes": {"conversation": {"type": "http", "scheme": "bearer"}},
            "responses": {"Error": {
                "description": "an error: every one under /api/v1/ has this form, whoever found it",
                "content": {"application/json": {"schema": {
                    "type": "object",
                    "properties": {"error": {
                        "type": "object", "required": ["code", "message"],
                        "properties": {"code": {"type": "string"}, "message": {"type": "string"},
                                       "retry_ms": {"type": "integer"}},
                    }},
                }}},
            }},
        },
    }))
}
