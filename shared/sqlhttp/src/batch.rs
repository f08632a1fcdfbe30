//! Statements that take effect together.
use std::fmt;

use crate::{Error, Value, body, statement};

/// What a transaction sees of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// The server's default.
    ReadCommitted,
    /// One snapshot.
    RepeatableRead,
    /// As if alone; fails with 40001 where that cannot be.
    Serializable,
}

impl Isolation {
    pub(crate) fn header(self) -> &'static str {
        match self {
            Isolation::ReadCommitted => "ReadCommitted",
            Isolation::RepeatableRead => "RepeatableRead",
            Isolation::Serializable => "Serializable",
        }
    }
}

/// A transaction in one request: all of its statements take effect, or none.
#[derive(Clone, Default)]
pub struct Batch {
    pub(crate) queries: Vec<body::Query>,
    pub(crate) isolation: Option<Isolation>,
    pub(crate) read_only: bool,
    pub(crate) deferrable: bool,
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch of {}", self.queries.len())
    }
}

impl Batch {
    /// Without statements, with the server's defaults.
    #[must_use]
    pub fn new() -> Batch {
        Batch::default()
    }

    /// With that isolation.
    #[must_use]
    pub fn isolation(self, isolation: Isolation) -> Batch {
        Batch { isolation: Some(isolation), ..self }
    }

    /// Refused by the server if it writes.
    #[must_use]
    pub fn read_only(self) -> Batch {
        Batch { read_only: true, ..self }
    }

    /// Serializable and read only, it waits for a moment in which it cannot fail.
    #[must_use]
    pub fn deferrable(self) -> Batch {
        Batch { deferrable: true, ..self }
    }

    /// Adds a statement.
    ///
    /// # Errors
    /// It controls the transaction or needs a session, or a parameter has no text form.
    pub fn push(&mut self, sql: &str, params: &[Value<'_>]) -> Result<(), Error> {
        self.queries.push(query(sql, params)?);
        Ok(())
    }
}

/// A statement with its parameters as text.
pub(crate) fn query(sql: &str, params: &[Value<'_>]) -> Result<body::Query, Error> {
    statement::check(sql)?;
    let types: Vec<_> = params.iter().map(|(_, ty)| ty.clone()).collect();
    let texts = params.iter().enumerate().map(|(at, value)| crate::text::parameter(at + 1, value));
    Ok(body::Query {
        query: statement::typed(sql, &types),
        params: texts.collect::<Result<_, _>>()?,
    })
}
