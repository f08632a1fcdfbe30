//! The content domain: blog posts and the categories they are filed under.
pub mod categories;
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

/// Who may see and change everything here; the public sees what is out.
pub(crate) const STAFF: &[&str] = &["editor", "publisher", "admin"];

/// Who decides what the public sees, and when.
pub(crate) const PUBLISHERS: &[&str] = &["publisher", "admin"];

#[cfg(test)]
mod tests;
