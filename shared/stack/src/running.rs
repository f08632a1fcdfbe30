//! A stack that runs: where, and the URLs to reach it by.
use std::{collections::BTreeMap, fmt, path::PathBuf};

use db::Domain;

use crate::{
    Error, Ports, env, keys,
    place::{Place, write},
    state::{ADMIN, State},
};

/// Which server, as whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The primary, as `<d>_migrator`.
    Direct,
    /// The primary through PgBouncer, as `<d>_app`.
    Pooled,
    /// The replica, as `<d>_read`.
    Read,
    /// The primary through PgBouncer, as `<d>_read`: for databases that the replica may not have yet.
    PooledRead,
    /// The primary without a pooler, as `<d>_app`: for tests.
    App,
    /// The primary without a pooler, as `<d>_read`: for tests, whose databases the replica may not have yet.
    Reader,
    /// The primary without a pooler, as `<d>_audit`, who reads the audit log.
    Audit,
    /// The primary without a pooler, as `<d>_studio`, who reads all but secrets.
    Studio,
}

impl Kind {
    /// The kinds that have a variable, with what that variable's name ends in.
    pub const VARIABLES: [(Kind, &'static str); 3] =
        [(Kind::Direct, ""), (Kind::Pooled, "_POOLED"), (Kind::Read, "_READ")];

    /// `finance_app`.
    pub fn user(self, domain: Domain) -> String {
        format!("{}_{}", domain.name(), self.role())
    }

    fn role(self) -> &'static str {
        match self {
            Kind::Direct => "migrator",
            Kind::Pooled | Kind::App => "app",
            Kind::Read | Kind::PooledRead | Kind::Reader => "read",
            Kind::Audit => "audit",
            Kind::Studio => "studio",
        }
    }
}

/// The variable of a domain: `ARUURI_FINANCE_DATABASE_URL_POOLED`.
pub fn variable(domain: Domain, ending: &str) -> String {
    format!("ARUURI_{}_DATABASE_URL{ending}", domain.upper())
}

/// A running stack. `Debug` shows no password.
#[derive(Clone)]
pub struct Running {
    /// The checkout.
    pub root: PathBuf,
    /// Where the servers listen.
    pub ports: Ports,
    /// What `.aruuri/env` holds: the URLs and the development keys.
    pub env: BTreeMap<String, String>,
    /// The superuser on the primary, direct.
    pub admin_url: String,
    /// The certificate authority that signed the servers' certificate.
    pub ca_pem: PathBuf,
    /// The folder of the servers' logs.
    pub logs: PathBuf,
    state: State,
}

impl Running {
    pub(crate) fn new(place: &Place, state: State) -> Result<Running, Error> {
        let servers = place.servers().unwrap_or_else(|| place.file("servers"));
        let mut running = Running {
            root: place.root().to_owned(),
            ports: state.ports,
            env: keys::variables(place)?,
            admin_url: String::new(),
            ca_pem: place.file("ca.pem"),
            logs: servers.join("log"),
            state,
        };
        running.admin_url = running.admin_url_of("postgres");
        for domain in Domain::ALL {
            for (kind, ending) in Kind::VARIABLES {
                if let Some(url) = running.url(domain, kind, domain.name()) {
                    running.env.insert(variable(domain, ending), url);
                }
            }
        }
        Ok(running)
    }

    /// The URL of a database of a domain; `None` for the pooled kinds on a machine without PgBouncer.
    pub fn url(&self, domain: Domain, kind: Kind, database: &str) -> Option<String> {
        let (port, user, password) = self.login(domain, kind)?;
        Some(self.format(&user, password, port, database))
    }

    /// Port, user and password of a kind, for a client that takes no URL.
    pub fn login(&self, domain: Domain, kind: Kind) -> Option<(u16, String, &str)> {
        let port = match kind {
            Kind::Direct | Kind::App | Kind::Reader | Kind::Audit | Kind::Studio => {
                self.ports.primary
            }
            Kind::Read => self.ports.replica,
            Kind::Pooled | Kind::PooledRead => self.ports.pooler,
        };
        let user = kind.user(domain);
        let password = self.state.passwords.get(&user)?;
        (port != 0).then_some((port, user, password))
    }

    /// The password of a role of this stack.
    pub(crate) fn password(&self, role: &str) -> &str {
        self.state.password(role)
    }

    /// The superuser's URL of any database on the primary.
    pub fn admin_url_of(&self, database: &str) -> String {
        self.format(ADMIN, self.state.password(ADMIN), self.ports.primary, database)
    }

    /// A URL of each server, without a login: the primary, the replica and, if it is there, PgBouncer.
    /// What connects by them may send PgBouncer no cancel request, which would end it.
    pub fn server_urls(&self) -> Vec<String> {
        let Ports { primary, replica, pooler } = self.ports;
        let ca = percent(&self.ca_pem.display().to_string());
        let url =
            |port| format!("postgres://127.0.0.1:{port}/?sslmode=verify-full&sslrootcert={ca}");
        let pooler = self.has_pooler().then(|| format!("{}&pgbouncer=true", url(pooler)));
        [url(primary), url(replica)].into_iter().chain(pooler).collect()
    }

    /// Whether PgBouncer is there.
    pub fn has_pooler(&self) -> bool {
        self.ports.pooler != 0
    }

    pub(crate) fn format(&self, user: &str, password: &str, port: u16, database: &str) -> String {
        format!(
            "postgres://{user}:{password}@127.0.0.1:{port}/{}?sslmode=verify-full&sslrootcert={}",
            percent(database),
            percent(&self.ca_pem.display().to_string())
        )
    }

    /// Writes `.aruuri/env` if it is not as it should be.
    pub(crate) fn write_env(&self, place: &Place) -> Result<(), Error> {
        write(&place.file("env"), 0o600, env::format(&self.env))
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("root", &self.root)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}

/// Percent-encodes what a URL's path or query may not hold; a slash stays readable.
fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
