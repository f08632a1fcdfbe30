//! One domain database: which URL, which connection, which statement. Knows no HTTP.
//!
//! A function keeps at most one connection for each URL it needs and sends every statement unnamed,
//! with its types, in one round trip. What it does not do: named statements, `LISTEN`, `COPY`,
//! session settings. Behind a transaction pooler those meet other clients.
mod connection;
mod domain;
mod error;
pub mod idempotency;
mod pool;
mod sql;
mod steps;
mod tls;
mod url;
mod value;

#[cfg(test)]
mod tests;

pub use connection::{Connection, Db, On, Tx};
pub use domain::{Access, Domain};
pub use error::{Chain, Error, Kind};
pub use pool::{Pool, connect};
#[doc(hidden)]
pub use sql::column_name;
pub use sql::{Deletion, FromRow, Named, Params, Sql, Statement, Step};
pub use steps::Steps;
pub use tokio_postgres::{Error as DriverError, Row, types::Type};
pub use url::{Place, Url, variables};
pub use value::{Column, Field, Param, Pg, Value};
