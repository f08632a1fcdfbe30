//! `dev`: everything, served.
use std::{
    collections::BTreeMap,
    error::Error as _,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use api::{Method, Route};
use clap::{Args, ValueEnum};
use gateway::{Config, Entry, Gateway, Handle, Limits, Log, StartError, example_path};
use serde::Serialize;
use stack::{Running, Stack};

use crate::{
    cargo::{Binaries, Build},
    clock::Clock,
    databases, events,
    failure::{Exit, Failure},
    functions,
    interrupt::Interrupt,
    output::{Output, Paint, Table},
    routes, sqlhttp,
    watch::{Watch, modified},
};

/// Start the databases, build the functions and serve them over HTTP
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri dev
  cargo aruuri dev --watch              build and restart what changed
  cargo aruuri dev --port 9001 --no-build
  cargo aruuri dev --transport http     functions reach their databases by SQL over HTTP
  cargo aruuri dev --jobs-every 5       every job each 5 seconds; 0: none

Starts what does not run, applies migrations, loads demo data (unless AUTO_SEED=false), builds every function once and
serves the routes as API Gateway would, each function a process of its own that starts with its
first request. Jobs run at their schedules, never two of one at once, and show in the log. Ctrl-C ends the functions, and the servers unless they ran before.
A new route, or another path or method, needs a new start: the route table is part of this tool.")]
pub(crate) struct Dev {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 9000)]
    port: u16,
    /// Processes per function at the same time
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    concurrency: u16,
    /// Build again when a source changes
    #[arg(long, conflicts_with = "no_build")]
    watch: bool,
    /// Serve what is built already
    #[arg(long)]
    no_build: bool,
    /// Build and serve with optimisation
    #[arg(long)]
    release: bool,
    /// How functions reach their databases
    #[arg(long, value_enum, value_name = "HOW", default_value = "tcp")]
    transport: Transport,
    /// Seconds between two runs of each job and of the relay of events, instead of their schedules; 0 runs none
    #[arg(long, value_name = "SECONDS")]
    jobs_every: Option<u64>,
}

/// Between two looks into the outboxes.
const EVENTS_EVERY: Duration = Duration::from_secs(5);

/// How functions reach their databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Transport {
    /// PostgreSQL's own protocol, through PgBouncer
    Tcp,
    /// SQL over HTTP, through a gateway that is started for them
    Http,
}

impl Dev {
    /// Serves until Ctrl-C or SIGTERM.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        functions::runtime()?.block_on(self.all(out))
    }

    async fn all(&self, out: &Output) -> Result<Exit, Failure> {
        let mut interrupt = Interrupt::new()?;
        let stack = Stack::find()?;
        let ran_before = tokio::task::block_in_place(|| stack.running().is_some());
        let ended = tokio::select! {
            started = self.start(&stack, out) => match started {
                Ok(served) => self.serve(served, &mut interrupt, out).await,
                Err(failure) => Err(failure),
            },
            () = interrupt.wait() => Ok(Exit::Interrupted),
        };
        if !ran_before {
            out.step("stopping the local servers");
            let stopping = tokio::task::spawn_blocking(move || stack.down());
            tokio::select! {
                stopped = stopping => { stopped.ok().transpose()?; }
                () = interrupt.wait() => return Ok(Exit::Interrupted),
            }
        }
        ended
    }

    async fn start(&self, stack: &Stack, out: &Output) -> Result<Served, Failure> {
        self.claim_port()?;
        let mut running = databases::up(stack, out).await?;
        databases::prepare(&running, out).await?;
        let relay = self.relay(&running, out)?;
        let sql = match self.transport {
            Transport::Tcp => None,
            Transport::Http => Some(sqlhttp::for_functions(&mut running, out).await?),
        };
        let binaries = self.binaries(&running, out).await?;
        let routes = routes::all();
        let functions =
            routes.iter().map(|route| functions::function(*route, &running, &binaries)).collect();
        let limits = Limits { concurrency: self.concurrency.into(), ..Limits::default() };
        let log = log(out);
        let config = Config { port: self.port, functions, limits, log: log.clone() };
        let handle = Gateway::start(config).await.map_err(|error| not_served(&error))?;
        let clock = self.clock(&running, &binaries, &log, out)?;
        present(&handle, &routes, stack, out)?;
        Ok(Served {
            handle,
            _clock: clock,
            _relay: relay,
            _sql: sql,
            running,
            built: times(&binaries),
        })
    }

    /// Begins before functions reach their databases another way: it always takes the direct one.
    fn relay(&self, running: &Running, out: &Output) -> Result<Option<events::Relay>, Failure> {
        match self.jobs_every {
            Some(0) => Ok(None),
            every => {
                let pause = every.map_or(EVENTS_EVERY, Duration::from_secs);
                events::Relay::start(running, pause, out).map(Some)
            }
        }
    }

    fn clock(
        &self,
        running: &Running,
        binaries: &Binaries,
        log: &Log,
        out: &Output,
    ) -> Result<Option<Clock>, Failure> {
        if self.jobs_every == Some(0) {
            return Ok(None);
        }
        let function = |job: &'static api::Job| (job, functions::function(job, running, binaries));
        // The others are started by events, which are handed over without a bus here.
        let timed = routes::jobs().into_iter().filter(|job| job.takes.is_empty());
        let jobs = timed.map(function).collect();
        Clock::start(jobs, self.jobs_every.map(Duration::from_secs), log, out).map(Some)
    }

    /// Finds a taken port now, not after minutes of building.
    fn claim_port(&self) -> Result<(), Failure> {
        let listening = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port));
        let listen = |source| StartError::Listen { port: self.port, source };
        listening.map(drop).map_err(|error| not_served(&listen(error)))
    }

    async fn serve(
        &self,
        mut served: Served,
        interrupt: &mut Interrupt,
        out: &Output,
    ) -> Result<Exit, Failure> {
        let mut watch = Watch::new(&served.running.root);
        loop {
            tokio::select! {
                () = interrupt.wait() => break,
                () = watch.changed(), if self.watch => {}
            }
            out.step("building what changed");
            tokio::select! {
                () = interrupt.wait() => break,
                built = self.binaries(&served.running, out) => match built {
                    Ok(binaries) => served.restart(&binaries, out).await,
                    // The functions of the last good build go on.
                    Err(failure) => failure.print(out),
                },
            }
        }
        out.step("stopping the functions");
        tokio::select! {
            () = served.handle.stop() => Ok(Exit::Ok),
            () = interrupt.wait() => Ok(Exit::Interrupted),
        }
    }

    async fn binaries(&self, running: &Running, out: &Output) -> Result<Binaries, Failure> {
        let http = self.transport == Transport::Http;
        let build = Build { root: &running.root, release: self.release, only: &[], http };
        if self.no_build { build.find().await } else { build.run(out).await }
    }
}

fn not_served(error: &StartError) -> Failure {
    let failure = Failure::new(Exit::Failure, "the gateway does not start").because(error);
    match error {
        StartError::Listen { .. } => failure.next("cargo aruuri dev --port 0, for a free port"),
        _ => failure,
    }
}

/// What runs, and when its binaries were built.
struct Served {
    handle: Handle,
    /// Starts jobs as long as the functions are served.
    _clock: Option<Clock>,
    /// Hands events over as long as the functions are served.
    _relay: Option<events::Relay>,
    /// Serves as long as the functions do.
    _sql: Option<sql_gateway::Handle>,
    running: Running,
    built: BTreeMap<String, Option<SystemTime>>,
}

impl Served {
    /// Restarts the functions whose binaries are others than before.
    async fn restart(&mut self, binaries: &Binaries, out: &Output) {
        let built = times(binaries);
        let changed = built.iter().filter(|(name, time)| self.built.get(*name) != Some(time));
        let mut count = 0;
        for (name, _) in changed {
            self.handle.restart(name).await;
            out.detail(format_args!("{name}: new binary"));
            count += 1;
        }
        out.step(format_args!("{} with {count} new binaries", Paint::good("ready")));
        self.built = built;
    }
}

fn times(binaries: &BTreeMap<String, PathBuf>) -> BTreeMap<String, Option<SystemTime>> {
    binaries.iter().map(|(name, path)| (name.clone(), modified(path))).collect()
}

#[derive(Serialize)]
struct Answer<'a> {
    url: &'a str,
    routes: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    method: &'a str,
    path: &'a str,
    function: &'a str,
}

/// Writes the routes, and a request to try.
fn present(
    handle: &Handle,
    routes: &[&'static Route],
    stack: &Stack,
    out: &Output,
) -> Result<(), Failure> {
    let url = format!("http://{}", handle.addr());
    let row = |route: &&'static Route| Row {
        method: route.method.as_str(),
        path: route.path,
        function: route.name,
    };
    let rows: Vec<Row<'_>> = routes.iter().map(row).collect();
    let mut table = Table::new(&["method", "path", "function"]);
    for row in &rows {
        table.row([row.method, row.path, row.function].map(str::to_owned));
    }
    out.data(&Answer { url: &url, routes: rows }, table)?;
    out.step(format_args!("{} at {url} (Ctrl-C ends it); try", Paint::good("ready")));
    out.step(curl(&url, routes, stack)?);
    Ok(())
}

/// The first route that can be read without knowing an id, with a token for it.
fn curl(url: &str, routes: &[&'static Route], stack: &Stack) -> Result<String, Failure> {
    let readable = routes.iter().filter(|route| route.method == Method::GET);
    let mut examples = readable.flat_map(|route| {
        let good = route.examples.iter().filter(|example| example.status == 200);
        good.map(move |example| (route, example))
    });
    let first = examples.clone().find(|(_, example)| example.role.is_some());
    let Some((route, example)) = first.or_else(|| examples.next()) else {
        return Ok(format!("  curl {url}/"));
    };
    let token = match example.role {
        Some(role) => {
            let token = stack.signer()?.token(stack::developer(), &[role], 12 * 60 * 60)?;
            format!("-H 'authorization: Bearer {token}' ")
        }
        None => String::new(),
    };
    let query = if example.query.is_empty() { "" } else { "?" };
    let path = example_path(route, example);
    Ok(format!("  curl -i {token}'{url}{path}{query}{}'", example.query))
}

/// Writes what happens to stderr: requests, what functions log, and why one failed.
fn log(out: &Output) -> Log {
    let out = out.clone();
    Log::new(move |entry| match entry {
        Entry::Line { function, line } => {
            out.step(format_args!("{} {line}", Paint::dim(format_args!("{function} |"))));
        }
        Entry::Started { function, init } => {
            out.detail(format_args!("{function}: started in {} ms", milliseconds(init)));
        }
        Entry::Failed { function, failure, last_lines } => {
            let mut why = failure.to_string();
            let mut cause = failure.source();
            while let Some(error) = cause {
                why = format!("{why}: {error}");
                cause = error.source();
            }
            out.raw_error(format_args!("{} {function} {why}", Paint::bad("failed:")));
            for line in last_lines {
                out.raw_error(format_args!("  {line}"));
            }
        }
        Entry::Request { method, path, status, took, function } => {
            let function = function.unwrap_or("no route");
            let took = milliseconds(took);
            out.step(format_args!("{method} {path} {} in {took} ms ({function})", colored(status)));
        }
        _ => {}
    })
}

fn colored(status: u16) -> Paint<u16> {
    match status {
        500.. => Paint::bad(status),
        400.. => Paint::warn(status),
        _ => Paint::good(status),
    }
}

/// With two decimals.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e5).round() / 1e2
}
