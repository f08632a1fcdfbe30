//! Many sandboxes at once through PgBouncer: what is answered, how evenly, and whether memory grows.
use std::{
    collections::BTreeMap,
    panic,
    path::Path,
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;
use serde_json::Value;

use super::{
    Bed, Side, counters, gate,
    instance::Instance,
    requests::{Kind, Request},
    spread::{Samples, Spread, three_digits},
};
use crate::{
    cargo::Binaries,
    failure::{Exit, Failure},
    output::Table,
};

/// How often memory and server connections are looked at.
const LOOKS: u32 = 10;
/// Created contributions of each sandbox that are compared with their rows; all are counted.
const COMPARED: usize = 10;
/// Files that one sandbox takes here.
const FILES_EACH: u64 = 4;

/// What was seen.
#[derive(Debug, Serialize)]
pub(super) struct Load {
    clients: usize,
    /// The most at any look.
    server_connections: u64,
    storm: Storm,
    seconds: f64,
    requests: u64,
    requests_per_second: f64,
    /// How often each came: `200`, `503 database_unreachable`.
    answers: BTreeMap<String, u64>,
    /// Answers that are neither right nor a 503 that says when to come back, and one of them.
    errors: u64,
    first_error: Option<String>,
    /// Contributions that were answered as created, and rows that came into the database.
    created: u64,
    rows: u64,
    fairness: Vec<Fairness>,
    memory: Vec<Memory>,
}

/// All sandboxes start at once.
#[derive(Debug, Serialize)]
struct Storm {
    /// From the first start to the last first answer.
    all_answered_s: f64,
    first_poll_ms: Spread,
    first_answer_ms: Spread,
    answers: BTreeMap<String, u64>,
}

/// Right answers to each sandbox of one kind.
#[derive(Debug, Serialize)]
struct Fairness {
    request: Kind,
    clients: usize,
    min: f64,
    median: f64,
    max: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// At one moment.
#[derive(Clone, Copy, Debug, Serialize)]
struct Memory {
    after_s: f64,
    /// Of all sandboxes together, and the middle one's and the largest one's.
    functions_mib: f64,
    median_mib: f64,
    largest_mib: f64,
    pgbouncer_mib: f64,
}

/// What one sandbox has answered.
#[derive(Debug)]
struct Client {
    kind: Kind,
    first_poll_ms: f64,
    first_answer: Answered,
    answers: BTreeMap<String, u64>,
    errors: Vec<String>,
    right: u64,
    took_ms: Samples,
}

/// One answer.
#[derive(Debug)]
struct Answered {
    /// `200`, `503 database_unreachable`.
    name: String,
    took_ms: f64,
    error: Option<String>,
    right: bool,
}

/// Which request a sandbox is for: most find, some list, some create.
fn kind(client: usize) -> Kind {
    match client % 10 {
        0 | 1 => Kind::Create,
        2 | 3 => Kind::List,
        _ => Kind::Find,
    }
}

/// The functions of an earlier build.
///
/// # Errors
/// When one is not there.
pub(super) fn built(folder: &Path) -> Result<Binaries, Failure> {
    let found = Kind::ALL.into_iter().map(|kind| {
        let path = folder.join(kind.route().name);
        if path.is_file() {
            return Ok((kind.route().name.to_owned(), path));
        }
        Err(Failure::new(Exit::Usage, "a function is not built")
            .place(path.display())
            .next("leave out --binaries, or cargo build -p finance --bins, for target/debug"))
    });
    found.collect()
}

/// Starts `clients` sandboxes at once and has each answer one request after the other for so long.
///
/// # Errors
/// When a sandbox cannot be started, or ends.
pub(super) fn measure(bed: &Bed<'_>, clients: usize, seconds: u64) -> Result<Load, Failure> {
    allow_files(clients)?;
    let before = bed.runtime.block_on(bed.requests.data.count())?;
    bed.out.step(format_args!("load: {clients} sandboxes start at once"));
    let (ready, stop) = (Barrier::new(clients + 1), AtomicBool::new(false));
    let pids: Vec<_> = (0..clients).map(|_| std::sync::atomic::AtomicU32::new(0)).collect();
    let started = Instant::now();
    let (all, memory, connections, storm_s, took) = thread::scope(|scope| {
        let (ready, stop, pids) = (&ready, &stop, &pids);
        let live = |n: usize| {
            move || {
                let begun = begin(bed, n);
                if let Ok((instance, _)) = &begun {
                    pids[n].store(instance.pid(), Ordering::Relaxed);
                }
                // Whoever fails must come here too: the others wait.
                ready.wait();
                let (mut instance, mut client) = begun?;
                go_on(bed, n, &mut instance, &mut client, stop)?;
                Ok::<_, Failure>(client)
            }
        };
        let threads: Vec<_> = (0..clients).map(|n| scope.spawn(live(n))).collect();
        ready.wait();
        let storm_s = started.elapsed().as_secs_f64();
        bed.out.step(format_args!("load: {seconds} s of requests"));
        let from = Instant::now();
        let mut memory = Vec::new();
        let mut connections = 0;
        for _ in 0..LOOKS {
            thread::sleep(Duration::from_secs(seconds) / LOOKS);
            let pids = pids.iter().map(|pid| pid.load(Ordering::Relaxed));
            memory.push(look(bed, from, pids));
            let now = bed.runtime.block_on(bed.requests.data.server_connections());
            connections = now.map_or(connections, |now| connections.max(now));
        }
        stop.store(true, Ordering::Relaxed);
        let took = from.elapsed();
        let all: Vec<_> = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic)))
            .collect();
        (all, memory, connections, storm_s, took)
    });
    let all = all.into_iter().collect::<Result<Vec<_>, _>>()?;
    let rows = bed.runtime.block_on(bed.requests.data.count())? - before;
    let storm = Storm {
        all_answered_s: three_digits(storm_s),
        first_poll_ms: spread(all.iter().map(|client| client.first_poll_ms)),
        first_answer_ms: spread(all.iter().map(|client| client.first_answer.took_ms)),
        answers: sum(all.iter().map(|client| (client.first_answer.name.as_str(), 1))),
    };
    let answers = sum(all
        .iter()
        .flat_map(|client| client.answers.iter().map(|(name, count)| (name.as_str(), *count))));
    let first = |client: &Client| u64::from(client.first_answer.right);
    let creators = all.iter().filter(|client| client.kind == Kind::Create);
    let created = creators.map(|client| client.right + first(client)).sum();
    let errors =
        all.iter().flat_map(|client| client.first_answer.error.iter().chain(&client.errors));
    let requests = answers.values().sum();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let per_second = requests as f64 / took.as_secs_f64();
    Ok(Load {
        clients,
        server_connections: connections,
        storm,
        seconds: three_digits(took.as_secs_f64()),
        requests,
        requests_per_second: per_second.round(),
        answers,
        first_error: errors.clone().next().cloned(),
        errors: errors.count() as u64,
        created,
        rows,
        fairness: Kind::ALL.into_iter().filter_map(|kind| fairness(kind, &all)).collect(),
        memory,
    })
}

/// Every sandbox takes some files, and most systems allow 1,024.
fn allow_files(clients: usize) -> Result<(), Failure> {
    let wanted = clients as u64 * FILES_EACH + 200;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    let raised = Rlimit { current: Some(wanted), maximum };
    setrlimit(Resource::Nofile, raised).map_err(|error| {
        Failure::new(Exit::Failure, format!("{clients} sandboxes need {wanted} open files"))
            .because(&error)
            .next(format!("ulimit -n {wanted}, or fewer --clients"))
    })
}

/// Starts a sandbox and has it answer its first request.
fn begin(bed: &Bed<'_>, n: usize) -> Result<(Instance, Client), Failure> {
    let kind = kind(n);
    let function = bed.function(Side::Ours, kind, None)?;
    let mut instance = Instance::start_quiet(&function)?;
    let first_poll_ms = instance.ready()?.as_secs_f64() * 1e3;
    let first_answer = ask(bed, &mut instance, &gate::request(bed, kind, n), true)?;
    let client = Client {
        kind,
        first_poll_ms,
        first_answer,
        answers: BTreeMap::new(),
        errors: Vec::new(),
        right: 0,
        took_ms: Samples::default(),
    };
    Ok((instance, client))
}

fn go_on(
    bed: &Bed<'_>,
    n: usize,
    instance: &mut Instance,
    client: &mut Client,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        count += 1;
        let request = gate::request(bed, client.kind, n + count * 31);
        let answered = ask(bed, instance, &request, count < COMPARED)?;
        *client.answers.entry(answered.name).or_default() += 1;
        client.right += u64::from(answered.right);
        client.took_ms.add(answered.took_ms);
        client.errors.extend(answered.error);
    }
    Ok(())
}

fn ask(
    bed: &Bed<'_>,
    instance: &mut Instance,
    request: &Request,
    compared: bool,
) -> Result<Answered, Failure> {
    let answer = instance.invoke(request)?;
    let came: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let status = came["statusCode"].as_u64().unwrap_or_default();
    let took_ms = answer.took.as_secs_f64() * 1e3;
    let checked = request.check(&answer.body);
    match checked {
        Ok(row) => {
            bed.created(row.filter(|_| compared));
            Ok(Answered { name: status.to_string(), took_ms, error: None, right: true })
        }
        Err(failure) => {
            let body = came["body"].as_str().unwrap_or_default();
            let body: Value = serde_json::from_str(body).unwrap_or_default();
            let code = body["code"].as_str().unwrap_or("wrong");
            let later = status == 503 && came["headers"]["retry-after"].is_string();
            let error = (!later).then(|| failure.causes().join(", "));
            Ok(Answered { name: format!("{status} {code}"), took_ms, error, right: false })
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "kibibytes, and fewer than 2^52")]
fn look(bed: &Bed<'_>, from: Instant, pids: impl Iterator<Item = u32>) -> Memory {
    let mut each = Samples::default();
    let mut total = 0;
    for pid in pids {
        let rss = counters::memory(pid).rss_kib;
        total += rss;
        each.add(rss as f64 / 1024.0);
    }
    let pooler = bed.requests.data.pooler_pid().map_or(0, |pid| counters::memory(pid).rss_kib);
    let mib = |kib: u64| three_digits(kib as f64 / 1024.0);
    Memory {
        after_s: from.elapsed().as_secs_f64().round(),
        functions_mib: mib(total),
        median_mib: each.median(),
        largest_mib: each.percentile(100),
        pgbouncer_mib: mib(pooler),
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn fairness(kind: Kind, all: &[Client]) -> Option<Fairness> {
    let (mut counts, mut took_ms) = (Samples::default(), Samples::default());
    let clients = all.iter().filter(|client| client.kind == kind);
    for client in clients.clone() {
        counts.add(client.right as f64);
        took_ms.append(&client.took_ms);
    }
    let clients = clients.count();
    (clients > 0).then(|| Fairness {
        request: kind,
        clients,
        min: counts.percentile(0),
        median: counts.median(),
        max: counts.percentile(100),
        p50_ms: took_ms.median(),
        p99_ms: took_ms.percentile(99),
    })
}

fn spread(all: impl Iterator<Item = f64>) -> Spread {
    let mut samples = Samples::default();
    all.for_each(|sample| samples.add(sample));
    samples.spread()
}

fn sum<'a>(all: impl Iterator<Item = (&'a str, u64)>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (name, count) in all {
        *sums.entry(name.to_owned()).or_default() += count;
    }
    sums
}

impl Load {
    /// Why this is not how it should be, if it is not.
    pub(super) fn missed(&self) -> Option<Failure> {
        let wrong = |what: String| Failure::new(Exit::Failure, what);
        if let Some(first) = &self.first_error {
            let what =
                format!("{} answers were neither right nor a 503 with Retry-After", self.errors);
            return Some(wrong(what).why(first));
        }
        let unknown = self.answers.contains_key("503 outcome_unknown");
        if self.rows < self.created || (self.rows > self.created && !unknown) {
            return Some(wrong(format!("{} created, and {} rows", self.created, self.rows)));
        }
        None
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let named = |answers: &BTreeMap<String, u64>| {
            let each: Vec<_> = answers.iter().map(|(name, n)| format!("{n} x {name}")).collect();
            each.join(", ")
        };
        let Storm { all_answered_s, first_poll_ms, first_answer_ms, answers } = &self.storm;
        let mut fair = Table::new(&[
            "requests of a sandbox",
            "sandboxes",
            "min",
            "median",
            "max",
            "p50 ms",
            "p99 ms",
        ]);
        for row in &self.fairness {
            let numbers = [row.min, row.median, row.max].map(|n| format!("{n:.0}"));
            let times = [row.p50_ms, row.p99_ms].map(|ms| format!("{ms:.1}"));
            let head = [row.request.name().to_owned(), row.clients.to_string()];
            fair.row(head.into_iter().chain(numbers).chain(times));
        }
        let mut memory =
            Table::new(&["after s", "sandboxes MiB", "median MiB", "largest MiB", "pgbouncer MiB"]);
        for row in &self.memory {
            let Memory { after_s, functions_mib, median_mib, largest_mib, pgbouncer_mib } = row;
            let numbers = [*functions_mib, *median_mib, *largest_mib, *pgbouncer_mib];
            let numbers = numbers.map(|n| format!("{n:.1}"));
            memory.row([format!("{after_s:.0}")].into_iter().chain(numbers));
        }
        format!(
            "storm: {} sandboxes answered within {all_answered_s:.1} s: first poll {first_poll_ms} ms, \
             first answer {first_answer_ms} ms after that; {}\n\
             load: {} requests in {:.0} s, {} a second, over {} server connections; {}\n\
             errors: {}; created {}, rows {}\n\n{fair}\n{memory}",
            self.clients,
            named(answers),
            self.requests,
            self.seconds,
            self.requests_per_second,
            self.server_connections,
            named(&self.answers),
            self.errors,
            self.created,
            self.rows,
        )
    }
}
