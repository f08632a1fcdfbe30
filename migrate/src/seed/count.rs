//! How many rows the tables of a database have.

use tokio_postgres::Client;

use crate::error::Error;

/// One query for all tables: partitions belong to the table they are part of, revisions are no data.
const QUERY: &str = "
select coalesce(string_agg(pg_catalog.format(
  'select %L as name, count(*) as rows from %I.%I', n.nspname || '.' || c.relname, n.nspname, c.relname),
  ' union all '), 'select null::text, null::bigint where false')
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition
  and n.nspname !~ '^(pg_|information_schema$|atlas_schema_revisions$)'
  and not exists (
    select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e'
  )";

/// The rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The table, with its schema.
    pub table: String,
    /// How many rows it has.
    pub rows: i64,
}

/// Counts the rows of every table that the session can see.
///
/// # Errors
/// When the database does not answer, or a table may not be read.
pub async fn counts(client: &Client) -> Result<Vec<Count>, Error> {
    let fail = |source| Error::Database { doing: "count the rows", source };
    let query = client.query_typed(QUERY, &[]).await.map_err(fail)?;
    let query: String = query.first().map(|row| row.get(0)).unwrap_or_default();
    let rows = client.query_typed(&query, &[]).await.map_err(fail)?;
    let mut counts: Vec<Count> =
        rows.iter().map(|row| Count { table: row.get(0), rows: row.get(1) }).collect();
    counts.sort_by(|a, b| a.table.cmp(&b.table));
    Ok(counts)
}
