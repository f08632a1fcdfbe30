//! The platform domain: what every other domain stands on. Here: settings, the audit log, health.
pub mod audit_logs;
pub mod live;
pub mod paths;
pub mod ready;
pub mod settings;
pub mod sql;
pub mod unrouted;
pub mod version;

/// Every route of this domain.
pub const ROUTES: &[&api::Route] = api::routes![
    live::ROUTE,
    version::ROUTE,
    ready::ROUTE,
    settings::list::ROUTE,
    settings::find::ROUTE,
    settings::create::ROUTE,
    settings::update::ROUTE,
    settings::delete::ROUTE,
    settings::restore::ROUTE,
    audit_logs::list::ROUTE,
    unrouted::ROUTE,
];

#[cfg(test)]
mod tests;
