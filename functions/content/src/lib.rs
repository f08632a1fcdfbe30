//! The content domain.

/// Every route of this domain.
pub const ROUTES: &[&api::Route] = api::routes![];
