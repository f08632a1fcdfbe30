//! One process of a function.
use std::{
    io,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use hyper::body::Bytes;
use tokio::{
    process::{Child, Command},
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    Entry, Failure, Function, Log, Watchdog,
    log::{Tail, follow},
    runtime_api::{Init, Invocation, RuntimeApi},
};

/// How long the last log lines of an ended process are waited for, should something else hold its pipes.
const DRAIN: Duration = Duration::from_millis(500);

/// A running process of a function with its Runtime API; ended when dropped.
#[derive(Debug)]
pub struct Instance {
    name: String,
    timeout: Duration,
    child: Child,
    pid: u32,
    started: Instant,
    /// From start to first poll, once known.
    took: Option<Duration>,
    init: watch::Receiver<Init>,
    /// How often the process asked for an event, and how many it was given.
    polls: watch::Receiver<u64>,
    given: u64,
    inbox: mpsc::Sender<Invocation>,
    tail: Tail,
    log: Log,
    server: JoinHandle<()>,
    readers: Vec<JoinHandle<()>>,
    watchdog: Arc<Watchdog>,
}

/// How long an invocation took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    /// From the event handed over to the answer received.
    pub handler: Duration,
}

impl Instance {
    /// Starts the process; it is not yet ready when this returns.
    ///
    /// # Errors
    /// [`Failure::Start`] when the binary cannot be run.
    pub async fn start(
        function: &Function,
        log: &Log,
        watchdog: &Arc<Watchdog>,
    ) -> Result<Instance, Failure> {
        let failed = |source: io::Error| Failure::Start { binary: function.binary.clone(), source };
        let (inbox, events) = mpsc::channel(1);
        let (api, init, polls) = RuntimeApi::bind(function, events).await.map_err(failed)?;
        let address = api.addr().map_err(failed)?.to_string();
        let id = uuid::Uuid::new_v4().simple().to_string();

        let started = Instant::now();
        let mut child = Command::new(&function.binary)
            .env_clear()
            .envs(function.lambda_env(&address, &id))
            .envs(function.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0) // Ctrl-C in the terminal is for the gateway, which ends its processes
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let pid = child.id().unwrap_or_default();
        watchdog.add(pid);

        let tail = Tail::default();
        let mut readers = Vec::new();
        if let Some(stream) = child.stdout.take() {
            let (name, log, tail) = (function.name.clone(), log.clone(), tail.clone());
            readers.push(tokio::spawn(follow(stream, name, log, tail)));
        }
        if let Some(stream) = child.stderr.take() {
            let (name, log, tail) = (function.name.clone(), log.clone(), tail.clone());
            readers.push(tokio::spawn(follow(stream, name, log, tail)));
        }
        Ok(Instance {
            name: function.name.clone(),
            timeout: function.timeout,
            child,
            pid,
            started,
            took: None,
            init,
            polls,
            given: 0,
            inbox,
            tail,
            log: log.clone(),
            server: tokio::spawn(api.serve()),
            readers,
            watchdog: Arc::clone(watchdog),
        })
    }

    /// The id of the process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until the process asks for its first event; how long that took since its start.
    ///
    /// # Errors
    /// When it ends, says that it cannot start, or takes longer than `limit`.
    pub async fn ready(&mut self, limit: Duration) -> Result<Duration, Failure> {
        if let Some(took) = self.took {
            return Ok(took);
        }
        let Instance { child, init, started, .. } = self;
        let init = tokio::select! {
            biased;
            init = init.wait_for(|init| !matches!(init, Init::Starting)) => {
                init.map_or(Init::Starting, |init| init.clone())
            }
            status = child.wait() => return Err(ended(&status)),
            () = sleep(limit.saturating_sub(started.elapsed())) => Init::Starting,
        };
        match init {
            Init::Polled(at) => {
                let took = at.duration_since(*started);
                self.took = Some(took);
                self.log.write(Entry::Started { function: &self.name, init: took });
                Ok(took)
            }
            Init::Failed(said) => Err(Failure::InitError(said)),
            Init::Starting => Err(Failure::InitTimeout(limit)),
        }
    }

    /// Hands an event over and waits for the answer, at most as long as the function may run.
    ///
    /// # Errors
    /// Whatever kept the process from answering; after a crash or a timeout it is of no more use.
    pub async fn invoke(
        &mut self,
        request_id: &str,
        event: Bytes,
    ) -> Result<(Bytes, Timings), Failure> {
        self.hand_over(request_id, event, None).await
    }

    /// The same, but the process is told that its time ends at `deadline`: as seen by a clock that is wrong.
    ///
    /// # Errors
    /// As [`Instance::invoke`].
    pub async fn invoke_until(
        &mut self,
        request_id: &str,
        event: Bytes,
        deadline: SystemTime,
    ) -> Result<(Bytes, Timings), Failure> {
        self.hand_over(request_id, event, Some(deadline)).await
    }

    async fn hand_over(
        &mut self,
        request_id: &str,
        event: Bytes,
        deadline: Option<SystemTime>,
    ) -> Result<(Bytes, Timings), Failure> {
        let (reply, answered) = oneshot::channel();
        let invocation = Invocation { request_id: request_id.to_owned(), event, deadline, reply };
        if self.inbox.try_send(invocation).is_err() {
            return Err(Failure::Unanswered);
        }
        self.given += 1;
        let reply = tokio::select! {
            biased;
            reply = answered => reply.map_err(|_| Failure::Unanswered)?,
            status = self.child.wait() => return Err(ended(&status)),
            () = sleep(self.timeout) => return Err(Failure::TimedOut(self.timeout)),
        };
        reply.outcome.map(|answer| (answer, Timings { handler: reply.took }))
    }

    /// Waits until the process has done all it does after an answer: it asks for the next event then.
    pub async fn settle(&mut self, limit: Duration) {
        let Instance { child, polls, given, .. } = self;
        tokio::select! {
            _ = polls.wait_for(|polls| polls > given) => {}
            _ = child.wait() => {}
            () = sleep(limit) => {}
        }
    }

    /// How the process ended, if it did.
    pub(crate) fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends the process and gives back the last lines it wrote.
    pub async fn stop(mut self) -> Vec<String> {
        let _ = self.child.start_kill();
        let _ = self.child.wait().await;
        for reader in self.readers.drain(..) {
            let _ = timeout(DRAIN, reader).await;
        }
        self.tail.lines()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.server.abort();
        self.watchdog.remove(self.pid);
    }
}

fn ended(status: &io::Result<ExitStatus>) -> Failure {
    match status {
        Ok(status) => Failure::Crashed(*status),
        Err(_) => Failure::Unanswered,
    }
}
