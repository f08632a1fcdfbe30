//! Goals that do not depend on how busy the machine is: what CI refuses to make worse.
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use serde::Serialize;

use super::{
    Bed, Side,
    data::Link,
    flights,
    instance::Instance,
    requests::{Kind, Request},
};
use crate::{
    failure::{Exit, Failure},
    output::{Paint, Table},
};

/// Round trips from the start to the first answer: three to log in with SCRAM, one for the statement.
const FIRST_ANSWER: f64 = 4.0;
/// Peak of an instance in MiB: built without TLS, and connected with it.
const PLAIN_MIB: f64 = 5.0;
const TLS_MIB: f64 = 12.0;
/// Megabytes of a stripped binary.
const BINARY_MB: f64 = 3.0;
/// Invocations before the peak is read.
const SETTLED: usize = 200;
/// How many processes answer how many requests at the same time.
const INSTANCES: usize = 4;
const REQUESTS: usize = 3_000;

/// One goal.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    goal: String,
    measured: f64,
    at_most: f64,
    unit: &'static str,
    pub(super) ok: bool,
    /// What was wrong, where there is more to say than a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl Row {
    pub(super) fn new(
        goal: impl Into<String>,
        measured: f64,
        at_most: f64,
        unit: &'static str,
    ) -> Row {
        let measured = super::spread::three_digits(measured);
        Row { goal: goal.into(), measured, at_most, unit, ok: measured <= at_most, detail: None }
    }

    /// More and fewer are wrong.
    pub(super) fn exactly(
        goal: impl Into<String>,
        measured: f64,
        wanted: f64,
        unit: &'static str,
    ) -> Row {
        let row = Row::new(goal, measured, wanted, unit);
        Row { ok: (measured - wanted).abs() < f64::EPSILON, ..row }
    }
}

/// All goals. `bed` is plain and through PgBouncer; `binaries`: a folder of functions as they are deployed.
///
/// # Errors
/// When something cannot be measured; a missed goal is a row.
pub(super) fn measure(bed: &Bed<'_>, binaries: Option<&Path>) -> Result<Vec<Row>, Failure> {
    let mut rows = round_trips(bed)?;
    rows.extend(memory(bed)?);
    rows.extend(sizes(bed, binaries)?);
    rows.push(answers(bed)?);
    Ok(rows)
}

fn round_trips(bed: &Bed<'_>) -> Result<Vec<Row>, Failure> {
    bed.out.step("gate: round trips and connections");
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let counted = flights::count(bed, Side::Ours, kind)?;
        let name = kind.route().name;
        let first = f64::from(counted.first_answer);
        rows.push(Row::exactly(
            format!("{name}: connect and first answer"),
            first,
            FIRST_ANSWER,
            "round trips",
        ));
        rows.push(Row::exactly(format!("{name}: each answer"), counted.each, 1.0, "round trips"));
        let connections = f64::from(counted.connections);
        rows.push(Row::exactly(format!("{name}: one instance"), connections, 1.0, "connections"));
    }
    Ok(rows)
}

fn memory(bed: &Bed<'_>) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for (tls, at_most) in [(false, PLAIN_MIB), (true, TLS_MIB)] {
        let built = if tls { bed.binaries } else { bed.without_tls };
        let bed = &Bed { binaries: built, ..bed.with(Link { tls, ..bed.link }) };
        bed.out.step(format_args!("gate: peak memory through {}", bed.link.name()));
        for kind in Kind::ALL {
            let mut instance = Instance::start(&bed.function(Side::Ours, kind, None)?, bed.logs)?;
            for n in 0..SETTLED {
                let request = bed.requests.make(kind, n);
                bed.created(request.check(&instance.invoke(&request)?.body)?);
            }
            let name = kind.route().name;
            let peak = instance.memory().peak_kib;
            let how = if tls { "with TLS" } else { "built without TLS" };
            #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
            let mib = peak as f64 / 1024.0;
            rows.push(Row::new(format!("{name}: peak memory {how}"), mib, at_most, "MiB"));
        }
    }
    Ok(rows)
}

fn sizes(bed: &Bed<'_>, folder: Option<&Path>) -> Result<Vec<Row>, Failure> {
    let found = match folder {
        Some(folder) => executables(folder)?,
        None => Kind::ALL.iter().map(|kind| bed.binary(kind.route().name)).collect(),
    };
    let size = |path: &PathBuf| {
        let size = fs::metadata(path).map(|meta| meta.len()).map_err(|error| {
            Failure::new(Exit::Failure, "a binary cannot be read")
                .place(path.display())
                .because(&error)
        })?;
        #[expect(clippy::cast_precision_loss, reason = "a few million")]
        let megabytes = size as f64 / 1e6;
        Ok(Row::new(format!("{}: stripped binary", name(path)), megabytes, BINARY_MB, "MB"))
    };
    found.iter().map(size).collect()
}

/// `target/lambda/<name>/bootstrap` is called by its folder.
pub(super) fn name(path: &Path) -> String {
    let own = path.file_name().unwrap_or_default();
    let name = if own == "bootstrap" { path.parent().and_then(Path::file_name) } else { Some(own) };
    name.unwrap_or(own).to_string_lossy().into_owned()
}

/// The functions in a folder: executables in it, or one in each of its folders.
pub(super) fn executables(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed =
        || Failure::new(Exit::Failure, "there are no functions to measure").place(folder.display());
    let entries = fs::read_dir(folder).map_err(|error| failed().because(&error))?;
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let path = if path.is_dir() { path.join("bootstrap") } else { path };
        let named = name(&path).contains('-');
        if named && fs::read(&path).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF")) {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(failed().next("build them first: --profile dist, or cargo lambda build"));
    }
    Ok(found)
}

/// Many requests by several instances through one pooler: an answer that belongs to another would show.
fn answers(bed: &Bed<'_>) -> Result<Row, Failure> {
    bed.out.step(format_args!("gate: {REQUESTS} requests by {INSTANCES} instances"));
    // Two instances of one function, and two others: statements that could be mixed up.
    let kinds = [Kind::Find, Kind::Find, Kind::List, Kind::Create];
    let each = REQUESTS / INSTANCES;
    let run = |worker: usize, kind: Kind| -> Result<Vec<String>, Failure> {
        let mut instance = Instance::start(&bed.function(Side::Ours, kind, None)?, bed.logs)?;
        let mut wrong = Vec::new();
        for n in 0..each {
            let request = request(bed, kind, worker * each + n);
            let answer = instance.invoke(&request)?;
            match request.check(&answer.body) {
                Ok(row) => bed.created(row),
                Err(failure) => wrong.push(failure.causes().join(", ")),
            }
        }
        Ok(wrong)
    };
    let mut wrong = thread::scope(|scope| -> Result<Vec<String>, Failure> {
        let workers = kinds.iter().enumerate();
        let workers: Vec<_> =
            workers.map(|(worker, kind)| scope.spawn(move || run(worker, *kind))).collect();
        let mut wrong = Vec::new();
        for worker in workers {
            let found = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            wrong.extend(found?);
        }
        Ok(wrong)
    })?;
    wrong.extend(bed.wrong_rows()?);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let count = wrong.len() as f64;
    let goal = format!("{REQUESTS} requests by {INSTANCES} instances");
    Ok(Row { detail: wrong.into_iter().next(), ..Row::new(goal, count, 0.0, "wrong answers") })
}

/// The `n`th request of a kind whose answer tells it from those to others.
pub(super) fn request(bed: &Bed<'_>, kind: Kind, n: usize) -> Request {
    match kind {
        // Another page each time, which would tell whose answer came.
        Kind::List => bed.requests.list_of_giver(n),
        _ => bed.requests.make(kind, n),
    }
}

/// For people.
pub(super) fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(&["goal", "measured", "at most", "unit", "met"]);
    for row in rows {
        let met = if row.ok { Paint::good("yes") } else { Paint::bad("NO") };
        table.row([
            row.goal.clone(),
            row.measured.to_string(),
            row.at_most.to_string(),
            row.unit.to_owned(),
            met.to_string(),
        ]);
    }
    table
}

/// The goals that were missed, as a failure that names them.
pub(super) fn missed(rows: &[Row]) -> Option<Failure> {
    let missed: Vec<&Row> = rows.iter().filter(|row| !row.ok).collect();
    if missed.is_empty() {
        return None;
    }
    let mut failure =
        Failure::new(Exit::Failure, format!("{} of {} goals are missed", missed.len(), rows.len()));
    for row in &missed {
        let Row { goal, measured, unit, at_most, .. } = row;
        failure = failure.why(format!("{goal}: {measured} {unit}, not {at_most}"));
    }
    if let Some(detail) = missed.iter().find_map(|row| row.detail.as_deref()) {
        failure = failure.why(detail);
    }
    Some(failure.next("docs/performance.md says what each goal stands for"))
}
