//! Written by `cargo aruuri routes write`; do not edit.
//!
//! The path of every route of all domains, and the methods it takes.

/// Each path template with its methods.
#[rustfmt::skip]
pub const PATHS: &[(&str, &[&str])] = &[
    ("/v1/content/categories", &["GET", "POST"]),
    ("/v1/content/categories/{id}", &["GET", "PATCH", "DELETE"]),
    ("/v1/content/categories/{id}/restore", &["POST"]),
    ("/v1/content/health/ready", &["GET"]),
    ("/v1/content/posts", &["GET", "POST"]),
    ("/v1/content/posts/{id}", &["GET", "PATCH", "DELETE"]),
    ("/v1/content/posts/{id}/restore", &["POST"]),
    ("/v1/finance/contributions", &["GET", "POST"]),
    ("/v1/finance/contributions/{id}", &["GET"]),
    ("/v1/finance/contributors", &["GET", "POST"]),
    ("/v1/finance/contributors/{id}", &["GET", "PATCH", "DELETE"]),
    ("/v1/finance/contributors/{id}/restore", &["POST"]),
    ("/v1/finance/health/ready", &["GET"]),
    ("/v1/health/live", &["GET"]),
    ("/v1/health/version", &["GET"]),
    ("/v1/platform/audit-logs", &["GET"]),
    ("/v1/platform/health/ready", &["GET"]),
    ("/v1/platform/settings", &["GET", "POST"]),
    ("/v1/platform/settings/{id}", &["GET", "PATCH", "DELETE"]),
    ("/v1/platform/settings/{id}/restore", &["POST"]),
    ("/v1/projects/health/ready", &["GET"]),
    ("/v1/projects/projects", &["GET", "POST"]),
    ("/v1/projects/projects/{id}", &["GET", "PATCH", "DELETE"]),
    ("/v1/projects/projects/{id}/restore", &["POST"]),
    ("/v1/projects/themes", &["GET", "POST"]),
    ("/v1/projects/themes/{id}", &["GET", "PATCH", "DELETE"]),
    ("/v1/projects/themes/{id}/restore", &["POST"]),
];
