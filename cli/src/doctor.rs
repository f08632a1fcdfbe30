//! `doctor`: what would keep this checkout from working, and what to do about it.
mod databases;
mod machine;

use clap::Args;
use serde::Serialize;
use stack::Stack;

use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint},
};

/// Look for whatever keeps this checkout from working; exits 1 if something does
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri doctor
  cargo aruuri doctor -o json | jq -r '.checks[] | select(.state == \"fail\") | .fix'

It tests the databases that the ARUURI_… variables of this shell name, else those of .aruuri/env.
It changes nothing.")]
pub(crate) struct Doctor {}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Ok,
    Warn,
    Fail,
}

/// One line of the answer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    name: String,
    state: State,
    note: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

impl Check {
    /// All is well.
    pub(crate) fn ok(name: impl Into<String>, note: impl Into<String>) -> Check {
        Check { name: name.into(), state: State::Ok, note: note.into(), fix: None }
    }

    /// It works, but should not stay so.
    pub(crate) fn warn(
        name: impl Into<String>,
        note: impl Into<String>,
        fix: impl Into<String>,
    ) -> Check {
        Check { state: State::Warn, fix: Some(fix.into()), ..Check::ok(name, note) }
    }

    /// Something will not work.
    pub(crate) fn fail(
        name: impl Into<String>,
        note: impl Into<String>,
        fix: impl Into<String>,
    ) -> Check {
        Check { state: State::Fail, fix: Some(fix.into()), ..Check::ok(name, note) }
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    healthy: bool,
    checks: &'a [Check],
}

impl Doctor {
    /// Writes every check.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let stack = Stack::find()?;
        let mut checks = machine::checks(stack.root());
        checks.extend(databases::checks(&stack)?);
        let healthy = checks.iter().all(|check| check.state != State::Fail);
        out.data(&Answer { healthy, checks: &checks }, text(&checks))?;
        Ok(if healthy { Exit::Ok } else { Exit::Failure })
    }
}

fn text(checks: &[Check]) -> String {
    let width = checks.iter().map(|check| check.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for Check { name, state, note, fix } in checks {
        let state = match state {
            State::Ok => Paint::good("ok  "),
            State::Warn => Paint::warn("warn"),
            State::Fail => Paint::bad("fail"),
        };
        text.push_str(&format!("{state}  {name:<width$}  {note}\n"));
        if let Some(fix) = fix {
            text.push_str(&format!("      {:<width$}  {} {fix}\n", "", Paint::bold("fix:")));
        }
    }
    text
}
