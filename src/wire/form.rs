//! How a domain type gets its JSON form: the trait, serde's `with` modules over it, and the small forms (ids,
//! money, times, decimals, dates) that larger ones are made of.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::domain::{
    AgentId, ConversationId, Currency, FaqId, IntentId, LineId, Localized, Money, OrderId, ProductId,
    PromotionId, ShopId, ShopperId, TicketId, UploadId, VariantId,
};

/// A type with a JSON form.
pub trait Form: Sized {
    /// Writes the form.
    ///
    /// # Errors
    /// Those of the serializer.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads and checks the form.
    ///
    /// # Errors
    /// Those of the deserializer, and its `custom` error for values that don't exist.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// A borrowed value that serde can write.
pub(crate) struct Borrowed<'a, T>(pub(crate) &'a T);

impl<T: Form> Serialize for Borrowed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// Gives a domain type the form that a `#[serde(remote = …)]` mirror of it describes.
macro_rules! mirrored {
    ($($domain:ty => $mirror:ident),+ $(,)?) => {$(
        impl $crate::wire::form::Form for $domain {
            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $mirror::serialize(self, serializer)
            }

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $mirror::deserialize(deserializer)
            }
        }
    )+};
}
pub(crate) use mirrored;

/// `#[serde(with = "one")]`: one value.
pub(crate) mod one {
    use super::{Deserializer, Form, Serializer};

    pub(crate) fn serialize<T: Form, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.write(serializer)
    }

    pub(crate) fn deserialize<'de, T: Form, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

/// `#[serde(with = "maybe")]`: a value or `null`; together with `default` and `skip_serializing_if`.
pub(crate) mod maybe {
    use super::{Borrowed, Deserialize, Deserializer, Form, Serialize, Serializer};
    use crate::wire::Json;

    pub(crate) fn serialize<T: Form, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Borrowed).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T: Form, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        Ok(Option::<Json<T>>::deserialize(deserializer)?.map(|json| json.0))
    }
}

/// `#[serde(with = "list")]`: a list of values.
pub(crate) mod list {
    use super::{Borrowed, Deserialize, Deserializer, Form, Serializer};
    use crate::wire::Json;

    pub(crate) fn serialize<T: Form, S: Serializer>(values: &[T], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(Borrowed))
    }

    pub(crate) fn deserialize<'de, T: Form, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<T>, D::Error> {
        let values = Vec::<Json<T>>::deserialize(deserializer)?;
        Ok(values.into_iter().map(|json| json.0).collect())
    }
}

/// `#[serde(with = "map")]`: values by name.
pub(crate) mod map {
    use std::collections::BTreeMap;

    use super::{Borrowed, Deserialize, Deserializer, Form, Serializer};
    use crate::wire::Json;

    pub(crate) fn serialize<T: Form, S: Serializer>(
        values: &BTreeMap<String, T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(values.iter().map(|(name, value)| (name, Borrowed(value))))
    }

    pub(crate) fn deserialize<'de, T: Form, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, T>, D::Error> {
        let values = BTreeMap::<String, Json<T>>::deserialize(deserializer)?;
        Ok(values.into_iter().map(|(name, json)| (name, json.0)).collect())
    }
}

impl<T: Form> Form for Option<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        maybe::serialize(self, serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        maybe::deserialize(deserializer)
    }
}

impl<T: Form> Form for std::collections::BTreeMap<String, T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        map::serialize(self, serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        map::deserialize(deserializer)
    }
}

impl Form for String {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Self as Deserialize>::deserialize(deserializer)
    }
}

macro_rules! ids {
    ($($id:ty),+ $(,)?) => {$(
        impl Form for $id {
            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    )+};
}

ids! {
    ShopId, ConversationId, ShopperId, AgentId, ProductId, VariantId, OrderId, LineId, TicketId, IntentId, FaqId,
    PromotionId, UploadId,
}

/// `{"amount":"199.00","currency":"CNY"}`, never a number (CONTRACT section 1).
#[derive(Serialize, Deserialize)]
struct MoneyForm {
    amount: String,
    currency: String,
}

impl Form for Money {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MoneyForm { amount: self.digits(), currency: self.currency().to_string() }.serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = MoneyForm::deserialize(deserializer)?;
        let currency: Currency = form.currency.parse().map_err(D::Error::custom)?;
        Self::parse(&form.amount, currency).map_err(D::Error::custom)
    }
}

/// RFC 3339 with offset (CONTRACT section 1); written in UTC.
impl Form for Timestamp {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom("a time is RFC 3339 with an offset"))
    }
}

impl Form for Date {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom("a date is written 2026-11-23"))
    }
}

impl Form for Decimal {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_str_exact(&text).map_err(|_| D::Error::custom("a decimal is written 12.50"))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Localized")]
struct LocalizedForm {
    zh: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    en: Option<String>,
}

mirrored! { Localized => LocalizedForm }
