//! `src/backend/system.openapi.json` and the client say the same: each path, each field, which may be missing, and what
//! a field may hold.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::*;
use crate::{
    domain::{
        Locale, Localized,
        trade::{OrderDiscount, OrderRefund, ShipmentEvent, TicketKind, TicketState},
    },
    wire::{names::Named, schema::checker::Documents},
};

fn document() -> Value {
    serde_json::from_str(OPENAPI).expect("the document is JSON")
}

fn schemas() -> Value {
    document()["components"]["schemas"].clone()
}

/// The document's schemas, each by its name.
fn documents() -> Documents {
    let names: Vec<String> = schemas().as_object().expect("schemas").keys().cloned().collect();
    let by_name = names.into_iter().map(|name| {
        let reference = json!({"$ref": format!("system.json#/components/schemas/{name}")});
        (name, reference)
    });
    Documents::published(by_name.chain([("system".to_owned(), document())]))
}

fn an_order() -> Order {
    let mut order = samples::order("1", "lin", 0);
    order.lines[0].title = Localized::new("纯棉T恤", "Cotton tee");
    order.lines[0].no_reason_waived_at = Some(at(3));
    order.shipments[0].events.push(ShipmentEvent {
        at: at(4),
        place: "杭州".to_owned(),
        text: "已揽收".to_owned(),
    });
    order.discounts.push(OrderDiscount {
        label: "满减".to_owned(),
        rule: Some("ten-off".into()),
        amount: yuan("10"),
    });
    order.refund = Some(OrderRefund { amount: yuan("9"), state: "done".to_owned(), at: at(5) });
    order.picking = true;
    order
}

fn a_ticket() -> Ticket {
    Ticket {
        id: "T1".into(),
        shopper: "lin".into(),
        order: "1".into(),
        kind: TicketKind::Return,
        reason: "no_reason".to_owned(),
        lines: vec![("1".into(), 2)],
        evidence: vec!["a-photo".into()],
        amount: yuan("84.15"),
        shipping_payer: "shopper".to_owned(),
        state: TicketState::Review,
        due: Some(at(9)),
        opened_at: at(1),
        history: vec![(at(1), TicketState::Review)],
    }
}

fn a_product() -> Product {
    let mut product = samples::product("tee");
    (product.url, product.warranty_days) = (Some("/p/tee".to_owned()), Some(365));
    product
}

fn a_coupon() -> WalletCoupon {
    WalletCoupon { promotion: "ten-off".into(), claimed_at: at(1), order: Some("1".into()) }
}

fn every_change() -> Vec<ChangeRequest> {
    let (shopper, order) = (ShopperId::from("lin"), OrderId::from("1"));
    vec![
        ChangeRequest::ClaimCoupon { shopper: shopper.clone(), promotion: "ten-off".into(), per_shopper: 1 },
        ChangeRequest::ChangeAddress {
            shopper: shopper.clone(),
            order: order.clone(),
            address: samples::order("1", "lin", 0).address,
        },
        ChangeRequest::ChangeVariant {
            shopper: shopper.clone(),
            order: order.clone(),
            line: "1".into(),
            variant: "tee-m".into(),
        },
        ChangeRequest::CancelOrder { shopper, order },
        samples::change("k", 1).request,
    ]
}

fn every_outcome() -> Vec<ChangeOutcome> {
    vec![
        ChangeOutcome::Done,
        ChangeOutcome::TicketOpened("T1".into()),
        ChangeOutcome::Refused("units_claimed".to_owned()),
    ]
}

/// A form with one thing changed at every place in turn, with what was done.
fn changed(whole: &Value) -> Vec<(String, Value)> {
    fn visit(whole: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
        let at_pointer = |with: Value| {
            let mut changed = whole.clone();
            *changed.pointer_mut(pointer).expect("it leads to a value") = with;
            changed
        };
        match whole.pointer(pointer).expect("it leads to a value") {
            Value::Object(fields) => {
                for field in fields.keys() {
                    let mut shorter = fields.clone();
                    shorter.remove(field);
                    found.push((format!("without {pointer}/{field}"), at_pointer(Value::Object(shorter))));
                    visit(whole, &format!("{pointer}/{field}"), found);
                }
            }
            Value::Array(items) => {
                (0..items.len()).for_each(|index| visit(whole, &format!("{pointer}/{index}"), found));
            }
            Value::String(_) => {
                found.push((format!("words at {pointer}"), at_pointer(json!("no such thing"))));
                found.push((format!("a number at {pointer}"), at_pointer(json!(7))));
            }
            Value::Number(_) => {
                for number in [json!(-1), json!(1.5), json!(4_294_967_296_u64), json!("7")] {
                    found.push((format!("{number} at {pointer}"), at_pointer(number)));
                }
            }
            _ => found.push((format!("a text at {pointer}"), at_pointer(json!("true")))),
        }
    }
    let mut found = Vec::new();
    visit(whole, "", &mut found);
    found
}

/// A value is as the document says to the last field, and each change of its form is refused by both or by none.
fn assert_described<T: Form>(name: &str, value: &T, reads: impl Fn(&str) -> bool) -> Value {
    let whole: Value = serde_json::from_str(&wire::encode(value)).expect("forms are JSON");
    assert_eq!(documents().closed().check(name, &whole), Ok(()), "{name}: {whole}");
    let documents = documents();
    for (what, form) in changed(&whole) {
        let described = documents.check(name, &form);
        assert_eq!(reads(&form.to_string()), described.is_ok(), "{name} {what}: {described:?}");
    }
    whole
}

/// Reads as the client does, bounds included.
fn bounded<T: Form + Bounded>(text: &str) -> bool {
    wire::decode::<T>(text).is_ok_and(|value| value.check(Currency::CNY).is_ok())
}

/// Which properties of which schema a value has.
fn note(schemas: &Value, name: &str, schema: &Value, value: &Value, seen: &mut BTreeSet<(String, String)>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().expect("a name");
        return note(schemas, name, &schemas[name], value, seen);
    }
    for choice in ["oneOf", "anyOf"].iter().filter_map(|word| schema[word].as_array()).flatten() {
        note(schemas, name, choice, value, seen);
    }
    for item in value.as_array().into_iter().flatten() {
        note(schemas, name, &schema["items"], item, seen);
    }
    for (field, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(field) {
            seen.insert((name.to_owned(), field.clone()));
            note(schemas, name, property, value, seen);
        }
    }
}

/// Every property that the document describes.
fn described(name: &str, schema: &Value) -> BTreeSet<(String, String)> {
    let choices = schema["oneOf"].as_array().into_iter().flatten().flat_map(|choice| described(name, choice));
    let own = schema["properties"].as_object().into_iter().flatten();
    own.map(|(field, _)| (name.to_owned(), field.clone())).chain(choices).collect()
}

#[test]
fn every_field_is_described_and_every_description_is_of_a_field() {
    let shopper = Shopper { locale: Some(Locale::En), ..samples::shopper("lin") };
    let mut values = vec![
        ("Shopper", assert_described("Shopper", &shopper, bounded::<Shopper>)),
        ("Order", assert_described("Order", &an_order(), bounded::<Order>)),
        ("Ticket", assert_described("Ticket", &a_ticket(), bounded::<Ticket>)),
        ("Product", assert_described("Product", &a_product(), bounded::<Product>)),
        ("WalletCoupon", assert_described("WalletCoupon", &a_coupon(), bounded::<WalletCoupon>)),
    ];
    for outcome in every_outcome() {
        let reads = |text: &str| {
            let read = wire::decode::<ChangeOutcome>(text);
            read.is_ok_and(|outcome| every_change().iter().any(|change| answers(change, &outcome)))
        };
        values.push(("Outcome", assert_described("Outcome", &outcome, reads)));
    }
    for change in every_change() {
        let whole: Value = serde_json::from_str(&wire::encode(&change)).expect("forms are JSON");
        assert_eq!(documents().closed().check("Change", &whole), Ok(()), "{whole}");
        values.push(("Change", whole));
    }
    let (schemas, mut seen) = (schemas(), BTreeSet::new());
    for (name, value) in &values {
        note(&schemas, name, &schemas[*name], value, &mut seen);
    }
    let all = schemas.as_object().expect("schemas").iter();
    let all: BTreeSet<(String, String)> = all.flat_map(|(name, schema)| described(name, schema)).collect();
    assert_eq!(seen, all);
}

#[test]
fn every_named_value_is_described() {
    let named = |schema: &str, field: &str, reads: fn(&str) -> bool| {
        let names = schemas()[schema]["properties"][field]["enum"].clone();
        let names = names.as_array().expect("a list of names").clone();
        assert!(names.iter().all(|name| reads(name.as_str().expect("a name"))), "{schema} {field}");
        names.len()
    };
    use crate::domain::trade::{LineState, ReturnClass, ShipmentState};
    assert_eq!(named("OrderLine", "state", |name| LineState::from_wire_name(name).is_some()), 8);
    assert_eq!(named("OrderLine", "return_class", |name| ReturnClass::from_wire_name(name).is_some()), 7);
    assert_eq!(named("Product", "return_class", |name| ReturnClass::from_wire_name(name).is_some()), 7);
    assert_eq!(named("Shipment", "state", |name| ShipmentState::from_wire_name(name).is_some()), 5);
    assert_eq!(named("Shopper", "locale", |name| Locale::from_wire_name(name).is_some()), 3);
    for schema in ["Ticket", "OpenTicket"] {
        assert_eq!(named(schema, "kind", |name| TicketKind::from_wire_name(name).is_some()), 11);
        assert_eq!(named(schema, "state", |name| TicketState::from_wire_name(name).is_some()), 5);
    }
    assert_eq!(named("Step", "state", |name| TicketState::from_wire_name(name).is_some()), 5);
}

/// The paths and methods of the document.
fn operations() -> BTreeMap<(String, String), Value> {
    let document = document();
    let paths = document["paths"].as_object().expect("paths").clone();
    let of_path = |(path, methods): (String, Value)| {
        let methods = methods.as_object().expect("methods").clone();
        methods.into_iter().map(move |(method, operation)| ((method.to_uppercase(), path.clone()), operation))
    };
    paths.into_iter().flat_map(of_path).collect()
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    let same = |(wanted, found): (&&str, &&str)| wanted.starts_with('{') || wanted == found;
    template.len() == path.len() && template.iter().zip(&path).all(same)
}

/// Whether an operation has a parameter.
fn takes(operation: &Value, place: &str, name: &str) -> bool {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.into_iter().any(|known| known["in"] == place && known["name"] == name)
}

/// The operation that a request is one of, its parameters and header being described there.
fn operation_of(request: &str) -> (String, String) {
    let (head, body) = request.split_once("\r\n\r\n").expect("head and body");
    let mut line = head.lines().next().expect("a first line").split(' ');
    let (method, target) = (line.next().expect("a method"), line.next().expect("a target"));
    let target = target.strip_prefix("/base").expect("everything is below the address");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let operations = operations();
    // The fixed path comes before the one with a parameter.
    let found = operations.iter().filter(|((known, template), _)| known == method && fits(template, path));
    let (key, operation) =
        found.min_by_key(|((_, template), _)| template.matches('{').count()).expect(target);
    for (name, _) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        assert!(takes(operation, "query", name), "{target}");
    }
    assert_eq!(
        takes(operation, "header", "Idempotency-Key"),
        head.contains("\r\nidempotency-key: k"),
        "{head}"
    );
    assert!(
        head.contains("\r\naccept: application/json") && head.contains("\r\nuser-agent: xiaoer/"),
        "{head}"
    );
    if !body.is_empty() {
        assert!(head.contains("\r\ncontent-type: application/json"), "{head}");
        let body: Value = serde_json::from_str(body).expect("bodies are JSON");
        assert_eq!(documents().closed().check("Change", &body), Ok(()), "{body}");
    }
    key.clone()
}

/// The schema of an operation's answer: its name, and whether it is a list of them.
fn answer_of(method: &str, path: &str) -> (String, bool) {
    let operation = &operations()[&(method.to_owned(), path.to_owned())];
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    let (reference, is_list) = match schema["items"]["$ref"].as_str() {
        Some(reference) => (reference, true),
        None => (schema["$ref"].as_str().expect("a reference"), false),
    };
    assert_eq!(operation["responses"]["404"].is_object(), method == "GET" && !is_list, "{path}");
    (reference.rsplit('/').next().expect("a name").to_owned(), is_list)
}

#[tokio::test]
async fn every_path_is_asked_and_described_as_it_is_asked() {
    let (order, ticket, product, coupon) = (an_order(), a_ticket(), a_product(), a_coupon());
    let (shopper, shop) = (samples::shopper("lin"), shop());
    let one = |text: String| answer(200, &text);
    let orders = || one(wire::encode_list(std::slice::from_ref(&order)));
    let (client, requests) = client_of([
        one(wire::encode(&shopper)),
        orders(),
        one(wire::encode(&order)),
        one(wire::encode(&order)),
        one(wire::encode_list(std::slice::from_ref(&ticket))),
        one(wire::encode(&ticket)),
        one(wire::encode_list(std::slice::from_ref(&product))),
        one(wire::encode(&product)),
        one(wire::encode_list(std::slice::from_ref(&coupon))),
        orders(),
        one(wire::encode(&ChangeOutcome::TicketOpened("T1".into()))),
    ])
    .await;
    assert_eq!(client.shopper(&shop, &"lin".into()).await.unwrap(), Some(shopper));
    assert_eq!(client.orders_of(&shop, &"lin".into()).await.unwrap(), std::slice::from_ref(&order));
    assert_eq!(client.order(&shop, &"1".into()).await.unwrap(), Some(order.clone()));
    assert_eq!(client.order_by_tracking(&shop, "SF1").await.unwrap(), Some(order.clone()));
    assert_eq!(client.tickets_of(&shop, &"lin".into()).await.unwrap(), std::slice::from_ref(&ticket));
    assert_eq!(client.ticket(&shop, &"T1".into()).await.unwrap(), Some(ticket));
    assert_eq!(client.products(&shop).await.unwrap(), std::slice::from_ref(&product));
    assert_eq!(client.product(&shop, &"tee".into()).await.unwrap(), Some(product));
    assert_eq!(client.wallet(&shop, &"lin".into()).await.unwrap(), [coupon]);
    assert_eq!(client.recent_orders(&shop, 5).await.unwrap(), [order]);
    let outcome = client.apply(&shop, &a_change("k"), at(0)).await.unwrap();
    assert_eq!(outcome, ChangeOutcome::TicketOpened("T1".into()));

    let requests = requests.lock().unwrap().clone();
    let asked: Vec<(String, String)> = requests.iter().map(|request| operation_of(request)).collect();
    let kinds = [
        ("Shopper", false),
        ("Order", true),
        ("Order", false),
        ("Order", false),
        ("Ticket", true),
        ("Ticket", false),
        ("Product", true),
        ("Product", false),
        ("WalletCoupon", true),
        ("Order", true),
        ("Outcome", false),
    ];
    for ((method, path), (name, is_list)) in asked.iter().zip(kinds) {
        assert_eq!(answer_of(method, path), (name.to_owned(), is_list), "{path}");
    }
    let all: BTreeSet<(String, String)> = operations().into_keys().collect();
    assert_eq!(asked.into_iter().collect::<BTreeSet<_>>(), all);
}
