//! What a desk asks to be done for a shopper, as it is written in a request, and what of it can't be meant.

use serde::Deserialize;

use super::{super::error::ApiError, case::bad};
use crate::{
    domain::{LineId, Money, trade::TicketKind},
    engine::{REASONS, Wish},
    wire::Json as Form,
};

/// The longest text of an address or of what is wanted instead, in Unicode scalar values.
const LONGEST_TEXT: usize = 200;
/// Lines that a ticket may name.
const MOST_LINES: usize = 200;

/// A change as a desk writes it.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::server) enum WishForm {
    Refund(TicketForm),
    Ticket {
        ticket: String,
        #[serde(flatten)]
        form: TicketForm,
    },
    Coupon {
        coupon: String,
    },
    Address {
        order: String,
        address: AddressForm,
    },
    Cancel {
        order: String,
    },
    Variant {
        order: String,
        line: String,
        variant: String,
    },
}

#[derive(Deserialize)]
pub(in crate::server) struct TicketForm {
    order: String,
    #[serde(default)]
    lines: Vec<LineForm>,
    reason: Option<String>,
    want: Option<String>,
    amount: Option<Form<Money>>,
}

#[derive(Deserialize)]
struct LineForm {
    line: String,
    units: u32,
}

/// What is absent stays as it is.
#[derive(Deserialize)]
pub(in crate::server) struct AddressForm {
    name: Option<String>,
    phone: Option<String>,
    region: Option<String>,
    detail: Option<String>,
}

/// The wish that a form states.
pub(super) fn read(form: WishForm) -> Result<Wish, ApiError> {
    Ok(match form {
        WishForm::Refund(form) => ticket(TicketKind::RefundOnly, form)?,
        WishForm::Ticket { ticket: kind, form } => {
            let kind = match kind.as_str() {
                "return" => TicketKind::Return,
                "exchange" => TicketKind::Exchange,
                "repair" => TicketKind::Repair,
                "refund_only" => TicketKind::RefundOnly,
                "missing_or_wrong" => TicketKind::MissingOrWrong,
                _ => {
                    return Err(bad_change(
                        "ticket is return, exchange, repair, refund_only or missing_or_wrong",
                    ));
                }
            };
            ticket(kind, form)?
        }
        WishForm::Coupon { coupon } => Wish::Coupon(coupon.into()),
        WishForm::Address { order, address } => Wish::Address {
            order: order.into(),
            name: plain(address.name)?,
            phone: phone(address.phone)?,
            region: plain(address.region)?,
            detail: plain(address.detail)?,
        },
        WishForm::Cancel { order } => Wish::Cancel(order.into()),
        WishForm::Variant { order, line, variant } => {
            Wish::Variant { order: order.into(), line: line.into(), variant: variant.into() }
        }
    })
}

fn bad_change(sentence: &str) -> ApiError {
    bad("bad_change", sentence)
}

fn ticket(kind: TicketKind, form: TicketForm) -> Result<Wish, ApiError> {
    let reason = form.reason.unwrap_or_else(|| "no_reason".to_owned());
    if !REASONS.contains(&reason.as_str()) {
        return Err(bad_change(&format!("reason is one of {}", REASONS.join(", "))));
    }
    if MOST_LINES < form.lines.len() {
        return Err(bad_change("there are too many lines"));
    }
    let lines = form.lines.into_iter().map(|line| (LineId::from(line.line), line.units)).collect();
    let (order, want) = (form.order.into(), plain(form.want)?);
    Ok(Wish::Ticket { kind, order, lines, reason, want, amount: form.amount.map(|money| money.0) })
}

/// A text of one line that says something, and is not what stands for something hidden.
fn plain(text: Option<String>) -> Result<Option<String>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    let fine = (1..=LONGEST_TEXT).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    match fine && !text.contains('*') {
        true => Ok(Some(text.to_owned())),
        false => Err(bad_change("a text has 1 to 200 characters on one line, none of them masked")),
    }
}

fn phone(text: Option<String>) -> Result<Option<String>, ApiError> {
    let number = plain(text)?;
    let fine = |number: &String| {
        let digits = number.chars().filter(char::is_ascii_digit).count();
        (5..=20).contains(&digits) && number.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c))
    };
    match number {
        Some(number) if !fine(&number) => Err(bad_change("a telephone number has 5 to 20 digits")),
        number => Ok(number),
    }
}
