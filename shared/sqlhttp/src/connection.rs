//! The connection to a host, kept between requests.
use std::{
    error, fmt, io,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    task::JoinHandle,
};

use crate::{Endpoint, Error, Phase, phase::Progress};

/// After this pause a FIN may lie unread in the socket of a thawed sandbox.
const STALE: Duration = Duration::from_secs(1);
/// After this pause the host or something on the way may have forgotten the connection.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// What TLS is made with; nothing in a build without it.
#[cfg(feature = "tls")]
pub(crate) type Tls = Option<native_tls::TlsConnector>;
#[cfg(feature = "tls")]
pub(crate) const NO_TLS: Tls = None;
#[cfg(not(feature = "tls"))]
#[derive(Clone)]
pub(crate) struct Tls;
#[cfg(not(feature = "tls"))]
pub(crate) const NO_TLS: Tls = Tls;

/// An open connection. Dropped, it is closed at once, which cancels what the server is at.
pub(crate) struct Connection {
    pub(crate) sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    /// By the wall clock: the monotonic one may stand still while a sandbox is frozen.
    used: SystemTime,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("used", &self.used).finish_non_exhaustive()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    /// Connects to the host of `endpoint`.
    pub(crate) async fn open(
        endpoint: &Endpoint,
        tls: &Tls,
        progress: &Progress,
    ) -> Result<Connection, Error> {
        let failed =
            |source| Error::Transport { phase: progress.phase(), host: endpoint.name(), source };
        progress.reach(Phase::Resolve);
        let addresses = lookup_host((endpoint.host.as_str(), endpoint.port)).await;
        let addresses = addresses.map_err(|e| failed(e.into()))?;
        progress.reach(Phase::Connect);
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        let mut stream = None;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(connected) => {
                    stream = Some(connected);
                    break;
                }
                Err(e) => last = e,
            }
        }
        let stream = stream.ok_or_else(|| failed(last.into()))?;
        stream.set_nodelay(true).map_err(|e| failed(e.into()))?;
        progress.reach(Phase::Tls);
        if endpoint.tls {
            return secure(endpoint, tls, stream).await.map_err(failed);
        }
        Connection::over(stream).await.map_err(failed)
    }

    async fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<Connection, Box<dyn error::Error + Send + Sync>> {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // What goes wrong with it reaches the request that waits.
        let driver = tokio::spawn(async move { drop(connection.await) });
        Ok(Connection { sender, driver, used: SystemTime::now() })
    }

    /// Notes that a request ended well.
    pub(crate) fn used(&mut self) {
        self.used = SystemTime::now();
    }

    /// Whether it may take another request.
    pub(crate) async fn is_fit(&mut self) -> bool {
        let idle = self.used.elapsed().unwrap_or(FORGOTTEN);
        if idle >= FORGOTTEN {
            return false;
        }
        if idle >= STALE {
            // Lets the connection's task read what arrived while the sandbox was frozen.
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        }
        self.sender.ready().await.is_ok() && !self.sender.is_closed()
    }
}

#[cfg(feature = "tls")]
async fn secure(
    endpoint: &Endpoint,
    tls: &Tls,
    stream: TcpStream,
) -> Result<Connection, Box<dyn error::Error + Send + Sync>> {
    let Some(tls) = tls else { return Err("there is no TLS connector for this endpoint".into()) };
    let tls = tokio_native_tls::TlsConnector::from(tls.clone());
    Connection::over(tls.connect(&endpoint.host, stream).await?).await
}

#[cfg(not(feature = "tls"))]
async fn secure(
    _: &Endpoint,
    _: &Tls,
    _: TcpStream,
) -> Result<Connection, Box<dyn error::Error + Send + Sync>> {
    Err("this program was built without TLS".into())
}
