//! Where shops' own systems are: in the files in service, with the tokens of `accounts`.

use std::sync::Arc;

use crate::{
    accounts::Accounts,
    backend::{HttpSystem, ShopSystem, Systems},
    domain::ShopId,
    engine::{Clock, Shops},
};

/// The systems of the shops that are served.
pub(super) struct OfShops {
    shops: Shops,
    accounts: Arc<Accounts>,
    clock: Arc<dyn Clock>,
}

impl OfShops {
    pub(super) fn new(shops: Shops, accounts: Arc<Accounts>, clock: Arc<dyn Clock>) -> Self {
        Self { shops, accounts, clock }
    }
}

impl Systems for OfShops {
    fn system_of(&self, shop: &ShopId) -> Option<ShopSystem> {
        let assistant = self.shops.assistant(shop).ok()?;
        Some(match &assistant.shop.system {
            Some(url) => ShopSystem::Http(HttpSystem { url: url.clone(), currency: assistant.shop.currency }),
            None => ShopSystem::BuiltIn,
        })
    }

    fn bearer(&self, shop: &ShopId) -> Result<Option<String>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.accounts.system_token(shop, self.clock.now())?)
    }
}
