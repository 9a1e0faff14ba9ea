//! A conversation's stay with people, as rows keep it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::form::{list, maybe, mirrored, one};
use crate::domain::{AgentId, Ended, Reason, Staff, Stint};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Staff")]
struct StaffForm {
    #[serde(with = "one")]
    id: AgentId,
    name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Stint")]
struct StintForm {
    number: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    group: String,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    reason: Option<Reason>,
    #[serde(default)]
    priority: i32,
    #[serde(with = "one")]
    queued_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    taken_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    agent: Option<Staff>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    first_reply_at: Option<Timestamp>,
    #[serde(default)]
    replies: u32,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    awaiting_since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
    passed: Vec<AgentId>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    ended_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    ended: Option<Ended>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wrap_up: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    summary: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rating: Option<u8>,
}

mirrored! { Staff => StaffForm, Stint => StintForm }
