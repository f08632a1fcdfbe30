//! A file of demo data, statement by statement.
//!
//! `insert into t (…) values … on conflict do nothing` is not sent as it stands: the triggers of `t` look at a row before
//! its conflict is seen, and would refuse one that is there already because what it refers to was deleted since. Its rows
//! go into a temporary table first, and only those whose key is missing into `t`.

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use crate::error::Error;
use crate::run::Place;
use crate::split::split;

/// How the statements end that this module takes apart.
const ENDING: &str = "on conflict do nothing";

/// An insert of rows that are written out.
struct Insert<'a> {
    table: &'a str,
    columns: &'a str,
    /// From the list of columns to the last row.
    rows: &'a str,
}

impl<'a> Insert<'a> {
    fn read(statement: &'a str) -> Option<Insert<'a>> {
        let rest = statement.strip_prefix("insert into ")?;
        let rest = rest.trim_end_matches(';').strip_suffix(ENDING)?;
        let (table, _) = rest.split_once(" (")?;
        let rows = &rest[table.len()..];
        let (columns, after) = rows.strip_prefix(" (")?.split_once(')')?;
        let written_out = after.trim_start().starts_with("values");
        written_out.then_some(Insert { table, columns, rows })
    }

    /// A name for the temporary table that is as long, so that places in the statement stay where they are.
    fn staged(&self) -> String {
        "s".repeat(self.table.len())
    }
}

/// Runs a file within a transaction; returns how many rows were written, or returned by what posts.
pub(super) async fn load(client: &Client, file: &str, sql: &str) -> Result<u64, Error> {
    let mut rows = 0;
    for (number, statement) in split(sql).iter().enumerate() {
        let place = Place { file, sql, number, statement };
        rows += match Insert::read(statement.text) {
            Some(insert) => missing(client, &place, &insert).await?,
            None => place.run(client, statement.text).await?,
        };
    }
    Ok(rows)
}

/// Inserts the rows whose primary key is missing.
async fn missing(client: &Client, place: &Place<'_>, insert: &Insert<'_>) -> Result<u64, Error> {
    let Insert { table, columns, rows } = insert;
    let staged = insert.staged();
    let create = format!(
        "create temporary table {staged} (like {table} including defaults including identity including generated) on commit drop"
    );
    place.run_other(client, &create).await?;
    place.run(client, &format!("insert into {staged}{rows}")).await?;
    let (key, ending) = key(client, table).await?;
    let insert = format!(
        "insert into {table} ({columns}) select {columns} from {staged} s
         where not exists (select from {table} t where {key}) {ending}"
    );
    let written = place.run_other(client, &insert).await?;
    place.run_other(client, &format!("drop table {staged}")).await?;
    Ok(written)
}

/// The condition that rows `s` and `t` of a table have the same primary key, and what is to happen to a row that has another
/// key twice: it is left out, unless a key is checked at commit, which `on conflict` cannot see.
async fn key(client: &Client, table: &str) -> Result<(String, &'static str), Error> {
    let sql = "
        select coalesce(
            string_agg(format('t.%1$I = s.%1$I', a.attname), ' and ') filter (where i.indisprimary), 'false'),
          coalesce(bool_and(i.indimmediate), true)
        from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = to_regclass($1)";
    let rows = client
        .query_typed(sql, &[(&table, Type::TEXT)])
        .await
        .map_err(|source| Error::Database { doing: "look up a primary key", source })?;
    let read = |row: &Row| (row.get(0), if row.get(1) { ENDING } else { "" });
    Ok(rows.first().map_or_else(|| ("false".to_owned(), ENDING), read))
}
