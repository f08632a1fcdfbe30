//! The numbers of API Gateway's HTTP APIs and of Lambda.
use std::time::Duration;

/// Bytes of request line and header values. HTTP API quota, not adjustable
/// (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html).
pub(crate) const HEAD_MAX: usize = 10_240;

/// Bytes of request body. HTTP API quota "10 MB", not adjustable (same page).
pub(crate) const BODY_MAX: usize = 10 * 1024 * 1024;

/// Bytes of event, 6 MiB. Lambda quota for synchronous invocations.
pub(crate) const EVENT_MAX: usize = 6_291_456;

/// Bytes of a function's answer. Lambda says so itself: "Exceeded maximum allowed payload size
/// (6291556 bytes)".
pub(crate) const ANSWER_MAX: usize = 6_291_556;

/// Bytes of one log line; CloudWatch cuts an event there.
pub(crate) const LOG_LINE_MAX: u64 = 256 * 1024;

/// Log lines kept of each instance, to be shown when it crashes.
pub(crate) const LOG_LINES_KEPT: usize = 20;

/// Connections served at the same time; more wait to be accepted.
pub(crate) const CONNECTIONS: usize = 512;

/// How long a client may take for the head of a request, or stay silent between two.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a client may take for the body of a request.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a client may leave what was sent unread.
pub(crate) const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long `stop` lets requests in flight finish before it ends the functions.
pub(crate) const STOP_GRACE: Duration = Duration::from_secs(2);

/// What may be chosen; the default is as on AWS, or right for one developer's machine.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Processes per function; 10.
    pub concurrency: usize,
    /// Requests per function that may wait for a process; 100.
    pub queue: usize,
    /// How long an instance stays without work; 5 minutes.
    pub idle: Duration,
    /// How long a request waits for its function; 30 s, the maximum of an HTTP API.
    pub integration: Duration,
    /// How long a process may take from start to its first poll; 10 s, as in Lambda.
    pub init: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            concurrency: 10,
            queue: 100,
            idle: Duration::from_secs(300),
            integration: Duration::from_secs(30),
            init: Duration::from_secs(10),
        }
    }
}
