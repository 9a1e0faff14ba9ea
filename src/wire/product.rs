//! Products and shoppers whole, as rows keep them. The merchant's file format is another one, in `shop`.

use serde::{Deserialize, Serialize};

use super::form::{list, maybe, mirrored, one};
use crate::domain::{
    Locale, Localized, Money, ProductId, ShopperId, VariantId,
    trade::{Attribute, Product, ReturnClass, Shopper, Variant},
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Product")]
struct ProductForm {
    #[serde(with = "one")]
    id: ProductId,
    #[serde(with = "one")]
    title: Localized,
    #[serde(with = "one")]
    subtitle: Localized,
    brand: String,
    #[serde(with = "list")]
    category: Vec<Localized>,
    #[serde(with = "one")]
    price: Money,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    list_price: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(with = "list")]
    attributes: Vec<Attribute>,
    #[serde(with = "list")]
    variants: Vec<Variant>,
    #[serde(with = "list")]
    option_words: Vec<Localized>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size_chart: Option<String>,
    aliases: Vec<String>,
    tags: Vec<String>,
    audience: Vec<String>,
    #[serde(with = "one")]
    return_class: ReturnClass,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    warranty_days: Option<u32>,
    sales: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Attribute")]
struct AttributeForm {
    #[serde(with = "one")]
    name: Localized,
    #[serde(with = "one")]
    value: Localized,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Variant")]
struct VariantForm {
    #[serde(with = "one")]
    id: VariantId,
    options: Vec<(String, String)>,
    #[serde(with = "one")]
    price: Money,
    stock: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Shopper")]
struct ShopperForm {
    #[serde(with = "one")]
    id: ShopperId,
    name: String,
    phone: String,
    level: String,
    points: u32,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    locale: Option<Locale>,
    note: String,
}

mirrored! {
    Product => ProductForm,
    Attribute => AttributeForm,
    Variant => VariantForm,
    Shopper => ShopperForm,
}
