//! The table of revisions, in Atlas's form: what was applied, from which bytes.

use std::time::Duration;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Transaction};

use crate::directory::File;
use crate::error::Error;
use crate::history::Entry;

/// Atlas's own definition, where its schema does not exist yet.
const CREATE: &str = "
create schema if not exists atlas_schema_revisions;
create table if not exists atlas_schema_revisions.atlas_schema_revisions (
  version character varying not null,
  description character varying not null,
  type bigint not null default 2,
  applied bigint not null default 0,
  total bigint not null default 0,
  executed_at timestamp with time zone not null,
  execution_time bigint not null,
  error text,
  error_stmt text,
  hash character varying not null,
  partial_hashes jsonb,
  operator_version character varying not null,
  primary key (version)
)";

const FIND: &str =
    "select to_regclass('atlas_schema_revisions.atlas_schema_revisions') is not null";

/// `.atlas_cloud_identifier` is a row of Atlas's own that is no revision.
const LIST: &str = "
select version::text, type, applied, total, error, hash::text,
  array(select jsonb_array_elements_text(coalesce(partial_hashes, '[]'))),
  to_char(executed_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')
from atlas_schema_revisions.atlas_schema_revisions
where version <> '.atlas_cloud_identifier'
order by version collate \"C\"";

const SAVE: &str = "
insert into atlas_schema_revisions.atlas_schema_revisions (
  version, description, type, applied, total, executed_at, execution_time, error, error_stmt, hash, partial_hashes,
  operator_version)
values ($1, $2, 2, $3, $4, now(), $5, $6, $7, $8, to_jsonb($9), $10)
on conflict (version) do update set
  applied = excluded.applied, total = excluded.total, executed_at = excluded.executed_at,
  execution_time = excluded.execution_time, error = excluded.error, error_stmt = excluded.error_stmt,
  hash = excluded.hash, partial_hashes = excluded.partial_hashes, operator_version = excluded.operator_version";

const RESOLVE: &str = "
update atlas_schema_revisions.atlas_schema_revisions set
  type = type | 4, applied = $2, total = $3, executed_at = now(), error_stmt = null, operator_version = $6,
  error = case when $2 < $3 then 'to be gone on with, as was decided by hand' end,
  partial_hashes = case when $2 < $3 then to_jsonb($4) end, hash = $5
where version = $1";

/// What failed before and is declared done keeps the bit of a file that was run.
const MARK: &str = "
insert into atlas_schema_revisions.atlas_schema_revisions (
  version, description, type, applied, total, executed_at, execution_time, hash, operator_version)
values ($1, $2, $3, $4, $4, now(), 0, $5, $6)
on conflict (version) do update set
  type = atlas_schema_revisions.type & 2 | excluded.type, applied = excluded.applied, total = excluded.total,
  executed_at = excluded.executed_at, error = null, error_stmt = null, partial_hashes = null, hash = excluded.hash,
  operator_version = excluded.operator_version";

const REMOVE: &str = "delete from atlas_schema_revisions.atlas_schema_revisions where version = $1";

/// Bit of the column `type`: declared to be applied by a person.
pub(crate) const RESOLVED: i64 = 4;

/// What writes the rows.
const OPERATOR: &str = concat!("aruuri migrate ", env!("CARGO_PKG_VERSION"));

/// Bit of the column `type`: the database was as far as this when it came under care.
pub(crate) const BASELINE: i64 = 1;

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Revision {
    pub(crate) version: String,
    pub(crate) baseline: bool,
    pub(crate) applied: usize,
    pub(crate) total: usize,
    /// Whether the run ended with an error, so that it is known how far it came.
    pub(crate) failed: bool,
    pub(crate) error: Option<String>,
    pub(crate) hash: String,
    pub(crate) partial: Vec<String>,
    /// When it was applied or last tried, in UTC.
    pub(crate) at: String,
}

impl Revision {
    pub(crate) fn is_done(&self) -> bool {
        self.applied >= self.total
    }
}

/// How far a file has come.
#[derive(Debug, Default)]
pub(crate) struct Progress<'a> {
    pub(crate) applied: usize,
    pub(crate) total: usize,
    pub(crate) took: Duration,
    /// Message and text of the statement that failed.
    pub(crate) error: Option<(&'a str, &'a str)>,
    /// Digests of the statements that took effect, while the file is not done.
    pub(crate) partial: Option<&'a [String]>,
}

/// Makes the table where it is missing.
pub(crate) async fn create(client: &Client) -> Result<(), Error> {
    // Asked first, so that a role that may not create schemas can still find that nothing is to be done.
    if exists(client).await? {
        return Ok(());
    }
    client
        .batch_execute(CREATE)
        .await
        .map_err(|source| Error::Database { doing: "create the table of revisions", source })
}

async fn exists(client: &Client) -> Result<bool, Error> {
    let fail = |source| Error::Database { doing: "look for the revisions", source };
    let exists = client.query_typed(FIND, &[]).await.map_err(fail)?;
    Ok(exists.first().is_some_and(|row| row.get(0)))
}

/// Reads the table; a database without one has no revisions.
pub(crate) async fn read(client: &Client) -> Result<Vec<Revision>, Error> {
    let fail = |source| Error::Database { doing: "read the revisions", source };
    if !exists(client).await? {
        return Ok(Vec::new());
    }
    let rows = client.query_typed(LIST, &[]).await.map_err(fail)?;
    let count = |number: i64| usize::try_from(number).unwrap_or_default();
    Ok(rows
        .iter()
        .map(|row| Revision {
            version: row.get(0),
            baseline: row.get::<_, i64>(1) & BASELINE != 0,
            applied: count(row.get(2)),
            total: count(row.get(3)),
            failed: row.get::<_, Option<&str>>(4).is_some(),
            error: row.get(4),
            hash: row.get(5),
            partial: row.get(6),
            at: row.get(7),
        })
        .collect())
}

/// Writes the row of a file.
pub(crate) async fn save(
    client: &Client,
    file: &File,
    hash: &str,
    progress: &Progress<'_>,
) -> Result<(), Error> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let took = i64::try_from(progress.took.as_nanos()).unwrap_or(i64::MAX);
    client
        .query_typed(
            SAVE,
            &[
                (&file.version(), Type::TEXT),
                (&file.description(), Type::TEXT),
                (&count(progress.applied), Type::INT8),
                (&count(progress.total), Type::INT8),
                (&took, Type::INT8),
                (&progress.error.map(|(message, _)| message), Type::TEXT),
                (&progress.error.map(|(_, statement)| statement), Type::TEXT),
                (&hash, Type::TEXT),
                (&progress.partial, Type::TEXT_ARRAY),
                (&OPERATOR, Type::TEXT),
            ],
        )
        .await
        .map(|_| ())
        .map_err(|source| Error::Database { doing: "record a revision", source })
}

/// Records what a person decided about a file that was under way.
pub(crate) async fn resolve(
    client: &Client,
    entry: &Entry<'_>,
    done: usize,
    digests: &[String],
) -> Result<(), Error> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let partial: &[String] = &digests[..done];
    client
        .query_typed(
            RESOLVE,
            &[
                (&entry.version, Type::TEXT),
                (&count(done), Type::INT8),
                (&count(digests.len()), Type::INT8),
                (&partial, Type::TEXT_ARRAY),
                (&entry.hash, Type::TEXT),
                (&OPERATOR, Type::TEXT),
            ],
        )
        .await
        .map(|_| ())
        .map_err(|source| Error::Database { doing: "record a decision", source })
}

/// Declares a file applied, as `kind` says: [`RESOLVED`] or [`BASELINE`].
pub(crate) async fn mark(
    transaction: &Transaction<'_>,
    file: &File,
    hash: &str,
    kind: i64,
) -> Result<(), Error> {
    let statements = i64::try_from(file.statements()?.len()).unwrap_or(i64::MAX);
    transaction
        .query_typed(
            MARK,
            &[
                (&file.version(), Type::TEXT),
                (&file.description(), Type::TEXT),
                (&kind, Type::INT8),
                (&statements, Type::INT8),
                (&hash, Type::TEXT),
                (&OPERATOR, Type::TEXT),
            ],
        )
        .await
        .map(|_| ())
        .map_err(|source| Error::Database { doing: "record a revision", source })
}

/// Declares a version not applied.
pub(crate) async fn remove(transaction: &Transaction<'_>, version: &str) -> Result<(), Error> {
    transaction
        .query_typed(REMOVE, &[(&version, Type::TEXT)])
        .await
        .map(|_| ())
        .map_err(|source| Error::Database { doing: "remove a revision", source })
}
