//! Written by `cargo aruuri routes write`; do not edit.
//!
//! The path of every route of all domains, and the methods it takes.

/// Each path template with its methods.
#[rustfmt::skip]
pub const PATHS: &[(&str, &[&str])] = &[
    ("/v1/finance/contributions", &["GET", "POST"]),
    ("/v1/finance/contributions/{id}", &["GET"]),
    ("/v1/finance/contributors", &["GET", "POST"]),
    ("/v1/finance/contributors/{id}", &["GET", "PATCH", "DELETE"]),
    ("/v1/finance/contributors/{id}/restore", &["POST"]),
    ("/v1/finance/health/ready", &["GET"]),
];
