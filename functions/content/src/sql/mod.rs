//! The row types and statements of the content domain.
pub mod categories;
pub mod posts;
