//! The projects domain.
