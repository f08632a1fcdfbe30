//! One process of a function, driven as Lambda would: start, first poll, event, answer, next poll.
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use gateway::Function;
use rustix::process::{Signal, kill_process};

use super::{
    counters::{self, EVENT},
    requests::Request,
    runtime_api::{Heard, RuntimeApi, Said},
};
use crate::failure::{Exit, Failure};

/// Longer than any function may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// A running process, ended when dropped.
#[derive(Debug)]
pub(super) struct Instance {
    name: String,
    child: Child,
    api: RuntimeApi,
    log: Option<PathBuf>,
    started: Instant,
    /// The connection on which it waits for an event.
    waits: Option<usize>,
    /// Where perf writes, if it runs the process.
    counts_to: Option<PathBuf>,
}

/// An answer and the time from its event, handed over, to its last byte.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    pub(super) took: Duration,
    pub(super) at: Instant,
}

impl Instance {
    /// Starts the process; what it writes goes to a file in `logs`.
    ///
    /// # Errors
    /// When the binary cannot be run.
    pub(super) fn start(function: &Function, logs: &Path) -> Result<Instance, Failure> {
        let log = logs.join(format!("{}-{}.log", function.name, uuid::Uuid::new_v4().simple()));
        Instance::spawn(function, Some(log), None)
    }

    /// The same; what it writes is lost.
    ///
    /// # Errors
    /// When the binary cannot be run.
    pub(super) fn start_quiet(function: &Function) -> Result<Instance, Failure> {
        Instance::spawn(function, None, None)
    }

    /// The same under perf, which counts the instructions from start to [`Instance::instructions`].
    ///
    /// # Errors
    /// When perf cannot be run.
    pub(super) fn start_counted(function: &Function, logs: &Path) -> Result<Instance, Failure> {
        let log = logs.join(format!("{}-{}.log", function.name, uuid::Uuid::new_v4().simple()));
        let counts_to = logs.join(format!("{}.perf", function.name));
        Instance::spawn(function, Some(log), Some(counts_to))
    }

    fn spawn(
        function: &Function,
        log: Option<PathBuf>,
        counts_to: Option<PathBuf>,
    ) -> Result<Instance, Failure> {
        let failed = |error: std::io::Error| {
            Failure::new(Exit::Failure, format!("{} does not start", function.name))
                .place(function.binary.display())
                .because(&error)
        };
        let api = RuntimeApi::bind().map_err(failed)?;
        let address = api.addr().map_err(failed)?.to_string();
        let output = File::create(log.as_deref().unwrap_or(Path::new("/dev/null")));
        let output = output.map_err(failed)?;
        let error = output.try_clone().map_err(failed)?;
        let mut command = match &counts_to {
            None => Command::new(&function.binary),
            Some(file) => {
                let mut perf = Command::new("perf");
                perf.args(["stat", "-x,", "-e", EVENT, "-o"]).arg(file).arg("--");
                perf.arg(&function.binary);
                perf
            }
        };
        command
            .env_clear()
            .envs(function.lambda_env(&address, "bench"))
            .envs(function.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(error);
        if let (Some(_), Some(path)) = (&counts_to, std::env::var_os("PATH")) {
            command.env("PATH", path);
        }
        let started = Instant::now();
        let child = command.spawn().map_err(failed)?;
        let name = function.name.clone();
        Ok(Instance { name, child, api, log, started, waits: None, counts_to })
    }

    /// The process.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the first poll: the time since the start.
    ///
    /// # Errors
    /// When the process ends or says that it cannot start.
    pub(super) fn ready(&mut self) -> Result<Duration, Failure> {
        Ok(self.next_poll()?.duration_since(self.started))
    }

    /// The time since the start.
    pub(super) fn since_start(&self, at: Instant) -> Duration {
        at.duration_since(self.started)
    }

    /// Waits until the process has nothing to do.
    ///
    /// # Errors
    /// As [`Instance::ready`].
    pub(super) fn settle(&mut self) -> Result<(), Failure> {
        match self.waits {
            Some(_) => Ok(()),
            None => self.next_poll().map(drop),
        }
    }

    /// Hands an event over and takes the answer.
    ///
    /// # Errors
    /// When the process ends, reports an error or does not answer.
    pub(super) fn invoke(&mut self, request: &Request) -> Result<Answer, Failure> {
        self.settle()?;
        let connection = self.waits.take().unwrap_or_default();
        let from = Instant::now();
        let handed = self.api.hand_over(connection, &request.id, &request.event);
        handed.map_err(|error| self.failed("takes no event").because(&error))?;
        let Heard { at, connection, said } = self.hear()?;
        let body = match said {
            Said::Answer(body) => body,
            Said::Error(said) => return Err(self.failed("reports an error").why(said)),
            Said::Poll => return Err(self.failed("polls instead of answering")),
        };
        let told = self.api.accept(connection);
        told.map_err(|error| self.failed("went away").because(&error))?;
        Ok(Answer { body, took: at.duration_since(from), at })
    }

    fn next_poll(&mut self) -> Result<Instant, Failure> {
        match self.hear()? {
            Heard { at, connection, said: Said::Poll } => {
                self.waits = Some(connection);
                Ok(at)
            }
            Heard { said: Said::Error(said), .. } => {
                Err(self.failed("cannot start or go on").why(said))
            }
            Heard { said: Said::Answer(_), .. } => Err(self.failed("answers twice")),
        }
    }

    fn hear(&mut self) -> Result<Heard, Failure> {
        let until = Instant::now() + PATIENCE;
        loop {
            let heard = self.api.hear(Duration::from_millis(200));
            match heard.map_err(|error| self.failed("cannot be understood").because(&error))? {
                Some(heard) => return Ok(heard),
                None if Instant::now() > until => {
                    return Err(self.failed(format!("says nothing for {} s", PATIENCE.as_secs())));
                }
                None => {}
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.failed("ended").why(status));
            }
        }
    }

    /// Memory of the process.
    pub(super) fn memory(&self) -> counters::Memory {
        counters::memory(self.pid())
    }

    /// Nanoseconds of processor time so far.
    pub(super) fn cpu_ns(&self) -> u64 {
        counters::cpu_ns(self.pid())
    }

    /// Ends a process under perf: its instructions.
    pub(super) fn instructions(mut self) -> Option<u64> {
        // perf waits for its process, and then writes what it has counted.
        kill_process(counters::child(self.pid())?, Signal::TERM).ok()?;
        self.child.wait().ok()?;
        counters::counted(&fs::read_to_string(self.counts_to.take()?).ok()?)
    }

    /// What went wrong, with the last lines that the process wrote.
    fn failed(&self, what: impl std::fmt::Display) -> Failure {
        let failure = Failure::new(Exit::Failure, format!("{} {what}", self.name));
        let log = self.log.as_deref().map(fs::read_to_string);
        let log = log.and_then(Result::ok).unwrap_or_default();
        let mut tail: Vec<&str> = log.lines().rev().take(5).collect();
        tail.reverse();
        if tail.is_empty() { failure } else { failure.why(tail.join("\n")) }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // perf leaves its process behind when it is killed itself.
        if let Some(child) = self.counts_to.as_ref().and_then(|_| counters::child(self.pid())) {
            let _ = kill_process(child, Signal::KILL);
        }
        // One that has ended already is fine too.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(log) = &self.log {
            let _ = fs::remove_file(log);
        }
    }
}
