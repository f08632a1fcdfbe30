//! What the clock starts.
pub mod seal_audit;
