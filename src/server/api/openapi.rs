//! The OpenAPI documents: of the HTTP interface, written by hand beside the routes, and of what it asks of a shop's own
//! system.

use axum::{
    Json,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::parameters;
use crate::backend::OPENAPI;

/// What staff ask for with their session: method, path, and what it does.
const STAFFS: [(&str, &str, &str); 54] = [
    ("get", "/session", "The signed-in member of staff"),
    ("post", "/session", "Sign in with name, password and, once asked for, code; the session is a cookie"),
    ("delete", "/session", "Sign out"),
    ("post", "/session/password", "Change one's password"),
    ("get", "/session/sessions", "One's sessions"),
    ("delete", "/session/sessions", "End every other session of one's own"),
    ("delete", "/session/sessions/{id}", "End one of one's sessions"),
    (
        "get",
        "/session/second-step",
        "Whether signing in takes a second step, and how many recovery codes are left",
    ),
    ("post", "/session/second-step", "A secret for a second step, to be confirmed; takes the password"),
    (
        "post",
        "/session/second-step/confirm",
        "Put the second step in use by a code of it; gives recovery codes",
    ),
    ("post", "/session/second-step/off", "Turn the second step off; takes password and code"),
    ("get", "/staff", "Members of staff (owners)"),
    ("post", "/staff", "Add a member; gives a first password, shown once (owners)"),
    (
        "patch",
        "/staff/{id}",
        "Change name, role, shops, groups, capacity or sign-in subject; what is left out stays (owners)",
    ),
    ("post", "/staff/{id}/password", "A new first password, shown once (owners)"),
    ("post", "/staff/{id}/disable", "Forbid to sign in, and end every session (owners)"),
    ("post", "/staff/{id}/enable", "Allow to sign in again (owners)"),
    ("delete", "/staff/{id}/second-step", "Take a colleague's second step away (owners)"),
    ("get", "/staff/{id}/sessions", "A member's sessions (owners)"),
    ("delete", "/staff/{id}/sessions", "End all of them (owners)"),
    ("delete", "/staff/{id}/sessions/{session}", "End one of them (owners)"),
    ("get", "/audit", "The audit log: shop, agent, action, before, limit (owners)"),
    ("get", "/audit.csv", "The same as CSV (owners)"),
    (
        "get",
        "/privacy/kept",
        "How much is kept of a shopper, or of one conversation, and whether it can go (owners)",
    ),
    ("get", "/privacy/export", "All of it as one JSON document; kept in the audit log (owners)"),
    (
        "post",
        "/privacy/erase",
        "Erase it for good: 409 held while a person holds a conversation, pending while something is under way (owners)",
    ),
    ("get", "/oidc", "Whether there is another sign-in service, and its name; open to everyone"),
    ("get", "/oidc/start", "To that service, and on to a page; open to everyone"),
    ("get", "/oidc/callback", "Back from it; open to everyone"),
    (
        "get",
        "/desk/report",
        "Figures of the people's side: shop, from, to (days, 92 at most); of=me for one's own (owners)",
    ),
    (
        "get",
        "/desk/report.csv",
        "The same as a table: of agents, groups, reasons, days, hours or stints; lang (owners)",
    ),
    ("get", "/desk/live", "Queues, people and today's figures of a shop (owners)"),
    ("get", "/console/shops", "Shops and their problems (owners, editors)"),
    ("post", "/console/understand", "What a text is understood as (owners, editors)"),
    ("get", "/console/shops/{shop}/files", "A shop's files and everything wrong in them (owners, editors)"),
    (
        "put",
        "/console/shops/{shop}/files",
        "Save files, all or none: 409 with what others changed meanwhile, 422 with what is wrong (owners, editors)",
    ),
    ("get", "/console/shops/{shop}/file", "One of them: path (owners, editors)"),
    ("post", "/console/shops/{shop}/check", "Everything that would be wrong with a draft (owners, editors)"),
    (
        "post",
        "/console/edit",
        "A text with edits made in it, comments kept; nothing is saved (owners, editors)",
    ),
    (
        "post",
        "/console/shops/{shop}/talk",
        "A conversation with a draft: said (a list of text, choice or product), as, product (owners, editors)",
    ),
    ("post", "/console/shops/{shop}/tests", "Hold the tests of a draft (owners, editors)"),
    (
        "post",
        "/console/shops/{shop}/tests/record",
        "The file of recorded tests with one more: name, and a conversation or what is said; nothing is saved (owners, editors)",
    ),
    ("get", "/console/shops/{shop}/conversations", "The last conversations: days (owners, editors)"),
    (
        "get",
        "/console/shops/{shop}/conversations/{id}",
        "One of them, telephone numbers and addresses of mail masked (owners, editors)",
    ),
    (
        "post",
        "/console/shops/{shop}/compare",
        "Which questions asked lately a draft would answer otherwise, the worst first (owners, editors)",
    ),
    (
        "get",
        "/console/shops/{shop}/figures",
        "Figures of the assistant: from, to (days, 92 at most) (owners, editors)",
    ),
    (
        "get",
        "/console/shops/{shop}/figures.csv",
        "The same as a table: of days, hours, locales, pages, intents, faq or promotions (owners, editors)",
    ),
    (
        "post",
        "/console/shops/{shop}/faq/import",
        "Which files a spreadsheet, CSV or JSON of FAQ would change; the file itself is the body, name its name (owners, editors)",
    ),
    (
        "get",
        "/console/shops/{shop}/faq/export",
        "The shop's own FAQ as they are live: format xlsx, csv or jsonl (owners, editors)",
    ),
    ("get", "/console/shops/{shop}/learning", "What the assistant should learn: days (owners, editors)"),
    (
        "post",
        "/console/shops/{shop}/learning/dismiss",
        "Words that need no looking at any more (owners, editors)",
    ),
    ("get", "/console/shops/{shop}/versions", "What was live: before, limit (owners, editors)"),
    ("get", "/console/shops/{shop}/versions/{number}", "What a version changed (owners, editors)"),
    (
        "post",
        "/console/shops/{shop}/versions/{number}/restore",
        "Back to it, as a new version (owners, editors)",
    ),
];

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
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Xiaoer", "version": env!("CARGO_PKG_VERSION"), "license": {"name": "Apache-2.0"},
            "description": "Conversations themselves go over websockets: /ws/chat for shoppers, /ws/desk for staff. \
                            The JSON Schemas of their frames, and of the merchant's files, are listed at /api/v1/schema/.",
        },
        "paths": {
            "/api/v1/schema/": {"get": {"summary": "The JSON Schemas of frames and files", "responses": answer("a list")}},
            "/api/v1/schema/{name}.json": {"get": {"summary": "One of a websocket's frames", "responses": answer("a JSON Schema")}},
            "/api/v1/schema/files/{kind}.schema.json": {
                "get": {"summary": "One of a kind of the merchant's files, for editors", "responses": answer("a JSON Schema")},
            },
            "/api/v1/system.openapi.json": {
                "get": {"summary": "What a shop's own system has to answer", "responses": answer("an OpenAPI document")},
            },
            "/api/v1/conversations/{id}/messages": {
                "get": {"summary": "Messages of a conversation after a number", "security": [{"conversation": []}],
                        "responses": messages},
            },
            "/api/v1/uploads": {"post": uploading()},
            "/api/v1/uploads/{id}": {
                "get": {"summary": "A picture, for its conversation and the staff of its shop; 404 for everybody else",
                        "security": [{"conversation": []}, {"session": []}], "responses": {
                            "200": {"description": "the picture", "content": {"image/jpeg": {}, "image/png": {}}},
                            "default": {"$ref": "#/components/responses/Error"},
                        }},
            },
            "/api/v1/shops/{shop}/look": {"get": {"summary": "How its widget looks", "responses": answer("colour and side")}},
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
        },
        "components": {
            "securitySchemes": {
                "conversation": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "xiaoer_session"},
            },
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
    });
    for (method, path, summary) in STAFFS {
        document["paths"][format!("/api/v1{path}")][method] = json!({"summary": summary, "security": [{"session": []}], "responses": answer("done, or what was asked for")});
    }
    parameters::describe(&mut document);
    Json(document)
}

/// What an upload takes and answers.
fn uploading() -> Value {
    let picture =
        json!({"schema": {"type": "string", "format": "binary", "maxLength": crate::picture::LARGEST_FILE}});
    let id = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
    json!({
        "summary": "Upload a picture, to be said by its id",
        "description": "The file itself is the body: one JPEG, PNG or WebP of at most 8 MB and 40 megapixels, told by its \
                        first bytes. It is set upright, scaled down to 2048 pixels, and encoded anew without metadata. \
                        Nine at once, then one every 3 seconds; 100 a conversation; what is not said within a day is \
                        forgotten. Codes: unauthorized, forbidden, not_yours, not_found, too_large, unsupported_media, \
                        bad_image, too_many_pixels, too_many, too_fast, too_slow, overloaded.",
        "security": [{"conversation": []}, {"session": []}],
        "parameters": [{
            "name": "conversation", "in": "query", "schema": {"type": "string"},
            "description": "With a session: the conversation that its person holds.",
        }],
        "requestBody": {
            "required": true, "content": {"image/jpeg": picture, "image/png": picture, "image/webp": picture},
        },
        "responses": {
            "201": {"description": "it is kept", "content": {"application/json": {"schema": id}}},
            "default": {"$ref": "#/components/responses/Error"},
        },
    })
}
