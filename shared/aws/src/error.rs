//! Why there is no value.
use std::{error, fmt};

type Source = Box<dyn error::Error + Send + Sync>;

/// A value that AWS did not give. `Display` shows names only.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A variable that Lambda sets is not there.
    Unset {
        /// Which.
        variable: &'static str,
    },
    /// The endpoint's URL cannot be used.
    Endpoint {
        /// Completes "the endpoint …".
        reason: &'static str,
    },
    /// The endpoint is not reached, or the connection broke.
    Unreachable {
        /// `secretsmanager.eu-west-2.amazonaws.com`.
        host: String,
        /// Why.
        source: Source,
    },
    /// AWS refuses.
    Refused {
        /// HTTP status.
        status: u16,
        /// `ResourceNotFoundException`, `AccessDeniedException`, …
        kind: String,
    },
    /// What is kept there is no text, or has no such member.
    NoText {
        /// Where.
        reference: String,
    },
}

impl Error {
    /// Whether another attempt may succeed: the network, or AWS has too much to do.
    pub fn is_for_now(&self) -> bool {
        match self {
            Error::Unreachable { .. } => true,
            Error::Refused { status, kind } => *status >= 500 || kind == "ThrottlingException",
            Error::Unset { .. } | Error::Endpoint { .. } | Error::NoText { .. } => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unset { variable } => write!(f, "{variable} is not set, which Lambda does"),
            Error::Endpoint { reason } => write!(f, "the endpoint {reason}"),
            Error::Unreachable { host, .. } => write!(f, "no answer from {host}"),
            Error::Refused { status, kind } => write!(f, "AWS refuses: {status} {kind}"),
            Error::NoText { reference } => write!(f, "{reference} is no text"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Error::Unreachable { source, .. } => Some(&**source),
            _ => None,
        }
    }
}
