//! Who asks, and of which server: the `Neon-Connection-String` header.
use hyper::header::{AUTHORIZATION, HeaderMap};

use crate::{refusal::Refusal, upstream::Parts};

/// The header's name.
pub(crate) const HEADER: &str = "neon-connection-string";

/// Role, password and database of one request.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Login {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) database: String,
}

impl Login {
    /// Reads the header; query parameters of the URL have no effect on the session.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Login, Refusal> {
        let wrong = |message: &str| Err(Refusal::bad(message));
        let Some(url) = headers.get(HEADER).and_then(|url| url.to_str().ok()) else {
            return wrong("invalid header: neon-connection-string");
        };
        if headers.contains_key(AUTHORIZATION) {
            return wrong("missing authentication credentials: required password");
        }
        let Some(parts) = Parts::of(url) else { return wrong("incorrect scheme") };
        let Some(user) = parts.user else { return wrong("missing username") };
        if parts.database.is_empty() {
            return wrong("missing database name");
        }
        let Some(password) = parts.password else {
            return wrong("missing authentication credentials: required password");
        };
        let (host, port, database) = (parts.host, parts.port, parts.database);
        Ok(Login { host, port, user, password, database })
    }
}
