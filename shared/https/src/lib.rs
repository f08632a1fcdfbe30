//! One request to another service, on a connection of its own: HTTP/1.1 over TLS, in the clear on loopback only.
//!
//! Nothing is kept, repeated or redirected: the address is configured, and whoever asks says how long to wait.
#[cfg(test)]
mod tests;

use std::{error, fmt, net::IpAddr};

pub use bytes::Bytes;
pub use http_body_util::Full;
use http_body_util::{BodyExt as _, Limited};
pub use hyper::Request;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinHandle,
};

/// What went wrong below.
pub type Cause = Box<dyn error::Error + Send + Sync>;

/// Where a service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Whether it is reached over TLS; if not, it is on this machine.
    pub tls: bool,
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// For the `Host` header.
    pub authority: String,
    /// Begins with a slash.
    pub path: String,
}

impl Endpoint {
    /// Of a URL: `https`, or `http` on loopback; without login, query and fragment.
    ///
    /// # Errors
    /// Completes "the variable …".
    pub fn of(url: &str) -> Result<Endpoint, &'static str> {
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
        Ok(Endpoint { tls, host, port, authority, path })
    }

    /// Connects. Nothing of a request has been sent then.
    ///
    /// # Errors
    /// When the host is not reached, or TLS does not come about.
    pub async fn connect(&self) -> Result<Connection, Cause> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        if self.tls { self.secure(stream).await } else { Connection::over(stream).await }
    }

    #[cfg(feature = "tls")]
    async fn secure(&self, stream: TcpStream) -> Result<Connection, Cause> {
        // Trusts what `SSL_CERT_FILE` names.
        let connector = tokio_native_tls::TlsConnector::from(native_tls::TlsConnector::new()?);
        Connection::over(connector.connect(&self.host, stream).await?).await
    }

    #[cfg(not(feature = "tls"))]
    async fn secure(&self, _: TcpStream) -> Result<Connection, Cause> {
        Err("this function was built without the feature `tls`".into())
    }
}

/// An open connection, for one request. Dropped, it is closed at once.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// All of it.
    pub body: Bytes,
}

impl Connection {
    async fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<Connection, Cause> {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // What goes wrong with it reaches the request that waits.
        let driver = tokio::spawn(async move { drop(connection.await) });
        Ok(Connection { sender, driver })
    }

    /// Sends a request, which names its host, and reads an answer of at most `most` bytes.
    ///
    /// # Errors
    /// When the connection breaks, or the answer is longer: what the service has done is unknown then.
    pub async fn send(
        mut self,
        request: Request<Full<Bytes>>,
        most: usize,
    ) -> Result<Answer, Cause> {
        let response = self.sender.send_request(request).await?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), most).collect().await?.to_bytes();
        Ok(Answer { status, body })
    }
}
