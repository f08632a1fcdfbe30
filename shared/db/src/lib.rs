//! One domain database: which URL, which connection, which statement. Knows no HTTP.
//!
//! A function keeps at most one connection for each URL it needs and sends every statement unnamed,
//! with its types, in one round trip. What it does not do: named statements, `LISTEN`, `COPY`,
//! session settings. Behind a transaction pooler those meet other clients.
pub mod audit;
mod connection;
mod domain;
mod error;
pub mod events;
#[cfg(feature = "http")]
mod http;
pub mod idempotency;
mod pool;
pub mod position;
mod row;
mod scope;
mod secret;
mod session;
mod sql;
mod steps;
mod tls;
mod transport;
mod url;
mod value;

#[cfg(test)]
mod tests;

pub use connection::{Connection, Db};
pub use domain::{Access, Domain};
pub use error::{Chain, Error, Kind};
pub use pool::{Pool, Resolved, connect};
pub use position::{Position, Seen, Source};
pub use row::{ReadError, Row};
pub use scope::{Departments, Scope};
pub use session::{On, Session, Tx};
#[doc(hidden)]
pub use sql::column_name;
pub use sql::{Deletion, FromRow, Named, Params, Sql, Statement, Step};
pub use steps::Steps;
pub use tokio_postgres::types::Type;
pub use transport::{Transport, transport_variables};
pub use url::{Place, Url, variables};
pub use value::{Column, Field, Param, Pg, Value};
