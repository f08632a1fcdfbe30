//! The same three requests by functions that others would write: `bench/peers`, built by `bench/peers/build`.
use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde::Serialize;

use super::{
    Bed, Side, cold,
    data::Link,
    flights,
    instance::Instance,
    over_http,
    requests::Kind,
    spread::{Samples, Spread},
    warm::Runner,
};
use crate::{
    cargo::Binaries,
    failure::{Exit, Failure},
    output::{Output, Table},
};

/// The folders in `bench/peers`.
const PEERS: [&str; 4] = ["node-drizzle", "node-hono", "py-psycopg", "rust-axum-sqlx"];
/// From the function to a distant database and back.
const DISTANCE: Duration = Duration::from_millis(1);
/// Creations of each function at that distance.
const DISTANT: usize = 100;

/// What each function costs, and how many times what ours costs.
#[derive(Debug, Serialize)]
pub(super) struct Peers {
    cold_starts_each: usize,
    warm_rounds: usize,
    cold: Vec<Cold>,
    warm: Vec<Warm>,
    distant_create: Vec<Distant>,
}

/// Start to first answer.
#[derive(Debug, Serialize)]
struct Cold {
    through: String,
    side: Side,
    answer_ms: Spread,
    cpu_ms: Spread,
    peak_kib: u64,
    /// Times ours, of each round of starts.
    answer_ratio: Spread,
    cpu_ratio: Spread,
}

/// Invocations back to back, with the round trips and connections that they take.
#[derive(Debug, Serialize)]
struct Warm {
    through: String,
    request: Kind,
    side: Side,
    p50_us: f64,
    p99_us: f64,
    cpu_us: f64,
    peak_kib: u64,
    round_trips_to_first_answer: u32,
    round_trips_each: f64,
    connections: u32,
    /// Times ours, of each round of invocations.
    p50_ratio: Spread,
    cpu_ratio: Spread,
}

/// A creation with a database that is a millisecond away.
#[derive(Debug, Serialize)]
struct Distant {
    side: Side,
    p50_ms: f64,
    ratio: f64,
}

/// Builds the peers.
///
/// # Errors
/// When something they need is missing or does not build: the script says what.
pub(super) fn build(root: &Path, out: &Output) -> Result<Binaries, Failure> {
    out.step("building the peers: npm, pip and cargo fetch what their lock files name");
    let script = root.join("bench/peers/build");
    let failed = || Failure::new(Exit::Failure, "the peers do not build").place(script.display());
    let status = Command::new(&script).stdin(Stdio::null()).stdout(Stdio::null()).status();
    let status = status.map_err(|error| failed().because(&error))?;
    if !status.success() {
        return Err(failed().why(status).next("mend what is named above"));
    }
    let built = |name: &str| root.join("target/peers").join(name).join("bootstrap");
    let all = PEERS.into_iter().chain([over_http::PEER]);
    Ok(all.map(|name| (name.to_owned(), built(name))).collect())
}

fn sides() -> Vec<Side> {
    let peers = PEERS.into_iter().map(Side::Peer);
    [Side::Ours, Side::Limit].into_iter().chain(peers).collect()
}

/// All sides, each first, second, … in its turn.
fn turns(sides: &[Side], round: usize) -> impl Iterator<Item = usize> {
    let count = sides.len();
    (0..count).map(move |n| (n + round) % count)
}

/// Measures all sides in turns.
///
/// # Errors
/// When a function fails or answers wrongly.
pub(super) fn measure(bed: &Bed<'_>, starts: usize, rounds: usize) -> Result<Peers, Failure> {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for direct in [false, true] {
        let bed = &bed.with(Link { direct, tls: false });
        cold.extend(start_all(bed, starts)?);
        for kind in Kind::ALL {
            warm.extend(invoke_all(bed, kind, rounds)?);
        }
    }
    let pooled = &bed.with(Link { direct: false, tls: false });
    let distant_create = create_far_away(pooled)?;
    Ok(Peers { cold_starts_each: starts, warm_rounds: rounds, cold, warm, distant_create })
}

fn start_all(bed: &Bed<'_>, rounds: usize) -> Result<Vec<Cold>, Failure> {
    bed.out.step(format_args!("cold: {rounds} starts of each through {}", bed.link.name()));
    let sides = sides();
    let mut starts: Vec<_> = sides.iter().map(|_| cold::Starts::default()).collect();
    let mut ratios: Vec<_> =
        sides.iter().map(|_| (Samples::default(), Samples::default())).collect();
    for side in &sides {
        cold::start(bed, *side, 0, &mut cold::Starts::default())?;
    }
    for round in 0..rounds {
        let mut ones = Vec::new();
        for at in turns(&sides, round) {
            ones.push((at, cold::start(bed, sides[at], round, &mut starts[at])?));
        }
        let ours = ones.iter().find(|(at, _)| *at == 0).map(|(_, one)| (one.answer, one.cpu));
        let (answer, cpu) = ours.unwrap_or((f64::NAN, f64::NAN));
        for (at, one) in &ones {
            ratios[*at].0.add(one.answer / answer);
            ratios[*at].1.add(one.cpu / cpu);
        }
    }
    let rows = sides.iter().zip(starts).zip(&ratios);
    let rows = rows.map(|((side, starts), (answer_ratio, cpu_ratio))| Cold {
        through: bed.link.name(),
        side: *side,
        answer_ms: starts.answer.spread(),
        cpu_ms: starts.cpu.spread(),
        peak_kib: starts.peak_kib,
        answer_ratio: answer_ratio.spread(),
        cpu_ratio: cpu_ratio.spread(),
    });
    Ok(rows.collect())
}

/// One side's process, with what it was measured at; times ours, of each round of invocations.
pub(super) struct Measured {
    pub(super) side: Side,
    pub(super) runner: Runner,
    pub(super) p50_ratio: Samples,
    pub(super) cpu_ratio: Samples,
}

/// Warm invocations of all sides in turns; ours is the first.
///
/// # Errors
/// When a function fails or answers wrongly.
pub(super) fn invoke_in_turns(
    bed: &Bed<'_>,
    sides: &[Side],
    kind: Kind,
    rounds: usize,
) -> Result<Vec<Measured>, Failure> {
    let start = |side: &Side| {
        let runner = Runner::start(bed, *side, kind)?;
        let (p50_ratio, cpu_ratio) = (Samples::default(), Samples::default());
        Ok(Measured { side: *side, runner, p50_ratio, cpu_ratio })
    };
    let mut measured = sides.iter().map(start).collect::<Result<Vec<_>, Failure>>()?;
    for round in 0..rounds {
        let mut batches = Vec::new();
        for at in turns(sides, round) {
            batches.push((at, measured[at].runner.batch(bed, kind)?));
        }
        let ours = batches.iter().find(|(at, _)| *at == 0).map(|(_, batch)| (batch.p50, batch.cpu));
        let (p50, cpu) = ours.unwrap_or((f64::NAN, f64::NAN));
        for (at, batch) in &batches {
            measured[*at].p50_ratio.add(batch.p50 / p50);
            measured[*at].cpu_ratio.add(batch.cpu / cpu);
        }
    }
    Ok(measured)
}

fn invoke_all(bed: &Bed<'_>, kind: Kind, rounds: usize) -> Result<Vec<Warm>, Failure> {
    let (name, through) = (kind.name(), bed.link.name());
    bed.out.step(format_args!("warm: {name}, {rounds} rounds through {through}"));
    let mut rows = Vec::new();
    for Measured { side, runner, p50_ratio, cpu_ratio } in
        invoke_in_turns(bed, &sides(), kind, rounds)?
    {
        let flights = flights::count(bed, side, kind)?;
        let (p50_us, p99_us, cpu_us) = runner.times();
        rows.push(Warm {
            through: bed.link.name(),
            request: kind,
            side,
            p50_us,
            p99_us,
            cpu_us,
            peak_kib: runner.memory().peak_kib,
            round_trips_to_first_answer: flights.first_answer,
            round_trips_each: flights.each,
            connections: flights.connections,
            p50_ratio: p50_ratio.spread(),
            cpu_ratio: cpu_ratio.spread(),
        });
    }
    Ok(rows)
}

fn create_far_away(bed: &Bed<'_>) -> Result<Vec<Distant>, Failure> {
    bed.out.step(format_args!("create, with the database {DISTANCE:?} away"));
    let kind = Kind::Create;
    let relay = flights::relay(bed, kind)?;
    let mut instances = Vec::new();
    for side in sides() {
        let function = bed.function(side, kind, Some(relay.port))?;
        instances.push((side, Instance::start(&function, bed.logs)?, Samples::default()));
    }
    relay.delay(DISTANCE);
    for n in 0..=DISTANT {
        for (_, instance, times) in &mut instances {
            let request = bed.requests.make(kind, n);
            let answer = instance.invoke(&request)?;
            bed.created(request.check(&answer.body)?);
            if n > 0 {
                times.add(answer.took.as_secs_f64() * 1e3);
            }
        }
    }
    let ours = instances.first().map_or(f64::NAN, |(_, _, times)| times.median());
    let rows = instances.iter().map(|(side, _, times)| {
        let p50_ms = times.median();
        Distant { side: *side, p50_ms, ratio: super::spread::three_digits(p50_ms / ours) }
    });
    Ok(rows.collect())
}

impl Peers {
    /// For people.
    pub(super) fn tables(&self) -> [Table; 3] {
        let mut cold = Table::new(&[
            "cold start, find",
            "function",
            "p50 ms",
            "cpu ms",
            "peak MiB",
            "times ours",
            "cpu times ours",
        ]);
        for row in &self.cold {
            cold.row([
                row.through.clone(),
                row.side.name().to_owned(),
                format!("{:.2}", row.answer_ms.median),
                format!("{:.2}", row.cpu_ms.median),
                super::mib(row.peak_kib),
                row.answer_ratio.to_string(),
                row.cpu_ratio.to_string(),
            ]);
        }
        let mut warm = Table::new(&[
            "warm",
            "request",
            "function",
            "p50 us",
            "p99 us",
            "cpu us",
            "peak MiB",
            "round trips",
            "connections",
            "times ours",
            "cpu times ours",
        ]);
        for row in &self.warm {
            warm.row([
                row.through.clone(),
                row.request.name().to_owned(),
                row.side.name().to_owned(),
                format!("{:.0}", row.p50_us),
                format!("{:.0}", row.p99_us),
                format!("{:.0}", row.cpu_us),
                super::mib(row.peak_kib),
                format!("{} + {}", row.round_trips_to_first_answer, row.round_trips_each),
                row.connections.to_string(),
                row.p50_ratio.to_string(),
                row.cpu_ratio.to_string(),
            ]);
        }
        let mut distant =
            Table::new(&["create, database 1 ms away", "function", "p50 ms", "times ours"]);
        for row in &self.distant_create {
            distant.row([
                "PgBouncer".to_owned(),
                row.side.name().to_owned(),
                format!("{:.2}", row.p50_ms),
                format!("{:.2}", row.ratio),
            ]);
        }
        [cold, warm, distant]
    }
}
