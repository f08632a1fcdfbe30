//! The shared value types: ids, money, localised text, checked strings, pages.
//!
//! A value that exists is valid: every type is parsed once, where it enters (JSON, a path, a column), and refuses with a
//! sentence that tells the caller what would be right. Nothing here does I/O or knows HTTP or SQL statements.
//!
//! The JSON form and the PostgreSQL form of a type stand beside each other, so that a row type can be sent as it is read.
//! [`Money`] is the exception: it is one object in JSON and two columns (`amount_minor`, `currency`) in a table.

mod id;
mod invalid;
mod json;
mod localized;
mod money;
#[cfg(feature = "openapi")]
mod openapi;
mod page;
mod string;
mod text;
mod time;
mod words;

#[cfg(test)]
mod tests;

pub use id::*;
pub use invalid::*;
pub use localized::*;
pub use money::*;
pub use page::*;
pub use text::*;
pub use time::*;
