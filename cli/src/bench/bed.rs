//! What every measurement stands on, and the functions that stand on it.
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use gateway::Function;
use serde::Serialize;
use serde_json::Value;
use stack::Signer;
use tokio::runtime::Runtime;

use super::{
    LIMIT,
    data::Link,
    requests::{Kind, Requests},
};
use crate::{cargo::Binaries, failure::Failure, output::Output};

/// One of those that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    Limit,
    /// A folder in `bench/peers`.
    Peer(&'static str),
}

impl Serialize for Side {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Side {
    pub(super) fn name(self) -> &'static str {
        match self {
            Side::Ours => "ours",
            Side::Limit => LIMIT,
            Side::Peer(name) => name,
        }
    }
}

/// What every measurement stands on.
#[derive(Debug)]
pub(super) struct Bed<'a> {
    pub(super) requests: Requests<'a>,
    /// Of tokens that functions take.
    pub(super) signer: &'a Signer,
    pub(super) binaries: &'a Binaries,
    /// For the gate: the same functions, built without TLS.
    pub(super) without_tls: &'a Binaries,
    /// The same, able to send SQL over HTTP.
    pub(super) with_http: &'a Binaries,
    pub(super) link: Link,
    /// Where SQL over HTTP is taken, if statements travel so.
    pub(super) http: Option<&'a str>,
    pub(super) logs: &'a Path,
    pub(super) out: &'a Output,
    pub(super) runtime: &'a Runtime,
    /// Why instructions are not counted, if they are not.
    pub(super) no_instructions: Option<&'a str>,
    /// Contributions that were answered as created.
    pub(super) created: &'a Mutex<Vec<Value>>,
}

impl<'a> Bed<'a> {
    /// The same with another way to the database.
    pub(super) fn with(&self, link: Link) -> Bed<'a> {
        Bed { link, ..*self }
    }

    pub(super) fn binary(&self, name: &str) -> PathBuf {
        self.binaries.get(name).cloned().unwrap_or_else(|| name.into())
    }

    /// A function of a side, with its variables; `relay` is a port to connect through.
    pub(super) fn function(
        &self,
        side: Side,
        kind: Kind,
        relay: Option<u16>,
    ) -> Result<Function, Failure> {
        let route = kind.route();
        let data = self.requests.data;
        let url = data.url(route.access, self.link, relay)?;
        if side == Side::Ours {
            return Ok(Function::of(route, self.binary(route.name), |name| match name {
                name if name.contains("_DATABASE_URL") => Some(url.clone()),
                name if name.ends_with("_SQL_HTTP_URL") => self.http.map(str::to_owned),
                name => data.variable(name),
            }));
        }
        let ca = data.variable("SSL_CERT_FILE").unwrap_or_default();
        let http = self.http.unwrap_or_default().to_owned();
        let env = [("DATABASE_URL", url), ("SSL_CERT_FILE", ca), ("SQL_HTTP_URL", http)];
        Ok(Function {
            name: side.name().to_owned(),
            method: route.method.to_string(),
            path: route.path.to_owned(),
            timeout: Duration::from_secs(route.timeout_s.into()),
            memory_mb: route.memory_mb,
            binary: self.binary(side.name()),
            env: env.map(|(name, value)| (name.to_owned(), value)).into(),
        })
    }

    /// Remembers a contribution that was answered as created.
    pub(super) fn created(&self, row: Option<Value>) {
        self.created.lock().unwrap_or_else(PoisonError::into_inner).extend(row);
    }

    /// What was answered as created since the last call and is not so in the database.
    pub(super) fn wrong_rows(&self) -> Result<Vec<String>, Failure> {
        let mut created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        let created = std::mem::take(&mut *created);
        self.runtime.block_on(self.requests.data.wrong_rows(&created))
    }
}
