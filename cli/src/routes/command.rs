//! `routes write|check|list`.
use api::{Job, Route};
use clap::{Args, Subcommand};
use serde::Serialize;
use stack::Stack;

use super::{
    Difference, State, access, all, audit, callers, compare, files, is_fallback, jobs, template,
    template::{MAX_ROUTES, Template},
    tree::Unreadable,
    write,
};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint, Table},
};

/// Write, check or list what is made from the routes and jobs
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  cargo aruuri routes write           after a ROUTE or JOB was added or changed
  cargo aruuri routes check           what a test and the pipeline ask
  cargo aruuri routes list -o json | jq -r '.routes[] | select(.access == \"write\") | .name'

Written are functions/*/src/bin/, template.yaml and templates/, CargoLambda.toml, openapi.json,
events/, docs/access.md, docs/routes.md, docs/settings.md, docs/environment.md and schema/statements/; all of them are
committed."
)]
pub(crate) struct Routes {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write every file that is made from the routes and jobs, and remove those that no route asks for
    #[command(after_help = "\
Examples:
  cargo aruuri routes write
  cargo aruuri routes write -o json | jq -r '.changed[].path'")]
    Write,
    /// Compare the files with the routes: exits 3 if one differs, 4 if a route breaks a rule
    #[command(after_help = "\
Examples:
  cargo aruuri routes check
  cargo aruuri routes check -o json | jq .templates")]
    Check,
    /// List every route and every job: what starts it, and who may call it
    #[command(after_help = "\
Examples:
  cargo aruuri routes list
  cargo aruuri routes list -o json | jq -r '.routes[].path'")]
    List,
}

impl Routes {
    /// Writes the answer; the exit code says whether all is well.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        match self.what {
            What::Write => write_all(out),
            What::Check => check(out),
            What::List => list(out),
        }
    }
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Failure {
        Failure::new(Exit::Failure, "a written file cannot be read or changed")
            .place(unreadable.path.display())
            .because(&unreadable.error)
            .next("check who owns it, then run the command again")
    }
}

#[derive(Serialize)]
struct Written {
    changed: Vec<Difference>,
    #[serde(flatten)]
    found: Found,
}

#[derive(Serialize)]
struct Checked {
    up_to_date: bool,
    differing: Vec<Difference>,
    #[serde(flatten)]
    found: Found,
}

/// What can be said without looking at the tree.
#[derive(Serialize)]
struct Found {
    functions: usize,
    routes: usize,
    max_routes: usize,
    templates: Vec<Template>,
    findings: Vec<String>,
}

impl Found {
    fn of(routes: &[&Route], jobs: &[&Job]) -> Found {
        Found {
            functions: routes.len() + jobs.len(),
            routes: routes.len(),
            max_routes: MAX_ROUTES,
            templates: template::all(routes, jobs),
            findings: audit(routes, jobs),
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            text.push_str(&format!("{} {finding}\n", Paint::bad("rule:")));
        }
        let Found { functions, routes, max_routes, .. } = self;
        text.push_str(&format!(
            "{functions} functions; {routes} of at most {max_routes} routes of the HTTP API\n"
        ));
        for template in &self.templates {
            text.push_str(&format!("{}\n", template.summary()));
        }
        text
    }
}

fn write_all(out: &Output) -> Result<Exit, Failure> {
    let (routes, jobs) = (all(), jobs());
    let changed = write(Stack::find()?.root(), &files(&routes, &jobs))?;
    let found = Found::of(&routes, &jobs);
    let done = |state| match state {
        State::Missing => "new",
        State::Different => "changed",
        State::Stale => "removed",
    };
    let mut text = String::new();
    for Difference { path, state } in &changed {
        text.push_str(&format!("{:<9} {}\n", done(*state), path.display()));
    }
    text.push_str(&found.text());
    let exit = if found.findings.is_empty() { Exit::Ok } else { Exit::Lint };
    out.data(&Written { changed, found }, text)?;
    Ok(exit)
}

fn check(out: &Output) -> Result<Exit, Failure> {
    let (routes, jobs) = (all(), jobs());
    let differing = compare(Stack::find()?.root(), &files(&routes, &jobs))?;
    let found = Found::of(&routes, &jobs);
    let exit = match (differing.is_empty(), found.findings.is_empty()) {
        (false, _) => Exit::Drift,
        (true, false) => Exit::Lint,
        (true, true) => Exit::Ok,
    };
    let text = format!("{}{}", differences(&differing), found.text());
    out.data(&Checked { up_to_date: differing.is_empty(), differing, found }, text)?;
    Ok(exit)
}

/// The list of differing files and what to do about it; empty if there is none.
pub(crate) fn differences(differing: &[Difference]) -> String {
    let mut text = String::new();
    for Difference { path, state } in differing {
        text.push_str(&format!("{:<9} {}\n", state.name(), path.display()));
    }
    if !differing.is_empty() {
        text.push_str("the tree is not what the routes say: run cargo aruuri routes write\n");
    }
    text
}

#[derive(Serialize)]
struct Listed {
    routes: Vec<Line>,
    jobs: Vec<JobLine>,
}

#[derive(Serialize)]
struct Line {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    domain: &'static str,
    access: &'static str,
    callers: Vec<&'static str>,
    summary: &'static str,
}

#[derive(Serialize)]
struct JobLine {
    name: &'static str,
    /// When the clock starts it; empty if events do.
    schedule: &'static str,
    /// The topics of those.
    topics: Vec<&'static str>,
    domain: &'static str,
    access: &'static str,
    summary: &'static str,
}

fn list(out: &Output) -> Result<Exit, Failure> {
    let routes: Vec<Line> = all().into_iter().map(line).collect();
    let mut table = Table::new(&["method", "path", "function", "access", "who may call"]);
    for route in &routes {
        let Line { name, method, path, access, callers, .. } = route;
        let cells = [*method, *path, *name, *access, &callers.join(", ")];
        table.row(cells.map(str::to_owned));
    }
    let jobs: Vec<JobLine> = jobs().into_iter().map(job_line).collect();
    for job in &jobs {
        let JobLine { name, schedule, topics, access, .. } = job;
        let (what, when) = if topics.is_empty() {
            ("CLOCK", (*schedule).to_owned())
        } else {
            ("EVENT", topics.join(", "))
        };
        table.row([what, &when, name, access, "nobody"].map(str::to_owned));
    }
    out.data(&Listed { routes, jobs }, table)?;
    Ok(Exit::Ok)
}

fn line(route: &'static Route) -> Line {
    Line {
        name: route.name,
        method: if is_fallback(route) { "ANY" } else { route.method.as_str() },
        path: route.path,
        domain: route.domain.name(),
        access: access(route.access),
        callers: callers(route),
        summary: route.summary,
    }
}

fn job_line(job: &'static Job) -> JobLine {
    let Job { name, schedule, summary, .. } = *job;
    JobLine {
        name,
        schedule,
        topics: job.topics(),
        domain: job.domain.name(),
        access: access(job.access),
        summary,
    }
}
