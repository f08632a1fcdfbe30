//! What can go wrong with a database, and what it means for the one who waits.
use std::{error, fmt};

use tokio_postgres::error::DbError;

use crate::ReadError;

/// A failed connection, statement or setting. `Display` says what failed, `source` why.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// None of these variables is set.
    Unset(Vec<String>),
    /// The variable's value cannot be used; the value itself is never shown.
    Url {
        /// The variable.
        variable: String,
        /// Completes "`variable` …".
        reason: &'static str,
    },
    /// A URL that is kept elsewhere was not given to us: nothing was sent.
    #[cfg(feature = "secrets")]
    Secret {
        /// The variable that names it.
        variable: String,
        /// Why.
        source: aws::Error,
    },
    /// The TLS connector could not be built.
    Tls {
        /// The variable whose URL asked for TLS.
        variable: String,
        /// Why.
        source: Box<dyn error::Error + Send + Sync>,
    },
    /// No connection: nothing was sent.
    Connect {
        /// The variable whose URL was tried.
        variable: String,
        /// Why.
        source: Box<dyn error::Error + Send + Sync>,
    },
    /// The time of the request is over. Whether a write happened is not known.
    Timeout {
        /// The statement.
        sql: &'static str,
    },
    /// The server refused the statement, or the connection broke.
    Query {
        /// The statement.
        sql: &'static str,
        /// Why.
        source: tokio_postgres::Error,
    },
    /// The endpoint or the server behind it refused the statement, or the connection broke.
    #[cfg(feature = "http")]
    Http {
        /// The statement; the first of a transaction.
        sql: &'static str,
        /// Why.
        source: Box<sqlhttp::Error>,
    },
    /// The replica has not come as far as the caller asks, and there is no primary to read from.
    Behind {
        /// The statement.
        sql: &'static str,
    },
    /// A row is not what its type expects: the statement test finds that first.
    Read {
        /// The statement.
        sql: &'static str,
        /// Why.
        source: ReadError,
    },
    /// A transaction was to be taken back, and only TCP can: nothing was sent.
    NoRehearsal,
    /// The statement must return a row and did not.
    NoRow {
        /// The statement.
        sql: &'static str,
    },
}

/// What an [`Error`] means, decided by SQLSTATE (PostgreSQL manual, appendix A) and by what had been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The set-up is wrong: variable, password, database name, certificate.
    Config,
    /// The server cannot be reached or takes no connection now; nothing was sent.
    Unreachable,
    /// The connection broke after the statement was sent: it may have been carried out.
    OutcomeUnknown,
    /// Another transaction won (40001, 40P01); the server rolled back.
    Contention,
    /// A replica has not replayed what must be read; nothing was done.
    Behind,
    /// A lock was not free in time (55P03); the server rolled back.
    LockTimeout,
    /// The statement took too long (57014); the server rolled back.
    StatementTimeout,
    /// The request's time was over before an answer came; a write may have been carried out.
    Timeout,
    /// The server takes no writes (25006): a standby, or a primary under maintenance.
    ReadOnly,
    /// Disk or memory is full (class 53); the server rolled back.
    Full,
    /// A constraint was broken (class 23), or a rule of ours raised (class P0).
    Constraint,
    /// A value does not fit its column (class 22).
    Input,
    /// Ours to mend.
    Bug,
}

impl Error {
    pub(crate) fn query(sql: &'static str, source: tokio_postgres::Error) -> Error {
        Error::Query { sql, source }
    }

    #[cfg(feature = "http")]
    pub(crate) fn http(sql: &'static str, source: sqlhttp::Error) -> Error {
        match source {
            sqlhttp::Error::Timeout { .. } => Error::Timeout { sql },
            source => Error::Http { sql, source: Box::new(source) },
        }
    }

    /// The server's own report, if the server answered over TCP.
    pub fn db(&self) -> Option<&DbError> {
        match self {
            Error::Query { source, .. } => source.as_db_error(),
            Error::Connect { source, .. } => {
                source.downcast_ref::<tokio_postgres::Error>()?.as_db_error()
            }
            _ => None,
        }
    }

    /// The constraint that a write broke, if that is what went wrong.
    pub fn constraint(&self) -> Option<&str> {
        #[cfg(feature = "http")]
        if let Error::Http { source, .. } = self {
            return source.constraint();
        }
        self.db()?.constraint()
    }

    /// The SQLSTATE.
    pub fn code(&self) -> Option<&str> {
        #[cfg(feature = "http")]
        if let Error::Http { source, .. } = self {
            return source.sqlstate();
        }
        Some(self.db()?.code().code())
    }

    /// What it means.
    pub fn kind(&self) -> Kind {
        match self {
            Error::Unset(_) | Error::Url { .. } | Error::Tls { .. } | Error::NoRehearsal => {
                Kind::Config
            }
            #[cfg(feature = "secrets")]
            Error::Secret { source, .. } if source.is_for_now() => Kind::Unreachable,
            #[cfg(feature = "secrets")]
            Error::Secret { .. } => Kind::Config,
            Error::Connect { source, .. } => match self.code() {
                None if is_not_trusted(&**source) => Kind::Config,
                None | Some("57P03" | "53300") => Kind::Unreachable,
                Some("08P01") if self.db().is_some_and(is_for_now) => Kind::Unreachable,
                Some(code) if code.starts_with("57") => Kind::Unreachable,
                // PgBouncer reports a wrong password or database as 08P01, PostgreSQL as 28P01 and 3D000.
                Some(_) => Kind::Config,
            },
            Error::Timeout { .. } => Kind::Timeout,
            Error::Behind { .. } => Kind::Behind,
            Error::NoRow { .. } | Error::Read { .. } => Kind::Bug,
            Error::Query { source, .. } => query_kind(source),
            #[cfg(feature = "http")]
            Error::Http { source, .. } => http_kind(source),
        }
    }
}

/// The certificate is not the server's, not valid now or not signed by whom we trust, or there is none: connecting again
/// does not help. The TLS library has no other sign of it than its words.
fn is_not_trusted(source: &(dyn error::Error + 'static)) -> bool {
    let mut cause = Some(source);
    while let Some(error) = cause {
        let words = error.to_string();
        if words.contains("certificate") || words.contains("does not support TLS") {
            return true;
        }
        cause = error.source();
    }
    false
}

/// PgBouncer reports as 08P01 also what passes: too many connections, here or at the server, and a
/// server that it cannot reach.
pub(crate) fn is_for_now(report: &DbError) -> bool {
    const FOR_NOW: [&str; 7] = [
        "too many",
        "connection slots",
        "no more connections",
        "cannot connect to server",
        "query_wait_timeout",
        "client_login_timeout",
        "the database system is",
    ];
    FOR_NOW.iter().any(|words| report.message().contains(words))
}

fn query_kind(source: &tokio_postgres::Error) -> Kind {
    let Some(code) = source.code() else {
        let broken = source.is_closed()
            || error::Error::source(source).is_some_and(<dyn error::Error>::is::<std::io::Error>);
        return if broken { Kind::OutcomeUnknown } else { Kind::Bug };
    };
    // PgBouncer waited for a server connection in vain: no server has seen the statement.
    if code.code() == "08P01" && source.as_db_error().is_some_and(is_for_now) {
        return Kind::Unreachable;
    }
    code_kind(code.code())
}

#[cfg(feature = "http")]
fn http_kind(source: &sqlhttp::Error) -> Kind {
    use sqlhttp::Error;
    match (source, source.sqlstate()) {
        _ if source.is_unavailable() => Kind::Unreachable,
        // The endpoint logs in with each request.
        (_, Some("3D000" | "28P01" | "28000")) => Kind::Config,
        (_, Some(code)) => code_kind(code),
        (Error::Transport { .. } | Error::Answer { .. }, None) => Kind::OutcomeUnknown,
        // Too much in one direction or the other.
        (Error::Server(report), None) if matches!(report.status, 413 | 507) => Kind::Bug,
        (Error::Server(_), None) => Kind::Config,
        _ => Kind::Bug,
    }
}

fn code_kind(code: &str) -> Kind {
    match code {
        "40001" | "40P01" => Kind::Contention,
        "55P03" => Kind::LockTimeout,
        "57014" => Kind::StatementTimeout,
        "57P01" | "57P02" | "57P03" | "57P05" => Kind::OutcomeUnknown,
        "25006" => Kind::ReadOnly,
        "22P05" | "22021" => Kind::Input,
        code => match &code[..2] {
            "08" => Kind::OutcomeUnknown,
            "53" => Kind::Full,
            "23" | "P0" => Kind::Constraint,
            "22" => Kind::Input,
            _ => Kind::Bug,
        },
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = |sql: &'static str| sql.lines().next().unwrap_or_default();
        match self {
            Error::Unset(names) => write!(f, "no database URL: set {}", names.join(" or ")),
            Error::Url { variable, reason } => write!(f, "{variable} {reason}"),
            #[cfg(feature = "secrets")]
            Error::Secret { variable, .. } => write!(f, "no value for {variable}"),
            Error::Tls { variable, .. } => write!(f, "no TLS for {variable}"),
            Error::Connect { variable, .. } => write!(f, "no connection by {variable}"),
            Error::Behind { sql } => write!(f, "the replica is behind: {}", head(sql)),
            Error::Timeout { sql } => write!(f, "no answer in time: {}", head(sql)),
            Error::Query { sql, .. } => write!(f, "statement failed: {}", head(sql)),
            #[cfg(feature = "http")]
            Error::Http { sql, .. } => write!(f, "statement failed over HTTP: {}", head(sql)),
            Error::Read { sql, .. } => write!(f, "row not understood: {}", head(sql)),
            Error::NoRehearsal => f.write_str("a rehearsal needs a connection over TCP"),
            Error::NoRow { sql } => write!(f, "no row: {}", head(sql)),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            #[cfg(feature = "secrets")]
            Error::Secret { source, .. } => Some(source),
            Error::Tls { source, .. } => Some(source.as_ref()),
            Error::Connect { source, .. } => Some(&**source),
            Error::Query { source, .. } => Some(source),
            #[cfg(feature = "http")]
            Error::Http { source, .. } => Some(source),
            Error::Read { source, .. } => Some(source),
            Error::Unset(_)
            | Error::Url { .. }
            | Error::Timeout { .. }
            | Error::NoRehearsal
            | Error::Behind { .. }
            | Error::NoRow { .. } => None,
        }
    }
}

/// Shows an error with all its causes on one line.
#[derive(Debug)]
pub struct Chain<'a>(pub &'a dyn error::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            match cause.downcast_ref::<DbError>() {
                // The detail of a broken constraint quotes the row: it is somebody's data.
                Some(db) => write!(f, ": {} {}", db.code().code(), db.message())?,
                None => write!(f, ": {cause}")?,
            }
            next = cause.source();
        }
        Ok(())
    }
}
