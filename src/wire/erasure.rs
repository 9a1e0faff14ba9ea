//! An erasure, as it is brought over to a restored backup.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::form::{mirrored, one};
use crate::domain::{Erasure, ShopId};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Erasure")]
struct ErasureForm {
    #[serde(with = "one")]
    shop: ShopId,
    who: String,
    key: String,
    #[serde(with = "one")]
    at: Timestamp,
}

mirrored! { Erasure => ErasureForm }
