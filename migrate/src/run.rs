//! Runs SQL text and says where it failed.

use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::error::Error;
use crate::split::{Statement, split};

/// Characters of a statement that an error shows.
const SHOWN: usize = 120;

/// Runs a whole file in one message; returns the rows that its statements wrote or returned.
pub(crate) async fn run(client: &Client, file: &str, sql: &str) -> Result<u64, Error> {
    let mut finished = 0;
    let mut rows = 0;
    let outcome = async {
        let mut answers = pin!(client.simple_query_raw(sql).await?);
        while let Some(answer) = answers.try_next().await? {
            if let SimpleQueryMessage::CommandComplete(count) = answer {
                finished += 1;
                rows += count;
            }
        }
        Ok(())
    }
    .await;
    outcome.map(|()| rows).map_err(|source| locate(file, sql, finished, source))
}

/// Runs one statement of a file by itself.
pub(crate) async fn run_one(
    client: &Client,
    file: &str,
    sql: &str,
    number: usize,
    statement: &Statement<'_>,
) -> Result<(), Error> {
    client.batch_execute(statement.text).await.map_err(|source| {
        let within = position(&source).and_then(|at| offset(statement.text, at)).unwrap_or(0);
        failed(file, sql, number, statement, statement.start + within, source)
    })
}

/// A statement of a file, for messages about what is sent in its place.
pub(crate) struct Place<'a> {
    /// Name of the file.
    pub(crate) file: &'a str,
    /// Its text.
    pub(crate) sql: &'a str,
    /// Which statement, from 0.
    pub(crate) number: usize,
    /// The statement.
    pub(crate) statement: &'a Statement<'a>,
}

impl Place<'_> {
    /// Sends one statement whose characters stand where they stand in the file; returns its rows.
    pub(crate) async fn run(&self, client: &Client, text: &str) -> Result<u64, Error> {
        self.send(client, text, |source| position(source).and_then(|at| offset(text, at))).await
    }

    /// Sends one statement of other words.
    pub(crate) async fn run_other(&self, client: &Client, text: &str) -> Result<u64, Error> {
        self.send(client, text, |_| None).await
    }

    async fn send(
        &self,
        client: &Client,
        text: &str,
        within: impl Fn(&tokio_postgres::Error) -> Option<usize>,
    ) -> Result<u64, Error> {
        let outcome = client.simple_query(text).await.map_err(|source| {
            let within = within(&source).unwrap_or(0).min(self.statement.text.len());
            let place = self.statement.start + within;
            failed(self.file, self.sql, self.number, self.statement, place, source)
        })?;
        let rows = outcome.iter().filter_map(|message| match message {
            SimpleQueryMessage::CommandComplete(count) => Some(count),
            _ => None,
        });
        Ok(rows.sum())
    }
}

/// Finds the statement of an error: by the place the server names, else by how many had finished.
fn locate(file: &str, sql: &str, finished: usize, source: tokio_postgres::Error) -> Error {
    let statements = split(sql);
    let place = position(&source).and_then(|at| offset(sql, at));
    let number = match place {
        Some(place) => statements.iter().rposition(|s| s.start <= place).unwrap_or(0),
        None => finished.min(statements.len().saturating_sub(1)),
    };
    let empty = Statement { start: 0, text: sql };
    let statement = statements.get(number).unwrap_or(&empty);
    failed(file, sql, number, statement, place.unwrap_or(statement.start), source)
}

fn failed(
    file: &str,
    sql: &str,
    number: usize,
    statement: &Statement<'_>,
    place: usize,
    source: tokio_postgres::Error,
) -> Error {
    let before = &sql[..place];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let words: Vec<&str> = statement.text.split_whitespace().collect();
    let mut shown: String = words.join(" ");
    if let Some((end, _)) = shown.char_indices().nth(SHOWN) {
        shown.truncate(end);
        shown.push('…');
    }
    Error::Statement {
        file: file.to_owned(),
        statement: number + 1,
        line: 1 + before.matches('\n').count(),
        column: 1 + sql[line_start..place].chars().count(),
        sql: shown,
        source,
    }
}

/// The character the server points at, from 1.
fn position(error: &tokio_postgres::Error) -> Option<usize> {
    match error.as_db_error()?.position()? {
        ErrorPosition::Original(at) => usize::try_from(*at).ok(),
        ErrorPosition::Internal { .. } => None,
    }
}

/// Characters from 1 to bytes from 0.
fn offset(text: &str, character: usize) -> Option<usize> {
    text.char_indices().nth(character.checked_sub(1)?).map(|(at, _)| at)
}
