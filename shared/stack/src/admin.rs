//! Connections of our own to the local servers, from code that is not asynchronous and may be called from code that is.
use std::{
    error::Error as StdError,
    fs,
    future::Future,
    io,
    path::Path,
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use native_tls::{Certificate, TlsConnector};
use postgres_native_tls::MakeTlsConnector;
use tokio_postgres::{Client, Config, SimpleQueryMessage, config::SslMode};

use crate::Error;

/// How long a local server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs a future to its end on a thread of its own: the caller may be inside a runtime, which cannot hold a second one.
pub(crate) fn wait<F, T>(work: F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>> + Send,
    T: Send,
{
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(Error::io("start a runtime in", "this process"))?.block_on(work)
    };
    thread::scope(|scope| match scope.spawn(run).join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

/// TLS that trusts one certificate authority.
#[derive(Clone)]
pub(crate) struct Tls(MakeTlsConnector);

/// The last one, and the certificate it trusts.
static LAST: Mutex<Option<(Option<Vec<u8>>, MakeTlsConnector)>> = Mutex::new(None);

impl Tls {
    /// From a PEM file; the system's authorities if there is none.
    ///
    /// Kept from one session to the next: OpenSSL reads the system's authorities for every connector, which takes longer
    /// than to log in.
    pub(crate) fn trusting(ca_file: Option<&Path>) -> Result<Tls, Error> {
        let pem =
            ca_file.map(|path| fs::read(path).map_err(Error::io("read", path))).transpose()?;
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = last.as_ref().filter(|(trusted, _)| *trusted == pem) {
            return Ok(Tls(connector.clone()));
        }
        let mut builder = TlsConnector::builder();
        if let Some(pem) = &pem {
            let ca = Certificate::from_pem(pem).map_err(Error::crypto("read the certificate"))?;
            builder.disable_built_in_roots(true).add_root_certificate(ca);
        }
        let connector =
            MakeTlsConnector::new(builder.build().map_err(Error::crypto("set up TLS"))?);
        *last = Some((pem, connector.clone()));
        Ok(Tls(connector))
    }
}

/// A local server, a user and a database.
#[derive(Clone, Copy)]
pub(crate) struct Login<'a> {
    pub(crate) port: u16,
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    pub(crate) database: &'a str,
}

impl Login<'_> {
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).ssl_mode(SslMode::Require);
        config.user(self.user).password(self.password).dbname(self.database);
        config.application_name("aruuri").connect_timeout(PATIENCE);
        config
    }
}

/// A connection and its driver; the driver ends with the client.
pub(crate) async fn connect(
    config: &Config,
    tls: &Tls,
) -> Result<Client, Box<dyn StdError + Send + Sync>> {
    let connecting = tokio::time::timeout(PATIENCE, config.connect(tls.0.clone()));
    let (client, connection) = connecting
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no answer in 5 seconds"))??;
    tokio::spawn(connection);
    Ok(client)
}

/// As [`connect`], for a server that should be there.
pub(crate) async fn log_in(login: Login<'_>, tls: &Tls) -> Result<Client, Error> {
    let to = || format!("log in as {} to {} on port {}", login.user, login.database, login.port);
    connect(&login.config(), tls).await.map_err(|source| Error::Connect { what: to(), source })
}

/// The first column of the first row.
pub(crate) async fn value(
    client: &Client,
    sql: &str,
) -> Result<Option<String>, tokio_postgres::Error> {
    let messages = tokio::time::timeout(PATIENCE, client.simple_query(sql));
    let Ok(messages) = messages.await else { return Ok(None) };
    Ok(messages?.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(ToOwned::to_owned),
        _ => None,
    }))
}
