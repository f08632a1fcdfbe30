//! Routes of products: what is sold.
use api::{OnConstraint as _, Problem};
use types::{Currency, Money};

pub mod create;
pub mod delete;
pub mod find;
pub mod list;
pub mod restore;
pub mod update;

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
