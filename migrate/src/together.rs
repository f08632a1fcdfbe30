//! A file in one transaction, with its revision.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::apply::{Step, Watch};
use crate::directory::File;
use crate::error::Error;
use crate::revisions::{self, Progress};
use crate::run::{run as run_file, run_one};
use crate::session::jitter;

/// How often a file is tried again after a lock timeout or a deadlock; it left nothing behind.
pub(crate) const RETRIES: u32 = 5;

/// The file and its revision take effect together or not at all; gives the number of its statements.
pub(crate) async fn run(
    client: &Client,
    file: &File,
    hash: &str,
    watch: &mut Watch<'_>,
) -> Result<usize, Error> {
    let statements = file.statements()?.len();
    let began = Instant::now();
    for retry in 0.. {
        let Err(error) = attempt(client, file, hash, statements, began).await else { break };
        // The first error is the one to report: a session that is gone cannot roll back either.
        let _ = client.batch_execute("rollback").await;
        if retry == RETRIES || !may_pass(&error) {
            return Err(error);
        }
        watch(Step::Retries { file: file.name(), error: &error });
        sleep(jitter(Duration::from_millis(100 << retry))).await;
    }
    Ok(statements)
}

async fn attempt(
    client: &Client,
    file: &File,
    hash: &str,
    statements: usize,
    began: Instant,
) -> Result<(), Error> {
    let begin = |source| Error::Database { doing: "begin a transaction", source };
    client.batch_execute("begin").await.map_err(begin)?;
    if file.delimiter().is_some() {
        let text = file.text()?;
        for (number, statement) in file.statements()?.iter().enumerate() {
            run_one(client, file.name(), text, number, statement).await?;
        }
    } else {
        run_file(client, file.name(), file.text()?).await?;
    }
    let progress = Progress {
        applied: statements,
        total: statements,
        took: began.elapsed(),
        ..Progress::default()
    };
    revisions::save(client, file, hash, &progress).await?;
    let commit = |source| Error::Commit { file: file.name().to_owned(), source };
    client.batch_execute("commit").await.map_err(commit)
}

/// Whether the same may well succeed a moment later.
pub(crate) fn may_pass(error: &Error) -> bool {
    let (Error::Statement { source, .. } | Error::Commit { source, .. }) = error else {
        return false;
    };
    source.code().is_some_and(|code| {
        [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED].contains(code)
            || *code == SqlState::T_R_SERIALIZATION_FAILURE
    })
}
