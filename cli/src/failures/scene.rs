//! One failure, played for one request on a process of its own.
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::join;
use gateway::{Function, Instance, Limits};
use rustix::process::{Pid, Signal, kill_process};
use stack::{Kind, Relay};
use uuid::Uuid;

use super::{
    lab::{DATABASE, Lab, Mark},
    requests::{Answer, Request},
    rows::Way,
};
use crate::{
    failure::{Exit, Failure},
    functions,
    output::Output,
};

/// Longer than any function may take.
const SETTLE: Duration = Duration::from_secs(2);

/// What a failure is played with.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) lab: &'a Lab,
    pub(super) out: &'a Output,
    /// Between the function and the server that it uses first.
    pub(super) relay: Relay,
    request: Request,
    way: Way,
    time: Duration,
    /// A name in place of the server's address.
    host: Option<&'static str>,
    instance: Option<Instance>,
    since: Mark,
    mark: Uuid,
    answer: Option<Answer>,
}

/// What was seen of one failure with one request.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) answer: Answer,
    /// Executions that a server began, those of the answered request only.
    pub(super) ran: u32,
    /// Rows that it made; and after the next request.
    pub(super) rows: u32,
    pub(super) rows_after: u32,
    pub(super) next: Answer,
}

impl<'a> Scene<'a> {
    /// # Errors
    /// When no port is free for the relay.
    pub(super) async fn new(
        lab: &'a Lab,
        out: &'a Output,
        request: Request,
        way: Way,
        time: Duration,
    ) -> Result<Scene<'a>, Failure> {
        let ports = lab.running.ports;
        let port = match way {
            Way::Direct => ports.primary,
            Way::Pooled => ports.pooler,
            Way::Replica => ports.replica,
        };
        let relay = Relay::start(port).await.map_err(|error| {
            Failure::new(Exit::Failure, "no port is free on 127.0.0.1").because(&error)
        })?;
        Ok(Scene {
            lab,
            out,
            relay,
            request,
            way,
            time,
            host: None,
            instance: None,
            since: lab.mark(),
            mark: Uuid::new_v4(),
            answer: None,
        })
    }

    /// From now on functions are started with that name in their URLs.
    pub(super) fn host(&mut self, host: Option<&'static str>) {
        self.host = host;
        self.instance = None;
    }

    /// Starts a process and lets it answer a first request: it has a connection now.
    pub(super) async fn warm(&mut self) -> Result<(), Failure> {
        self.start().await?;
        let first = self.invoke(Uuid::new_v4(), None).await?;
        if first.is_ok() {
            Ok(())
        } else {
            Err(self.odd("does not answer before anything breaks", &first))
        }
    }

    /// Starts a process.
    pub(super) async fn start(&mut self) -> Result<(), Failure> {
        let function = self.function();
        let started = Instance::start(&function, &self.lab.log, &self.lab.watchdog).await;
        let mut instance = started.map_err(|failure| self.failed(&failure))?;
        let ready = instance.ready(Limits::default().init).await;
        ready.map_err(|failure| self.failed(&failure))?;
        self.instance = Some(instance);
        Ok(())
    }

    /// Asks.
    pub(super) async fn ask(&mut self) -> Result<(), Failure> {
        self.ask_while(async { Ok(()) }).await
    }

    /// Asks while something happens.
    pub(super) async fn ask_while(
        &mut self,
        happens: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        self.ask_until(None, happens).await
    }

    /// Asks with another end of the time than the true one.
    pub(super) async fn ask_until(
        &mut self,
        deadline: Option<SystemTime>,
        happens: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        self.since = self.lab.mark();
        let (answer, happened) = join(self.invoke(self.mark, deadline), happens).await;
        // What happened explains the answer, not the other way round.
        happened?;
        self.answer = Some(answer?);
        Ok(())
    }

    /// Stops the process for a while, as a sandbox is frozen between requests.
    pub(super) async fn freeze(
        &mut self,
        meanwhile: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let Some(instance) = self.instance.as_mut() else { return Ok(()) };
        instance.settle(SETTLE).await;
        let signal = |pid: u32, signal| {
            let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
            pid.is_some_and(|pid| kill_process(pid, signal).is_ok())
        };
        let pid = instance.pid();
        if !signal(pid, Signal::STOP) {
            return Err(Failure::new(Exit::Failure, "a function cannot be stopped"));
        }
        let happened = meanwhile.await;
        // Longer than a connection may be idle without being looked at.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        signal(pid, Signal::CONT);
        happened
    }

    /// Looks at what the request has done, asks again, and looks again.
    pub(super) async fn finish(mut self) -> Result<Seen, Failure> {
        let answer = self
            .answer
            .take()
            .ok_or_else(|| Failure::new(Exit::Failure, "nothing was asked while it was broken"))?;
        let ran = self.lab.ran(self.request, self.since);
        let rows = self.rows().await?;
        if self.instance.is_none() {
            self.start().await?;
        }
        // A request with a key is repeated with it, as its caller is told to; any other is another one.
        let mark = match self.request {
            Request::Keyed | Request::Money => self.mark,
            Request::Read | Request::Write => Uuid::new_v4(),
        };
        let next = self.invoke(mark, None).await?;
        let rows_after = match self.request {
            Request::Write => rows + self.count(mark).await?,
            _ => self.rows().await?,
        };
        if let Some(instance) = self.instance.take() {
            instance.stop().await;
        }
        Ok(Seen { answer, ran, rows, rows_after, next })
    }

    async fn rows(&self) -> Result<u32, Failure> {
        match self.request {
            Request::Read => Ok(0),
            _ => self.count(self.mark).await,
        }
    }

    async fn count(&self, mark: Uuid) -> Result<u32, Failure> {
        let sql = self.request.count_sql(mark);
        // The primary may be another one by now.
        let count = match self.lab.value(&sql).await {
            Ok(count) => count,
            Err(_) => self.lab.replica_value(&sql).await?,
        };
        Ok(count.parse().unwrap_or(u32::MAX))
    }

    async fn invoke(
        &mut self,
        mark: Uuid,
        deadline: Option<SystemTime>,
    ) -> Result<Answer, Failure> {
        let (id, event) = self.request.event(mark, &self.lab.token);
        let Some(instance) = self.instance.as_mut() else {
            return Err(Failure::new(Exit::Failure, "no function was started"));
        };
        let from = Instant::now();
        let answered = match deadline {
            Some(deadline) => instance.invoke_until(&id, event.into(), deadline).await,
            None => instance.invoke(&id, event.into()).await,
        };
        let took = from.elapsed();
        let (bytes, _) = answered.map_err(|failure| self.failed(&failure))?;
        if let Some(instance) = self.instance.as_mut() {
            instance.settle(SETTLE).await;
        }
        Answer::read(&bytes, took)
    }

    fn function(&self) -> Function {
        let running = &self.lab.running;
        let relay = self.relay.port;
        let through = |kind: Kind, port: u16| {
            let url = running.url(db::Domain::Finance, kind, DATABASE)?;
            let host = self.host.unwrap_or("127.0.0.1");
            Some(url.replace(&format!("127.0.0.1:{port}/"), &format!("{host}:{relay}/")))
        };
        let ports = running.ports;
        let url = |kind: Kind| match (self.way, kind) {
            (Way::Direct, Kind::Pooled) => through(Kind::App, ports.primary),
            (Way::Direct, Kind::PooledRead) => through(Kind::Reader, ports.primary),
            (Way::Pooled, Kind::Pooled | Kind::PooledRead) => through(kind, ports.pooler),
            (Way::Replica, Kind::Read) => through(Kind::Read, ports.replica),
            (Way::Replica, Kind::PooledRead) => {
                running.url(db::Domain::Finance, Kind::Reader, DATABASE)
            }
            (Way::Replica, Kind::Pooled) => running.url(db::Domain::Finance, Kind::App, DATABASE),
            _ => None,
        };
        let route = self.request.route();
        let mut function = functions::function_on(route, running, &self.lab.binaries, url);
        function.timeout = self.time;
        for (name, value) in &mut function.env {
            if name == "SSL_CERT_FILE" {
                *value = self.lab.trust.display().to_string();
            }
        }
        function
    }

    fn failed(&self, failure: &gateway::Failure) -> Failure {
        Failure::new(Exit::Failure, format!("{} {failure}", self.request.route().name))
            .why(self.lab.take_lines().join("\n"))
    }

    fn odd(&self, what: &str, answer: &Answer) -> Failure {
        Failure::new(Exit::Failure, format!("{} {what}", self.request.route().name))
            .why(format!("{} {}", answer.status, answer.code))
            .why(self.lab.take_lines().join("\n"))
    }
}
