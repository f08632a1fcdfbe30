//! What can go wrong with a statement over HTTP.
use std::{error, fmt};

use serde::Deserialize;

use crate::Phase;

type Source = Box<dyn error::Error + Send + Sync>;

/// A statement or batch that gave no rows. `Display` shows neither values nor the connection string.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The request was not made: a parameter has no text form.
    Parameter {
        /// From 1.
        number: usize,
        /// Why.
        source: Source,
    },
    /// The request was not made: the statement does not belong into one.
    Statement {
        /// Completes "the statement …".
        reason: &'static str,
    },
    /// The request was not made: it is larger than endpoints take.
    TooLarge {
        /// Of its body.
        bytes: usize,
        /// What they take.
        limit: usize,
    },
    /// The connection failed.
    Transport {
        /// Where.
        phase: Phase,
        /// With whom.
        host: String,
        /// Why.
        source: Source,
    },
    /// The time was over. The connection is closed, which cancels the statement on the server.
    Timeout {
        /// How far it had come.
        phase: Phase,
    },
    /// The server refused.
    Server(Box<Report>),
    /// The answer cannot be read.
    Answer {
        /// The HTTP status.
        status: u16,
        /// Of the endpoint's log.
        request_id: Option<String>,
        /// Why.
        reason: String,
    },
}

/// The server's own report, as in a `DbError` of tokio-postgres.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Report {
    /// The HTTP status; says nothing about whether to try again.
    #[serde(skip)]
    pub status: u16,
    /// Of the endpoint's log.
    #[serde(skip)]
    pub request_id: Option<String>,
    /// What is wrong, in a sentence.
    #[serde(alias = "msg")]
    pub message: String,
    /// The SQLSTATE; `None` if it was not the database that refused.
    pub code: Option<String>,
    /// `ERROR` or `FATAL`.
    pub severity: Option<String>,
    /// May quote values of a row: not for logs and callers.
    pub detail: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where in the statement, in characters from 1.
    pub position: Option<String>,
    /// The schema of what is concerned.
    pub schema: Option<String>,
    /// Its table.
    pub table: Option<String>,
    /// Its column.
    pub column: Option<String>,
    /// Its data type.
    pub data_type: Option<String>,
    /// The constraint that was broken.
    pub constraint: Option<String>,
}

impl Error {
    /// What the server reported, if it was the one that refused.
    pub fn report(&self) -> Option<&Report> {
        match self {
            Error::Server(report) => Some(report),
            _ => None,
        }
    }

    /// The SQLSTATE.
    pub fn sqlstate(&self) -> Option<&str> {
        self.report()?.code.as_deref()
    }

    /// The constraint that a write broke.
    pub fn constraint(&self) -> Option<&str> {
        self.report()?.constraint.as_deref()
    }

    /// What the endpoint's log knows the request by.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Error::Server(report) => report.request_id.as_deref(),
            Error::Answer { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// Whether the endpoint could not bring the statement to a database: it was not carried out.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Error::Transport { phase, .. } => !phase.is_sent(),
            Error::Server(report) => match report.code.as_deref() {
                Some(code) => matches!(code, "53300" | "57P03"),
                None => {
                    let starts = [
                        "Control plane request failed",
                        "Failed to acquire permit",
                        "Too many connections to this endpoint",
                    ];
                    starts.iter().any(|start| report.message.starts_with(start))
                }
            },
            _ => false,
        }
    }

    /// Whether nobody knows if a write was carried out.
    pub fn is_outcome_unknown(&self) -> bool {
        match self {
            Error::Transport { phase, .. } | Error::Timeout { phase } => phase.is_sent(),
            Error::Server(report) => report.code.as_deref().is_some_and(|code| {
                code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P05")
            }),
            Error::Answer { .. } => true,
            _ => false,
        }
    }

    /// Whether the same may simply be sent again: it was not carried out, and may be the next time.
    /// A read may be sent again after [`Error::is_outcome_unknown`] as well.
    pub fn retryable(&self) -> bool {
        self.is_unavailable() || matches!(self.sqlstate(), Some("40001" | "40P01" | "55P03"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Parameter { number, .. } => write!(f, "parameter ${number} has no text form"),
            Error::Statement { reason } => write!(f, "the statement {reason}"),
            Error::TooLarge { bytes, limit } => {
                write!(f, "the request would have {bytes} bytes, and {limit} are taken at most")
            }
            Error::Transport { phase, host, .. } => write!(f, "{host}: failed while {phase}"),
            Error::Timeout { phase } => write!(f, "the time was over while {phase}"),
            Error::Server(report) => {
                if let Some(code) = &report.code {
                    write!(f, "{code} ")?;
                }
                f.write_str(&report.message)?;
                id(f, report.request_id.as_deref())
            }
            Error::Answer { status, request_id, reason } => {
                write!(f, "the answer with status {status} cannot be read: {reason}")?;
                id(f, request_id.as_deref())
            }
        }
    }
}

fn id(f: &mut fmt::Formatter<'_>, id: Option<&str>) -> fmt::Result {
    id.map_or(Ok(()), |id| write!(f, " (request {id})"))
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Error::Parameter { source, .. } | Error::Transport { source, .. } => Some(&**source),
            _ => None,
        }
    }
}
