//! `routes`: the files that are written from the routes and jobs, whether the tree has them, and the list of all.
//!
//! Every file is a pure function of the routes and jobs, so that `check` compares what `write` would write.
pub(crate) mod access;
mod audit;
mod bins;
mod cargo_lambda;
mod command;
mod docs;
mod environment;
mod events;
mod openapi;
mod paths;
mod problems;
mod schemas;
mod settings;
mod statements;
mod template;
mod tree;

use std::{collections::BTreeMap, path::PathBuf};

use api::{Allow, Job, Method, Route, Unit};
use db::{Access, Domain};

pub(crate) use audit::audit;
pub(crate) use command::Routes;
#[cfg(test)]
pub(crate) use command::differences;
#[cfg(test)]
pub(crate) use environment::is_known;
#[cfg(test)]
pub(crate) use statements::modules;
pub(crate) use statements::path as statements_path;
#[cfg(test)]
pub(crate) use template::MAX_ROUTES;
#[cfg(test)]
pub(crate) use tree::root_of_this_crate;
pub(crate) use tree::{Difference, State, compare, write};

/// The sentence in the first line of each written file.
pub(crate) const WRITTEN: &str = "Written by `cargo aruuri routes write`; do not edit.";

/// Every route of every domain, in the order in which they are always listed.
pub(crate) fn all() -> Vec<&'static Route> {
    let domains = [platform::ROUTES, projects::ROUTES, finance::ROUTES, content::ROUTES];
    let mut routes: Vec<&Route> = domains.into_iter().flatten().copied().collect();
    routes.sort_by_key(|route| order(route));
    routes
}

/// Every job of every domain, in the order in which they are always listed.
pub(crate) fn jobs() -> Vec<&'static Job> {
    let domains = [platform::JOBS, projects::JOBS, finance::JOBS, content::JOBS];
    let mut jobs: Vec<&Job> = domains.into_iter().flatten().copied().collect();
    let domain = |job: &Job| Domain::ALL.iter().position(|domain| *domain == job.domain);
    jobs.sort_by_key(|job| (domain(job), job.name));
    jobs
}

/// Everything that is deployed as a function.
pub(crate) fn units() -> Vec<Unit<'static>> {
    all().into_iter().map(Unit::from).chain(jobs().into_iter().map(Unit::from)).collect()
}

/// By domain, path and method, so that the order in a `lib.rs` does not matter; `$default` comes last.
fn order(route: &Route) -> (usize, bool, &'static str, usize, &'static str) {
    let domain = Domain::ALL.iter().position(|domain| *domain == route.domain);
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let method = methods.iter().position(|method| *method == route.method);
    let last = usize::MAX;
    (domain.unwrap_or(last), is_fallback(route), route.path, method.unwrap_or(last), route.name)
}

/// Whether it takes what no other route takes.
pub(crate) fn is_fallback(route: &Route) -> bool {
    route.path == Route::UNROUTED
}

/// The names of a path's parameters, in order.
pub(crate) fn path_parameters(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// `read`, as documents say it.
pub(crate) fn access(access: Access) -> &'static str {
    match access {
        Access::None => "none",
        Access::Read => "read",
        Access::Write => "write",
        Access::Admin => "admin",
    }
}

/// Who may call it: a permission, or `public` (without a token), `signed in` (with any), `nobody`.
pub(crate) fn callers(route: &Route) -> Vec<&'static str> {
    match route.allow {
        Allow::Nobody => vec!["nobody"],
        Allow::Public => vec!["public"],
        Allow::Anyone => vec!["public", "signed in"],
        Allow::SignedIn => vec!["signed in"],
        Allow::AnyToken => vec!["signed in", "api token"],
        Allow::Permission(permission) => vec![permission],
    }
}

/// What starts a job, as documents say it: its schedule, or the topics that it takes.
pub(crate) fn starts(job: &Job) -> Vec<&'static str> {
    if job.takes.is_empty() { vec![job.schedule] } else { job.topics() }
}

/// Every written file with its text, by its path in the checkout.
pub(crate) fn files(routes: &[&Route], jobs: &[&Job]) -> BTreeMap<PathBuf, String> {
    let mut files = bins::files(routes, jobs);
    files.extend(events::files(routes));
    files.extend(template::files(routes, jobs));
    files.insert("CargoLambda.toml".into(), cargo_lambda::text(routes));
    files.insert("openapi.json".into(), openapi::text(routes));
    files.insert("functions/platform/src/paths.rs".into(), paths::text(routes));
    files.insert("docs/access.md".into(), access::text(routes));
    files.insert("docs/routes.md".into(), docs::routes(routes, jobs));
    files.insert("docs/settings.md".into(), settings::text(platform::settings::registry::REGISTRY));
    files.insert("docs/environment.md".into(), environment::text(routes, jobs));
    files.extend(statements::files());
    files
}

/// A document as it is written: sorted, whatever features serde_json was built with, and ending in a line feed.
fn pretty(mut json: serde_json::Value) -> String {
    json.sort_all_objects();
    format!("{json:#}\n")
}
