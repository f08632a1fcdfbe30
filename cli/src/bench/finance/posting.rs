//! Postings by eight instances and `pgbench -N`, in turns.
use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;
use stack::Relay;

use super::{
    CLIENTS, Size,
    scene::{Scene, check},
};
use crate::{
    bench::{
        instance::Instance,
        spread::{Samples, Spread, three_digits},
    },
    failure::{Exit, Failure},
    output::Output,
};

/// Rates, and what they are to each other within one round.
#[derive(Debug, Serialize)]
pub(super) struct Postings {
    pub(super) hot_per_s: Spread,
    pub(super) cold_per_s: Spread,
    pub(super) pgbench_per_s: Spread,
    pub(super) pgbench_pooled_per_s: Spread,
    /// Hot postings by pgbench's transactions.
    pub(super) of_pgbench: Spread,
    pub(super) of_pgbench_pooled: Spread,
    pub(super) hot_of_cold: Spread,
    /// Bytes of the write-ahead log for each hot posting, images of whole pages among them.
    pub(super) wal_bytes_each: Spread,
    /// Between a function and its database, after the first.
    pub(super) round_trips_each: f64,
    /// Of the contributions that were answered: all of them are in the books.
    posted: usize,
}

/// Runs all rounds.
///
/// # Errors
/// When an instance or pgbench fails, or an answer is wrong.
pub(super) fn measure(scene: &Scene<'_>, size: Size, out: &Output) -> Result<Postings, Failure> {
    let round_trips_each = round_trips(scene)?;
    let mut instances =
        (0..CLIENTS).map(|_| scene.instance(None)).collect::<Result<Vec<_>, _>>()?;
    let mut samples: [Samples; 8] = Default::default();
    let mut made = 0;
    // The first round warms up what is cold after a start: caches, connections, the files of the log.
    for round in 0..=size.rounds {
        out.step(format_args!("postings beside pgbench: round {round} of {}", size.rounds));
        let log = scene.end_of_log()?;
        let hot = turn(scene, &mut instances, size.postings, true, &mut made)?;
        let written = (scene.end_of_log()? - log) / count(CLIENTS * size.postings);
        let pgbench = scene.pgbench_rate(size.seconds, false)?;
        let cold = turn(scene, &mut instances, size.postings, false, &mut made)?;
        let pooled = scene.pgbench_rate(size.seconds, true)?;
        if round == 0 && size.rounds > 0 {
            continue;
        }
        let rates = [hot, cold, pgbench, pooled, hot / pgbench, hot / pooled, hot / cold, written];
        for (samples, rate) in samples.iter_mut().zip(rates) {
            samples.add(rate);
        }
        out.detail(format_args!(
            "hot {hot:.0}, cold {cold:.0}, pgbench {pgbench:.0}, pooled {pooled:.0} per second"
        ));
    }
    let sql =
        "select count(*) from giving.contributions c join ledger.journals j on j.id = c.journal_id
               where c.project_ref::text like 'c0000000-%'";
    let posted = scene.runtime.block_on(scene.value(sql))?;
    // Those of the round trips come on top.
    if posted.parse() != Ok(made + FURTHER + 1) {
        return Err(Failure::new(
            Exit::Failure,
            "contributions that were answered are not in the books",
        )
        .why(format!("{made} and {} were answered, {posted} are there", FURTHER + 1)));
    }
    let [
        hot_per_s,
        cold_per_s,
        pgbench_per_s,
        pgbench_pooled_per_s,
        of_pgbench,
        of_pgbench_pooled,
        hot_of_cold,
        wal_bytes_each,
    ] = samples.map(|samples| samples.spread());
    Ok(Postings {
        hot_per_s,
        cold_per_s,
        pgbench_per_s,
        pgbench_pooled_per_s,
        of_pgbench,
        of_pgbench_pooled,
        hot_of_cold,
        wal_bytes_each,
        round_trips_each,
        posted: made,
    })
}

/// All instances at once, each with so many postings: how many in a second.
fn turn(
    scene: &Scene<'_>,
    instances: &mut [Instance],
    each: usize,
    hot: bool,
    made: &mut usize,
) -> Result<f64, Failure> {
    let gifts = instances.len() * each;
    let from = *made;
    *made += gifts;
    let begin = Barrier::new(instances.len());
    let spans = thread::scope(|scope| {
        let workers: Vec<_> = instances
            .iter_mut()
            .enumerate()
            .map(|(worker, instance)| {
                let begin = &begin;
                scope.spawn(move || -> Result<(Instant, Instant), Failure> {
                    // What is sent is ready before, and what came is looked at after the time is taken.
                    let gifts: Vec<_> =
                        (0..each).map(|n| scene.gift(from + worker * each + n, hot)).collect();
                    begin.wait();
                    let started = Instant::now();
                    let answers: Vec<_> =
                        gifts.iter().map(|gift| instance.invoke(gift)).collect::<Result<_, _>>()?;
                    let ended = Instant::now();
                    for (gift, answer) in gifts.iter().zip(&answers) {
                        check(gift, &answer.body)?;
                    }
                    Ok((started, ended))
                })
            })
            .collect();
        let joined = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.collect::<Result<Vec<_>, Failure>>()
    })?;
    let started = spans.iter().map(|(started, _)| *started).min();
    let ended = spans.iter().map(|(_, ended)| *ended).max();
    let took = started.zip(ended).map_or(Duration::ZERO, |(started, ended)| ended - started);
    Ok(count(gifts) / took.as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn count(gifts: usize) -> f64 {
    gifts as f64
}

/// Postings after the first whose round trips are counted.
const FURTHER: usize = 20;

/// How often a posting of a warm instance goes to the database and back, as a relay in between counts it.
fn round_trips(scene: &Scene<'_>) -> Result<f64, Failure> {
    let relay = scene.runtime.block_on(Relay::start(scene.pooler())).map_err(|error| {
        Failure::new(Exit::Failure, "cannot relay to the database").because(&error)
    })?;
    let mut instance = scene.instance(Some(relay.port))?;
    for n in 0..=FURTHER {
        if n == 1 {
            relay.take_round_trips();
        }
        let gift = scene.gift(n, true);
        check(&gift, &instance.invoke(&gift)?.body)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let each = f64::from(relay.take_round_trips()) / FURTHER as f64;
    Ok(three_digits(each))
}

/// Posts to the hot account until told to stop.
///
/// # Errors
/// As [`measure`].
pub(super) fn busy<T>(
    scene: &Scene<'_>,
    instances: usize,
    meanwhile: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let stop = std::sync::atomic::AtomicBool::new(false);
    let mut instances =
        (0..instances).map(|_| scene.instance(None)).collect::<Result<Vec<_>, _>>()?;
    thread::scope(|scope| {
        let stop = &stop;
        let workers: Vec<_> = instances
            .iter_mut()
            .map(|instance| {
                scope.spawn(move || -> Result<(), Failure> {
                    let mut n = 0;
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        let gift = scene.gift(n, true);
                        check(&gift, &instance.invoke(&gift)?.body)?;
                        n += 1;
                    }
                    Ok(())
                })
            })
            .collect();
        let result = meanwhile();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        for worker in workers {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        result
    })
}
