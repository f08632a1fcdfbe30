//! One JSON line per request, written at once.
use std::{
    io::Write as _,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use db::{Chain, Resolved};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Failed, Problem};

/// What is worth knowing of a request; no path, no query, no body: they hold people's data.
pub(crate) struct Line<'a> {
    pub(crate) route: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) trace: Option<&'a str>,
    pub(crate) status: u16,
    pub(crate) duration: Duration,
    pub(crate) round_trips: u32,
    /// Which server answered the last statement.
    pub(crate) source: Option<&'a str>,
    pub(crate) resolved: &'a [Resolved],
    pub(crate) problem: Option<&'a Problem>,
}

#[derive(Serialize)]
struct Written<'a> {
    level: &'a str,
    timestamp: Timestamp,
    route: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<&'a str>,
    status: u16,
    duration_ms: f64,
    cold: bool,
    round_trips: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<Secret<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// A URL that was asked for elsewhere: its variable, where it is kept, and how long that took.
#[derive(Serialize)]
struct Secret<'a> {
    variable: &'a str,
    source: &'a str,
    duration_ms: f64,
}

fn secrets(resolved: &[Resolved]) -> Vec<Secret<'_>> {
    let each = resolved.iter().map(|Resolved { variable, source, took }| Secret {
        variable,
        source,
        duration_ms: milliseconds(*took),
    });
    each.collect()
}

/// What is worth knowing of a start of a job.
pub(crate) struct JobLine<'a> {
    pub(crate) job: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) duration: Duration,
    pub(crate) round_trips: u32,
    pub(crate) resolved: &'a [Resolved],
    pub(crate) result: &'a Result<Value, Failed>,
}

#[derive(Serialize)]
struct JobWritten<'a> {
    level: &'a str,
    timestamp: Timestamp,
    job: &'a str,
    request_id: &'a str,
    duration_ms: f64,
    cold: bool,
    round_trips: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<Secret<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The line of a start of a job.
pub(crate) fn job(line: &JobLine<'_>) -> String {
    let error = line.result.as_ref().err().map(|e| Chain(&**e).to_string());
    let written = JobWritten {
        level: if error.is_some() { "ERROR" } else { "INFO" },
        timestamp: Timestamp::now(),
        job: line.job,
        request_id: line.request_id,
        duration_ms: milliseconds(line.duration),
        cold: is_cold(),
        round_trips: line.round_trips,
        secrets: secrets(line.resolved),
        done: line.result.as_ref().ok(),
        error,
    };
    serde_json::to_string(&written).unwrap_or_default()
}

/// Whether this is the first line of the instance.
fn is_cold() -> bool {
    static WARM: AtomicBool = AtomicBool::new(false);
    !WARM.swap(true, Ordering::Relaxed)
}

/// The line of a request; the first of an instance is marked cold.
pub(crate) fn request(line: &Line<'_>) -> String {
    let failed = line.status >= 500;
    let written = Written {
        level: if failed { "ERROR" } else { "INFO" },
        timestamp: Timestamp::now(),
        route: line.route,
        request_id: line.request_id,
        trace_id: line.trace.and_then(|trace| trace.split('-').nth(1)),
        status: line.status,
        duration_ms: milliseconds(line.duration),
        cold: is_cold(),
        round_trips: line.round_trips,
        source: line.source,
        secrets: secrets(line.resolved),
        code: line.problem.map(|problem| problem.code.code),
        error: line.problem.filter(|_| failed).map(|problem| Chain(problem).to_string()),
    };
    serde_json::to_string(&written).unwrap_or_default()
}

/// Says why a function cannot start, and gives the exit code of its process.
pub(crate) fn exit_unfit(function: &str, why: &str) -> ExitCode {
    let timestamp = Timestamp::now();
    let line = json!({ "level": "ERROR", "timestamp": timestamp, "route": function, "error": why });
    write(&line.to_string());
    ExitCode::FAILURE
}

/// Writes a line at once.
pub(crate) fn write(line: &str) {
    // Standard output is the log; when it is gone, there is nobody to tell.
    let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
}

/// Three decimals are enough.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
