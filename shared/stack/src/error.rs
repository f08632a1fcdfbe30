//! Why a server cannot be had, and what to do about it.
use std::{fmt, io, path::PathBuf};

/// A failure of the local servers. `Display` says what failed, `source()` says why, [`Error::next`] what helps.
#[derive(Debug)]
pub enum Error {
    /// A program is not installed and could not be installed.
    Missing {
        /// `PostgreSQL` or `PgBouncer`.
        program: &'static str,
        /// The exact command that installs it.
        install: String,
        /// Why it was not installed here and now.
        reason: String,
    },
    /// A server did not start.
    Start {
        /// `primary`, `replica` or `pgbouncer`.
        server: &'static str,
        /// Where it logs.
        log: PathBuf,
        /// The last lines of that log, or what the program said.
        tail: String,
    },
    /// A server program ended badly.
    Program {
        /// Which one.
        program: String,
        /// What it wrote.
        output: String,
    },
    /// A file or folder could not be read or written.
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A statement failed.
    Sql {
        /// What was tried.
        what: String,
        /// Why not.
        source: tokio_postgres::Error,
    },
    /// No connection could be made.
    Connect {
        /// What was tried, without a password.
        what: String,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A certificate, key or TLS setting could not be made.
    Crypto {
        /// What was tried.
        what: &'static str,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The data was made by another major version of PostgreSQL.
    Version {
        /// Major version of the data.
        data: String,
        /// Major version of the program.
        program: String,
    },
    /// A server does not answer in time.
    Silent {
        /// What was waited for.
        what: String,
    },
    /// No folder above the current one is a checkout.
    NoRoot,
    /// No key has been made yet.
    NoKey,
}

impl Error {
    /// The command or step that helps.
    pub fn next(&self) -> Option<String> {
        match self {
            Error::Missing { install, .. } => Some(install.clone()),
            Error::Start { log, .. } => Some(format!(
                "read {}; `cargo aruuri down --purge`, then `cargo aruuri up`, starts afresh",
                log.display()
            )),
            Error::Io { source, path, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some(format!("run it as the user who owns {}", path.display()))
            }
            Error::Version { data, .. } => Some(format!(
                "set ARUURI_PG_BIN to the programs of version {data}, or start afresh: cargo aruuri down --purge"
            )),
            Error::Sql { .. } | Error::Connect { .. } | Error::Silent { .. } => {
                Some("cargo aruuri status; then cargo aruuri down && cargo aruuri up".to_owned())
            }
            Error::NoRoot => Some("cd into the checkout, or set ARUURI_ROOT".to_owned()),
            Error::NoKey => Some("cargo aruuri up".to_owned()),
            Error::Program { .. } | Error::Io { .. } | Error::Crypto { .. } => None,
        }
    }

    /// Whether a program or server that is needed is not there.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Error::Missing { .. } | Error::Connect { .. } | Error::Silent { .. })
    }

    pub(crate) fn io(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { what, path, source }
    }

    pub(crate) fn sql(what: impl Into<String>) -> impl FnOnce(tokio_postgres::Error) -> Error {
        let what = what.into();
        move |source| Error::Sql { what, source }
    }

    pub(crate) fn crypto<E>(what: &'static str) -> impl FnOnce(E) -> Error
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| Error::Crypto { what, source: source.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Missing { program, reason, .. } => {
                write!(f, "{program} is not installed ({reason})")
            }
            Error::Start { server, log, tail } => {
                write!(f, "the {server} did not start; {} ends with:\n{tail}", log.display())
            }
            Error::Program { program, output } => write!(f, "{program} failed:\n{output}"),
            Error::Io { what, path, .. } => write!(f, "cannot {what} {}", path.display()),
            Error::Sql { what, .. } | Error::Connect { what, .. } => write!(f, "cannot {what}"),
            Error::Crypto { what, .. } => write!(f, "cannot {what}"),
            Error::Version { data, program } => {
                write!(f, "the data was made by PostgreSQL {data}, the program is {program}")
            }
            Error::Silent { what } => write!(f, "{what} does not answer"),
            Error::NoRoot => f.write_str("no checkout of this repository here or above"),
            Error::NoKey => f.write_str("there is no development key yet"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io { source, .. } => Some(source),
            Error::Sql { source, .. } => Some(source),
            Error::Crypto { source, .. } | Error::Connect { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}
