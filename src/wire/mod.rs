//! The JSON forms of domain values: in frames, in rows, on the command line.
//!
//! `domain` knows no serde. Each type that travels has its form here, a mirror that the compiler holds to the
//! original field by field, and reading a form checks it (money has a currency, times have an offset, states
//! exist). Nothing here decides who may see what: `trace` is left out by whoever sends.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

pub mod change;
pub mod dialogue;
pub mod erasure;
pub mod form;
pub mod frames;
pub mod message;
pub mod names;
pub mod order;
pub mod part;
pub mod people;
pub mod product;
pub mod schema;
pub mod understanding;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use form::Form;

/// A text that isn't the JSON form it should be.
///
/// The cause names a field and a place, never the text itself.
#[derive(Debug, thiserror::Error)]
#[error("not a {what} in its json form")]
pub struct WireError {
    /// What it should have been.
    pub what: &'static str,
    /// What is wrong with it.
    #[source]
    pub source: serde_json::Error,
}

/// A domain value that serde can write and read in its JSON form.
#[derive(Clone, Debug, PartialEq)]
pub struct Json<T>(pub T);

impl<T: Form> Serialize for Json<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

impl<'de, T: Form> Deserialize<'de> for Json<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// A domain value in its JSON form.
pub fn encode<T: Form>(value: &T) -> String {
    serialize(&form::Borrowed(value))
}

/// The domain value of a JSON form.
///
/// # Errors
/// [`WireError`] for anything else, however hostile; it never panics.
pub fn decode<T: Form>(text: &str) -> Result<T, WireError> {
    deserialize::<Json<T>>(text, short_name::<T>()).map(|json| json.0)
}

/// A list of domain values in their JSON form.
pub fn encode_list<T: Form>(values: &[T]) -> String {
    serialize(&values.iter().map(form::Borrowed).collect::<Vec<_>>())
}

/// The domain values of a JSON list.
///
/// # Errors
/// [`WireError`] as for [`decode`].
pub fn decode_list<T: Form>(text: &str) -> Result<Vec<T>, WireError> {
    let list = deserialize::<Vec<Json<T>>>(text, short_name::<T>())?;
    Ok(list.into_iter().map(|json| json.0).collect())
}

fn serialize<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("forms have string keys and finite numbers, so they always serialise")
}

fn deserialize<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, WireError> {
    serde_json::from_str(text).map_err(|source| WireError { what, source })
}

/// `Message` of `xiaoer::domain::message::Message`.
fn short_name<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    name.rsplit("::").next().unwrap_or(name)
}
