//! The processes of one function.
use std::{
    process::ExitStatus,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use hyper::body::Bytes;
use tokio::sync::{Semaphore, watch};

use crate::{Answer, Entry, Failure, Function, Instance, Limits, Log, Watchdog};

/// At most `concurrency` processes, each with one invocation at a time.
///
/// A slot is held during an invocation. A process is started only by who holds a slot and finds none
/// idle, so there are never more processes than slots.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) function: Function,
    limits: Limits,
    log: Log,
    watchdog: Arc<Watchdog>,
    /// Running and waiting requests.
    places: Semaphore,
    /// Running requests.
    slots: Arc<Semaphore>,
    idle: Mutex<Idle>,
    ending: watch::Receiver<bool>,
}

#[derive(Debug, Default)]
struct Idle {
    /// Most recently used last.
    instances: Vec<(Instance, Instant)>,
    /// Counts changes of the binary: a process of an older one is not taken back.
    generation: u64,
}

impl Pool {
    pub(crate) fn new(
        function: Function,
        limits: Limits,
        log: Log,
        watchdog: Arc<Watchdog>,
        ending: watch::Receiver<bool>,
    ) -> Pool {
        Pool {
            places: Semaphore::new(limits.concurrency + limits.queue),
            slots: Arc::new(Semaphore::new(limits.concurrency)),
            idle: Mutex::default(),
            function,
            limits,
            log,
            watchdog,
            ending,
        }
    }

    /// Answers an event with a process of this function.
    ///
    /// A caller that leaves while it waits for a slot is forgotten; once a process has the event the
    /// invocation runs to its end, as in Lambda.
    pub(crate) async fn invoke(self: Arc<Self>, event: Bytes) -> Result<Answer, Failure> {
        let _place = self.places.try_acquire().map_err(|_| {
            self.report(&Failure::Throttled, &[]);
            Failure::Throttled
        })?;
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = slot.map_err(|_| Failure::Stopping)?;
        let pool = Arc::clone(&self);
        let running = tokio::spawn(async move {
            let mut ending = pool.ending.clone();
            let result = tokio::select! {
                result = pool.run(event) => result,
                _ = ending.wait_for(|ending| *ending) => Err(Failure::Stopping),
            };
            drop(slot);
            result
        });
        running.await.unwrap_or(Err(Failure::Stopping))
    }

    async fn run(&self, event: Bytes) -> Result<Answer, Failure> {
        let started = self.take_or_start().await;
        let (mut instance, generation) =
            started.inspect_err(|failure| self.report(failure, &[]))?;
        let result = self.run_on(&mut instance, event).await;
        match result {
            Err(failure) if !failure.leaves_instance() => {
                let last_lines = instance.stop().await;
                self.report(&failure, &last_lines);
                Err(failure)
            }
            result => {
                let _ = result.as_ref().inspect_err(|failure| self.report(failure, &[]));
                if let Some(outdated) = self.give_back(instance, generation) {
                    outdated.stop().await;
                }
                result
            }
        }
    }

    async fn run_on(&self, instance: &mut Instance, event: Bytes) -> Result<Answer, Failure> {
        instance.ready(self.limits.init).await?;
        let request_id = uuid::Uuid::new_v4().to_string();
        let (answer, _) = instance.invoke(&request_id, event).await?;
        Answer::read(&answer).map_err(Failure::Unreadable)
    }

    async fn take_or_start(&self) -> Result<(Instance, u64), Failure> {
        loop {
            let (taken, generation) = {
                let mut idle = self.lock();
                (idle.instances.pop(), idle.generation)
            };
            let Some((mut instance, _)) = taken else {
                let started = Instance::start(&self.function, &self.log, &self.watchdog).await?;
                return Ok((started, generation));
            };
            match instance.exited() {
                None => return Ok((instance, generation)),
                Some(status) => self.bury(instance, status).await,
            }
        }
    }

    fn give_back(&self, instance: Instance, generation: u64) -> Option<Instance> {
        let mut idle = self.lock();
        if idle.generation != generation {
            return Some(instance);
        }
        idle.instances.push((instance, Instant::now()));
        None
    }

    /// Ends processes that had no work for long, and notices those that ended by themselves.
    pub(crate) async fn reap(&self) {
        let mut unused = Vec::new();
        let mut dead = Vec::new();
        {
            let mut idle = self.lock();
            for (mut instance, since) in std::mem::take(&mut idle.instances) {
                match instance.exited() {
                    Some(status) => dead.push((instance, status)),
                    None if since.elapsed() >= self.limits.idle => unused.push(instance),
                    None => idle.instances.push((instance, since)),
                }
            }
        }
        for (instance, status) in dead {
            self.bury(instance, status).await;
        }
        for instance in unused {
            instance.stop().await;
        }
    }

    async fn bury(&self, instance: Instance, status: ExitStatus) {
        let last_lines = instance.stop().await;
        self.report(&Failure::Crashed(status), &last_lines);
    }

    /// Ends the processes; those at work end after it. The next request starts the binary anew.
    pub(crate) async fn restart(&self) {
        let instances = {
            let mut idle = self.lock();
            idle.generation += 1;
            std::mem::take(&mut idle.instances)
        };
        for (instance, _) in instances {
            instance.stop().await;
        }
    }

    /// Waits until nothing runs, after `ending` was set, and ends what is idle.
    pub(crate) async fn stop(&self) {
        let all = u32::try_from(self.limits.concurrency).unwrap_or(u32::MAX);
        let _slots = self.slots.acquire_many(all).await;
        self.restart().await;
    }

    /// The ids of the processes without work.
    pub(crate) fn idle_pids(&self) -> Vec<u32> {
        self.lock().instances.iter().map(|(instance, _)| instance.pid()).collect()
    }

    fn report(&self, failure: &Failure, last_lines: &[String]) {
        self.log.write(Entry::Failed { function: &self.function.name, failure, last_lines });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
