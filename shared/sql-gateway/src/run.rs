//! Statements of one request, sent in one flight.
use std::{io, pin::pin};

use bytes::BytesMut;
use futures_util::future::{Either, select};
use postgres_protocol::{
    IsNull,
    message::{
        backend::Message,
        frontend::{self, BindError},
    },
};
use tokio::io::AsyncWriteExt;

use crate::{
    answer::Answer,
    refusal::Refusal,
    request::{Options, Payload, Query},
    session::{Reader, Session, lost},
    upstream::Upstream,
};

/// How a session is after the statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// As new.
    Clean,
    /// Not to be used again.
    Spent,
}

/// Everything of one request in the server's protocol.
///
/// Statements are unnamed and stand before one `Sync`: after a failure the server skips the rest, also
/// a `commit` or `rollback` that the caller may have put there.
pub(crate) fn messages(payload: &Payload, options: &Options) -> Result<BytesMut, Refusal> {
    let mut buffer = BytesMut::new();
    let batch = matches!(payload, Payload::Batch { .. });
    if batch {
        statement(&mut buffer, &options.begin(), [].into_iter())?;
    }
    for query in payload.queries() {
        let Query { query: sql, .. } = query;
        statement(&mut buffer, sql, query.parameters())?;
    }
    if batch {
        statement(&mut buffer, "commit", [].into_iter())?;
    }
    frontend::sync(&mut buffer);
    frontend::query("discard all", &mut buffer).expect("no NUL");
    Ok(buffer)
}

fn statement(
    buffer: &mut BytesMut,
    sql: &str,
    parameters: impl ExactSizeIterator<Item = Option<String>>,
) -> Result<(), Refusal> {
    let unsendable = |e: io::Error| Refusal::bad(format!("the statement cannot be sent: {e}"));
    frontend::parse("", sql, [], buffer).map_err(unsendable)?;
    let write = |value: Option<String>, buffer: &mut BytesMut| match value {
        None => Ok(IsNull::Yes),
        Some(text) => {
            buffer.extend_from_slice(text.as_bytes());
            Ok(IsNull::No)
        }
    };
    frontend::bind("", "", [], parameters, write, [], buffer).map_err(|e| match e {
        BindError::Conversion(e) => Refusal::bad(e.to_string()),
        BindError::Serialization(e) => unsendable(e),
    })?;
    frontend::describe(b'P', "", buffer).map_err(unsendable)?;
    frontend::execute("", 0, buffer).map_err(unsendable)
}

/// Sends and reads; the session is fit for others afterwards if it says so.
pub(crate) async fn run(
    session: &mut Session,
    upstream: &Upstream,
    messages: &[u8],
    payload: &Payload,
    answer: &mut Answer,
) -> (Result<(), Refusal>, After) {
    let Session { reader, writer, .. } = session;
    let reading = async {
        let outcome = results(reader, payload, answer).await;
        let after = match &outcome {
            Ok(Ok(())) | Ok(Err(Stop::Refused(_))) => discarded(reader).await,
            _ => After::Spent,
        };
        (outcome, after)
    };
    // Both at once: neither side may wait for the other to make room.
    let (outcome, after) = match select(pin!(reading), pin!(writer.write_all(messages))).await {
        Either::Left((read, _)) => read,
        // What the server said before the connection broke is still to be read.
        Either::Right((_, reading)) => reading.await,
    };
    let result = match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Stop::Refused(refusal) | Stop::Gave(refusal))) => Err(refusal),
        Err(e) => Err(lost(upstream, &e)),
    };
    (result, after)
}

/// Why the rest is not read as results.
enum Stop {
    /// By the server: it goes on after `Sync`.
    Refused(Refusal),
    /// By us: the connection is of no use any more.
    Gave(Refusal),
}

async fn results(
    reader: &mut Reader,
    payload: &Payload,
    answer: &mut Answer,
) -> io::Result<Result<(), Stop>> {
    let default = answer.array_mode();
    let mode = |query: &Query| query.array_mode.unwrap_or(default);
    match payload {
        Payload::Single(query) => {
            if let Err(stop) = result(reader, mode(query), answer).await? {
                return Ok(Err(stop));
            }
        }
        Payload::Batch { queries } => {
            // What opens and closes the transaction is not part of the answer.
            let mut unseen = Answer::unseen();
            if let Err(stop) = result(reader, true, &mut unseen).await? {
                return Ok(Err(stop));
            }
            answer.push("{\"results\":[");
            for (at, query) in queries.iter().enumerate() {
                if at > 0 {
                    answer.push(",");
                }
                if let Err(stop) = result(reader, mode(query), answer).await? {
                    return Ok(Err(stop));
                }
            }
            answer.push("]}");
            if let Err(stop) = result(reader, true, &mut unseen).await? {
                return Ok(Err(stop));
            }
        }
    }
    ready(reader).await?;
    Ok(Ok(()))
}

/// Reads one statement's part.
async fn result(
    reader: &mut Reader,
    array_mode: bool,
    answer: &mut Answer,
) -> io::Result<Result<(), Stop>> {
    answer.begin(array_mode);
    loop {
        match reader.next().await? {
            Message::RowDescription(body) => answer.fields(&body)?,
            Message::DataRow(body) => {
                if let Err(refusal) = answer.row(&body) {
                    return Ok(Err(Stop::Gave(refusal)));
                }
            }
            Message::CommandComplete(body) => {
                answer.end(body.tag()?);
                return Ok(Ok(()));
            }
            Message::EmptyQueryResponse => {
                answer.end("");
                return Ok(Ok(()));
            }
            Message::ErrorResponse(body) => {
                let refusal = Refusal::of(&body);
                // After a FATAL nothing follows.
                if matches!(refusal.report.severity.as_str(), "FATAL" | "PANIC") {
                    return Ok(Err(Stop::Gave(refusal)));
                }
                ready(reader).await?;
                return Ok(Err(Stop::Refused(refusal)));
            }
            Message::CopyInResponse(_) | Message::CopyOutResponse(_) => {
                let refusal = Refusal::bad("COPY is not supported over HTTP");
                return Ok(Err(Stop::Gave(refusal)));
            }
            Message::ParseComplete | Message::BindComplete | Message::NoData => {}
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

async fn ready(reader: &mut Reader) -> io::Result<u8> {
    loop {
        if let Message::ReadyForQuery(body) = reader.next().await? {
            return Ok(body.status());
        }
    }
}

/// The answer of `discard all`: an open transaction refuses it, and ends with the connection.
async fn discarded(reader: &mut Reader) -> After {
    loop {
        match reader.next().await {
            Ok(Message::CommandComplete(_)) => {}
            Ok(Message::ReadyForQuery(body)) if body.status() == b'I' => return After::Clean,
            _ => return After::Spent,
        }
    }
}
