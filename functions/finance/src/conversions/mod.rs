//! Routes of money that was changed into another currency.
pub mod create;
pub mod find;
pub mod list;

/// A conversion of the demo data, for examples.
const EXAMPLE: &str = "ec49ac53-b33b-5584-8798-13dae6be36ea";
