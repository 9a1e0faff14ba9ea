//! Who buys, what was bought, and where it is.

use jiff::Timestamp;

use super::ReturnClass;
use crate::domain::{
    LineId, Locale, Localized, Money, OrderId, ProductId, PromotionId, ShopperId, VariantId,
};

/// Where an order line stands. Ordered from least to most advanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the states of COMMERCE.md's table")]
pub enum LineState {
    Unpaid,
    DepositPaid,
    Paid,
    Shipped,
    Delivered,
    Completed,
    Closed,
    Refunded,
}

/// Where an order stands as a whole: its least advanced line, or partly shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the states of COMMERCE.md's table")]
pub enum OrderState {
    Unpaid,
    DepositPaid,
    Paid,
    PartlyShipped,
    Shipped,
    Delivered,
    Completed,
    Closed,
    Refunded,
}

/// A shopper as the shop's system knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shopper {
    /// Its id (`sub` of the shopper token).
    pub id: ShopperId,
    /// Their name.
    pub name: String,
    /// Their telephone number.
    pub phone: String,
    /// Member level, such as `gold`; empty for none.
    pub level: String,
    /// Points at hand.
    pub points: u32,
    /// The language they prefer.
    pub locale: Option<Locale>,
    /// A line for the demo's chooser.
    pub note: String,
}

/// An order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Its number.
    pub id: OrderId,
    /// Whose it is.
    pub shopper: ShopperId,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Where it goes.
    pub address: Address,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// Its parcels.
    pub shipments: Vec<Shipment>,
    /// What was charged for outbound shipping.
    pub shipping_fee: Money,
    /// Discounts already spread over the lines, for display.
    pub discounts: Vec<OrderDiscount>,
    /// What was paid in all: the lines' `paid` and the shipping fee.
    pub total: Money,
    /// Coupons it used.
    pub coupons: Vec<String>,
    /// Points it spent.
    pub points_spent: u32,
    /// A refund under way or done.
    pub refund: Option<OrderRefund>,
    /// The warehouse is taking the goods from the shelves: what changes now is a note to staff.
    pub picking: bool,
}

impl Order {
    /// The order's state by its lines (COMMERCE.md: "the order shows the least advanced"); gifts don't count.
    /// Lines that were cancelled or refunded count only when no other line is left.
    pub fn state(&self) -> OrderState {
        let live = |line: &&OrderLine| line.state < LineState::Closed;
        let least = self.lines.iter().filter(|line| !line.gift).filter(live).map(|line| line.state).min();
        let any_left =
            self.lines.iter().any(|line| (LineState::Shipped..LineState::Closed).contains(&line.state));
        match least {
            Some(LineState::Paid) if any_left => OrderState::PartlyShipped,
            Some(LineState::Unpaid) => OrderState::Unpaid,
            Some(LineState::DepositPaid) => OrderState::DepositPaid,
            Some(LineState::Paid) => OrderState::Paid,
            Some(LineState::Shipped) => OrderState::Shipped,
            Some(LineState::Delivered) => OrderState::Delivered,
            Some(LineState::Completed) => OrderState::Completed,
            _ if self.lines.iter().any(|line| line.state == LineState::Refunded) => OrderState::Refunded,
            _ => OrderState::Closed,
        }
    }

    /// The line with an id.
    pub fn line(&self, id: &LineId) -> Option<&OrderLine> {
        self.lines.iter().find(|line| line.id == *id)
    }
}

/// A coupon in a shopper's wallet, from the claim (or the use of its code) on; it stays there when it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletCoupon {
    /// The promotion that it is of.
    pub promotion: PromotionId,
    /// Since when the shopper has it.
    pub claimed_at: Timestamp,
    /// The order that it was used for.
    pub order: Option<OrderId>,
}

/// A delivery address.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Address {
    /// The recipient.
    pub name: String,
    /// Their telephone number.
    pub phone: String,
    /// Province and city.
    pub region: String,
    /// Street and house.
    pub detail: String,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderLine {
    /// Its id within the order.
    pub id: LineId,
    /// What was bought.
    pub product: ProductId,
    /// In which form.
    pub variant: VariantId,
    /// The product's title when it was bought.
    pub title: Localized,
    /// The variant in words, such as 白色 M.
    pub variant_text: Localized,
    /// How many.
    pub units: u32,
    /// List price of one.
    pub unit_price: Money,
    /// What was really paid for all units of the line, after every discount was spread.
    pub paid: Money,
    /// Where it stands.
    pub state: LineState,
    /// When it was signed for, or collected from a locker or agent.
    pub delivered_at: Option<Timestamp>,
    /// The return class when it was bought.
    pub return_class: ReturnClass,
    /// The shopper confirmed for this purchase that it can't come back without a reason.
    pub no_reason_waived_at: Option<Timestamp>,
    /// A free gift.
    pub gift: bool,
}

/// A discount as shown on the order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderDiscount {
    /// Its name.
    pub label: String,
    /// The promotion that gave it.
    pub rule: Option<PromotionId>,
    /// How much it took off.
    pub amount: Money,
}

/// A refund of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderRefund {
    /// How much.
    pub amount: Money,
    /// `processing` or `done`.
    pub state: String,
    /// Since when.
    pub at: Timestamp,
}

/// A parcel.
#[derive(Clone, Debug, PartialEq)]
pub struct Shipment {
    /// Who carries it.
    pub carrier: String,
    /// The tracking number.
    pub number: String,
    /// What is in it.
    pub lines: Vec<LineId>,
    /// Where it stands.
    pub state: ShipmentState,
    /// When it left.
    pub shipped_at: Timestamp,
    /// When it was signed for.
    pub delivered_at: Option<Timestamp>,
    /// Its way, oldest first.
    pub events: Vec<ShipmentEvent>,
}

/// Where a parcel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ShipmentState {
    InTransit,
    OutForDelivery,
    WaitingPickup,
    Delivered,
    Exception,
}

/// A step of a parcel's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipmentEvent {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub place: String,
    /// What happened, in the carrier's words.
    pub text: String,
}
