//! The platform domain: what every other domain stands on. Here: settings, the audit log, health.
pub mod accounts;
pub mod api_tokens;
pub mod audit_logs;
pub mod companies;
pub mod contacts;
pub mod departments;
pub mod events;
pub mod identity;
pub mod invitations;
pub mod jobs;
pub mod leads;
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
    settings::set::ROUTE,
    settings::reset::ROUTE,
    settings::history::ROUTE,
    audit_logs::list::ROUTE,
    audit_logs::export::ROUTE,
    audit_logs::timeline::ROUTE,
    companies::list::ROUTE,
    companies::find::ROUTE,
    companies::create::ROUTE,
    companies::update::ROUTE,
    companies::delete::ROUTE,
    companies::restore::ROUTE,
    companies::merge::ROUTE,
    companies::links::list::ROUTE,
    companies::links::create::ROUTE,
    companies::links::update::ROUTE,
    contacts::list::ROUTE,
    contacts::find::ROUTE,
    contacts::create::ROUTE,
    contacts::update::ROUTE,
    contacts::delete::ROUTE,
    contacts::restore::ROUTE,
    contacts::likely::ROUTE,
    contacts::merge::ROUTE,
    contacts::export::ROUTE,
    contacts::erase::ROUTE,
    departments::list::ROUTE,
    departments::find::ROUTE,
    departments::create::ROUTE,
    departments::update::ROUTE,
    departments::delete::ROUTE,
    departments::restore::ROUTE,
    departments::members::ROUTE,
    leads::list::ROUTE,
    leads::find::ROUTE,
    leads::create::ROUTE,
    leads::update::ROUTE,
    leads::archive::ROUTE,
    leads::convert::ROUTE,
    identity::sign_up::ROUTE,
    identity::verify_email::ROUTE,
    identity::sign_in::ROUTE,
    identity::sign_in_by_id_token::ROUTE,
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
    accounts::link::ROUTE,
    accounts::list::ROUTE,
    accounts::unlink::ROUTE,
    invitations::create::ROUTE,
    invitations::list::ROUTE,
    invitations::revoke::ROUTE,
    invitations::accept::ROUTE,
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
pub const JOBS: &[&api::Job] = api::jobs![
    jobs::seal_audit::JOB,
    jobs::relay_events::JOB,
    jobs::take_events::JOB,
    jobs::purge::JOB,
    jobs::tell_again::JOB
];

#[cfg(test)]
mod tests;
