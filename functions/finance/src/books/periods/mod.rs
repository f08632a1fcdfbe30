//! Routes of accounting periods.
pub mod close;
pub mod list;
