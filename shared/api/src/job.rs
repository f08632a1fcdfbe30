//! A function that the clock starts, or an event: what the template and the command line need to know of it, and its loop.
use std::{
    collections::BTreeMap,
    env,
    error::Error,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use db::{Access, Db, Domain, Pool, audit};
use futures_util::FutureExt as _;
use lambda_http::{
    LambdaEvent,
    lambda_runtime::{self, Diagnostic},
    service_fn,
};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::{
    Exit, Subscriber, Unfit, bus, deliver, log,
    server::{Panicked, RESERVE, settings},
};

/// Why a job could not go on: anything that says so.
pub type Failed = Box<dyn Error + Send + Sync>;

/// The work of a job, as a future of its own so that `run` is compiled once. Its answer is counts, for the log.
pub type Work<'a> = Pin<Box<dyn Future<Output = Result<Value, Failed>> + Send + 'a>>;

/// What the clock starts, or an event of another domain: one function, without a path.
///
/// The platform may start it twice for one tick or event, or while it still runs, and starts a failed one again: the work does
/// what is due, whoever else does, and can be repeated.
#[derive(Debug)]
pub struct Job {
    /// Binary and function name: `<domain>-<verb>-<noun>`.
    pub name: &'static str,
    /// One sentence for the documentation.
    pub summary: &'static str,
    /// The database this job works on.
    pub domain: Domain,
    /// What it does there.
    pub access: Access,
    /// When, as EventBridge says it, in UTC: `rate(1 minute)`, `cron(0 3 * * ? *)`; empty if events start it.
    pub schedule: &'static str,
    /// What it hands events to, if those start it.
    pub takes: &'static [&'static Subscriber],
    /// Further variables that it reads, none of them optional.
    pub settings: &'static [&'static str],
    /// Variables that it reads and Lambda sets by itself, or nobody does.
    pub ambient: &'static [&'static str],
    /// Seconds until the function is ended.
    pub timeout_s: u16,
    /// Megabytes of memory.
    pub memory_mb: u16,
    /// What it does.
    pub work: for<'a> fn(&'a Run, &'a Db<'a>) -> Work<'a>,
    /// Where its constant is, for the binary that is written; [`jobs!`](crate::jobs) fills it in.
    pub rust_path: &'static str,
}

/// The jobs of a domain, each by the constant that describes it; as [`routes!`](crate::routes).
#[macro_export]
macro_rules! jobs {
    ($($($part:ident)::+),* $(,)?) => {
        &[$(&$crate::Job {
            rust_path: concat!(module_path!() $(, "::", stringify!($part))+),
            ..$($part)::+
        }),*]
    };
}

impl Job {
    /// Every field that a job may leave out.
    pub const DEFAULT: Job = Job {
        name: "",
        summary: "",
        domain: Domain::Platform,
        access: Access::Write,
        schedule: "",
        takes: &[],
        settings: &[],
        ambient: &[],
        timeout_s: 60,
        memory_mb: 256,
        work: |_, _| Box::pin(async { Ok(Value::Null) }),
        rust_path: "",
    };

    /// Seals the audit log of a domain.
    pub const fn seal_audit(name: &'static str, domain: Domain) -> Job {
        Job {
            name,
            summary: "Seals what the audit log noted into its chain.",
            domain,
            schedule: "rate(1 minute)",
            timeout_s: 50,
            work: |run, db| Box::pin(seal_audit(run, db)),
            ..Job::DEFAULT
        }
    }

    /// Takes what other domains tell a domain over the bus.
    pub const fn take_events(
        name: &'static str,
        domain: Domain,
        subscribers: &'static [&'static Subscriber],
    ) -> Job {
        Job {
            name,
            summary: "Takes what other domains tell this one.",
            domain,
            takes: subscribers,
            timeout_s: 30,
            work: |run, db| Box::pin(take_event(run, db)),
            ..Job::DEFAULT
        }
    }

    /// What an event must be of to start it, sorted.
    pub fn topics(&self) -> Vec<&'static str> {
        let mut topics: Vec<&str> =
            self.takes.iter().flat_map(|subscriber| subscriber.topics).copied().collect();
        topics.sort_unstable();
        topics.dedup();
        topics
    }
}

async fn take_event(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let event = bus::event(&run.event)?;
    deliver(run.takes, &event, db).await?;
    Ok(json!({ "topic": event.topic, "event": event.id }))
}

async fn seal_audit(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let (sealed, complete) = audit::seal(db, || run.left()).await?;
    Ok(json!({ "entries": sealed, "complete": complete }))
}

/// One start of a job.
#[derive(Debug)]
pub struct Run {
    end: Instant,
    settings: BTreeMap<&'static str, String>,
    takes: &'static [&'static Subscriber],
    event: Value,
}

impl Run {
    /// Time until the function is ended; a batch that may take longer is left to the next start.
    pub fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// The value of a variable that the job names in `settings` or `ambient`; empty if it is not set, or another.
    pub fn setting(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", String::as_str)
    }
}

/// What came of one start, and the line of the log.
#[derive(Debug)]
pub struct Ran {
    /// Counts, or why not.
    pub result: Result<Value, Failed>,
    /// One line of JSON for us.
    pub log: String,
}

/// A job with its settings and its connections.
#[derive(Debug)]
pub struct Worker {
    job: &'static Job,
    settings: BTreeMap<&'static str, String>,
    pool: Pool,
}

impl Worker {
    /// Reads the settings that the job needs. Connects to nothing.
    ///
    /// # Errors
    /// Names the first variable that is unset or cannot be used.
    pub fn new(job: &'static Job, var: impl Fn(&str) -> Option<String>) -> Result<Worker, Unfit> {
        let mut settings = settings(job.settings, &var)?;
        settings.extend(job.ambient.iter().filter_map(|&name| Some((name, var(name)?))));
        let pool = Pool::find(job.domain, job.access, job.name, var).map_err(Unfit::Database)?;
        Ok(Worker { job, settings, pool })
    }

    /// Does what is due, until `end` at the latest.
    pub async fn run(&self, id: &str, end: Option<Instant>) -> Ran {
        self.run_with(id, end, Value::Null).await
    }

    /// The same, started with an event.
    pub async fn run_with(&self, id: &str, end: Option<Instant>, event: Value) -> Ran {
        let started = Instant::now();
        let limit = started + Duration::from_secs(u64::from(self.job.timeout_s));
        let end = end.map_or(limit, |end| end.min(limit)) - RESERVE;
        let db = self.pool.begin(end);
        let context = json!({ "kind": "system", "request_id": id, "user_agent": self.job.name });
        db.act_as(context.to_string());
        let (db, run) =
            (db, Run { end, settings: self.settings.clone(), takes: self.job.takes, event });
        let work = AssertUnwindSafe((self.job.work)(&run, &db)).catch_unwind();
        let result = match timeout_at(end, work).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Panicked.into()),
            Err(_) => Err("it was stopped for lack of time; what it committed stays".into()),
        };
        let log = log::job(&log::JobLine {
            job: self.job.name,
            request_id: id,
            duration: started.elapsed(),
            round_trips: db.round_trips(),
            resolved: &self.pool.take_resolved(),
            result: &result,
        });
        Ran { result, log }
    }
}

/// Runs one job as a Lambda function until the environment is shut down.
pub fn run(job: &'static Job) -> Exit {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let worker = Worker::new(job, |name| env::var(name).ok()).map_err(|e| e.to_string());
    let (runtime, worker) = match (runtime, worker) {
        (Ok(runtime), Ok(worker)) => (runtime, &*Box::leak(Box::new(worker))),
        (Err(e), _) => return log::exit_unfit(job.name, &e.to_string()),
        (_, Err(e)) => return log::exit_unfit(job.name, &e),
    };
    let work = async |event: LambdaEvent<Value>| {
        let epoch = Duration::from_millis(event.context.deadline);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let end = Instant::now() + epoch.saturating_sub(now);
        let LambdaEvent { payload, context } = event;
        let Ran { result, log } = worker.run_with(&context.request_id, Some(end), payload).await;
        log::write(&log);
        // An error of the function itself is what AWS counts, alarms on and repeats.
        result.map_err(|e| Diagnostic {
            error_type: "JobFailed".to_owned(),
            error_message: db::Chain(&*e).to_string(),
        })
    };
    match runtime.block_on(lambda_runtime::run(service_fn(work))) {
        Ok(()) => Exit::SUCCESS,
        Err(e) => log::exit_unfit(job.name, &e.to_string()),
    }
}
