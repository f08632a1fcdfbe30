//! The finance domain: who gives, what was given, and the books that it is posted to.
pub mod contributions;
pub mod contributors;
pub mod jobs;
pub mod ready;
pub mod sql;

/// Every route of this domain.
pub const ROUTES: &[&api::Route] = api::routes![
    ready::ROUTE,
    contributors::list::ROUTE,
    contributors::find::ROUTE,
    contributors::create::ROUTE,
    contributors::update::ROUTE,
    contributors::delete::ROUTE,
    contributors::restore::ROUTE,
    contributions::list::ROUTE,
    contributions::find::ROUTE,
    contributions::create::ROUTE,
];

/// Every job of this domain.
pub const JOBS: &[&api::Job] = api::jobs![jobs::fold_balances::JOB];

#[cfg(test)]
mod tests;
