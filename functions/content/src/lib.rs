//! The content domain: blog posts and the categories they are filed under.
pub mod categories;
pub mod events;
pub mod jobs;
pub mod posts;
pub mod ready;
pub mod sql;

/// Every route of this domain.
pub const ROUTES: &[&api::Route] = api::routes![
    ready::ROUTE,
    categories::list::ROUTE,
    categories::find::ROUTE,
    categories::create::ROUTE,
    categories::update::ROUTE,
    categories::delete::ROUTE,
    categories::restore::ROUTE,
    posts::list::ROUTE,
    posts::find::ROUTE,
    posts::create::ROUTE,
    posts::update::ROUTE,
    posts::delete::ROUTE,
    posts::restore::ROUTE,
];

/// Every job of this domain.
pub const JOBS: &[&api::Job] =
    api::jobs![jobs::seal_audit::JOB, jobs::relay_events::JOB, jobs::take_events::JOB];

#[cfg(test)]
mod tests;
