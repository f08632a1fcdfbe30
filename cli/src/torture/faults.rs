//! The faults of one round, each at a moment that the seed chooses.
use std::time::{Duration, Instant};

use serde::Serialize;
use stack::Victim;
use tokio::time::sleep;

use super::{
    plan::Dice,
    scene::{Period, Scene},
};
use crate::{
    dev::milliseconds,
    failure::{Exit, Failure},
    output::Output,
};

/// How long servers were away, and how many functions were killed.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Restarts {
    pub(super) postgres_back_ms: f64,
    pub(super) pgbouncer_back_ms: f64,
    functions_killed: usize,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Functions,
    Server(Victim),
    ClosePeriod,
}

/// Inflicts each fault once on what runs.
///
/// # Errors
/// When a server does not start again, or the period does not close.
pub(super) async fn inflict(
    scene: &mut Scene,
    dice: &mut Dice,
    seconds: Duration,
    period: &Period,
    out: &Output,
) -> Result<Restarts, Failure> {
    let mut faults = [
        Fault::Functions,
        Fault::Server(Victim::Pooler),
        Fault::Server(Victim::Postgres),
        Fault::Functions,
        Fault::ClosePeriod,
    ];
    for at in (1..faults.len()).rev() {
        faults.swap(at, dice.index(at + 1));
    }
    let pause = seconds / 6;
    let mut restarts = Restarts::default();
    for fault in faults {
        // Between half a pause and one and a half.
        let percent = u32::try_from(50 + dice.below(100)).unwrap_or(100);
        sleep(pause * percent / 100).await;
        match fault {
            Fault::Functions => {
                let killed = scene.kill_functions(dice, 3);
                restarts.functions_killed += killed;
                out.detail(format_args!("killed {killed} functions"));
            }
            Fault::Server(victim) => {
                let began = Instant::now();
                let servers = &mut scene.servers;
                let restarted = tokio::task::block_in_place(|| {
                    servers.kill(victim)?;
                    servers.restart(|step| out.detail(step))
                });
                restarted?;
                let took = milliseconds(began.elapsed());
                match victim {
                    Victim::Postgres => restarts.postgres_back_ms = took,
                    Victim::Pooler => restarts.pgbouncer_back_ms = took,
                }
                out.detail(format_args!("killed {victim:?}: back after {took} ms"));
            }
            Fault::ClosePeriod => {
                if !scene.close_period(period).await? {
                    return Err(Failure::new(Exit::Failure, "a period cannot be closed")
                        .why(format!("period {} of the year {}", period.id, period.year)));
                }
                out.detail(format_args!("closed the period {}", period.year));
            }
        }
    }
    sleep(pause).await;
    Ok(restarts)
}
