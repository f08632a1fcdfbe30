//! Why there is no answer, and why there is no gateway.
use std::{error::Error, fmt, io, path::PathBuf, process::ExitStatus, time::Duration};

/// Why an invocation gave no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The binary could not be started.
    Start {
        /// What was to be started.
        binary: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The process did not ask for an event in this time.
    InitTimeout(Duration),
    /// The process said that it cannot start; its own words.
    InitError(String),
    /// The process ended before it answered.
    Crashed(ExitStatus),
    /// The process ran longer than the function may; it was ended.
    TimedOut(Duration),
    /// The function reported an error instead of an answer; its own words.
    Reported(String),
    /// The answer is longer than Lambda lets through; its bytes.
    TooLarge(usize),
    /// The process asked for the next event without answering this one.
    Unanswered,
    /// The answer is not what API Gateway understands.
    Unreadable(String),
    /// Too many requests wait for this function already.
    Throttled,
    /// The gateway is stopping.
    Stopping,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Start { binary, .. } => write!(f, "cannot start {}", binary.display()),
            Failure::InitTimeout(after) => {
                write!(f, "did not ask for an event within {} s of its start", after.as_secs_f32())
            }
            Failure::InitError(said) => write!(f, "could not initialise: {said}"),
            Failure::Crashed(status) => write!(f, "crashed ({status})"),
            Failure::TimedOut(after) => {
                write!(f, "ended: ran longer than its timeout of {} s", after.as_secs_f32())
            }
            Failure::Reported(said) => write!(f, "reported an error: {said}"),
            Failure::TooLarge(bytes) => {
                write!(f, "answered {bytes} bytes, Lambda takes {}", crate::limits::ANSWER_MAX)
            }
            Failure::Unanswered => f.write_str("asked for the next event without an answer"),
            Failure::Unreadable(why) => write!(f, "answered what API Gateway cannot read: {why}"),
            Failure::Throttled => f.write_str("has too many requests waiting already"),
            Failure::Stopping => f.write_str("not asked: the gateway is stopping"),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Failure::Start { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl Failure {
    /// Whether the process is still good for another invocation.
    pub(crate) fn leaves_instance(&self) -> bool {
        matches!(self, Failure::Reported(_) | Failure::TooLarge(_) | Failure::Unreadable(_))
    }
}

/// Why a gateway did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// Two functions have the same route.
    Duplicate(String),
    /// A path of a route cannot be understood.
    Path(String),
    /// The port is taken, or forbidden.
    Listen {
        /// Which one.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The process that ends functions after a crash of the gateway did not start.
    Watchdog(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Duplicate(route) => write!(f, "two functions have the route {route}"),
            StartError::Path(path) => {
                write!(
                    f,
                    "path {path:?} is no route: segments are literal or {{name}}, no {{name+}}"
                )
            }
            StartError::Listen { port, .. } => write!(f, "cannot listen on 127.0.0.1:{port}"),
            StartError::Watchdog(_) => f.write_str("cannot start /bin/sh as watchdog"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StartError::Listen { source, .. } | StartError::Watchdog(source) => Some(source),
            StartError::Duplicate(_) | StartError::Path(_) => None,
        }
    }
}
