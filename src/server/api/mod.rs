//! The HTTP interface under `/api/v1`, one file a subject.

pub(super) mod catalog;
pub(super) mod console;
pub(super) mod conversations;
pub(super) mod demo;
pub(super) mod openapi;
