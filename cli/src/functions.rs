//! The functions of this repository, as the gateway runs them on this machine.
use std::{collections::BTreeMap, path::PathBuf};

use api::Unit;
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
    routes::units().into_iter().map(Unit::name).collect()
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

/// The function of a route or job against the local servers.
pub(crate) fn function<'a>(
    unit: impl Into<Unit<'a>>,
    running: &Running,
    binaries: &BTreeMap<String, PathBuf>,
) -> Function {
    let unit = unit.into();
    let domain = unit.domain();
    function_on(unit, running, binaries, |kind| running.url(domain, kind, domain.name()))
}

/// The same on the database that `url` leads to.
pub(crate) fn function_on<'a>(
    unit: impl Into<Unit<'a>>,
    running: &Running,
    binaries: &BTreeMap<String, PathBuf>,
    url: impl Fn(Kind) -> Option<String>,
) -> Function {
    let unit = unit.into();
    let (name, reads) = (unit.name(), unit.access() == Access::Read);
    let binary = binaries.get(name).cloned().unwrap_or_else(|| name.into());
    Function::of(unit, binary, |name| match name {
        "SSL_CERT_FILE" => Some(running.ca_pem.display().to_string()),
        "ARUURI_VERSION" => Some("dev".into()),
        // A reading route's fallback must not be able to write either.
        _ if name.ends_with("_DATABASE_URL_POOLED") && reads => url(Kind::PooledRead),
        _ if name.ends_with("_DATABASE_URL_POOLED") => url(Kind::Pooled),
        _ if name.ends_with("_DATABASE_URL_READ") => url(Kind::Read),
        // Empty is unset: TCP, unless `dev --transport` said otherwise.
        _ if name.ends_with("_TRANSPORT") || name.ends_with("_SQL_HTTP_URL") => {
            Some(running.env.get(name).cloned().unwrap_or_default())
        }
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

        for unit in routes::units().into_iter().filter(|unit| unit.access() == Access::Read) {
            let function = function(unit, &running, &BTreeMap::new());
            let reader = format!("postgres://{}_read:", unit.domain().name());
            for (name, url) in function.env.iter().filter(|(name, _)| name.contains("DATABASE")) {
                assert!(url.starts_with(&reader), "{} has another role in {name}", unit.name());
            }
        }
    }

    #[test]
    fn a_function_is_given_every_variable_it_reads() {
        let running = stack::ensure_up().unwrap();

        for unit in routes::units() {
            let function = function(unit, &running, &BTreeMap::new());
            let given: Vec<_> = function.env.into_iter().map(|(name, _)| name).collect();
            assert_eq!(given, gateway::variables(unit), "{}", unit.name());
        }
    }
}
