//! The projects domain: what is funded, and the themes it belongs to.
pub mod events;
pub mod jobs;
pub mod projects;
pub mod ready;
pub mod sql;
pub mod themes;

/// Every route of this domain.
pub const ROUTES: &[&api::Route] = api::routes![
    ready::ROUTE,
    themes::list::ROUTE,
    themes::find::ROUTE,
    themes::create::ROUTE,
    themes::update::ROUTE,
    themes::delete::ROUTE,
    themes::restore::ROUTE,
    projects::list::ROUTE,
    projects::find::ROUTE,
    projects::create::ROUTE,
    projects::update::ROUTE,
    projects::delete::ROUTE,
    projects::restore::ROUTE,
];

/// Every job of this domain.
pub const JOBS: &[&api::Job] = api::jobs![
    jobs::seal_audit::JOB,
    jobs::relay_events::JOB,
    jobs::take_events::JOB,
    jobs::tell_again::JOB
];

#[cfg(test)]
mod tests;
