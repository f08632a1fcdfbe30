//! Where the databases of a command are.
use clap::Args;
use db::{Access, Domain, Url};
use stack::{Kind, Stack};
use tokio_postgres::Client;

use super::{Domains, failure_at};
use crate::failure::{Exit, Failure};

/// Which databases a command works on.
#[derive(Args, Clone, Debug)]
pub(crate) struct Target {
    #[command(flatten)]
    pub(crate) domains: Domains,
    /// The direct URL of the database, with one --domain; else `ARUURI_<DOMAIN>_DATABASE_URL`, else the local servers
    #[arg(long, value_name = "URL", hide_env_values = true)]
    pub(crate) url: Option<String>,
}

/// A database that was found; `Debug` shows no password.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    /// Whose it is.
    pub(crate) domain: Domain,
    /// The URL, which is not to be printed.
    pub(crate) url: Url,
    /// Where it leads: `finance on 127.0.0.1:5432`.
    pub(crate) place: db::Place,
}

impl Target {
    /// The database of each domain; connects to none.
    ///
    /// # Errors
    /// When one cannot be found.
    pub(crate) fn find(&self) -> Result<Vec<Database>, Failure> {
        if self.url.is_some() {
            self.domains.one()?;
        }
        self.domains.list().into_iter().map(|domain| self.database(domain)).collect()
    }

    /// The database of one domain; connects to nothing.
    ///
    /// # Errors
    /// As [`Target::find`].
    pub(crate) fn database(&self, domain: Domain) -> Result<Database, Failure> {
        Database::find(domain, self.url.as_deref(), |name| std::env::var(name).ok())
    }
}

impl Database {
    /// `given`, else the variable, else the local servers.
    ///
    /// # Errors
    /// When none of these leads anywhere.
    pub(crate) fn find(
        domain: Domain,
        given: Option<&str>,
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<Database, Failure> {
        let name = domain.name();
        let url = match given {
            Some(given) => Url::direct("--url", given),
            None => match Url::find(domain, Access::Admin, &var) {
                Ok(url) => url,
                Err(_) => local(domain)?,
            },
        };
        let place = url.place().map_err(|error| {
            Failure::new(Exit::Usage, format_args!("{name}: {error}"))
                .next("postgres://user:password@host:5432/database")
        })?;
        Ok(Database { domain, url, place })
    }

    /// A session of the migrator.
    ///
    /// # Errors
    /// When the server is not reached, or is a pooler.
    pub(crate) async fn connect(&self) -> Result<Client, Failure> {
        migrate::connect(&self.url).await.map_err(|error| self.failure(&error))
    }

    /// The role that owns the schema.
    pub(crate) fn owner(&self) -> String {
        format!("{}_owner", self.domain.name())
    }

    /// What went wrong in this database.
    pub(crate) fn failure(&self, error: &migrate::Error) -> Failure {
        failure_at(error, self.domain, self.place.to_string())
    }
}

/// The database of the local servers, if they run; they are not started, since a deployment without its variable
/// should not go on with an empty database.
fn local(domain: Domain) -> Result<Url, Failure> {
    let running = Stack::find()?.running();
    let url = running.and_then(|running| running.url(domain, Kind::Direct, domain.name()));
    url.map(|url| Url::direct("the URL of the local servers", url)).ok_or_else(|| {
        let variables = db::variables(domain, Access::Admin);
        Failure::new(Exit::Unreachable, format_args!("{}: there is no database", domain.name()))
            .why(format_args!("{} is not set, and no local servers run", variables.join(", ")))
            .next("cargo aruuri up, or --url")
    })
}
