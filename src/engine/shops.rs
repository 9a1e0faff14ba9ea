//! The shops that are served, each swapped whole when its files change.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;

use super::{EngineError, assistant::Assistant};
use crate::domain::{Localized, ShopId};

/// The shops of this node; clones are the same shops. Readers never wait: a new version replaces the old one between
/// two turns.
#[derive(Clone, Default)]
pub struct Shops {
    slots: Arc<ArcSwap<BTreeMap<ShopId, Slot>>>,
    /// The version that was asked for last; one that finishes learning after it was replaced is not served.
    wanted: Arc<Mutex<BTreeMap<ShopId, String>>>,
}

#[derive(Clone)]
enum Slot {
    Open(Arc<Assistant>),
    Broken,
}

/// A shop as `/readyz` and the console tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopStatus {
    /// Which.
    pub id: ShopId,
    /// Its name; none while it is broken.
    pub name: Option<Localized>,
    /// The digest of the files in use.
    pub version: Option<String>,
    /// Whether it answers with the model; before that, exact matches and words answer.
    pub ready: bool,
    /// Whether it answers at all.
    pub open: bool,
}

impl Shops {
    /// The assistant of a shop.
    ///
    /// # Errors
    /// Unknown, or broken and never published.
    pub fn assistant(&self, id: &ShopId) -> Result<Arc<Assistant>, EngineError> {
        match self.slots.load().get(id) {
            Some(Slot::Open(assistant)) => Ok(Arc::clone(assistant)),
            Some(Slot::Broken) => Err(EngineError::BrokenShop(id.clone())),
            None => Err(EngineError::UnknownShop(id.clone())),
        }
    }

    /// Notes which version of a shop is to be served.
    pub fn want(&self, id: &ShopId, version: &str) {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.insert(id.clone(), version.to_owned());
    }

    /// The version of a shop that is to be served, if one was asked for.
    pub fn wanted(&self, id: &ShopId) -> Option<String> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Puts a shop's assistant in place if its version is still the one asked for; says whether it did.
    pub fn open_if_wanted(&self, assistant: &Arc<Assistant>) -> bool {
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let still = wanted.get(&assistant.shop.id).is_none_or(|version| *version == assistant.shop.version);
        if still {
            self.open(assistant);
        }
        still
    }

    /// Puts a shop's assistant in the place of the one before. Turns under way end with the old one.
    pub fn open(&self, assistant: &Arc<Assistant>) {
        self.set(assistant.shop.id.clone(), Slot::Open(Arc::clone(assistant)));
    }

    /// A shop that can't be served until its files are mended.
    pub fn mark_broken(&self, id: ShopId) {
        self.set(id, Slot::Broken);
    }

    fn set(&self, id: ShopId, slot: Slot) {
        self.slots.rcu(|slots| {
            let mut slots = BTreeMap::clone(slots);
            slots.insert(id.clone(), slot.clone());
            slots
        });
    }

    /// Every shop.
    pub fn list(&self) -> Vec<ShopStatus> {
        let slots = self.slots.load();
        slots
            .iter()
            .map(|(id, slot)| match slot {
                Slot::Open(assistant) => ShopStatus {
                    id: id.clone(),
                    name: Some(assistant.shop.name.clone()),
                    version: Some(assistant.shop.version.clone()),
                    ready: assistant.is_ready(),
                    open: true,
                },
                Slot::Broken => {
                    ShopStatus { id: id.clone(), name: None, version: None, ready: false, open: false }
                }
            })
            .collect()
    }
}
