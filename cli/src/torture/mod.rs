//! `ledger torture`: the books under load while their servers and functions are killed.
//!
//! The functions are those that are deployed, behind the gateway of `dev`; their database is a cluster of its own that is
//! durable as a real server is. Every request that is left without a final answer is repeated, as its client would; what
//! was answered is then looked for in the books.
mod checks;
mod client;
mod faults;
mod load;
mod plan;
mod restore;
mod scene;
#[cfg(test)]
mod tests;
mod trials;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde::Serialize;

use self::{
    checks::Checked,
    faults::Restarts,
    load::Load,
    plan::{Act, Dice, Record},
    scene::Scene,
};
use crate::{
    failure::{Exit, Failure},
    functions,
    interrupt::Interrupt,
    output::{Output, Paint, Table},
};

/// Post under load while PostgreSQL, PgBouncer and functions are killed with -9, and look for what was lost or doubled
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri ledger torture                          one round
  cargo aruuri ledger torture --rounds 20 -o json      the nightly one
  cargo aruuri ledger torture --rounds 1 --seed 7      the same requests and moments again
  cargo aruuri ledger torture --workers 16 --seconds 30

Runs on servers of its own, which it makes below .aruuri/ and removes, also after Ctrl-C; needs no `cargo aruuri up`.
Each round kills some functions, PgBouncer and PostgreSQL with all its backends in the middle of contributions, refunds,
allocations, their reversals and payments to partners, repeats each request whose outcome is unknown, closes a period
under way, and then compares every answer with the books. After the last round the books are restored to a point in
time under load, and from a dump. docs/finance.md says what T1 to T13 are.
Exit code 3 if anything was lost or doubled, or a rule of the books is broken.")]
pub(crate) struct Torture {
    /// Rounds of load and kills
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=500))]
    rounds: u32,
    /// What chooses requests and moments; told on stderr, otherwise of the clock
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Clients at the same time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=100))]
    workers: u16,
    /// Seconds of load in each round, beside those in which servers start
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Kill what is built already
    #[arg(long)]
    no_build: bool,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Counts {
    /// Requests that were answered as carried out.
    pub(crate) acknowledged: usize,
    /// Requests that were refused, as they should be.
    pub(crate) refused: usize,
    /// Requests that had no final answer at first, and were repeated.
    pub(crate) unknown: usize,
    /// Of these: what had been committed before.
    pub(crate) unknown_committed: usize,
    /// Acknowledged and not in the books.
    pub(crate) lost: usize,
    /// In the books more than once.
    pub(crate) duplicated: usize,
}

impl Counts {
    fn of(records: &[Record]) -> Counts {
        let count = |is: fn(&Record) -> bool| records.iter().filter(|it| is(it)).count();
        Counts {
            acknowledged: count(|it| it.accepted),
            refused: count(|it| !it.accepted),
            unknown: count(|it| it.unknown),
            unknown_committed: count(|it| it.unknown && it.replayed),
            ..Counts::default()
        }
    }

    fn add(&mut self, other: Counts) {
        let Counts { acknowledged, refused, unknown, unknown_committed, lost, duplicated } = other;
        self.acknowledged += acknowledged;
        self.refused += refused;
        self.unknown += unknown;
        self.unknown_committed += unknown_committed;
        self.lost += lost;
        self.duplicated += duplicated;
    }

    fn cells(self) -> [String; 6] {
        let Counts { acknowledged, refused, unknown, unknown_committed, lost, duplicated } = self;
        [acknowledged, refused, unknown, unknown_committed, lost, duplicated]
            .map(|count| count.to_string())
    }
}

/// One round.
#[derive(Debug, Serialize)]
pub(crate) struct Round {
    round: u32,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    #[serde(flatten)]
    restarts: Restarts,
    journals: i64,
    /// Rules that do not hold, and answers that should not have come.
    pub(crate) breaks: Vec<String>,
}

/// All of them.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    seed: u64,
    workers: u16,
    pub(crate) rounds: Vec<Round>,
    pub(crate) total: Counts,
    /// Of the books restored to a point in time.
    pub(crate) point_breaks: Vec<String>,
    /// Of the restored dump.
    pub(crate) restored_breaks: Vec<String>,
    /// What was exercised, by the numbers of docs/finance.md.
    pub(crate) exercised: Vec<Exercised>,
    pub(crate) sound: bool,
}

/// A fault, and where it is exercised.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Exercised {
    pub(crate) fault: &'static str,
    what: &'static str,
    when: &'static str,
}

/// In every round or once at the end.
const FAULTS: [Exercised; 13] = {
    const fn fault(fault: &'static str, what: &'static str, when: &'static str) -> Exercised {
        Exercised { fault, what, when }
    }
    [
        fault(
            "T1",
            "writes that the books must refuse",
            "after each round, and in the restored dump",
        ),
        fault("T2", "kill -9 of PostgreSQL and all backends", "once in each round"),
        fault("T3", "kill -9 of PgBouncer, and of functions at work", "once in each round"),
        fault(
            "T4",
            "one key many times at once, and with another request",
            "in the load of each round",
        ),
        fault(
            "T5",
            "spenders, givers and two folding jobs on one fund",
            "in the load of each round",
        ),
        fault("T6", "payments from three funds in any order", "in the load of each round"),
        fault(
            "T7",
            "requests delivered again, later and out of order",
            "in the load of each round",
        ),
        fault("T8", "a period closed while gifts are dated in it", "once in each round"),
        fault("T9", "a reader that holds on to an old snapshot", "all through each round"),
        fault(
            "T10",
            "a superuser who changes what was sealed",
            "after each round, and in the restored dump",
        ),
        fault("T11", "dump and restore, then T1, T4, T10 and T12 there", "after the last round"),
        fault(
            "T12",
            "callers in another isolation level",
            "after each round, and in the restored dump",
        ),
        fault(
            "T13",
            "restored to a point in time under load, then T1, T4, T10 and T12 there",
            "after the last round",
        ),
    ]
};

impl Torture {
    /// Runs all rounds, or until Ctrl-C.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        functions::runtime()?.block_on(async {
            let mut interrupt = Interrupt::new()?;
            let report = tokio::select! {
                report = self.report(out) => report?,
                () = interrupt.wait() => return Ok(Exit::Interrupted),
            };
            out.data(&report, report.text())?;
            Ok(if report.sound { Exit::Ok } else { Exit::Drift })
        })
    }

    /// Runs all rounds.
    ///
    /// # Errors
    /// When the servers or functions do not start, or do not start again.
    pub(crate) async fn report(&self, out: &Output) -> Result<Report, Failure> {
        let seed = self.seed.unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            now.as_secs()
        });
        out.step(format_args!("seed {seed}"));
        let mut scene = Scene::set(self.workers, self.no_build, out).await?;
        let mut rounds = Vec::new();
        let mut total = Counts::default();
        for number in 1..=self.rounds {
            let round = self.round(&mut scene, seed, number, out).await?;
            let Counts { acknowledged, unknown, lost, duplicated, .. } = round.counts;
            out.step(format_args!(
                "round {number}: {acknowledged} acknowledged, {unknown} unknown, {lost} lost, {duplicated} duplicated, \
                 {} breaks",
                round.breaks.len()
            ));
            total.add(round.counts);
            rounds.push(round);
        }
        out.step("restore to a point in time");
        let next = self.rounds + 1;
        let period = scene.open_period(next).await?;
        tokio::task::block_in_place(|| scene.servers.back_up())?;
        let load = Load::start(&scene, seed, next, self.workers, period.year);
        let point_breaks = restore::to_a_point(&scene, load).await?;
        out.step("dump and restore");
        checks::settle(&scene.superuser("finance").await?).await?;
        let restored_breaks = restore::of_a_dump(&scene).await?;
        let sound = restored_breaks.is_empty()
            && point_breaks.is_empty()
            && total.lost + total.duplicated == 0
            && rounds.iter().all(|round| round.breaks.is_empty());
        let exercised = FAULTS.to_vec();
        let workers = self.workers;
        Ok(Report { seed, workers, rounds, total, point_breaks, restored_breaks, exercised, sound })
    }

    async fn round(
        &self,
        scene: &mut Scene,
        seed: u64,
        number: u32,
        out: &Output,
    ) -> Result<Round, Failure> {
        let before = checks::Books::read(&scene.superuser("finance").await?).await?;
        let period = scene.open_period(number).await?;
        let load = Load::start(scene, seed, number, self.workers, period.year);
        let seconds = Duration::from_secs(self.seconds);
        let mut dice = Dice::new(seed, number, 0);
        let restarts = faults::inflict(scene, &mut dice, seconds, &period, out).await?;
        let (records, mut breaks) = load.finish().await;
        let mut counts = Counts::of(&records);
        let Checked { lost, duplicated, journals, found } =
            checks::after(scene, &before, &records).await?;
        counts.lost = lost.len();
        counts.duplicated = duplicated.len();
        breaks.extend(lost.into_iter().map(|key| format!("lost: {key}")));
        breaks.extend(duplicated.into_iter().map(|key| format!("duplicated: {key}")));
        breaks.extend(found);
        breaks.extend(trials::all(&scene.superuser("finance").await?).await?);
        for what in missing(&records) {
            out.detail(format_args!(
                "round {number}: no {what} was acknowledged; take more --seconds"
            ));
        }
        Ok(Round { round: number, counts, restarts, journals, breaks })
    }
}

/// Kinds of requests that a round was too short for.
fn missing(records: &[Record]) -> Vec<&'static str> {
    let done = |act: Act| records.iter().any(|it| it.accepted && it.act == act);
    Act::ALL.into_iter().filter(|act| !done(*act)).map(Act::name).collect()
}

impl Report {
    fn text(&self) -> String {
        let head = [
            "round",
            "acknowledged",
            "refused",
            "unknown",
            "of these committed",
            "lost",
            "duplicated",
        ];
        let more = ["journals", "PostgreSQL back in ms", "PgBouncer", "breaks"];
        let mut table = Table::new(&[&head[..], &more[..]].concat());
        for Round { round, counts, restarts, journals, breaks } in &self.rounds {
            let mut row = vec![round.to_string()];
            row.extend(counts.cells());
            row.extend([
                journals.to_string(),
                restarts.postgres_back_ms.to_string(),
                restarts.pgbouncer_back_ms.to_string(),
                breaks.len().to_string(),
            ]);
            table.row(row);
        }
        let mut sum = vec!["sum".to_owned()];
        sum.extend(self.total.cells());
        table.row(sum);
        let mut text = format!("seed {}, {} workers\n{table}\n", self.seed, self.workers);
        for Exercised { fault, what, when } in &self.exercised {
            text.push_str(&format!("{fault:<4} {what}: {when}\n"));
        }
        let rounds = self.rounds.iter().flat_map(|round| {
            round.breaks.iter().map(move |what| format!("round {}: {what}", round.round))
        });
        let point = self.point_breaks.iter().map(|what| format!("restored to a point: {what}"));
        let restored = self.restored_breaks.iter().map(|what| format!("restored dump: {what}"));
        for what in rounds.chain(point).chain(restored) {
            text.push_str(&format!("{} {what}\n", Paint::bad("broken:")));
        }
        let Counts { lost, duplicated, .. } = self.total;
        let verdict = match self.sound {
            true => Paint::good("sound"),
            false => Paint::bad("BROKEN"),
        };
        text.push_str(&format!("{verdict}: lost = {lost}, duplicated = {duplicated}"));
        text
    }
}
