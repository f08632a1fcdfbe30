//! One domain database: which URL, which connection, which statement. Knows no HTTP.
mod domain;

pub use domain::{Access, Domain};
