//! A file without transaction: each statement takes effect on its own, and its revision says how far it has come.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use tokio_postgres::Client;

use crate::apply::{Step, Watch};
use crate::directory::File;
use crate::effect::{Effect, Found};
use crate::error::Error;
use crate::revisions::{self, Progress, Revision};
use crate::run::run_one;
use crate::session::jitter;
use crate::split::{Statement, tokens};
use crate::sum::statement_digests;
use crate::together::{RETRIES, may_pass};

/// Runs what is left of the file; gives the number of its statements.
pub(crate) async fn run(
    client: &Client,
    file: &File,
    hash: &str,
    revision: Option<&Revision>,
    watch: &mut Watch<'_>,
) -> Result<usize, Error> {
    let statements = file.statements()?;
    let digests = statement_digests(statements.iter().map(|statement| statement.text));
    let total = statements.len();
    let mut done = revision.map_or(0, |revision| revision.applied);
    let began = Instant::now();
    let at = |applied: usize| Progress {
        applied,
        total,
        took: began.elapsed(),
        error: None,
        partial: (applied < total).then(|| &digests[..applied]),
    };
    if let Some(revision) = revision {
        compare(file, revision, &digests)?;
        if let Some(statement) = statements.get(done)
            && recover(client, file, revision, statement, watch).await? == Next::Skip
        {
            done += 1;
        }
    }
    revisions::save(client, file, hash, &at(done)).await?;
    for (number, statement) in statements.iter().enumerate().skip(done) {
        if let Err(error) = patiently(client, file, number, statement, watch).await {
            let message = match &error {
                Error::Statement { source, .. } => source.as_db_error().map(|db| db.message()),
                _ => None,
            };
            // Without a word from the server nobody knows what became of the statement: the row says so by no error.
            if let Some(message) = message {
                let progress = Progress { error: Some((message, statement.text)), ..at(number) };
                // The first error is the one to report.
                let _ = revisions::save(client, file, hash, &progress).await;
            }
            return Err(error);
        }
        revisions::save(client, file, hash, &at(number + 1)).await?;
    }
    Ok(total)
}

/// What took effect may not have been edited since.
fn compare(file: &File, revision: &Revision, digests: &[String]) -> Result<(), Error> {
    let known = revision.partial.iter().take(revision.applied);
    match known.zip(digests).position(|(then, now)| then != now) {
        Some(at) => {
            Err(Error::HistoryChanged { file: file.name().to_owned(), statement: Some(at + 1) })
        }
        None => Ok(()),
    }
}

/// What to do with the statement that the last run was at.
#[derive(PartialEq, Eq)]
enum Next {
    Run,
    Skip,
}

/// Decides by the catalogue; what it cannot show is for a person to decide.
async fn recover(
    client: &Client,
    file: &File,
    revision: &Revision,
    statement: &Statement<'_>,
    watch: &mut Watch<'_>,
) -> Result<Next, Error> {
    let number = revision.applied + 1;
    let mut tell = |how| watch(Step::Recovers { file: file.name(), statement: number, how });
    let effect = Effect::of(statement.text);
    let is_drop = matches!(effect, Some(Effect::DropIndex { .. }));
    let found = match effect {
        Some(effect) => effect.look(client).await?,
        None if revision.failed => Found::Nothing,
        None => {
            return Err(Error::Dirty {
                file: file.name().to_owned(),
                version: file.version().to_owned(),
                statement: number,
            });
        }
    };
    match found {
        // After an error it is somebody else's work: the statement says so again.
        Found::Done if !revision.failed || is_drop => {
            tell("it had taken effect");
            Ok(Next::Skip)
        }
        Found::Broken { index } => {
            tell("it left an invalid index, which is dropped before it runs again");
            drop_index(client, &index).await?;
            Ok(Next::Run)
        }
        Found::Done => Ok(Next::Run),
        Found::Nothing => {
            tell("it had not taken effect and runs again");
            Ok(Next::Run)
        }
    }
}

/// Tries again what may pass. An index that was being built is left behind invalid and must go first.
async fn patiently(
    client: &Client,
    file: &File,
    number: usize,
    statement: &Statement<'_>,
    watch: &mut Watch<'_>,
) -> Result<(), Error> {
    let effect = Effect::of(statement.text);
    set_lock_timeout(client, if is_concurrent(statement.text) { PATIENT } else { HURRIED }).await?;
    for retry in 0.. {
        let outcome = run_one(client, file.name(), file.text()?, number, statement).await;
        let Err(error) = outcome else { break };
        // What the catalogue cannot show may have taken effect in part.
        let Some(effect) = effect.as_ref().filter(|_| retry < RETRIES && may_pass(&error)) else {
            return Err(error);
        };
        watch(Step::Retries { file: file.name(), error: &error });
        sleep(jitter(Duration::from_millis(100 << retry))).await;
        if let Found::Broken { index } = effect.look(client).await? {
            drop_index(client, &index).await?;
        }
    }
    Ok(())
}

/// What is done concurrently waits for old transactions without anybody queueing behind it, and a build that gave up starts over.
const PATIENT: &str = "1min";
/// As every session begins: readers queue behind what waits for an exclusive lock.
const HURRIED: &str = "3s";

fn is_concurrent(sql: &str) -> bool {
    tokens(sql).any(|word| word.eq_ignore_ascii_case("concurrently"))
}

async fn set_lock_timeout(client: &Client, time: &str) -> Result<(), Error> {
    client
        .batch_execute(&format!("set lock_timeout = '{time}'"))
        .await
        .map_err(|source| Error::Database { doing: "prepare the session", source })
}

async fn drop_index(client: &Client, index: &str) -> Result<(), Error> {
    set_lock_timeout(client, PATIENT).await?;
    client
        .batch_execute(&format!("drop index concurrently if exists {index}"))
        .await
        .map_err(|source| Error::Database { doing: "drop the invalid index", source })
}
