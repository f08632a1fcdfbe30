//! Applies migrations.
