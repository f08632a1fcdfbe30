//! `seed`: demo data, as much as is wanted and as often as one likes.
use std::{
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use clap::Args;
use migrate::{
    Error,
    marker::{self, Environment, Reach},
    seed::{self, Balance, Count, Progress, Seeded, Set},
};
use serde::Serialize;
use tokio_postgres::{Client, error::SqlState};

use crate::{
    failure::{Exit, Failure},
    functions,
    migrate::{Database, Target, root},
    output::{Output, Paint, Table},
};

/// Load demo data; what is there already stays as it is
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri seed                                  what `dev` loads, into the local servers
  cargo aruuri seed --set minimal --domain projects
  cargo aruuri seed --set large                      100,000 contributions with their journals
  cargo aruuri seed --set large --domain finance -o json | jq '.trial_balance'
  cargo aruuri seed --domain content --url \"$URL\" --confirm content_preview

Each set holds those before it: minimal, default, large. A second run adds only what is missing, so a run that was
stopped is simply started again. A database that is marked staging or production is refused (exit 6); one that is
not on this machine needs its name typed, once for each domain. Migrations must be applied first.
More: docs/seeds.md")]
pub(crate) struct Seed {
    /// How much: minimal, default or large
    #[arg(long, value_name = "SET", default_value = "default")]
    set: Set,
    #[command(flatten)]
    target: Target,
    /// The name of a database that is not on this machine; may be repeated
    #[arg(long, value_name = "DATABASE")]
    confirm: Vec<String>,
}

#[derive(Serialize)]
struct Answer {
    set: &'static str,
    rows: u64,
    seconds: f64,
    modules: Vec<ModuleRow>,
    tables: Vec<TableRow>,
    /// One per currency; only if finance was among the domains.
    trial_balance: Vec<BalanceRow>,
}

#[derive(Serialize)]
struct ModuleRow {
    domain: &'static str,
    module: String,
    rows: u64,
}

#[derive(Serialize)]
struct TableRow {
    domain: &'static str,
    table: String,
    rows: i64,
}

#[derive(Serialize)]
struct BalanceRow {
    currency: String,
    exponent: i16,
    debits_minor: i64,
    credits_minor: i64,
}

impl Seed {
    /// One domain after the other; the first that fails ends it.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        functions::runtime()?.block_on(self.all(out))
    }

    async fn all(&self, out: &Output) -> Result<Exit, Failure> {
        let began = Instant::now();
        let seeds = root()?.join("seeds");
        let mut answer = Answer {
            set: self.set.name(),
            rows: 0,
            seconds: 0.0,
            modules: Vec::new(),
            tables: Vec::new(),
            trial_balance: Vec::new(),
        };
        for database in self.target.find()? {
            let domain = database.domain.name();
            let client = database.connect().await?;
            self.guard(&database, &client).await.map_err(|error| failure(&database, &error))?;
            let seed = seed::Seed::new(&seeds, database.domain, self.set);
            let loaded = load(&database, &client, &seed, out).await?;
            let fail = |error| failure(&database, &error);
            if database.domain == db::Domain::Finance {
                out.step("finance: checking the books");
                sound(&database, &client).await?;
                let balances = seed::trial_balance(&client).await.map_err(fail)?;
                answer.trial_balance = balances.into_iter().map(balance).collect();
            }
            let counts = seed::counts(&client).await.map_err(fail)?;
            let table = |Count { table, rows }| TableRow { domain, table, rows };
            answer.tables.extend(counts.into_iter().map(table));
            answer.rows += loaded.iter().map(|seeded| seeded.rows).sum::<u64>();
            let module = |Seeded { module, rows }| ModuleRow { domain, module, rows };
            answer.modules.extend(loaded.into_iter().map(module));
        }
        answer.seconds = (began.elapsed().as_secs_f64() * 100.0).round() / 100.0;
        let text = text(&answer);
        out.data(&answer, text)?;
        Ok(Exit::Ok)
    }

    /// A far database needs its name typed; of several names, the one that is its own.
    async fn guard(&self, database: &Database, client: &Client) -> Result<(), Error> {
        let name = marker::name(client).await?;
        let named = self.confirm.iter().find(|typed| **typed == name);
        let typed = named.or(self.confirm.first()).map(String::as_str);
        marker::guard(client, database.reach(), typed).await
    }
}

/// Loads one domain and says on stderr what is written.
async fn load(
    database: &Database,
    client: &Client,
    seed: &seed::Seed,
    out: &Output,
) -> Result<Vec<Seeded>, Failure> {
    let name = database.domain.name();
    let mut began = Instant::now();
    let mut told = began;
    let loaded = seed.load(client, |progress| match progress {
        Progress::Chunk { module, done, of }
            if done == of || told.elapsed() >= Duration::from_secs(1) =>
        {
            let rate = f64::from(done) / began.elapsed().as_secs_f64().max(0.001);
            let (done, of) = (grouped(done.into()), grouped(of.into()));
            let rate = grouped(rate as i64);
            out.step(format_args!("{name}: {module}, {done} of {of} ({rate} a second)"));
            told = Instant::now();
        }
        Progress::Done(seeded) => {
            report(name, seeded, out);
            (began, told) = (Instant::now(), Instant::now());
        }
        _ => {}
    });
    loaded.await.map_err(|error| failure(database, &error))
}

/// One line for a module that wrote something.
pub(crate) fn report(domain: &str, seeded: &Seeded, out: &Output) {
    let (module, rows) = (&seeded.module, seeded.rows);
    if rows > 0 {
        out.step(format_args!("{domain}: loaded {module} ({} rows)", grouped_u64(rows)));
    } else {
        out.detail(format_args!("{domain}: {module} was there"));
    }
}

/// Refuses to call books loaded that break a rule of their own.
async fn sound(database: &Database, client: &Client) -> Result<(), Failure> {
    let broken = seed::breaks(client).await.map_err(|error| failure(database, &error))?;
    let Some(first) = broken.first() else { return Ok(()) };
    Err(Failure::new(Exit::Failure, "finance: the books break a rule of their own")
        .place(&database.place)
        .why(format_args!("{first}, and {} more", broken.len() - 1))
        .next("psql: select * from ledger.invariant_breaks"))
}

/// Whether the variable `AUTO_SEED` wants demo data; `None`: it does not say.
///
/// # Errors
/// When it says something else than true or false.
pub(crate) fn auto(value: Option<&str>) -> Result<Option<bool>, Failure> {
    match value.map(str::trim) {
        None | Some("") => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0") => Ok(Some(false)),
        Some(other) => {
            let what = format_args!("AUTO_SEED is `{other}`, which is neither true nor false");
            Err(Failure::new(Exit::Usage, what).next("AUTO_SEED=true, AUTO_SEED=false or nothing"))
        }
    }
}

/// Whether `AUTO_SEED=true` asks for demo data after migrations, in a database that may have it: on this machine, or marked
/// as one of a branch or of developers. The mark stands for the name that a person would type.
///
/// # Errors
/// When it asks for demo data elsewhere, or the database does not answer.
pub(crate) async fn after_apply(database: &Database, client: &Client) -> Result<bool, Failure> {
    if auto(std::env::var("AUTO_SEED").ok().as_deref())? != Some(true) {
        return Ok(false);
    }
    let marked = marker::read(client).await.map_err(|error| failure(database, &error))?;
    let (what, next) = match (marked, database.reach()) {
        (Some(Environment::Staging | Environment::Production), _) => {
            ("AUTO_SEED=true asks for demo data where there is none, ever", "unset AUTO_SEED")
        }
        (Some(_), _) | (None, Reach::Loopback) => return Ok(true),
        (None, Reach::Remote) => (
            "AUTO_SEED=true asks for demo data in a database without a mark",
            "cargo aruuri migrate apply --mark preview, or unset AUTO_SEED",
        ),
    };
    let failure = Failure::new(Exit::Refused, format_args!("{}: {what}", database.domain.name()));
    Err(failure.place(&database.place).next(next))
}

/// Loads what [`after_apply`] has found to be wanted.
///
/// # Errors
/// As [`load`].
pub(crate) async fn load_default(
    database: &Database,
    client: &Client,
    root: &Path,
    out: &Output,
) -> Result<(), Failure> {
    let seed = seed::Seed::new(root.join("seeds"), database.domain, Set::Default);
    load(database, client, &seed, out).await.map(|_| ())
}

/// What went wrong in a database, and what helps.
pub(crate) fn failure(database: &Database, error: &Error) -> Failure {
    let name = database.domain.name();
    let exit = match error {
        Error::Guarded { .. } => Exit::Refused,
        Error::Connect { .. } => Exit::Unreachable,
        Error::Pooled => Exit::Usage,
        _ => Exit::Failure,
    };
    let failure = Failure::new(exit, format_args!("{name}: demo data is not loaded"));
    let failure = failure.place(&database.place).because(error);
    match next(error, name) {
        Some(next) => failure.next(next),
        None => failure,
    }
}

fn next(error: &Error, domain: &str) -> Option<String> {
    let source = match error {
        Error::Guarded { never: true, environment, .. } => {
            let real = environment.map_or("production", Environment::name);
            return Some(format!("a database of your own: there is no demo data in {real}"));
        }
        Error::Statement { source, .. }
        | Error::Commit { source, .. }
        | Error::Database { source, .. } => source,
        _ => return None,
    };
    match source.code() {
        None => Some("the same command again: it adds what is missing".to_owned()),
        Some(code)
            if [
                &SqlState::UNDEFINED_TABLE,
                &SqlState::UNDEFINED_COLUMN,
                &SqlState::UNDEFINED_FUNCTION,
                &SqlState::INVALID_SCHEMA_NAME,
            ]
            .contains(&code) =>
        {
            Some(format!("cargo aruuri migrate apply --domain {domain}"))
        }
        Some(_) => None,
    }
}

fn balance(balance: Balance) -> BalanceRow {
    let Balance { currency, exponent, debits, credits } = balance;
    BalanceRow { currency, exponent, debits_minor: debits, credits_minor: credits }
}

fn text(answer: &Answer) -> String {
    let mut table = Table::new(&["domain", "table", "rows"]);
    let filled = || answer.tables.iter().filter(|row| row.rows > 0);
    for row in filled() {
        table.row([row.domain.to_owned(), row.table.clone(), grouped(row.rows)]);
    }
    let mut text = table.to_string();
    let empty = answer.tables.len() - filled().count();
    if empty > 0 {
        let _ = writeln!(text, "and {empty} empty tables");
    }
    if !answer.trial_balance.is_empty() {
        let mut table = Table::new(&["currency", "debits", "credits", "difference"]);
        for row in &answer.trial_balance {
            let amount = |minor| decimal(minor, row.exponent);
            let difference = amount(row.debits_minor - row.credits_minor);
            let difference = match row.debits_minor == row.credits_minor {
                true => Paint::good(difference).to_string(),
                false => Paint::bad(difference).to_string(),
            };
            let (debits, credits) = (amount(row.debits_minor), amount(row.credits_minor));
            table.row([row.currency.clone(), debits, credits, difference]);
        }
        let _ = write!(text, "\n{table}");
    }
    let _ = match answer.rows {
        0 => write!(text, "\n0 rows written: all of {} was there", answer.set),
        rows => write!(text, "\n{} rows written in {} s", grouped_u64(rows), answer.seconds),
    };
    text
}

/// Minor units as people write them.
pub(crate) fn decimal(minor: i64, exponent: i16) -> String {
    let unit = 10_i64.pow(u32::try_from(exponent).unwrap_or(0));
    let sign = if minor < 0 { "-" } else { "" };
    let whole = grouped((minor / unit).abs());
    match exponent {
        0 => format!("{sign}{whole}"),
        digits => {
            format!("{sign}{whole}.{:0width$}", (minor % unit).abs(), width = digits as usize)
        }
    }
}

fn grouped_u64(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// With a comma after each thousand.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
