//! The local servers of a checkout: PostgreSQL, a streaming replica of it, and PgBouncer, for development and tests.
//!
//! They live under `.aruuri/`, listen on 127.0.0.1 only, speak TLS, and let nobody in without a password. Nothing
//! here is used by a function, and nothing here is meant for a server that matters: data survives a killed server,
//! not a crashed machine.
mod access;
mod account;
mod admin;
mod env;
mod error;
mod faults;
mod keys;
mod place;
mod pooler;
mod postgres;
mod process;
mod programs;
mod relay;
mod roles;
mod running;
mod scratch;
mod servers;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod throwaway;
mod tls;
mod up;
mod webhook;

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

pub use access::{BUNDLES, Bundle, permissions};
pub use env::parse_env;
pub use error::Error;
pub use faults::Certificate;
pub use keys::{AUDIENCE, ISSUER, Signer, developer};
pub use programs::{Installed, installed};
pub use relay::Relay;
pub use roles::{ROLES_SQL, create_database_sql, grant_connect_sql, prepare_database_sql};
pub use running::{Kind, Running, variable};
pub use scratch::{Scratch, Template};
pub use servers::Server;
pub use state::Ports;
pub use status::{ServerStatus, Status, UrlStatus};
pub use throwaway::{Throwaway, Victim};
pub use tls::issued;
pub use webhook::webhook_signature;

use crate::{place::Place, state::State, up::Pooler};

/// The servers of one checkout, running or not.
#[derive(Clone, Debug)]
pub struct Stack {
    place: Place,
}

impl Stack {
    /// Of the checkout in that folder.
    pub fn at(root: impl AsRef<Path>) -> Stack {
        Stack { place: Place::new(root.as_ref()) }
    }

    /// Of `ARUURI_ROOT`, else of the checkout that holds the current folder.
    ///
    /// # Errors
    /// When there is none.
    pub fn find() -> Result<Stack, Error> {
        if let Some(root) = std::env::var_os("ARUURI_ROOT") {
            let root = PathBuf::from(root);
            return if root.is_dir() { Ok(Stack::at(root)) } else { Err(Error::NoRoot) };
        }
        let here = std::env::current_dir().map_err(Error::io("find", "the current folder"))?;
        let is_root = |folder: &&Path| folder.join("schema/roles.sql").is_file();
        here.ancestors().find(is_root).map(Stack::at).ok_or(Error::NoRoot)
    }

    /// The checkout.
    pub fn root(&self) -> &Path {
        self.place.root()
    }

    /// A file of this stack in `.aruuri/`: `env`, `ca.pem`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.place.file(name)
    }

    /// Starts what does not run yet and tells each step; installs PostgreSQL and PgBouncer where that needs no
    /// question. Two at once are safe.
    ///
    /// # Errors
    /// When a program is missing or a server does not start.
    pub fn up(&self, mut progress: impl FnMut(&str)) -> Result<Running, Error> {
        self.start(Pooler::Required, &mut progress)
    }

    fn start(&self, pooler: Pooler, progress: &mut dyn FnMut(&str)) -> Result<Running, Error> {
        self.place.make_home()?;
        let _lock = self.place.lock(progress)?;
        up::up(&self.place, pooler, progress)
    }

    /// The stack if all of it runs; asks the servers, starts nothing.
    pub fn running(&self) -> Option<Running> {
        let state = State::load(&self.place).ok()??;
        let healthy = up::is_healthy(&self.place, &state, Pooler::Optional);
        healthy.then(|| Running::new(&self.place, state).ok()).flatten()
    }

    /// Asks every server and every URL.
    ///
    /// # Errors
    /// When the files of the stack cannot be read. A server that is down is not an error.
    pub fn status(&self) -> Result<Status, Error> {
        status::look(&self.place)
    }

    /// Stops what runs and keeps data and keys; names what was stopped.
    ///
    /// # Errors
    /// When a server cannot be stopped.
    pub fn down(&self) -> Result<Vec<&'static str>, Error> {
        if !self.place.file("lock").exists() {
            return Ok(Vec::new());
        }
        let _lock = self.place.lock(&mut |_| ())?;
        self.stop()
    }

    /// Stops what runs and deletes `.aruuri/` with data and keys.
    ///
    /// # Errors
    /// When a server cannot be stopped, or a file not be deleted.
    pub fn purge(&self) -> Result<Vec<&'static str>, Error> {
        if !self.place.file("").exists() {
            return Ok(Vec::new());
        }
        let _lock = self.place.lock(&mut |_| ())?;
        let stopped = self.stop()?;
        throwaway::sweep(&self.place.file(throwaway::FOLDER))?;
        self.place.purge()?;
        Ok(stopped)
    }

    fn stop(&self) -> Result<Vec<&'static str>, Error> {
        let Some(folder) = self.place.servers() else { return Ok(Vec::new()) };
        let mut stopped = Vec::new();
        for server in Server::ALL.into_iter().rev() {
            if servers::stop(&folder, server)? {
                stopped.push(server.name());
            }
        }
        Ok(stopped)
    }

    /// The signer of local bearer tokens.
    ///
    /// # Errors
    /// [`Error::NoKey`] before the first `up`.
    pub fn signer(&self) -> Result<Signer, Error> {
        Signer::load(&self.place)
    }
}

/// For tests: the stack of this checkout, started by the first test that needs it and left running.
///
/// On a machine without PgBouncer it warns on stderr and gives a stack whose pooled URLs are `None`; with `CI` set that
/// is an error.
///
/// # Errors
/// As [`Stack::up`].
pub fn ensure_up() -> Result<Running, Error> {
    static RUNNING: Mutex<Option<Running>> = Mutex::new(None);
    let mut running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(running) = &*running {
        return Ok(running.clone());
    }
    let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    let pooler = if in_ci { Pooler::Required } else { Pooler::Optional };
    #[expect(clippy::print_stderr, reason = "a test has no other place to say what it waits for")]
    let started = Stack::find()?.start(pooler, &mut |step| eprintln!("local servers: {step}"))?;
    Ok(running.insert(started).clone())
}
