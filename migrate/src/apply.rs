//! Applies what is not applied yet.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::directory::{Directory, File, TxMode};
use crate::error::Error;
use crate::history::{self, State};
use crate::revisions::{self, Progress, Revision};
use crate::run::{run, run_one};
use crate::split::split;
use crate::sum::statement_digests;

/// Key of the advisory lock: Atlas's own, so that the two never run at once.
pub const LOCK: i64 = 2_686_470_616;

/// How often a transaction file is tried again after a lock timeout or a deadlock; it left nothing behind.
const RETRIES: u32 = 5;

/// What a caller may choose.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long to wait for another migration to end.
    pub lock_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options { lock_timeout: Duration::from_secs(10) }
    }
}

/// What was done.
#[derive(Debug, Default)]
pub struct Report {
    /// The files applied now, in order.
    pub applied: Vec<Applied>,
    /// How many had been applied before.
    pub already: usize,
    /// The database has revisions later than every file: a newer release was here. Nothing is done then, and nothing is undone.
    pub ahead: bool,
}

/// A file applied now.
#[derive(Debug)]
pub struct Applied {
    /// Its name.
    pub file: String,
    /// How many statements it has.
    pub statements: usize,
    /// How long it took.
    pub took: Duration,
}

/// Applies the pending files of a directory, with [`Options::default`].
///
/// # Errors
/// As [`apply_with`].
pub async fn apply(client: &mut Client, directory: &Directory) -> Result<Report, Error> {
    apply_with(client, directory, Options::default()).await
}

/// Applies the pending files of a directory in the order of their versions, one migration at a time per database.
///
/// The session must be the migrator's, on the direct URL, outside a transaction.
///
/// # Errors
/// When the directory is not valid, another migration holds the lock, the history was changed, or a statement fails: a
/// transaction file leaves nothing behind then, and those before it stay.
pub async fn apply_with(
    client: &mut Client,
    directory: &Directory,
    options: Options,
) -> Result<Report, Error> {
    directory.validate()?;
    lock(client, options.lock_timeout).await?;
    let outcome = apply_locked(client, directory).await;
    let unlocked = client
        .batch_execute(&format!(
            "select pg_advisory_unlock({LOCK}); reset search_path; reset lock_timeout"
        ))
        .await;
    let report = outcome?;
    unlocked.map_err(|source| Error::Database { doing: "give the migration lock back", source })?;
    Ok(report)
}

/// Tries instead of waiting: a waiting statement holds a snapshot that `create index concurrently` would wait for.
async fn lock(client: &Client, timeout: Duration) -> Result<(), Error> {
    let fail = |source| Error::Database { doing: "take the migration lock", source };
    let began = Instant::now();
    let mut pause = Duration::from_millis(25);
    let attempt = format!("select pg_try_advisory_lock({LOCK})");
    while !flag(client, &attempt).await.map_err(fail)? {
        let waited = began.elapsed();
        if waited >= timeout {
            return Err(Error::Locked { waited });
        }
        sleep(jitter(pause).min(timeout - waited)).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
    // A 64-bit key is shown as two halves. Behind a transaction pooler the next statement may meet another session.
    let held = format!(
        "select exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted \
         and classid::bigint = {LOCK} >> 32 and objid::bigint = {LOCK} & 4294967295 and objsubid = 1)"
    );
    if flag(client, &held).await.map_err(fail)? { Ok(()) } else { Err(Error::Pooled) }
}

async fn flag(client: &Client, sql: &str) -> Result<bool, tokio_postgres::Error> {
    Ok(client.query_typed(sql, &[]).await?.first().is_some_and(|row| row.get(0)))
}

async fn apply_locked(client: &mut Client, directory: &Directory) -> Result<Report, Error> {
    // Names must be written out, and no statement may queue readers behind it for long.
    client
        .batch_execute("set search_path = ''; set lock_timeout = '3s'")
        .await
        .map_err(|source| Error::Database { doing: "prepare the session", source })?;
    revisions::create(client).await?;
    let revisions = revisions::read(client).await?;
    let entries = history::compare(directory, &revisions);
    history::check(&entries)?;
    let waits = |state| matches!(state, State::Pending | State::Failed | State::Interrupted);
    let ahead = entries.iter().any(|entry| entry.state == State::Newer);
    let pending: Vec<_> = entries.iter().filter(|entry| waits(entry.state)).collect();
    let mut report = Report { ahead, ..Report::default() };
    report.already = directory.files().len() - pending.len();
    for entry in pending {
        let Some(file) = entry.file else { continue };
        report.applied.push(match file.tx_mode() {
            TxMode::File => in_transaction(client, file, &entry.hash).await?,
            TxMode::None => one_by_one(client, file, &entry.hash, entry.revision).await?,
        });
    }
    Ok(report)
}

/// The file and its revision take effect together or not at all.
async fn in_transaction(client: &Client, file: &File, hash: &str) -> Result<Applied, Error> {
    let fail = |source| Error::Database { doing: "begin or commit a migration", source };
    let statements = split(file.text()?).len();
    let began = Instant::now();
    for retry in 0.. {
        client.batch_execute("begin").await.map_err(fail)?;
        let outcome = async {
            run(client, file.name(), file.text()?).await?;
            let progress = Progress {
                applied: statements,
                total: statements,
                took: began.elapsed(),
                ..Progress::default()
            };
            revisions::save(client, file, hash, &progress).await?;
            client.batch_execute("commit").await.map_err(fail)
        }
        .await;
        let Err(error) = outcome else { break };
        // The first error is the one to report: a session that is gone cannot roll back either.
        let _ = client.batch_execute("rollback").await;
        if retry == RETRIES || !may_pass(&error) {
            return Err(error);
        }
        sleep(jitter(Duration::from_millis(100 << retry))).await;
    }
    Ok(Applied { file: file.name().to_owned(), statements, took: began.elapsed() })
}

/// Each statement takes effect on its own; the revision says how far the file has come.
async fn one_by_one(
    client: &Client,
    file: &File,
    hash: &str,
    started: Option<&Revision>,
) -> Result<Applied, Error> {
    let text = file.text()?;
    let statements = split(text);
    let digests = statement_digests(statements.iter().map(|statement| statement.text));
    let total = statements.len();
    let done = started.map_or(0, |revision| revision.applied);
    if let Some(revision) = started {
        let differs = revision.partial.iter().take(done).zip(&digests).position(|(a, b)| a != b);
        if let Some(at) = differs {
            return Err(Error::HistoryChanged {
                file: file.name().to_owned(),
                statement: Some(at + 1),
            });
        }
        if !revision.failed {
            return Err(Error::Dirty {
                file: file.name().to_owned(),
                version: file.version().to_owned(),
                statement: done + 1,
            });
        }
    }
    let began = Instant::now();
    let at = |applied: usize| Progress {
        applied,
        total,
        took: began.elapsed(),
        error: None,
        partial: (applied < total).then(|| &digests[..applied]),
    };
    revisions::save(client, file, hash, &at(done)).await?;
    for (number, statement) in statements.iter().enumerate().skip(done) {
        if let Err(error) = run_one(client, file.name(), text, number, statement).await {
            let message = match &error {
                Error::Statement { source, .. } => {
                    source.as_db_error().map_or("the session ended", |db| db.message())
                }
                _ => "unknown",
            };
            let progress = Progress { error: Some((message, statement.text)), ..at(number) };
            // The first error is the one to report.
            let _ = revisions::save(client, file, hash, &progress).await;
            return Err(error);
        }
        revisions::save(client, file, hash, &at(number + 1)).await?;
    }
    Ok(Applied { file: file.name().to_owned(), statements: total, took: began.elapsed() })
}

/// Whether the same file may well succeed a moment later.
fn may_pass(error: &Error) -> bool {
    let Error::Statement { source, .. } = error else { return false };
    source.code().is_some_and(|code| {
        [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED].contains(code)
            || *code == SqlState::T_R_SERIALIZATION_FAILURE
    })
}

/// Between half and the whole of a pause, so that two waiters do not meet again and again.
fn jitter(pause: Duration) -> Duration {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |now| now.subsec_nanos());
    pause / 2 + (pause / 2).mul_f64(f64::from(nanos % 1000) / 1000.0)
}
