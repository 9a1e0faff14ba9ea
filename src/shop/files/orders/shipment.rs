//! The parcels of an order.

use super::super::{Terms, word};
use super::{LineEntry, past};
use crate::domain::LineId;
use crate::domain::trade::{Shipment, ShipmentEvent, ShipmentState};
use crate::shop::document::Source;
use crate::shop::document::fields::Fields;
use crate::shop::problem::kinds;

const STATES: [(&str, ShipmentState); 5] = [
    ("in_transit", ShipmentState::InTransit),
    ("out_for_delivery", ShipmentState::OutForDelivery),
    ("waiting_pickup", ShipmentState::WaitingPickup),
    ("delivered", ShipmentState::Delivered),
    ("exception", ShipmentState::Exception),
];

/// Reads the parcels of an order whose lines are known.
pub(super) fn read(
    source: &mut Source<'_>,
    terms: &Terms,
    fields: &mut Fields<'_>,
    lines: &[LineEntry],
) -> Vec<Shipment> {
    let tables = fields.tables(source, "shipments");
    tables.into_iter().filter_map(|table| read_one(source, terms, table, lines)).collect()
}

fn read_one(
    source: &mut Source<'_>,
    terms: &Terms,
    mut fields: Fields<'_>,
    lines: &[LineEntry],
) -> Option<Shipment> {
    let carrier = fields.need_text(source, "carrier");
    let number = fields.need_text(source, "number");
    // A parcel that names no lines holds the whole order.
    let all = !fields.has("lines");
    let mut inside: Vec<LineId> =
        lines.iter().filter(|_| all).map(|line| LineId::from(line.id.as_str())).collect();
    for line in fields.texts(source, "lines") {
        if lines.iter().any(|known| known.id == line.value) {
            inside.push(LineId::from(line.value));
        } else {
            source.report_at(&line.at, &kinds::UNKNOWN_LINE, &[&line.value]);
        }
    }
    fields.need(source, "state");
    let state = word(&mut fields, source, "state", &STATES);
    fields.need(source, "shipped_at");
    let shipped_at = past(source, terms, &mut fields, "shipped_at");
    let delivered_at = past(source, terms, &mut fields, "delivered_at");
    if let (Some(shipped), Some(delivered)) = (shipped_at, delivered_at)
        && delivered < shipped
    {
        let names = (shipped.to_string(), delivered.to_string());
        source.report(&fields.span_of("delivered_at"), &kinds::TIMES_REVERSED, &[&names.0, &names.1]);
    }
    let events = read_events(source, terms, &mut fields);
    fields.finish(source);
    Some(Shipment {
        carrier: carrier?,
        number: number?,
        lines: inside,
        state: state?,
        shipped_at: shipped_at?,
        delivered_at,
        events,
    })
}

/// The steps of a parcel, sorted from the oldest, however the file orders them.
fn read_events(source: &mut Source<'_>, terms: &Terms, fields: &mut Fields<'_>) -> Vec<ShipmentEvent> {
    let mut events = Vec::new();
    for mut table in fields.tables(source, "events") {
        table.need(source, "at");
        let at = past(source, terms, &mut table, "at");
        let place = table.free_text(source, "place").unwrap_or_default();
        let text = table.need_text(source, "text");
        table.finish(source);
        if let (Some(at), Some(text)) = (at, text) {
            events.push(ShipmentEvent { at, place, text });
        }
    }
    events.sort_by_key(|event| event.at);
    events
}
