//! The platform domain.
