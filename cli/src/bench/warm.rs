//! Warm invocations: one process per side and request, back to back.
use serde::Serialize;

use super::{
    Bed, Side, cold,
    counters::{Counting, Memory},
    instance::Instance,
    requests::Kind,
    spread::{Samples, Spread, three_digits},
};
use crate::{failure::Failure, output::Table};

/// Invocations of one side before it is the other's turn.
pub(super) const BATCH: usize = 50;

/// What invocations of ours and of the limit cost.
#[derive(Debug, Serialize)]
pub(super) struct Warm {
    rounds: usize,
    invocations_each: usize,
    requests: Vec<Compared>,
}

/// One request on both sides.
#[derive(Debug, Serialize)]
struct Compared {
    request: Kind,
    ours: Cost,
    limit: Cost,
    ratio: Ratio,
}

/// From the event handed over to the answer received, and what the process used.
#[derive(Debug, Serialize)]
struct Cost {
    p50_us: f64,
    p99_us: f64,
    cpu_us: f64,
    user_instructions: Option<u64>,
    #[serde(flatten)]
    memory: Memory,
}

/// Ours by limit: the spread is that of the rounds.
#[derive(Debug, Serialize)]
struct Ratio {
    p50: Spread,
    p99: f64,
    cpu: Spread,
    user_instructions: Option<f64>,
}

/// One side: its process and what was measured so far.
#[derive(Debug)]
pub(super) struct Runner {
    instance: Instance,
    all: Samples,
    cpu: Samples,
    made: usize,
}

/// One batch: median in microseconds, processor time per invocation in microseconds.
pub(super) struct Batch {
    pub(super) p50: f64,
    pub(super) cpu: f64,
}

/// Runs both in turns, the first batch unmeasured.
///
/// # Errors
/// When a function fails or answers wrongly.
pub(super) fn measure(bed: &Bed<'_>, rounds: usize) -> Result<Warm, Failure> {
    let mut requests = Vec::new();
    for kind in Kind::ALL {
        bed.out.step(format_args!(
            "warm: {}, {rounds} rounds of {BATCH} invocations each through {}",
            kind.name(),
            bed.link.name()
        ));
        requests.push(compare(bed, kind, rounds)?);
    }
    Ok(Warm { rounds, invocations_each: rounds * BATCH, requests })
}

fn compare(bed: &Bed<'_>, kind: Kind, rounds: usize) -> Result<Compared, Failure> {
    let mut ours = Runner::start(bed, Side::Ours, kind)?;
    let mut limit = Runner::start(bed, Side::Limit, kind)?;
    let (mut p50, mut cpu) = (Samples::default(), Samples::default());
    for round in 0..rounds {
        let (one, other) = if round % 2 == 0 {
            let one = ours.batch(bed, kind)?;
            (one, limit.batch(bed, kind)?)
        } else {
            let other = limit.batch(bed, kind)?;
            (ours.batch(bed, kind)?, other)
        };
        p50.add(one.p50 / other.p50);
        cpu.add(one.cpu / other.cpu);
    }
    let (ours, limit) = (ours.done(bed, kind)?, limit.done(bed, kind)?);
    let user_instructions = match (ours.user_instructions, limit.user_instructions) {
        (Some(ours), Some(limit)) => Some(three_digits(cold::ratio(ours, limit))),
        _ => None,
    };
    let p99 = three_digits(ours.p99_us / limit.p99_us);
    let ratio = Ratio { p50: p50.spread(), p99, cpu: cpu.spread(), user_instructions };
    Ok(Compared { request: kind, ours, limit, ratio })
}

impl Runner {
    /// A process that has answered a batch of which nothing is kept.
    pub(super) fn start(bed: &Bed<'_>, side: Side, kind: Kind) -> Result<Runner, Failure> {
        let function = bed.function(side, kind, None)?;
        let instance = Instance::start(&function, bed.logs)?;
        let mut runner =
            Runner { instance, all: Samples::default(), cpu: Samples::default(), made: 0 };
        runner.batch(bed, kind)?;
        runner.all = Samples::default();
        runner.cpu = Samples::default();
        Ok(runner)
    }

    /// Invocations, each with another request.
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a few seconds at most")]
    pub(super) fn batch(&mut self, bed: &Bed<'_>, kind: Kind) -> Result<Batch, Failure> {
        let from = self.made;
        let requests: Vec<_> = (from..from + BATCH).map(|n| bed.requests.make(kind, n)).collect();
        self.made += BATCH;
        self.instance.settle()?;
        let mut times = Samples::default();
        let mut answers = Vec::with_capacity(BATCH);
        let before = self.instance.cpu_ns();
        for request in &requests {
            let answer = self.instance.invoke(request)?;
            times.add(answer.took.as_secs_f64() * 1e6);
            answers.push(answer.body);
        }
        self.instance.settle()?;
        let cpu = (self.instance.cpu_ns() - before) as f64 / 1e3 / BATCH as f64;
        for (request, answer) in requests.iter().zip(&answers) {
            bed.created(request.check(answer)?);
        }
        self.all.append(&times);
        self.cpu.add(cpu);
        Ok(Batch { p50: times.median(), cpu })
    }

    /// Median and 99th percentile of all invocations and median processor time, in microseconds.
    pub(super) fn times(&self) -> (f64, f64, f64) {
        (self.all.median(), self.all.percentile(99), self.cpu.median())
    }

    /// Memory of the process.
    pub(super) fn memory(&self) -> Memory {
        self.instance.memory()
    }

    fn done(mut self, bed: &Bed<'_>, kind: Kind) -> Result<Cost, Failure> {
        let memory = self.memory();
        let (p50_us, p99_us, cpu_us) = self.times();
        let mut user_instructions = None;
        if bed.no_instructions.is_none() {
            let file = bed.logs.join("warm.perf");
            if let Some(counting) = Counting::begin(self.instance.pid(), &file) {
                self.batch(bed, kind)?;
                user_instructions = counting.end(&file).map(|count| count / BATCH as u64);
            }
        }
        Ok(Cost { p50_us, p99_us, cpu_us, user_instructions, memory })
    }
}

impl Warm {
    /// For people.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new(&[
            "warm",
            "ours p50 us",
            "p99",
            "cpu",
            "peak MiB",
            "limit p50 us",
            "p99",
            "cpu",
            "peak MiB",
            "p50 ours / limit",
            "cpu ours / limit",
        ]);
        for Compared { request, ours, limit, ratio } in &self.requests {
            let mut row = vec![request.name().to_owned()];
            for cost in [ours, limit] {
                row.extend([cost.p50_us, cost.p99_us, cost.cpu_us].map(|us| format!("{us:.0}")));
                row.push(super::mib(cost.memory.peak_kib));
            }
            row.extend([ratio.p50.to_string(), ratio.cpu.to_string()]);
            table.row(row);
        }
        table
    }
}
