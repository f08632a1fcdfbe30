//! What can be done to the servers of a stack on purpose: to see what their clients make of it.
use std::path::PathBuf;

use crate::{
    Error, Running, Stack,
    account::Account,
    servers::{self, Server},
    state::{ADMIN, POOLER_ADMIN},
    tls::{self, Validity},
};

/// The files of a certificate, readable by the servers.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The authority that signed it.
    pub ca: PathBuf,
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Stack {
    /// Ends one server, as an operator would; `false` if it was not running. [`Stack::up`] starts it again.
    ///
    /// # Errors
    /// When it does not end.
    pub fn stop_one(&self, server: Server) -> Result<bool, Error> {
        match self.place.servers() {
            Some(folder) => servers::stop(&folder, server),
            None => Ok(false),
        }
    }

    /// Makes a certificate for a server of that name, signed by an authority of its own; an `expired` one was valid until
    /// yesterday. Nobody uses it until a server is told to.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn certificate(&self, name: &str, expired: bool) -> Result<Certificate, Error> {
        let validity = if expired { Validity::Past } else { Validity::Now };
        let folder = self.place.servers().unwrap_or_else(|| self.place.file("servers"));
        tls::make_other(&folder, name, validity, Account::find()?)
    }
}

impl Running {
    /// The superuser's URL of any database on the server at `port`: the replica's, for instance.
    pub fn admin_url_at(&self, port: u16, database: &str) -> String {
        self.format(ADMIN, self.password(ADMIN), port, database)
    }

    /// PgBouncer's console, which takes simple queries only.
    pub fn pooler_console_url(&self) -> String {
        let password = self.password(POOLER_ADMIN);
        self.format(POOLER_ADMIN, password, self.ports.pooler, "pgbouncer")
    }
}
