//! The names of states, kinds and classes on the wire, in rows and in files: one table each.

use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

use super::form::Form;
use crate::domain::{
    Band, Ended, Locale, Mode, Reason, SentimentLabel,
    trade::{LineState, OrderState, ReturnClass, ShipmentState, TicketKind, TicketState},
};

/// A closed set of named values.
pub trait Named: Copy + 'static {
    /// Its name.
    fn wire_name(self) -> &'static str;

    /// The value with a name.
    fn from_wire_name(name: &str) -> Option<Self>;
}

macro_rules! names {
    ($($type:ident { $($variant:ident => $name:literal),+ $(,)? })+) => {$(
        impl Named for $type {
            fn wire_name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            fn from_wire_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    )+};
}

names! {
    Ended {
        Closed => "closed",
        Released => "released",
        Transferred => "transferred",
        Requeued => "requeued",
        Left => "left",
    }
    LineState {
        Unpaid => "unpaid",
        DepositPaid => "deposit_paid",
        Paid => "paid",
        Shipped => "shipped",
        Delivered => "delivered",
        Completed => "completed",
        Closed => "closed",
        Refunded => "refunded",
    }
    OrderState {
        Unpaid => "unpaid",
        DepositPaid => "deposit_paid",
        Paid => "paid",
        PartlyShipped => "partly_shipped",
        Shipped => "shipped",
        Delivered => "delivered",
        Completed => "completed",
        Closed => "closed",
        Refunded => "refunded",
    }
    ShipmentState {
        InTransit => "in_transit",
        OutForDelivery => "out_for_delivery",
        WaitingPickup => "waiting_pickup",
        Delivered => "delivered",
        Exception => "exception",
    }
    TicketKind {
        Return => "return",
        Exchange => "exchange",
        RefundOnly => "refund_only",
        Repair => "repair",
        MissingOrWrong => "missing_or_wrong",
        AddressChange => "address_change",
        ItemChange => "item_change",
        Delivery => "delivery",
        Invoice => "invoice",
        PriceProtection => "price_protection",
        Compensation => "compensation",
    }
    TicketState {
        Review => "review",
        WaitingForGoods => "waiting_for_goods",
        Refunding => "refunding",
        Done => "done",
        Cancelled => "cancelled",
    }
    ReturnClass {
        Normal => "normal",
        Custom => "custom",
        Fresh => "fresh",
        OpenedMedia => "opened_media",
        Digital => "digital",
        Periodical => "periodical",
        Sealed => "sealed",
    }
    Band {
        Answer => "answer",
        Clarify => "clarify",
        Unknown => "unknown",
    }
    SentimentLabel {
        Negative => "negative",
        Neutral => "neutral",
        Positive => "positive",
    }
}

impl Named for Mode {
    fn wire_name(self) -> &'static str {
        self.name()
    }

    fn from_wire_name(name: &str) -> Option<Self> {
        Self::from_name(name)
    }
}

impl Named for Reason {
    fn wire_name(self) -> &'static str {
        self.code()
    }

    fn from_wire_name(name: &str) -> Option<Self> {
        Self::from_code(name)
    }
}

impl Named for Locale {
    fn wire_name(self) -> &'static str {
        self.tag()
    }

    fn from_wire_name(name: &str) -> Option<Self> {
        Self::from_tag(name)
    }
}

macro_rules! forms {
    ($($type:ty),+ $(,)?) => {$(
        impl Form for $type {
            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.wire_name())
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = String::deserialize(deserializer)?;
                Self::from_wire_name(&name).ok_or_else(|| D::Error::custom("an unknown name"))
            }
        }
    )+};
}

forms! {
    LineState, OrderState, ShipmentState, TicketKind, TicketState, ReturnClass, Band, SentimentLabel, Mode, Reason, Ended,
    Locale,
}
