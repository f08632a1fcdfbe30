//! Whether statements of a domain travel over TCP or over HTTP.
use crate::{Access, Domain, Error};

/// How statements of a domain travel.
#[derive(Debug)]
pub enum Transport {
    /// PostgreSQL's own protocol, to the server or a pooler.
    Tcp,
    /// SQL over HTTP, one request per statement or transaction.
    Http(Http),
}

/// `ARUURI_FINANCE_TRANSPORT`.
pub(crate) fn variable(domain: Domain) -> String {
    format!("ARUURI_{}_TRANSPORT", domain.upper())
}

/// `ARUURI_FINANCE_SQL_HTTP_URL`.
fn address_variable(domain: Domain) -> String {
    format!("ARUURI_{}_SQL_HTTP_URL", domain.upper())
}

/// The variables that choose the transport of `domain`, if `access` needs one.
pub fn transport_variables(domain: Domain, access: Access) -> Vec<String> {
    match access {
        Access::Read | Access::Write => vec![variable(domain), address_variable(domain)],
        Access::None | Access::Admin => Vec::new(),
    }
}

impl Transport {
    /// What the variables of `domain` say; TCP if they say nothing. An address alone means HTTP.
    ///
    /// # Errors
    /// The transport is neither `tcp` nor `http`, or is not part of this build.
    pub fn find(domain: Domain, var: impl Fn(&str) -> Option<String>) -> Result<Transport, Error> {
        let set = |name: &str| var(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let variable = variable(domain);
        let address_variable = address_variable(domain);
        let address = set(&address_variable);
        match set(&variable).as_deref() {
            Some("tcp") => Ok(Transport::Tcp),
            None if address.is_none() => Ok(Transport::Tcp),
            None | Some("http") => Http::chosen(variable, address_variable, address),
            Some(_) => Err(Error::Url { variable, reason: "must be tcp or http" }),
        }
    }
}

/// SQL over HTTP, and where.
#[cfg(feature = "http")]
#[derive(Debug)]
pub struct Http {
    address_variable: String,
    address: Option<String>,
}

#[cfg(feature = "http")]
impl Http {
    fn chosen(
        _: String,
        address_variable: String,
        address: Option<String>,
    ) -> Result<Transport, Error> {
        Ok(Transport::Http(Http { address_variable, address }))
    }

    pub(crate) fn client(
        &self,
        url: &crate::Url,
        tls: &mut crate::tls::Connector,
    ) -> Result<sqlhttp::Client, Error> {
        let endpoint = |address| sqlhttp::Endpoint::new(url.value(), address);
        let derived = endpoint(None).map_err(|reason| url.refuse(reason))?;
        let endpoint = match self.address.as_deref() {
            None => derived,
            address => endpoint(address).map_err(|reason| {
                let variable = self.address_variable.clone();
                Error::Url { variable, reason }
            })?,
        };
        if endpoint.is_tls() {
            tls.client(url, endpoint)
        } else {
            Ok(sqlhttp::Client::plain(endpoint))
        }
    }
}

/// Not in this build.
#[cfg(not(feature = "http"))]
#[derive(Debug)]
pub enum Http {}

#[cfg(not(feature = "http"))]
impl Http {
    fn chosen(variable: String, _: String, _: Option<String>) -> Result<Transport, Error> {
        let reason = "asks for http, and this function was built without the feature `http`";
        Err(Error::Url { variable, reason })
    }
}
