//! Changes to a shop's system, their outcomes, and the reasons that call a person, as rows keep them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::form::{list, maybe, mirrored, one};
use crate::domain::{
    Change, ChangeOutcome, Handoff, LineId, Money, OrderId, PromotionId, Reason, ShopperId, Shown, TicketId,
    UploadId, VariantId,
    act::ChangeRequest,
    trade::{Address, TicketKind, TicketState},
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Change")]
struct ChangeForm {
    key: String,
    #[serde(with = "one")]
    request: ChangeRequest,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ChangeRequest", rename_all = "snake_case")]
enum ChangeRequestForm {
    ClaimCoupon {
        #[serde(with = "one")]
        shopper: ShopperId,
        #[serde(with = "one")]
        promotion: PromotionId,
        per_shopper: u32,
    },
    ChangeAddress {
        #[serde(with = "one")]
        shopper: ShopperId,
        #[serde(with = "one")]
        order: OrderId,
        #[serde(with = "one")]
        address: Address,
    },
    ChangeVariant {
        #[serde(with = "one")]
        shopper: ShopperId,
        #[serde(with = "one")]
        order: OrderId,
        #[serde(with = "one")]
        line: LineId,
        #[serde(with = "one")]
        variant: VariantId,
    },
    CancelOrder {
        #[serde(with = "one")]
        shopper: ShopperId,
        #[serde(with = "one")]
        order: OrderId,
    },
    OpenTicket {
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
        #[serde(default, with = "maybe")]
        due: Option<Timestamp>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ChangeOutcome", rename_all = "snake_case")]
enum ChangeOutcomeForm {
    Done,
    TicketOpened(#[serde(with = "one")] TicketId),
    Refused(String),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Handoff")]
struct HandoffForm {
    #[serde(with = "one")]
    reason: Reason,
    summary: Vec<String>,
    slots: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    about: Option<Shown>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    group: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    priority: i32,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    promised: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &i32) -> bool {
    *number == 0
}

mirrored! {
    Change => ChangeForm,
    ChangeRequest => ChangeRequestForm,
    ChangeOutcome => ChangeOutcomeForm,
    Handoff => HandoffForm,
}
