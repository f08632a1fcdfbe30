//! What the three servers have in common: folders, logs, ports, and how they end.
use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::{Pid, Signal};

use crate::{Error, account::Account, process};

/// One of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// PostgreSQL, writable.
    Primary,
    /// PostgreSQL, a streaming hot standby.
    Replica,
    /// PgBouncer.
    Pooler,
}

impl Server {
    /// In the order in which they start.
    pub(crate) const ALL: [Server; 3] = [Server::Primary, Server::Replica, Server::Pooler];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Server::Primary => "primary",
            Server::Replica => "replica",
            Server::Pooler => "pgbouncer",
        }
    }
}

/// The folder of the servers and the user they run as.
#[derive(Clone, Debug)]
pub(crate) struct Servers {
    pub(crate) folder: PathBuf,
    pub(crate) account: Account,
    /// Whether data survives a crashed machine, as on a real server.
    pub(crate) durable: bool,
}

impl Servers {
    /// Data of PostgreSQL, settings of PgBouncer.
    pub(crate) fn data(&self, server: Server) -> PathBuf {
        data(&self.folder, server)
    }

    pub(crate) fn log(&self, server: Server) -> PathBuf {
        log(&self.folder, server)
    }

    /// Keeps the last start's log aside once it is large.
    pub(crate) fn rotate_log(&self, server: Server) -> Result<(), Error> {
        const LARGE: u64 = 8 * 1024 * 1024;
        let log = self.log(server);
        if fs::metadata(&log).is_ok_and(|meta| meta.len() > LARGE) {
            fs::rename(&log, log.with_extension("log.1")).map_err(Error::io("move", &log))?;
        }
        Ok(())
    }

    /// Where the log ends now: what a start says comes after.
    pub(crate) fn log_end(&self, server: Server) -> u64 {
        fs::metadata(self.log(server)).map_or(0, |meta| meta.len())
    }

    /// The server did not start: what its log says since `from`, else what the program said.
    pub(crate) fn start_error(&self, server: Server, from: u64, said: &str) -> Error {
        let log = self.log(server);
        let tail = process::tail(&log, from, 20);
        let tail = if tail.trim().is_empty() { said.trim().to_owned() } else { tail };
        Error::Start { server: server.name(), log, tail }
    }
}

fn data(folder: &Path, server: Server) -> PathBuf {
    folder.join(server.name())
}

/// Where a server logs.
pub(crate) fn log(folder: &Path, server: Server) -> PathBuf {
    folder.join("log").join(format!("{}.log", server.name()))
}

/// The process of a server in that folder, if it is alive.
pub(crate) fn find(folder: &Path, server: Server) -> Option<Pid> {
    let data = data(folder, server);
    match server {
        Server::Pooler => {
            process::find(&data.join("pgbouncer.pid"), "pgbouncer", &data.join("pgbouncer.ini"))
        }
        _ => process::find(&data.join("postmaster.pid"), "postgres", &data),
    }
}

/// Ends a server; `false` if it was not running.
pub(crate) fn stop(folder: &Path, server: Server) -> Result<bool, Error> {
    let Some(pid) = find(folder, server) else { return Ok(false) };
    let data = data(folder, server);
    let seconds = Duration::from_secs;
    let ended = match server {
        Server::Pooler => process::end(
            pid,
            &data.join("pgbouncer.ini"),
            &[(Signal::TERM, seconds(1)), (Signal::KILL, seconds(5))],
        ),
        // Fast, then without a checkpoint, then at once.
        _ => process::end(
            pid,
            &data,
            &[(Signal::INT, seconds(20)), (Signal::QUIT, seconds(10)), (Signal::KILL, seconds(5))],
        ),
    };
    if ended {
        return Ok(true);
    }
    Err(Error::Silent { what: format!("{}, told to end (process {pid}),", server.name()) })
}

/// The port of last time if nobody has taken it meanwhile, else a free one.
pub(crate) fn port(last: u16) -> Result<u16, Error> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = match last {
        0 => bind(0),
        last => bind(last).or_else(|_| bind(0)),
    };
    let address = listener.and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(Error::io("find a free port on", "127.0.0.1"))
}

/// Whether a log says that somebody else has the port.
pub(crate) fn lost_port(error: &Error) -> bool {
    matches!(error, Error::Start { tail, .. }
        if tail.contains("Address already in use") || tail.contains("Address in use"))
}
