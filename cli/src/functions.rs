//! The functions of this repository, as the gateway runs them on this machine.
use std::{collections::BTreeMap, path::PathBuf};

use api::Route;
use db::Access;
use gateway::Function;
use stack::{Kind, Running};
use tokio::runtime::{Builder, Runtime};

use crate::{
    failure::{Exit, Failure},
    routes,
};

/// The names of all functions, for the command line.
pub(crate) fn names() -> Vec<&'static str> {
    routes::all().into_iter().map(|route| route.name).collect()
}

/// What a command with functions runs on.
///
/// # Errors
/// When the system gives no more threads.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    let mut builder = Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failure, "cannot start a runtime").because(&error))
}

/// The function of a route against the local servers.
pub(crate) fn function(
    route: &Route,
    running: &Running,
    binaries: &BTreeMap<String, PathBuf>,
) -> Function {
    let database = route.domain.name();
    function_on(route, running, binaries, |kind| running.url(route.domain, kind, database))
}

/// The same on the database that `url` leads to.
pub(crate) fn function_on(
    route: &Route,
    running: &Running,
    binaries: &BTreeMap<String, PathBuf>,
    url: impl Fn(Kind) -> Option<String>,
) -> Function {
    let binary = binaries.get(route.name).cloned().unwrap_or_else(|| route.name.into());
    Function::of(route, binary, |name| match name {
        "SSL_CERT_FILE" => Some(running.ca_pem.display().to_string()),
        "ARUURI_VERSION" => Some("dev".into()),
        // A reading route's fallback must not be able to write either.
        _ if name.ends_with("_DATABASE_URL_POOLED") && route.access == Access::Read => {
            url(Kind::PooledRead)
        }
        _ if name.ends_with("_DATABASE_URL_POOLED") => url(Kind::Pooled),
        _ if name.ends_with("_DATABASE_URL_READ") => url(Kind::Read),
        _ => running.env.get(name).cloned(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use db::Access;

    use super::function;
    use crate::routes;

    #[test]
    fn a_function_that_reads_is_given_no_role_that_can_write() {
        let running = stack::ensure_up().unwrap();

        for route in routes::all().into_iter().filter(|route| route.access == Access::Read) {
            let function = function(route, &running, &BTreeMap::new());
            let reader = format!("postgres://{}_read:", route.domain.name());
            for (name, url) in function.env.iter().filter(|(name, _)| name.contains("DATABASE")) {
                assert!(url.starts_with(&reader), "{} has another role in {name}", route.name);
            }
        }
    }

    #[test]
    fn a_function_is_given_every_variable_it_reads() {
        let running = stack::ensure_up().unwrap();

        for route in routes::all() {
            let function = function(route, &running, &BTreeMap::new());
            let given: Vec<_> = function.env.into_iter().map(|(name, _)| name).collect();
            assert_eq!(given, gateway::variables(route), "{}", route.name);
        }
    }
}
