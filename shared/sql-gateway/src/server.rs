//! The listening side.
use std::{
    convert::Infallible,
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::{JoinHandle, JoinSet},
    time::{interval, sleep, timeout},
};
use uuid::Uuid;

use crate::{
    Limits, Upstream,
    answer::Answer,
    limits::{BODY_TIMEOUT, CANCEL_GRACE, CONNECTIONS, HEAD_TIMEOUT, IDLE},
    login::Login,
    pool::Pool,
    refusal::Refusal,
    request::{DEFERRABLE, ISOLATION, Options, Payload, READ_ONLY},
    run::{After, messages, run},
};

/// What to serve.
#[derive(Clone, Debug)]
pub struct Config {
    /// On 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The servers; with several, a connection string chooses by host and port.
    pub upstreams: Vec<Upstream>,
    /// Numbers that may be chosen.
    pub limits: Limits,
    /// Where to tell what happens.
    pub log: Log,
}

/// One request that was answered. Holds no statement, parameter or password.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The role, if the request named one.
    pub user: &'a str,
    /// The database.
    pub database: &'a str,
    /// Statements in the request; 0 if it was not understood.
    pub statements: usize,
    /// Of the answer.
    pub status: u16,
    /// The SQLSTATE of a refusal by the server; empty otherwise.
    pub code: &'a str,
    /// From the head of the request to the answer.
    pub took: Duration,
}

/// Takes entries.
#[derive(Clone)]
pub struct Log(Arc<dyn Fn(Entry<'_>) + Send + Sync>);

impl Log {
    /// Gives each entry to `write`.
    pub fn new(write: impl Fn(Entry<'_>) + Send + Sync + 'static) -> Log {
        Log(Arc::new(write))
    }

    /// Keeps nothing.
    #[must_use]
    pub fn silent() -> Log {
        Log::new(|_| ())
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

/// Starts gateways.
#[derive(Debug)]
pub struct Gateway;

/// A running gateway; it ends when this is dropped.
#[derive(Debug)]
pub struct Handle {
    addr: SocketAddr,
    stopping: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    pool: Pool,
    limits: Limits,
    log: Log,
}

impl Gateway {
    /// Listens on 127.0.0.1; connects to no server before the first request.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(config: Config) -> io::Result<Handle> {
        let Config { port, upstreams, limits, log } = config;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let addr = listener.local_addr()?;
        let (stopping, stops) = watch::channel(false);
        let state = Arc::new(State { pool: Pool::new(upstreams, &limits), limits, log });
        let accepting = tokio::spawn(accept(listener, state, stops));
        Ok(Handle { addr, stopping, accepting })
    }
}

impl Handle {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:PORT/sql`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/sql", self.addr)
    }

    /// Takes no more requests, lets those in flight finish, ends every session.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        drop((&mut self.accepting).await);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>, mut stopping: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    let stops = stopping.clone();
    let mut ticks = interval(IDLE / 4);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = ticks.tick() => {
                state.pool.reap();
                continue;
            }
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        // Out of file descriptors, most likely: others must end before this can work.
        let Ok((stream, _)) = accepted else {
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (state, stops) = (Arc::clone(&state), stops.clone());
        connections.spawn(async move {
            serve(stream, state, stops).await;
            drop(place);
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    state.pool.clear();
}

/// Serves requests until the client leaves or the gateway stops. A client that leaves takes its
/// request along, and what that is at is cancelled.
async fn serve(stream: TcpStream, state: Arc<State>, mut stopping: watch::Receiver<bool>) {
    // Without it small answers wait for the client's acknowledgement.
    drop(stream.set_nodelay(true));
    let service = service_fn(|request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(answer(request, &state).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    drop(timeout(CANCEL_GRACE, connection).await);
}

async fn answer(request: Request<Incoming>, state: &State) -> Response<Full<Bytes>> {
    let id = Uuid::now_v7().to_string();
    let mut response = match (request.method(), request.uri().path()) {
        (&Method::POST, "/sql") => sql(request, state).await,
        (&Method::OPTIONS, "/sql") => preflight(),
        _ => json(StatusCode::BAD_REQUEST, Bytes::from_static(b"\"query is not supported\"")),
    };
    let headers = response.headers_mut();
    headers.insert("access-control-allow-origin", HeaderValue::from_static("*"));
    headers.insert("neon-request-id", HeaderValue::try_from(id).expect("a UUID is ASCII"));
    response
}

fn preflight() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    let headers = response.headers_mut();
    for (name, value) in [
        ("access-control-allow-methods", "POST, OPTIONS"),
        (
            "access-control-allow-headers",
            "Neon-Connection-String,Neon-Raw-Text-Output,Neon-Array-Mode,Neon-Pool-Opt-In,\
             Neon-Batch-Read-Only,Neon-Batch-Isolation-Level,Neon-Batch-Deferrable,Content-Type",
        ),
        ("access-control-max-age", "86400"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

fn json(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn sql(request: Request<Incoming>, state: &State) -> Response<Full<Bytes>> {
    let since = Instant::now();
    let (head, body) = request.into_parts();
    let login = Login::of(&head.headers);
    let (user, database) = match &login {
        Ok(login) => (login.user.clone(), login.database.clone()),
        Err(_) => Default::default(),
    };
    let mut statements = 0;
    let done = match login {
        Ok(login) => work(login, &head.headers, body, state, &mut statements).await,
        Err(refusal) => Err(refusal),
    };
    let mut code = String::new();
    let response = match done {
        Ok(response) => response,
        Err(refusal) => {
            code.clone_from(&refusal.report.code);
            json(refusal.status, refusal.body().into())
        }
    };
    (state.log.0)(Entry {
        user: &user,
        database: &database,
        statements,
        status: response.status().as_u16(),
        code: &code,
        took: since.elapsed(),
    });
    response
}

async fn work(
    login: Login,
    headers: &HeaderMap,
    body: Incoming,
    state: &State,
    statements: &mut usize,
) -> Result<Response<Full<Bytes>>, Refusal> {
    let options = Options::of(headers)?;
    let payload = Payload::of(&read(body, state.limits.request).await?)?;
    *statements = payload.queries().len();
    let mut answer = Answer::new(&options, state.limits.response);
    let messages = messages(&payload, &options)?;
    let mut lease = state.pool.lease(&login).await?;
    let upstream = Arc::clone(&lease.upstream);
    let limit = state.limits.time;
    let (result, after) = {
        let key = lease.cancel_handle();
        let mut running = pin!(run(lease.session(), &upstream, &messages, &payload, &mut answer));
        match timeout(limit, running.as_mut()).await {
            Ok(ended) => ended,
            Err(_) => {
                key.cancel().await;
                // The server's own words, if it still has any.
                let late = || {
                    let message = format!("no answer from the database within {limit:?}");
                    (Err(Refusal::new(StatusCode::GATEWAY_TIMEOUT, message)), After::Spent)
                };
                timeout(CANCEL_GRACE, running).await.unwrap_or_else(|_| late())
            }
        }
    };
    match (after, &result) {
        (After::Clean, _) => state.pool.give_back(login, lease),
        // Ended by the server.
        (After::Spent, Ok(())) => lease.end(),
        // Dropped here: what it may still be at is cancelled.
        (After::Spent, Err(_)) => drop(lease),
    }
    result?;
    let mut response = json(StatusCode::OK, answer.finish());
    if let Payload::Batch { .. } = payload {
        let isolation = options.isolation.map(|isolation| (ISOLATION, isolation.header));
        let read_only = options.read_only.then_some((READ_ONLY, "true"));
        let deferrable = options.deferrable.then_some((DEFERRABLE, "true"));
        for (name, value) in [isolation, read_only, deferrable].into_iter().flatten() {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    Ok(response)
}

async fn read(body: Incoming, limit: usize) -> Result<Bytes, Refusal> {
    match timeout(BODY_TIMEOUT, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(e)) if e.is::<LengthLimitError>() => {
            let message = format!("request is too large (max is {limit} bytes)");
            Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message))
        }
        Ok(Err(e)) => Err(Refusal::bad(format!("could not read the HTTP request body: {e}"))),
        Err(_) => Err(Refusal::bad("could not read the HTTP request body: it takes too long")),
    }
}
