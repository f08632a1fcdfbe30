//! Which URL a route gets, and what tokio-postgres may see of it.
use std::{fmt, fs, net::IpAddr, time::Duration};

use percent_encoding::percent_decode_str;
use tokio_postgres::config::{Config, Host, SslMode};

use crate::{Access, Domain, Error, Source};

/// A database URL and the variable it came from. `Debug` and errors show the variable only.
#[derive(Clone)]
pub struct Url {
    variable: String,
    value: String,
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({})", self.variable)
    }
}

/// Where a URL leads, without what must stay secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Host name, address or folder of the socket; the first where the URL names several.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The database.
    pub database: String,
    /// Who logs in.
    pub user: String,
    /// Whether every host is this machine.
    pub loopback: bool,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}:{}", self.database, self.host, self.port)
    }
}

/// The variables that would do for `access`, best first.
pub fn variables(domain: Domain, access: Access) -> Vec<String> {
    let suffixes: &[&str] = match access {
        Access::None => &[],
        Access::Read => &["_READ", "_POOLED"],
        Access::Write => &["_POOLED"],
        Access::Admin => &[""],
    };
    suffixes.iter().map(|s| format!("ARUURI_{}_DATABASE_URL{s}", domain.upper())).collect()
}

impl Url {
    /// The first URL that is set for `access`; `var` is usually `|name| env::var(name).ok()`.
    ///
    /// # Errors
    /// [`Error::Unset`] names every variable that would have done. Empty counts as unset.
    pub fn find(
        domain: Domain,
        access: Access,
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<Url, Error> {
        Ok(Url::find_all(domain, access, var)?.swap_remove(0))
    }

    /// Every URL that is set for `access`, best first: a reading route falls back from its replica.
    ///
    /// # Errors
    /// As [`Url::find`].
    pub fn find_all(
        domain: Domain,
        access: Access,
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<Vec<Url>, Error> {
        let names = variables(domain, access);
        let urls: Vec<Url> = names
            .iter()
            .filter_map(|name| {
                let value = var(name).filter(|v| !v.trim().is_empty())?;
                Some(Url { variable: name.clone(), value })
            })
            .collect();
        if urls.is_empty() { Err(Error::Unset(names)) } else { Ok(urls) }
    }

    /// A direct URL that comes from elsewhere; `source` stands in errors in place of a variable.
    pub fn direct(source: impl Into<String>, value: impl Into<String>) -> Url {
        Url { variable: source.into(), value: value.into() }
    }

    /// Where it leads.
    ///
    /// # Errors
    /// [`Error::Url`] when it cannot be used.
    pub fn place(&self) -> Result<Place, Error> {
        let (config, _) = self.prepare("")?;
        let host = match config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(folder)) => folder.display().to_string(),
            None => return Err(self.refuse("names no host")),
        };
        let user = config.get_user().unwrap_or_default().to_owned();
        Ok(Place {
            host,
            port: config.get_ports().first().copied().unwrap_or(5432),
            database: config.get_dbname().unwrap_or(&user).to_owned(),
            user,
            loopback: config.get_hosts().iter().all(is_local),
        })
    }

    /// The same with one more setting of the session (`-c name=value`), sent with the log-in. Poolers refuse or ignore it.
    #[must_use]
    pub fn with_setting(&self, name: &str, value: &str) -> Url {
        let setting = format!("-c%20{name}%3D{value}");
        let (base, query) = self.value.trim().split_once('?').unwrap_or((self.value.trim(), ""));
        let mut options = setting;
        let mut kept: Vec<String> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.strip_prefix("options=") {
                Some(given) => options = format!("{given}%20{options}"),
                None => kept.push(pair.to_owned()),
            }
        }
        kept.push(format!("options={options}"));
        Url { variable: self.variable.clone(), value: format!("{base}?{}", kept.join("&")) }
    }

    /// The variable's name.
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// True for a `_READ` variable: its role cannot write. Any other may carry a writer's role.
    pub fn is_replica(&self) -> bool {
        self.variable.ends_with("_READ")
    }

    pub(crate) fn source(&self) -> Source {
        if self.is_replica() { Source::Replica } else { Source::Primary }
    }

    pub(crate) fn value(&self) -> &str {
        self.value.trim()
    }

    /// The same variable with a value that was kept elsewhere.
    #[cfg(feature = "secrets")]
    pub(crate) fn with_value(&self, value: String) -> Url {
        Url { variable: self.variable.clone(), value }
    }

    /// Whether it says `iam` in place of a password: a token of RDS.
    pub(crate) fn asks_for_token(&self) -> bool {
        let query = self.value().split_once('?').map_or("", |(_, query)| query);
        query.split('&').any(|pair| pair == "iam" || pair == "iam=true")
    }

    pub(crate) fn refuse(&self, reason: &'static str) -> Error {
        Error::Url { variable: self.variable.clone(), reason }
    }

    /// What the driver connects with, and the PEM of the CA if the URL names one.
    ///
    /// Takes `sslmode=verify-full` and `verify-ca` for `require`, which here always verifies chain
    /// and host name; drops what other clients put into URLs (`pgbouncer`, `schema`,
    /// `connection_limit`, `pool_timeout`, `target_session_attrs`, which would cost a round trip);
    /// plain text is for loopback and sockets only.
    pub(crate) fn prepare(&self, application: &str) -> Result<(Config, Option<Vec<u8>>), Error> {
        let value = self.value.trim();
        if !value.starts_with("postgres://") && !value.starts_with("postgresql://") {
            return Err(self.refuse("must start with postgres://"));
        }
        let (base, query) = value.split_once('?').unwrap_or((value, ""));
        let (mut mode, mut ca, mut kept) = (None, None, String::new());
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match key {
                "sslmode" => mode = Some(value),
                "sslrootcert" if value == "system" => {}
                "sslrootcert" => {
                    ca = Some(percent_decode_str(value).decode_utf8_lossy().into_owned());
                }
                "pgbouncer"
                | "schema"
                | "iam"
                | "connection_limit"
                | "pool_timeout"
                | "target_session_attrs" => {}
                "options" if !self.is_direct() => {
                    return Err(self.refuse("carries options=, which poolers refuse or ignore"));
                }
                _ => {
                    kept.push(if kept.is_empty() { '?' } else { '&' });
                    kept.push_str(key);
                    kept.push('=');
                    kept.push_str(value);
                }
            }
        }
        // The driver's own message can quote parts of the URL: it is dropped on purpose.
        let mut config: Config = format!("{base}{kept}")
            .parse()
            .map_err(|_| self.refuse("is not a PostgreSQL URL that the driver understands"))?;
        if config.get_hosts().is_empty() {
            return Err(self.refuse("names no host"));
        }
        let local = config.get_hosts().iter().all(is_local);
        let tls = match mode {
            Some("disable") if !local => {
                return Err(self.refuse("has sslmode=disable for a host that is not loopback"));
            }
            Some("disable") => SslMode::Disable,
            Some("require" | "verify-ca" | "verify-full") => SslMode::Require,
            Some("allow" | "prefer") | None if local => SslMode::Disable,
            Some("allow" | "prefer") | None => SslMode::Require,
            Some(_) => return Err(self.refuse("has an unknown sslmode")),
        };
        config
            .ssl_mode(tls)
            .connect_timeout(Duration::from_secs(2))
            .tcp_user_timeout(Duration::from_secs(4))
            .keepalives_idle(Duration::from_secs(10));
        if config.get_application_name().is_none() {
            config.application_name(application);
        }
        let pem = match ca {
            Some(path) if tls == SslMode::Require => Some(
                fs::read(path)
                    .map_err(|_| self.refuse("names an sslrootcert that cannot be read"))?,
            ),
            _ => None,
        };
        Ok((config, pem))
    }

    fn is_direct(&self) -> bool {
        !self.variable.ends_with("_POOLED") && !self.is_replica()
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .trim_matches(['[', ']'])
                    .parse::<IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
    }
}
