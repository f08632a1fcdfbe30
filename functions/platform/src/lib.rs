//! The platform domain: what every other domain stands on. Here: settings, the audit log, health.
pub mod api_tokens;
pub mod audit_logs;
pub mod events;
pub mod identity;
pub mod jobs;
pub mod live;
pub mod mail;
pub mod paths;
pub mod ready;
pub mod roles;
pub mod sessions;
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
    audit_logs::export::ROUTE,
    audit_logs::timeline::ROUTE,
    identity::sign_up::ROUTE,
    identity::verify_email::ROUTE,
    identity::sign_in::ROUTE,
    identity::refresh::ROUTE,
    identity::sign_out::ROUTE,
    identity::sign_out_everywhere::ROUTE,
    identity::request_password_reset::ROUTE,
    identity::reset_password::ROUTE,
    identity::change_password::ROUTE,
    identity::me::ROUTE,
    identity::set_up_totp::ROUTE,
    identity::disable_totp::ROUTE,
    identity::jwks::ROUTE,
    api_tokens::create::ROUTE,
    api_tokens::list::ROUTE,
    api_tokens::revoke::ROUTE,
    api_tokens::exchange::ROUTE,
    roles::list::ROUTE,
    roles::grant::ROUTE,
    roles::revoke::ROUTE,
    sessions::list::ROUTE,
    sessions::revoke::ROUTE,
    unrouted::ROUTE,
];

/// Every job of this domain.
pub const JOBS: &[&api::Job] = api::jobs![jobs::seal_audit::JOB];

#[cfg(test)]
mod tests;
