//! The content domain.
