//! What the clock starts.
pub mod relay_events;
pub mod seal_audit;
pub mod take_events;
