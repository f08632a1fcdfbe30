//! What the clock starts.
pub mod relay_events;
pub mod seal_audit;
pub mod take_events;
pub mod tell_again;
