//! One connection per URL, opened on first use, never trusted after a freeze.
use std::{
    error,
    ops::Deref,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool as Deadpool, PoolError, RecyclingMethod, Runtime, Timeouts,
};
use tokio::time::Instant;
use tokio_postgres::{Client, Config, NoTls, config::SslMode};

use crate::{
    Access, Db, Domain, Error, Session, Source, Transport, Url,
    secret::Secret,
    tls::{Connector, Tls},
    transport,
};

/// TCP, TLS and SCRAM together.
const CREATE_TIMEOUT: Duration = Duration::from_secs(4);
/// For the connection of this instance to come back from another task.
const WAIT_TIMEOUT: Duration = Duration::from_secs(2);
/// After this pause a FATAL or FIN may lie unread in the socket of a thawed sandbox.
const STALE_MS: u64 = 1_000;
/// After this pause a NAT or a load balancer may have forgotten the connection.
const FORGOTTEN_MS: u64 = 300_000;
/// A replica that failed is left alone for so long.
const REPLICA_REST_MS: u64 = 30_000;

/// The connections that one function keeps between requests: one for each of its URLs.
#[derive(Debug)]
pub struct Pool {
    pub(crate) domain: Domain,
    pub(crate) access: Access,
    pub(crate) slots: Vec<Slot>,
    replica_rests_until: AtomicU64,
}

impl Pool {
    /// Reads the URLs that `access` needs and prepares TLS if one asks for it. Connects to nothing.
    ///
    /// # Errors
    /// A variable is unset or its value cannot be used: names the variable, never the value.
    pub fn find(
        domain: Domain,
        access: Access,
        application: &str,
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<Pool, Error> {
        let transport = match access {
            Access::None => Transport::Tcp,
            _ => Transport::find(domain, &var)?,
        };
        Pool::by(&transport, domain, access, application, var)
    }

    /// The same over TCP whatever the domain's transport is, for [`Pool::begin_session`].
    ///
    /// # Errors
    /// As [`Pool::find`].
    pub fn find_for_sessions(
        domain: Domain,
        access: Access,
        application: &str,
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<Pool, Error> {
        Pool::by(&Transport::Tcp, domain, access, application, var)
    }

    fn by(
        transport: &Transport,
        domain: Domain,
        access: Access,
        application: &str,
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<Pool, Error> {
        let urls = match access {
            Access::None => Vec::new(),
            _ => Url::find_all(domain, access, &var)?,
        };
        let mut tls = Connector::default();
        let mut slots: Vec<Slot> = Vec::with_capacity(urls.len());
        for url in &urls {
            let line = match transport {
                Transport::Tcp => Line::Tcp(Tcp::new(url, application, &mut tls, &var)?),
                Transport::Http(http) => Line::over_http(url, http, &mut tls, &slots)?,
            };
            let guard_reads = access == Access::Read && !url.is_replica();
            slots.push(Slot { line, guard_reads, source: url.source() });
        }
        Ok(Pool { domain, access, slots, replica_rests_until: AtomicU64::new(0) })
    }

    /// A handle for one request, which must be answered until `deadline`.
    pub fn begin(&self, deadline: Instant) -> Db<'_> {
        Db::new(self, deadline)
    }

    /// The same with interactive transactions; they run on the first of the URLs.
    ///
    /// # Errors
    /// The pool has no URL, or is not one of [`Pool::find_for_sessions`] and works over HTTP.
    pub fn begin_session(&self, deadline: Instant) -> Result<Session<'_>, Error> {
        match self.slots.first().map(|slot| &slot.line) {
            Some(Line::Tcp(tcp)) => Ok(Session::new(self.begin(deadline), tcp)),
            #[cfg(feature = "http")]
            Some(Line::Http(_)) => Err(Error::Unset(vec![transport::variable(self.domain)])),
            None => Err(Error::Unset(Vec::new())),
        }
    }

    /// Opens the connection of the first choice, if it takes no longer than `limit`. A failure is
    /// not one yet: the request that needs the connection tries again and reports it.
    pub async fn warm(&self, limit: Duration) {
        match self.slots.first().map(|slot| &slot.line) {
            Some(Line::Tcp(tcp)) => {
                let limit = limit + tcp.pool.patience();
                let opened = tokio::time::timeout(limit, tcp.lease(Instant::now() + limit));
                let _ = opened.await.map(|lease| lease.map(Lease::keep));
            }
            #[cfg(feature = "http")]
            Some(Line::Http(client)) => {
                drop(client.warm(Instant::now() + limit).await);
            }
            None => {}
        }
    }

    /// What was asked for since the last call, to open connections with: for the log.
    pub fn take_resolved(&self) -> Vec<Resolved> {
        let secrets = self.slots.iter().filter_map(|slot| match &slot.line {
            Line::Tcp(Tcp { pool: Opened::Secret(secret), .. }) => Some(secret),
            _ => None,
        });
        secrets.flat_map(|secret| secret.take_resolved()).collect()
    }

    /// Where to try first: past a replica that has just failed.
    pub(crate) fn first(&self) -> usize {
        let resting = self.replica_rests_until.load(Ordering::Relaxed) > now_ms();
        usize::from(resting && self.slots.len() > 1)
    }

    /// The URL that does not lead to a replica.
    pub(crate) fn primary(&self) -> Option<usize> {
        self.slots.iter().position(|slot| slot.source == Source::Primary)
    }

    pub(crate) fn rest_replica(&self) {
        self.replica_rests_until.store(now_ms() + REPLICA_REST_MS, Ordering::Relaxed);
    }
}

/// The way to one URL.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) line: Line,
    /// The URL may carry a role that can write although the route only reads.
    pub(crate) guard_reads: bool,
    pub(crate) source: Source,
}

/// What statements travel by.
#[derive(Debug)]
pub(crate) enum Line {
    Tcp(Tcp),
    #[cfg(feature = "http")]
    Http(sqlhttp::Client),
}

impl Line {
    #[cfg(feature = "http")]
    fn over_http(
        url: &Url,
        http: &transport::Http,
        tls: &mut Connector,
        slots: &[Slot],
    ) -> Result<Line, Error> {
        let client = http.client(url, tls)?;
        let others: Vec<&sqlhttp::Client> = slots
            .iter()
            .filter_map(|slot| match &slot.line {
                Line::Http(client) => Some(client),
                Line::Tcp(_) => None,
            })
            .collect();
        Ok(Line::Http(client.sharing(&others)))
    }

    #[cfg(not(feature = "http"))]
    fn over_http(
        _: &Url,
        http: &transport::Http,
        _: &mut Connector,
        _: &[Slot],
    ) -> Result<Line, Error> {
        match *http {}
    }
}

/// A URL, or its password, that was asked for elsewhere.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The variable that names it.
    pub variable: String,
    /// Where it is kept: a name, never a value.
    pub source: String,
    /// How long it took.
    pub took: Duration,
}

/// The connection of one URL.
#[derive(Debug)]
pub(crate) struct Tcp {
    variable: String,
    pool: Opened,
    /// Wall clock in milliseconds: the monotonic clock may stand still while a sandbox is frozen.
    last_used: AtomicU64,
}

/// What connections are opened by.
#[derive(Debug)]
enum Opened {
    /// A URL that is in its variable.
    Literal(Deadpool),
    /// One that is kept elsewhere.
    Secret(Box<Secret>),
}

impl Opened {
    /// What it takes longer to open because its URL must be asked for first.
    fn patience(&self) -> Duration {
        match self {
            Opened::Literal(_) => Duration::ZERO,
            Opened::Secret(_) => Secret::PATIENCE,
        }
    }
}

impl Tcp {
    fn new(
        url: &Url,
        application: &str,
        tls: &mut Connector,
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<Tcp, Error> {
        let pool = match Secret::of(url, application, var)? {
            Some(secret) => Opened::Secret(Box::new(secret)),
            None => {
                let (config, tls) = prepare(url, application, tls)?;
                Opened::Literal(deadpool(config, tls))
            }
        };
        let variable = url.variable().to_owned();
        Ok(Tcp { variable, pool, last_used: AtomicU64::new(0) })
    }

    /// The connection, opened if need be, before `deadline`.
    pub(crate) async fn lease(&self, deadline: Instant) -> Result<Lease<'_>, Error> {
        let pool = match &self.pool {
            Opened::Literal(pool) => pool.clone(),
            Opened::Secret(secret) => secret.pool(deadline).await?,
        };
        let idle = now_ms().saturating_sub(self.last_used.load(Ordering::Relaxed));
        if idle > FORGOTTEN_MS {
            pool.retain(|_, _| false);
        } else if idle > STALE_MS {
            // Lets the connection's task read what arrived while the sandbox was frozen, so that
            // the pool sees a closed connection as closed: no round trip, no retry.
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        }
        let got = match (get(&pool, deadline).await, &self.pool) {
            // The password may have been changed since it was asked for.
            (Err(e), Opened::Secret(secret)) if Secret::is_refused(&e) => {
                get(&secret.renew(deadline).await?, deadline).await
            }
            (got, _) => got,
        };
        let object = got.map_err(|e| self.refused(e))?;
        Ok(Lease { tcp: self, object: Some(object), sound: false })
    }

    fn refused(&self, e: PoolError) -> Error {
        let source: Box<dyn error::Error + Send + Sync> = match e {
            PoolError::Backend(e) => Box::new(e),
            e => Box::new(e),
        };
        Error::Connect { variable: self.variable.clone(), source }
    }
}

async fn get(pool: &Deadpool, deadline: Instant) -> Result<Object, PoolError> {
    let left = deadline.saturating_duration_since(Instant::now());
    let timeouts = Timeouts {
        create: Some(CREATE_TIMEOUT.min(left)),
        wait: Some(WAIT_TIMEOUT.min(left)),
        recycle: None,
    };
    pool.timeout_get(&timeouts).await
}

/// A connection in use. Dropped before [`Lease::keep`], it is thrown away: nobody knows what is
/// still on its way.
#[derive(Debug)]
pub(crate) struct Lease<'a> {
    tcp: &'a Tcp,
    object: Option<Object>,
    sound: bool,
}

impl Lease<'_> {
    /// Gives the connection back for the next use.
    pub(crate) fn keep(mut self) {
        self.sound = true;
    }
}

impl Deref for Lease<'_> {
    type Target = Client;
    fn deref(&self) -> &Client {
        self.object.as_ref().expect("held until dropped")
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        self.tcp.last_used.store(now_ms(), Ordering::Relaxed);
        if let Some(object) = self.object.take().filter(|_| !self.sound) {
            drop(Object::take(object));
        }
    }
}

pub(crate) fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |t| u64::try_from(t.as_millis()).unwrap_or(u64::MAX))
}

/// A session of its own on `url`, for work that needs one: migrations, seeds, tests. No function.
///
/// # Errors
/// The URL cannot be used, or the server not reached.
pub async fn connect(url: &Url, application: &str) -> Result<Client, Error> {
    let (config, tls) = prepare(url, application, &mut Connector::default())?;
    let failed = |source: tokio_postgres::Error| Error::Connect {
        variable: url.variable().to_owned(),
        source: Box::new(source),
    };
    // The task ends with the session, and its error has reached the statement that was waiting.
    match tls {
        None => {
            let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
            tokio::spawn(async { drop(connection.await) });
            Ok(client)
        }
        Some(tls) => {
            let (client, connection) = config.connect(tls).await.map_err(failed)?;
            tokio::spawn(async { drop(connection.await) });
            Ok(client)
        }
    }
}

/// A pool of one connection, which is opened on first use.
pub(crate) fn deadpool(config: Config, tls: Option<Tls>) -> Deadpool {
    let recycle = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = match tls {
        None => Manager::from_config(config, NoTls, recycle),
        Some(tls) => Manager::from_config(config, tls, recycle),
    };
    Deadpool::builder(manager)
        .max_size(1)
        .runtime(Runtime::Tokio1)
        .build()
        .expect("a runtime is named")
}

/// The driver's configuration, and the connector if the URL asks for TLS: building one costs time.
pub(crate) fn prepare(
    url: &Url,
    application: &str,
    tls: &mut Connector,
) -> Result<(Config, Option<Tls>), Error> {
    let (config, pem) = url.prepare(application)?;
    let connector = match config.get_ssl_mode() {
        SslMode::Disable => None,
        _ => Some(tls.get(url, pem)?),
    };
    Ok((config, connector))
}
