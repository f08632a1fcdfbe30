//! Brings a database to the state its migrations describe, and loads demo data.
//!
//! A directory of migrations is a valid Atlas directory: names, `atlas.sum` (byte for byte), the directives `txmode` and
//! `sum ignore`, the table of revisions and the advisory lock are Atlas's own, so either tool continues what the other
//! began. Stricter than Atlas: the files of applied revisions are compared with what was applied.
//!
//! What this crate does not do: choose a URL, go back (a fault is mended by the next migration).

mod alone;
mod apply;
#[cfg(any(test, feature = "dev"))]
pub mod baseline;
mod connect;
#[cfg(any(test, feature = "dev"))]
pub mod dev;
mod directory;
mod effect;
mod error;
pub mod export;
pub mod facts;
mod history;
#[cfg(any(test, feature = "lint"))]
pub mod lint;
mod load;
pub mod marker;
#[cfg(any(test, feature = "dev"))]
pub mod n1;
pub mod outline;
pub mod plan;
#[cfg(any(test, feature = "dev"))]
pub mod proof;
mod rebase;
mod resolve;
mod revisions;
mod run;
pub mod seed;
mod session;
mod split;
mod status;
mod sum;
#[cfg(test)]
mod tests;
mod together;
mod write;

pub use apply::{Applied, Options, Report, Step, Watch, apply, apply_with};
pub use connect::connect;
pub use directory::{Directory, File, TxMode};
pub use error::{Change, Error};
pub use history::State;
pub use load::{NotLoaded, Schema, create_extensions};
pub use rebase::{Renamed, rebase};
pub use resolve::{Resolution, Set, resolve, set};
pub use session::LOCK;
pub use split::{Statement, split};
pub use status::{Status, Version, status};
pub use write::{add, hash, stamp};
