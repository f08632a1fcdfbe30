//! Which URL a route gets, and what tokio-postgres may see of it.
use std::{fmt, fs, net::IpAddr, time::Duration};

use percent_encoding::percent_decode_str;
use tokio_postgres::config::{Config, Host, SslMode};

use crate::{Access, Domain, Error};

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

    /// The variable's name.
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// True for a `_READ` variable: its role cannot write. Any other may carry a writer's role.
    pub fn is_replica(&self) -> bool {
        self.variable.ends_with("_READ")
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
        self.variable.ends_with("_URL")
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
