//! The row types and statements of the finance domain.
pub mod contributions;
pub mod contributors;
