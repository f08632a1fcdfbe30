//! One JSON line per request, written at once.
use std::{
    io::Write as _,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use db::Chain;
use serde_json::json;

use crate::Problem;

/// What is worth knowing of a request; no path, no query, no body: they hold people's data.
pub(crate) struct Line<'a> {
    pub(crate) route: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) trace: Option<&'a str>,
    pub(crate) status: u16,
    pub(crate) duration: Duration,
    pub(crate) round_trips: u32,
    pub(crate) problem: Option<&'a Problem>,
}

/// The line of a request; the first of an instance is marked cold.
pub(crate) fn request(line: &Line<'_>) -> String {
    static WARM: AtomicBool = AtomicBool::new(false);
    let level = match line.status {
        500.. => "ERROR",
        _ => "INFO",
    };
    let mut json = json!({
        "level": level,
        "timestamp": jiff::Timestamp::now(),
        "route": line.route,
        "request_id": line.request_id,
        "status": line.status,
        "duration_ms": milliseconds(line.duration),
        "cold": !WARM.swap(true, Ordering::Relaxed),
        "round_trips": line.round_trips,
    });
    if let Some(trace) = line.trace.and_then(|t| t.split('-').nth(1)) {
        json["trace_id"] = trace.into();
    }
    if let Some(problem) = line.problem {
        json["code"] = problem.code.code.into();
        if line.status >= 500 {
            json["error"] = Chain(problem).to_string().into();
        }
    }
    json.to_string()
}

/// The line of a function that cannot start.
pub(crate) fn unfit(route: &str, why: &str) -> String {
    let timestamp = jiff::Timestamp::now();
    json!({ "level": "ERROR", "timestamp": timestamp, "route": route, "error": why }).to_string()
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
