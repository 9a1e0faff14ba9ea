//! What requests of the HTTP interface carry, for its OpenAPI document: ids in the path, what is asked for behind it, and
//! bodies. What is said here of a field is its type; what a value may be is said by the answer that refuses it.

use serde_json::{Value, json};

/// Behind a path: the names, those of whole numbers marked by `#`.
const QUERIES: [(&str, &[&str]); 18] = [
    ("/conversations/{id}/messages", &["#after"]),
    ("/console/shops/{shop}/figures", &["from", "to"]),
    ("/console/shops/{shop}/figures.csv", &["from", "to", "of"]),
    ("/demo/shoppers", &["shop"]),
    ("/demo/shoppers/{id}/token", &["shop"]),
    ("/audit", &["shop", "agent", "action", "#before", "#limit"]),
    ("/audit.csv", &["shop", "agent", "action", "#before", "#limit"]),
    ("/privacy/kept", &["shop", "shopper", "conversation"]),
    ("/privacy/export", &["shop", "shopper", "conversation"]),
    ("/desk/report", &["shop", "from", "to", "of"]),
    ("/desk/report.csv", &["shop", "from", "to", "of", "lang"]),
    ("/desk/live", &["shop"]),
    ("/desk/search", &["q", "shop", "#limit"]),
    ("/console/shops/{shop}/file", &["path"]),
    ("/console/shops/{shop}/conversations", &["#days"]),
    ("/console/shops/{shop}/learning", &["#days"]),
    ("/console/shops/{shop}/versions", &["#before", "#limit"]),
    ("/console/shops/{shop}/faq/export", &["format"]),
];

/// Bodies: method, path, and the fields; those that have to be there, and the others.
fn bodies() -> Vec<(&'static str, &'static str, Value, Value)> {
    let text = || json!({"type": "string"});
    let texts = || json!({"type": "array", "items": {"type": "string"}});
    let file = json!({
        "type": "object", "required": ["path"],
        "properties": {"path": text(), "text": {"type": ["string", "null"]}, "base": {"type": ["string", "null"]}},
    });
    let files = || json!({"type": "array", "items": file.clone()});
    let said = json!({"type": "array", "items": {
        "type": "object", "properties": {"text": text(), "choice": text(), "product": text()},
    }});
    let line = json!({"type": "object", "properties": {"line": text(), "units": {"type": "integer"}}});
    let change = json!({"type": "object", "required": ["kind"], "properties": {
        "kind": {"enum": ["refund", "ticket", "coupon", "address", "cancel", "variant"]}, "order": text(),
        "lines": {"type": "array", "items": line}, "reason": text(), "ticket": text(), "coupon": text(),
        "address": {"type": "object"}, "line": text(), "variant": text(), "want": text(),
        "amount": {"type": "object", "properties": {"amount": text(), "currency": text()}},
    }});
    let code = || json!({"code": text()});
    let password = || json!({"password": text()});
    let member = json!({
        "shops": texts(), "groups": texts(), "capacity": {"type": "integer", "minimum": 0},
        "oidc_subject": {"type": ["string", "null"]},
    });
    let with = |more: Value| {
        let mut all = member.clone();
        all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        all
    };
    vec![
        ("post", "/session", json!({"name": text(), "password": text()}), code()),
        ("post", "/session/password", json!({"old": text(), "new": text()}), json!({})),
        ("post", "/session/second-step", password(), json!({})),
        ("post", "/session/second-step/confirm", code(), json!({})),
        ("post", "/session/second-step/off", json!({"password": text(), "code": text()}), json!({})),
        ("post", "/staff", json!({"name": text(), "role": text()}), member.clone()),
        ("patch", "/staff/{id}", json!({}), with(json!({"name": text(), "role": text()}))),
        (
            "post",
            "/privacy/erase",
            json!({"shop": text()}),
            json!({"shopper": text(), "conversation": text()}),
        ),
        ("post", "/console/understand", json!({"shop": text(), "text": text()}), json!({})),
        ("post", "/console/edit", json!({"text": text()}), json!({"edits": {"type": "array"}})),
        ("put", "/console/shops/{shop}/files", json!({"files": files()}), json!({"note": text()})),
        ("post", "/console/shops/{shop}/check", json!({}), json!({"files": files()})),
        (
            "post",
            "/console/shops/{shop}/talk",
            json!({"said": said}),
            json!({"files": files(), "as": text(), "product": text()}),
        ),
        ("post", "/console/shops/{shop}/tests", json!({}), json!({"files": files()})),
        (
            "post",
            "/console/shops/{shop}/tests/record",
            json!({"name": text()}),
            json!({"files": files(), "conversation": text()}),
        ),
        ("post", "/console/shops/{shop}/compare", json!({}), json!({"files": files()})),
        ("post", "/console/shops/{shop}/learning/dismiss", json!({"words": texts()}), json!({})),
        (
            "post",
            "/desk/conversations/{id}/reveal",
            json!({"field": {"enum": ["phone", "name", "address"]}}),
            json!({"order": text()}),
        ),
        ("post", "/desk/conversations/{id}/quote", json!({"change": change.clone()}), json!({})),
        ("post", "/desk/conversations/{id}/changes", json!({"id": text(), "change": change}), json!({})),
    ]
}

/// Adds to every operation what its request carries.
pub(super) fn describe(document: &mut Value) {
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        let ids = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        let ids = ids
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
        let ids: Vec<Value> = ids.collect();
        let asked = QUERIES.iter().find(|(known, _)| path.strip_prefix("/api/v1") == Some(*known));
        let asked = asked.into_iter().flat_map(|(_, names)| {
            names.iter().map(|name| {
                let kind = if name.starts_with('#') { "integer" } else { "string" };
                json!({"name": name.trim_start_matches('#'), "in": "query", "schema": {"type": kind}})
            })
        });
        let all: Vec<Value> = ids.iter().cloned().chain(asked).collect();
        for operation in methods.as_object_mut().into_iter().flat_map(|methods| methods.values_mut()) {
            let mut own = operation["parameters"].as_array().cloned().unwrap_or_default();
            own.extend(all.iter().cloned());
            if !own.is_empty() {
                operation["parameters"] = own.into();
            }
        }
    }
    for (method, path, needed, other) in bodies() {
        let mut fields = needed.as_object().cloned().unwrap_or_default();
        let needed: Vec<String> = fields.keys().cloned().collect();
        fields.extend(other.as_object().cloned().unwrap_or_default());
        let mut schema = json!({"type": "object", "properties": fields});
        if !needed.is_empty() {
            schema["required"] = needed.into();
        }
        document["paths"][format!("/api/v1{path}")][method]["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    let table = json!({"required": true, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}});
    let import = &mut document["paths"]["/api/v1/console/shops/{shop}/faq/import"]["post"];
    import["requestBody"] = table;
    let name = json!({"name": "name", "in": "query", "required": true, "schema": {"type": "string"}});
    import["parameters"].as_array_mut().into_iter().for_each(|list| list.push(name.clone()));
}
