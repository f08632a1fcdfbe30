//! What the commands that plan and prove work with: the files of a domain, and the local servers to try them on.
use std::path::{Path, PathBuf};

use db::Domain;
use migrate::{Directory, Schema, dev, proof::Subject};
use stack::{Running, Stack};

use super::{directory, failure};
use crate::{
    databases,
    failure::{Exit, Failure},
    interrupt::Interrupt,
    output::Output,
};

/// The files of one domain.
#[derive(Debug)]
pub(super) struct Checkout<'a> {
    root: &'a Path,
    running: &'a Running,
    pub(super) domain: Domain,
    pub(super) directory: Directory,
    pub(super) schema: Schema,
    seeds: PathBuf,
}

impl<'a> Checkout<'a> {
    /// Reads them, and checks that the migrations are those of `atlas.sum`.
    ///
    /// # Errors
    /// When they cannot be read, or are not.
    pub(super) fn read(
        root: &'a Path,
        running: &'a Running,
        domain: Domain,
    ) -> Result<Checkout<'a>, Failure> {
        let directory = directory(root, domain)?;
        directory.validate().map_err(|error| failure(&error, domain, root))?;
        let schema = Schema::read(root.join("schema").join(domain.name()))
            .map_err(|error| failure(&error, domain, root))?;
        let seeds = root.join("seeds").join(domain.name());
        Ok(Checkout { root, running, domain, directory, schema, seeds })
    }

    pub(super) fn subject(&self) -> Subject<'_> {
        Subject {
            running: self.running,
            domain: self.domain,
            directory: &self.directory,
            schema: &self.schema,
            seeds: Some(&self.seeds),
        }
    }

    /// What went wrong with them.
    pub(super) fn failure(&self, error: dev::Error) -> Failure {
        dev_failure(error, self.domain, self.root)
    }
}

/// What went wrong in a database to try things in.
pub(crate) fn dev_failure(error: dev::Error, domain: Domain, root: &Path) -> Failure {
    let name = domain.name();
    match error {
        dev::Error::Stack(error) => Failure::from(error),
        dev::Error::Migrations(error) => failure(&error, domain, root),
        dev::Error::Schema(error) => Failure::new(Exit::Failure, format_args!("{name}: {error}"))
            .place(root.join("schema").join(name).display())
            .next(format_args!("mend them, then cargo aruuri migrate verify --domain {name}")),
        error => {
            let failure = Failure::new(Exit::Failure, format_args!("{name}: {error}"));
            let failure = match std::error::Error::source(&error) {
                Some(source) => failure.because(source),
                None => failure,
            };
            failure.next("cargo aruuri status")
        }
    }
}

/// The local servers, started if need be.
///
/// # Errors
/// When they do not start.
pub(super) async fn servers(out: &Output) -> Result<Running, Failure> {
    databases::up(&Stack::find()?, out).await
}

/// Stops at Ctrl-C as at an error, so that the databases it tries things in are dropped.
///
/// # Errors
/// Those of `work`.
pub(crate) async fn interruptible(
    work: impl Future<Output = Result<Exit, Failure>>,
) -> Result<Exit, Failure> {
    let mut interrupt = Interrupt::new()?;
    tokio::select! {
        done = work => done,
        () = interrupt.wait() => {
            Err(Failure::new(Exit::Interrupted, "interrupted; no file was changed"))
        }
    }
}
