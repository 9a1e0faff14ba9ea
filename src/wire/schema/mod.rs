//! JSON Schemas of the frames of both websockets, as the HTTP interface publishes them.
//!
//! They are kept by hand beside the code: what a field means stands there too, and a schema made from the types would
//! know neither bounds nor words. Tests hold both together, frame by frame. A `$def` without a `type` is a set of
//! fields that frames lay out flat; everything else says its type. References are relative, so that the documents
//! work under whatever address they are served.

use serde_json::Value;

#[cfg(test)]
pub(crate) mod checker;
#[cfg(test)]
mod tests;

/// A published document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Its name, without `.json`.
    pub name: &'static str,
    /// The document.
    pub text: &'static str,
}

macro_rules! schemas {
    ($($name:literal),+ $(,)?) => {
        &[$(Schema { name: $name, text: include_str!(concat!($name, ".json")) }),+]
    };
}

/// Every document, in reading order.
pub const SCHEMAS: &[Schema] =
    schemas!["shopper-in", "shopper-out", "desk-in", "desk-out", "message", "part", "common"];

impl Schema {
    /// The document of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SCHEMAS.iter().find(|schema| schema.name == name)
    }

    /// The document as a value.
    pub fn document(&self) -> Value {
        serde_json::from_str(self.text).expect("the documents are JSON, which a test reads whole")
    }
}
