//! Routes of our accounts at banks.
pub mod close;
pub mod create;
pub mod list;
