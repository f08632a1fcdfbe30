//! Routes of allocations: money that moves from one fund to others.
pub mod create;
pub mod find;
pub mod list;
pub mod reverse;
