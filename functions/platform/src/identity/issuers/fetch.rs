//! One GET of a small JSON document, on a connection of its own. Redirects are not followed: the address is configured.
use std::{error, fmt, io, net::IpAddr, time::Duration};

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

/// For connection and answer together: whoever signs in waits.
const LIMIT: Duration = Duration::from_secs(3);
/// Bytes of an answer: an issuer has a handful of keys.
const MAX_ANSWER: usize = 256 * 1024;

type Cause = Box<dyn error::Error + Send + Sync>;

/// Where a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    tls: bool,
    host: String,
    port: u16,
    /// For the `Host` header.
    authority: String,
    /// Begins with a slash.
    path: String,
}

impl Place {
    /// Of a URL: `https`, or `http` on this machine.
    ///
    /// # Errors
    /// Completes "the variable …".
    pub(crate) fn of(url: &str) -> Result<Place, &'static str> {
        const FORM: &str = "has an address that is not https:// (http:// on loopback)";
        let (scheme, rest) = url.split_once("://").ok_or(FORM)?;
        let tls = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(FORM),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let fit = |b: u8| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'@' | b'\\');
        if !rest.bytes().all(fit) {
            return Err("has an address with a character that it may not have");
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                (host, port.parse().map_err(|_| "has a port that is no number")?)
            }
            _ => (authority, if tls { 443 } else { 80 }),
        };
        let host = host.trim_matches(['[', ']']);
        let loopback = host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if host.is_empty() || (!tls && !loopback) {
            return Err(FORM);
        }
        let path = if path.is_empty() { "/" } else { path };
        let (host, authority, path) = (host.to_owned(), authority.to_owned(), path.to_owned());
        Ok(Place { tls, host, port, authority, path })
    }

    /// OpenID Connect Discovery 1.0, section 4.1.
    pub(crate) fn discovery(&self) -> Place {
        let path = format!("{}/.well-known/openid-configuration", self.path.trim_end_matches('/'));
        Place { path, ..self.clone() }
    }

    /// Whether it is as well guarded as `other`: an issuer behind TLS names no address without it.
    pub(crate) fn is_as_safe_as(&self, other: &Place) -> bool {
        self.tls || !other.tls
    }
}

/// A document was not got: from where, and why.
#[derive(Debug)]
pub(crate) struct Failed {
    what: String,
    cause: Cause,
}

impl Failed {
    pub(crate) fn new(place: &Place, cause: impl Into<Cause>) -> Failed {
        let what = format!("{}{}", place.authority, place.path);
        Failed { what, cause: cause.into() }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: no answer that can be used from {}", super::VARIABLE, self.what)
    }
}

impl error::Error for Failed {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&*self.cause)
    }
}

/// The document at `place`.
///
/// # Errors
/// When it is not reached in time, does not answer 200, or is no such document.
pub(crate) async fn get<T: DeserializeOwned>(place: &Place) -> Result<T, Failed> {
    let bytes = match timeout(LIMIT, exchange(place)).await {
        Ok(exchanged) => exchanged.map_err(|cause| Failed::new(place, cause))?,
        Err(late) => return Err(Failed::new(place, late)),
    };
    serde_json::from_slice(&bytes).map_err(|cause| Failed::new(place, cause))
}

async fn exchange(place: &Place) -> Result<Bytes, Cause> {
    let stream = TcpStream::connect((place.host.as_str(), place.port)).await?;
    stream.set_nodelay(true)?;
    if place.tls { over_tls(place, stream).await } else { over(place, stream).await }
}

#[cfg(feature = "tls")]
async fn over_tls(place: &Place, stream: TcpStream) -> Result<Bytes, Cause> {
    // Trusts what `SSL_CERT_FILE` names, which must hold the issuer's authority beside the databases'.
    let connector = tokio_native_tls::TlsConnector::from(native_tls::TlsConnector::new()?);
    over(place, connector.connect(&place.host, stream).await?).await
}

#[cfg(not(feature = "tls"))]
async fn over_tls(_: &Place, _: TcpStream) -> Result<Bytes, Cause> {
    Err("this function was built without the feature `tls`".into())
}

async fn over(
    place: &Place,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> Result<Bytes, Cause> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(&place.path)
        .header("host", &place.authority)
        .header("accept", "application/json")
        .body(Empty::<Bytes>::new())?;
    // What goes wrong with the connection reaches the request that waits.
    let driver = tokio::spawn(async move { drop(connection.await) });
    let answer = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await?.to_bytes();
        if status != 200 {
            return Err(io::Error::other(format!("HTTP status {status}")).into());
        }
        Ok(body)
    };
    let answer = answer.await;
    driver.abort();
    answer
}
