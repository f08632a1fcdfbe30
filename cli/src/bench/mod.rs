//! `bench`: what functions cost, beside the least that a function can cost.
mod bed;
mod build;
mod cold;
mod counters;
mod data;
mod finance;
mod flights;
mod gate;
mod growth;
mod instance;
mod load;
mod over_http;
mod peers;
mod requests;
mod runtime_api;
mod spread;
#[cfg(test)]
mod tests;
mod token;
mod warm;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use clap::{Args, ValueEnum};
use serde::Serialize;
use stack::{Running, Stack};

use self::{
    bed::{Bed, Side},
    cold::Cold,
    data::{Data, Link},
    flights::Flights,
    gate::Row,
    load::Load,
    over_http::OverHttp,
    peers::Peers,
    requests::Requests,
    token::Token,
    warm::Warm,
};
use crate::{
    cargo::Binaries,
    failure::{Exit, Failure},
    functions,
    output::Output,
};

/// The package, binary and name of the function that ours are compared with.
const LIMIT: &str = "limit";

/// Compare functions with a minimal one: cold starts, warm invocations, and the goals that CI keeps
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri bench cold warm            ratios on this machine, through PgBouncer
  cargo aruuri bench cold --tls --direct  the same start with TLS and without a pooler
  cargo aruuri bench gate                 exit 1 when a goal is missed that does not depend on load
  cargo aruuri bench gate --binaries target/lambda
  cargo aruuri bench load --seconds 600   500 sandboxes on 20 server connections: errors, fairness, memory
  cargo aruuri bench peers -o json        beside Drizzle, hono, psycopg and axum with sqlx; needs npm and python3
  cargo aruuri bench http                 SQL over HTTP beside Neon's own driver for Node.js
  cargo aruuri bench finance -o json      postings beside `pgbench -N`, on a durable cluster of its own
  cargo aruuri bench finance --quick      the same as a smoke test
  cargo aruuri bench token -o json        what checking an access token costs a warm function: 150 us at most
  cargo aruuri bench diff                 how `migrate diff` grows from 25 to 140 objects of every kind

Times depend on the machine and on what else it does; ratios come from runs in turns and depend less.")]
pub(crate) struct Bench {
    /// What to measure
    #[arg(required = true, value_enum)]
    what: Vec<What>,
    /// Pairs of cold starts, and rounds of warm invocations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    samples: Option<u16>,
    /// Connect with TLS
    #[arg(long)]
    tls: bool,
    /// Connect to PostgreSQL itself, not through PgBouncer
    #[arg(long)]
    direct: bool,
    /// How long `load` takes
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..))]
    seconds: u16,
    /// Sandboxes of `load`
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..=600))]
    clients: u16,
    /// Deployed functions whose size the gate looks at, or which `load` or `token` drives; otherwise the three it builds
    #[arg(long, value_name = "FOLDER")]
    binaries: Option<PathBuf>,
    /// A small `finance`, to see that it runs
    #[arg(long)]
    quick: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum What {
    /// Start to first poll and to first answer
    Cold,
    /// Invocations back to back
    Warm,
    /// The goals that do not depend on load
    Gate,
    /// Many sandboxes on few server connections, which all start at once
    Load,
    /// The same requests by functions in Node.js, Python and Rust with a common framework
    Peers,
    /// Reads over SQL over HTTP, by ours and by Neon's own driver for Node.js
    Http,
    /// Postings by 8 instances beside `pgbench -N`, and reads of a million entries; alone
    Finance,
    /// Requests with a token, and without, that end before any statement
    Token,
    /// `migrate diff` on schemas of 25 to 140 objects of every kind; alone
    Diff,
    /// All of them but `load`, `peers`, `http`, `finance`, `token` and `diff`
    All,
}

/// What was measured, and on what.
#[derive(Debug, Serialize)]
struct Report {
    machine: Machine,
    through: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cold: Option<Cold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warm: Option<Warm>,
    round_trips: Vec<Flights>,
    #[serde(skip_serializing_if = "Option::is_none")]
    load: Option<Load>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peers: Option<Peers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<OverHttp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Token>,
    binary_bytes: Vec<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<Vec<Row>>,
}

#[derive(Debug, Serialize)]
struct Machine {
    architecture: &'static str,
    processors: usize,
    load_1min: Option<f64>,
    postgres: String,
    pgbouncer: Option<String>,
    /// Why `user_instructions` is null, if it is.
    no_instructions: Option<String>,
}

#[derive(Debug, Serialize)]
struct Size {
    name: String,
    bytes: u64,
}

impl Bench {
    /// Builds, makes a database, measures and reports.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let stack = Stack::find()?;
        if self.quick && self.what != [What::Finance] {
            return Err(Failure::new(Exit::Usage, "--quick goes with finance alone")
                .next("cargo aruuri bench finance --quick"));
        }
        if self.what.contains(&What::Finance) {
            return self.finance(&stack, out);
        }
        let running = stack.up(|step| out.step(step))?;
        if self.what.contains(&What::Diff) {
            return self.diff(&running, out);
        }
        let without_tls = match self.wants(What::Gate) {
            true => build::build_without_tls(&running.root, out)?,
            false => Binaries::default(),
        };
        let mut binaries = match &self.binaries {
            Some(folder) if matches!(*self.what, [What::Load] | [What::Token]) => {
                load::built(folder)?
            }
            _ => build::build(&running.root, out)?,
        };
        let with_http = match self.what.contains(&What::Http) {
            true => build::build_with_http(&running.root, out)?,
            false => Binaries::default(),
        };
        if self.what.contains(&What::Peers) || self.what.contains(&What::Http) {
            binaries.extend(peers::build(&running.root, out)?);
        }
        let runtime = functions::runtime()?;
        let data = runtime.block_on(Data::new(&running, out))?;
        let signer = stack.signer()?;
        let token = signer.token(stack::developer(), &["treasurer"], 24 * 3600)?;
        let logs = Logs::make(&stack)?;
        let no_instructions = counters::counts_instructions().err();
        let created = Mutex::default();
        let bed = Bed {
            requests: Requests { data: &data, token: &token },
            signer: &signer,
            binaries: &binaries,
            without_tls: &without_tls,
            link: Link { direct: self.direct, tls: self.tls },
            http: None,
            with_http: &with_http,
            logs: &logs.0,
            out,
            runtime: &runtime,
            no_instructions: no_instructions.as_deref(),
            created: &created,
        };
        let report = self.measure(&bed)?;
        out.data(&report, report.text())?;
        let missed = report.gate.as_deref().and_then(gate::missed);
        match missed.or_else(|| report.load.as_ref().and_then(Load::missed)) {
            Some(failure) => Err(failure),
            None => Ok(Exit::Ok),
        }
    }

    /// Has servers of its own.
    fn finance(&self, stack: &Stack, out: &Output) -> Result<Exit, Failure> {
        if self.what.len() > 1 {
            return Err(Failure::new(Exit::Usage, "finance is measured alone")
                .next("cargo aruuri bench finance"));
        }
        let rounds = self.samples.map_or(if self.quick { 1 } else { 7 }, usize::from);
        let report = finance::measure(stack, rounds, self.quick, out)?;
        out.data(&report, report.text())?;
        Ok(Exit::Ok)
    }

    /// Needs no functions, so it builds none.
    fn diff(&self, running: &Running, out: &Output) -> Result<Exit, Failure> {
        if self.what.len() > 1 {
            return Err(
                Failure::new(Exit::Usage, "diff is measured alone").next("cargo aruuri bench diff")
            );
        }
        let rounds = self.samples.map_or(5, usize::from);
        let growth = functions::runtime()?.block_on(growth::measure(running, rounds, out))?;
        out.data(&growth, growth.text())?;
        Ok(Exit::Ok)
    }

    fn wants(&self, one: What) -> bool {
        self.what.iter().any(|what| *what == one || *what == What::All)
    }

    fn measure(&self, bed: &Bed<'_>) -> Result<Report, Failure> {
        let samples = |default| self.samples.map_or(default, usize::from);
        let cold = self.wants(What::Cold).then(|| cold::measure(bed, samples(100))).transpose()?;
        let warm = self.wants(What::Warm).then(|| warm::measure(bed, samples(20))).transpose()?;
        let compared = cold.is_some() || warm.is_some();
        let round_trips = if compared { flights::measure(bed)? } else { Vec::new() };
        let plain = bed.with(Link { direct: false, tls: false });
        let gate = self
            .wants(What::Gate)
            .then(|| gate::measure(&plain, self.binaries.as_deref()))
            .transpose()?;
        let load = self.what.contains(&What::Load);
        let (clients, seconds) = (usize::from(self.clients), u64::from(self.seconds));
        let load = load.then(|| load::measure(bed, clients, seconds)).transpose()?;
        let peers = self.what.contains(&What::Peers);
        let peers = peers.then(|| peers::measure(bed, samples(20), samples(10))).transpose()?;
        let http = self.what.contains(&What::Http);
        let http = http.then(|| over_http::measure(bed, samples(20))).transpose()?;
        let token = self.what.contains(&What::Token);
        let token = token.then(|| token::measure(bed, samples(20))).transpose()?;
        if let Some(wrong) = bed.wrong_rows()?.first() {
            return Err(Failure::new(Exit::Failure, "a wrong answer").why(wrong));
        }
        Ok(Report {
            machine: Machine::of(bed)?,
            through: bed.link.name(),
            cold,
            warm,
            round_trips,
            load,
            peers,
            http,
            token,
            binary_bytes: sizes(bed.binaries),
            gate,
        })
    }
}

/// A folder for what functions write, gone with this.
#[derive(Debug)]
struct Logs(PathBuf);

impl Logs {
    /// In memory where that can be: a disk would be part of every time.
    fn make(stack: &Stack) -> Result<Logs, Failure> {
        let shared = Path::new("/dev/shm");
        // What killed runs left behind.
        for entry in fs::read_dir(shared).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let process = name.strip_prefix("aruuri-bench-");
            if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let memory = shared.join(format!("aruuri-bench-{}", std::process::id()));
        let folder = match fs::create_dir(&memory) {
            Ok(()) => memory,
            Err(_) => stack.file("bench"),
        };
        fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(Exit::Failure, "cannot keep the logs of functions")
                .place(folder.display())
                .because(&error)
        })?;
        Ok(Logs(folder))
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Machine {
    fn of(bed: &Bed<'_>) -> Result<Machine, Failure> {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let [_, pgbouncer] = stack::installed();
        Ok(Machine {
            architecture: std::env::consts::ARCH,
            processors: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            load_1min: load.split(' ').next().and_then(|load| load.parse().ok()),
            postgres: bed.runtime.block_on(bed.requests.data.server_version())?,
            pgbouncer: pgbouncer.version,
            no_instructions: bed.no_instructions.map(str::to_owned),
        })
    }
}

fn sizes(binaries: &Binaries) -> Vec<Size> {
    let size = |(name, path): (&String, &PathBuf)| Size {
        name: name.clone(),
        bytes: fs::metadata(path).map_or(0, |meta| meta.len()),
    };
    binaries.iter().map(size).collect()
}

/// `4.1`.
fn mib(kib: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let mib = kib as f64 / 1024.0;
    format!("{mib:.1}")
}

impl Report {
    fn text(&self) -> String {
        let Machine { architecture, processors, load_1min, postgres, pgbouncer, no_instructions } =
            &self.machine;
        let mut text = format!(
            "through {}; {processors} processors ({architecture}), load {}; PostgreSQL {postgres}, PgBouncer {}\n",
            self.through,
            load_1min.unwrap_or_default(),
            pgbouncer.as_deref().unwrap_or("not there"),
        );
        if let Some(why) = no_instructions {
            text.push_str(&format!("no instructions counted: {why}\n"));
        }
        let mut add = |table: String| text.push_str(&format!("\n{table}"));
        if let Some(cold) = &self.cold {
            add(cold.table().to_string());
        }
        if let Some(warm) = &self.warm {
            add(warm.table().to_string());
        }
        if !self.round_trips.is_empty() {
            add(flights::table(&self.round_trips).to_string());
        }
        if let Some(load) = &self.load {
            add(load.text());
        }
        for table in self.peers.iter().flat_map(Peers::tables) {
            add(table.to_string());
        }
        if let Some(http) = &self.http {
            add(http.table().to_string());
        }
        if let Some(token) = &self.token {
            add(token.table().to_string());
        }
        if let Some(rows) = &self.gate {
            add(gate::table(rows).to_string());
        }
        for Size { name, bytes } in &self.binary_bytes {
            text.push_str(&format!("{name}: {bytes} bytes stripped\n"));
        }
        text
    }
}
