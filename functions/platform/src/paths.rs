// Written by `cargo aruuri routes write`; do not edit.
//! The path of every route of all domains, and the methods it takes.

/// Each path template with its methods.
pub const PATHS: &[(&str, &[&str])] = &[];
