//! `sqlhttp`: SQL over HTTP in front of a database server.
use std::time::Duration;

use clap::Args;
use db::{Access, Domain};
use serde::Serialize;
use sql_gateway::{Config, Entry, Gateway, Handle, Limits, Log, Upstream};
use stack::{Running, Stack};

use crate::{
    databases,
    dev::milliseconds,
    failure::{Exit, Failure},
    functions,
    interrupt::Interrupt,
    output::{Output, Paint},
};

/// Serve SQL over HTTP in front of a PostgreSQL server, as Neon does
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri sqlhttp                          in front of the local servers
  cargo aruuri sqlhttp --url postgres://127.0.0.1:5432
  cargo aruuri sqlhttp --url 'postgres://127.0.0.1:6432/?pgbouncer=true' --seconds 5

  curl http://127.0.0.1:9080/sql -H \"Neon-Connection-String: $ARUURI_FINANCE_DATABASE_URL_POOLED\" \\
    -d '{\"query\": \"select $1::int + 1 as n\", \"params\": [\"41\"]}'

Answers POST /sql on 127.0.0.1 as Neon's endpoint does, for its drivers and for functions with
ARUURI_<DOMAIN>_TRANSPORT=http. docs/sqlhttp.md tells what it takes.
A request logs in with the role, password and database of its own Neon-Connection-String. With one
server that URL's host does not matter; with several it chooses among them. Without --url these are
the local ones, which are started if need be. --url takes sslmode, sslrootcert, host=/folder of a
unix socket, and pgbouncer=true for a server that takes no cancel request.")]
pub(crate) struct Sqlhttp {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 9080)]
    port: u16,
    /// A server to stand before; may be given several times
    #[arg(long, value_name = "URL")]
    url: Vec<String>,
    /// Time for a request; its statements are cancelled then
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=900))]
    seconds: u16,
    /// Requests that are at a database at the same time
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    sessions: u16,
    /// Bytes that a request, and an answer, may have
    #[arg(long, value_name = "BYTES", default_value_t = 10_485_760, value_parser = clap::value_parser!(u32).range(1024..=1_073_741_824))]
    max_bytes: u32,
}

#[derive(Serialize)]
struct Answer<'a> {
    url: &'a str,
    servers: Vec<String>,
}

impl Sqlhttp {
    /// Serves until Ctrl-C or SIGTERM.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        functions::runtime()?.block_on(self.all(out))
    }

    async fn all(&self, out: &Output) -> Result<Exit, Failure> {
        let mut interrupt = Interrupt::new()?;
        let stack = self.url.is_empty().then(Stack::find).transpose()?;
        let ran_before = stack
            .as_ref()
            .is_none_or(|stack| tokio::task::block_in_place(|| stack.running().is_some()));
        let ended = tokio::select! {
            served = self.serve(stack.as_ref(), out) => served,
            () = interrupt.wait() => Ok(Exit::Ok),
        };
        if let Some(stack) = stack.filter(|_| !ran_before) {
            out.step("stopping the local servers");
            let stopping = tokio::task::spawn_blocking(move || stack.down());
            tokio::select! {
                stopped = stopping => { stopped.ok().transpose()?; }
                () = interrupt.wait() => return Ok(Exit::Interrupted),
            }
        }
        ended
    }

    async fn serve(&self, stack: Option<&Stack>, out: &Output) -> Result<Exit, Failure> {
        let urls = match stack {
            None => self.url.clone(),
            Some(stack) => databases::up(stack, out).await?.server_urls(),
        };
        let max = usize::try_from(self.max_bytes).unwrap_or(usize::MAX);
        let limits = Limits {
            request: max,
            response: max,
            time: Duration::from_secs(self.seconds.into()),
            sessions: self.sessions.into(),
        };
        let upstreams = upstreams(&urls)?;
        let servers = upstreams.iter().map(Upstream::name).collect::<Vec<_>>();
        let handle = start(self.port, upstreams, limits, log(out, true)).await?;
        let url = handle.url();
        let text = format!(
            "{} at {url} before {} (Ctrl-C ends it)",
            Paint::good("ready"),
            servers.join(", ")
        );
        out.data(&Answer { url: &url, servers }, text)?;
        std::future::pending().await
    }
}

/// A gateway in front of the local servers for functions; makes theirs the transport of all domains.
pub(crate) async fn for_functions(running: &mut Running, out: &Output) -> Result<Handle, Failure> {
    let handle = before(&running.server_urls(), log(out, false)).await?;
    for domain in Domain::ALL {
        let names = db::transport_variables(domain, Access::Write);
        running.env.extend(names.into_iter().zip(["http".to_owned(), handle.url()]));
    }
    Ok(handle)
}

/// A gateway in front of these servers, on a free port.
///
/// # Errors
/// When a URL cannot be used or there is no port.
pub(crate) async fn before(urls: &[String], log: Log) -> Result<Handle, Failure> {
    start(0, upstreams(urls)?, Limits::default(), log).await
}

fn upstreams(urls: &[String]) -> Result<Vec<Upstream>, Failure> {
    let upstream = |url: &String| {
        Upstream::parse(url).map_err(|error| {
            Failure::new(Exit::Usage, "a server cannot be used")
                .because(&error)
                .next("cargo aruuri sqlhttp --url postgres://127.0.0.1:5432, or without --url")
        })
    };
    urls.iter().map(upstream).collect()
}

async fn start(
    port: u16,
    upstreams: Vec<Upstream>,
    limits: Limits,
    log: Log,
) -> Result<Handle, Failure> {
    let config = Config { port, upstreams, limits, log };
    Gateway::start(config).await.map_err(|error| {
        Failure::new(Exit::Failure, format_args!("cannot listen on 127.0.0.1:{port}"))
            .because(&error)
            .next("cargo aruuri sqlhttp --port 0, for a free port")
    })
}

/// Writes one line per request to stderr: never a statement, a parameter or a password.
fn log(out: &Output, always: bool) -> Log {
    let out = out.clone();
    Log::new(move |entry: Entry<'_>| {
        let Entry { user, database, statements, status, code, took } = entry;
        let status = match status {
            500.. => Paint::bad(status),
            400.. => Paint::warn(status),
            _ => Paint::good(status),
        };
        let took = milliseconds(took);
        let code = if code.is_empty() { String::new() } else { format!(" {code}") };
        let plural = if statements == 1 { "" } else { "s" };
        let line = format!(
            "{user}@{database}: {statements} statement{plural} {status}{code} in {took} ms"
        );
        if always { out.step(line) } else { out.detail(line) }
    })
}
