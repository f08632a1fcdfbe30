//! Where requests for a database go.
use std::{fmt, net::IpAddr};

use hyper::header::HeaderValue;

/// The HTTP address of a database, and what it is asked for there. `Debug` shows the address only.
#[derive(Clone)]
pub struct Endpoint {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: String,
    /// For the `Host` header.
    pub(crate) authority: HeaderValue,
    pub(crate) connection_string: HeaderValue,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.name())
    }
}

impl Endpoint {
    /// Of the database at `database_url`: `https://api.<rest of the host>/sql` as Neon has it, or
    /// `address` if given, an `http` or `https` URL.
    ///
    /// # Errors
    /// What is wrong with one of them, as the end of a sentence; never a part of it.
    pub fn new(database_url: &str, address: Option<&str>) -> Result<Endpoint, &'static str> {
        let url = database_url.trim();
        let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
        let rest = rest.ok_or("must start with postgres://")?;
        let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (login, place) = base.rsplit_once('@').ok_or("names no user")?;
        let (place, database) = place.split_once('/').unwrap_or((place, ""));
        if database.is_empty() {
            return Err("names no database");
        }
        if login.split_once(':').is_none_or(|(_, password)| password.is_empty()) {
            return Err("has no password, which SQL over HTTP needs");
        }
        // Of the parameters only this one is for the endpoint; a path of a certificate is nobody's business.
        let options = query.split('&').find(|pair| pair.starts_with("options="));
        let options = options.map(|pair| format!("?{pair}")).unwrap_or_default();
        let mut connection_string = HeaderValue::try_from(format!("postgresql://{base}{options}"))
            .map_err(|_| "has a character that a header may not carry")?;
        connection_string.set_sensitive(true);
        let (tls, authority, path) = match address {
            Some(address) => split(address.trim())?,
            None => (true, relabel(host_of(place)), "/sql".to_owned()),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                (host, port.parse().map_err(|_| "has a port that is no number")?)
            }
            _ => (authority.as_str(), if tls { 443 } else { 80 }),
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err("names no host");
        }
        if !tls && !is_loopback(&host) {
            return Err("must be https:// for a host that is not loopback");
        }
        let authority = HeaderValue::try_from(&authority).map_err(|_| "names no host")?;
        Ok(Endpoint { tls, host, port, path, authority, connection_string })
    }

    /// `host:port`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whether it is reached by TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// Whether requests for both can share a connection.
    pub(crate) fn shares(&self, other: &Endpoint) -> bool {
        (self.tls, &self.host, self.port) == (other.tls, &other.host, other.port)
    }
}

fn host_of(place: &str) -> &str {
    match place.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => place,
    }
}

/// `ep-a-1.us-east-2.aws.example` is answered by `api.us-east-2.aws.example`.
fn relabel(host: &str) -> String {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    match host.split_once('.') {
        Some((_, rest)) if !address => format!("api.{rest}"),
        _ => host.to_owned(),
    }
}

fn split(address: &str) -> Result<(bool, String, String), &'static str> {
    let (tls, rest) = match address.split_once("://") {
        Some(("https", rest)) => (true, rest),
        Some(("http", rest)) => (false, rest),
        _ => return Err("must start with https://"),
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if authority.contains('@') {
        return Err("must not carry a login: the database URL has it");
    }
    let path = if path.is_empty() { "/sql".to_owned() } else { format!("/{path}") };
    if hyper::Uri::try_from(&path).is_err() {
        return Err("has a path that is none");
    }
    Ok((tls, authority.to_owned(), path))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
