//! SQL over HTTP: one request per statement or batch, as Neon's endpoint and `cargo aruuri sqlhttp` take it.
//!
//! Values travel as text and become, on this side, the binary form that tokio-postgres reads: the same
//! Rust types decode both, with the same check of the column's type. A parameter's type is written into
//! the statement, so that the server does not guess it.
//!
//! There are no interactive transactions, cursors, `LISTEN`, `COPY` or session settings: between two
//! requests the server keeps nothing. A [`Batch`] is one transaction.
mod batch;
mod binary;
mod body;
mod calendar;
mod client;
mod connection;
mod endpoint;
mod error;
mod phase;
mod row;
mod statement;
mod text;

#[cfg(test)]
mod tests;

pub use batch::{Batch, Isolation};
pub use client::{Client, REQUEST_MAX};
pub use endpoint::Endpoint;
pub use error::{Error, Report};
#[cfg(feature = "tls")]
pub use native_tls::TlsConnector;
pub use phase::Phase;
pub use row::{Column, ReadError, Row};
pub use statement::typed;

/// A parameter with its type, as the driver of the functions takes it.
pub type Value<'a> = (&'a (dyn postgres_types::ToSql + Sync), postgres_types::Type);
