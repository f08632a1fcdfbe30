//! Sends statements to an endpoint.
use std::{fmt, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request,
    header::{CONTENT_TYPE, HOST, HeaderValue},
};
use serde::Serialize;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};

use crate::{
    Batch, Endpoint, Error, Phase, Row, Value, batch,
    body::{Queries, Raw},
    connection::{Connection, NO_TLS, Tls},
    phase::Progress,
};

/// Bytes of a request's body that every endpoint takes.
pub const REQUEST_MAX: usize = 10 * 1024 * 1024;
/// Bytes of an answer's body that are read; endpoints stop at 10 or at 64 MiB.
const ANSWER_MAX: usize = 65 * 1024 * 1024;

/// One database behind an endpoint, and the connection kept to its host.
#[derive(Clone)]
pub struct Client {
    endpoint: Arc<Endpoint>,
    tls: Tls,
    /// One request at a time, as HTTP/1.1 has it.
    connection: Arc<Mutex<Option<Connection>>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.endpoint).finish()
    }
}

impl Client {
    /// For an endpoint on loopback without TLS. Connects to nothing.
    pub fn plain(endpoint: Endpoint) -> Client {
        Client::with(endpoint, NO_TLS)
    }

    /// With a connector that knows whom to trust. Connects to nothing.
    #[cfg(feature = "tls")]
    pub fn new(endpoint: Endpoint, tls: native_tls::TlsConnector) -> Client {
        Client::with(endpoint, Some(tls))
    }

    fn with(endpoint: Endpoint, tls: Tls) -> Client {
        Client { endpoint: Arc::new(endpoint), tls, connection: Arc::default() }
    }

    /// The same for another database, over the same connection if it has the same host.
    #[must_use]
    pub fn sharing(mut self, others: &[&Client]) -> Client {
        if let Some(other) = others.iter().find(|other| other.endpoint.shares(&self.endpoint)) {
            self.connection = Arc::clone(&other.connection);
        }
        self
    }

    /// Connects if there is no connection, so that the first request need not.
    ///
    /// # Errors
    /// The host is not reached, or not until `deadline`.
    pub async fn warm(&self, deadline: Instant) -> Result<(), Error> {
        let progress = Progress::new();
        let warmed = timeout_at(deadline, async {
            let mut kept = self.connection.lock().await;
            if kept.is_none() {
                *kept = Some(Connection::open(&self.endpoint, &self.tls, &progress).await?);
            }
            Ok(())
        });
        warmed.await.unwrap_or_else(|_| Err(Error::Timeout { phase: progress.phase() }))
    }

    /// Sends one statement and waits for its rows until `deadline`. Dropped or late, it is cancelled
    /// on the server.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn query(
        &self,
        sql: &str,
        params: &[Value<'_>],
        deadline: Instant,
    ) -> Result<Vec<Row>, Error> {
        let query = batch::query(sql, params)?;
        self.send(&query, None, deadline).await?.rows()
    }

    /// Sends the statements of `batch` as one transaction and waits for the rows of each.
    ///
    /// # Errors
    /// See [`Error`]; which statement failed is not told.
    pub async fn batch(&self, batch: &Batch, deadline: Instant) -> Result<Vec<Vec<Row>>, Error> {
        let queries = Queries { queries: &batch.queries };
        self.send(&queries, Some(batch), deadline).await?.results(batch.queries.len())
    }

    async fn send(
        &self,
        body: &impl Serialize,
        batch: Option<&Batch>,
        deadline: Instant,
    ) -> Result<Raw, Error> {
        let body = serde_json::to_vec(body).expect("strings only");
        if body.len() > REQUEST_MAX {
            return Err(Error::TooLarge { bytes: body.len(), limit: REQUEST_MAX });
        }
        let request = self.request(body.into(), batch);
        let progress = Progress::new();
        let exchanged = timeout_at(deadline, self.exchange(request, &progress)).await;
        exchanged.unwrap_or_else(|_| Err(Error::Timeout { phase: progress.phase() }))
    }

    fn request(&self, body: Bytes, batch: Option<&Batch>) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.endpoint.path.parse().expect("checked when it was read");
        let headers = request.headers_mut();
        headers.insert(HOST, self.endpoint.authority.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("neon-connection-string", self.endpoint.connection_string.clone());
        let yes = HeaderValue::from_static("true");
        headers.insert("neon-raw-text-output", yes.clone());
        headers.insert("neon-array-mode", yes.clone());
        // Where pooling must be asked for, a connection of our own for each request would cost much.
        headers.insert("neon-pool-opt-in", yes.clone());
        if let Some(batch) = batch {
            if let Some(isolation) = batch.isolation {
                let isolation = HeaderValue::from_static(isolation.header());
                headers.insert("neon-batch-isolation-level", isolation);
            }
            if batch.read_only {
                headers.insert("neon-batch-read-only", yes.clone());
            }
            if batch.deferrable {
                headers.insert("neon-batch-deferrable", yes);
            }
        }
        request
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        progress: &Progress,
    ) -> Result<Raw, Error> {
        let mut kept = self.connection.lock().await;
        // Taken out while in use: whoever gives this future up closes the connection.
        let mut taken = kept.take();
        let fit = match &mut taken {
            Some(connection) => connection.is_fit().await,
            None => false,
        };
        let mut connection = match taken.filter(|_| fit) {
            Some(connection) => connection,
            None => Connection::open(&self.endpoint, &self.tls, progress).await?,
        };
        progress.reach(Phase::Send);
        let failed = |phase, source| Error::Transport { phase, host: self.endpoint.name(), source };
        let sent = match connection.sender.try_send_request(request).await {
            Ok(response) => Ok(response),
            // The kept connection had ended before anything of the request was sent.
            Err(mut e) => match e.take_message() {
                Some(request) => {
                    connection = Connection::open(&self.endpoint, &self.tls, progress).await?;
                    progress.reach(Phase::Send);
                    connection.sender.send_request(request).await
                }
                None => Err(e.into_error()),
            },
        };
        let response = sent.map_err(|e| failed(Phase::Send, e.into()))?;
        progress.reach(Phase::Read);
        let (head, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_MAX).collect().await.map_err(|e| {
            if e.is::<LengthLimitError>() {
                let reason = format!("it has more than {ANSWER_MAX} bytes");
                return Error::Answer { status: head.status.as_u16(), request_id: None, reason };
            }
            failed(Phase::Read, e)
        })?;
        connection.used();
        *kept = Some(connection);
        Ok(Raw { status: head.status, headers: head.headers, body: body.to_bytes() })
    }
}
