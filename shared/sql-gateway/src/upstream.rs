//! A server behind the gateway.
use std::{error, fmt, fs, net::IpAddr, path::PathBuf};

use native_tls::{Certificate, TlsConnector};
use percent_encoding::percent_decode_str;

/// A PostgreSQL server or pooler that the gateway sends statements to.
#[derive(Clone, Debug)]
pub struct Upstream {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Option<TlsConnector>,
    /// A cancel request ends PgBouncer 1.18: behind one, statements end by their own timeout.
    pub(crate) cancels: bool,
}

/// Why a URL cannot be a server behind the gateway.
#[derive(Debug)]
pub struct UpstreamError {
    reason: &'static str,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

impl fmt::Display for UpstreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the URL of the server {}", self.reason)
    }
}

impl error::Error for UpstreamError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn error::Error + 'static))
    }
}

impl Upstream {
    /// Of a `postgres://` URL; user, password and database in it are not used, because every request
    /// brings its own. `host=/folder` is a unix socket's folder. TLS is used unless the host is
    /// loopback or `sslmode=disable` says otherwise; `sslrootcert` names a CA besides the system's;
    /// `pgbouncer=true` says that no cancel request may be sent.
    ///
    /// # Errors
    /// When it is no such URL, or its certificate cannot be read.
    pub fn parse(url: &str) -> Result<Upstream, UpstreamError> {
        let wrong = |reason| UpstreamError { reason, source: None };
        let parts = Parts::of(url).ok_or_else(|| wrong("must start with postgres://"))?;
        let (mut mode, mut ca, mut folder, mut cancels) = (None, None, None, true);
        for (key, value) in parts.query {
            match key {
                "sslmode" => mode = Some(value),
                "sslrootcert" if value != "system" => ca = Some(PathBuf::from(value)),
                "host" => folder = Some(value),
                "pgbouncer" => cancels = value != "true",
                _ => {}
            }
        }
        let host = folder.unwrap_or(parts.host);
        if host.is_empty() {
            return Err(wrong("names no host"));
        }
        let local = is_local(&host);
        let tls = match mode.as_deref() {
            Some("disable") if !local => {
                return Err(wrong("has sslmode=disable for a host that is not loopback"));
            }
            Some("disable") => None,
            None | Some("allow" | "prefer") if local => None,
            None | Some("allow" | "prefer" | "require" | "verify-ca" | "verify-full") => {
                let failed = |source| UpstreamError {
                    reason: "names an sslrootcert that cannot be used",
                    source: Some(source),
                };
                Some(connector(ca).map_err(failed)?)
            }
            Some(_) => return Err(wrong("has an unknown sslmode")),
        };
        Ok(Upstream { host, port: parts.port, tls, cancels })
    }

    /// `host:port`, as in a connection string.
    pub fn name(&self) -> String {
        if self.host.starts_with('/') {
            return format!("{}/.s.PGSQL.{}", self.host, self.port);
        }
        format!("{}:{}", self.host, self.port)
    }

    /// Whether a connection string that names this host and port means this server.
    pub(crate) fn is(&self, host: &str, port: u16) -> bool {
        self.port == port && (self.host == host || (is_local(&self.host) && is_local(host)))
    }
}

fn connector(ca: Option<PathBuf>) -> Result<TlsConnector, Box<dyn error::Error + Send + Sync>> {
    let mut builder = TlsConnector::builder();
    if let Some(path) = ca {
        builder.add_root_certificate(Certificate::from_pem(&fs::read(path)?)?);
    }
    Ok(builder.build()?)
}

fn is_local(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || host.starts_with('/') || address.is_ok_and(|ip| ip.is_loopback())
}

/// A connection string in its parts, percent-decoded.
pub(crate) struct Parts<'a> {
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: String,
    pub(crate) query: Vec<(&'a str, String)>,
}

impl<'a> Parts<'a> {
    /// `None` if it has another scheme or a port that is no number.
    pub(crate) fn of(url: &'a str) -> Option<Parts<'a>> {
        let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, authority),
        };
        let (user, password) = match login.map(|login| login.split_once(':').ok_or(login)) {
            None => (None, None),
            Some(Err(user)) => (Some(decode(user)), None),
            Some(Ok((user, password))) => (Some(decode(user)), Some(decode(password))),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (place, 5432),
        };
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        Some(Parts {
            user: user.filter(|user| !user.is_empty()),
            password: password.filter(|password| !password.is_empty()),
            host: decode(host.trim_matches(['[', ']'])),
            port,
            database: decode(database),
            query: query.map(|(key, value)| (key, decode(value))).collect(),
        })
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
