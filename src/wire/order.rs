//! Orders, parcels and tickets whole, as rows keep them.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::form::{Form, list, maybe, mirrored, one};
use crate::domain::{
    LineId, Localized, Money, OrderId, ProductId, PromotionId, ShopperId, TicketId, UploadId, VariantId,
    trade::{
        Address, LineState, Order, OrderDiscount, OrderLine, OrderRefund, ReturnClass, Shipment,
        ShipmentEvent, ShipmentState, Ticket, TicketKind, TicketState, WalletCoupon,
    },
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Order")]
struct OrderForm {
    #[serde(with = "one")]
    id: OrderId,
    #[serde(with = "one")]
    shopper: ShopperId,
    #[serde(with = "one")]
    placed_at: Timestamp,
    #[serde(with = "one")]
    address: Address,
    #[serde(with = "list")]
    lines: Vec<OrderLine>,
    #[serde(with = "list")]
    shipments: Vec<Shipment>,
    #[serde(with = "one")]
    shipping_fee: Money,
    #[serde(with = "list")]
    discounts: Vec<OrderDiscount>,
    #[serde(with = "one")]
    total: Money,
    coupons: Vec<String>,
    points_spent: u32,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    refund: Option<OrderRefund>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    picking: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "WalletCoupon")]
struct WalletCouponForm {
    #[serde(with = "one")]
    promotion: PromotionId,
    #[serde(with = "one")]
    claimed_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    order: Option<OrderId>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Address")]
struct AddressForm {
    name: String,
    phone: String,
    region: String,
    detail: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OrderLine")]
struct OrderLineForm {
    #[serde(with = "one")]
    id: LineId,
    #[serde(with = "one")]
    product: ProductId,
    #[serde(with = "one")]
    variant: VariantId,
    #[serde(with = "one")]
    title: Localized,
    #[serde(with = "one")]
    variant_text: Localized,
    units: u32,
    #[serde(with = "one")]
    unit_price: Money,
    #[serde(with = "one")]
    paid: Money,
    #[serde(with = "one")]
    state: LineState,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    delivered_at: Option<Timestamp>,
    #[serde(with = "one")]
    return_class: ReturnClass,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    no_reason_waived_at: Option<Timestamp>,
    gift: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OrderDiscount")]
struct OrderDiscountForm {
    label: String,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    rule: Option<PromotionId>,
    #[serde(with = "one")]
    amount: Money,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OrderRefund")]
struct OrderRefundForm {
    #[serde(with = "one")]
    amount: Money,
    state: String,
    #[serde(with = "one")]
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Shipment")]
struct ShipmentForm {
    carrier: String,
    number: String,
    #[serde(with = "list")]
    lines: Vec<LineId>,
    #[serde(with = "one")]
    state: ShipmentState,
    #[serde(with = "one")]
    shipped_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    delivered_at: Option<Timestamp>,
    #[serde(with = "list")]
    events: Vec<ShipmentEvent>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ShipmentEvent")]
struct ShipmentEventForm {
    #[serde(with = "one")]
    at: Timestamp,
    place: String,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Ticket")]
struct TicketForm {
    #[serde(with = "one")]
    id: TicketId,
    #[serde(with = "one")]
    shopper: ShopperId,
    #[serde(with = "one")]
    order: OrderId,
    #[serde(with = "one")]
    kind: TicketKind,
    reason: String,
    #[serde(with = "list")]
    lines: Vec<(LineId, u32)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
    evidence: Vec<UploadId>,
    #[serde(with = "one")]
    amount: Money,
    shipping_payer: String,
    #[serde(with = "one")]
    state: TicketState,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    due: Option<Timestamp>,
    #[serde(with = "one")]
    opened_at: Timestamp,
    #[serde(with = "list")]
    history: Vec<(Timestamp, TicketState)>,
}

/// A step of a ticket's history: `{"at":"…","state":"review"}`.
#[derive(Serialize, Deserialize)]
struct StepForm {
    #[serde(with = "one")]
    at: Timestamp,
    #[serde(with = "one")]
    state: TicketState,
}

impl Form for (Timestamp, TicketState) {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        StepForm { at: self.0, state: self.1 }.serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        StepForm::deserialize(deserializer).map(|step| (step.at, step.state))
    }
}

mirrored! {
    Order => OrderForm,
    WalletCoupon => WalletCouponForm,
    Address => AddressForm,
    OrderLine => OrderLineForm,
    OrderDiscount => OrderDiscountForm,
    OrderRefund => OrderRefundForm,
    Shipment => ShipmentForm,
    ShipmentEvent => ShipmentEventForm,
    Ticket => TicketForm,
}
