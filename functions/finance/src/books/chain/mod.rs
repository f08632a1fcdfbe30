//! Routes of the chain of seals.
pub mod find;
pub mod verify;
