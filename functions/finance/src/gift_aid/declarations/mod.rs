//! What contributors declare.
pub mod cancel;
pub mod create;
pub mod find;
