//! `up`: the local servers.
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use stack::{Ports, Stack};

use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint},
};

/// Start PostgreSQL, its replica and PgBouncer for this checkout
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri up
  set -a; . .aruuri/env; set +a        give this shell the URLs and keys
  psql \"$ARUURI_FINANCE_DATABASE_URL\"

What already runs is left alone. Data and keys stay in .aruuri/ until `down --purge`.")]
pub(crate) struct Up {}

#[derive(Serialize)]
struct Answer<'a> {
    ports: Ports,
    env: &'a std::path::Path,
    logs: &'a std::path::Path,
    seconds: f64,
}

impl Up {
    /// Starts what does not run and writes `.aruuri/env`.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let start = Instant::now();
        let stack = Stack::find()?;
        let running = stack.up(|step| out.step(step))?;
        let seconds = (start.elapsed().as_secs_f64() * 100.0).round() / 100.0;
        let env = stack.file("env");
        let answer = Answer { ports: running.ports, env: &env, logs: &running.logs, seconds };
        let Ports { primary, replica, pooler } = running.ports;
        let text = format!(
            "{} in {seconds} s: primary on 127.0.0.1:{primary}, replica on {replica}, PgBouncer on {pooler}\n\
             environment  {}\nlogs         {}",
            Paint::good("up"),
            env.display(),
            running.logs.display(),
        );
        out.data(&answer, text)?;
        Ok(Exit::Ok)
    }
}
