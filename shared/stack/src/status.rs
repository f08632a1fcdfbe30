//! What runs, found out by asking: a pid file is never trusted.
use std::path::PathBuf;

use db::Domain;
use futures_util::future::join_all;
use serde::Serialize;

use crate::{
    Error, Kind, Running,
    admin::{Login, Tls, connect, log_in, value, wait},
    place::Place,
    pooler, postgres,
    servers::{self, Server},
    state::State,
    variable,
};

/// All of it, in a fixed order.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Primary, replica, PgBouncer.
    pub servers: Vec<ServerStatus>,
    /// The twelve URLs of `.aruuri/env`.
    pub urls: Vec<UrlStatus>,
}

impl Status {
    /// Whether every server and every URL answers, and the replica streams.
    pub fn is_up(&self) -> bool {
        self.servers.iter().all(|server| server.up) && self.urls.iter().all(|url| url.up)
    }
}

/// One server.
#[derive(Clone, Debug, Serialize)]
pub struct ServerStatus {
    /// `primary`, `replica` or `pgbouncer`.
    pub name: &'static str,
    /// Whether it answers (and, the replica, streams).
    pub up: bool,
    /// On 127.0.0.1; `None` if it never ran.
    pub port: Option<u16>,
    /// As it says.
    pub version: Option<String>,
    /// Bytes of write-ahead log that the replica has yet to replay.
    pub lag_bytes: Option<u64>,
    /// Why it is not up.
    pub problem: Option<String>,
    /// Where it logs.
    pub log: Option<PathBuf>,
}

/// One variable.
#[derive(Clone, Debug, Serialize)]
pub struct UrlStatus {
    /// `ARUURI_FINANCE_DATABASE_URL_POOLED`.
    pub variable: String,
    /// As whom.
    pub user: String,
    /// On 127.0.0.1.
    pub port: Option<u16>,
    /// Whether a statement was answered.
    pub up: bool,
    /// Why not.
    pub problem: Option<String>,
}

/// Asks every server and every URL.
pub(crate) fn look(place: &Place) -> Result<Status, Error> {
    let state = State::load(place)?;
    let trust = Tls::trusting(Some(&place.file("ca.pem")));
    let (Some(state), Ok(trust)) = (state, trust) else { return Ok(nothing()) };
    let folder = place.servers();
    let running = Running::new(place, state.clone())?;
    wait(async {
        let mut all = Vec::new();
        for server in Server::ALL {
            let mut status = server_status(server, &state, &trust).await;
            status.log = folder.as_deref().map(|folder| servers::log(folder, server));
            all.push(status);
        }
        let urls = Domain::ALL.iter().flat_map(|domain| {
            Kind::VARIABLES
                .map(|(kind, ending)| url_status(&running, &trust, *domain, kind, ending))
        });
        Ok(Status { servers: all, urls: join_all(urls).await })
    })
}

fn nothing() -> Status {
    let problem = || Some("never started here: cargo aruuri up".to_owned());
    let servers = Server::ALL.map(|server| ServerStatus {
        name: server.name(),
        up: false,
        port: None,
        version: None,
        lag_bytes: None,
        problem: problem(),
        log: None,
    });
    let url = |(domain, kind, ending): (Domain, Kind, &str)| UrlStatus {
        variable: variable(domain, ending),
        user: kind.user(domain),
        port: None,
        up: false,
        problem: problem(),
    };
    let all = Domain::ALL.into_iter();
    let urls = all.flat_map(|d| Kind::VARIABLES.map(|(kind, ending)| url((d, kind, ending))));
    Status { servers: servers.to_vec(), urls: urls.collect() }
}

async fn server_status(server: Server, state: &State, trust: &Tls) -> ServerStatus {
    let (port, login, version) = match server {
        Server::Primary => (
            state.ports.primary,
            postgres::admin(state.ports.primary, state),
            "show server_version",
        ),
        Server::Replica => (
            state.ports.replica,
            postgres::admin(state.ports.replica, state),
            "show server_version",
        ),
        Server::Pooler => (state.ports.pooler, pooler::console(state), "show version"),
    };
    let mut status = ServerStatus {
        name: server.name(),
        up: false,
        port: (port != 0).then_some(port),
        version: None,
        lag_bytes: None,
        problem: None,
        log: None,
    };
    let asked = async {
        let client = log_in(login, trust).await?;
        status.version =
            value(&client, version).await.map_err(Error::sql("ask for its version"))?;
        if server == Server::Replica {
            status.lag_bytes = lag(state, trust).await?;
            return Ok::<bool, Error>(status.lag_bytes.is_some());
        }
        Ok(true)
    };
    match asked.await {
        Ok(true) => status.up = true,
        Ok(false) => status.problem = Some("it does not stream from the primary".to_owned()),
        Err(error) => status.problem = Some(chain(&error)),
    }
    status
}

async fn lag(state: &State, trust: &Tls) -> Result<Option<u64>, Error> {
    let primary = log_in(postgres::admin(state.ports.primary, state), trust).await?;
    let sql = "select greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))::int8
               from pg_stat_replication where application_name = 'replica' and state = 'streaming'";
    let lag = value(&primary, sql).await.map_err(Error::sql("look at the replication"))?;
    Ok(lag.and_then(|bytes| bytes.parse().ok()))
}

async fn url_status(
    running: &Running,
    trust: &Tls,
    domain: Domain,
    kind: Kind,
    ending: &str,
) -> UrlStatus {
    let mut status = UrlStatus {
        variable: variable(domain, ending),
        user: kind.user(domain),
        port: None,
        up: false,
        problem: None,
    };
    let Some((port, user, password)) = running.login(domain, kind) else {
        status.problem = Some("there is no such server here".to_owned());
        return status;
    };
    status.port = Some(port);
    let login = Login { port, user: &user, password, database: domain.name() };
    match connect(&login.config(), trust).await {
        Err(error) => status.problem = Some(chain(error.as_ref())),
        Ok(client) => match value(&client, "select 1").await {
            Ok(Some(_)) => status.up = true,
            Ok(None) => status.problem = Some("no answer in 5 seconds".to_owned()),
            Err(error) => status.problem = Some(chain(&error)),
        },
    }
    status
}

/// An error with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
