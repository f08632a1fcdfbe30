//! Why a command ends badly: what, where, why, and the next command to run.
use std::{error::Error, fmt::Display, process::ExitCode};

use serde::Serialize;

use crate::output::{Format, Output, Paint};

/// What the exit code of the process says; part of the interface, see `help exit-codes`.
///
/// The codes from 4 to 8 of `migrate` are its own, because pipelines that move from Atlas-like tools read them; it ends
/// with none of [`Exit::Lint`], [`Exit::Unreachable`] and [`Exit::Refused`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, and all is well.
    Ok,
    /// It did not work.
    Failure,
    /// The command line is wrong, or a confirmation is missing.
    Usage,
    /// Something differs from what is wanted.
    Drift,
    /// Findings of a linter.
    Lint,
    /// A server or a program it needs is not there.
    Unreachable,
    /// Refused for safety.
    Refused,
    /// `migrate`: the files are not those of `atlas.sum`, or not those that were applied.
    Checksum,
    /// `migrate`: files wait to be applied.
    Pending,
    /// `migrate`: nobody knows how far an interrupted file came.
    Dirty,
    /// `migrate`: findings of the linter of migrations.
    Findings,
    /// `migrate`: another migration holds the lock.
    Locked,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The codes of `migrate` besides those below 4, in order, for `help exit-codes`.
    pub(crate) const MIGRATE: [Exit; 5] =
        [Exit::Checksum, Exit::Pending, Exit::Dirty, Exit::Findings, Exit::Locked];

    /// The number.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Exit::Ok => 0,
            Exit::Failure => 1,
            Exit::Usage => 2,
            Exit::Drift => 3,
            Exit::Lint | Exit::Checksum => 4,
            Exit::Unreachable | Exit::Pending => 5,
            Exit::Refused | Exit::Dirty => 6,
            Exit::Findings => 7,
            Exit::Locked => 8,
            Exit::Interrupted => 130,
        }
    }

    /// The same among the codes of `migrate`.
    pub(crate) const fn of_migrate(self) -> Exit {
        match self {
            Exit::Lint => Exit::Findings,
            Exit::Unreachable => Exit::Failure,
            Exit::Refused => Exit::Usage,
            other => other,
        }
    }

    /// Every code of the other commands, in order, for `help exit-codes`.
    pub(crate) const ALL: [Exit; 8] = [
        Exit::Ok,
        Exit::Failure,
        Exit::Usage,
        Exit::Drift,
        Exit::Lint,
        Exit::Unreachable,
        Exit::Refused,
        Exit::Interrupted,
    ];

    /// The constant sentence of this code.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Exit::Ok => "done",
            Exit::Failure => "failed",
            Exit::Usage => "wrong usage, or a confirmation is missing",
            Exit::Drift => "something differs from what is wanted",
            Exit::Lint => "findings of a linter",
            Exit::Unreachable => "a server or program is not reachable",
            Exit::Refused => "refused for safety",
            Exit::Checksum => "a migration file is not the one that was hashed or applied",
            Exit::Pending => "migrations wait to be applied (status --exit-code)",
            Exit::Dirty => "an interrupted migration needs `migrate resolve`",
            Exit::Findings => "findings of the linter of migrations",
            Exit::Locked => "another migration holds the lock",
            Exit::Interrupted => "interrupted",
        }
    }

    /// The word in the `type` of a JSON error.
    const fn slug(self) -> &'static str {
        match self {
            Exit::Ok => "ok",
            Exit::Failure => "failure",
            Exit::Usage => "usage",
            Exit::Drift => "drift",
            Exit::Lint => "lint",
            Exit::Unreachable => "unreachable",
            Exit::Refused => "refused",
            Exit::Checksum => "checksum",
            Exit::Pending => "pending",
            Exit::Dirty => "dirty",
            Exit::Findings => "lint",
            Exit::Locked => "locked",
            Exit::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// The end of a command that could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    what: String,
    place: Option<String>,
    why: Vec<String>,
    next: Option<String>,
}

impl Failure {
    /// `what`: one sentence without a full stop.
    pub(crate) fn new(exit: Exit, what: impl Display) -> Failure {
        Failure { exit, what: what.to_string(), place: None, why: Vec::new(), next: None }
    }

    /// File and line, domain, or host; never a URL with a password.
    #[must_use]
    pub(crate) fn place(mut self, place: impl Display) -> Failure {
        self.place = Some(place.to_string());
        self
    }

    /// The cause in one sentence.
    #[must_use]
    pub(crate) fn why(mut self, why: impl Display) -> Failure {
        self.why.push(why.to_string());
        self
    }

    /// The cause with all of its own causes.
    #[must_use]
    pub(crate) fn because(mut self, error: &dyn Error) -> Failure {
        let mut cause = Some(error);
        while let Some(error) = cause {
            self.why.push(error.to_string());
            cause = error.source();
        }
        self
    }

    /// The command, or the step, that helps.
    #[must_use]
    pub(crate) fn next(mut self, next: impl Display) -> Failure {
        self.next = Some(next.to_string());
        self
    }

    /// Why, from the nearest cause to the farthest.
    pub(crate) fn causes(&self) -> &[String] {
        &self.why
    }

    /// The code the process ends with.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// The same failure with the exit code that `migrate` has for it.
    #[must_use]
    pub(crate) fn of_migrate(mut self) -> Failure {
        self.exit = self.exit.of_migrate();
        self
    }

    /// Writes it to stderr, as text or as a problem in JSON.
    pub(crate) fn print(&self, out: &Output) {
        match out.format() {
            Format::Json => out.raw_error(self.json()),
            Format::Table => out.raw_error(self.text()),
        }
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut lines = format!("{} {}", Paint::bad("error:"), self.what);
        let mut add = |name: &str, text: &str| {
            let text = text.trim_end().replace('\n', "\n         ");
            lines.push_str(&format!("\n  {} {text}", Paint::bold(format_args!("{name:<6}"))));
        };
        if let Some(place) = &self.place {
            add("where:", place);
        }
        if !self.why.is_empty() {
            add("why:", &self.why.join(": "));
        }
        if let Some(next) = &self.next {
            add("next:", next);
        }
        lines
    }

    /// For programs.
    pub(crate) fn json(&self) -> String {
        let problem = Problem {
            schema_version: crate::output::SCHEMA_VERSION,
            r#type: format!("urn:aruuri:failure:{}", self.exit.slug()),
            title: self.exit.title(),
            detail: &self.what,
            instance: self.place.as_deref(),
            exit_code: self.exit.code(),
            causes: &self.why,
            next: self.next.as_deref(),
        };
        serde_json::to_string(&problem).expect("strings and numbers only")
    }
}

/// RFC 9457 members, with the exit code in place of an HTTP status.
#[derive(Serialize)]
struct Problem<'a> {
    schema_version: u32,
    r#type: String,
    title: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'a str>,
    exit_code: u8,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    causes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a str>,
}

impl From<stack::Error> for Failure {
    fn from(error: stack::Error) -> Failure {
        let exit = match &error {
            stack::Error::NoRoot => Exit::Usage,
            error if error.is_unreachable() => Exit::Unreachable,
            _ => Exit::Failure,
        };
        let mut failure = Failure::new(exit, &error);
        if let Some(cause) = error.source() {
            failure = failure.because(cause);
        }
        match error.next() {
            Some(next) => failure.next(next),
            None => failure,
        }
    }
}
