//! The four databases and what a route does with its own.

/// A domain is a database. No statement, foreign key or transaction crosses two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// Identity, people, settings, audit.
    Platform,
    /// Community and renovation projects, and what funds them.
    Projects,
    /// Contributions, the ledger, Gift Aid, trade.
    Finance,
    /// Posts, pages, media.
    Content,
}

impl Domain {
    /// All domains, in the order in which they are always listed.
    pub const ALL: [Domain; 4] =
        [Domain::Platform, Domain::Projects, Domain::Finance, Domain::Content];

    /// `platform`: the database, its main schema, the crate and the path segment.
    pub const fn name(self) -> &'static str {
        match self {
            Domain::Platform => "platform",
            Domain::Projects => "projects",
            Domain::Finance => "finance",
            Domain::Content => "content",
        }
    }

    /// `PLATFORM`: the part of a variable's name.
    pub const fn upper(self) -> &'static str {
        match self {
            Domain::Platform => "PLATFORM",
            Domain::Projects => "PROJECTS",
            Domain::Finance => "FINANCE",
            Domain::Content => "CONTENT",
        }
    }
}

/// What a route does with its database; decides which URL it gets and when work may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// No database at all.
    None,
    /// `_READ`, else `_POOLED`. The session cannot write either way.
    Read,
    /// `_POOLED`.
    Write,
    /// The direct URL: migrations and other session-level work, never a function.
    Admin,
}
