//! The clock of `dev`: starts jobs as `EventBridge` does, but never one that still runs.
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use api::Job;
use gateway::{Function, Instance, Limits, Log, Watchdog};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint},
};

/// How long a process may take to write its last lines.
const SETTLE: Duration = Duration::from_secs(2);

/// When a job is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// So long after it was started last.
    Every(Duration),
    /// At this minute and hour in UTC; `None`: at each.
    At { minute: Option<u64>, hour: Option<u64> },
}

impl Schedule {
    /// `rate(5 minutes)`, `cron(15 0 * * ? *)`; nothing if it names days, which no job does.
    pub(crate) fn parse(text: &str) -> Option<Schedule> {
        let inner = |kind: &str| text.strip_prefix(kind)?.strip_suffix(')');
        if let Some((count, unit)) = inner("rate(").and_then(|rate| rate.split_once(' ')) {
            let minutes = match unit.trim_end_matches('s') {
                "minute" => 1,
                "hour" => 60,
                "day" => 24 * 60,
                _ => return None,
            };
            let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
            return Some(Schedule::Every(Duration::from_secs(count * minutes * 60)));
        }
        let fields: Vec<&str> = inner("cron(")?.split(' ').collect();
        let [minute, hour, days @ ..] = &fields[..] else { return None };
        let number = |field: &str, limit: u64| match field {
            "*" => Some(None),
            field => field.parse().ok().filter(|number| *number < limit).map(Some),
        };
        let every_day = days.len() == 4 && days.iter().all(|field| ["*", "?"].contains(field));
        let (minute, hour) = (number(minute, 60)?, number(hour, 24)?);
        every_day.then_some(Schedule::At { minute, hour })
    }

    /// The time from `now`, since 1970, to when it is due next.
    pub(crate) fn wait(self, now: Duration) -> Duration {
        let (minute, hour) = match self {
            Schedule::Every(period) => return period,
            Schedule::At { minute, hour } => (minute, hour),
        };
        let this = now.as_secs() / 60;
        let is_due = |at: &u64| {
            minute.is_none_or(|minute| at % 60 == minute)
                && hour.is_none_or(|hour| at / 60 % 24 == hour)
        };
        let next = (this + 1..=this + 24 * 60).find(is_due).unwrap_or(this + 24 * 60);
        Duration::from_secs(next * 60).saturating_sub(now)
    }
}

/// Jobs that are started when they are due; ended with this.
#[derive(Debug)]
pub(crate) struct Clock {
    _ticking: JoinSet<()>,
}

impl Clock {
    /// Begins to tick: each job at its schedule, or all of them `every` so long.
    ///
    /// # Errors
    /// When a schedule is not understood, or `/bin/sh` cannot be run.
    pub(crate) fn start(
        jobs: Vec<(&'static Job, Function)>,
        every: Option<Duration>,
        log: &Log,
        out: &Output,
    ) -> Result<Clock, Failure> {
        let watchdog = Watchdog::start().map_err(|error| {
            Failure::new(Exit::Failure, "cannot start /bin/sh as watchdog").because(&error)
        })?;
        let watchdog = Arc::new(watchdog);
        let mut ticking = JoinSet::new();
        for (job, function) in jobs {
            let schedule = every.map(Schedule::Every).or_else(|| Schedule::parse(job.schedule));
            let schedule = schedule.ok_or_else(|| {
                Failure::new(
                    Exit::Failure,
                    format!("the schedule of {} is not understood", job.name),
                )
                .why(job.schedule)
                .next("cargo aruuri dev --jobs-every 60")
            })?;
            let (log, watchdog, out) = (log.clone(), Arc::clone(&watchdog), out.clone());
            ticking.spawn(async move {
                loop {
                    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                    sleep(schedule.wait(now)).await;
                    // One after the other: what fell due meanwhile is not made up for.
                    if let Err(why) = run(&function, &log, &watchdog).await {
                        out.raw_error(format_args!("{} {} {why}", Paint::bad("failed:"), job.name));
                    }
                }
            });
        }
        Ok(Clock { _ticking: ticking })
    }
}

/// Runs the function of a job once; its log goes where that of functions goes.
async fn run(
    function: &Function,
    log: &Log,
    watchdog: &Arc<Watchdog>,
) -> Result<(), gateway::Failure> {
    let mut instance = Instance::start(function, log, watchdog).await?;
    let ran = match instance.ready(Limits::default().init).await {
        Ok(_) => instance.invoke(&uuid::Uuid::new_v4().to_string(), "{}".into()).await.map(|_| ()),
        Err(failure) => Err(failure),
    };
    instance.settle(SETTLE).await;
    instance.stop().await;
    ran
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Schedule;
    use crate::routes;

    const NIGHTLY: Schedule = Schedule::At { minute: Some(30), hour: Some(2) };

    #[test]
    fn the_schedule_of_every_job_is_understood() {
        let timed = routes::jobs().into_iter().filter(|job| job.takes.is_empty());
        let odd = timed.filter(|job| Schedule::parse(job.schedule).is_none());

        assert_eq!(odd.map(|job| job.name).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn rates_and_times_of_day_are_understood_and_days_are_not() {
        let minutes = |count: u64| Some(Schedule::Every(Duration::from_secs(count * 60)));

        assert_eq!(Schedule::parse("rate(1 minute)"), minutes(1));
        assert_eq!(Schedule::parse("rate(5 hours)"), minutes(300));
        assert_eq!(Schedule::parse("rate(2 days)"), minutes(2880));
        assert_eq!(Schedule::parse("cron(30 2 * * ? *)"), Some(NIGHTLY));
        let hourly = Schedule::At { minute: Some(0), hour: None };
        assert_eq!(Schedule::parse("cron(0 * * * ? *)"), Some(hourly));
        for odd in [
            "",
            "rate(0 minutes)",
            "rate(1 week)",
            "cron(0 3 * * MON *)",
            "cron(61 3 * * ? *)",
            "cron(0 3)",
        ] {
            assert_eq!(Schedule::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_time_of_day_is_waited_for_and_never_the_minute_that_runs() {
        let at = |hours: u64, minutes: u64, seconds: u64| {
            Duration::from_secs((400 * 24 + hours) * 3600 + minutes * 60 + seconds)
        };

        assert_eq!(NIGHTLY.wait(at(2, 29, 50)), Duration::from_secs(10));
        assert_eq!(NIGHTLY.wait(at(2, 30, 10)), Duration::from_secs(24 * 3600 - 10));
        assert_eq!(NIGHTLY.wait(at(23, 0, 0)), Duration::from_secs(3 * 3600 + 1800));
        let every = Schedule::Every(Duration::from_secs(7));
        assert_eq!(every.wait(at(1, 1, 1)), Duration::from_secs(7));
    }
}
