//! One request, on a connection of its own.
use std::{error, net::IpAddr};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use crate::Error;

/// Bytes of an answer: a secret has 65,536 at the most.
const ANSWER_MAX: usize = 256 * 1024;

/// Where a service is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// For the `Host` header, which is signed.
    pub(crate) authority: String,
}

impl Endpoint {
    /// Of `service` in `region`, or elsewhere.
    pub(crate) fn of(
        service: &str,
        region: &str,
        elsewhere: Option<&str>,
    ) -> Result<Endpoint, Error> {
        let Some(url) = elsewhere else {
            let end = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
            let host = format!("{service}.{region}.{end}");
            return Ok(Endpoint { tls: true, authority: host.clone(), host, port: 443 });
        };
        let wrong = |reason| Error::Endpoint { reason };
        let (scheme, rest) = url.trim().split_once("://").ok_or(wrong("is no URL"))?;
        let authority = rest.split('/').next().unwrap_or_default();
        let tls = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(wrong("must start with https://")),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => {
                (host, port.parse().map_err(|_| wrong("has a port that is no number"))?)
            }
            None => (authority, if tls { 443 } else { 80 }),
        };
        let loopback =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if host.is_empty() || (!tls && !loopback) {
            return Err(wrong("must be https:// for a host that is not loopback"));
        }
        Ok(Endpoint { tls, host: host.to_owned(), port, authority: authority.to_owned() })
    }
}

/// Sends `body` and reads the answer, which is JSON.
pub(crate) async fn post(
    endpoint: &Endpoint,
    headers: Vec<(&'static str, String)>,
    body: String,
) -> Result<Value, Error> {
    let failed = |source| Error::Unreachable { host: endpoint.host.clone(), source };
    let (status, bytes) = exchange(endpoint, headers, body).await.map_err(failed)?;
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if status == 200 {
        return Ok(answer);
    }
    // `com.amazonaws.secretsmanager#ResourceNotFoundException`
    let kind = answer["__type"].as_str().unwrap_or("without a reason");
    let kind = kind.rsplit('#').next().unwrap_or(kind).to_owned();
    Err(Error::Refused { status, kind })
}

type Failed = Box<dyn error::Error + Send + Sync>;

async fn exchange(
    endpoint: &Endpoint,
    headers: Vec<(&'static str, String)>,
    body: String,
) -> Result<(u16, Bytes), Failed> {
    let mut request = Request::post("/");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(Bytes::from(body)))?;
    let stream = TcpStream::connect((endpoint.host.as_str(), endpoint.port)).await?;
    stream.set_nodelay(true)?;
    if endpoint.tls {
        return over_tls(endpoint, stream, request).await;
    }
    over(stream, request).await
}

async fn over(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> Result<(u16, Bytes), Failed> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // What goes wrong with it reaches the request that waits.
    let driver = tokio::spawn(async move { drop(connection.await) });
    let exchanged = async {
        let response = sender.send_request(request).await?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_MAX).collect().await?;
        Ok((status, body.to_bytes()))
    };
    let exchanged = exchanged.await;
    driver.abort();
    exchanged
}

#[cfg(feature = "tls")]
async fn over_tls(
    endpoint: &Endpoint,
    stream: TcpStream,
    request: Request<Full<Bytes>>,
) -> Result<(u16, Bytes), Failed> {
    // Trusts what `SSL_CERT_FILE` names.
    let connector = tokio_native_tls::TlsConnector::from(native_tls::TlsConnector::new()?);
    over(connector.connect(&endpoint.host, stream).await?, request).await
}

#[cfg(not(feature = "tls"))]
async fn over_tls(
    _: &Endpoint,
    _: TcpStream,
    _: Request<Full<Bytes>>,
) -> Result<(u16, Bytes), Failed> {
    Err("this function was built without the feature `tls`".into())
}
