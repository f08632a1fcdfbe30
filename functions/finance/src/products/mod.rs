//! Routes of products: what is sold.
use api::{OnConstraint as _, Problem};
use serde::{Deserialize, Serialize};
use types::{Currency, Money, ProductId};

use crate::lines::Quantity;

pub mod create;
pub mod delete;
pub mod find;
pub mod list;
pub mod restore;
pub mod update;

/// Parts of one bundle.
const MAX_PARTS: usize = 50;

/// A part of a bundle.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewProductPart"))]
pub struct NewPart {
    /// A product that is no bundle, with its price in the same currency.
    product_id: ProductId,
    /// How much of it, as text: `"2.5"`.
    quantity: Quantity,
}

fn few(parts: &[NewPart]) -> Result<(), Problem> {
    if parts.len() > MAX_PARTS {
        return Err(Problem::invalid("/parts", "must be at most 50"));
    }
    Ok(())
}

fn key_taken() -> Problem {
    Problem::conflict("another product has this key")
}

/// What the database refuses of a product's values, for those who write them.
fn refused<T>(written: Result<T, db::Error>) -> Result<T, Problem> {
    written
        .on_constraint("products_key_key", key_taken)
        .on_constraint("products_currency_fkey", || {
            Problem::invalid("/list_price/currency", "is not a currency that our books take")
        })
        .on_constraint("products_tax_code_fkey", || {
            Problem::invalid("/tax_code", "names no tax that we know")
        })
        .on_constraint("products_category_shape", || {
            Problem::invalid("/category", "must be lower-case letters, digits and underscores")
        })
        .on_constraint("products_unit_shape", || {
            Problem::invalid("/unit", "must be lower-case letters, digits and underscores")
        })
        .on_constraint("bundle_items_product_id_key", || {
            Problem::invalid("/parts", "must name each product once")
        })
        .on_constraint("bundle_items_product_id_fkey", || {
            Problem::invalid("/parts", "name a product that does not exist")
        })
        .on_constraint("bundle_items_product_acyclic", || {
            Problem::invalid("/parts", "must not name the bundle itself")
        })
        .on_constraint("bundle_items_of_products", || {
            Problem::invalid("/parts", "must not put a bundle into a bundle")
        })
        .on_constraint("bundle_items_currency", || {
            Problem::invalid("/parts", "must have their prices in the currency of the bundle")
        })
}

/// A price is not below zero, and in the currency of the product.
fn price(member: &str, price: Option<Money>, currency: Currency) -> Result<(), Problem> {
    match price {
        Some(price) if price.minor() < 0 => {
            Err(Problem::invalid(format!("/{member}/amount"), "must not be below 0"))
        }
        Some(price) if price.currency() != currency => {
            let detail = "must be the currency of the product's price, which stays";
            Err(Problem::invalid(format!("/{member}/currency"), detail))
        }
        _ => Ok(()),
    }
}
