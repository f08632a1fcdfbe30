//! `failures`: breaks everything that can break, and looks at what callers make of it.
mod document;
mod lab;
mod plays;
mod requests;
mod rows;
mod scene;
#[cfg(test)]
mod tests;

use std::{fs, time::Duration};

use clap::Args;
use serde::Serialize;
use stack::Stack;

use self::{
    lab::Lab,
    requests::{Answer, Request},
    rows::{ROWS, Row, Wanted, Within},
    scene::{Scene, Seen},
};
use crate::{
    failure::{Exit, Failure},
    functions,
    interrupt::Interrupt,
    output::{Output, Paint, Table},
};

/// Break databases, networks and sandboxes on purpose, and compare what callers get with what they must get
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri failures                       every failure: about two minutes
  cargo aruuri failures --only killed-at-work --only failover
  cargo aruuri failures -o json | jq '.rows[] | select(.as_wanted | not)'
  cargo aruuri failures --write               and writes docs/failures.md, if all is as it must be

Each failure is brought about on servers of its own, between a real function process and PostgreSQL or
PgBouncer: the local servers and their data are not touched. The server's log tells how often it began to
execute the statement. Ends with 3 when an answer, its time, or the number of executions is not as wanted.")]
pub(crate) struct Failures {
    /// A failure to play; may be given several times
    #[arg(long, value_name = "NAME", value_parser = names())]
    only: Vec<String>,
    /// Write docs/failures.md
    #[arg(long, conflicts_with = "only")]
    write: bool,
}

fn names() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(ROWS.iter().map(|row| row.name))
}

#[derive(Serialize)]
struct Report {
    rows: Vec<Line>,
}

/// One failure with one request.
#[derive(Serialize)]
struct Line {
    name: &'static str,
    breaks: &'static str,
    request: Request,
    answer: Answer,
    /// Executions of the statement that a server began for this request.
    ran: u32,
    /// Rows that it made, and with those of the next request.
    rows: u32,
    rows_after_next: u32,
    next_request: Answer,
    /// What is not as it must be.
    wrong: Vec<String>,
    as_wanted: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    log: Vec<String>,
}

impl Failures {
    /// Plays them and reports.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        functions::runtime()?.block_on(async {
            let mut interrupt = Interrupt::new()?;
            tokio::select! {
                ended = self.play(out) => ended,
                () = interrupt.wait() => Ok(Exit::Interrupted),
            }
        })
    }

    async fn play(&self, out: &Output) -> Result<Exit, Failure> {
        let checkout = Stack::find()?;
        let lab = Lab::start(&checkout, out).await?;
        let mut lines = Vec::new();
        let wanted =
            |row: &&Row| self.only.is_empty() || self.only.iter().any(|name| name == row.name);
        for row in ROWS.iter().filter(wanted) {
            for (request, wanted) in row.wanted {
                out.step(format_args!("{}: {}", row.name, request.name()));
                lines.push(play(&lab, out, row, *request, wanted).await?);
            }
        }
        let wrong = lines.iter().filter(|line| !line.as_wanted).count();
        let report = Report { rows: lines };
        out.data(&report, report.text())?;
        if wrong > 0 {
            return Err(Failure::new(Exit::Drift, format!("{wrong} rows are not as they must be"))
                .next("cargo aruuri failures --only NAME -o json, which has the functions' log"));
        }
        if self.write {
            let path = requests::document(checkout.root());
            fs::write(&path, document::text()).map_err(|error| {
                Failure::new(Exit::Failure, "cannot write").place(path.display()).because(&error)
            })?;
        }
        Ok(Exit::Ok)
    }
}

async fn play(
    lab: &Lab,
    out: &Output,
    row: &'static Row,
    request: Request,
    wanted: &Wanted,
) -> Result<Line, Failure> {
    lab.take_lines();
    let time = Duration::from_secs(row.time_s);
    let mut scene = Scene::new(lab, out, request, row.way, time).await?;
    let name = |failure: Failure| failure.place(format!("{}: {}", row.name, request.name()));
    (row.play)(&mut scene).await.map_err(name)?;
    let seen = scene.finish().await.map_err(name)?;
    let wrong = wrong(&seen, request, wanted, row.time_s);
    let log = lab.take_lines();
    let Seen { answer, ran, rows, rows_after, next } = seen;
    Ok(Line {
        name: row.name,
        breaks: row.breaks,
        request,
        answer,
        ran,
        rows,
        rows_after_next: rows_after,
        next_request: next,
        as_wanted: wrong.is_empty(),
        log: if wrong.is_empty() { Vec::new() } else { log },
        wrong,
    })
}

/// Where an answer, its time and its effect differ from what they must be.
fn wrong(seen: &Seen, request: Request, wanted: &Wanted, time_s: u64) -> Vec<String> {
    let Seen { answer, ran, rows, rows_after, next } = seen;
    let mut wrong = Vec::new();
    let mut add = |is_wrong: bool, what: String| {
        if is_wrong {
            wrong.push(what);
        }
    };
    let status = wanted.status();
    add(
        !status.contains(&answer.status) || answer.code != wanted.code,
        format!("answered {} {}, not {} {}", answer.status, answer.code, status.end(), wanted.code),
    );
    add(
        answer.retry_after.is_some() != wanted.retry_after,
        format!("Retry-After is {:?}", answer.retry_after),
    );
    let within = match wanted.within {
        Within::Seconds(seconds) => seconds,
        Within::Time => time_s,
    };
    add(answer.took_ms > within * 1000, format!("took {} ms, not {within} s", answer.took_ms));
    let (fewest, most) = wanted.ran;
    add(!(fewest..=most).contains(ran), format!("ran {ran} times, not {fewest} to {most}"));
    let writes = request != Request::Read;
    add(writes && answer.is_ok() && *rows != 1, format!("it says done, and made {rows} rows"));
    let nothing = ["database_unreachable", "database_busy", "database_read_only", "database_full"];
    add(
        nothing.contains(&&*answer.code) && *rows > 0,
        "it says nothing was done, and it was".into(),
    );
    add(*rows > 1, format!("made {rows} rows"));
    add(!next.is_ok(), format!("the next request: {} {}", next.status, next.code));
    let fits = match request {
        Request::Read => true,
        Request::Write => *rows_after == rows + 1,
        // The same key: one row, whoever made it.
        Request::Keyed | Request::Money => *rows_after == 1,
    };
    add(next.is_ok() && !fits, format!("{rows_after} rows after the next request"));
    wrong
}

impl Report {
    fn text(&self) -> String {
        let mut table = Table::new(&[
            "failure",
            "request",
            "answer",
            "retry after",
            "ms",
            "ran",
            "rows",
            "next request",
            "",
        ]);
        for line in &self.rows {
            let Answer { status, code, retry_after, took_ms } = &line.answer;
            let wrong = match line.wrong.join("; ") {
                wrong if wrong.is_empty() => wrong,
                wrong => Paint::bad(wrong).to_string(),
            };
            let next = if line.next_request.is_ok() {
                Paint::good("ok".to_owned())
            } else {
                Paint::bad(format!("{} {}", line.next_request.status, line.next_request.code))
            };
            table.row([
                line.name.to_owned(),
                line.request.name().to_owned(),
                format!("{status} {code}").trim_end().to_owned(),
                retry_after.clone().unwrap_or_default(),
                took_ms.to_string(),
                line.ran.to_string(),
                format!("{} + {}", line.rows, line.rows_after_next.saturating_sub(line.rows)),
                format!("next request: {next}"),
                wrong,
            ]);
        }
        table.to_string()
    }
}
