//! `bench finance`: what a posting costs beside the simplest transaction that PostgreSQL's own benchmark knows.
//!
//! The functions are those that are deployed, through PgBouncer, on a cluster that is durable as a real server is. They
//! and `pgbench -N` work in turns, so that whatever else the machine does meets both.
mod books;
mod posting;
mod scene;

use serde::Serialize;
use stack::{Stack, Throwaway};

use self::{books::Reads, posting::Postings, scene::Scene};
use super::Logs;
use crate::{
    failure::Failure,
    functions, interrupt,
    output::{Output, Paint, Table},
};

/// Instances, and clients of pgbench.
const CLIENTS: usize = 8;

/// How much of everything.
#[derive(Clone, Copy, Debug, Serialize)]
struct Size {
    rounds: usize,
    /// Postings of each instance in each turn.
    postings: usize,
    /// Seconds of each turn of pgbench.
    seconds: u64,
    pgbench_scale: u32,
    entries: u32,
    /// Journals in the chain that is verified.
    sealed: u32,
}

/// What was measured, and on what.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    processors: usize,
    load_1min: [f64; 2],
    postgres: String,
    size: Size,
    postings: Postings,
    reads: Reads,
    goals: Vec<Goal>,
}

/// A goal of the specification.
#[derive(Debug, Serialize)]
struct Goal {
    goal: &'static str,
    measured: f64,
    wanted: f64,
    at_least: bool,
    unit: &'static str,
    met: bool,
}

impl Goal {
    fn at_least(goal: &'static str, measured: f64, wanted: f64, unit: &'static str) -> Goal {
        Goal { goal, measured, wanted, at_least: true, unit, met: measured >= wanted }
    }

    fn at_most(goal: &'static str, measured: f64, wanted: f64, unit: &'static str) -> Goal {
        Goal { goal, measured, wanted, at_least: false, unit, met: measured <= wanted }
    }
}

/// Makes the servers, measures and reports.
///
/// # Errors
/// When something does not build or start, or an answer is wrong.
pub(super) fn measure(
    stack: &Stack,
    rounds: usize,
    quick: bool,
    out: &Output,
) -> Result<Report, Failure> {
    let size = match quick {
        true => Size {
            rounds,
            postings: 20,
            seconds: 1,
            pgbench_scale: 1,
            entries: 10_000,
            sealed: 2_000,
        },
        false => Size {
            rounds,
            postings: 600,
            seconds: 3,
            pgbench_scale: 20,
            entries: 1_000_000,
            sealed: 100_000,
        },
    };
    let runtime = functions::runtime()?;
    let logs = Logs::make(stack)?;
    let own = stack.clone();
    interrupt::end_after(&runtime, move || {
        // What stays is removed by the next benchmark.
        let _ = Throwaway::remove_own(&own);
    })?;
    let scene = Scene::set(stack, size, &runtime, &logs.0, out)?;
    let before = load();
    let postings = posting::measure(&scene, size, out)?;
    let reads = books::measure(&scene, size, out)?;
    let goals = vec![
        Goal::at_least(
            "postings of 8 instances on a hot account, of `pgbench -N`",
            postings.of_pgbench.median,
            0.35,
            "ratio",
        ),
        Goal::at_least("hot account, of cold accounts", postings.hot_of_cold.median, 0.8, "ratio"),
        Goal::at_most("round trips of a posting", postings.round_trips_each, 1.0, "round trips"),
        Goal::at_most("trial balance of all entries", reads.trial_balance_ms.median, 2_000.0, "ms"),
        Goal::at_most("a balance while it is posted to", reads.balance_busy_ms.median, 5.0, "ms"),
        Goal::at_least("chain verified", reads.verified_per_s, 10_000.0, "journals/s"),
        Goal::at_most("every rule asked", reads.invariants_ms.median, 25_000.0, "ms"),
    ];
    Ok(Report {
        processors: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        load_1min: [before, load()],
        postgres: scene.version(),
        size,
        postings,
        reads,
        goals,
    })
}

fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default()
}

impl Report {
    /// For people.
    pub(super) fn text(&self) -> String {
        let Report {
            processors,
            load_1min: [before, after],
            postgres,
            size,
            postings,
            reads,
            goals,
        } = self;
        let mut text = format!(
            "{processors} processors, load {before} before, {after} after; PostgreSQL {postgres}, durable; \
             {CLIENTS} instances through PgBouncer, {} rounds\n\n",
            size.rounds
        );
        let mut table = Table::new(&["in turns", "per second, median [p10..p90]"]);
        for (name, rate) in [
            ("postings, hot account", postings.hot_per_s),
            ("postings, cold accounts", postings.cold_per_s),
            ("pgbench -N, direct", postings.pgbench_per_s),
            ("pgbench -N, through PgBouncer", postings.pgbench_pooled_per_s),
        ] {
            table.row([name.to_owned(), rate.to_string()]);
        }
        text.push_str(&format!(
            "{table}\nwrite-ahead log of a posting: {} bytes\n\n",
            postings.wal_bytes_each
        ));
        let mut table = Table::new(&["reads", "ms, median [p10..p90]"]);
        for (name, ms) in [
            ("trial balance", reads.trial_balance_ms),
            ("balance, at rest", reads.balance_ms),
            ("balance, while it is posted to and folded", reads.balance_busy_ms),
            ("every rule of the books", reads.invariants_ms),
        ] {
            table.row([name.to_owned(), ms.to_string()]);
        }
        text.push_str(&format!("{} entries, {} sealed\n{table}\n", reads.entries, reads.sealed));
        let mut table = Table::new(&["goal", "measured", "wanted", "unit", "met"]);
        for Goal { goal, measured, wanted, at_least, unit, met } in goals {
            let met = if *met { Paint::good("yes") } else { Paint::bad("NO") };
            let sign = if *at_least { "≥" } else { "≤" };
            table.row([
                (*goal).to_owned(),
                format!("{measured:.2}"),
                format!("{sign} {wanted}"),
                (*unit).to_owned(),
                met.to_string(),
            ]);
        }
        text.push_str(&table.to_string());
        text
    }
}
