//! Statements over HTTP, for functions that are built with it: feature `http`.
use sqlhttp::{Batch, Client, Isolation};
use tokio::time::Instant;

use crate::{Error, Row, Statement as _, Type, Value, audit::CONTEXT};

/// One statement; `read_only` makes it a transaction that cannot write, in the same request.
pub(crate) async fn statement(
    client: &Client,
    sql: &'static str,
    params: &[Value<'_>],
    read_only: bool,
    deadline: Instant,
) -> Result<Vec<Row>, Error> {
    let failed = |e| Error::http(sql, e);
    if !read_only {
        return client.query(sql, params, deadline).await.map(Row::all_over_http).map_err(failed);
    }
    let mut batch = Batch::new().read_only();
    batch.push(sql, params).map_err(failed)?;
    let mut results = client.batch(&batch, deadline).await.map_err(failed)?;
    Ok(results.pop().map(Row::all_over_http).unwrap_or_default())
}

/// Reads in one transaction, each with a snapshot of its own, in this order.
pub(crate) async fn reads(
    client: &Client,
    statements: &[(&'static str, &[Value<'_>])],
    deadline: Instant,
) -> Result<Vec<Vec<Row>>, Error> {
    let mut batch = Batch::new().isolation(Isolation::ReadCommitted).read_only();
    for (sql, params) in statements {
        batch.push(sql, params).map_err(|e| Error::http(sql, e))?;
    }
    let failed = |e| Error::http(statements.last().map_or("", |(sql, _)| sql), e);
    let results = client.batch(&batch, deadline).await.map_err(failed)?;
    Ok(results.into_iter().map(Row::all_over_http).collect())
}

/// Statements that take effect together, in a transaction that knows who acts; which one failed is not told.
pub(crate) async fn transaction(
    client: &Client,
    context: Option<&String>,
    steps: &[(&'static str, Vec<Value<'_>>)],
    deadline: Instant,
) -> Result<Vec<Vec<Row>>, Error> {
    let mut batch = Batch::new();
    if let Some(context) = context {
        let pushed = batch.push(CONTEXT.text(), &[(context, Type::TEXT)]);
        pushed.map_err(|e| Error::http(CONTEXT.text(), e))?;
    }
    for (sql, params) in steps {
        batch.push(sql, params).map_err(|e| Error::http(sql, e))?;
    }
    let failed = |e| Error::http(steps.first().map_or("", |(sql, _)| sql), e);
    let results = client.batch(&batch, deadline).await.map_err(failed)?;
    let own = results.into_iter().skip(usize::from(context.is_some()));
    Ok(own.map(Row::all_over_http).collect())
}
