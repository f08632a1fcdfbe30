//! Why a command ends badly: what, where, why, and the next command to run.
use std::{error::Error, fmt::Display, process::ExitCode};

use serde::Serialize;

use crate::output::{Format, Output, Paint};

/// What the exit code of the process says; part of the interface, see `help exit-codes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done, and all is well.
    Ok = 0,
    /// It did not work.
    Failure = 1,
    /// The command line is wrong, or a confirmation is missing.
    Usage = 2,
    /// Something differs from what is wanted.
    Drift = 3,
    /// Findings of a linter.
    Lint = 4,
    /// A server or a program it needs is not there.
    Unreachable = 5,
    /// Refused for safety.
    Refused = 6,
    /// Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// Every code, in order, for `help exit-codes`.
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
            Exit::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
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
            exit_code: self.exit as u8,
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
